"""Flags about the person and the pads, shared by run, check and demo, and what they come to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import click

from stimctl import units
from stimctl.engine.commands import RATED_UA
from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.model.levels import Levels
from stimctl.model.plan import Plan
from stimctl.model.scale import Scale
from stimctl.model.thresholds import Thresholds

__all__ = ["SIMULATED_ONLY_LEVELS", "SIMULATED_ONLY_MA", "PersonFlags", "Range", "person_flags"]

# Defaults for units that say they are simulated, and for nobody else.
SIMULATED_ONLY_MA = (6.0, 18.0)
SIMULATED_ONLY_LEVELS = (20.0, 60.0)
_PERIODS_HZ = (1.0, 150.0)

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What is known of a person, in the unit's scale."""

    thresholds: Mapping[int, Thresholds] = field(default_factory=dict)
    levels: Mapping[int, Levels] = field(default_factory=dict)
    rated_ua: int = RATED_UA


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFlags:
    """The flags as typed. Per channel: `6`, or `1=6,2=7`."""

    sensory_ma: str | None
    comfort_ma: str | None
    at_us: int
    at_hz: float
    pad_cm2: float
    channels: str | None
    profile: str
    pain_at_rest: int | None
    sensory_level: str | None = None
    comfort_level: str | None = None
    rated_ma: float = RATED_UA / 1000

    @property
    def has_thresholds(self) -> bool:
        """Whether any threshold was given."""
        return self.sensory_ma is not None or self.comfort_ma is not None

    @property
    def has_levels(self) -> bool:
        """Whether any level was given."""
        return self.sensory_level is not None or self.comfort_level is not None

    def listed_channels(self, otherwise: tuple[int, ...]) -> tuple[int, ...]:
        """Those of --channels, or `otherwise`."""
        return otherwise if self.channels is None else _channels(self.channels)

    def range_for(self, channels: tuple[int, ...], scale: Scale, *, simulated: bool) -> Range:
        """What a unit of this scale is asked for: thresholds for one in milliamperes, levels for one in levels."""
        if scale is Scale.LEVEL:
            return Range(levels=self.levels(channels, simulated=simulated), rated_ua=self._rated_ua())
        if self.has_levels:
            raise ConfigError("--sensory-level and --comfort-level are for units without a calibrated output; "
                              "this one takes --sensory-ma and --comfort-ma")  # fmt: skip
        return Range(thresholds=self.thresholds(channels, simulated=simulated))

    def levels(self, channels: tuple[int, ...], *, simulated: bool) -> dict[int, Levels]:
        """Levels of these channels; SafetyRefusal (exit 5) without any, unless the unit is simulated."""
        if self.has_thresholds:
            raise ConfigError("--sensory-ma and --comfort-ma say nothing of a unit without a calibrated output; "
                              "it takes --sensory-level and --comfort-level, 1 to 100")  # fmt: skip
        if not self.has_levels and not simulated:
            raise SafetyRefusal(
                "a real unit needs the person's levels: --sensory-level and --comfort-level (with --at-us, --at-hz)"
            )
        sensory = _per_channel(
            "--sensory-level", self.sensory_level, SIMULATED_ONLY_LEVELS[0], channels, self.has_levels
        )
        comfort = _per_channel(
            "--comfort-level", self.comfort_level, SIMULATED_ONLY_LEVELS[1], channels, self.has_levels
        )
        self._check_rate()
        return {
            channel: Levels(
                sensory_level=_level("--sensory-level", sensory[channel]),
                comfort_level=_level("--comfort-level", comfort[channel]),
                at_phase_us=self.at_us,
                at_period_us=units.period_us(self.at_hz),
            )
            for channel in channels
        }

    def _rated_ua(self) -> int:
        if not 0 < self.rated_ma <= 200:
            raise ConfigError(f"--rated-ma {self.rated_ma:g}: allowed are more than 0 and up to 200 mA")
        return units.microamperes(self.rated_ma)

    def _check_rate(self) -> None:
        if not _PERIODS_HZ[0] <= self.at_hz <= _PERIODS_HZ[1]:
            raise ConfigError(f"--at-hz {self.at_hz:g}: allowed are {_PERIODS_HZ[0]:g} to {_PERIODS_HZ[1]:g} Hz")

    def plan_for(self, plan: Plan) -> Plan:
        """`plan` on the channels asked for, with the person's answer to what its conditions ask."""
        plan = replace(plan, pain_at_rest=self.pain_at_rest)
        if self.channels is None:
            return plan
        wanted = _channels(self.channels)
        extra = sorted(set(wanted) - set(plan.channels))
        if extra:
            raise ConfigError(f"--channels {self.channels}: {plan.title} is for channels {_listed(plan.channels)}")
        return replace(plan, channels=wanted)

    def thresholds(self, channels: tuple[int, ...], *, simulated: bool) -> dict[int, Thresholds]:
        """Thresholds of these channels; SafetyRefusal (exit 5) without any, unless the unit is simulated."""
        if not self.has_thresholds and not simulated:
            raise SafetyRefusal(
                "a real unit needs the person's thresholds: --sensory-ma and --comfort-ma (found with --at-us, --at-hz)"
            )
        sensory = _per_channel("--sensory-ma", self.sensory_ma, SIMULATED_ONLY_MA[0], channels, self.has_thresholds)
        comfort = _per_channel("--comfort-ma", self.comfort_ma, SIMULATED_ONLY_MA[1], channels, self.has_thresholds)
        self._check_rate()
        return {
            channel: Thresholds(
                sensory_ua=units.microamperes(sensory[channel]),
                comfort_ua=units.microamperes(comfort[channel]),
                at_phase_us=self.at_us,
                at_period_us=units.period_us(self.at_hz),
            )
            for channel in channels
        }

    def pads_mm2(self, channels: tuple[int, ...]) -> dict[int, int]:
        """The pad area of each channel."""
        if not 0 < self.pad_cm2 <= 500:
            meant = f"; in mm²? write {self.pad_cm2 / 100:g}" if 500 < self.pad_cm2 <= 50_000 else ""
            raise ConfigError(f"--pad-cm2 {self.pad_cm2:g}: allowed are more than 0 and up to 500 cm²{meant}")
        return dict.fromkeys(channels, round(self.pad_cm2 * 100))


