"""What happens inside a board, as a file: JSON lines for a board that runs, one JSON document for a script."""

import json
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["EventFile"]


class EventFile:
    """A header line, then `[t_us, kind, value]`, t from the last reset. Replaces what was there. Raises OSError."""

    def __init__(self, path: Path, model: str) -> None:
        self._path, self._model = path, model

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8")
        self._write({"format": "stimctl.events", "version": 1, "model": self._model})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._file.close()

    def __call__(self, t_us: int, kind: str, value: int | str) -> None:
        """To be given as what a device's `seen` is."""
        self._write([t_us, kind, value])

    def _write(self, what: object) -> None:
        self._file.write(json.dumps(what) + "\n")
        self._file.flush()
