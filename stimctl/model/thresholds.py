"""What one person feels on one channel: where tingling begins and where comfort ends.

A threshold belongs to a phase duration and a rate (Weiss: threshold current = rheobase x (1 + tau / duration)).
Rule 1: to a longer duration the threshold falls freely.
Rule 2: to a shorter one it rises by Weiss, at most by a quarter in mA, and never in charge.
Rule 3: in another rate class it has no meaning of its own: percentages there are multiplied by 0.6, unless something
was found in that class as well (`other`).
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from stimctl.model.scale import Scale
from stimctl.model.segment import RateClass, rate_class

__all__ = ["OTHER_CLASS_PERMILLE", "TAU_COMFORT_US", "TAU_SENSORY_US", "Felt", "Found", "Thresholds"]

# Strength-duration time constants of sensory and motor axons in the median nerve, n = 20 (Mogyoros, Kiernan and Burke,
# Brain 1996;119:439). Not the back: an estimate, bounded by rules 1 and 2.
TAU_SENSORY_US = 665
TAU_COMFORT_US = 459
OTHER_CLASS_PERMILLE = 600
_LARGEST_GROWTH = 1.25


class Felt(Protocol):
    """What is known of a person's range on one channel, in whatever scale: `Thresholds` or `Levels`."""

    @property
    def scale(self) -> Scale:
        """What its amplitudes are."""

    def amplitude_ua(self, intensity_permille: int, phase_duration_us: int, pulse_period_us: int) -> int:
        """The amplitude of an intensity of 0 (first tingling) to 1000 (comfortable maximum) at these pulses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Sensory threshold and comfortable maximum, µA, found at `at_phase_us` and `at_period_us`."""

    scale: ClassVar = Scale.CURRENT

    sensory_ua: int
    comfort_ua: int
    at_phase_us: int
    at_period_us: int

    @property
    def rate_class(self) -> RateClass:
        """The class that it was found in."""
        return rate_class(self.at_period_us)

    def in_class_ua(self, intensity_permille: int, phase_duration_us: int) -> int:
        """The amplitude of an intensity at this phase duration, in its own rate class (rules 1 and 2)."""
        sensory = self._rescaled(self.sensory_ua, TAU_SENSORY_US, phase_duration_us)
        comfort = self._rescaled(self.comfort_ua, TAU_COMFORT_US, phase_duration_us)
        return max(0, int(sensory + (comfort - sensory) * intensity_permille / 1000))

    def _rescaled(self, threshold_ua: int, tau_us: int, phase_duration_us: int) -> float:
        weiss = (1 + tau_us / phase_duration_us) / (1 + tau_us / self.at_phase_us)
        same_charge = self.at_phase_us / phase_duration_us
        if phase_duration_us < self.at_phase_us:
            weiss = min(weiss, _LARGEST_GROWTH, same_charge)
        return threshold_ua * weiss


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds(Found):
    """One channel's: what was found, and what was found in the other rate class, if anybody looked there.

    Each class counts by itself, whichever of the two is written first. An `other` of the same class says nothing: it
    is never used, and the engine refuses it.
    """

    other: Found | None = None

    def amplitude_ua(self, intensity_permille: int, phase_duration_us: int, pulse_period_us: int) -> int:
        """The amplitude of an intensity: 0 is the sensory threshold, 1000 the comfortable maximum.

        At this phase duration and in this rate class, by the rules above, rounded down; never below zero.
        """
        wanted = rate_class(pulse_period_us)
        if wanted == self.rate_class:
            return self.in_class_ua(intensity_permille, phase_duration_us)
        if self.other is not None and wanted == self.other.rate_class:
            return self.other.in_class_ua(intensity_permille, phase_duration_us)
        return self.in_class_ua(intensity_permille * OTHER_CLASS_PERMILLE // 1000, phase_duration_us)
