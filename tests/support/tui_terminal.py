"""The terminal interface in a process and a pty of its own: keys go in, what it draws is read and kept."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import PYTHON

_ESCAPES = re.compile(r"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|[()][A-Z0-9]|[=>78]|\][^\x07\x1b]*(\x07|\x1b\\)|P[^\x1b]*\x1b\\)")
SPACE, ESC, F12, CTRL_C, CTRL_P, CTRL_Z = " ", "\x1b", "\x1b[24~", "\x03", "\x10", "\x1a"


def click(column: int, row: int) -> str:
    """A press and a release of the left button, as a terminal sends them; both count from 1."""
    return f"\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"


class TuiTerminal:
    """`stimctl tui …`, or another program that opens it, at a terminal of this size."""

    def __init__(
        self, home: Path, *arguments: str, size: tuple[int, int] = (80, 24), program: tuple[str, ...] = ()
    ) -> None:
        self.home = home
        self.master, slave = pty.openpty()
        self.resize(*size)
        environment = {**os.environ, "STIMCTL_HOME": str(home), "TERM": "xterm-256color"}
        environment.pop("COLUMNS", None)
        environment.pop("LINES", None)
        self.process = subprocess.Popen(
            [PYTHON, *(program or ("-m", "stimctl", "tui")), *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            preexec_fn=_own_terminal,
        )
        os.close(slave)
        self._seen = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def seen(self) -> str:
        """All that was drawn so far, without the escape sequences; unchanged cells are not drawn again."""
        return _ESCAPES.sub("", self._seen)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, words: str, within_s: float = 30.0, since: int = 0) -> int:
        """Wait until these words have been drawn after `since`; where in `seen` they end."""
        deadline = time.monotonic() + within_s
        while True:
            at = self.seen.find(words, since)
            if at >= 0:
                return at + len(words)
            assert time.monotonic() < deadline, f"no {words!r} in …{self.seen[-1500:]!r}"
            assert self.process.poll() is None, f"it ended: {self.seen[-1500:]!r}"
            select.select([], [], [], 0.02)

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def hang_up(self) -> None:
        """The terminal is closed, as a window is."""
        master, self.master = self.master, -1
        os.close(master)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        if self.master >= 0:
            self.hang_up()
        self._reader.join(5)

    def _read(self) -> None:
        while self.master >= 0:
            try:
                if select.select([self.master], [], [], 0.1)[0]:
                    data = os.read(self.master, 65536)
                    self._seen += data.decode("utf-8", "replace")
            except (OSError, ValueError):
                # the last process that had the terminal open has gone, or the terminal was closed here
                return


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def tui(
    home: Path, *arguments: str, size: tuple[int, int] = (80, 24), program: tuple[str, ...] = ()
) -> Iterator[TuiTerminal]:
    terminal = TuiTerminal(home, *arguments, size=size, program=program)
    try:
        yield terminal
    finally:
        terminal.close()


def started(terminal: TuiTerminal) -> None:
    """From the first screen to a session that runs."""
    terminal.until("OFF")
    started_again(terminal)


def started_again(terminal: TuiTerminal) -> None:
    """The same, where a unit has been found before."""
    since = len(terminal.seen)
    terminal.type("a")
    terminal.until("ARMED", since=since)
    terminal.type("s")
    terminal.until("RAMPING", since=since)