def person_flags(command: F) -> F:
    """Add the flags; the command takes them as keyword arguments named like PersonFlags' fields."""
    for option in reversed(
        (
            click.option("--sensory-ma", metavar="MA", help="First tingling, in mA; per channel: 1=6,2=7."),
            click.option("--comfort-ma", metavar="MA", help="Comfortable maximum, in mA."),
            click.option(
                "--sensory-level",
                metavar="1-100",
                help="First tingling, for a unit without a calibrated output; per channel: 1=20,2=25.",
            ),
            click.option("--comfort-level", metavar="1-100", help="Comfortable maximum, for such a unit."),
            click.option(
                "--rated-ma",
                type=float,
                default=RATED_UA / 1000,
                show_default=True,
                help="What current such a unit can give at most.",
            ),
            click.option(
                "--at-us", type=int, default=200, show_default=True, help="Phase duration they were found at."
            ),
            click.option("--at-hz", type=float, default=80.0, show_default=True, help="Rate they were found at."),
            click.option("--pad-cm2", type=float, default=25.0, show_default=True, help="Area of the smaller pad."),
            click.option("--channels", metavar="1,2", help="Only these channels."),
            click.option(
                "--profile",
                type=click.Choice(["consumer", "clinical"]),
                default="consumer",
                show_default=True,
                help="Which limits.",
            ),
            click.option(
                "--pain-at-rest",
                type=click.IntRange(0, 10),
                metavar="0-10",
                help="Pain at rest now, for a program with a condition.",
            ),
        )
    ):
        command = option(command)
    return command


def _per_channel(
    flag: str, text: str | None, default: float, channels: tuple[int, ...], needed: bool
) -> dict[int, float]:
    if text is None:
        if needed:
            raise ConfigError(f"{flag} is missing; sensory threshold and comfortable maximum go together")
        return dict.fromkeys(channels, default)
    if "=" not in text:
        return dict.fromkeys(channels, _number(flag, text))
    given: dict[int, float] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        channel = _channels(name)[0]
        if channel in given:
            raise ConfigError(f"{flag} {text}: channel {channel} twice; once is enough")
        given[channel] = _number(flag, value)
    missing = sorted(set(channels) - set(given))
    if missing:
        raise ConfigError(f"{flag} {text}: nothing for channel {_listed(tuple(missing))}")
    return given


def _level(flag: str, value: float) -> int:
    if value != int(value):
        raise ConfigError(f"{flag} {value:g}: levels are whole, 1 to 100")
    return int(value)


def _number(flag: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if flag.endswith("-level"):
        if not 0 < value <= 100:
            raise ConfigError(f"{flag} {text!r}: allowed are levels 1 to 100, as in 20 or 1=20,2=25")
        return value
    if 100 < value <= 100_000:
        raise ConfigError(f"{flag} {text}: up to 100 mA are allowed; in microamperes? write {value / 1000:g}")
    if not 0 < value <= 100:
        raise ConfigError(f"{flag} {text!r}: allowed are more than 0 and up to 100 mA, as in 6 or 1=6,2=7")
    return value


def _channels(text: str) -> tuple[int, ...]:
    try:
        channels = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        channels = ()
    if not channels or channels[0] < 1:
        raise ConfigError(f"{text!r} names no channels; allowed are numbers from 1, as in 1,2")
    return channels


def _listed(channels: tuple[int, ...]) -> str:
    return ", ".join(map(str, channels))
