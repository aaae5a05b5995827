"""Signals of a front end as something to wait for, and keys of a terminal that is not waiting for a line.

What only POSIX has is imported where a terminal is at hand, so that commands load anywhere.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from select import select

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
    """Single key presses, not shown; `fileno` is -1 where there are none to be had."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def possible(self) -> bool:
        """Whether a person at a terminal could press any."""
        return self._descriptor >= 0

    def fileno(self) -> int:
        return self._descriptor

    def take(self) -> str:
        """What was typed since last asked; a terminal that is gone types nothing."""
        if not self.possible or not select([self._descriptor], [], [], 0)[0]:
            return ""
        try:
            return os.read(self._descriptor, 64).decode("ascii", "ignore")
        except OSError:
            return ""


@contextmanager
def keys() -> Iterator[Keys]:
    """Keys inside, from the first one typed; whole lines as before afterwards.

    None where stdin is no terminal, or not ours to read.
    """
    if not sys.stdin.isatty() or os.tcgetpgrp(sys.stdin.fileno()) != os.getpgrp():
        yield Keys(-1)
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setcbreak(descriptor, termios.TCSANOW)
    try:
        yield Keys(descriptor)
    finally:
        try:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
        except termios.error:
            # the terminal was closed; there is nothing to put right
            pass
