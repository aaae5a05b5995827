"""Core and unit on one virtual clock: an hour in seconds, the same code as live, no waiting.

The wire is anything with a simulated unit's five methods; the clock moves to whatever is due next.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from stimctl.engine.core import EngineCore
from stimctl.engine.virtual_host import VirtualHost
from stimctl.model.host_trouble import HostTrouble

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

    `now_ns` is the virtual clock; the core is given the computer's own, which stands while that sleeps.
    """

    def __init__(self, core: EngineCore, wire: Wire, now_ns: int = 0, troubles: Sequence[HostTrouble] = ()) -> None:
        self.core = core
        self.wire = wire
        self.now_ns = now_ns
        self.told: list[str] = []
        self.journal: list[str] = []
        self.connected = True
        self._host = VirtualHost(troubles)
        self._unsent = b""
        self._core_wake_ns = core.next_wake_ns()

    def hear(self, data: bytes) -> None:
        """The front end says something."""
        self._host.said(data)
        if not self._host.is_away(self.now_ns):
            self._wake_up()
            self._listen()
            self._turn_out()

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
        wakes = [self.wire.next_wake_ns()]
        if self.connected:
            back_ns = self._host.back_ns(self.now_ns)
            wakes += [self._core_wake_ns, self._host.speaks_ns(self.now_ns)] if back_ns is None else [back_ns]
        soonest = min((at_ns for at_ns in wakes if at_ns is not None), default=beyond_ns + 1)
        return max(self.now_ns, soonest)

    def _turn(self) -> None:
        now_ns = self.now_ns
        self.wire.advance(now_ns)
        data = self.wire.drain()
        if not self.connected:
            return
        if self._host.is_away(now_ns):
            self._host.keep(data)
            return
        self._wake_up()
        core, clock_ns = self.core, self._host.clock_ns(now_ns)
        heard = self._listen()
        data = self._host.kept(data)
        if self.wire.unplugged:
            core.link_lost("the port is gone", clock_ns)
        elif data:
            core.receive(data, clock_ns)
        elif not heard and not self._unsent and (self._core_wake_ns is None or now_ns < self._core_wake_ns):
            return
        core.advance(clock_ns)
        self._turn_out()

    def _wake_up(self) -> None:
        """The loop's first look, at two clocks: whether they have come apart."""
        slept_ns = self._host.slept_ns(self.now_ns)
        if slept_ns:
            self.core.suspended(slept_ns, self._host.clock_ns(self.now_ns))

    def _listen(self) -> bool:
        """People before devices."""
        said = self._host.heard(self.now_ns)
        for data in said:
            self.core.heard(data, self._host.clock_ns(self.now_ns))
        return bool(said)

    def _turn_out(self) -> None:
        now_ns, clock_ns = self.now_ns, self._host.clock_ns(self.now_ns)
        out = self.core.drain(clock_ns)
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
        self._write_journal()
        self.told += [line for line, _ in self.core.drain_front()]
        wake_ns = self.core.next_wake_ns()
        self._core_wake_ns = None if wake_ns is None else self._host.true_ns(wake_ns)

    def _write_journal(self) -> None:
        text = self.core.drain_journal()
        if not text:
            return
        why = self._host.writes(self.now_ns)
        if why is None:
            self.journal.append(text)
        else:
            self.core.journal_failed(why, self._host.clock_ns(self.now_ns))
