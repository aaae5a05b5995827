"""What one person feels on one channel: where tingling begins and where comfort ends.

A threshold belongs to a phase duration and a rate (Weiss: threshold current = rheobase x (1 + tau / duration)).
Rule 1: to a longer duration the threshold falls freely.
Rule 2: to a shorter one it rises by Weiss, at most by a quarter in mA, and never in charge.
Rule 3: in another rate class it has no meaning of its own: percentages there are multiplied by 0.6 (`range_at`).
"""

from dataclasses import dataclass

from stimctl.model.segment import rate_class

__all__ = ["OTHER_CLASS_PERMILLE", "TAU_COMFORT_US", "TAU_SENSORY_US", "Thresholds"]

# Strength-duration time constants of sensory and motor axons in the median nerve, n = 20 (Mogyoros, Kiernan and Burke,
# Brain 1996;119:439). Not the back: an estimate, bounded by rules 1 and 2.
TAU_SENSORY_US = 665
TAU_COMFORT_US = 459
OTHER_CLASS_PERMILLE = 600
_LARGEST_GROWTH = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Sensory threshold and comfortable maximum, µA, found at `at_phase_us` and `at_period_us`."""

    sensory_ua: int
    comfort_ua: int
    at_phase_us: int
    at_period_us: int

    def amplitude_ua(self, intensity_permille: int, phase_duration_us: int, pulse_period_us: int) -> int:
        """The amplitude of an intensity: 0 is the sensory threshold, 1000 the comfortable maximum.

        At this phase duration and in this rate class, by the rules above, rounded down; never below zero.
        """
        if rate_class(pulse_period_us) != rate_class(self.at_period_us):
            intensity_permille = intensity_permille * OTHER_CLASS_PERMILLE // 1000
        sensory = self._rescaled(self.sensory_ua, TAU_SENSORY_US, phase_duration_us)
        comfort = self._rescaled(self.comfort_ua, TAU_COMFORT_US, phase_duration_us)
        return max(0, int(sensory + (comfort - sensory) * intensity_permille / 1000))

    def _rescaled(self, threshold_ua: int, tau_us: int, phase_duration_us: int) -> float:
        weiss = (1 + tau_us / phase_duration_us) / (1 + tau_us / self.at_phase_us)
        same_charge = self.at_phase_us / phase_duration_us
        if phase_duration_us < self.at_phase_us:
            weiss = min(weiss, _LARGEST_GROWTH, same_charge)
        return threshold_ua * weiss
