"""Small files and processes as Linux shows them, below any root; what is not there, or not ours to read, is nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Process", "number_in", "processes", "text_of"]

_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process: its number, its short name, and the words that it was started with."""

    pid: int
    name: str
    arguments: tuple[str, ...]
    entry: Path


def text_of(path: Path) -> str:
    """What a small file holds; empty where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def number_in(path: Path, base: int) -> int | None:
    """The number in a file; None where there is none."""
    try:
        return int(text_of(path).strip(), base)
    except ValueError:
        return None


def processes(root: Path) -> Iterator[Process]:
    """Everything that runs, as far as this user may see."""
    for entry in sorted((root / "proc").glob("[0-9]*")):
        name = text_of(entry / "comm").strip()
        if entry.name.isdecimal() and name:
            arguments = tuple(part for part in text_of(entry / "cmdline").split("\0") if part)
            yield Process(pid=int(entry.name), name=name, arguments=arguments, entry=entry)
