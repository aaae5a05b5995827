"""A terminal that goes while the screen waits to draw on it: the loop comes free again, and can end the session."""

import os
import pty
import sys
from threading import Event, Thread
from types import SimpleNamespace

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from stimctl.tui.stop_driver import StopDriver


class Driver(StopDriver):
    """At this terminal, without an app."""

    def __init__(self, fileno: int, writer: WriterThread) -> None:
        self.fileno, self._writer_thread = fileno, writer
        self._debug, self.exit_event, self.cursor_origin = False, Event(), None
        self._app = SimpleNamespace(gate=None)


class EndsAtTheNextWrite(WriterThread):
    """Not over yet when it is asked, and takes nothing more."""

    def is_alive(self) -> bool:
        return True


def test_a_loop_that_waits_to_write_to_a_terminal_that_is_gone_comes_free() -> None:
    master, slave = pty.openpty()
    driver = Driver(slave, EndsAtTheNextWrite(sys.stderr))
    for _ in range(MAX_QUEUED_WRITES):
        driver.write("drawn")
    written = Event()

    def draw() -> None:
        driver.write("one more")
        written.set()

    Thread(target=draw, daemon=True).start()
    reader = Thread(target=driver.run_input_thread, daemon=True)
    reader.start()
    try:
        assert not written.wait(0.3), "the queue is not full: this shows nothing"
        os.close(master)
        assert written.wait(10)
    finally:
        driver.exit_event.set()
        reader.join(10)
        os.close(slave)
