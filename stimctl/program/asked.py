"""What a phase asks of one channel, before any rule of rising: entry, ramp and hold, with the envelope laid over.

Rule 1: [a, b] goes to a at the slope on new ground, ramps to b, and holds b. One number c ramps to c from what there
        was; without a ramp it goes there at the slope on new ground. Nothing ever asks for a step.
Rule 2: "to-end" takes the rest of the phase after the entry, up to the dip where there is one.
Rule 3: an intensity becomes microamperes at the phase's longest phase duration, and stays them through a modulation.
Rule 4: a phase that lies in both rate classes is given the lower of the two.
"""

from dataclasses import dataclass

from stimctl import units
from stimctl.clock import MS, SECOND
from stimctl.model.limits import Limits
from stimctl.model.plan import Envelope, EnvelopeKind, Phase, RampShape
from stimctl.model.thresholds import Thresholds
from stimctl.program.envelope import ramp_fraction, swell_factor

__all__ = ["Asked", "amplitude_ua", "ask_of", "highest_ua"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The amplitude that a phase asks for over its time. Offsets are nanoseconds from its start."""

    from_ua: int
    start_ua: int
    end_ua: int
    entry_ns: int
    ramp_ns: int
    shape: RampShape
    envelope: Envelope

    @property
    def settled_ns(self) -> int:
        """When entry and ramp are over."""
        return self.entry_ns + self.ramp_ns

    def at(self, offset_ns: int) -> int:
        """The amplitude at an instant, rounded down."""
        level = self._level(offset_ns)
        if self.envelope.kind is EnvelopeKind.CONTINUOUS:
            return int(level)
        return int(level * swell_factor(self.envelope, offset_ns))

    def _level(self, offset_ns: int) -> float:
        if offset_ns >= self.settled_ns:
            return self.end_ua
        if offset_ns < self.entry_ns:
            return self.from_ua + (self.start_ua - self.from_ua) * offset_ns / self.entry_ns
        done = ramp_fraction(self.shape, offset_ns - self.entry_ns, self.ramp_ns)
        return self.start_ua + (self.end_ua - self.start_ua) * done


def ask_of(phase: Phase, from_ua: int, thresholds: Thresholds, limits: Limits, until_dip_ns: int) -> Asked:
    """What `phase` asks when the amplitude at its start is `from_ua` and `until_dip_ns` of it come before its dip."""
    start_ua = amplitude_ua(phase, phase.intensity_start_permille, thresholds)
    end_ua = amplitude_ua(phase, phase.intensity_end_permille, thresholds)
    ramps = phase.ramp_to_end or phase.ramp_ms > 0
    if ramps and phase.intensity_start_permille == phase.intensity_end_permille:
        start_ua = from_ua
    entry_ns = -(-abs(start_ua - from_ua) * SECOND // limits.rise_ua_per_s)
    ramp_ns = max(0, until_dip_ns - entry_ns) if phase.ramp_to_end else phase.ramp_ms * MS
    if not ramps:
        ramp_ns = -(-abs(end_ua - start_ua) * SECOND // limits.rise_ua_per_s)
    return Asked(
        from_ua=from_ua,
        start_ua=start_ua,
        end_ua=end_ua,
        entry_ns=entry_ns,
        ramp_ns=ramp_ns,
        shape=phase.ramp_shape if ramps else RampShape.LINEAR,
        envelope=phase.envelope,
    )


def highest_ua(phase: Phase, thresholds: Thresholds) -> int:
    """The highest amplitude that a phase asks for, its target."""
    return amplitude_ua(phase, max(phase.intensity_start_permille, phase.intensity_end_permille), thresholds)


def amplitude_ua(phase: Phase, intensity_permille: int, thresholds: Thresholds) -> int:
    """An intensity of this phase in microamperes (rules 3 and 4)."""
    longest_us = max(phase.phase_duration_us.values)
    return min(
        thresholds.amplitude_ua(intensity_permille, longest_us, units.period_us(rate_mhz / 1000))
        for rate_mhz in (min(phase.rate_mhz.values), max(phase.rate_mhz.values))
    )
