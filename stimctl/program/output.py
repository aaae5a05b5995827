"""What a compiled plan puts out, by phase and channel: the table that reviewers of stimulators ask for.

The figures are those of FDA's guidance of 1999 for powered muscle stimulators (maximum current, phase charge, net
charge, current density, power density into 500 Ω at the greatest duty, on times), for the pad whole and half lifted.
R.m.s. is that of the strongest stretch as if it went on, so a train's is not made to look smaller by its pauses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stimctl import units
from stimctl.model.segment import Segment
from stimctl.program.compiled import Compiled, PhaseMark

__all__ = ["PhaseOutput", "output_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseOutput:
    """One channel in one phase. Densities are those of r.m.s. current; `duty_permille` is time above zero.
    `reached_ns` is from plan zero; None: the target is never reached.

    Net charge is zero in every pulse, by type: pulses are symmetrical and biphasic.
    """

    phase: int
    channel: int
    peak_ua: int
    charge_nc: int
    longest_us: int
    shortest_period_us: int
    rms_ua: int
    density_ua_cm2: int
    density_half_ua_cm2: int
    power_uw_cm2: int
    duty_permille: int
    target_ua: int
    reached_ns: int | None


def output_of(compiled: Compiled, pads_mm2: Mapping[int, int]) -> tuple[PhaseOutput, ...]:
    """One row for each phase and channel, in the order of the phases; empty for a plan without a timeline."""
    rows: list[PhaseOutput] = []
    by_channel = {
        channel: [segment for segment in compiled.segments if segment.channel == channel]
        for channel in sorted({segment.channel for segment in compiled.segments})
    }
    for mark in compiled.marks:
        for channel, segments in by_channel.items():
            own = [segment for segment in segments if mark.start_ns <= segment.start_ns < mark.end_ns]
            rows.append(_row(mark, channel, own, pads_mm2[channel]))
    return tuple(rows)


def _row(mark: PhaseMark, channel: int, segments: list[Segment], pad_mm2: int) -> PhaseOutput:
    flowing = [segment for segment in segments if not segment.is_rest] or segments
    rms_ua = max(units.rms_ua(one.top_ua, one.phase_duration_us, one.pulse_period_us) for one in flowing)
    on_ns = sum(one.end_ns - one.start_ns for one in segments if not one.is_rest)
    target = next(target for target in mark.targets if target.channel == channel)
    return PhaseOutput(
        phase=mark.index,
        channel=channel,
        peak_ua=max(one.top_ua for one in flowing),
        charge_nc=max(one.charge_per_phase_nc for one in flowing),
        longest_us=max(one.phase_duration_us for one in flowing),
        shortest_period_us=min(one.pulse_period_us for one in flowing),
        rms_ua=rms_ua,
        density_ua_cm2=-(-rms_ua * 100 // pad_mm2),
        density_half_ua_cm2=-(-rms_ua * 200 // pad_mm2),
        power_uw_cm2=units.power_density_uw_cm2(rms_ua, pad_mm2),
        duty_permille=on_ns * 1000 // (mark.end_ns - mark.start_ns),
        target_ua=target.amplitude_ua,
        reached_ns=target.reached_ns,
    )
