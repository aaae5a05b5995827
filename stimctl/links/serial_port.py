"""A native serial port: pyserial opens and configures it, and then only its descriptor is used, without waiting."""

import errno
import fcntl
import os
import struct
import termios
from pathlib import Path
from select import select

import serial

from stimctl.errors import DeviceError, LinkLost, NotAnswering, PortBusy
from stimctl.links.link import MOST_OUTSTANDING, Line
from stimctl.links.port_lock import Lock, lock_port

__all__ = ["SerialLink", "opened"]

_READ_BYTES = 4096
# A capacitor of 100 nF at 10 kΩ, twenty times over.
_DTR_OFF_S = 0.02


class SerialLink:
    """A port held by exclusive use, and by lock where a directory for locks is given. Opening raises PortBusy or
    NotAnswering.
    """

    def __init__(self, port: str, baud: int, run: Path | None) -> None:
        self.name = port
        self._line = Line(baud)
        if not os.path.exists(port):
            raise NotAnswering(f"there is no {port}; is the unit plugged in, and the name right?")
        self._baud = baud
        self._lock: Lock | None = None if run is None else lock_port(run, port)
        self._closed = False
        try:
            self._port = opened(port, baud)
        except BaseException:
            if self._lock is not None:
                self._lock.release()
            raise
        self._descriptor: int = self._port.fileno()

    def fileno(self) -> int:
        return self._descriptor

    def read(self) -> bytes:
        try:
            data = os.read(self._descriptor, _READ_BYTES)
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
            taken = os.write(self._descriptor, data[:room])
        except BlockingIOError:
            return 0
        except OSError as why:
            raise LinkLost(f"{self.name}: {why.strerror}") from None
        self._line.wrote(taken, now_ns)
        return taken

    def discard_unsent(self, now_ns: int) -> None:
        try:
            termios.tcflush(self._descriptor, termios.TCOFLUSH)
        except termios.error as why:
            raise LinkLost(f"{self.name}: {why.args[1]}") from None
        self._line.flushed(now_ns)

    def reset(self, now_ns: int) -> None:
        """Closes the port and opens it anew: DTR falls, which resets a board that is wired so."""
        self._port.close()
        select([], [], [], _DTR_OFF_S)
        try:
            self._port = opened(self.name, self._baud)
        except DeviceError as why:
            raise LinkLost(str(why)) from None
        self._descriptor = self._port.fileno()

    def outstanding(self, now_ns: int) -> int:
        return max(self._line.outstanding(now_ns), self._in_kernel())

    def room_ns(self, now_ns: int) -> int:
        return self._line.room_ns(now_ns, MOST_OUTSTANDING)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._port.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _in_kernel(self) -> int:
        try:
            waiting = fcntl.ioctl(self._descriptor, termios.TIOCOUTQ, b"\0\0\0\0")
        except OSError as why:
            raise LinkLost(f"{self.name}: {why.strerror}") from None
        return int(struct.unpack("i", waiting)[0])


def opened(port: str, baud: int) -> serial.Serial:
    """A port configured and held for exclusive use; PortBusy or NotAnswering."""
    try:
        held = serial.Serial(port, baud, timeout=0, write_timeout=0, exclusive=True)
        fcntl.ioctl(held.fileno(), termios.TIOCEXCL)
        _tell_nothing_from_gone(held.fileno())
    except serial.SerialException as why:
        if why.errno in (errno.EBUSY, errno.EWOULDBLOCK) or "exclusively lock" in str(why):
            raise PortBusy(f"{port} is in use by another program; close it there first") from None
        if why.errno == errno.EACCES:
            raise NotAnswering(
                f"{port} may not be opened by this user; on most Linux systems membership of the group dialout helps"
            ) from None
        raise NotAnswering(f"{port} is no serial port, or not one that can be used") from None
    except (OSError, termios.error):
        raise NotAnswering(f"{port} is no serial port, or not one that can be used") from None
    return held


def _tell_nothing_from_gone(descriptor: int) -> None:
    """pyserial leaves VMIN at 0, with which a read of nothing looks like a line that hung up."""
    attributes = termios.tcgetattr(descriptor)
    attributes[6][termios.VMIN] = 1
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)
