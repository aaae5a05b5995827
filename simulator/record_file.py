"""A file of records, each line on disk's doorstep before the next pulse: what is written survives a kill."""

from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.delivered import Entry

__all__ = ["RecordFile"]


class RecordFile:
    """A sink that writes JSON lines and flushes each at once. An existing file is replaced. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, entry: Entry) -> None:
        self._file.write(entry.line() + "\n")
        self._file.flush()
