"""A link that notes what it takes and throws away; everything else, and what it gives back, is the link's own.

Rule 1: what is read is not noted: all of it goes into the core's record in the same turn.
Rule 2: noting never stands in the way: no error of its own, and a stop discards whether or not it can be counted.
"""

from collections.abc import Callable
from contextlib import suppress

from stimctl.errors import LinkLost
from stimctl.links.link import Link

__all__ = ["CapturedLink"]


class CapturedLink:
    """Around an open link, which it owns. `note` gets a line of JSON without its end."""

    def __init__(self, link: Link, note: Callable[[str], None]) -> None:
        self.name = link.name
        self._link, self._note = link, note

    def fileno(self) -> int:
        return self._link.fileno()

    def read(self) -> bytes:
        return self._link.read()

    def write(self, data: bytes, now_ns: int) -> int:
        taken = self._link.write(data, now_ns)
        if taken:
            self._note(f'{{"at":{now_ns},"took":"{data[:taken].hex()}"}}')
        return taken

    def discard_unsent(self, now_ns: int) -> None:
        before = after = 0
        with suppress(LinkLost):
            before = self._link.outstanding(now_ns)
        self._link.discard_unsent(now_ns)
        with suppress(LinkLost):
            after = self._link.outstanding(now_ns)
        if after < before:
            self._note(f'{{"at":{now_ns},"flushed":{before - after}}}')

    def reset(self, now_ns: int) -> None:
        self._link.reset(now_ns)

    def outstanding(self, now_ns: int) -> int:
        return self._link.outstanding(now_ns)

    def room_ns(self, now_ns: int) -> int:
        return self._link.room_ns(now_ns)

    def close(self) -> None:
        self._link.close()
