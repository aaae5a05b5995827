"""The journal on disk: append-only, written in the loop, synced by a side thread, readable to the last whole line.

Rule 1: `write` never waits for the disk; `fdatasync` runs beside it, and what it has not reached is under a second old.
Rule 2: a line is whole or not there: what a full disk cut off is cut back.
Rule 3: after the first failure nothing more is written.
"""

import os
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

__all__ = ["Journal", "Keeper"]

_SYNC_EVERY_S = 0.5


class Keeper(Protocol):
    """What the loop hands the record to."""

    def write(self, text: str) -> str | None:
        """Append whole lines; why nothing can be written any more, or None."""


class Journal:
    """An open journal. Making one raises OSError."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._size = 0
        self._synced = 0
        self._failed: str | None = None
        self._closing = Event()
        self._thread = Thread(target=self._sync, name="journal", daemon=True)
        self._thread.start()

    def write(self, text: str) -> str | None:
        """Append whole lines; why nothing can be written any more, or None."""
        if self._failed is not None or not text:
            return self._failed
        data = text.encode(errors="backslashreplace")
        try:
            written = os.write(self._descriptor, data)
        except OSError as why:
            self._failed = why.strerror or str(why)
            return self._failed
        self._size += written
        if written < len(data):
            whole = data[:written].rfind(b"\n") + 1
            self._failed = "no space is left on the disk"
            os.ftruncate(self._descriptor, self._size - written + whole)
        return self._failed

    def close(self) -> None:
        """Everything on the disk, then done. Idempotent."""
        if self._descriptor < 0:
            return
        self._closing.set()
        self._thread.join()
        os.close(self._descriptor)
        self._descriptor = -1

    def _sync(self) -> None:
        last = False
        while not last:
            last = self._closing.wait(_SYNC_EVERY_S)
            size = self._size
            if size == self._synced:
                continue
            try:
                os.fdatasync(self._descriptor)
            except OSError as why:
                self._failed = self._failed or why.strerror or str(why)
                return
            self._synced = size
