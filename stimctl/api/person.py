"""Who a session is for: what a person feels, the pads, and the answer to what a program asks."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stimctl import units
from stimctl.errors import ConfigError
from stimctl.model.thresholds import Thresholds

__all__ = ["Person", "pads_mm2", "thresholds"]

# What the command line takes; the limits of the session are tighter, and the engine's.
_MOST_MA = 100
_LARGEST_PAD_CM2 = 500
_RATES_HZ = (1, 150)
_PHASES_US = (30, 400)
_WORST_PAIN = 10

PerChannel = float | Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person, with pads on. A number stands for every channel; a mapping has one for each: `{1: 6, 2: 7}`.

    `sensory_ma` is where tingling begins and `comfort_ma` the most that is still comfortable, found at `at_us` and
    `at_hz`. `pad_cm2` is the smaller pad's area. `pain_at_rest`, 0 to 10, answers what some programs ask before they
    begin. There is no default person. ConfigError says all that cannot be used.
    """

    sensory_ma: PerChannel
    comfort_ma: PerChannel
    at_us: int = 200
    at_hz: float = 80.0
    pad_cm2: PerChannel = 25.0
    pain_at_rest: int | None = None

    def __post_init__(self) -> None:
        wrong = [
            *_not_within("sensory_ma", self.sensory_ma, _MOST_MA, "mA"),
            *_not_within("comfort_ma", self.comfort_ma, _MOST_MA, "mA"),
            *_not_within("pad_cm2", self.pad_cm2, _LARGEST_PAD_CM2, "cm²"),
        ]
        if not _is_number(self.at_hz) or not _RATES_HZ[0] <= self.at_hz <= _RATES_HZ[1]:
            wrong.append(f"at_hz {self.at_hz!r}: allowed are {_RATES_HZ[0]} to {_RATES_HZ[1]} Hz")
        if type(self.at_us) is not int or not _PHASES_US[0] <= self.at_us <= _PHASES_US[1]:
            wrong.append(f"at_us {self.at_us!r}: allowed are whole numbers from {_PHASES_US[0]} to {_PHASES_US[1]} µs")
        pain = self.pain_at_rest
        if pain is not None and (type(pain) is not int or not 0 <= pain <= _WORST_PAIN):
            wrong.append(f"pain_at_rest {pain!r}: allowed are whole numbers from 0 to {_WORST_PAIN}")
        if wrong:
            raise ConfigError("; ".join(wrong))


def thresholds(person: Person, channels: Sequence[int]) -> dict[int, Thresholds]:
    """The person's thresholds of these channels; ConfigError where one has none."""
    sensory_ma = _each("sensory_ma", person.sensory_ma, channels)
    comfort_ma = _each("comfort_ma", person.comfort_ma, channels)
    return {
        channel: Thresholds(
            sensory_ua=units.microamperes(sensory_ma[channel]),
            comfort_ua=units.microamperes(comfort_ma[channel]),
            at_phase_us=person.at_us,
            at_period_us=units.period_us(person.at_hz),
        )
        for channel in channels
    }


def pads_mm2(person: Person, channels: Sequence[int]) -> dict[int, int]:
    """The pad area of these channels; ConfigError where one has none."""
    return {channel: round(cm2 * 100) for channel, cm2 in _each("pad_cm2", person.pad_cm2, channels).items()}


def _each(name: str, given: PerChannel, channels: Sequence[int]) -> dict[int, float]:
    if not isinstance(given, Mapping):
        return dict.fromkeys(channels, given)
    missing = [channel for channel in channels if channel not in given]
    if missing:
        raise ConfigError(f"{name} {dict(given)}: nothing for channel {', '.join(map(str, missing))}")
    return {channel: given[channel] for channel in channels}


def _not_within(name: str, given: PerChannel, most: float, unit: str) -> Iterator[str]:
    for value in given.values() if isinstance(given, Mapping) else (given,):
        if not _is_number(value) or not 0 < value <= most:
            yield f"{name} {value!r}: allowed are more than 0 and up to {most} {unit}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
