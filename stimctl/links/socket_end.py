"""What links over sockets have in common: a descriptor that never blocks, paced as the serial line behind it."""

import socket

from stimctl.errors import LinkLost
from stimctl.links.link import MOST_OUTSTANDING, Line

__all__ = ["SocketEnd"]

_READ_BYTES = 4096


class SocketEnd:
    """A connected stream socket as most of a link. It is taken over, without blocking."""

    def __init__(self, name: str, end: socket.socket, baud: int) -> None:
        self.name = name
        self._line = Line(baud)
        self._end = end
        self._end.setblocking(False)

    def fileno(self) -> int:
        return self._end.fileno()

    def read(self) -> bytes:
        try:
            data = self._end.recv(_READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as why:
            raise LinkLost(f"{self.name}: {why.strerror}") from None
        if not data:
            raise LinkLost(f"{self.name} has gone")
        return data

    def write(self, data: bytes, now_ns: int) -> int:
        room = MOST_OUTSTANDING - self.outstanding(now_ns)
        if room <= 0:
            return 0
        try:
            taken = self._end.send(data[:room])
        except BlockingIOError:
            return 0
        except OSError as why:
            raise LinkLost(f"{self.name}: {why.strerror}") from None
        self._line.wrote(taken, now_ns)
        return taken

    def discard_unsent(self, now_ns: int) -> None:
        """A socket has no flush; at most 64 bytes are ever in it."""

    def outstanding(self, now_ns: int) -> int:
        return max(self._line.outstanding(now_ns), self._waiting())

    def room_ns(self, now_ns: int) -> int:
        return self._line.room_ns(now_ns, MOST_OUTSTANDING)

    def _waiting(self) -> int:
        """Bytes that have not set out, as far as there is a way to tell."""
        return 0
