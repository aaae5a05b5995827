"""Reads the keyboard in a thread of its own and stops from there, before the screen hears of it.

A UI loop that is busy, or blocked, delays what the screen says of a stop and not the stop. A terminal that is gone
takes nothing more; without `hang_up` the loop would wait for it for ever.
"""

import select
import sys
from queue import Empty
from threading import Thread
from typing import TYPE_CHECKING

from textual.message import Message

from stimctl.tui.stop_gate import StopGate, StopPressed

if TYPE_CHECKING or sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver as PlatformDriver
else:
    from textual.drivers.windows_driver import WindowsDriver as PlatformDriver

__all__ = ["StopDriver"]

# After so long nobody waits to put anything into the queue any more.
_QUIET_S = 0.5


class StopDriver(PlatformDriver):
    """The platform's driver, with the app's `gate` in front of it."""

    _hung_up = False

    def hang_up(self) -> None:
        """The terminal is gone: what waits to be written is dropped, and what follows. From a signal handler too."""
        self._hung_up = True
        # not here: this may have interrupted the very one who holds the queue
        Thread(target=self._drop, name="dropping output", daemon=True).start()

    def terminal_is_gone(self) -> bool:
        """Whether nothing will ever be typed again: whoever was at the other end has closed it."""
        # Windows has neither
        poll, fileno = getattr(select, "poll", None), getattr(self, "fileno", None)
        if poll is None or fileno is None:
            return False
        looking = poll()
        looking.register(fileno, 0)
        return any(what & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, what in looking.poll(0))

    def write(self, data: str) -> None:
        writer = self._writer_thread
        # a thread that could not write any more is over, and its queue would only fill
        if not self._hung_up and (writer is None or writer.is_alive()):
            super().write(data)

    def _drop(self) -> None:
        writer = self._writer_thread
        while writer is not None:
            try:
                writer._queue.get(timeout=_QUIET_S)
            except Empty:
                return

    def process_message(self, message: Message) -> None:
        """Runs in the input thread: a stop is sent here, and what stopped goes no further."""
        gate = getattr(self._app, "gate", None)
        how = gate.take(message) if isinstance(gate, StopGate) else None
        if how is None:
            super().process_message(message)
        else:
            self._app.post_message(StopPressed(how))
