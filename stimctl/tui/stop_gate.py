"""The short way from a key or a click to a stop: no screen, modal, field or busy loop stands in it.

Rule 1: while output may flow, Space, Esc, F12, Ctrl+C, a press on row 1 and a paste are a stop and nothing else; at
        zero F12 and Ctrl+C still send a stop to whoever listens, and the others are ordinary. So does Ctrl+Z, before
        the process goes to sleep.
Rule 2: what was taken for a stop is not typed and presses no button, and neither is what follows within a second:
        nobody stops once.
Rule 3: the gate may be asked from any thread; it reads, writes one line to the engine, and returns.
"""

from collections.abc import Callable
from typing import Protocol

from textual import events
from textual.message import Message

from stimctl.clock import SECOND

__all__ = ["SLEEP_KEY", "STOP_KEYS", "StopGate", "StopPressed", "Stoppable"]

SLEEP_KEY = "Ctrl+Z"
_ALWAYS = {"f12": "F12", "ctrl+c": "Ctrl+C", "ctrl+z": SLEEP_KEY}
_WHILE_FLOWING = {"space": "Space", "escape": "Esc", **_ALWAYS}
STOP_KEYS = frozenset(_WHILE_FLOWING)
_STILL_NS = SECOND


class Stoppable(Protocol):
    """What can be stopped from any thread, at once."""

    def stop(self, cause: str = "person") -> None:
        """Zero, now."""


class StopPressed(Message):
    """A stop went out already; `how` is the key or the click, for people to read."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self.how = how


class StopGate:
    """`may_flow` and `line` are set by whoever runs the session; the rest is asked by whoever reads the keyboard."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self.line: Stoppable | None = None
        self.may_flow = False
        self._now_ns = now_ns
        self._last_ns: int | None = None

    def take(self, event: object) -> str | None:
        """By what this event stopped, after the stop was sent; None: it is an ordinary event."""
        how = self._how(event)
        if how is None:
            return None
        now_ns = self._now_ns()
        soon = self._last_ns is not None and now_ns - self._last_ns < _STILL_NS
        if not (self.may_flow or soon or (self.line is not None and how in _ALWAYS.values())):
            return None
        self._last_ns = now_ns
        if self.line is not None:
            self.line.stop()
        return how

    def stop_if_flowing(self) -> bool:
        """For what is no key, and may hide one. Whether a stop was sent."""
        if not self.may_flow:
            return False
        self._last_ns = self._now_ns()
        if self.line is not None:
            self.line.stop()
        return True

    @staticmethod
    def _how(event: object) -> str | None:
        if isinstance(event, events.Key):
            return _WHILE_FLOWING.get(_plain(event.key))
        if isinstance(event, events.MouseDown) and int(event.screen_y) == 0:
            return "a click on row 1"
        return "a paste" if isinstance(event, events.Paste) else None


def _plain(key: str) -> str:
    """Without what is held down beside it: who is in a hurry holds more than one key. Ctrl+Space comes as Ctrl+@."""
    *held, name = key.split("+")
    if name in ("space", "escape", "f12"):
        return name
    if "ctrl" in held and name in ("@", "c", "C"):
        return "space" if name == "@" else "ctrl+c"
    return key
