"""The engine's core: one session from the first byte to zero confirmed. Pure: bytes and time in, bytes out.

Rule 1: the state changes by session_state's table only (`_move`).
Rule 2: whatever is wrong ends in `_end`: stop bytes first, then words. The first cause is the one that is told.
Rule 3: nothing leaves that the audit has not read (`drain`).
Rule 4: a turn that comes over 150 ms late while output may flow is a stall: nothing that was due is sent, stop first.
"""

from dataclasses import dataclass

from stimctl import units
from stimctl.clock import MS, SECOND
from stimctl.drivers.driver import Driver
from stimctl.drivers.facts import (
    Accepted,
    Armed,
    ArmRefused,
    Fact,
    GapSeen,
    Heard,
    Identified,
    NoAnswer,
    NoiseHeard,
    Settled,
    UnitFault,
    WrongUnit,
    ZeroConfirmed,
)
from stimctl.engine import messages as say
from stimctl.engine.conductor import Conductor
from stimctl.engine.preparing import Preparation, Unfit
from stimctl.engine.record import Record
from stimctl.engine.session_state import MOVES, OVER, Cause, State
from stimctl.engine.stopping import Stopping
from stimctl.errors import ExitCode
from stimctl.model.as_json import BadValue
from stimctl.model.capabilities import Capabilities
from stimctl.model.telemetry import Reported
from stimctl.safety.audit import Audit
from stimctl.safety.governor import Governor
from stimctl.safety.watchdog import (
    FRONT_PAUSE_NS,
    FRONT_STOP_NS,
    REPORT_NS,
    LoadWatch,
    Silence,
    StuckWatch,
    front_silence,
)

__all__ = ["EngineCore", "Names", "Outgoing"]

STALL_NS = 150 * MS
_KEEP_ALIVE_NS = 500 * MS
_LONGEST_PAUSE_NS = 600 * SECOND
_FRONT_BYTES = 1 << 20
# Reports lag by up to 200 ms; what was cleared for this long before one came may still be what it tells of.
_REPORT_LAG_NS = 500 * MS

