"""At which pulses a program needs a person's thresholds: one setting a rate class.

Rule 1: the longest phase duration that the program uses in the class: to a shorter one thresholds are rescaled by
Weiss, upwards by no more than a quarter, and never in charge.
Rule 2: the highest rate that it uses in the class: what is comfortable there is not too much at a lower one.
Rule 3: every phase counts, whatever condition it has; what a condition leads to is not known beforehand.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from stimctl import units
from stimctl.model.plan import Drive, Plan, Variation
from stimctl.model.segment import LOW_RATE_PERIOD_US, RateClass, rate_class

__all__ = ["Setting", "settings_needed"]

_LOW_MHZ = 1_000_000_000 // LOW_RATE_PERIOD_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The pulses at which thresholds are to be found. The rate is in millihertz."""

    phase_duration_us: int
    pulse_rate_mhz: int

    @property
    def pulse_period_us(self) -> int:
        """Never shorter than asked."""
        return units.period_us(self.pulse_rate_mhz / 1000)

    @property
    def rate_class(self) -> RateClass:
        """What the thresholds will count for."""
        return rate_class(self.pulse_period_us)


def settings_needed(plan: Plan) -> tuple[Setting, ...]:
    """One setting for each rate class that `plan` uses, high rates first."""
    longest_us: dict[RateClass, int] = {}
    highest_mhz: dict[RateClass, int] = {}
    for phase in plan.phases:
        for channel in plan.channels:
            drive = phase.drives[channel]
            for rate_mhz in _rates_mhz(drive):
                of = rate_class(units.period_us(rate_mhz / 1000))
                longest_us[of] = max(longest_us.get(of, 0), *drive.phase_duration_us.values)
                highest_mhz[of] = max(highest_mhz.get(of, 0), rate_mhz)
    return tuple(
        Setting(phase_duration_us=longest_us[of], pulse_rate_mhz=highest_mhz[of])
        for of in ("high", "low")
        if of in highest_mhz
    )


def _rates_mhz(drive: Drive) -> Iterator[int]:
    """The rates that matter: all of its values, and where it goes from one class to the other, the border."""
    values = drive.rate_mhz.values
    yield from values
    glides = drive.rate_mhz.variation in (Variation.SWEEP, Variation.DRIFT)
    if glides and min(values) < _LOW_MHZ < max(values):
        yield _LOW_MHZ
