"""The engine's core: bytes and time in, bytes out, around one session. Pure: it waits for nothing and opens nothing.

Rule 1: nothing leaves that the audit has not read (`drain`); a stop leaves first, and instead of everything else.
Rule 2: every input is in the record with its time before it has any effect, so that a journal can be run again.
Rule 3: every turn is held against the time at which it was due, before anything in it is acted upon.
"""

from dataclasses import dataclass

from stimctl.clock import SECOND
from stimctl.drivers.driver import Driver
from stimctl.drivers.facts import WrongUnit
from stimctl.drivers.finding_words import SPOKE_OTHERWISE
from stimctl.engine import messages as say
from stimctl.engine.introductions import Names
from stimctl.engine.record import Record
from stimctl.engine.session import Session
from stimctl.engine.session_state import State
from stimctl.model.as_json import BadValue
from stimctl.safety.audit import Audit

__all__ = ["EngineCore", "Outgoing"]

_LONGEST_MESSAGE = 1 << 20


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes for the link. `stop_first`: discard what is unsent, then these. `reset`: reset the line instead."""

    data: bytes
    stop_first: bool = False
    reset: bool = False


class EngineCore:
    """See the module. Inputs take `now_ns`, the host's monotonic clock."""

    def __init__(self, driver: Driver, audit: Audit, names: Names, now_ns: int) -> None:
        self._driver, self._audit = driver, audit
        self._record = Record(now_ns)
        self._session = Session(driver, audit, names, self._record, now_ns)
        self._message = b""

    # --- inputs ---------------------------------------------------------------------------------------------------

    def heard(self, data: bytes, now_ns: int) -> None:
        """Bytes from the front end; none at all means that it has closed the pipe, which is a stop."""
        self._record.turn(now_ns, front=data)
        self._session.watch_clock(now_ns)
        if not data:
            self._session.stop("front gone", now_ns)
            return
        *lines, self._message = (self._message + data).split(b"\n")
        if len(self._message) > _LONGEST_MESSAGE:
            self._message = b""
            self._session.refuse("message", "a message longer than 1 MB was dropped", now_ns)
        for line in filter(None, lines):
            # an empty line says nothing: it ends what was torn before it (stimctl/engine/command_pipe.py)
            try:
                self._session.command(say.read_command(line), now_ns)
            except BadValue as why:
                self._session.refuse("message", str(why), now_ns)

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the link."""
        self._record.turn(now_ns, link=data)
        self._session.watch_clock(now_ns)
        why = self._audit.received(data, now_ns)
        for fact in self._driver.receive(data, now_ns):
            self._session.fact(fact, now_ns)
        if why is not None and self._session.unit_known:
            self._session.fault(why, now_ns)
        elif why is not None:
            self._session.fact(WrongUnit(SPOKE_OTHERWISE.format(why)), now_ns)

    def advance(self, now_ns: int) -> None:
        """Let time pass. Cheap when nothing is due."""
        self._record.turn(now_ns)
        self._session.watch_clock(now_ns)
        for fact in self._driver.advance(now_ns):
            self._session.fact(fact, now_ns)
        self._session.advance(now_ns)

    def link_lost(self, why: str, now_ns: int) -> None:
        """The line is gone, or does not take bytes any more."""
        self._record.turn(now_ns, said=f"link lost: {why}")
        self._session.link_lost(why, now_ns)

    def suspended(self, slept_ns: int, now_ns: int) -> None:
        """The computer slept, or its clocks came apart, by so much."""
        self._record.turn(now_ns, said=f"suspended {slept_ns}")
        self._session.stall(f"the computer slept for {slept_ns / SECOND:.1f} s", now_ns)

    def journal_failed(self, why: str, now_ns: int) -> None:
        """The journal cannot be written."""
        self._record.turn(now_ns, said=f"journal failed: {why}")
        self._session.journal_failed(why, now_ns)

    def capture_failed(self, why: str, now_ns: int) -> None:
        """The capture cannot be written any more, to be said once; the session goes on."""
        self._record.turn(now_ns, said=f"capture failed: {why}")
        self._session.refuse("capture", f"{why}; the session goes on without it", now_ns)

    def stop(self, cause: str, now_ns: int) -> None:
        """Stop, from outside the front end: `elsewhere`, `terminated`."""
        self._record.turn(now_ns, said=f"stop {cause}")
        self._session.stop(cause, now_ns)

    # --- outputs --------------------------------------------------------------------------------------------------

    def drain(self, now_ns: int) -> Outgoing:
        """Bytes for the link, read by the audit."""
        data = self._driver.drain()
        if self._session.ending.stopping:
            if self._session.ending.reset_line(now_ns):
                self._record.sent(now_ns, b"", "line reset")
                return Outgoing(b"", reset=True)
            data = self._session.ending.stop_bytes(now_ns)
            if data:
                self._record.sent(now_ns, data, "stop first")
            return Outgoing(data, stop_first=bool(data))
        if not data:
            return Outgoing(b"")
        why = self._audit.sent(data, now_ns)
        if why is not None:
            self._record.sent(now_ns, data, "refused")
            self._session.fault(f"the audit refused what was about to be sent: {why}", now_ns)
            return self.drain(now_ns)
        self._record.sent(now_ns, data)
        return Outgoing(data)

    def drain_front(self) -> list[tuple[str, bool]]:
        """Lines for the front end; True marks one that may be dropped."""
        return self._record.drain_told()

    def drain_journal(self) -> str:
        """Text for the journal, whole lines."""
        return self._record.drain_journal()

    @property
    def stop_bytes(self) -> bytes:
        """What stops the unit whatever else is wrong; empty while nobody knows what it is."""
        return b"" if self._session.state is State.OPENING else self._driver.stop_bytes

    @property
    def state(self) -> State:
        """The session's."""
        return self._session.state

    @property
    def unit_known(self) -> bool:
        """Whether there ever was a unit whose zero could be in question."""
        return self._session.unit_known

    @property
    def title(self) -> str:
        """The program's; empty before there is one."""
        return self._session.title

    @property
    def ended(self) -> bool:
        """Nothing more will come."""
        return self._session.over

    @property
    def outcome(self) -> say.Ended:
        """How it ended; of an ended session only."""
        assert self._session.ending.ended is not None
        return self._session.ending.ended

    @property
    def flowing(self) -> bool:
        """Whether output may be above zero."""
        return self._session.flowing

    def next_wake_ns(self) -> int | None:
        """When `advance` must be called at the latest."""
        soonest_ns: int | None = None
        for at_ns in self._session.wakes():
            if at_ns is not None and (soonest_ns is None or at_ns < soonest_ns):
                soonest_ns = at_ns
        self._session.vigil.will_wake(soonest_ns)
        return soonest_ns
