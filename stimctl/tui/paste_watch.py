"""Sees a paste in what a terminal sends, before the parser has all of it.

While a paste is open the parser keeps every key for itself until its end comes: a stop key too. So what is pasted while
output flows is a stop; nobody who is in a hurry pastes, and the end of a paste may never come.
"""

__all__ = ["PasteWatch"]

_BEGIN, _END = b"\x1b[200~", b"\x1b[201~"


class PasteWatch:
    """Fed with everything that is read, in order."""

    def __init__(self) -> None:
        self._open = False
        self._tail = b""

    def feed(self, data: bytes) -> bool:
        """Whether any of these bytes belongs to a paste."""
        was_open = self._open
        seen = self._tail + data
        begun, ended = seen.rfind(_BEGIN), seen.rfind(_END)
        if begun >= 0 or ended >= 0:
            self._open = begun > ended
            seen = seen[max(begun, ended) + len(_BEGIN) :]
        self._tail = seen[-len(_BEGIN) + 1 :]
        return was_open or begun >= 0
