"""Reads the keyboard in a thread of its own and stops from there, before the screen hears of it.

A UI loop that is busy, or blocked, delays what the screen says of a stop and not the stop. What the parser of keys
would keep for itself (a paste without an end), or does not understand, is a stop too while output flows. A terminal
that is gone takes nothing more; without `hang_up` the loop would wait for it for ever.
"""

import asyncio
import os
import select
import selectors
import sys
from codecs import getincrementaldecoder
from queue import Empty
from threading import Thread
from typing import TYPE_CHECKING

from textual._parser import ParseError
from textual._xterm_parser import XTermParser
from textual.message import Message

from stimctl.tui.paste_watch import PasteWatch
from stimctl.tui.stop_gate import StopGate, StopPressed

if TYPE_CHECKING or sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver as PlatformDriver
else:
    from textual.drivers.windows_driver import WindowsDriver as PlatformDriver

__all__ = ["StopDriver"]

_READ_BYTES = 4096
# How often the parser is asked for what time alone makes clear: an Esc that nothing follows.
_TICK_S = 0.1
# After so long nobody waits to put anything into the queue any more.
_QUIET_S = 0.5


class StopDriver(PlatformDriver):
    """The platform's driver, with the app's `gate` in front of it."""

    _hung_up = False
    _has_terminal = False

    def start_application_mode(self) -> None:
        """Also called when the process is continued: stopped from outside, it has its terminal and its threads still.

        Another set of threads would read half of the keys, and never end. This may be a signal's handler: what has to
        be done is done when the loop turns.
        """
        if self._has_terminal:
            asyncio.get_running_loop().call_soon_threadsafe(self._take_terminal_again)
            return
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self._has_terminal = True

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        self._has_terminal = False

    def _take_terminal_again(self) -> None:
        """A shell may have had it meanwhile, and left it as shells do."""
        if self._has_terminal:
            self.suspend_application_mode()
            self.resume_application_mode()
            self._app.refresh(layout=True)

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
        # POLLNVAL says nothing: on macOS it is what /dev/tty always has
        looking = poll()
        looking.register(fileno, 0)
        return any(what & (select.POLLHUP | select.POLLERR) for _, what in looking.poll(0))

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

    def run_input_thread(self) -> None:
        """In place of the platform's: the bytes are seen before they are parsed. Not used on Windows."""
        parser, watch = XTermParser(self._debug), PasteWatch()
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        # epoll takes no file for stdin, and kqueue no /dev/tty
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                data = self._read() if selector.select(_TICK_S) else None
                if data == b"":
                    # hung up: it is read as ready for ever, and the loop may be waiting to write to it
                    if not self._hung_up and self.terminal_is_gone():
                        self.hang_up()
                    self.exit_event.wait(_TICK_S)
                elif data is not None and watch.feed(data):
                    self._stop_for("a paste")
                try:
                    text = decode(data) if data else ""
                    # nothing is the end of all input to the parser, and a part of a character is nothing yet
                    events = [*parser.feed(text)] if text else []
                    events += parser.tick()
                except (ValueError, ParseError):
                    self._stop_for("keys that cannot be read")
                    parser = XTermParser(self._debug)
                    continue
                for event in events:
                    self.process_message(event)

    def _read(self) -> bytes:
        """Nothing, once the terminal is gone."""
        try:
            return os.read(self.fileno, _READ_BYTES)
        except OSError:
            return b""

    def _stop_for(self, how: str) -> None:
        gate = getattr(self._app, "gate", None)
        if isinstance(gate, StopGate) and gate.stop_if_flowing():
            self._app.post_message(StopPressed(how))

    def process_message(self, message: Message) -> None:
        """Runs in the input thread: a stop is sent here, and what stopped goes no further."""
        gate = getattr(self._app, "gate", None)
        how = gate.take(message) if isinstance(gate, StopGate) else None
        if how is None:
            super().process_message(message)
        else:
            self._app.post_message(StopPressed(how))
