"""Core and unit on one virtual clock: an hour in seconds, the same code as live, no waiting.

The wire is anything with a simulated unit's five methods; the clock moves to whatever is due next.
"""

from collections.abc import Callable
from typing import Protocol

from stimctl.engine.core import EngineCore

__all__ = ["VirtualSession", "Wire"]

_ROOM_BYTES = 64
# A rehearsal takes its slices at one instant; nothing else needs more than a few turns.
_MOST_TURNS_AT_ONCE = 10_000


class Wire(Protocol):
    """A unit and its cable, without I/O. `now_ns` is the virtual clock."""

    def receive(self, data: bytes, now_ns: int) -> None: ...
    def advance(self, now_ns: int) -> None: ...
    def drain(self) -> bytes: ...
    def next_wake_ns(self) -> int | None: ...
    def outstanding(self, now_ns: int) -> int: ...
    def discard_unsent(self, now_ns: int) -> None: ...
    def client_opened(self, now_ns: int) -> None: ...
    @property
    def unplugged(self) -> bool: ...


class VirtualSession:
    """One core at one wire. `told` collects what the front end would read, `journal` what the disk would.

    `front` is called whenever the core has said something or its own wake is due; it answers with bytes for the core
    and the time at which it wants to be called again.
    """

    def __init__(self, core: EngineCore, wire: Wire, now_ns: int = 0) -> None:
        self.core = core
        self.wire = wire
        self.now_ns = now_ns
        self.told: list[str] = []
        self.journal: list[str] = []
        self.connected = True
        self._unsent = b""
        self._core_wake_ns = core.next_wake_ns()

    def hear(self, data: bytes) -> None:
        """The front end says something."""
        self.core.heard(data, self.now_ns)
        self._turn_out()
        self._core_wake_ns = self.core.next_wake_ns()

    def run_until(self, until_ns: int, turned: Callable[[], None] | None = None) -> None:
        """Let time pass to `until_ns`, or to the end of the session. `turned` is called after every turn."""
        standing = 0
        while not self.core.ended:
            now_ns = self._next_ns(until_ns)
            if now_ns > until_ns:
                break
            standing = standing + 1 if now_ns == self.now_ns else 0
            if standing > _MOST_TURNS_AT_ONCE:
                raise RuntimeError(f"{standing} turns at {now_ns} ns: something is due and never done")
            self.now_ns = now_ns
            self._turn()
            if turned is not None:
                turned()
        else:
            return
        self.now_ns = until_ns
        self._turn()

    def _next_ns(self, beyond_ns: int) -> int:
        soonest = self.wire.next_wake_ns()
        if self.connected and self._core_wake_ns is not None:
            soonest = self._core_wake_ns if soonest is None else min(soonest, self._core_wake_ns)
        return max(self.now_ns, beyond_ns + 1 if soonest is None else soonest)

    def _turn(self) -> None:
        now_ns, core = self.now_ns, self.core
        self.wire.advance(now_ns)
        data = self.wire.drain()
        if not self.connected:
            return
        if self.wire.unplugged:
            core.link_lost("the port is gone", now_ns)
        elif data:
            core.receive(data, now_ns)
        elif not self._unsent and (self._core_wake_ns is None or now_ns < self._core_wake_ns):
            return
        core.advance(now_ns)
        self._turn_out()
        self._core_wake_ns = core.next_wake_ns()

    def _turn_out(self) -> None:
        now_ns = self.now_ns
        out = self.core.drain(now_ns)
        if out.stop_first:
            self.wire.discard_unsent(now_ns)
            self._unsent = b""
        if out.reset:
            self.wire.client_opened(now_ns)
        self._unsent += out.data
        if self._unsent:
            room = max(0, _ROOM_BYTES - self.wire.outstanding(now_ns))
            self.wire.receive(self._unsent[:room], now_ns)
            self._unsent = self._unsent[room:]
        self.told += [line for line, _ in self.core.drain_front()]
        text = self.core.drain_journal()
        if text:
            self.journal.append(text)
