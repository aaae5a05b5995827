"""A TCP port that one client at a time may connect to: the line's bytes as they are, for any program on any system.

Rule 1: a second client is turned away at once; when the first has gone, the next one may come.
Rule 2: there is no password: whoever reaches the port drives the unit. So it listens on loopback unless told otherwise.
Rule 3: unplugged, the client's connection ends and nobody is let in; plugged in again, it listens on the same port.
"""

import ipaddress
import socket
from types import TracebackType
from typing import Self

__all__ = ["TcpPort", "address_of", "is_loopback"]

# What the kernel takes for a client before it has to wait: the smallest that Linux gives. The line has its own pace.
_KERNEL_BYTES = 2048


def address_of(text: str) -> tuple[str, int]:
    """`HOST:PORT` or `[HOST]:PORT`; ValueError says what is wrong. Port 0 is any that is free."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise ValueError(f"{text!r} is no HOST:PORT, as 127.0.0.1:5000 is")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this computer can reach it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class TcpPort:
    """Listens until it is left. Entering raises OSError where the address cannot be had."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self.clients = 0

    def __enter__(self) -> Self:
        self.plug_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.unplug()

    @property
    def name(self) -> str:
        """HOST:PORT, with the port that it was given."""
        host, port = self._address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def fileno(self) -> int:
        waited_for = self._client or self._listener
        return -1 if waited_for is None else waited_for.fileno()

    def read(self, most: int) -> bytes:
        self._meet()
        if self._client is None:
            return b""
        try:
            data = self._client.recv(most)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._leave()
        return data

    def write(self, data: bytes) -> int:
        if self._client is None:
            return len(data)
        try:
            return self._client.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._leave()
            return len(data)

    def unplug(self) -> None:
        self._leave()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def plug_in(self) -> None:
        host, _ = self._address
        self._listener = socket.create_server(
            self._address, family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1
        )
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BYTES)
        self._listener.setblocking(False)
        self._address = host, self._listener.getsockname()[1]

    def _meet(self) -> None:
        """Whoever has connected since: the first is the client, the others are turned away."""
        while self._listener is not None:
            try:
                came, _ = self._listener.accept()
            except (BlockingIOError, ConnectionError):
                return
            if self._client is not None:
                came.close()
                continue
            came.setblocking(False)
            came.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._client = came
            self.clients += 1

    def _leave(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
