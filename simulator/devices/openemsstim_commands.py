"""What the openEMSstim firmware makes of a line: pure, and with every mistake that it makes.

Measured on the real firmware, run on an emulated ATmega328P; read in its source where a mistake needed a reason.
Text is bytes throughout: the firmware knows no encoding.
"""

import struct
from dataclasses import dataclass

__all__ = ["Fields", "fields_of", "hex_decoded", "hex_part", "trimmed", "wiper_of"]

_SPACE = b" \t\n\v\f\r"
_INVALID = 0xFF
# The calibration bounds, for ever: no command that would change them can be sent.
_MIN_INTENSITY, _MAX_INTENSITY = 55, 215
_POT_STEPS = 255
_LONGEST_MS = 5_000


@dataclass(frozen=True, slots=True)
class Fields:
    """A command with a `G` in it. None: the letter is not there; -1: it is, and no digit follows.

    `channel` as written (0 or 1 where it can be used), `on_time_ms` and `intensity` as 16 bits with a sign.
    """

    channel: int
    on_time_ms: int | None
    intensity: int | None


def trimmed(line: bytes) -> bytes:
    """Without white space at either end."""
    return line.strip(_SPACE)


def hex_part(line: bytes) -> bytes:
    """Between the last comma and the last character, which is dropped whatever it is. Ends that cross are swapped."""
    begin, end = line.rfind(b",") + 1, len(line) - 1
    return line[min(begin, end) : max(begin, end)]


def hex_decoded(digits: bytes) -> bytes:
    """Two digits a byte; `A` to `F` count 0 to 5, and a pair with anything else in it is 0xFF."""
    pairs = (digits[at : at + 2] for at in range(0, len(digits), 2))
    return bytes(_byte_of(pair) for pair in pairs)


def _byte_of(pair: bytes) -> int:
    values = [_digit(one) for one in pair]
    if len(values) < 2 or None in values:
        return _INVALID
    high, low = values
    assert high is not None
    assert low is not None
    return 16 * high + low


def _digit(one: int) -> int | None:
    if one in b"0123456789":
        return one - ord("0")
    return one - ord("A") if one in b"ABCDEF" else None


def fields_of(command: bytes) -> Fields:
    """Each letter's first occurrence counts, in any order; whatever else is there is skipped."""
    channel = _number_after(command, b"C")
    on_time_ms = _number_after(command, b"T")
    return Fields(
        channel=-1 if channel is None else channel,
        on_time_ms=None if on_time_ms is None else min(on_time_ms, _LONGEST_MS),
        intensity=_number_after(command, b"I"),
    )


def _number_after(command: bytes, letter: bytes) -> int | None:
    at = command.find(letter)
    if at < 0:
        return None
    digits = command[at + 1 :]
    digits = digits[: len(digits) - len(digits.lstrip(b"0123456789"))]
    return _int16(int(digits)) if digits else -1


def _int16(value: int) -> int:
    """What is left of a number in 16 bits with a sign."""
    return (value + 0x8000) % 0x10000 - 0x8000


def wiper_of(intensity: int) -> int:
    """The pot's position, 255 for no signal and 0 for all of it; 0 to 100 are meant, and anything is taken."""
    span = _int16((_MAX_INTENSITY - _MIN_INTENSITY) * _int16(intensity - 1))
    # in single precision, as the board has it
    raised = int(_single(_single(span * _single(0.01)) + 0.5)) + _MIN_INTENSITY
    return _POT_STEPS - min(max(raised, 0), _POT_STEPS)


def _single(value: float) -> float:
    """What is left of a number in 32 bits of floating point."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])
