"""A serial line at the other end of a TCP connection, its bytes as they are: `socket://HOST:PORT`.

Rule 1: what is written goes out at once, and is paced as the line behind it: the bound of 64 bytes holds here too.
Rule 2: a server lets go of its line when its client leaves, and opens it for the next: that is how a line is reset.
"""

import errno
import fcntl
import socket
import struct
from pathlib import Path

from stimctl.errors import LinkLost, NotAnswering
from stimctl.links.port_lock import Lock, lock_port
from stimctl.links.socket_end import SocketEnd

__all__ = ["TcpLink", "connected"]

# linux/sockios.h: bytes that the system has and has not sent yet
_SIOCOUTQNSD = 0x894B
_CONNECT_S = 3.0
# in the middle of a stop: longer is of no use to anybody
_RECONNECT_S = 0.3


class TcpLink(SocketEnd):
    """A connection held by lock, where a directory for locks is given. Opening raises PortBusy or NotAnswering."""

    def __init__(self, name: str, address: tuple[str, int], baud: int, run: Path | None) -> None:
        self._address, self._baud = address, baud
        self._lock: Lock | None = None if run is None else lock_port(run, f"{address[0]}-{address[1]}")
        try:
            super().__init__(name, connected(name, address, _CONNECT_S), baud)
        except BaseException:
            if self._lock is not None:
                self._lock.release()
            raise

    def reset(self, now_ns: int) -> None:
        """Leaves and comes back."""
        self._end.close()
        try:
            self._end = connected(self.name, self._address, _RECONNECT_S)
        except NotAnswering as why:
            raise LinkLost(str(why)) from None
        self._end.setblocking(False)

    def _waiting(self) -> int:
        """What a slow network, or a server that does not read, leaves here."""
        try:
            waiting = fcntl.ioctl(self._end.fileno(), _SIOCOUTQNSD, b"\0\0\0\0")
        except OSError as why:
            if why.errno in (errno.EINVAL, errno.ENOTTY):
                # a system that cannot tell
                return 0
            raise LinkLost(f"{self.name}: {why.strerror}") from None
        return int(struct.unpack("i", waiting)[0])

    def close(self) -> None:
        self._end.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def connected(name: str, address: tuple[str, int], within_s: float) -> socket.socket:
    """A connection that sends at once; NotAnswering, with what to do, where there is none."""
    try:
        end = socket.create_connection(address, within_s)
    except TimeoutError:
        raise NotAnswering(f"{name} does not answer within {within_s:g} s; is its server running?") from None
    except OSError as why:
        raise NotAnswering(f"{name}: {why.strerror or why}; is its server running, and the port right?") from None
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return end
