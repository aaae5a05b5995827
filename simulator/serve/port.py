"""Where a served unit meets its client: a descriptor that never blocks."""

from typing import Protocol

__all__ = ["Port"]


class Port(Protocol):
    """One client at a time. Losing the client is no error: it may come back."""

    clients: int
    """How often somebody has opened it."""

    def fileno(self) -> int:
        """What to wait on; -1 while there is nobody to wait for."""

    def read(self, most: int) -> bytes:
        """What the client has written, up to `most` bytes; empty when there is nothing or nobody."""

    def write(self, data: bytes) -> int:
        """How many of these bytes were taken. Without a client all of them are, and lost."""

    def unplug(self) -> None:
        """The client sees its line end."""

    def plug_in(self) -> None:
        """There is a line again."""
