"""What one person feels on one channel of a unit without a calibrated output, as levels of 0 to 100.

They were found with the unit's intensity dial where level 1 is just below the first tingling, at one setting of its
dials for rate and phase duration. How much stronger a level becomes at another setting nobody knows, so:
Rule 1: at a longer phase duration they do not hold (`holds_at`); at a shorter one they stay, which is weaker.
Rule 2: in the other rate class percentages are multiplied by 0.6, as for thresholds.
"""

from dataclasses import dataclass
from typing import ClassVar

from stimctl.model.scale import LEVEL, LEVELS, Scale
from stimctl.model.segment import RateClass, rate_class
from stimctl.model.thresholds import OTHER_CLASS_PERMILLE

__all__ = ["Levels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """First tingling and comfortable maximum, whole levels 1 to 100, found at `at_phase_us` and `at_period_us`."""

    scale: ClassVar = Scale.LEVEL

    sensory_level: int
    comfort_level: int
    at_phase_us: int
    at_period_us: int

    @property
    def rate_class(self) -> RateClass:
        """The class that they were found in."""
        return rate_class(self.at_period_us)

    @property
    def sound(self) -> bool:
        """Whether these can be anybody's."""
        return 1 <= self.sensory_level < self.comfort_level <= LEVELS

    def holds_at(self, phase_duration_us: int) -> bool:
        """Whether they say anything of this phase duration (rule 1)."""
        return phase_duration_us <= self.at_phase_us

    def amplitude_ua(self, intensity_permille: int, phase_duration_us: int, pulse_period_us: int) -> int:
        """The level, in thousandths, of an intensity: 0 is first tingling, 1000 the comfortable maximum."""
        if rate_class(pulse_period_us) != self.rate_class:
            intensity_permille = intensity_permille * OTHER_CLASS_PERMILLE // 1000
        sensory, comfort = self.sensory_level * LEVEL, self.comfort_level * LEVEL
        return sensory + (comfort - sensory) * intensity_permille // 1000
