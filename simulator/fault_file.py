"""Fault plans out of TOML.

Rule 1: a plan is a list of `[[fault]]` tables; each kind has its own keys, and any other key is an error.
Rule 2: an error names the plan, the fault's place in it, the key, what was found and what is allowed.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.faults import (
    BrownOut,
    ClockSkew,
    ClockWrap,
    Corrupt,
    Delay,
    Direction,
    Drop,
    DropBytes,
    Duplicate,
    ElectrodeHalfOff,
    ElectrodeOff,
    FaultPlan,
    FaultPlanError,
    FrontFrozen,
    FullDisk,
    HostStall,
    Noise,
    PadDrying,
    PlannedFault,
    Reboot,
    SlowDisk,
    Split,
    Stall,
    StuckOutput,
    Suspend,
    Trickle,
    Unplug,
)

__all__ = ["KINDS", "Kind", "parse_fault_plan"]

_NS_PER_S = 1_000_000_000
_NS_PER_MS = 1_000_000
# A day: longer than any session; keeps numbers sane.
_LONGEST_S = 86_400
_LONGEST_DELAY_MS = 60_000
# As many channels as a stimlink unit may have.
_MOST_CHANNELS = 8
# A hundred times what a host tolerates.
_MOST_PPM = 50_000


@dataclass(frozen=True, slots=True)
class Kind:
    """What a fault of the kind is made of; `at_s` is always needed."""

    make: Callable[..., PlannedFault]
    needed: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All of them, in the order of the page."""
        return ("at_s", *self.needed, *self.allowed)


_BY_CHANCE = ("for_s", "direction", "probability")

KINDS: dict[str, Kind] = {
    "drop": Kind(Drop, allowed=_BY_CHANCE),
    "drop-bytes": Kind(DropBytes, allowed=_BY_CHANCE),
    "corrupt": Kind(Corrupt, allowed=_BY_CHANCE),
    "duplicate": Kind(Duplicate, allowed=_BY_CHANCE),
    "delay": Kind(Delay, needed=("delay_ms",), allowed=("for_s", "direction")),
    "split": Kind(Split, needed=("gap_ms",), allowed=("for_s", "direction")),
    "trickle": Kind(Trickle, needed=("gap_ms",), allowed=("for_s", "direction")),
    "stall": Kind(Stall, needed=("for_s",), allowed=("direction",)),
    "noise": Kind(Noise, allowed=_BY_CHANCE),
    "unplug": Kind(Unplug, allowed=("for_s",)),
    "reboot": Kind(Reboot),
    "brown-out": Kind(BrownOut, needed=("for_s",)),
    "stuck-output": Kind(StuckOutput, allowed=("for_s", "channel")),
    "clock-skew": Kind(ClockSkew, needed=("ppm",), allowed=("for_s",)),
    "clock-wrap": Kind(ClockWrap),
    "electrode-off": Kind(ElectrodeOff, allowed=("for_s", "channel")),
    "electrode-half-off": Kind(ElectrodeHalfOff, allowed=("for_s", "channel", "contact_percent")),
    "pad-drying": Kind(PadDrying, needed=("for_s",), allowed=("channel",)),
    "host-stall": Kind(HostStall, needed=("for_s",)),
    "suspend": Kind(Suspend, needed=("for_s",)),
    "slow-disk": Kind(SlowDisk, needed=("delay_ms",), allowed=("for_s",)),
    "full-disk": Kind(FullDisk),
    "front-frozen": Kind(FrontFrozen, allowed=("for_s",)),
}


def parse_fault_plan(text: str, name: str) -> FaultPlan:
    """The plan in `text`; FaultPlanError, which begins with `name`, for anything that is not one."""
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as why:
        raise FaultPlanError(f"{name}: not TOML: {why}") from None
    unknown = sorted(set(document) - {"fault"})
    if unknown:
        raise FaultPlanError(f"{name}: unknown key {unknown[0]!r}, allowed: fault")
    tables = document.get("fault", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FaultPlanError(f"{name}: 'fault' is {tables!r}, allowed: tables headed [[fault]]")
    return FaultPlan(tuple(_fault(_Table(table, f"{name}: fault {n}")) for n, table in enumerate(tables, 1)))


def _fault(table: "_Table") -> PlannedFault:
    name = table.choice("kind", list(KINDS))
    kind = KINDS[name]
    table.only(("kind", *kind.keys), name)
    asked = [key for key in kind.keys if key == "at_s" or key in kind.needed or table.has(key)]
    return kind.make(**dict(table.field(key) for key in asked))


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

    def field(self, key: str) -> tuple[str, object]:
        """The name and value of what a key of the file stands for."""
        match key:
            case "at_s":
                return "at_ns", round(self._number(key, 0, _LONGEST_S) * _NS_PER_S)
            case "for_s":
                return "for_ns", round(self._number(key, 0, _LONGEST_S) * _NS_PER_S)
            case "delay_ms":
                return "delay_ns", round(self._number(key, 0, _LONGEST_DELAY_MS) * _NS_PER_MS)
            case "gap_ms":
                return "gap_ns", round(self._number(key, 0, _LONGEST_DELAY_MS) * _NS_PER_MS)
            case "direction":
                return key, Direction(self.choice(key, [direction.value for direction in Direction]))
            case "probability":
                return key, self._number(key, 0, 1)
            case "contact_percent":
                return "contact_permille", round(self._number(key, 0, 100) * 10)
            case "ppm":
                return key, round(self._number(key, -_MOST_PPM, _MOST_PPM))
            case _:
                return key, self._channel(key)

    def _channel(self, key: str) -> int:
        found = self.values[key]
        if not isinstance(found, int) or isinstance(found, bool) or not 1 <= found <= _MOST_CHANNELS:
            raise self._wrong(key, f"1 to {_MOST_CHANNELS}")
        return found

    def _number(self, key: str, least: float, most: float) -> float:
        found = self.values.get(key)
        if not isinstance(found, int | float) or isinstance(found, bool) or not least <= found <= most:
            raise self._wrong(key, f"a number from {least} to {most}")
        return found

    def _wrong(self, key: str, allowed: str) -> FaultPlanError:
        found = repr(self.values[key]) if key in self.values else "missing"
        return FaultPlanError(f"{self.where}: {key} is {found}, allowed: {allowed}")
