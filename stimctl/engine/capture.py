"""A capture: one file with all that a session was made of, to be sent to those who are to find out what went wrong.

It is the journal (every input of the core with its time, what left, what was told) and what the line took and threw
away, without names (stimctl/engine/masking.py). `stimctl replay` reads it.

Rule 1: the loop never waits for it: it puts text into a queue, and a thread masks and writes.
Rule 2: whatever goes wrong with it is said once and changes nothing else.
Rule 3: it is opened before the unit, and a file that exists is never touched; one that nothing came into goes again.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from stimctl.engine.journal import Journal, Keeper
from stimctl.engine.masking import Masking
from stimctl.errors import ConfigError
from stimctl.model.as_json import json_line

__all__ = ["FORMAT", "VERSION", "Capture", "CapturedJournal", "open_capture"]

FORMAT = "stimctl.capture"
VERSION = 1
# Two minutes of a busy session: a disk that is so far behind does not come back in time.
_MOST_WAITING = 1 << 20


class File(Keeper, Protocol):
    """Where whole lines go: a Journal."""

    def close(self) -> None: ...


class Capture:
    """An open one, at `path`. `put` and `note` are for the loop, and cost it a place in a queue."""

    def __init__(self, file: File, path: Path, masking: Masking, *, last_writes_s: float = 2.0) -> None:
        """`last_writes_s`: so long the end of the process waits for a disk that is slow."""
        self._file, self._path, self._masking, self._last_writes_s = file, path, masking, last_writes_s
        self._failed: str | None = None
        self._notes: list[str] = []
        # characters; each is written by one thread only, so that neither has to lock
        self._given = self._done = 0
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self._thread = Thread(target=self._write, name="capture", daemon=True)
        self._thread.start()

    def put(self, text: str) -> None:
        """Whole lines of the record; what was noted since the last ones comes behind them."""
        notes, self._notes = self._notes, []
        text += "".join(f"{note}\n" for note in notes)
        if not text or self._failed is not None:
            return
        if self._given - self._done > _MOST_WAITING:
            self._failed = "the disk is too slow"
            return
        self._given += len(text)
        self._queue.put(text)

    def note(self, line: str) -> None:
        """Something that the link did, to come behind the record of the turn in which it did it."""
        self._notes.append(line)

    @property
    def failed(self) -> str | None:
        """Why nothing is captured any more, in words; None while all is well."""
        return f"{self._path} cannot be written any more: {self._failed}" if self._failed is not None else None

    def close(self) -> None:
        """What is waiting on the disk, if that takes it in time, and done. Idempotent."""
        self.put("")
        self._queue.put(None)
        self._thread.join(self._last_writes_s)

    def _write(self) -> None:
        while (text := self._queue.get()) is not None:
            why = self._file.write(self._masking.masked(text)) if self._failed is None else None
            if why is not None:
                # never back to none: what was left out meanwhile would be missing in the middle
                self._failed = why
            self._done += len(text)
        self._file.close()
        if not self._done:
            self._path.unlink(missing_ok=True)


class CapturedJournal:
    """A journal, and a capture beside it. `say` is called once, when nothing can be captured any more."""

    def __init__(self, journal: Keeper, capture: Capture, say: Callable[[str], None]) -> None:
        self._journal, self._capture, self._say = journal, capture, say
        self._said = False

    def write(self, text: str) -> str | None:
        """As the journal's, whatever the capture does."""
        self._capture.put(text)
        if self._capture.failed is not None and not self._said:
            self._said = True
            self._say(self._capture.failed)
        return self._journal.write(text)


def open_capture(
    path: Path, *, device: str, family: str, stimctl: str, start_wall: str, start_ns: int, instead: Mapping[str, str]
) -> Capture:
    """A capture with its first line on the disk; ConfigError says why there can be none, and then there is no file.

    `instead`: what is to be written for a text wherever it stands, for paths that name somebody.
    """
    masking = Masking(start_ns, instead)
    header = {
        "format": FORMAT,
        "version": VERSION,
        "stimctl": stimctl,
        "device": device,
        "family": family,
        "start_wall": start_wall,
        "start_monotonic_ns": start_ns,
    }
    if path.is_dir():
        raise ConfigError(f"{path}: a capture is a file, and this is a directory; name a file in it")
    try:
        file = Journal(path)
    except FileExistsError:
        raise ConfigError(
            f"{path} exists, and a capture never writes over anything; name another file, or move that one away"
        ) from None
    except OSError as why:
        raise ConfigError(f"{path}: no capture can be written there: {why.strerror}; name another file") from None
    failed = file.write(masking.masked(json_line(header)))
    if failed is not None:
        file.close()
        path.unlink(missing_ok=True)
        raise ConfigError(f"{path}: no capture can be written there: {failed}; name another file")
    return Capture(file, path, masking)
