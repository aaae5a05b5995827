"""A short session on the simulator, in virtual time, through the real engine: what the skin got is the judge."""

from stimctl.doctor.finding import Finding, fine, problem
from stimctl.engine.messages import Prepare
from stimctl.engine.trial import Trial, try_out
from stimctl.errors import StimctlError
from stimctl.model.thresholds import Thresholds
from stimctl.program.delivered_file import parse_delivered
from stimctl.program.loader import load

__all__ = ["judged", "self_test"]

_PROGRAM = "demo"
_SEED = 1
# The simulated person, as where no thresholds are given.
_PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
_PAD_MM2 = 2_500
_REINSTALL = ("make venv",)
_ADVICE = "Drive no unit with this installation. Install afresh; if it stays so, tell us, with stimctl doctor --json:"


def self_test() -> Finding:
    """Run it, and judge."""
    try:
        plan = load(_PROGRAM).plan
        trial = try_out(
            Prepare(
                plan=plan,
                thresholds=dict.fromkeys(plan.channels, _PERSON),
                pads_mm2=dict.fromkeys(plan.channels, _PAD_MM2),
                profile="consumer",
                pads_confirmed=False,
                doctor=None,
            ),
            family="stimlink",
            seed=_SEED,
            body="ordinary",
        )
    except StimctlError as why:
        return problem("self-test", f"could not begin: {why}", _ADVICE, _REINSTALL)
    return judged(trial)


def judged(trial: Trial) -> Finding:
    """Done, within its plan, and at zero in the end on every channel."""
    name = "self-test"
    ended = trial.simulated.ended
    if ended.exit_code:
        return problem(name, f"a simulated session ended with {ended.exit_code}: {ended.reason}", _ADVICE, _REINSTALL)
    still = _still_on(trial)
    if still or not ended.zero_confirmed:
        where = f" on channel {', '.join(map(str, still))}" if still else " as far as the unit said"
        return problem(name, f"a simulated session did not end at zero{where}", _ADVICE, _REINSTALL)
    comparison = trial.comparison
    if comparison is None or not comparison.within:
        return problem(name, "what the simulated skin got is outside the plan", _ADVICE, _REINSTALL)
    pulses = sum(one.delivered for one in comparison.pulses)
    off_ua = comparison.deviation.by_ua if comparison.deviation is not None else 0
    return fine(
        name, f"a simulated session of 40 s: {pulses} pulses within plan (off by {off_ua} uA at most), then zero"
    )


def _still_on(trial: Trial) -> list[int]:
    """Channels whose last record is above zero, by what the skin got."""
    record = parse_delivered("".join(f"{line}\n" for line in trial.delivered).encode(), "delivered")
    last_ua = {one.channel: one.amplitude_ua for one in record.records}
    return sorted(channel for channel, amplitude_ua in last_ua.items() if amplitude_ua)
