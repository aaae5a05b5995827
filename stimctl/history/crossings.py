"""What went over a line, row by row, for people: frames both ways, and between them what the engine did and was told.

Rule 1: a frame to the unit is shown when the line took its last byte, where that is known: in captures. In journals it
is when the engine gave it out.
"""

from dataclasses import dataclass
from enum import Enum

from stimctl.drivers.spoken import reader
from stimctl.engine.recorded import Entry, Flushed, Heard, Left, Received, Said, Told, Took
from stimctl.history.lines import read_line, shown
from stimctl.history.sentences import sentence
from stimctl.model.as_json import BadValue

__all__ = ["Crossings", "Row", "Way"]


class Way(Enum):
    """Which way something went; a note went nowhere."""

    TO_UNIT = "to unit"
    FROM_UNIT = "from unit"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Row:
    """One of a table. `at_ns` is the host's monotonic clock."""

    at_ns: int
    way: Way
    text: str


class Crossings:
    """One recording's, in the order of its entries."""

    def __init__(self, family: str, start_ns: int, *, captured: bool) -> None:
        self._to_unit, self._from_unit = reader(family), reader(family)
        self._family, self._captured = family, captured
        self._now_ns = start_ns
        # given out and not taken by the line
        self._waiting = 0

    def take(self, entry: Entry) -> list[Row]:
        """The rows that this entry makes."""
        if not isinstance(entry, Told):
            self._now_ns = entry.at_ns
        match entry:
            case Received(data=data):
                return self._rows(Way.FROM_UNIT, self._from_unit.read(data))
            case Took(data=data):
                self._waiting = max(0, self._waiting - len(data))
                return self._rows(Way.TO_UNIT, self._to_unit.read(data))
            case Left():
                return self._left(entry)
            case Told(text=text):
                return self._told(text)
            case Said(words=words):
                return self._note(shown(words))
            case Heard(data=b""):
                return self._note("the front end is gone")
            case Flushed(count=count):
                return self._note(f"flushed: at most {count} bytes that the line had taken")
        return []

    def _left(self, left: Left) -> list[Row]:
        rows: list[Row] = []
        if left.how == "refused":
            return self._note(f"kept back by the audit: {'; '.join(reader(self._family).read(left.data))}")
        if not left.data:
            return self._note(left.how)
        if left.how == "stop first":
            if self._captured and self._waiting:
                rows = self._note(f"dropped: {self._waiting} bytes that the line had not taken")
            self._waiting = 0
        self._waiting += len(left.data)
        return rows if self._captured else self._rows(Way.TO_UNIT, self._to_unit.read(left.data))

    def _told(self, text: str) -> list[Row]:
        try:
            line = read_line(text.encode(errors="backslashreplace"))
            said = sentence(line) if line is not None else None
        except BadValue:
            return []
        return self._note(said[1]) if said is not None else []

    def _note(self, text: str) -> list[Row]:
        return self._rows(Way.NOTE, [text])

    def _rows(self, way: Way, texts: list[str]) -> list[Row]:
        return [Row(self._now_ns, way, text) for text in texts]
