"""What the engine's loop asks of a link: a descriptor to wait on, bytes in and out, never waiting."""

from typing import Protocol

__all__ = ["MOST_OUTSTANDING", "Line", "Link"]

# So little is ever between us and the unit that a stop is never behind a backlog: 5.6 ms at 115200 baud.
MOST_OUTSTANDING = 64


class Link(Protocol):
    """An open line. `read` and `write` raise LinkLost when it is gone."""

    name: str

    def fileno(self) -> int:
        """What to wait on for reading, and for writing when a write took less than it was given."""

    def read(self) -> bytes:
        """What has arrived; empty when nothing has."""

    def write(self, data: bytes, now_ns: int) -> int:
        """How many of these bytes were taken; never more than keep `outstanding` within MOST_OUTSTANDING."""

    def discard_unsent(self, now_ns: int) -> None:
        """Drop what was taken and has not left."""

    def reset(self, now_ns: int) -> None:
        """Do to the line what opening it does, which resets a unit that is wired so. Waits for nothing."""

    def outstanding(self, now_ns: int) -> int:
        """Bytes taken that have not reached the other end of the line."""

    def room_ns(self, now_ns: int) -> int:
        """When there is room for more."""

    def close(self) -> None:
        """Let go of the line. Idempotent."""


class Line:
    """How full a serial line is, from when it was last written to: kernels do not tell of the wire itself."""

    def __init__(self, baud: int) -> None:
        # 8N1: ten bits a byte
        self._byte_ns = 10 * 1_000_000_000 // baud
        self._busy_until_ns = 0

    def wrote(self, count: int, now_ns: int) -> None:
        """So many bytes have been handed over."""
        self._busy_until_ns = max(self._busy_until_ns, now_ns) + count * self._byte_ns

    def outstanding(self, now_ns: int) -> int:
        """Bytes that are still on their way."""
        return max(0, -((now_ns - self._busy_until_ns) // self._byte_ns))

    def flushed(self, now_ns: int) -> None:
        """What had not left is gone; one byte may be half out."""
        self._busy_until_ns = min(self._busy_until_ns, now_ns + self._byte_ns)

    def room_ns(self, now_ns: int, most: int) -> int:
        """When fewer than `most` bytes are on their way."""
        return max(now_ns, self._busy_until_ns - (most - 1) * self._byte_ns)
