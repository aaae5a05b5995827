"""What a drive asks of one channel, before any rule of rising: the level (entry, ramp and hold) and the envelope on it.

Rule 1: [a, b] goes to a at the slope on new ground, ramps to b, and holds b. One number c ramps to c from what there
        was; without a ramp it goes there at the slope on new ground. Nothing ever asks for a step.
Rule 2: where the envelope begins from zero there is no entry: the level is a, and the envelope climbs to it.
Rule 3: "to-end" takes the rest of the phase after the entry, up to the dip where there is one.
Rule 4: an intensity becomes microamperes at the phase's longest phase duration, and stays them through a modulation.
Rule 5: a drive that lies in both rate classes is given the lower of the two; an active rest is a fraction of its top.
"""

from dataclasses import dataclass

from stimctl import units
from stimctl.clock import MS, SECOND
from stimctl.model.limits import Limits
from stimctl.model.plan import Drive, RampShape
from stimctl.model.thresholds import Felt
from stimctl.program.envelope import ramp_fraction

__all__ = ["Asked", "amplitude_ua", "ask_of", "highest_ua"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The level that a drive asks for over its time. Offsets are nanoseconds from its start."""

    from_ua: int
    start_ua: int
    end_ua: int
    entry_ns: int
    ramp_ns: int
    shape: RampShape

    @property
    def settled_ns(self) -> int:
        """When entry and ramp are over."""
        return self.entry_ns + self.ramp_ns

    def level_ua(self, offset_ns: int) -> float:
        """The level at an instant."""
        if offset_ns >= self.settled_ns:
            return self.end_ua
        if offset_ns < self.entry_ns:
            return self.from_ua + (self.start_ua - self.from_ua) * offset_ns / self.entry_ns
        done = ramp_fraction(self.shape, offset_ns - self.entry_ns, self.ramp_ns)
        return self.start_ua + (self.end_ua - self.start_ua) * done


def ask_of(drive: Drive, from_ua: int, thresholds: Felt, limits: Limits, until_dip_ns: int) -> Asked:
    """What `drive` asks when `from_ua` is what there was at its start and `until_dip_ns` of it come before its dip."""
    start_ua = amplitude_ua(drive, drive.intensity_start_permille, thresholds)
    end_ua = amplitude_ua(drive, drive.intensity_end_permille, thresholds)
    ramps = drive.ramp_to_end or drive.ramp_ms > 0
    if ramps and drive.intensity_start_permille == drive.intensity_end_permille:
        start_ua = from_ua
    if drive.envelope.begins_at_zero:
        from_ua = start_ua
    entry_ns = -(-abs(start_ua - from_ua) * SECOND // limits.rise_ua_per_s)
    ramp_ns = max(0, until_dip_ns - entry_ns) if drive.ramp_to_end else drive.ramp_ms * MS
    if not ramps:
        ramp_ns = -(-abs(end_ua - start_ua) * SECOND // limits.rise_ua_per_s)
    return Asked(
        from_ua=from_ua,
        start_ua=start_ua,
        end_ua=end_ua,
        entry_ns=entry_ns,
        ramp_ns=ramp_ns,
        shape=drive.ramp_shape if ramps else RampShape.LINEAR,
    )


def highest_ua(drive: Drive, thresholds: Felt) -> int:
    """The highest amplitude that a drive asks for, its target."""
    return amplitude_ua(drive, max(drive.intensity_start_permille, drive.intensity_end_permille), thresholds)


def amplitude_ua(drive: Drive, intensity_permille: int, thresholds: Felt) -> int:
    """An intensity of this drive in microamperes (rules 4 and 5)."""
    longest_us = max(drive.phase_duration_us.values)
    return min(
        thresholds.amplitude_ua(intensity_permille, longest_us, units.period_us(rate_mhz / 1000))
        for rate_mhz in (min(drive.rate_mhz.values), max(drive.rate_mhz.values))
    )
