"""What one person marks on one channel while stepping up: first tingling, first twitch, the most that is comfortable.

Rule 1: a mark is taken at the amplitude that is delivered when it is made.
Rule 2: sensory lies below motor, motor below comfort. Motor may be left out: in many settings nothing moves.
Rule 3: any mark may be made again while the order holds; what would break it is refused with a sentence, and changes
nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from stimctl.care.settings import Setting
from stimctl.model.thresholds import Found, Thresholds

__all__ = ["Calibration", "Finding", "Mark", "OutOfOrder", "together"]


class Mark(Enum):
    SENSORY = "sensory threshold"
    MOTOR = "motor threshold"
    COMFORT = "comfortable maximum"


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """Why a mark was not taken."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One channel's marks at one setting, in µA; None is not marked."""

    setting: Setting
    sensory_ua: int | None = None
    motor_ua: int | None = None
    comfort_ua: int | None = None

    @property
    def complete(self) -> bool:
        """Whether a program can be run with it: sensory and comfort are marked."""
        return self.sensory_ua is not None and self.comfort_ua is not None

    def marked(self, mark: Mark, delivered_ua: int) -> "Finding | OutOfOrder":
        """With this mark at the amplitude that is delivered now, or why not."""
        if delivered_ua <= 0:
            return OutOfOrder("nothing flows on this channel; step up first")
        if mark is not Mark.SENSORY and self.sensory_ua is None:
            return OutOfOrder(f"the {Mark.SENSORY.value} comes first")
        order = list(Mark)
        for other, at_ua in self.marks.items():
            lower = order.index(other) < order.index(mark)
            if other is not mark and not (at_ua < delivered_ua if lower else delivered_ua < at_ua):
                side = "above" if lower else "below"
                return OutOfOrder(
                    f"the {mark.value} has to lie {side} the {other.value}, {at_ua / 1000:g} mA; "
                    f"now {delivered_ua / 1000:g} mA flow"
                )
        match mark:
            case Mark.SENSORY:
                return replace(self, sensory_ua=delivered_ua)
            case Mark.MOTOR:
                return replace(self, motor_ua=delivered_ua)
            case Mark.COMFORT:
                return replace(self, comfort_ua=delivered_ua)

    @property
    def marks(self) -> dict[Mark, int]:
        """What is marked so far, in order."""
        values = ((Mark.SENSORY, self.sensory_ua), (Mark.MOTOR, self.motor_ua), (Mark.COMFORT, self.comfort_ua))
        return {mark: at_ua for mark, at_ua in values if at_ua is not None}

    @property
    def found(self) -> Found:
        """For a session; ValueError while it is not complete."""
        if self.sensory_ua is None or self.comfort_ua is None:
            raise ValueError("a finding without sensory threshold or comfortable maximum is not complete")
        return Found(
            sensory_ua=self.sensory_ua,
            comfort_ua=self.comfort_ua,
            at_phase_us=self.setting.phase_duration_us,
            at_period_us=self.setting.pulse_period_us,
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """The findings of a calibration at one setting, by channel."""

    findings: Mapping[int, Finding]

    @classmethod
    def of(cls, setting: Setting, channels: tuple[int, ...]) -> "Calibration":
        """Nothing marked yet."""
        return cls({channel: Finding(setting=setting) for channel in channels})

    def marked(self, channel: int, mark: Mark, delivered_ua: int) -> "Calibration | OutOfOrder":
        """With one mark more, or why not. KeyError for a channel that is not calibrated."""
        finding = self.findings[channel].marked(mark, delivered_ua)
        return finding if isinstance(finding, OutOfOrder) else Calibration({**self.findings, channel: finding})

    def forgotten(self, channel: int) -> "Calibration":
        """Without this channel's marks: begun anew."""
        return Calibration({**self.findings, channel: Finding(setting=self.findings[channel].setting)})

    @property
    def complete(self) -> bool:
        """Whether every channel can be used."""
        return all(finding.complete for finding in self.findings.values())


def together(first: Found, second: Found | None = None) -> Thresholds:
    """One channel's thresholds, of one rate class or of both. ValueError where both are of one class."""
    if second is not None and first.rate_class == second.rate_class:
        raise ValueError(f"both were found at {first.rate_class} rates; one of each class is what counts")
    return Thresholds(
        sensory_ua=first.sensory_ua,
        comfort_ua=first.comfort_ua,
        at_phase_us=first.at_phase_us,
        at_period_us=first.at_period_us,
        other=None if second is None else _alone(second),
    )


def _alone(found: Found) -> Found:
    """Without what it may have beside itself."""
    return Found(
        sensory_ua=found.sensory_ua,
        comfort_ua=found.comfort_ua,
        at_phase_us=found.at_phase_us,
        at_period_us=found.at_period_us,
    )
