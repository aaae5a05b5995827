"""The head and the tail of a journal: as little of a file as says what a list needs, however long it is.

Rule 1: the head goes on until the session has started, the tail begins where current was last planned to flow; each
doubles what it reads until then, and gives up at a bound.
Rule 2: lines are whole. A last one without an end was cut off by a kill, and is left out unless it reads as JSON.
"""

import re
from dataclasses import dataclass
from typing import BinaryIO

from stimctl.history.lines import object_of

__all__ = ["FLOWING", "Ends", "read_ends"]

# The plan of a long program is some 20 kB; ten seconds of a session some 60 kB.
_FIRST_READ = 1 << 15
# A person who takes minutes to press start, and the longest pause (ten minutes at 6 kB/s).
_LONGEST_HEAD, _LONGEST_TAIL = 1 << 22, 1 << 23
_STARTED = b'"event":"started"'
# A report while the plan runs. json_line keeps the order of fields and puts no spaces between.
FLOWING = re.compile(rb'"event":"sample".*"plan_ms":[1-9]')


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Lines without their ends. `head` begins with the file's first; `whole`: nothing lies between head and tail."""

    head: tuple[bytes, ...]
    tail: tuple[bytes, ...]
    whole: bool
    torn: bool


def read_ends(file: BinaryIO) -> Ends:
    """The ends of a file that can be sought in. OSError as reading gives it."""
    size = file.seek(0, 2)
    head = _head(file, size)
    if len(head) >= size:
        lines, torn = _whole_lines(head)
        return Ends(head=lines, tail=(), whole=True, torn=torn)
    cut = head.rfind(b"\n") + 1
    if not cut:
        # no journal has such a first line; what there is of it says so
        return Ends(head=(head,), tail=(), whole=False, torn=True)
    tail, begins = _tail(file, size, cut)
    last, torn = _whole_lines(tail)
    return Ends(head=tuple(head[:cut].split(b"\n")[:-1]), tail=last, whole=begins <= cut, torn=torn)


def _head(file: BinaryIO, size: int) -> bytes:
    file.seek(0)
    head = file.read(_FIRST_READ)
    while _STARTED not in head and len(head) < min(size, _LONGEST_HEAD):
        more = file.read(len(head))
        if not more:
            break
        head += more
    return head


def _tail(file: BinaryIO, size: int, from_byte: int) -> tuple[bytes, int]:
    """What is left from a line's beginning on, and where that is; nothing before `from_byte`."""
    length = _FIRST_READ
    while True:
        begins = max(from_byte, size - length)
        file.seek(begins)
        tail = file.read(size - begins)
        if begins == from_byte:
            return tail, begins
        if FLOWING.search(tail) or length >= _LONGEST_TAIL:
            skipped = tail.find(b"\n") + 1
            return tail[skipped:], begins + skipped
        length *= 2


def _whole_lines(data: bytes) -> tuple[tuple[bytes, ...], bool]:
    """The lines, and whether the last was cut off. Split at line feeds only: JSON may hold what else ends lines."""
    *lines, rest = data.split(b"\n")
    if not rest.strip():
        return tuple(lines), False
    torn = object_of(rest) is None
    # a file of one line is judged by what there is of it
    return (tuple(lines) if torn and lines else (*lines, rest)), torn
