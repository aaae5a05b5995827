"""The list of past sessions, newest first, from the ends of their journals.

Rule 1: names give the order, so that only as many files are opened as are asked for.
Rule 2: whatever lies there is told of, and nothing is raised: a file that cannot be read is a line that says why.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from errno import EINVAL
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from stimctl.history.ends import FLOWING, read_ends
from stimctl.history.header import read_header, time_in_name
from stimctl.history.lines import asked_on, read_line, worth_reading
from stimctl.history.running import running_id
from stimctl.history.summary import Gathering, Summary, Unreadable
from stimctl.model.as_json import BadValue
from stimctl.places import data_dir

__all__ = ["changed_at", "find_sessions", "open_regular", "reason_of", "session_on", "sessions", "summary_of"]

_SUFFIX = ".jsonl"
_SAMPLE = b'"event":"sample"'


def sessions(directory: Path | None = None, most: int = 200) -> list[Summary | Unreadable]:
    """The newest `most` sessions below `directory` (`<data>/sessions`), newest first."""
    running = running_id()
    found: list[Summary | Unreadable] = []
    for path in _newest_first(directory or data_dir() / "sessions"):
        if len(found) >= most:
            break
        found.append(path if isinstance(path, Unreadable) else summary_of(path, running=running))
    # names are in local time, which goes back an hour once a year; what has no time comes last
    return sorted(found, key=lambda one: one.begun.timestamp() if one.begun else 0.0, reverse=True)


def find_sessions(id_begins: str, directory: Path | None = None) -> list[Path]:
    """The journals whose id begins so, by their names, newest first."""
    paths = _newest_first(directory or data_dir() / "sessions")
    return [path for path in paths if isinstance(path, Path) and path.stem.partition("-")[2].startswith(id_begins)]


def session_on(id: str, on: date, directory: Path | None = None) -> Path | None:
    """The journal of session `id` that began on this local day or the one before; None if it is gone."""
    sessions = directory or data_dir() / "sessions"
    for day in (on, on - timedelta(days=1)):
        names = _names(sessions / day.isoformat())
        if isinstance(names, list):
            for name in names:
                if name.endswith(f"-{id}{_SUFFIX}"):
                    return sessions / day.isoformat() / name
    return None


def summary_of(path: Path, running: str | None = None) -> Summary | Unreadable:
    """One session's. `running` is the id of the one that runs now, if any does."""
    begun = time_in_name(path)
    try:
        with open_regular(path) as file:
            ends, changed = read_ends(file), changed_at(file)
    except OSError as why:
        return Unreadable(path=path, why=reason_of(why), begun=begun)
    first, *lines = (*ends.head, *ends.tail) or (b"",)
    header = read_header(first, path, torn=ends.torn and not lines)
    if isinstance(header, str):
        return Unreadable(path=path, why=header, begun=begun)
    gathering = Gathering(path, header)
    few = worth_reading(lines)
    for line in few if ends.whole else _without_all_samples(few):
        with suppress(BadValue):
            telling = read_line(line)
            if telling is not None:
                gathering.take(telling)
            elif asked := asked_on(line):
                gathering.asked(asked)
    return gathering.summary(changed, whole=ends.whole, running=header.id == running)


def open_regular(path: Path) -> BinaryIO:
    """The file, for reading. OSError for anything but a regular one, which is not opened: a port would be reset."""
    if "\0" in str(path):
        raise OSError(EINVAL, "no file has such a name")
    mode = os.stat(path).st_mode
    if not S_ISREG(mode):
        raise OSError(EINVAL, "it is a directory" if S_ISDIR(mode) else "it is not a regular file")
    return open(path, "rb")


def changed_at(file: BinaryIO) -> datetime:
    """When a file was last written to, in local time."""
    try:
        return datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime).astimezone()
    except (ValueError, OverflowError):
        # a time that no calendar has is as good as none
        return datetime.fromtimestamp(0).astimezone()


def _without_all_samples(lines: list[bytes]) -> Iterator[bytes]:
    """All but the samples, and the last of those while current flowed: how far the plan came."""
    yield from (line for line in lines if _SAMPLE not in line)
    last = next((line for line in reversed(lines) if FLOWING.search(line)), None)
    if last is not None:
        yield last


def _newest_first(directory: Path) -> Iterator[Path | Unreadable]:
    days = _names(directory)
    if isinstance(days, Unreadable):
        yield days
        return
    for day in days:
        if day.endswith(_SUFFIX):
            yield directory / day
            continue
        names = _names(directory / day)
        if isinstance(names, Unreadable):
            yield names
        else:
            yield from (directory / day / name for name in names if name.endswith(_SUFFIX))


def _names(directory: Path) -> list[str] | Unreadable:
    """What lies in a directory, the last by name first; nothing where there is none."""
    try:
        return sorted(os.listdir(directory), reverse=True)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as why:
        return Unreadable(path=directory, why=reason_of(why), begun=None)


def reason_of(why: OSError) -> str:
    """Why a file cannot be read, in words."""
    words = why.strerror or str(why)
    return f"cannot be read: {words[:1].lower()}{words[1:]}"
