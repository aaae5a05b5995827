"""What goes over a line in words, for people who read a capture: frames and lines as each family's codec has them.

Rule 1: nothing is raised and nothing is left out, whatever the bytes are: what is no frame is shown as bytes.
Rule 2: a frame is said when its last byte has come.
"""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Protocol

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.openemsstim import codec as openemsstim
from firmware_protocol.openemsstim.events import Drive
from firmware_protocol.stimlink.codec import Decoder
from firmware_protocol.stimlink.events import UA_PER_UNIT, Malformed

__all__ = ["Reader", "reader"]

# Fields of stimlink in units of 10 µA, a slope in those per second.
_IN_UNITS = ("amplitude", "amplitude_start", "amplitude_end", "ceiling", "step", "slope")
# The board's longest line is 106 bytes; one without an end is cut to be shown at all.
_LONGEST_LINE = 600
_DIGITS = bytes.maketrans(b"ABCDEF", b"012345")
_COMMAND = re.compile(rb"C(\d{1,9})I(\d{1,9})T(\d{1,9})G", re.ASCII)


class Reader(Protocol):
    """One direction of one line."""

    def read(self, data: bytes) -> list[str]:
        """What `data` completes."""


def reader(family: str) -> Reader:
    """For a family by its name; of one that has no codec here, bytes in hex."""
    return _READERS.get(family, _Bytes)()


class _Stimlink:
    def __init__(self) -> None:
        self._decoder = Decoder()

    def read(self, data: bytes) -> list[str]:
        return [
            f"no frame ({event.why}): {event.raw.hex(' ')}" if isinstance(event, Malformed) else _named(event)
            for event in self._decoder.receive(data)
        ]


class _OpenEmsStim:
    def __init__(self) -> None:
        self._line = b""

    def read(self, data: bytes) -> list[str]:
        *lines, self._line = (self._line + data).split(b"\n")
        if len(self._line) > _LONGEST_LINE:
            lines.append(self._line)
            self._line = b""
        return [_line(line) for line in lines]


class _Bytes:
    def read(self, data: bytes) -> list[str]:
        return [data.hex(" ")] if data else []


_READERS: dict[str, Callable[[], Reader]] = {"stimlink": _Stimlink, "openemsstim": _OpenEmsStim}


def _named(event: object) -> str:
    """`Ack seq=3 channel=1 queued=2`; amplitudes in mA."""
    assert is_dataclass(event)
    return " ".join([type(event).__name__, *_values(event)])


def _values(event: object) -> list[str]:
    words: list[str] = []
    for field in fields(event):  # type: ignore[arg-type]  # only dataclasses come here
        value = getattr(event, field.name)
        if is_dataclass(value):
            words += _values(value)
        elif isinstance(value, bool):
            words += [field.name] if value else []
        elif isinstance(value, Enum):
            words.append(f"{field.name}={value.name}")
        elif field.name in _IN_UNITS:
            words.append(f"{field.name}={value * UA_PER_UNIT / 1000:g}mA{'/s' if field.name == 'slope' else ''}")
        else:
            words.append(f"{field.name}={value}")
    return words


def _line(line: bytes) -> str:
    command = _command(line + b"\n")
    if command is not None:
        return " ".join([type(command).__name__, *_values(command)])
    return repr(line.rstrip(b"\r"))[1:]


def _command(line: bytes) -> Drive | None:
    """The command on a line as the codec would have written it; None for any other line."""
    try:
        text = bytes.fromhex(line.removeprefix(b"WV,,").removesuffix(b".\n").translate(_DIGITS).decode("ascii"))
        found = _COMMAND.fullmatch(text)
        if found is None:
            return None
        channel, intensity, on_time_ms = map(int, found.groups())
        command = Drive(channel=channel + 1, intensity=intensity, on_time_ms=on_time_ms)
    except (ValueError, LocalProtocolError):
        return None
    return command if openemsstim.encode(command) == line else None
