"""What a driver learns from its unit, whatever the family: frozen facts for the engine."""

from dataclasses import dataclass

from stimctl.model.capabilities import Capabilities
from stimctl.model.telemetry import Reported

__all__ = [
    "Accepted",
    "ArmRefused",
    "Armed",
    "Fact",
    "GapSeen",
    "Heard",
    "Identified",
    "NoAnswer",
    "NoiseHeard",
    "Settled",
    "UnitFault",
    "WrongUnit",
    "ZeroConfirmed",
]


@dataclass(frozen=True, slots=True)
class Identified:
    """The unit said who it is and was stopped once: it is at zero."""

    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing came back for as long as a unit of this family may take."""

    waited_ms: int


@dataclass(frozen=True, slots=True)
class WrongUnit:
    """Something answers, and it is not this family, or not a version that we speak."""

    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The unit's clock is known well enough to arm."""

    best_rtt_us: int
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class Armed:
    """Every channel asked for is armed, with the ceilings as asked."""


@dataclass(frozen=True, slots=True)
class ArmRefused:
    """The unit would not arm."""

    why: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The unit has taken a segment of this channel, up to this host time."""

    channel: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class GapSeen:
    """This channel went to zero, or will, without having been asked to."""

    channel: int
    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Telemetry of one channel."""

    reported: Reported


@dataclass(frozen=True, slots=True)
class ZeroConfirmed:
    """The unit answered a stop. `output_off` is what it measures."""

    output_off: bool


@dataclass(frozen=True, slots=True)
class UnitFault:
    """The unit tripped, restarted or lost its clock: nothing that was agreed holds."""

    why: str


@dataclass(frozen=True, slots=True)
class NoiseHeard:
    """Bytes that are no frame of this family; so many pieces so far."""

    pieces: int


Fact = (
    Identified
    | NoAnswer
    | WrongUnit
    | Settled
    | Armed
    | ArmRefused
    | Accepted
    | GapSeen
    | Heard
    | ZeroConfirmed
    | UnitFault
    | NoiseHeard
)
