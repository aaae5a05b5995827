"""A capture or a journal to be run again: whose and of what it is, then its entries one by one, and where it ends.

Rule 1: in bounded memory, whatever the file is; nothing is raised but OSError as reading gives it.
Rule 2: a last line that was cut off is left out and said so; a line that cannot be read before that ends the entries,
for nothing after it would be what it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from stimctl.engine import capture
from stimctl.engine.recorded import Entry, Told, read_entry
from stimctl.history import header
from stimctl.history.index import open_regular, reason_of
from stimctl.history.lines import object_of, shown
from stimctl.model.as_json import BadValue, from_json
from stimctl.model.who import Who

__all__ = ["Damaged", "Recording", "Torn", "read_recording"]

# A front end's longest message is 1 MB; escaped and in quotes it may be six times that.
_LONGEST_LINE = 1 << 23
_BEGINS = b'{"format":"%s"'


@dataclass(frozen=True, slots=True)
class Torn:
    """The last line was cut off: whoever wrote it was killed."""

    number: int


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that cannot be read, with others behind it."""

    number: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """The first lines of one. `captured`: it has what the line took; `who`: what was known of the unit at first.

    Times are shown from `opened_ns`; the core began at `start_ns`, in a journal the same.
    """

    path: Path
    captured: bool
    who: Who
    id: str
    device: str
    started: str
    stimctl: str
    opened_ns: int
    start_ns: int
    first_entry: int

    def entries(self) -> Iterator[Entry | Torn | Damaged]:
        """What comes after the first lines. Torn and Damaged are the last; OSError if the file is gone meanwhile."""
        with open_regular(self.path) as file:
            for number, line, following in _numbered(file):
                if number < self.first_entry or not line.strip():
                    continue
                try:
                    yield read_entry(line.removesuffix(b"\n"))
                except BadValue as why:
                    added = _added(following)
                    if added is not None:
                        yield added
                    torn = added is not None or (not following and not line.endswith(b"\n"))
                    yield Torn(number) if torn else Damaged(number, shown(str(why)))
                    return


def read_recording(path: Path) -> Recording | str:
    """What is recorded in a file, or the sentence why nothing is."""
    try:
        with open_regular(path) as file:
            first, second = file.readline(_LONGEST_LINE), file.readline(_LONGEST_LINE)
    except OSError as why:
        return reason_of(why)
    said = object_of(first) or {}
    if said.get("format") == capture.FORMAT:
        return _of_capture(said, second, path)
    if first.strip() and said.get("format") != header.FORMAT and not _begins(first, header.FORMAT):
        if first.endswith(b"\n") or not _begins(first, capture.FORMAT):
            return "neither a capture nor a journal: its first line does not say so"
        return "a capture that is cut off in its first line: the program was killed as it began"
    return _of_journal(first, path)


def _of_capture(said: dict[str, object], second: bytes, path: Path) -> Recording | str:
    version, opened_ns = said.get("version"), said.get("start_monotonic_ns")
    if type(version) is not int or version != capture.VERSION:
        newer = isinstance(version, int) and version > capture.VERSION
        hint = "a newer stimctl wrote it, and can read it" if newer else "no stimctl writes that"
        return f"a capture of version {str(version)[:20]}, and this stimctl reads version {capture.VERSION}: {hint}"
    if type(opened_ns) is not int:
        return "a capture that does not say when it was begun"
    if not second.endswith(b"\n"):
        return "a capture in which nothing was recorded: the program was killed as it began"
    found = _of_journal(second, path)
    if isinstance(found, str):
        return f"a capture without a session: {found}"
    return replace(found, captured=True, opened_ns=opened_ns, first_entry=3)


def _of_journal(line: bytes, path: Path) -> Recording | str:
    found = header.read_header(line.removesuffix(b"\n"), path, torn=not line.endswith(b"\n"))
    if isinstance(found, str):
        return found
    said = object_of(line) or {}
    start_ns = said.get("at")
    if type(start_ns) is not int or start_ns < 0:
        return "a journal that does not say when its engine began"
    try:
        # journals of before units that say nothing of themselves have none
        who = from_json(Who, said.get("who", {}))
    except BadValue as why:
        return f"a journal that does not say of which unit it is: {shown(str(why))}"
    return Recording(
        path=path,
        captured=False,
        who=who,
        id=found.id,
        device=found.device,
        started=shown(str(said.get("started", ""))),
        stimctl=shown(str(said.get("stimctl", ""))),
        opened_ns=start_ns,
        start_ns=start_ns,
        first_entry=2,
    )


def _begins(line: bytes, of: str) -> bool:
    """Whether this is a first line, or as much of it as there is."""
    begins = _BEGINS % of.encode()
    return line[: len(begins)] == begins[: len(line)]


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes, bytes]]:
    """Each line with its number, from 1, and the one that follows; of one that is too long there is its beginning."""
    number, line = 0, file.readline(_LONGEST_LINE)
    while line:
        number += 1
        rest = line
        while not rest.endswith(b"\n") and len(rest) == _LONGEST_LINE:
            rest = file.readline(_LONGEST_LINE)
        following = file.readline(_LONGEST_LINE)
        yield number, line, following
        line = following


def _added(line: bytes) -> Told | None:
    """What a front end adds where its engine died, perhaps in the middle of a line; None for any other line."""
    said = object_of(line) or {}
    return (
        Told(line.decode(errors="replace").rstrip()) if said.get("event") == "ended" and said.get("seq") == 0 else None
    )
