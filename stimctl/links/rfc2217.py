"""A serial port of another computer, with its settings: `rfc2217://HOST:PORT`, by pyserial's client.

Rule 1: that client has no descriptor and waits for its server, so two threads stand between it and the loop: one reads,
        one writes; the loop sees one end of a pair of sockets.
Rule 2: what the writing thread has not taken counts as outstanding, so the bound of 64 bytes holds.
Rule 3: whichever thread fails closes its end, and the loop finds the link gone.
"""

import os
import socket
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Thread

import serial
from serial import rfc2217

from stimctl.errors import NotAnswering
from stimctl.links.port_lock import Lock, lock_port
from stimctl.links.socket_end import SocketEnd

__all__ = ["Rfc2217Link"]

_AT_ONCE = 64
_READ_S = 0.5
# A capacitor of 100 nF at 10 kΩ, twenty times over.
_DTR_OFF_S = 0.02


class Rfc2217Link(SocketEnd):
    """A remote port held by lock, where a directory for locks is given. Opening raises PortBusy or NotAnswering."""

    def __init__(self, name: str, address: tuple[str, int], baud: int, run: Path | None) -> None:
        self._lock: Lock | None = None if run is None else lock_port(run, f"{address[0]}-{address[1]}")
        try:
            self._port = _opened(name, address, baud)
        except BaseException:
            if self._lock is not None:
                self._lock.release()
            raise
        ours, self._theirs = socket.socketpair()
        super().__init__(name, ours, baud)
        self._wanted_read, self._wanted_write = os.pipe()
        self._open = True
        # counted by the loop, and by the writing thread
        self._given = self._taken = 0
        self._threads = [
            Thread(target=self._until_it_fails, args=(turn,), name=f"rfc2217 {what}", daemon=True)
            for turn, what in ((self._read_some, "reader"), (self._write_some, "writer"))
        ]
        for thread in self._threads:
            thread.start()

    def _waiting(self) -> int:
        return self._given - self._taken

    def write(self, data: bytes, now_ns: int) -> int:
        given = super().write(data, now_ns)
        self._given += given
        return given

    def reset(self, now_ns: int) -> None:
        """Asks the writing thread to pull DTR down for a moment."""
        os.write(self._wanted_write, b"\0")

    def close(self) -> None:
        if not self._open:
            return
        self._open = False
        # the writing thread sends what it has been given before it sees the end
        self._end.shutdown(socket.SHUT_WR)
        for thread in reversed(self._threads):
            thread.join()
        with suppress(serial.SerialException, OSError):
            self._port.close()
        self._end.close()
        self._theirs.close()
        os.close(self._wanted_read)
        os.close(self._wanted_write)
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _until_it_fails(self, turn: Callable[[], bool]) -> None:
        with suppress(serial.SerialException, OSError):
            while turn():
                pass
        with suppress(OSError):
            self._theirs.shutdown(socket.SHUT_RDWR)

    def _read_some(self) -> bool:
        data = self._port.read(1)
        if data:
            self._theirs.sendall(data + self._port.read(self._port.in_waiting))
        return self._open

    def _write_some(self) -> bool:
        ready, _, _ = select([self._theirs.fileno(), self._wanted_read], [], [])
        if self._wanted_read in ready:
            os.read(self._wanted_read, 1)
            self._port.dtr = False
            select([], [], [], _DTR_OFF_S)
            self._port.dtr = True
            return True
        data = self._theirs.recv(_AT_ONCE)
        if data:
            self._port.write(data)
            self._taken += len(data)
        return bool(data)


def _opened(name: str, address: tuple[str, int], baud: int) -> rfc2217.Serial:
    host, port = address
    with warnings.catch_warnings():
        # pyserial 3.5 names its thread in a way that Python has put away
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return rfc2217.Serial(f"rfc2217://{host}:{port}", baudrate=baud, timeout=_READ_S)
        except (serial.SerialException, OSError, ValueError) as why:
            raise NotAnswering(f"{name} does not answer as RFC 2217 has it: {why}") from None
