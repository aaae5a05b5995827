"""What a stimlink device takes at receipt, and why not: SPEC.md 5 and 6, one check after the other in their order."""

from dataclasses import dataclass

from firmware_protocol.stimlink.events import Ceilings, NackReason, SegmentFrame

__all__ = ["Hardware", "arm_refusal", "segment_refusal"]

_FURTHEST_START = 400_000
_FURTHEST_END = 500_000
_SHORTEST_STEP = 20_000

_US_PER_S = 1_000_000
# A unit of 10 µA for 1 µs is 0.01 nC.
_UNIT_US_PER_NC = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What a unit can do at most, as it says in WELCOME. Amplitude in wire units."""

    channels: int = 2
    queue_depth: int = 16
    firmware: int = 1
    amplitude: int = 10_000
    shortest_phase_us: int = 30
    longest_phase_us: int = 400
    charge_nc: int = 40_000
    interphase_min_us: int = 0
    interphase_max_us: int = 1000
    shortest_period_us: int = 6666
    compliance_v: int = 120


def arm_refusal(asked: Ceilings, hardware: Hardware) -> NackReason | None:
    """Why these ceilings cannot be latched."""
    if not asked.phase_duration_us or not asked.shortest_period_us:
        return NackReason.BAD_FIELD
    if (
        asked.amplitude > hardware.amplitude
        or asked.phase_duration_us > hardware.longest_phase_us
        or asked.charge_nc > hardware.charge_nc
        or asked.shortest_period_us < hardware.shortest_period_us
    ):
        return NackReason.OVER_CEILING
    return None


def segment_refusal(
    frame: SegmentFrame, start_in: int, length: int, ceilings: Ceilings, hardware: Hardware
) -> NackReason | None:
    """Why a segment that starts in `start_in` ticks and lasts `length` is not taken, whatever else is queued."""
    duration_us = frame.phase_duration_us
    pulse_us = 2 * duration_us + frame.interphase_us
    # A duration that the output stage cannot make is no duration; SPEC.md names only zero.
    if length <= 0 or duration_us < hardware.shortest_phase_us or pulse_us >= frame.pulse_period_us:
        return NackReason.BAD_FIELD
    if not hardware.interphase_min_us <= frame.interphase_us <= hardware.interphase_max_us:
        return NackReason.BAD_FIELD
    if start_in <= 0:
        return NackReason.LATE
    if start_in > _FURTHEST_START or start_in + length > _FURTHEST_END:
        return NackReason.TOO_FAR
    highest = max(frame.amplitude_start, frame.amplitude_end)
    if (
        highest > ceilings.amplitude
        or duration_us > ceilings.phase_duration_us
        or frame.pulse_period_us < ceilings.shortest_period_us
        or _rounded_up(highest * duration_us, _UNIT_US_PER_NC) > ceilings.charge_nc
    ):
        return NackReason.OVER_CEILING
    return _steepness_refusal(frame, length, ceilings)


def _steepness_refusal(frame: SegmentFrame, length: int, ceilings: Ceilings) -> NackReason | None:
    rise = frame.amplitude_end - frame.amplitude_start
    if frame.step:
        return NackReason.TOO_STEEP if length < _SHORTEST_STEP or rise > ceilings.step else None
    allowed = _rounded_up(ceilings.slope * length, _US_PER_S) + 1
    return NackReason.TOO_STEEP if rise > allowed else None


def _rounded_up(value: int, by: int) -> int:
    return -(-value // by)
