"""A connected stream socket as a port: one end of a socketpair, the other being the client's."""

import socket

__all__ = ["StreamPort"]


class StreamPort:
    """Takes over `end`, without blocking. A client that is gone is gone for good: a pair is not opened twice."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._end.setblocking(False)
        self.clients = 1
        self._open = True

    @property
    def closed(self) -> bool:
        """Whether the client is gone, or the cable is out."""
        return not self._open

    def fileno(self) -> int:
        return self._end.fileno() if self._open else -1

    def read(self, most: int) -> bytes:
        if not self._open:
            return b""
        try:
            data = self._end.recv(most)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self.unplug()
        return data

    def write(self, data: bytes) -> int:
        if not self._open:
            return len(data)
        try:
            return self._end.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self.unplug()
            return len(data)

    def unplug(self) -> None:
        self._open = False
        self._end.close()

    def plug_in(self) -> None:
        """Nothing to do: the other end has seen the line end, and must ask for a new pair."""
