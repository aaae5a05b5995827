"""Whether a plan lies inside the limits, each phase judged at its strongest corner. A rule says why not.

Nothing is lowered here: over a limit is refused. Density is not judged: it needs the pads of the session. Nor is what a
level comes to in milliamperes: that is declared, and judged once for all levels (engine/declared.py).
"""

from collections.abc import Iterator, Mapping

from stimctl import units
from stimctl.model.limits import Limits
from stimctl.model.plan import Drive, Plan
from stimctl.model.scale import Scale
from stimctl.model.thresholds import Felt
from stimctl.program.asked import highest_ua
from stimctl.program.compiled import Problem
from stimctl.program.pieces import CLOSING_NS, shortest_period_us

__all__ = ["over_the_limits"]


def over_the_limits(plan: Plan, thresholds: Mapping[int, Felt], limits: Limits) -> tuple[Problem, ...]:
    """Every way in which `plan` is outside `limits` or has no thresholds, in the order of its phases."""
    problems = [
        Problem(
            rule="thresholds",
            phase="",
            index=None,
            channel=channel,
            asked="a channel without thresholds",
            allowed="with thresholds",
        )
        for channel in plan.channels
        if channel not in thresholds
    ]
    phases = plan.to_run()
    lasts_ms = sum(phase.lasts_ms for phase in phases) + CLOSING_NS // 1_000_000
    if lasts_ms > limits.session_ms:
        problems.append(
            Problem(
                rule="session length",
                phase="",
                index=None,
                channel=None,
                asked=f"{lasts_ms / 60_000:.1f} min with the closing",
                allowed=f"{limits.session_ms / 60_000:.1f} min",
            )
        )
    for index, phase in enumerate(phases):
        for channel in plan.channels:
            drive = phase.drives[channel]
            problems.extend(_pulses(index, phase.name, channel, drive, limits))
            if channel in thresholds and thresholds[channel].scale is Scale.CURRENT:
                problems.extend(_output(index, phase.name, channel, drive, thresholds[channel], limits))
    return tuple(problems)


def _pulses(index: int, phase: str, channel: int, drive: Drive, limits: Limits) -> Iterator[Problem]:
    longest_us, shortest_us = max(drive.phase_duration_us.values), min(drive.phase_duration_us.values)
    if longest_us > limits.phase_duration_us or shortest_us < limits.shortest_phase_us:
        yield Problem(
            rule="phase duration",
            phase=phase,
            index=index,
            channel=channel,
            asked=f"{shortest_us} to {longest_us} µs",
            allowed=f"{limits.shortest_phase_us} to {limits.phase_duration_us} µs",
        )
    period_us = shortest_period_us(drive)
    if period_us < limits.shortest_period_us:
        yield Problem(
            rule="pulse rate",
            phase=phase,
            index=index,
            channel=channel,
            asked=f"{1_000_000 / period_us:.1f} Hz",
            allowed=f"{1_000_000 / limits.shortest_period_us:.1f} Hz",
        )


def _output(index: int, phase: str, channel: int, drive: Drive, thresholds: Felt, limits: Limits) -> Iterator[Problem]:
    longest_us = max(drive.phase_duration_us.values)
    amplitude_ua = highest_ua(drive, thresholds)
    charge_nc = units.charge_per_phase_nc(amplitude_ua, longest_us)
    rms_ua = units.rms_ua(amplitude_ua, longest_us, shortest_period_us(drive))
    for rule, asked, allowed, unit in (
        ("amplitude", amplitude_ua, limits.amplitude_ua, "mA"),
        ("charge per phase", charge_nc, limits.charge_per_phase_nc, "µC"),
        ("r.m.s. current", rms_ua, limits.rms_ua, "mA"),
    ):
        if asked > allowed:
            yield Problem(
                rule=rule,
                phase=phase,
                index=index,
                channel=channel,
                asked=f"{asked / 1000:.2f} {unit}",
                allowed=f"{allowed / 1000:.2f} {unit}",
            )
