"""Reads the keyboard in a thread of its own and stops from there, before the screen hears of it.

A UI loop that is busy, or blocked, delays what the screen says of a stop and not the stop.
"""

import sys
from typing import TYPE_CHECKING

from textual.message import Message

from stimctl.tui.stop_gate import StopGate, StopPressed

if TYPE_CHECKING or sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver as PlatformDriver
else:
    from textual.drivers.windows_driver import WindowsDriver as PlatformDriver

__all__ = ["StopDriver"]


class StopDriver(PlatformDriver):
    """The platform's driver, with the app's `gate` in front of it."""

    def process_message(self, message: Message) -> None:
        """Runs in the input thread: a stop is sent here, and what stopped goes no further."""
        gate = getattr(self._app, "gate", None)
        how = gate.take(message) if isinstance(gate, StopGate) else None
        if how is None:
            super().process_message(message)
        else:
            self._app.post_message(StopPressed(how))
