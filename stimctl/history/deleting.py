"""Journals and exports of one person, deleted. A person's id is random and stands near the beginning of a journal."""

import os
from collections.abc import Iterable
from pathlib import Path

from stimctl.errors import ConfigError
from stimctl.history.index import reason_of
from stimctl.history.running import running_id
from stimctl.places import data_dir

__all__ = ["delete_of"]

# A plan of many phases and its thresholds are some 30 kB.
_HEAD_BYTES = 1 << 20


def delete_of(person: str, exports: Iterable[str], directory: Path | None = None) -> tuple[int, list[tuple[str, str]]]:
    """How many files are gone, and those that are not, with why. `directory` is that of the journals.

    A journal that cannot be read is nobody's for all that is known: it is not deleted, and told. ConfigError while a
    session runs: its journal is being written, and may be theirs.
    """
    if running_id() is not None:
        raise ConfigError("a session runs now: stop it first (stimctl stop); nothing was deleted")
    gone, kept = 0, []
    mark = person.encode()
    sessions = directory or data_dir() / "sessions"
    journals = [path for path in sorted(sessions.rglob("*.jsonl")) if path.is_file()] if sessions.is_dir() else []
    for path in [*journals, *(Path(one) for one in exports)]:
        try:
            if path.is_relative_to(sessions) and mark not in _head(path):
                continue
            path.unlink(missing_ok=True)
            gone += 1
        except OSError as why:
            kept.append((str(path), reason_of(why)))
    if sessions.is_dir():
        os.sync()
    return gone, kept


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
