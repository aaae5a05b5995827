"""A session from a script: a `with` block that begins at zero, is iterated while it runs, and leaves zero behind.

Rule 1: constructing touches nothing; entering the block finds the unit, prepares, arms and starts.
Rule 2: the script's own turns are its beat, and nothing here beats for it: a script that hangs is one that is gone.
Rule 3: leaving the block, however it is left, stops first and then waits for the unit's word that it is at zero.
Rule 4: a pause that the script did not ask for is ended by a person or ends the session: a script does not resume it.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from enum import Enum
from types import TracebackType
from typing import Self

from stimctl.api.backlog import Backlog, Event
from stimctl.api.checking import Profile, preparation
from stimctl.api.outcome import cause_of, error_of
from stimctl.api.person import Person
from stimctl.api.program import Program
from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.engine.client import EngineClient
from stimctl.engine.ending import TAKE_PADS_OFF
from stimctl.errors import ConfigError, NotAnswering, SafetyRefusal
from stimctl.links.url import parse_device_url
from stimctl.program import loader

__all__ = ["Session"]

_TURN_NS = 200 * MS
# Long enough to beat and to read what is there already, too short to be waiting.
_GLANCE_NS = 1 * MS
# release_ms + 200 ms, then 2 s of hope; the client takes over from an engine that takes longer.
_LEAVING_NS = 5 * SECOND
_LONGEST_READY_S = 86_400


class _Block(Enum):
    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


class _Pause(Enum):
    """Who wanted the pause that is there or coming."""

    NOT_ASKED = "not asked for"
    ASKED = "asked for"
    OURS = "ours"


def _to_stderr(text: str) -> None:
    try:
        sys.stderr.write(f"stimctl: {text}\n")
    except (OSError, ValueError):
        # it was closed; the unit is stopped all the same, and the result says it too
        return


class Session:
    """One session of one program on one unit: `with Session(...) as session: for event in session: ...`."""

    def __init__(
        self,
        program: Program | loader.Program,
        *,
        device: str,
        person: Person,
        profile: Profile = "consumer",
        channels: Sequence[int] | None = None,
        pads_confirmed: bool = False,
        doctor_approved: str | None = None,
        attended: bool = False,
        allow_network: bool = False,
        # the clock settles in 5 s, an hour's program is compiled in 10 s on a slow machine
        ready_within_s: float = 60,
        warn: Callable[[str], None] = _to_stderr,
    ) -> None:
        """Touches nothing. ConfigError where something could not be used on any unit.

        `device` is a port, `sim://stimlink`, or a network URL (that of another computer needs `allow_network`);
        `channels` are all of the program's if not given. A real unit needs `pads_confirmed`, and in `doctor_approved`
        who said that it is all right. `attended`: a person is there to resume; without one a pause that the script did
        not ask for ends the session (exit code 1). `ready_within_s`: so long may entering the block take. `warn` is
        told at once what to do about a unit that does not confirm zero; it must not raise.
        """
        parse_device_url(device)
        self._asked = preparation(
            program,
            person,
            profile=profile,
            channels=channels,
            pads_confirmed=pads_confirmed,
            doctor_approved=doctor_approved,
        )
        if not 0 < ready_within_s < _LONGEST_READY_S:
            raise ConfigError(
                f"ready_within_s={ready_within_s!r}: allowed are more than 0 and under {_LONGEST_READY_S} s"
            )
        self._device = device
        self._attended = attended
        self._allow_network = allow_network
        self._ready_within_ns = int(ready_within_s * SECOND)
        self._warn = warn
        self._engine: EngineClient | None = None
        self._block = _Block.BEFORE
        self._pause = _Pause.NOT_ASKED
        self._events = Backlog()
        self._unit_found = False
        self._started = False
        self._fault = False

    def __enter__(self) -> Self:
        """Find the unit, prepare, arm, start: five seconds or more, while the unit's clock settles.

        SafetyRefusal: a rule or a missing confirmation. DeviceError: the unit, or the line to it. LockedOut and
        StimctlError: a fault. What was told meanwhile comes first when iterating. A stop from elsewhere raises nothing:
        the session is then over before it began.
        """
        if self._block is not _Block.BEFORE:
            raise RuntimeError("a Session is one session, and its with block has been entered; make another Session")
        with ExitStack() as leaving:
            self._engine = EngineClient(self._device, self._warn, allow_network=self._allow_network).__enter__()
            self._block = _Block.INSIDE
            leaving.push(self.__exit__)
            self._start(self._engine)
            leaving.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        """Stop, if it still runs, and wait until the unit confirms zero or has to be given up (then `warn` says so)."""
        engine = self._engine
        if engine is None:
            return
        try:
            if engine.ended is None:
                engine.stop(cause_of(error))
                self._listen(engine, _LEAVING_NS)
        finally:
            self._block = _Block.AFTER
            engine.close()

    def __iter__(self) -> Iterator[Event]:
        """Itself: an event at a time, `Ended` last. To go on after a `break`, iterate again."""
        return self

    def __next__(self) -> Event:
        """The next event, waited for. Asking for it is the beat that keeps current flowing.

        1 s without asking ramps down to a pause, 3 s without asking stop. Who asks more slowly than events come loses
        samples, the oldest first, and nothing else.
        """
        engine = self._inside()
        self._listen(engine, _GLANCE_NS)
        while not self._events and engine.ended is None:
            self._listen(engine, _TURN_NS, until_one=True)
        if not self._events:
            raise StopIteration
        return self._events.take()

    @property
    def result(self) -> say.Ended:
        """How it ended: exit code, reason, whether zero is confirmed, peaks in mA by channel, the journal's path."""
        ended = self._engine.ended if self._engine is not None else None
        if ended is None:
            raise RuntimeError("the session has no result yet; it has one when Ended has come or the block is left")
        return ended

    def raise_for_result(self) -> None:
        """Nothing if it was done or somebody stopped it; else the error that goes with its exit code.

        DeviceError (3: above all zero that was not confirmed), SafetyRefusal (5), ConfigError (2), LockedOut (1, a
        fault), StimctlError (1, anything else).
        """
        error = error_of(self.result, unit_found=self._unit_found, fault=self._fault)
        if error is not None:
            raise error

    def pause(self) -> None:
        """Ramp down and wait; an event says when zero is reached."""
        engine = self._inside()
        if self._pause is _Pause.NOT_ASKED:
            self._pause = _Pause.ASKED
        engine.send(say.Pause())

    def resume(self) -> None:
        """Go on from zero after a pause. Where the session was paused for a reason, this is a person's word."""
        self._inside().send(say.Resume())

    def down(self, channel: int) -> None:
        """Half a milliampere less on this channel, at once; the program does not undo it."""
        self._inside().send(say.Down(self._known(channel)))

    def up(self, channel: int) -> None:
        """One step back up to the program, never above it."""
        self._inside().send(say.Up(self._known(channel)))

    def stop(self) -> None:
        """Zero, now. Go on iterating to hear the rest, or leave the block."""
        self._inside().stop()

    def _inside(self) -> EngineClient:
        if self._block is not _Block.INSIDE or self._engine is None:
            raise RuntimeError(
                f"this works inside `with Session(...) as session:` only; this is {self._block.value} it"
            )
        return self._engine

    def _known(self, channel: int) -> int:
        if type(channel) is not int or channel not in self._asked.plan.channels:
            listed = ", ".join(map(str, self._asked.plan.channels))
            raise ConfigError(f"channel {channel!r}: this session drives {listed}")
        return channel

    def _start(self, engine: EngineClient) -> None:
        for telling, _ in engine.tellings(time.monotonic_ns() + self._ready_within_ns):
            self._take(telling, engine)
            self._go_on(telling, engine)
            if self._started:
                return
        if engine.ended is None:
            raise NotAnswering(f"{engine.device}: not ready within {self._ready_within_ns / SECOND:g} s")
        self.raise_for_result()

    def _go_on(self, telling: say.Telling, engine: EngineClient) -> None:
        """The next step on the way to current."""
        match telling:
            case say.Unit(simulated=simulated):
                if not simulated:
                    self._check_confirmations()
                engine.send(self._asked)
            case say.Session():
                engine.send(say.Arm())
            case say.Armed():
                engine.send(say.Start())
            case say.Started():
                self._started = True

    def _check_confirmations(self) -> None:
        given = {"pads_confirmed=True": self._asked.pads_confirmed, "doctor_approved='NAME'": self._asked.doctor}
        missing = [what for what, value in given.items() if not value]
        if missing:
            raise SafetyRefusal(f"a real unit needs {' and '.join(missing)}")

    def _listen(self, engine: EngineClient, for_ns: int, *, until_one: bool = False) -> None:
        for telling, _ in engine.tellings(time.monotonic_ns() + for_ns):
            self._take(telling, engine)
            if until_one and self._events:
                return

    def _take(self, telling: say.Telling, engine: EngineClient) -> None:
        """Whatever the script does with it, this much is done about it."""
        match telling:
            case say.Unit():
                self._unit_found = True
                return
            case say.Link() | say.Waiting() | say.Dials():
                return
            case say.Fault():
                self._fault = True
            case say.Zero(confirmed=False, advice=advice):
                self._warn(advice or TAKE_PADS_OFF)
            case say.User():
                self._heard_of_a_pause(telling, engine)
        self._events.add(telling)

    def _heard_of_a_pause(self, user: say.User, engine: EngineClient) -> None:
        match user.action:
            case "pausing":
                self._pause = _Pause.OURS if self._pause is _Pause.ASKED else _Pause.NOT_ASKED
            case "resumed":
                self._pause = _Pause.NOT_ASKED
            case "paused" if self._pause is not _Pause.OURS and not self._attended:
                engine.stop("nobody to resume")
