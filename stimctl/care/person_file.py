"""One person's records on disk: `<data>/people/<id>.jsonl`, a line each, added at the end and never changed.

Rule 1: what was acknowledged is on the disk: `add` returns when it is synced, the file's name in its directory too.
Rule 2: two programs that write at once write one after the other, under a lock on the file.
Rule 3: a last line without an end was cut off before it was acknowledged: it is left out with a note, and ended as
        such before more is written. A file of a newer version is refused whole, and not written to.
Rule 4: any other line that cannot be read is damage: what it said, an emergency perhaps, is not guessed at.
Rule 5: nothing is written that could not be read again.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from stimctl.care import records
from stimctl.care.records import Record
from stimctl.errors import ConfigError
from stimctl.model.as_json import BadValue, from_json, json_line, plain
from stimctl.places import private_directory

__all__ = ["Content", "PersonFile", "stamp"]

VERSION = 1
# At the end of a line that was cut off, in place of what is missing.
_TORN = b" torn"
# By the name that stands on a line.
_KINDS: dict[str, type[Record]] = {kind.__name__: kind for kind in records.Record.__args__}


# Fields that are local dates.
_DAYS = {"on", "began_on", "opened_on"}


def stamp(now: datetime) -> str:
    """An instant as records have it: UTC, milliseconds, always as long, so that its text sorts as it does."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Content:
    """The records, oldest first; `torn` and `damaged` are notes, one a line that was left out."""

    records: tuple[Record, ...]
    torn: tuple[str, ...]
    damaged: tuple[str, ...]


class PersonFile:
    """Constructing touches nothing. ConfigError from all else where the disk says no, with its reason."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Content:
        """All of it."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError as why:
            raise ConfigError(f"{self.path} cannot be read: {why.strerror}") from None
        found: list[Record] = []
        torn: list[str] = []
        damaged: list[str] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                found.append(self._record(line, number))
            except BadValue as why:
                if number == len(lines) or line.endswith(_TORN):
                    torn.append(f"{self.path}, line {number} was cut off; it is left out")
                else:
                    damaged.append(f"{self.path}, line {number} cannot be read ({why})")
        return Content(tuple(found), tuple(torn), tuple(damaged))

    def add(self, new: Sequence[Record], *, create: bool = False) -> None:
        """Write them at the end, and to the disk. `create`: the file must not be there yet."""
        lines = [json_line({"version": VERSION, "record": type(one).__name__, **plain(one)}).encode() for one in new]
        if [self._record(line, 0) for line in lines] != list(new):
            raise ValueError(f"{new} would not be read as it was written")
        text = b"".join(line + b"\n" for line in lines)
        try:
            private_directory(self.path.parent)
            flags = os.O_RDWR | os.O_APPEND | (os.O_CREAT | os.O_EXCL if create else 0)
            descriptor = os.open(self.path, flags, 0o600)
            try:
                _lock(descriptor)
                if not create:
                    # a newer version's file is not written to
                    self.read()
                self._append(descriptor, text)
            finally:
                os.close(descriptor)
            if create:
                _sync(self.path.parent)
        except OSError as why:
            raise ConfigError(f"{self.path} cannot be written: {why.strerror}") from None

    def delete(self) -> None:
        """Gone from the disk. Those who still have it open write into nothing."""
        try:
            self.path.unlink()
            _sync(self.path.parent)
        except OSError as why:
            raise ConfigError(f"{self.path} cannot be deleted: {why.strerror}") from None

    def _append(self, descriptor: int, text: bytes) -> None:
        size = os.fstat(descriptor).st_size
        if size:
            os.lseek(descriptor, size - 1, os.SEEK_SET)
            text = self._end_of_last() + text if os.read(descriptor, 1) != b"\n" else text
        written = os.write(descriptor, text)
        if written != len(text):
            # what is there of it is a torn line, or lines that were not acknowledged: take them back
            os.ftruncate(descriptor, size)
            raise ConfigError(f"{self.path} cannot be written in full; free some disk space")
        os.fsync(descriptor)

    def _end_of_last(self) -> bytes:
        """What ends a last line without an end: whole but for that it counts, and is not taken back."""
        try:
            self._record(self.path.read_bytes().rpartition(b"\n")[2], 0)
        except BadValue:
            return _TORN + b"\n"
        return b"\n"

    def _record(self, line: bytes, number: int) -> Record:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise BadValue("not a line of JSON") from None
        if not isinstance(found, dict):
            raise BadValue("no record")
        version, name = found.pop("version", None), found.pop("record", None)
        if type(version) is int and version > VERSION:
            raise ConfigError(
                f"{self.path}, line {number}: version {version}, of a newer stimctl; this one reads version {VERSION}"
            )
        kind = _KINDS.get(name) if isinstance(name, str) else None
        if type(version) is not int or kind is None:
            raise BadValue("no record of this version")
        record = from_json(kind, found)
        try:
            for name in _DAYS & found.keys():
                date.fromisoformat(found[name])
            if datetime.fromisoformat(record.at).tzinfo is None:
                raise ValueError("a time without a zone")
        except ValueError as why:
            raise BadValue(f"{kind.__name__}: {why}") from None
        return record


def _lock(descriptor: int) -> None:
    """Until it is closed: whoever else writes waits. Where the system has no such locks, one write is one line."""
    if os.name == "posix":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
