"""What is known of a session, from what its engine has told: the one place that every screen reads.

Rule 1: pure. `heard` takes a telling and changes the picture; nothing here asks anybody for anything.
Rule 2: `may_flow` errs towards yes: from the moment that output is asked for until zero is known, while a unit reports
        more, while its dials are set by hand, and after a session that left a unit in doubt, until that one has
        answered a stop.
Rule 3: what came last is shown with its age; a picture never guesses on.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from stimctl.engine import messages as say
from stimctl.program.dials import DialSetting
from stimctl.tui.standing import Standing
from stimctl.tui.words import clock, dials_words

__all__ = ["ChannelPicture", "LogLine", "PhasePicture", "SessionPicture"]

_LOG_LINES = 500
_DONE = 0


@dataclass(slots=True)
class ChannelPicture:
    """One channel, as last reported. `peak` is the highest so far, in the unit's scale: milliamperes or levels."""

    channel: int
    last: say.Sample | None = None
    peak: float = 0.0


@dataclass(frozen=True, slots=True)
class PhasePicture:
    """A phase that has begun: when, in session time, and what was said of it."""

    began_ms: int
    said: say.PhaseBegan


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log: session time in ms, its kind (one word) and a sentence."""

    at_ms: int | None
    kind: str
    text: str


@dataclass(slots=True)
class SessionPicture:
    """One session, from opening the unit to its end. A new session is a new picture."""

    standing: Standing = Standing.NO_UNIT
    unit: say.Unit | None = None
    session: say.Session | None = None
    phase: PhasePicture | None = None
    channels: dict[int, ChannelPicture] = field(default_factory=dict)
    log: deque[LogLine] = field(default_factory=lambda: deque(maxlen=_LOG_LINES))
    logged: int = 0
    plan_ms: int = 0
    duration_ms: int = 0
    by_hand: bool = False
    # serial numbers of units that were told to stop and have not confirmed it, in this session or one before it
    doubted: frozenset[str] = frozenset()
    advice: str = ""
    link: say.Link | None = None
    # how far the unit's boot is; None when it does not boot
    waiting: say.Waiting | None = None
    # what a person is to set on the unit before it goes on; None while nothing is waited for
    dials: DialSetting | None = None
    zero: say.Zero | None = None
    stop_pending: bool = False
    # the port of the unit is gone, and is looked for
    cable_out: bool = False
    ended: say.Ended | None = None
    _running: bool = False

    @classmethod
    def after(cls, before: "SessionPicture") -> "SessionPicture":
        """A new session's, while its unit is looked for. What was in doubt stays so until the unit has answered."""
        picture = cls(standing=Standing.LOOKING)
        picture.take_over_doubt(before)
        return picture

    def take_over_doubt(self, before: "SessionPicture") -> None:
        """Of a session before this one, which may tell so late."""
        if before.in_doubt:
            self.standing, self.advice = Standing.NOT_ZERO, before.advice
            self.doubted |= before.doubted

    @property
    def in_doubt(self) -> bool:
        """Whether a unit may not be at zero, as far as was heard."""
        return bool(self.doubted)

    @property
    def another_answers(self) -> bool:
        """Whether a unit was found, and it is not one that is in doubt."""
        return self.in_doubt and self.unit is not None and self.unit.serial_number not in self.doubted

    @property
    def may_flow(self) -> bool:
        """Whether a stop key is a stop and nothing else (rule 2)."""
        reported = any(of.last is not None and of.last.amount > 0 for of in self.channels.values())
        return self._running or self.in_doubt or reported or self.dials is not None

    def asked_to_flow(self) -> None:
        """Before a start or a resume is sent: from here on a stop key stops (rule 2)."""
        self._running = True

    def stop_sent(self, how: str) -> None:
        """A stop went out by this key or click."""
        if self.ended is None:
            self.standing, self.stop_pending = Standing.STOPPING, True
            self._note("stop", how)

    def note(self, kind: str, text: str) -> None:
        """A line of the front end's own."""
        self._note(kind, text)

    @property
    def left_ms(self) -> int:
        """How much of the plan is still to come."""
        return max(0, self.duration_ms - self.plan_ms)

    @property
    def ramp_left_ms(self) -> int:
        """How much of the phase's ramp is still to come; 0 in its hold."""
        if self.phase is None or self.by_hand:
            return 0
        return max(0, self.phase.said.ramp_ms - (self.plan_ms - self.phase.began_ms))

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.ended is not None

    def heard(self, telling: say.Telling) -> None:
        """Take in what the engine said."""
        match telling:
            case say.Sample():
                self._sample(telling)
            case say.Link():
                self.link = telling
            case say.Waiting():
                self.waiting = telling
            case say.Unit():
                self.unit, self.waiting = telling, None
                # to be found a unit has to answer a stop
                self._answered(telling)
                if not self.in_doubt:
                    self.standing, self.advice = Standing.READY, ""
                kind = "simulated, no current flows" if telling.simulated else "a real unit"
                self._note("unit", f"{telling.family} {telling.serial_number}, firmware {telling.firmware}: {kind}")
            case say.Session():
                self.session, self.duration_ms = telling, telling.duration_ms
                if not self.in_doubt:
                    self.standing = Standing.CHECKED
                self._note("plan", f"{telling.title}, {clock(telling.duration_ms)}, has passed every rule")
            case say.Armed() if self.standing in (Standing.ARMING, Standing.CHECKED, Standing.READY):
                self.standing = Standing.ARMED
                self._note("unit", "armed, at zero")
            case say.Started():
                self.standing, self._running = Standing.RAMPING, True
                self._note("plan", "started")
            case say.PhaseBegan():
                self.phase = PhasePicture(self.plan_ms, telling)
                self._note("plan", f"phase {telling.name}, {clock(telling.lasts_ms)}")
            case say.Dials():
                self.dials = telling.setting
                self._note("dials", dials_words(telling.setting))
            case say.User():
                self._user(telling)
            case say.Refused():
                self._note("no", telling.why)
            case say.Gap():
                self._note("gap", f"channel {telling.channel}: {telling.why}; it comes back from zero")
            case say.Fault():
                self.standing, self.advice = Standing.FAULT, telling.why
                self._note("fault", telling.why)
            case say.Stopped():
                self.stop_pending = True
                if self.standing is not Standing.FAULT:
                    self.standing = Standing.STOPPING
            case say.Zero():
                self._zero(telling)
            case say.Ended():
                self._ended(telling)

    def _sample(self, sample: say.Sample) -> None:
        channel = self.channels.setdefault(sample.channel, ChannelPicture(sample.channel))
        before = channel.last
        channel.last = sample
        channel.peak = max(channel.peak, sample.amount)
        if sample.warning and (before is None or before.warning != sample.warning):
            self._note("pads", f"channel {sample.channel}: {sample.warning}")
        if self._running and sample.plan_ms > 0:
            self.plan_ms = max(self.plan_ms, sample.plan_ms)
        if self.standing in (Standing.RAMPING, Standing.HOLD):
            self.standing = Standing.RAMPING if self.ramp_left_ms else Standing.HOLD

    def _user(self, said: say.User) -> None:
        match said.action:
            case "pausing":
                self.standing = Standing.PAUSING
                self._note("pause", said.why or "")
            case "paused" if self.stop_pending:
                # a stall: the unit was stopped, and has not said yet that it is at zero
                self.standing = Standing.PAUSED
                self._note("pause", said.why or "")
            case "paused":
                self.standing, self._running = Standing.PAUSED, False
                self._at_zero()
                self._note("pause", "at zero")
            case "resumed":
                self.standing, self._running = Standing.RAMPING, True
                self._note("pause", "going on, from zero")
            case "dials set":
                self.dials = None
                self._note("dials", f"set {said.why or ''}".strip())
            case "up" | "down":
                arrow = "one step up" if said.action == "up" else "one step down"
                self._note("user", f"channel {said.channel}: {arrow}")
            case action:
                self._note(action, said.why or "")

    def _zero(self, telling: say.Zero) -> None:
        self.zero = telling
        if telling.confirmed:
            self._running = self.stop_pending = False
            self.dials = None
            self._answered(self.unit)
            self._at_zero()
            self._note("zero", f"confirmed by the unit after {telling.after_ms} ms")
        else:
            self.standing, self.advice = Standing.NOT_ZERO, telling.advice or ""
            self._doubt(self.unit)
            self._note("zero", f"NOT confirmed after {telling.after_ms} ms")

    def _answered(self, unit: say.Unit | None) -> None:
        """A unit is at zero; that says nothing of another one."""
        if unit is not None:
            self.doubted -= {unit.serial_number}

    def _doubt(self, unit: say.Unit | None) -> None:
        """Nothing was asked of a unit that was not found."""
        if unit is not None:
            self.doubted |= {unit.serial_number}

    def _at_zero(self) -> None:
        """What was reported last is no longer so: the unit says that nothing flows."""
        for channel in self.channels.values():
            if channel.last is not None:
                channel.last = _nothing(channel.last)

    def _ended(self, telling: say.Ended) -> None:
        self.ended, self._running = telling, False
        self.waiting = self.dials = None
        if telling.zero_confirmed:
            self._answered(self.unit)
            # an engine that died has told of no zero before
            self._at_zero()
        else:
            self._doubt(self.unit)
        if self.in_doubt:
            self.standing, self.advice = Standing.NOT_ZERO, self.advice or telling.reason
        elif self.standing is not Standing.FAULT:
            self.standing = Standing.DONE if telling.exit_code == _DONE else Standing.STOPPED
        self._note("end", telling.reason)

    def _note(self, kind: str, text: str) -> None:
        at_ms = self.plan_ms if self.duration_ms else None
        self.log.append(LogLine(at_ms, kind, text))
        self.logged += 1

    def new_lines(self, since: int) -> Iterator[LogLine]:
        """What was logged after the first `since` lines, as far as it is kept."""
        fresh = min(self.logged - since, len(self.log))
        return iter(list(self.log)[len(self.log) - fresh :])


def _nothing(last: say.Sample) -> say.Sample:
    """The same channel at zero, in the unit's own scale."""
    if last.level is not None:
        return replace(last, level=0.0, planned_level=0.0)
    return replace(last, amplitude_ma=0.0, planned_ma=0.0, charge_nc=0)
