"""The first line of a journal: whose it is and when it began, or why the file is not read at all."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from stimctl.history.lines import object_of, shown

__all__ = ["FORMAT", "VERSION", "Header", "read_header", "time_in_name"]

FORMAT = "stimctl.journal"
VERSION = 1
_BEGINS = b'{"format":"stimctl.journal"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """`begun` is in local time; None if neither the line nor the file's name says it."""

    id: str
    device: str
    begun: datetime | None


def read_header(line: bytes, path: PurePath, *, torn: bool) -> Header | str:
    """The header on a file's first line, or the sentence why there is none. `torn`: the line has no end."""
    if not line.strip():
        return "empty: nothing was written before the program ended"
    said = object_of(line)
    if said is None and torn and line[: len(_BEGINS)] == _BEGINS[: len(line)]:
        return "cut off in its first line: the program was killed as it began"
    if said is None or said.get("format") != FORMAT:
        return f"not a journal: its first line does not say format {FORMAT!r}"
    version = said.get("version")
    if version != VERSION or isinstance(version, bool):
        newer = isinstance(version, int) and version > VERSION
        hint = "a newer stimctl wrote it, and can read it" if newer else "no stimctl writes that"
        return f"a journal of version {str(version)[:20]}, and this stimctl reads version {VERSION}: {hint}"
    return Header(
        id=_text(said.get("id")) or path.stem.partition("-")[2],
        device=_text(said.get("device")),
        begun=_local(said.get("started")) or time_in_name(path),
    )


def time_in_name(path: PurePath) -> datetime | None:
    """When a journal began by `YYYY-MM-DD/HHMMSS-<id>.jsonl`, local time; None for another name."""
    try:
        return datetime.strptime(f"{path.parent.name} {path.name[:6]}", "%Y-%m-%d %H%M%S").astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _local(started: object) -> datetime | None:
    """An instant in ISO 8601 as local time."""
    if not isinstance(started, str):
        return None
    try:
        return datetime.fromisoformat(started).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def _text(value: object) -> str:
    return shown(value) if isinstance(value, str) else ""
