"""Fault plans: what is to go wrong and when, typed, out of TOML.

Rule 1: a plan is a list of `[[fault]]` tables; each kind has its own keys, and any other key is an error.
Rule 2: an error names the plan, the fault's place in it, the key, what was found and what is allowed.
Times are seconds since the simulator's start in the file, ns inside. Without `for_s` a fault lasts to the end, but for
noise, which then comes once.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

__all__ = [
    "NO_FAULTS",
    "Delay",
    "Direction",
    "Drop",
    "ElectrodeOff",
    "FaultPlan",
    "FaultPlanError",
    "Noise",
    "PlannedFault",
    "Reboot",
    "Unplug",
    "Window",
    "parse_fault_plan",
]

_NS_PER_S = 1_000_000_000
_NS_PER_MS = 1_000_000
# A day: longer than any session; keeps numbers sane.
_LONGEST_S = 86_400
_LONGEST_DELAY_MS = 60_000
# As many channels as a stimlink unit may have.
_MOST_CHANNELS = 8


class FaultPlanError(ValueError):
    """A plan that cannot be followed, and why."""


class Direction(Enum):
    TO_DEVICE = "to-device"
    TO_HOST = "to-host"
    BOTH = "both"

    def covers(self, other: "Direction") -> bool:
        return self is Direction.BOTH or self is other


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `at_ns`, for `for_ns`; without it, for good."""

    at_ns: int
    for_ns: int | None = None

    @property
    def end_ns(self) -> int | None:
        return None if self.for_ns is None else self.at_ns + self.for_ns

    def holds(self, now_ns: int) -> bool:
        return self.at_ns <= now_ns and (self.for_ns is None or now_ns < self.at_ns + self.for_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Window):
    """Each write is lost as a whole, by chance."""

    direction: Direction = Direction.BOTH
    probability: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Window):
    """Each write is held up; its order stays."""

    delay_ns: int
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise(Window):
    """Random bytes on the line, a burst every 10 ms by chance."""

    direction: Direction = Direction.BOTH
    probability: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplug(Window):
    """The cable is out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot(Window):
    """A brown-out at `at_ns`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectrodeOff(Window):
    """An electrode of the channel has come off."""

    channel: int = 1


PlannedFault = Drop | Delay | Noise | Unplug | Reboot | ElectrodeOff


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Faults in the order of the file."""

    faults: tuple[PlannedFault, ...]


NO_FAULTS = FaultPlan(())

_KEYS: dict[str, tuple[str, ...]] = {
    "drop": ("at_s", "for_s", "direction", "probability"),
    "delay": ("at_s", "for_s", "direction", "delay_ms"),
    "noise": ("at_s", "for_s", "direction", "probability"),
    "unplug": ("at_s", "for_s"),
    "reboot": ("at_s",),
    "electrode-off": ("at_s", "for_s", "channel"),
}


def parse_fault_plan(text: str, name: str) -> FaultPlan:
    """The plan in `text`; FaultPlanError, which begins with `name`, for anything that is not one."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise FaultPlanError(f"{name}: not TOML: {why}") from None
    unknown = sorted(set(document) - {"fault"})
    if unknown:
        raise FaultPlanError(f"{name}: unknown key {unknown[0]!r}, allowed: fault")
    tables = document.get("fault", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FaultPlanError(f"{name}: 'fault' is {tables!r}, allowed: tables headed [[fault]]")
    return FaultPlan(tuple(_fault(_Table(table, f"{name}: fault {n}")) for n, table in enumerate(tables, 1)))


def _fault(table: "_Table") -> PlannedFault:
    kind = table.choice("kind", list(_KEYS))
    table.only(("kind", *_KEYS[kind]), kind)
    at_ns = table.ns("at_s", _NS_PER_S, _LONGEST_S)
    for_ns = table.ns("for_s", _NS_PER_S, _LONGEST_S) if table.has("for_s") else None
    match kind:
        case "drop":
            return Drop(at_ns=at_ns, for_ns=for_ns, direction=table.direction(), probability=table.probability())
        case "delay":
            delay_ns = table.ns("delay_ms", _NS_PER_MS, _LONGEST_DELAY_MS)
            return Delay(at_ns=at_ns, for_ns=for_ns, direction=table.direction(), delay_ns=delay_ns)
        case "noise":
            return Noise(at_ns=at_ns, for_ns=for_ns or 0, direction=table.direction(), probability=table.probability())
        case "unplug":
            return Unplug(at_ns=at_ns, for_ns=for_ns)
        case "reboot":
            return Reboot(at_ns=at_ns, for_ns=0)
        case _:
            return ElectrodeOff(at_ns=at_ns, for_ns=for_ns, channel=table.channel())


@dataclass(frozen=True, slots=True)
class _Table:
    """One `[[fault]]`, read key by key; every complaint says where it stands."""

    values: Mapping[str, object]
    where: str

    def has(self, key: str) -> bool:
        return key in self.values

    def only(self, allowed: tuple[str, ...], kind: str) -> None:
        for key in self.values:
            if key not in allowed:
                raise FaultPlanError(f"{self.where}: unknown key {key!r} of {kind}, allowed: {', '.join(allowed)}")

    def choice(self, key: str, allowed: list[str]) -> str:
        found = self.values.get(key)
        if not isinstance(found, str) or found not in allowed:
            raise self._wrong(key, ", ".join(allowed))
        return found

    def direction(self) -> Direction:
        if not self.has("direction"):
            return Direction.BOTH
        return Direction(self.choice("direction", [direction.value for direction in Direction]))

    def probability(self) -> float:
        return self._number("probability", 1) if self.has("probability") else 1.0

    def ns(self, key: str, unit_ns: int, most: float) -> int:
        return round(self._number(key, most) * unit_ns)

    def channel(self) -> int:
        found = self.values.get("channel", 1)
        if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= _MOST_CHANNELS:
            raise self._wrong("channel", f"1 to {_MOST_CHANNELS}")
        return found

    def _number(self, key: str, most: float) -> float:
        found = self.values.get(key)
        if not isinstance(found, int | float) or isinstance(found, bool) or not 0 <= found <= most:
            raise self._wrong(key, f"a number from 0 to {most}")
        return found

    def _wrong(self, key: str, allowed: str) -> FaultPlanError:
        found = repr(self.values[key]) if key in self.values else "missing"
        return FaultPlanError(f"{self.where}: {key} is {found}, allowed: {allowed}")
