"""What may be behind a USB serial port, by its USB ids alone: a guess, marked as one, and nothing is opened for it.

Rule 1: a chip names no unit. The same one is in thousands of things, so nothing here is ever certain.
Rule 2: `unverified` is what only documents or another program say; nobody here has read the ids of such a unit.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["SERIAL_CHIPS", "Guess", "Sure", "guesses"]


class Sure(Enum):
    """How much a guess is worth."""

    POSSIBLE = "possible"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A family that it may be, and why; `family` may be one that stimctl does not drive."""

    family: str
    sure: Sure
    why: str


# The chips of USB serial adapters and of the boards below, as the USB id list has them.
SERIAL_CHIPS: dict[tuple[int, int], str] = {
    (0x0403, 0x6001): "FT232R",
    (0x1A86, 0x7523): "CH340",
    (0x10C4, 0xEA60): "CP2102",
    (0x067B, 0x2303): "PL2303",
}
_FTDI = 0x0403

# openEMSstim is an Arduino Nano (its README); the Nano has an FT232R, its copies mostly a CH340.
_NANOS = {
    (0x0403, 0x6001): "an FT232R, as on the Arduino Nano",
    (0x1A86, 0x7523): "a CH340, as on copies of the Arduino Nano",
}
# What other stimulators' software looks for, or their boards have; boards of this kind are sold for everything.
_OTHERS = {
    (0x2341, 0x003E): ("pulsepal", "the native port of an Arduino Due, as in a Pulse Pal 2"),
    (0x16C0, 0x0483): ("stimjim", "the port of a Teensy, as in a StimJim"),
    (0x0483, 0x5740): ("sciencemode4", "an STM32's own port, as in a unit that speaks ScienceMode4"),
}


def guesses(vendor_id: int | None, product_id: int | None) -> tuple[Guess, ...]:
    """The likeliest first; empty where the ids say nothing, and for a port that is not on USB."""
    if vendor_id is None or product_id is None:
        return ()
    found = []
    nano = _NANOS.get((vendor_id, product_id))
    if nano is not None:
        found.append(Guess(family="openemsstim", sure=Sure.POSSIBLE, why=nano))
        found.append(Guess(family="stimlink", sure=Sure.POSSIBLE, why="firmware for stimlink fits the same boards"))
    if vendor_id == _FTDI:
        why = "its documents name a chip by FTDI, and not which"
        found.append(Guess(family="rehastim2", sure=Sure.UNVERIFIED, why=why))
    if (vendor_id, product_id) in _OTHERS:
        family, why = _OTHERS[vendor_id, product_id]
        found.append(Guess(family=family, sure=Sure.UNVERIFIED, why=why))
    return tuple(found)
