"""What signals do to the screen: the stop goes out in the handler itself, whatever the UI's loop is doing.

The rest, waiting for zero and leaving or going to sleep, is done when the loop turns. A terminal that goes away and
sends no signal is one that was closed.
"""

import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from stimctl.tui.stop_driver import StopDriver

if TYPE_CHECKING:
    from stimctl.tui.app import StimApp

__all__ = ["watch"]

# Signal: the cause that the engine is told. The exit code is 128 and its number.
_CAUSES = {"SIGTERM": "terminated", "SIGHUP": "hangup", "SIGINT": "interrupt"}
_ASLEEP = "SIGTSTP"
_CLOSED = "SIGHUP"
_LOOK_S = 0.2


def watch(app: "StimApp") -> None:
    """To be called in the main thread once the screen is up: Textual's own handlers are in place by then."""

    def leave(number: int, frame: FrameType | None) -> None:
        _leave(app, signal.Signals(number))

    for name in _CAUSES:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
    if hasattr(signal, _ASLEEP):
        _watch_sleep(app, signal.SIGTSTP)
    if hasattr(signal, _CLOSED):
        app.set_interval(_LOOK_S, lambda: _leave_if_gone(app, signal.SIGHUP))


def _leave(app: "StimApp", number: signal.Signals) -> None:
    app.control.stop(number.name, _CAUSES[number.name])
    app.signal_code = 128 + number
    driver = app._driver
    if number.name == _CLOSED and isinstance(driver, StopDriver):
        driver.hang_up()
    app.call_later(app.leave_by, 128 + number)


def _leave_if_gone(app: "StimApp", number: signal.Signals) -> None:
    """Nobody told: the one whose terminal it was ignores the signal that it gets."""
    driver = app._driver
    if app.signal_code is None and isinstance(driver, StopDriver) and driver.terminal_is_gone():
        _leave(app, number)


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
