"""A pseudo-terminal behind a symlink: any program opens it as it would a serial port.

Rule 1: an existing symlink is replaced, anything else at its path is left alone and refused; it is removed at the end.
Rule 2: while nobody has the terminal open, what the unit says is lost, as on a line that nobody listens to.
Rule 3: unplugged, the client's end hangs up; plugged in again, it is a new terminal behind the same symlink.
"""

import os
import pty
import termios
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["PtyPort"]


class PtyPort:
    """The master's end. Opening raises OSError; FileExistsError where something other than a symlink is in the way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._master = -1
        self._has_client = False
        self.clients = 0
        self._target = ""

    def __enter__(self) -> Self:
        self.plug_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.unplug()
        if self._path.is_symlink() and os.readlink(self._path) == self._target:
            self._path.unlink()

    @property
    def name(self) -> str:
        """The path that a client opens."""
        return str(self._path)

    def fileno(self) -> int:
        return self._master if self._has_client else -1

    def read(self, most: int) -> bytes:
        if self._master < 0:
            return b""
        try:
            data = os.read(self._master, most)
        except BlockingIOError:
            self._met()
            return b""
        except OSError:
            # EIO: nobody has the other end open, and all that was written there has been read
            if self._has_client:
                self._forget_unread()
            self._has_client = False
            return b""
        self._met()
        return data

    def _met(self) -> None:
        self.clients += not self._has_client
        self._has_client = True

    def write(self, data: bytes) -> int:
        if not self._has_client:
            return len(data)
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0
        except OSError:
            self._has_client = False
            return len(data)

    def _forget_unread(self) -> None:
        """What we wrote and the last client did not read is not for the next one.

        It lies in the client's own input queue. The other direction is left alone: a stop may just be coming in.
        """
        try:
            client_end = os.open(self._target, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            # the next one is there already, and has it to itself
            return
        termios.tcflush(client_end, termios.TCIFLUSH)
        os.close(client_end)

    def unplug(self) -> None:
        if self._master >= 0:
            os.close(self._master)
        self._master = -1
        self._has_client = False

    def plug_in(self) -> None:
        if os.path.lexists(self._path) and not self._path.is_symlink():
            raise FileExistsError(f"{self._path} is there and is no symlink")
        if not self._path.parent.is_dir():
            raise FileNotFoundError(f"{self._path.parent} is no directory, so {self._path.name} cannot be made in it")
        master, slave = pty.openpty()
        tty.setraw(slave)
        self._target = os.ttyname(slave)
        # closed again, so that a client's coming and going shows
        os.close(slave)
        os.set_blocking(master, False)
        self._master = master
        self._link()

    def _link(self) -> None:
        """Put the symlink in place in one step, so that a client never finds it missing."""
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        beside.unlink(missing_ok=True)
        beside.symlink_to(self._target)
        beside.replace(self._path)
