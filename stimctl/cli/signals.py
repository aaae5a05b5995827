"""Signals of a front end as something to wait for, and keys of a terminal that is not waiting for a line.

What only POSIX has is imported where a terminal is at hand, so that commands load anywhere.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from select import select
from typing import Any

__all__ = ["SIGNAL_CAUSES", "Keys", "Signals", "keys", "watched_signals"]

# Signal name: the cause that the engine is told.
SIGNAL_CAUSES = {
    signal.SIGINT: "interrupt",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "hangup",
    signal.SIGTSTP: "person",
}


class Signals:
    """Signals that have come, in order; `fileno` becomes readable with each."""

    def __init__(self) -> None:
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in SIGNAL_CAUSES:
            signal.signal(number, lambda *_: None)

    def fileno(self) -> int:
        return self._reader

    def take(self) -> list[signal.Signals]:
        """Those that came since last asked."""
        try:
            return [signal.Signals(number) for number in os.read(self._reader, 64) if number in SIGNAL_CAUSES]
        except BlockingIOError:
            return []


@contextmanager
def watched_signals() -> Iterator[Signals]:
    """Signals are watched inside, and as they were afterwards."""
    before = {number: signal.getsignal(number) for number in SIGNAL_CAUSES}
    try:
        yield Signals()
    finally:
        signal.set_wakeup_fd(-1)
        for number, handler in before.items():
            signal.signal(number, handler)


class Keys:
    """Single key presses, from `listen` on; `fileno` is -1 where there are none to be had."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] | None = None

    @property
    def possible(self) -> bool:
        """Whether a person at a terminal could press any."""
        return self._descriptor >= 0

    def listen(self) -> None:
        """From here on each key counts by itself, and is not shown."""
        if self.possible and self._before is None:
            import termios
            import tty

            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor)

    def fileno(self) -> int:
        return self._descriptor if self._before is not None else -1

    def take(self) -> str:
        """What was typed since last asked; a terminal that is gone types nothing."""
        if not select([self._descriptor], [], [], 0)[0]:
            return ""
        try:
            return os.read(self._descriptor, 64).decode("ascii", "ignore")
        except OSError:
            return ""

    def restore(self) -> None:
        """Whole lines again, as before."""
        if self._before is not None:
            import termios

            try:
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
            except termios.error:
                # the terminal was closed; there is nothing to put right
                pass
            self._before = None


@contextmanager
def keys() -> Iterator[Keys]:
    """Keys inside, the terminal as before afterwards. None where stdin is no terminal, or not ours to read."""
    ours = sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    pressed = Keys(sys.stdin.fileno() if ours else -1)
    try:
        yield pressed
    finally:
        pressed.restore()
