"""`stimctl check`: compile a program for a person, rehearse it past the governor, and say what it will do."""

import sys
from pathlib import Path

import click

from stimctl import units
from stimctl.cli.person import PersonFlags, person_flags
from stimctl.cli.talk import talk
from stimctl.cli.words import clock
from stimctl.clock import MS, SECOND
from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, Preparation, Ready, Unfit
from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.model.as_json import json_line
from stimctl.model.plan import Plan
from stimctl.model.thresholds import Thresholds
from stimctl.program.loader import load
from stimctl.program.timeline_file import timeline_lines

__all__ = ["check", "ready_for"]


@click.command()
@click.argument("program")
@person_flags
@click.option("--timeline", type=click.Path(dir_okay=False, path_type=Path), help="Write the compiled segments here.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout.")
def check(program: str, timeline: Path | None, as_json: bool, **person: str | float | None) -> None:
    """Compile PROGRAM, put every segment to the governor, and say whether it may run; no unit is needed.

    Without thresholds it takes those of the simulated person (6 and 18 mA), and says so.
    """
    flags = PersonFlags(**person)  # type: ignore[arg-type]  # click has checked them
    plan = flags.plan_for(load(program).plan)
    thresholds = flags.thresholds(plan.channels, simulated=True)
    if not flags.has_thresholds:
        talk("no thresholds given: 6 and 18 mA at 200 µs and 80 Hz, those of the simulated person\n")
    ready = ready_for(plan, thresholds, flags)
    if timeline is not None:
        lines = timeline_lines(plan, ready.compiled, thresholds, ready.terms.limits)
        try:
            timeline.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        except OSError as why:
            raise ConfigError(f"{timeline}: {why.strerror}") from None
    if as_json:
        sys.stdout.write(json_line(_as_json(plan, ready)) + "\n")
    else:
        _tell(plan, ready)


def ready_for(plan: Plan, thresholds: dict[int, Thresholds], flags: PersonFlags) -> Ready:
    """What a session of this plan would come to on any unit; SafetyRefusal if some rule forbids it."""
    asked = Prepare(
        plan=plan,
        thresholds=thresholds,
        pads_mm2=flags.pads_mm2(plan.channels),
        profile=flags.profile,
        pads_confirmed=False,
        doctor=None,
    )
    try:
        preparation = Preparation(asked, ANY_UNIT)
        while not preparation.step():
            pass
    except Unfit as why:
        raise SafetyRefusal(f"{plan.title} may not run ({why.rule}): {why}") from None
    return preparation.ready


def _as_json(plan: Plan, ready: Ready) -> dict[str, object]:
    return {
        "version": 1,
        "program": plan.title,
        "sha256": plan.sha256,
        "duration_ms": ready.compiled.end_ns // MS,
        "segments": len(ready.compiled.segments),
        "peak_ma": {
            str(channel): units.milliamperes(of.amplitude_ua) for channel, of in sorted(ready.ceilings.items())
        },
        "charge_nc": {str(channel): of.charge_nc for channel, of in sorted(ready.ceilings.items())},
        "phases": [
            {
                "name": mark.name,
                "depth": mark.depth.value,
                "start_ms": mark.start_ns // MS,
                "end_ms": mark.end_ns // MS,
                "target_ma": {str(t.channel): units.milliamperes(t.amplitude_ua) for t in mark.targets},
                "reached_ms": None if mark.reached_ns is None else mark.reached_ns // MS,
            }
            for mark in ready.compiled.marks
        ],
    }


def _tell(plan: Plan, ready: Ready) -> None:
    sys.stdout.write(f"{plan.title}: may run, {clock(ready.compiled.end_ns // MS)}, channels {_listed(plan)}\n")
    sys.stdout.write(f"{'phase':<16}{'depth':<12}{'from':>7}{'to':>7}  {'target':>9}  reached\n")
    for mark in ready.compiled.marks:
        target_ua = max(target.amplitude_ua for target in mark.targets)
        reached = "never" if mark.reached_ns is None else f"after {(mark.reached_ns - mark.start_ns) / SECOND:.0f} s"
        span = f"{clock(mark.start_ns // MS):>7}{clock(mark.end_ns // MS):>7}"
        current = f"{units.milliamperes(target_ua):>6.2f} mA"
        sys.stdout.write(f"{mark.name:<16}{mark.depth.value:<12}{span}  {current}  {reached}\n")
    for channel, of in sorted(ready.ceilings.items()):
        peak = f"{units.milliamperes(of.amplitude_ua):.2f} mA"
        sys.stdout.write(f"channel {channel}: at most {peak} and {of.charge_nc / 1000:.2f} µC per phase\n")


def _listed(plan: Plan) -> str:
    return ", ".join(map(str, plan.channels))
