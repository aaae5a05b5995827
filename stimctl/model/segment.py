"""A segment: a promise of current on one channel that always ends.

The central value (design: "a segment is a promise that ends"). Ramps, holds, swells, bursts and on/off trains are all
segments; a planned silence is one too (`is_rest`). Pulses are symmetrical, biphasic and charge-balanced by definition:
there is no field in which anything else could be written.
"""

from dataclasses import dataclass

from stimctl import units

__all__ = ["LOW_RATE_PERIOD_US", "RateClass", "Segment", "rate_class"]

RateClass = str
"""`low` to 10 Hz, `high` above: a threshold felt in one says little about the other."""

LOW_RATE_PERIOD_US = 100_000


def rate_class(pulse_period_us: int) -> RateClass:
    """`low` for 10 Hz and slower, else `high`."""
    return "low" if pulse_period_us >= LOW_RATE_PERIOD_US else "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """From `start_ns` to `end_ns` the amplitude goes in a straight line from start to end.

    Times are nanoseconds on one line (the plan's own from zero, or the host's monotonic clock); amplitudes are µA and
    not negative; `channel` counts from 1. `step` marks the edge of a burst, the only rise that need not be slow;
    `contraction` a phase that is meant to hold muscle, which needs its rests.
    """

    channel: int
    start_ns: int
    end_ns: int
    amplitude_start_ua: int
    amplitude_end_ua: int
    phase_duration_us: int
    interphase_us: int
    pulse_period_us: int
    step: bool = False
    contraction: bool = False

    @property
    def is_rest(self) -> bool:
        """True for planned silence."""
        return not (self.amplitude_start_ua or self.amplitude_end_ua)

    @property
    def top_ua(self) -> int:
        """The highest amplitude in it."""
        start, end = self.amplitude_start_ua, self.amplitude_end_ua
        return start if start > end else end

    @property
    def charge_per_phase_nc(self) -> int:
        """The largest charge of one phase in it."""
        return units.charge_per_phase_nc(self.top_ua, self.phase_duration_us)

    def amplitude_at(self, at_ns: int) -> int:
        """The amplitude at an instant, in µA; outside the segment the nearer end's."""
        if at_ns <= self.start_ns:
            return self.amplitude_start_ua
        if at_ns >= self.end_ns:
            return self.amplitude_end_ua
        rise = self.amplitude_end_ua - self.amplitude_start_ua
        return self.amplitude_start_ua + rise * (at_ns - self.start_ns) // (self.end_ns - self.start_ns)
