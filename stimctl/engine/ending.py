"""The way to zero and out: stop bytes until the unit confirms, the first cause, and how it all ended.

Rule 1: the first cause counts; what comes after it changes nothing.
Rule 2: zero that was not confirmed is exit 3 whatever the cause was, unless nothing was ever asked of the unit.
"""

from dataclasses import dataclass

from stimctl.drivers.driver import Driver
from stimctl.engine import messages as say
from stimctl.engine.record import Record
from stimctl.engine.stopping import Stopping
from stimctl.errors import ExitCode

__all__ = ["CAUSES", "TAKE_PADS_OFF", "Ending", "Exit"]

TAKE_PADS_OFF = "zero is not confirmed: switch the unit off and take the pads off"


@dataclass(frozen=True, slots=True)
class Exit:
    """Why a session ends: a code and a sentence."""

    code: ExitCode
    reason: str


CAUSES = {
    "person": Exit(ExitCode.STOPPED, "stopped by a person"),
    "elsewhere": Exit(ExitCode.STOPPED, "stopped by stimctl stop"),
    "hangup": Exit(ExitCode.HANGUP, "the terminal was closed"),
    "interrupt": Exit(ExitCode.INTERRUPT, "stopped by Ctrl-C"),
    "terminated": Exit(ExitCode.TERMINATED, "told to terminate"),
    "front gone": Exit(ExitCode.FAULT, "the front end is gone"),
    "nobody to resume": Exit(ExitCode.FAULT, "paused, and nobody is there to resume"),
    "front refused": Exit(ExitCode.REFUSED, "the front end refused, and said why"),
    "done": Exit(ExitCode.DONE, "the program is done"),
}


class Ending:
    """One session's. `why` is the first cause; `ended` the last words, once there are any."""

    def __init__(self, driver: Driver, record: Record) -> None:
        self._driver, self._record = driver, record
        self._stopping: Stopping | None = None
        self._gave_up = False
        self.why: Exit | None = None
        self.ended: say.Ended | None = None

    @property
    def stopping(self) -> bool:
        """A stop is under way or was confirmed: nothing but stop bytes may leave."""
        return self._stopping is not None

    @property
    def confirmed(self) -> bool:
        """The unit has answered the stop: it is at zero."""
        return self._stopping is not None and self._stopping.confirmed_ns is not None

    @property
    def hopeless(self) -> bool:
        """The repeats have ended without an answer, as far as was seen."""
        return self._gave_up

    def begin_stop(self, now_ns: int) -> None:
        """Stop bytes from now on."""
        self._stopping = Stopping(self._driver.stop_repeats, self._driver.release_ms, now_ns)
        self._gave_up = False
        self._driver.stopped(now_ns)

    def forget_stop(self) -> None:
        """A confirmed stop is over, and a person goes on."""
        self._stopping = None

    def stop_bytes(self, now_ns: int) -> bytes:
        """What is to leave now, before and instead of everything else; empty between repeats."""
        if self._stopping is None or not self._stopping.due(now_ns):
            return b""
        return self._driver.stop_bytes

    def reset_line(self, now_ns: int) -> bool:
        """Whether the line is to be reset now: nothing else has helped."""
        due = self._stopping is not None and self._stopping.reset_due(now_ns)
        if due:
            self._driver.line_reset(now_ns)
        return due

    def zero(self, output_off: bool, now_ns: int) -> bool:
        """The unit answered a stop; True when this confirms ours."""
        stopping = self._stopping
        if stopping is None or self.confirmed or not output_off:
            return False
        stopping.confirm(now_ns)
        self._record.tell(say.Zero(confirmed=True, after_ms=stopping.elapsed_ms(now_ns), advice=None), now_ns)
        return True

    def see_through(self, now_ns: int) -> None:
        """Say what has to be said while no answer comes."""
        stopping = self._stopping
        if stopping is None:
            return
        self._gave_up = stopping.hopeless(now_ns)
        if stopping.overdue(now_ns):
            after_ms = stopping.elapsed_ms(now_ns)
            self._record.tell(say.Zero(confirmed=False, after_ms=after_ms, advice=TAKE_PADS_OFF), now_ns)

    def end(self, unit_known: bool, peak_ma: dict[int, float], journal: str, now_ns: int) -> None:
        """The last words. `unit_known`: there was a unit, so its zero counts."""
        assert self.why is not None
        self.ended = say.Ended(
            exit_code=int(ExitCode.DEVICE if unit_known and not self.confirmed else self.why.code),
            reason=self.why.reason,
            zero_confirmed=self.confirmed,
            peak=peak_ma,
            journal=journal,
        )
        self._record.tell(self.ended, now_ns)

    def next_wake_ns(self) -> int | None:
        """When stop bytes or words are next due."""
        return None if self._stopping is None else self._stopping.next_wake_ns()
