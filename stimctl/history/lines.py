"""A line of a journal as history reads it: a telling by its names, whatever else a later or a damaged line may hold.

Rule 1: what is not there, or is not of its kind, is a BadValue, whatever the bytes are; nothing else is raised.
Rule 2: text comes without control characters, and short: a journal may be anybody's, and what is read is shown.
Rule 3: names that are not known are passed over: a journal outlives the version that wrote it.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stimctl.model.as_json import BadValue

__all__ = ["Asked", "Line", "asked_on", "object_of", "read_line", "shown", "worth_reading"]

# No unit has more channels, no session lasts longer (285 years), no current is higher: a number beyond is damage.
_MOST_CHANNELS = 64
_MOST = 2**53
_LONGEST_TEXT = 2_000

# How every telling begins in a journal: json_line keeps the order of fields. Other lines hold it with quotes escaped.
_MARK = b'"event":'
_TURN = b'{"at":'
_PREPARE = rb"\"do\":\"prepare\""
_TITLE = re.compile(r'"plan":\{"title":("(?:[^"\\]|\\.)*")')
_FOR = re.compile(r'"person":"([0-9a-f]{0,64})","course":"([0-9a-f]{0,64})"')


@dataclass(frozen=True, slots=True)
class Asked:
    """What a front end asked to prepare: the program's title, and random ids, empty for nobody who is known."""

    title: str
    person: str
    course: str


class Line:
    """A telling: `event` is its kind, `t_ms` is since the engine's start, 0 where the line does not say."""

    __slots__ = ("_values", "event", "t_ms")

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self.event = self.text("event")
        self.t_ms = self.whole("t_ms") if "t_ms" in values else 0

    def has(self, name: str) -> bool:
        """Whether there is a value, and it is not null."""
        return self._values.get(name) is not None

    def text(self, name: str) -> str:
        """A text, fit to be shown."""
        value = self._values.get(name)
        if not isinstance(value, str):
            raise BadValue(f"{name} is {value!r:.40}, expected text")
        return shown(value)

    def whole(self, name: str) -> int:
        """A whole number, 0 or more."""
        value = self._values.get(name)
        if type(value) is not int or not 0 <= value <= _MOST:
            raise BadValue(f"{name} is {value!r:.40}, expected a whole number, 0 or more")
        return value

    def plan_ms(self) -> int:
        """How far the plan is; 0 while it stands, and before its first pulse is due, which is said as below 0."""
        value = self._values.get("plan_ms")
        if type(value) is not int or not -_MOST <= value <= _MOST:
            raise BadValue(f"plan_ms is {value!r:.40}, expected a whole number")
        return max(0, value)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise BadValue(f"{name} is {value!r:.40}, expected true or false")
        return value

    def channel(self) -> int:
        """Which channel it is of, from 1."""
        return _channel(self.whole("channel"))

    def amplitude_ua(self, in_ma: str, in_levels: str) -> int:
        """What stands under one of these names, in µA, or in thousandths of a level."""
        name = in_levels if self.has(in_levels) else in_ma
        return _thousandths(name, self._values.get(name))

    def by_channel_ua(self, name: str) -> dict[int, int]:
        """Amplitudes by channel, which stand there in mA or levels, as µA or thousandths of a level."""
        values = self._values.get(name)
        if not isinstance(values, dict):
            raise BadValue(f"{name} is {values!r:.40}, expected values by channel")
        found: dict[int, int] = {}
        for key, value in values.items():
            if not (key.isascii() and key.isdecimal() and len(key) < 4):
                raise BadValue(f"{name}: {key!r:.40} is no channel")
            found[_channel(int(key))] = _thousandths(name, value)
        return dict(sorted(found.items()))


def read_line(line: bytes) -> Line | None:
    """The telling on a line; None for what the engine's core was given and what left (`at`). BadValue for neither."""
    if line.startswith(_TURN) and line.endswith(b"}"):
        return None
    values = object_of(line)
    if values is None:
        raise BadValue(f"not a JSON object: {line[:40]!r}")
    if "at" in values and "event" not in values:
        return None
    return Line(values)


def worth_reading(lines: Iterable[bytes]) -> list[bytes]:
    """The lines that claim to be tellings, or ask for a plan to be prepared: few of all, and found without parsing."""
    return [line for line in lines if _MARK in line or _PREPARE in line]


def asked_on(line: bytes) -> Asked | None:
    """The plan that a front end asks to prepare on this line, and for whom; None if that is not what the line is.

    A session that is refused has no other; a message that came in pieces has its title in the first.
    """
    if _PREPARE not in line:
        return None
    asked = (object_of(line) or {}).get("front")
    found = _TITLE.search(asked) if isinstance(asked, str) else None
    if found is None:
        return None
    title = object_of(b'{"title":' + found[1].encode(errors="backslashreplace") + b"}")
    whom = _FOR.search(asked) if isinstance(asked, str) else None
    person, course = whom.groups() if whom is not None else ("", "")
    return Asked(shown(str(title["title"])), person, course) if title else None


def object_of(line: bytes) -> dict[str, object] | None:
    """The JSON object on a line; None if there is none."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def shown(text: str) -> str:
    """`text` without what moves cursors, hides or rings: fit for a terminal, a line, at most 2 000 characters."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST_TEXT])


def _channel(number: int) -> int:
    if not 1 <= number <= _MOST_CHANNELS:
        raise BadValue(f"channel {number}, expected 1 to {_MOST_CHANNELS}")
    return number


def _thousandths(name: str, value: object) -> int:
    if type(value) not in (int, float) or not isinstance(value, int | float):
        raise BadValue(f"{name} is {value!r:.40}, expected milliamperes or a level")
    # not a number is not between anything
    if not 0 <= value <= _MOST:
        raise BadValue(f"{name} is {value!r:.40}, expected milliamperes or a level, 0 or more")
    return round(value * 1000)
