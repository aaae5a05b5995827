"""The loop that waits: the only one. It carries bytes between the core and the world and never blocks on any of them.

Rule 1: people before devices: a stop from the control socket, a signal or the front end comes before the unit's bytes.
Rule 2: out first goes what the unit needs, then the journal, then the words; a stop discards what is unsent.
Rule 3: a link that has taken nothing for 100 ms while output may flow is lost.
Rule 4: whatever is raised in a turn ends the process, and the stop bytes leave first.
Rule 5: the monotonic clock is compared with one that runs through suspend, at every turn.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from select import select

from stimctl.clock import MS, SECOND
from stimctl.engine.control import Control
from stimctl.engine.core import EngineCore
from stimctl.engine.journal import Keeper
from stimctl.engine.outbox import Outbox
from stimctl.errors import LinkLost
from stimctl.links.link import Link

__all__ = ["Loop"]

_STUCK_NS = 100 * MS
_SLEPT_NS = 100 * MS
_LONGEST_WAIT_NS = SECOND
_READ_BYTES = 65536
_LAST_WORDS_S = 1.0


class Loop:
    """Everything that the engine waits for."""

    def __init__(
        self,
        core: EngineCore,
        link: Link,
        front: int,
        outbox: Outbox,
        control: Control,
        journal: Keeper,
        signals: int,
        asleep_ns: Callable[[], int] | None = None,
    ) -> None:
        self._core, self._link, self._front = core, link, front
        self._outbox, self._control, self._journal, self._signals = outbox, control, journal, signals
        os.set_blocking(front, False)
        self._unsent = b""
        self._blocked_since_ns: int | None = None
        self._link_gone = False
        self._front_gone = False
        self._asleep_ns = asleep_ns or _suspended_ns
        self._slept_ns = self._asleep_ns()

    @property
    def unsent(self) -> bytes:
        """What the link had no room for yet."""
        return self._unsent

    def run(self) -> None:
        """Until the session is over and everything has been said.

        Whatever is raised on the way is our own mistake: it ends the process, and the stop bytes leave first.
        """
        try:
            self._run()
        except BaseException:
            self._stop_without_core()
            raise

    def _run(self) -> None:
        core = self._core
        while not core.ended:
            ready = self._wait()
            now_ns = time.monotonic_ns()
            slept_ns = self._asleep_ns() - self._slept_ns
            if slept_ns > _SLEPT_NS:
                self._slept_ns += slept_ns
                core.suspended(slept_ns, now_ns)
            if self._signals in ready:
                os.read(self._signals, _READ_BYTES)
                core.stop("terminated", now_ns)
            stop_asked = self._control.stop_asked()
            if stop_asked:
                core.stop("elsewhere", now_ns)
            if self._front in ready:
                self._hear(now_ns)
            if not self._link_gone and self._link.fileno() in ready:
                self._guarded(self._receive, now_ns)
            core.advance(now_ns)
            self._put_out(now_ns)
            if stop_asked:
                self._control.answer(said="stop sent")
        self._say_last_words()

    def _stop_without_core(self) -> None:
        """Nothing can be trusted any more but the bytes that were prepared for the unit."""
        now_ns = time.monotonic_ns()
        # a line that is lost has let go of the unit by itself, or will within its release_ms
        with suppress(LinkLost):
            self._link.discard_unsent(now_ns)
        with suppress(LinkLost):
            self._link.write(self._core.stop_bytes, now_ns)

    def _say_last_words(self) -> None:
        """A front end that is slow gets a little time for them; one that never reads does not hold the engine up."""
        self._outbox.flush()
        while self._outbox.waiting and select([], [self._outbox.fileno()], [], _LAST_WORDS_S)[1]:
            self._outbox.flush()

    def _wait(self) -> set[int]:
        now_ns = time.monotonic_ns()
        wake_ns = self._core.next_wake_ns()
        until_ns = now_ns + _LONGEST_WAIT_NS if wake_ns is None else min(wake_ns, now_ns + _LONGEST_WAIT_NS)
        readers = [self._signals, *self._control.filenos()]
        writers = []
        if not self._front_gone:
            readers.append(self._front)
        if not self._link_gone:
            readers.append(self._link.fileno())
            if self._unsent and self._link.room_ns(now_ns) > now_ns:
                until_ns = min(until_ns, self._link.room_ns(now_ns))
            elif self._unsent:
                writers.append(self._link.fileno())
                until_ns = min(until_ns, now_ns + _STUCK_NS)
        if self._outbox.waiting:
            writers.append(self._outbox.fileno())
        readable, _, _ = select(readers, writers, [], max(0, until_ns - now_ns) / SECOND)
        return set(readable)

    def _hear(self, now_ns: int) -> None:
        try:
            data = os.read(self._front, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._front_gone = not data
        self._core.heard(data, now_ns)

    def _put_out(self, now_ns: int) -> None:
        out = self._core.drain(now_ns)
        if out.stop_first:
            self._unsent = b""
            # a flush that fails must not keep the stop back; the write finds out whether the line is gone
            with suppress(LinkLost):
                self._link.discard_unsent(now_ns)
        if out.reset and not self._link_gone:
            self._guarded(self._link.reset, now_ns)
        self._unsent += out.data
        if self._unsent and not self._link_gone:
            self._guarded(self._write, now_ns)
        why = self._journal.write(self._core.drain_journal())
        if why is not None:
            self._core.journal_failed(why, now_ns)
        for line, may_drop in self._core.drain_front():
            self._outbox.put(line, may_drop=may_drop)
        self._outbox.flush()

    def _receive(self, now_ns: int) -> None:
        data = self._link.read()
        if data:
            self._core.receive(data, now_ns)

    def _write(self, now_ns: int) -> None:
        taken = self._link.write(self._unsent, now_ns)
        self._unsent = self._unsent[taken:]
        if taken or not self._unsent or not self._core.flowing:
            self._blocked_since_ns = None
        elif self._blocked_since_ns is None:
            self._blocked_since_ns = now_ns
        elif now_ns - self._blocked_since_ns > _STUCK_NS:
            # the session is over with that, but the line is kept: the stop may still get through
            self._core.link_lost(f"{self._link.name} takes no bytes", now_ns)

    def _guarded(self, act: Callable[[int], None], now_ns: int) -> None:
        try:
            act(now_ns)
        except LinkLost as why:
            self._link_gone = True
            self._unsent = b""
            self._core.link_lost(str(why), now_ns)


def _suspended_ns() -> int:
    """How long the computer has slept since it started, as far as its clocks tell."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
