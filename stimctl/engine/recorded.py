"""A record read again, a line at a time: what was put into the core, what left it, what was told. See record.py.

Rule 1: a line is one of these values or a BadValue; nothing else is raised, whatever the bytes are.
Rule 2: tellings stay text: what they say is compared, not understood.
"""

import json
from dataclasses import dataclass

from stimctl.model.as_json import BadValue

__all__ = ["Entry", "Flushed", "Heard", "Input", "Left", "Passed", "Received", "Said", "Told", "Took", "read_entry"]

# 285 years: a time beyond is damage.
_LATEST_NS = 9 * 10**18
_LEFT = ("sent", "stop first", "refused", "line reset")


@dataclass(frozen=True, slots=True)
class Heard:
    """Bytes from the front end; none at all: it closed its pipe."""

    at_ns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes from the unit."""

    at_ns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Said:
    """Something from the process around the core: a stop, a line that was lost, a computer that slept."""

    at_ns: int
    words: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Time, which ends a turn."""

    at_ns: int


@dataclass(frozen=True, slots=True)
class Left:
    """What the core gave out for the line: bytes `sent`, `stop first`, or `refused` by the audit and kept back; or a
    `line reset`, which has none.
    """

    at_ns: int
    data: bytes
    how: str


@dataclass(frozen=True, slots=True)
class Told:
    """A telling, as JSON."""

    text: str


@dataclass(frozen=True, slots=True)
class Took:
    """Bytes that the line took. In captures only."""

    at_ns: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Flushed:
    """At most so many of the bytes that the line had taken were thrown away by a stop. In captures only."""

    at_ns: int
    count: int


Input = Heard | Received | Said | Passed
Entry = Input | Left | Told | Took | Flushed


def read_entry(line: bytes) -> Entry:
    """The value on a line without its end; BadValue if there is none."""
    try:
        text = line.decode()
        found = json.loads(text)
    except (ValueError, RecursionError) as why:
        raise BadValue(f"not a line of JSON: {why}") from None
    if not isinstance(found, dict):
        raise BadValue(f"not a JSON object: {text[:40]!r}")
    if "event" in found:
        return Told(text)
    at_ns = found.pop("at", None)
    found.pop("t_us", None)
    if type(at_ns) is not int or not 0 <= at_ns <= _LATEST_NS or len(found) > 1:
        raise BadValue(f"neither a telling nor an input nor what left: {text[:40]!r}")
    for kind, value in found.items():
        return _valued(at_ns, kind, value)
    return Passed(at_ns)


def _valued(at_ns: int, kind: str, value: object) -> Entry:
    if kind == "flushed" and type(value) is int and value >= 0:
        return Flushed(at_ns, value)
    if not isinstance(value, str):
        raise BadValue(f"{kind!r:.40} is {value!r:.40}, expected text")
    if kind == "front":
        return Heard(at_ns, _text_bytes(value))
    if kind == "said":
        return Said(at_ns, value)
    if kind == "link":
        return Received(at_ns, _hex_bytes(value))
    if kind == "took":
        return Took(at_ns, _hex_bytes(value))
    if kind in _LEFT:
        return Left(at_ns, _hex_bytes(value), kind)
    raise BadValue(f"unknown: {kind!r:.40}")


def _hex_bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise BadValue(f"not bytes in hex: {text[:40]!r}") from None


def _text_bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise BadValue(f"half a character that no byte gives: {text[:40]!r}") from None