_ARMED_STATES = frozenset({State.ARMED, State.RUNNING, State.PAUSING, State.PAUSED})
_FLOWING = frozenset({State.RUNNING, State.PAUSING})
_TAKE_PADS_OFF = "zero is not confirmed: switch the unit off and take the pads off"
_CAUSES = {
    "person": (ExitCode.STOPPED, "stopped by a person"),
    "elsewhere": (ExitCode.STOPPED, "stopped by stimctl stop"),
    "hangup": (ExitCode.HANGUP, "the terminal was closed"),
    "interrupt": (ExitCode.INTERRUPT, "stopped by Ctrl-C"),
    "terminated": (ExitCode.TERMINATED, "told to terminate"),
    "front gone": (ExitCode.FAULT, "the front end is gone"),
    "nobody to resume": (ExitCode.FAULT, "paused, and nobody is there to resume"),
    "done": (ExitCode.DONE, "the program is done"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the session is called in the record."""

    id: str
    journal: str
    device: str
    realtime: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes for the link. `stop_first`: discard what is unsent, then these."""

    data: bytes
    stop_first: bool = False


class EngineCore:
    """See the module. Inputs take `now_ns`, the host's monotonic clock."""

    def __init__(self, driver: Driver, audit: Audit, names: Names, now_ns: int) -> None:
        self.state = State.OPENING
        self._driver, self._audit, self._names = driver, audit, names
        self._record = Record(now_ns)
        self._unit: Capabilities | None = None
        self._settled: Settled | None = None
        self._preparation: Preparation | None = None
        self._rehearsed = False
        self._told_session = False
        self._governor: Governor | None = None
        self._conductor: Conductor | None = None
        self._stopping: Stopping | None = None
        self._exit: tuple[ExitCode, str] | None = None
        self._after_fade: tuple[ExitCode, str] | None = None
        self._front = b""
        self._beat_ns = now_ns
        self._wake_ns: int | None = None
        self._alive_ns = now_ns
        self._paused_ns = now_ns
        self._heard_ns: dict[int, int] = {}
        self._loads: dict[int, LoadWatch] = {}
        self._stuck: dict[int, StuckWatch] = {}
        self._phase = -1
        self._peak_ua: dict[int, int] = {}
        self._journal_broken: str | None = None
        self._ended: say.Ended | None = None
        driver.identify(now_ns)

    # --- inputs ---------------------------------------------------------------------------------------------------

    def heard(self, data: bytes, now_ns: int) -> None:
        """Bytes from the front end; none at all means that it has closed the pipe, which is a stop."""
        self._record.turn(now_ns, front=data)
        self._watch_clock(now_ns)
        if not data:
            self._stop("front gone", now_ns)
            return
        *lines, self._front = (self._front + data).split(b"\n")
        if len(self._front) > _FRONT_BYTES:
            self._front = b""
            self._refuse("message", "a message longer than 1 MB was dropped", now_ns)
        for line in lines:
            try:
                self._command(say.read_command(line), now_ns)
            except BadValue as why:
                self._refuse("message", str(why), now_ns)

    def receive(self, data: bytes, now_ns: int) -> None:
        """Bytes from the link."""
        self._record.turn(now_ns, link=data)
        self._watch_clock(now_ns)
        why = self._audit.received(data, now_ns)
        for fact in self._driver.receive(data, now_ns):
            self._fact(fact, now_ns)
        if why is not None:
            self._fault(why, now_ns)

    def advance(self, now_ns: int) -> None:
        """Let time pass. Cheap when nothing is due."""
        if self._wake_ns is not None and now_ns >= self._wake_ns:
            self._record.turn(now_ns)
        self._watch_clock(now_ns)
        for fact in self._driver.advance(now_ns):
            self._fact(fact, now_ns)
        self._prepare_on(now_ns)
        self._play(now_ns)
        self._watch(now_ns)
        self._see_stop_through(now_ns)

    def link_lost(self, why: str, now_ns: int) -> None:
        """The line is gone, or does not take bytes any more."""
        self._record.turn(now_ns, said=f"link lost: {why}")
        self._end(Cause.FAULT, ExitCode.DEVICE, f"link lost: {why}", now_ns)

    def suspended(self, slept_ns: int, now_ns: int) -> None:
        """The computer slept, or its clocks came apart, by so much."""
        self._record.turn(now_ns, said=f"suspended {slept_ns}")
        if self.state in _ARMED_STATES or self.state is State.ARMING:
            self._stall(f"the computer slept for {slept_ns / SECOND:.1f} s", now_ns)

    def journal_failed(self, why: str, now_ns: int) -> None:
        """The journal cannot be written: no arming; a running session ramps down and ends."""
        if self._journal_broken is not None:
            return
        self._journal_broken = why
        reason = f"the journal cannot be written: {why}; free some disk space"
        if self.state is State.RUNNING:
            self._after_fade = (ExitCode.FAULT, reason)
            self._pause(reason, now_ns)
        elif self.state is State.PAUSING:
            self._after_fade = (ExitCode.FAULT, reason)
        else:
            self._fault(reason, now_ns)

    def stop(self, cause: str, now_ns: int) -> None:
        """Stop, from outside the front end: `elsewhere`, `terminated`."""
        self._record.turn(now_ns, said=f"stop {cause}")
        self._stop(cause, now_ns)

    # --- outputs --------------------------------------------------------------------------------------------------

    def drain(self, now_ns: int) -> Outgoing:
        """Bytes for the link, read by the audit."""
        if self._stopping is not None:
            self._driver.drain()
            if self._stopping.due(now_ns):
                self._record.sent(now_ns, self._driver.stop_bytes, "stop first")
                return Outgoing(self._driver.stop_bytes, stop_first=True)
            return Outgoing(b"")
        data = self._driver.drain()
        if not data:
            return Outgoing(b"")
        why = self._audit.sent(data, now_ns)
        if why is not None:
            self._record.sent(now_ns, data, "refused")
            self._fault(f"the audit refused what was about to be sent: {why}", now_ns)
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
    def ended(self) -> bool:
        """Nothing more will come."""
        return self.state in OVER

    @property
    def outcome(self) -> tuple[int, bool]:
        """The exit code, and whether zero was confirmed; of an ended session."""
        assert self._ended is not None
        return self._ended.exit_code, self._ended.zero_confirmed

    @property
    def title(self) -> str:
        """The program's, or nothing before there is one."""
        return self._preparation.ready.title if self._preparation is not None else ""

    @property
    def flowing(self) -> bool:
        """Whether output may be above zero."""
        return self.state in _FLOWING or (self._stopping is not None and self._stopping.confirmed_ns is None)

    def next_wake_ns(self) -> int | None:
        """When `advance` must be called at the latest."""
        self._wake_ns = min((at for at in self._wakes() if at is not None), default=None)
        return self._wake_ns

    def _wakes(self) -> list[int | None]:
        if self._stopping is not None:
            return [self._stopping.next_wake_ns()]
        wakes: list[int | None] = [self._driver.next_wake_ns()]
        if self._preparation is not None and not self._rehearsed:
            wakes.append(0)
        if self.state in _ARMED_STATES:
            wakes += [self._beat_ns + FRONT_STOP_NS, *(at + REPORT_NS for at in self._heard_ns.values())]
            wakes.append(self._alive_ns + _KEEP_ALIVE_NS)
        if self.state is State.RUNNING:
            wakes += [self._beat_ns + FRONT_PAUSE_NS, self._next_phase_ns()]
        if self.state in _FLOWING and self._conductor is not None:
            wakes.append(self._conductor.ends_ns() if self._conductor.done else self._conductor.next_wake_ns())
        if self.state in (State.PAUSED, State.HALTED):
            wakes.append(self._paused_ns + _LONGEST_PAUSE_NS)
        return wakes

    # --- commands -------------------------------------------------------------------------------------------------

    def _command(self, command: say.Command, now_ns: int) -> None:
        match command:
            case say.Beat():
                self._beat_ns = now_ns
            case say.Stop(cause=cause):
                self._stop(cause if cause in _CAUSES else "person", now_ns)
            case say.Prepare():
                self._prepare(command, now_ns)
            case say.Arm():
                self._arm(now_ns)
            case say.Start():
                if self._allowed(Cause.START, now_ns):
                    self._begin(now_ns)
            case say.Pause():
                if self._allowed(Cause.PAUSE, now_ns):
                    self._pause("a person asked for it", now_ns)
            case say.Resume():
                self._resume(now_ns)
            case say.Down(channel=channel):
                self._change(channel, "down", now_ns)
            case say.Up(channel=channel):
                self._change(channel, "up", now_ns)

    def _prepare(self, asked: say.Prepare, now_ns: int) -> None:
        if self.state is not State.READY or self._unit is None or self._preparation is not None:
            self._refuse("state", f"nothing can be prepared while the session is {self.state.value}", now_ns)
            return
        try:
            self._preparation = Preparation(asked, self._unit)
        except Unfit as why:
            self._unfit(why, now_ns)

    def _arm(self, now_ns: int) -> None:
        if self._conductor is None or self._settled is None:
            self._refuse("state", "nothing is ready to be armed yet", now_ns)
        elif self._allowed(Cause.ARM, now_ns):
            self._move(Cause.ARM)
            self._ask_to_arm(now_ns)

    def _resume(self, now_ns: int) -> None:
        if not self._allowed(Cause.RESUME, now_ns) or self._conductor is None or self._governor is None:
            return
        if self.state is State.PAUSED:
            self._governor.paused_for(now_ns - self._paused_ns)
            self._told(say.User(action="resumed"), now_ns)
            self._move(Cause.RESUME)
            self._conductor.begin(now_ns)
        elif self._settled is None:
            self._refuse("clock", "the unit's clock has not settled again yet; try in a few seconds", now_ns)
        else:
            self._stopping = None
            self._move(Cause.RESUME)
            self._ask_to_arm(now_ns)

    def _change(self, channel: int, action: str, now_ns: int) -> None:
        conductor = self._conductor
        if conductor is None or channel not in conductor.players or self.state not in _ARMED_STATES:
            self._refuse("state", f"{action} on channel {channel} means nothing while {self.state.value}", now_ns)
            return
        why = None if action == "down" else conductor.up(channel, now_ns)
        if why is not None:
            self._refuse("up", why, now_ns)
            return
        if action == "down":
            conductor.down(channel, now_ns)
        self._told(say.User(action=action, channel=channel), now_ns)

    def _allowed(self, cause: Cause, now_ns: int) -> bool:
        if cause in MOVES[self.state]:
            return True
        self._refuse("state", f"{cause.value} means nothing while the session is {self.state.value}", now_ns)
        return False

    # --- what the unit says ---------------------------------------------------------------------------------------

    def _fact(self, fact: Fact, now_ns: int) -> None:
        match fact:
            case Heard(reported=reported):
                self._heard_report(reported, now_ns)
            case Accepted(channel=channel, end_ns=end_ns):
                self._alive_ns = now_ns
                if self._conductor is not None:
                    self._conductor.accepted(channel, end_ns)
            case GapSeen(channel=channel, why=why):
                self._gap(channel, why, now_ns)
            case Identified(capabilities=capabilities):
                self._identified(capabilities, now_ns)
            case Settled():
                self._settled = fact
                self._tell_session(now_ns)
            case Armed():
                self._armed(now_ns)
            case ArmRefused(why=why):
                self._fault(f"the unit does not arm: {why}", now_ns)
            case ZeroConfirmed(output_off=output_off):
                self._zero(output_off, now_ns)
            case UnitFault(why=why):
                if self.state is not State.HALTED:
                    self._fault(why, now_ns)
            case NoAnswer(waited_ms=waited_ms):
                why = (
                    f"nothing answered on {self._names.device} within {waited_ms / 1000:g} s; is the unit switched on?"
                )
                self._end(Cause.FAULT, ExitCode.DEVICE, why, now_ns)
            case WrongUnit(why=why):
                why = f"what answers on {self._names.device} is not a {self._driver.family} unit: {why}"
                self._end(Cause.FAULT, ExitCode.DEVICE, why, now_ns)
            case NoiseHeard():
                pass

    def _identified(self, capabilities: Capabilities, now_ns: int) -> None:
        unsound = self._audit.stop_is_sound(self._driver.stop_bytes)
        if unsound is not None:
            self._fault(f"the unit cannot be stopped for certain: {unsound}", now_ns)
            return
        self._unit = capabilities
        self._move(Cause.IDENTIFIED)
        unit = say.Unit(
            family=capabilities.family,
            serial_number=capabilities.serial_number,
            firmware=capabilities.firmware,
            simulated=capabilities.simulated,
            channels=capabilities.channels,
            release_ms=self._driver.release_ms,
            stop_bytes=self._driver.stop_bytes.hex(),
            port=self._names.device,
        )
        self._told(unit, now_ns)

    def _heard_report(self, reported: Reported, now_ns: int) -> None:
        if self._governor is None or self._conductor is None or reported.channel not in self._conductor.players:
            return
        channel = reported.channel
        self._heard_ns[channel] = now_ns
        self._peak_ua[channel] = max(reported.amplitude_ua, self._peak_ua.get(channel, 0))
        self._governor.heard(reported)
        picture = self._governor.picture(channel)
        stuck = self._stuck[channel].judge(reported, picture.top_between(now_ns - _REPORT_LAG_NS, now_ns))
        if stuck is not None:
            self._fault(f"stuck output: {stuck}; take the pads off", now_ns)
        load = self._loads[channel].judge(reported)
        if load is not None:
            self._governor.contact_left(channel, picture.pad_mm2 * load.contact_permille // 1000)
            if load.cut is not None:
                self._fault(load.cut, now_ns)
        self._tell_sample(reported, load.warning if load else None, now_ns)

    def _tell_sample(self, reported: Reported, warning: str | None, now_ns: int) -> None:
        assert self._conductor is not None
        planned_ua = self._conductor.players[reported.channel].planned_ua(now_ns) if self.state in _FLOWING else 0
        sample = say.Sample(
            channel=reported.channel,
            amplitude_ma=units.milliamperes(reported.amplitude_ua),
            planned_ma=units.milliamperes(planned_ua),
            phase_duration_us=reported.phase_duration_us,
            rate_hz=round(1e6 / reported.pulse_period_us, 2) if reported.pulse_period_us else 0.0,
            charge_nc=units.charge_per_phase_nc(reported.amplitude_ua, reported.phase_duration_us),
            pulses=reported.pulses,
            load_ohm=reported.load_ohm,
            contact=reported.contact,
            battery_percent=reported.battery_percent,
            plan_ms=self._conductor.plan_ns(now_ns) // MS if self.state in _FLOWING else 0,
            link_rtt_us=self._settled.best_rtt_us if self._settled else 0,
            warning=warning,
        )
        self._record.tell(sample, now_ns, may_drop=True)

    # --- the session ----------------------------------------------------------------------------------------------

    def _prepare_on(self, now_ns: int) -> None:
        if self._preparation is None or self._rehearsed or self.state is not State.READY:
            return
        try:
            self._rehearsed = self._preparation.step()
        except Unfit as why:
            self._unfit(why, now_ns)
            return
        if self._rehearsed:
            ready = self._preparation.ready
            self._governor = Governor(ready.terms)
            self._conductor = Conductor(ready.compiled.segments, self._governor, self._driver, self._audit)
            self._loads = {channel: LoadWatch() for channel in self._conductor.players}
            self._stuck = {channel: StuckWatch() for channel in self._conductor.players}
            peaks = {channel: ceilings.amplitude_ua for channel, ceilings in ready.ceilings.items()}
            self._audit.agree(ready.terms.limits, peaks)
            self._tell_session(now_ns)

    def _tell_session(self, now_ns: int) -> None:
        if self._conductor is None or self._settled is None or self._told_session:
            return
        assert self._preparation is not None
        assert self._unit is not None
        self._told_session = True
        session = say.Session(
            id=self._names.id,
            journal=self._names.journal,
            device=self._names.device,
            unit=f"{self._unit.family} {self._unit.serial_number}",
            simulated=self._unit.simulated,
            realtime=self._names.realtime,
            title=self._preparation.ready.title,
            duration_ms=self._conductor.duration_ns // MS,
            peak_ma={
                channel: units.milliamperes(ceilings.amplitude_ua)
                for channel, ceilings in self._preparation.ready.ceilings.items()
            },
        )
        self._told(session, now_ns)

    def _ask_to_arm(self, now_ns: int) -> None:
        assert self._preparation is not None
        assert self._governor is not None
        if self._journal_broken is not None:
            self._fault(f"the journal cannot be written: {self._journal_broken}", now_ns)
            return
        self._governor.armed()
        self._audit.forget()
        self._driver.arm(self._preparation.ready.ceilings, now_ns)

    def _armed(self, now_ns: int) -> None:
        if Cause.ARMED not in MOVES[self.state] or self._conductor is None:
            return
        rearmed = self.state is State.REARMING
        self._move(Cause.ARMED)
        self._alive_ns = self._beat_ns = now_ns
        self._heard_ns = dict.fromkeys(self._conductor.players, now_ns)
        self._told(say.Armed(), now_ns)
        if rearmed:
            self._told(say.User(action="resumed"), now_ns)
            self._conductor.begin(now_ns)

    def _begin(self, now_ns: int) -> None:
        assert self._conductor is not None
        self._move(Cause.START)
        self._conductor.begin(now_ns)
        self._told(say.Started(self._conductor.duration_ns // MS), now_ns)

    def _play(self, now_ns: int) -> None:
        conductor = self._conductor
        if conductor is None or self.state not in _FLOWING:
            return
        refused = conductor.play(now_ns)
        if refused is not None:
            self._fault(f"the governor refused a segment ({refused.rule}): {refused.sentence}", now_ns)
            return
        if self.state is State.RUNNING:
            self._tell_phase(now_ns)
            why = conductor.too_many_gaps(now_ns)
            if why is not None:
                self._pause(why, now_ns)
        if conductor.done and now_ns >= conductor.ends_ns():
            if self.state is State.RUNNING:
                self._stop("done", now_ns)
            else:
                self._paused(now_ns)

    def _pause(self, why: str, now_ns: int) -> None:
        assert self._conductor is not None
        self._move(Cause.PAUSE)
        self._told(say.User(action="paused", why=why), now_ns)
        refused = self._conductor.fade(now_ns)
        if refused is not None:
            self._fault(f"the governor refused to ramp down ({refused.rule}): {refused.sentence}", now_ns)

    def _paused(self, now_ns: int) -> None:
        self._move(Cause.AT_ZERO)
        self._paused_ns = now_ns
        if self._after_fade is not None:
            self._end(Cause.FAULT, *self._after_fade, now_ns)

    def _gap(self, channel: int, why: str, now_ns: int) -> None:
        if self.state in _FLOWING and self._conductor is not None and self._conductor.gap(channel, now_ns):
            self._told(say.Gap(channel=channel, why=why), now_ns)

    def _next_phase_ns(self) -> int | None:
        if self._preparation is None or self._conductor is None:
            return None
        marks = self._preparation.ready.compiled.marks
        if self._phase + 1 >= len(marks):
            return None
        return marks[self._phase + 1].start_ns - self._conductor.plan_ns(0)

    def _tell_phase(self, now_ns: int) -> None:
        at_ns = self._next_phase_ns()
        if at_ns is None or now_ns < at_ns or self._preparation is None:
            return
        self._phase += 1
        mark = self._preparation.ready.compiled.marks[self._phase]
        began = say.PhaseBegan(
            index=mark.index,
            name=mark.name,
            depth=mark.depth.value,
            lasts_ms=(mark.end_ns - mark.start_ns) // MS,
            ramp_ms=max(0, mark.ramp_end_ns - mark.start_ns) // MS,
        )
        self._told(began, now_ns)

    # --- watching -------------------------------------------------------------------------------------------------

    def _watch_clock(self, now_ns: int) -> None:
        if self._wake_ns is None or self._stopping is not None:
            return
        late_ns = now_ns - self._wake_ns
        if late_ns > (STALL_NS if self.state in _FLOWING else SECOND) and self.state in _ARMED_STATES:
            self._stall(f"the computer was {late_ns // MS} ms late", now_ns)
        self._wake_ns = None

    def _stall(self, why: str, now_ns: int) -> None:
        if self._conductor is None:
            return
        if self.state in _FLOWING:
            self._conductor.halt(now_ns)
        self._move(Cause.STALL)
        self._paused_ns = now_ns
        self._settled = None
        self._begin_stopping(now_ns)
        self._told(say.User(action="paused", why=why), now_ns)

    def _watch(self, now_ns: int) -> None:
        if self.state in (State.PAUSED, State.HALTED) and now_ns - self._paused_ns >= _LONGEST_PAUSE_NS:
            self._stop("nobody to resume", now_ns)
        if self.state not in _ARMED_STATES:
            return
        silence = front_silence(now_ns - self._beat_ns)
        if silence is Silence.STOP:
            self._stop("front gone", now_ns)
            return
        if silence is Silence.PAUSE and self.state is State.RUNNING:
            self._pause("the front end does not answer", now_ns)
        for channel, at_ns in self._heard_ns.items():
            if now_ns - at_ns >= REPORT_NS:
                why = f"link lost: the unit has not reported on channel {channel} for {REPORT_NS // MS} ms"
                self._end(Cause.FAULT, ExitCode.DEVICE, why, now_ns)
                return
        if now_ns - self._alive_ns >= _KEEP_ALIVE_NS:
            self._alive_ns = now_ns
            self._driver.keep_alive(now_ns)

    # --- ending ---------------------------------------------------------------------------------------------------

    def _stop(self, cause: str, now_ns: int) -> None:
        self._end(Cause.STOP, *_CAUSES[cause], now_ns)

    def _fault(self, why: str, now_ns: int) -> None:
        self._end(Cause.FAULT, ExitCode.FAULT, why, now_ns)

    def _unfit(self, why: Unfit, now_ns: int) -> None:
        self._refuse(why.rule, str(why), now_ns)
        self._end(Cause.STOP, ExitCode.REFUSED, str(why), now_ns)

    def _end(self, cause: Cause, code: ExitCode, reason: str, now_ns: int) -> None:
        if self._exit is not None or self.ended:
            return
        self._exit = (code, reason)
        self._move(cause)
        if cause is Cause.FAULT:
            self._told(say.Fault(why=reason), now_ns)
        if self._unit is None:
            self._over(now_ns)
            return
        if self._stopping is None or self._stopping.confirmed_ns is not None:
            self._begin_stopping(now_ns)
        self._told(say.Stopped(cause=reason), now_ns)

    def _begin_stopping(self, now_ns: int) -> None:
        self._stopping = Stopping(self._driver.stop_repeats_ms, self._driver.release_ms, now_ns)
        self._driver.stopped(now_ns)
        self._audit.forget()
        if self._governor is not None:
            self._governor.armed()

    def _zero(self, output_off: bool, now_ns: int) -> None:
        if self._stopping is None or self._stopping.confirmed_ns is not None or not output_off:
            return
        self._stopping.confirm(now_ns)
        self._told(say.Zero(confirmed=True, after_ms=self._stopping.elapsed_ms(now_ns), advice=None), now_ns)
        if self.state is State.HALTED:
            self._stopping = None
            self._driver.resync(now_ns)

    def _see_stop_through(self, now_ns: int) -> None:
        stopping = self._stopping
        if stopping is None:
            return
        if stopping.overdue(now_ns):
            self._told(say.Zero(confirmed=False, after_ms=stopping.elapsed_ms(now_ns), advice=_TAKE_PADS_OFF), now_ns)
        if self.state is State.HALTED and stopping.hopeless(now_ns):
            self._fault("the unit does not confirm that it is at zero", now_ns)
        elif self._exit is not None and (stopping.confirmed_ns is not None or stopping.hopeless(now_ns)):
            self._over(now_ns)

    def _over(self, now_ns: int) -> None:
        assert self._exit is not None
        code, reason = self._exit
        confirmed = self._stopping is not None and self._stopping.confirmed_ns is not None
        if self._unit is not None and not confirmed:
            code = ExitCode.DEVICE
        self._move(Cause.RELEASED)
        ended = say.Ended(
            exit_code=int(code),
            reason=reason,
            zero_confirmed=confirmed,
            peak={channel: units.milliamperes(peak_ua) for channel, peak_ua in self._peak_ua.items()},
            journal=self._names.journal,
        )
        self._ended = ended
        self._told(ended, now_ns)

    # --- small ----------------------------------------------------------------------------------------------------

    def _move(self, cause: Cause) -> None:
        self.state = MOVES[self.state][cause]

    def _refuse(self, rule: str, why: str, now_ns: int) -> None:
        self._told(say.Refused(rule=rule, why=why), now_ns)

    def _told(self, telling: say.Telling, now_ns: int) -> None:
        self._record.tell(telling, now_ns)
