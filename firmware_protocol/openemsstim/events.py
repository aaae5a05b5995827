"""What is said to an openEMSstim board, and what it is understood to have said. Frozen values.

The board reports nothing of its own: no version, no state, no expiry. Its banner is who it is, and its echo is all
that it admits.
"""

from dataclasses import dataclass

from firmware_protocol.errors import LocalProtocolError

__all__ = [
    "AskPot",
    "Disconnected",
    "Drive",
    "Event",
    "Executed",
    "PotAt",
    "Ready",
    "Restarted",
    "Silent",
    "Stop",
    "Unexpected",
]

_CHANNELS = (1, 2)
_INTENSITY = range(1, 101)
_ON_TIME_MS = range(40, 5001)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """Host: one channel at an intensity, for an on-time that begins anew. The board checks none of it.

    `channel` 1 or 2; `intensity` 1 to 100, in the board's own unequal steps (0 is not off: stop instead);
    `on_time_ms` 40 to 5000 (shorter ones are no shorter, longer ones are cut, and beyond 32767 they never end).
    LocalProtocolError for any other value.
    """

    channel: int
    intensity: int
    on_time_ms: int

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("channel", self.channel, _CHANNELS),
            ("intensity", self.intensity, _INTENSITY),
            ("on_time_ms", self.on_time_ms, _ON_TIME_MS),
        ):
            if type(value) is not int or value not in allowed:
                raise LocalProtocolError(f"{name} is {value!r}, allowed: {allowed[0]} to {allowed[-1]}")


@dataclass(frozen=True, slots=True)
class Stop:
    """Host: both channels off. `resync`: after a line of its own, which ends whatever was cut before it."""

    resync: bool = False


@dataclass(frozen=True, slots=True)
class AskPot:
    """Host: channel 2's wiper one step up, which the board answers with where the potentiometer says that it is then.

    For a board whose outputs are off, and no other: it is one of the commands that are carried out whatever is on.
    """


@dataclass(frozen=True, slots=True)
class Ready:
    """Device: it has booted, as openEMSstim firmware does. It looks at its input 67 ms later."""


@dataclass(frozen=True, slots=True)
class Executed:
    """Device: the whole echo of this command has come, so it was carried out (the effect precedes the echo's end)."""

    command: Drive


@dataclass(frozen=True, slots=True)
class PotAt:
    """Device: where channel 2's wiper is, 0 (all of the signal) to 255 (none); 255 as well where no pot answers."""

    position: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """Device: it has begun to switch off. Channel 2 is off 20 ms, its pins 70 ms after this."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """Device: its banner begins: it has been reset, and its outputs are off until it has booted."""


@dataclass(frozen=True, slots=True)
class Unexpected:
    """Something came that is no part of what was to come. Nothing but a stop may be sent any more."""

    why: str


@dataclass(frozen=True, slots=True)
class Silent:
    """What was to come has not. Nothing but a stop may be sent now."""

    why: str


Event = Drive | Stop | AskPot | Ready | Executed | PotAt | Disconnected | Restarted | Unexpected | Silent
