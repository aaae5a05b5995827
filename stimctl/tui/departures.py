"""What signals do to the screen: the stop goes out in the handler itself, whatever the UI's loop is doing.

The rest, waiting for zero and leaving or going to sleep, is done when the loop turns.
"""

import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from stimctl.tui.stop_driver import StopDriver

if TYPE_CHECKING:
    from stimctl.tui.app import StimApp

__all__ = ["watch_signals"]

# Signal: the cause that the engine is told. The exit code is 128 and its number.
_CAUSES = {"SIGTERM": "terminated", "SIGHUP": "hangup", "SIGINT": "interrupt"}
_ASLEEP = "SIGTSTP"
_CLOSED = "SIGHUP"


def watch_signals(app: "StimApp") -> None:
    """To be called in the main thread once the screen is up: Textual's own handlers are in place by then."""

    def leave(number: int, frame: FrameType | None) -> None:
        name = signal.Signals(number).name
        app.control.stop(name, _CAUSES[name])
        app.signal_code = 128 + number
        driver = app._driver
        if name == _CLOSED and isinstance(driver, StopDriver):
            driver.hang_up()
        app.call_later(app.leave_by, 128 + number)

    for name in _CAUSES:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
    if hasattr(signal, _ASLEEP):
        _watch_sleep(app, signal.SIGTSTP)


def _watch_sleep(app: "StimApp", number: signal.Signals) -> None:
    textuals = signal.getsignal(number)

    def stop_first(_: int, frame: FrameType | None) -> None:
        app.control.stop(number.name)
        app.call_later(app.sleep)

    def fall_asleep() -> None:
        signal.signal(number, textuals)
        app.action_suspend_process()
        signal.signal(number, stop_first)

    fall: Callable[[], None] = fall_asleep
    app.fall_asleep = fall
    signal.signal(number, stop_first)
