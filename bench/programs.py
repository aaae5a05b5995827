"""Compiling, checking and simulating programs: each as a ratio to something measured in the same run."""

import gc
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, Preparation
from stimctl.engine.trial import try_out
from stimctl.model.limits import PROFILES
from stimctl.model.plan import Plan
from stimctl.model.thresholds import Thresholds
from stimctl.program.compile import compile_plan
from stimctl.program.loader import library_names, load

PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
ROUNDS = 5


def best_s(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        began_s = time.process_time()
        work()
        times.append(time.process_time() - began_s)
    return min(times)


def profile_of(plan: Plan) -> str:
    return "consumer" if "consumer" in plan.profiles else "clinical"


def asked(plan: Plan) -> Prepare:
    return Prepare(
        plan=plan,
        thresholds=dict.fromkeys(plan.channels, PERSON),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile=profile_of(plan),
        pads_confirmed=False,
        doctor=None,
    )


def compiled(plan: Plan) -> object:
    return compile_plan(plan, dict.fromkeys(plan.channels, PERSON), PROFILES[profile_of(plan)])


def rehearsed(plan: Plan) -> None:
    preparation = Preparation(asked(plan), ANY_UNIT)
    while not preparation.step():
        pass


def long_plan(minutes: int) -> Plan:
    """The phases of surface-to-deep again and again, as long as no session may be."""
    plan = load("surface-to-deep").plan
    each = [phase for phase in plan.phases if phase.lasts_ms == 5 * 60_000] * (minutes // 10)
    return replace(plan, phases=tuple(each))


def grows() -> tuple[float, float]:
    """How much longer and larger four hours are than twenty minutes; twelve times as long is linear."""
    figures = []
    roomy = replace(PROFILES["consumer"], session_ms=10**9)
    for minutes in (20, 240):
        plan = long_plan(minutes)
        thresholds = dict.fromkeys(plan.channels, PERSON)
        seconds = best_s(lambda: compile_plan(plan, thresholds, roomy), 3)  # noqa: B023  # called at once
        tracemalloc.start()
        kept = compile_plan(plan, thresholds, roomy)
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert kept.segments
        figures.append((seconds, size))
    (short_s, short_b), (long_s, long_b) = figures
    return long_s / short_s, long_b / short_b


def main() -> None:
    gc.disable()  # as the engine does
    bare_s = min(_elapsed_s([sys.executable, "-c", "pass"]) for _ in range(ROUNDS))
    check_s = median(_elapsed_s([sys.executable, "-m", "stimctl", "check", "burst", "--json"]) for _ in range(ROUNDS))
    print(
        f"stimctl check burst, the longest of the library: {check_s:.2f} s, {check_s / bare_s:.0f}x a bare interpreter"
    )
    for name in library_names():
        plan = load(name).plan
        compile_s, rehearse_s = best_s(lambda: compiled(plan)), best_s(lambda: rehearsed(plan), 2)  # noqa: B023
        lasts_s = sum(phase.lasts_ms for phase in plan.phases) / 1000
        print(
            f"{name:<18} compile {compile_s * 1000:4.0f} ms ({lasts_s / compile_s:,.0f}x its time), "
            f"with rehearsal {rehearse_s * 1000:4.0f} ms ({rehearse_s / compile_s:.1f}x)"
        )
    times, sizes = grows()
    print(f"four hours against twenty minutes: {times:.1f}x the time, {sizes:.1f}x the memory (linear: 12x)")
    plan = load("surface-to-deep").plan
    for channels in ((1,), (1, 2)):
        alone = replace(plan, channels=channels)
        seconds = best_s(lambda: try_out(asked(alone), family="stimlink", seed=1, body="ordinary"), 2)  # noqa: B023
        print(
            f"surface-to-deep simulated with skin and body, {len(channels)} channel(s): {1510 / seconds:.0f}x real time"
        )


def _elapsed_s(command: list[str]) -> float:
    began_s = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - began_s
