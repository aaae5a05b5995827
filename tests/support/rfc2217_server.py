"""A server of RFC 2217 in threads of this process, in front of a serial port: pyserial's own half of the protocol."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from select import select
from threading import Thread

import serial
from serial.rfc2217 import PortManager

__all__ = ["rfc2217_server"]


@contextmanager
def rfc2217_server(path: str) -> Iterator[str]:
    """Serves the port at `path` to one client after another; gives its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    serving = Thread(target=_serve, args=(listener, path), daemon=True)
    serving.start()
    try:
        yield f"rfc2217://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # wakes up whoever waits for a client
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        serving.join(5)
        listener.close()


def _serve(listener: socket.socket, path: str) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        with client, _Terminal(path, 9_600, timeout=0) as port, suppress(OSError, serial.SerialException):
            _bridge(client, port)


def _bridge(client: socket.socket, port: serial.Serial) -> None:
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    manager = PortManager(port, _Connection(client), logging.getLogger("rfc2217"))
    while True:
        ready, _, _ = select([client, port], [], [], 1)
        if port in ready:
            client.sendall(b"".join(manager.escape(port.read(4096))))
        if client in ready:
            data = client.recv(4096)
            if not data:
                return
            port.write(b"".join(manager.filter(data)))


class _Terminal(serial.Serial):
    """A pseudo-terminal has no modem lines; a server is asked for them."""

    cts = dsr = ri = cd = False  # type: ignore[assignment]

    def _update_dtr_state(self) -> None: ...
    def _update_rts_state(self) -> None: ...


class _Connection:
    """What the manager writes its answers to."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client

    def write(self, data: bytes) -> None:
        self._client.sendall(data)
