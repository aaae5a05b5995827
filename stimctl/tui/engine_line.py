"""One engine, with a thread that listens to it; commands go to it from any thread.

The thread never beats: the UI's own loop does, so that the engine notices when it hangs.
"""

import time
from collections.abc import Callable
from threading import Thread
from typing import Protocol

from stimctl.clock import MS
from stimctl.engine.client import EngineClient
from stimctl.engine.messages import Command, Telling

__all__ = ["EngineLine", "Line", "OpenLine"]

_TURN_NS = 200 * MS


class Line(Protocol):
    """What a session needs of an engine; a test may have another."""

    def send(self, command: Command) -> None:
        """Ask for something; what the engine thinks of it comes as a telling."""

    def stop(self, cause: str = "person") -> None:
        """Zero, now, from any thread."""

    def beat(self) -> None:
        """The UI's loop turns."""

    def close(self) -> None:
        """End the session if it runs, and wait until it has."""


# The device, who hears tellings, and who hears what to do about a unit that does not confirm its stop.
OpenLine = Callable[[str, Callable[[Telling], None], Callable[[str], None]], Line]


class EngineLine:
    """Opens at once; `told` and `warned` are called in the thread."""

    def __init__(
        self,
        device: str,
        told: Callable[[Telling], None],
        warned: Callable[[str], None],
        *,
        allow_network: bool = False,
    ) -> None:
        self._told = told
        self._client = EngineClient(device, warned, allow_network=allow_network)
        self._client.__enter__()
        self._thread = Thread(target=self._listen, name="engine", daemon=True)
        self._thread.start()

    def send(self, command: Command) -> None:
        self._client.send(command)

    def stop(self, cause: str = "person") -> None:
        self._client.stop(cause)

    def beat(self) -> None:
        self._client.beat()

    def close(self) -> None:
        """The engine hears the end of its input, which is a stop; the thread hears its last words."""
        self._client.hang_up()
        self._thread.join()

    def _listen(self) -> None:
        while self._client.ended is None:
            for telling, _ in self._client.tellings(time.monotonic_ns() + _TURN_NS, beat=False):
                self._told(telling)
        self._client.close()
