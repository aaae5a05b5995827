"""Fault plans: what is to go wrong and when, as values. `simulator/fault_file.py` reads them out of TOML.

Rule 1: faults of the line, the unit and the skin are done by a simulated unit; those of the computer are for whoever
        runs a virtual one (`stimctl simulate`, the campaign), and a unit that is served refuses them.
Rule 2: without `for_ns` a fault lasts to the end; a reboot, a wrap and noise come once.
Times are ns since the simulator's start.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = [
    "NO_FAULTS",
    "BrownOut",
    "ClockSkew",
    "ClockWrap",
    "Corrupt",
    "Delay",
    "Direction",
    "Drop",
    "DropBytes",
    "Duplicate",
    "ElectrodeHalfOff",
    "ElectrodeOff",
    "FaultPlan",
    "FaultPlanError",
    "FrontFrozen",
    "FullDisk",
    "HostFault",
    "HostStall",
    "LineFault",
    "Noise",
    "PadDrying",
    "PlannedFault",
    "Reboot",
    "SlowDisk",
    "Split",
    "Stall",
    "StuckOutput",
    "Suspend",
    "Trickle",
    "UnitFault",
    "Unplug",
    "Window",
]


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
class OfWrites(Window):
    """What befalls each write of a direction, by chance."""

    direction: Direction = Direction.BOTH
    probability: float = 1.0


# -- the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(OfWrites):
    """A write is lost as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropBytes(OfWrites):
    """Each byte is lost by chance, as in a receiver that is overrun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt(OfWrites):
    """One bit of a write is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(OfWrites):
    """A write arrives twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(Window):
    """Each write is held up; its order stays."""

    delay_ns: int
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Window):
    """Each write arrives in two pieces, cut anywhere."""

    gap_ns: int
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Trickle(Window):
    """Each write arrives byte by byte."""

    gap_ns: int
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall(Window):
    """Nothing passes; all of it, in order, when it is over."""

    for_ns: int
    direction: Direction = Direction.BOTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise(OfWrites):
    """Random bytes on the line, a burst every 10 ms by chance."""

    for_ns: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplug(Window):
    """The cable is out."""


# -- the unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot(Window):
    """Reset at `at_ns`."""

    for_ns: int | None = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrownOut(Window):
    """Its supply is gone."""

    for_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckOutput(Window):
    """A channel's output stage stays at what it gives at that moment, whatever the firmware does."""

    channel: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSkew(Window):
    """Its clock runs too fast by so many millionths."""

    ppm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWrap(Window):
    """Its 32 bits of microseconds are at their end at `at_ns`."""

    for_ns: int | None = 0


# -- the skin


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectrodeOff(Window):
    """An electrode of the channel has come off."""

    channel: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectrodeHalfOff(Window):
    """So much of it still touches."""

    channel: int = 1
    contact_permille: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PadDrying(Window):
    """The gel dries within `for_ns`, and stays dry."""

    for_ns: int
    channel: int = 1


# -- the computer


@dataclass(frozen=True, slots=True, kw_only=True)
class HostStall(Window):
    """The engine does not get to run; its clock goes on."""

    for_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend(Window):
    """The computer sleeps: nothing runs, and its monotonic clock stands."""

    for_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowDisk(Window):
    """Each write of the journal holds the engine up."""

    delay_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FullDisk(Window):
    """The journal cannot be written any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontFrozen(Window):
    """The front end neither beats nor speaks; what it had to say comes afterwards."""


LineFault = Drop | DropBytes | Corrupt | Duplicate | Delay | Split | Trickle | Stall
UnitFault = (
    LineFault
    | Noise
    | Unplug
    | Reboot
    | BrownOut
    | StuckOutput
    | ClockSkew
    | ClockWrap
    | ElectrodeOff
    | ElectrodeHalfOff
    | PadDrying
)
HostFault = HostStall | Suspend | SlowDisk | FullDisk | FrontFrozen
PlannedFault = UnitFault | HostFault


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Faults in the order of the file."""

    faults: tuple[PlannedFault, ...]

    @property
    def of_unit(self) -> "FaultPlan":
        """What a simulated unit does."""
        return FaultPlan(tuple(fault for fault in self.faults if not isinstance(fault, HostFault)))

    @property
    def of_host(self) -> tuple[HostFault, ...]:
        """What happens to the computer."""
        return tuple(fault for fault in self.faults if isinstance(fault, HostFault))


NO_FAULTS = FaultPlan(())
