"""The engine's core: one session from the first byte to zero confirmed. Pure: bytes and time in, bytes out.

Rule 1: the state changes by session_state's table only (`_move`).
Rule 2: whatever is wrong ends in `_end`: stop bytes first, then words. The first cause is the one that is told.
Rule 3: nothing leaves that the audit has not read (`drain`).
Rule 4: a turn that comes over 150 ms late while output may flow is a stall: nothing that was due is sent, stop first.
"""

from dataclasses import dataclass

from stimctl import units
from stimctl.clock import MS, SECOND
from stimctl.drivers import facts
from stimctl.drivers.driver import Driver
from stimctl.engine import messages as say
from stimctl.engine.exits import CAUSES, TAKE_PADS_OFF, Exit
from stimctl.engine.playing import Playing
from stimctl.engine.preparing import Preparation, Unfit
from stimctl.engine.record import Record
from stimctl.engine.session_state import ARMED_STATES, FLOWING, MOVES, OVER, WAITING, Cause, State
from stimctl.engine.stopping import Stopping
from stimctl.errors import ExitCode
from stimctl.model.as_json import BadValue
from stimctl.model.capabilities import Capabilities
from stimctl.model.telemetry import Reported
from stimctl.safety.audit import Audit
from stimctl.safety.watchdog import FRONT_PAUSE_NS, FRONT_STOP_NS, Silence, front_silence

__all__ = ["STALL_NS", "EngineCore", "Names", "Outgoing"]

STALL_NS = 150 * MS
# At zero nothing is late before the unit's arm would lapse.
_STALL_AT_ZERO_NS = SECOND
_KEEP_ALIVE_NS = 500 * MS
_LONGEST_PAUSE_NS = 600 * SECOND
_LONGEST_MESSAGE = 1 << 20


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
        self.title = ""
        self._driver, self._audit, self._names = driver, audit, names
        self._record = Record(now_ns)
        self._unit: Capabilities | None = None
        self._settled: facts.Settled | None = None
        self._preparation: Preparation | None = None
        self._playing: Playing | None = None
        self._stopping: Stopping | None = None
        self._exit: Exit | None = None
        self._exit_after_fade: Exit | None = None
        self._ended: say.Ended | None = None
        self._journal_broken: str | None = None
        self._message = b""
        self._told_session = False
        self._beat_ns = now_ns
        self._alive_ns = now_ns
        self._paused_ns = now_ns
        self._wake_ns: int | None = None
        driver.identify(now_ns)

    # --- inputs ---------------------------------------------------------------------------------------------------

    def heard(self, data: bytes, now_ns: int) -> None:
        """Bytes from the front end; none at all means that it has closed the pipe, which is a stop."""
        self._record.turn(now_ns, front=data)
        self._watch_clock(now_ns)
        if not data:
            self._stop("front gone", now_ns)
            return
        *lines, self._message = (self._message + data).split(b"\n")
        if len(self._message) > _LONGEST_MESSAGE:
            self._message = b""
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
        if self._preparation is not None:
            self._rehearse_on(self._preparation, now_ns)
        if self._playing is not None:
            self._play(self._playing, now_ns)
            self._watch(self._playing, now_ns)
        if self._stopping is not None:
            self._see_through(self._stopping, now_ns)

    def link_lost(self, why: str, now_ns: int) -> None:
        """The line is gone, or does not take bytes any more."""
        self._record.turn(now_ns, said=f"link lost: {why}")
        self._end(Cause.FAULT, Exit(ExitCode.DEVICE, f"link lost: {why}"), now_ns)

    def suspended(self, slept_ns: int, now_ns: int) -> None:
        """The computer slept, or its clocks came apart, by so much."""
        self._record.turn(now_ns, said=f"suspended {slept_ns}")
        self._stall(f"the computer slept for {slept_ns / SECOND:.1f} s", now_ns)

    def journal_failed(self, why: str, now_ns: int) -> None:
        """The journal cannot be written: no arming; a running session ramps down and ends."""
        if self._journal_broken is not None:
            return
        self._journal_broken = f"the journal cannot be written: {why}; free some disk space"
        if self.state not in FLOWING or self._playing is None:
            self._fault(self._journal_broken, now_ns)
            return
        self._exit_after_fade = Exit(ExitCode.FAULT, self._journal_broken)
        if self.state is State.RUNNING:
            self._pause(self._playing, self._journal_broken, now_ns)

    def stop(self, cause: str, now_ns: int) -> None:
        """Stop, from outside the front end: `elsewhere`, `terminated`."""
        self._record.turn(now_ns, said=f"stop {cause}")
        self._stop(cause, now_ns)

    # --- outputs --------------------------------------------------------------------------------------------------

    def drain(self, now_ns: int) -> Outgoing:
        """Bytes for the link, read by the audit."""
        data = self._driver.drain()
        if self._stopping is not None:
            if not self._stopping.due(now_ns):
                return Outgoing(b"")
            self._record.sent(now_ns, self._driver.stop_bytes, "stop first")
            return Outgoing(self._driver.stop_bytes, stop_first=True)
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
    def outcome(self) -> say.Ended:
        """How it ended; of an ended session only."""
        assert self._ended is not None
        return self._ended

    @property
    def flowing(self) -> bool:
        """Whether output may be above zero."""
        return self.state in FLOWING or (self._stopping is not None and self._stopping.confirmed_ns is None)

    def next_wake_ns(self) -> int | None:
        """When `advance` must be called at the latest."""
        self._wake_ns = None
        for at_ns in self._wakes():
            if at_ns is not None and (self._wake_ns is None or at_ns < self._wake_ns):
                self._wake_ns = at_ns
        return self._wake_ns

    def _wakes(self) -> list[int | None]:
        if self._stopping is not None:
            return [self._stopping.next_wake_ns()]
        wakes = [self._driver.next_wake_ns()]
        if self._preparation is not None:
            wakes.append(0)
        if self._playing is None:
            return wakes
        if self.state in ARMED_STATES:
            wakes += [self._playing.silent_ns(), self._beat_ns + FRONT_STOP_NS, self._alive_ns + _KEEP_ALIVE_NS]
        if self.state in FLOWING:
            wakes.append(self._playing.conductor.next_wake_ns())
        if self.state is State.RUNNING:
            wakes += [self._beat_ns + FRONT_PAUSE_NS, self._playing.next_phase_ns()]
        if self.state in WAITING:
            wakes.append(self._paused_ns + _LONGEST_PAUSE_NS)
        return wakes

    # --- commands -------------------------------------------------------------------------------------------------

    def _command(self, command: say.Command, now_ns: int) -> None:
        match command:
            case say.Beat():
                self._beat_ns = now_ns
            case say.Stop(cause=cause):
                self._stop(cause if cause in CAUSES else "person", now_ns)
            case say.Prepare():
                self._prepare(command, now_ns)
            case say.Down() | say.Up():
                self._change(command, now_ns)
            case say.Arm() | say.Start() | say.Pause() | say.Resume():
                self._step(command, now_ns)

    def _prepare(self, asked: say.Prepare, now_ns: int) -> None:
        if self.state is not State.READY or self._unit is None or self._preparation or self._playing:
            self._refuse("state", f"nothing can be prepared while the session is {self.state.value}", now_ns)
            return
        try:
            self._preparation = Preparation(asked, self._unit)
        except Unfit as why:
            self._unfit(why, now_ns)

    def _step(self, command: say.Arm | say.Start | say.Pause | say.Resume, now_ns: int) -> None:
        cause = _STEPS[type(command)]
        playing = self._playing
        if playing is None or cause not in MOVES[self.state]:
            self._refuse("state", f"{cause.value} means nothing while the session is {self.state.value}", now_ns)
        elif cause is Cause.PAUSE:
            self._pause(playing, "a person asked for it", now_ns)
        elif cause is Cause.START:
            self._move(cause)
            playing.conductor.begin(now_ns)
            self._told(say.Started(playing.conductor.duration_ns // MS), now_ns)
        elif self.state is State.PAUSED:
            playing.governor.paused_for(now_ns - self._paused_ns)
            self._move(cause)
            self._resumed(playing, now_ns)
        elif self._settled is None:
            self._refuse("clock", "the unit's clock has not settled yet; try again in a few seconds", now_ns)
        else:
            self._move(cause)
            self._ask_to_arm(playing, now_ns)

    def _change(self, command: say.Down | say.Up, now_ns: int) -> None:
        channel, action = command.channel, "down" if isinstance(command, say.Down) else "up"
        playing = self._playing
        if playing is None or channel not in playing.conductor.players or self.state not in ARMED_STATES:
            self._refuse("state", f"{action} on channel {channel} means nothing while {self.state.value}", now_ns)
            return
        if action == "down":
            playing.conductor.down(channel, now_ns)
        else:
            why = playing.conductor.up(channel, now_ns)
            if why is not None:
                self._refuse("up", why, now_ns)
                return
        self._told(say.User(action=action, channel=channel), now_ns)

    # --- what the unit says ---------------------------------------------------------------------------------------

    def _fact(self, fact: facts.Fact, now_ns: int) -> None:
        match fact:
            case facts.Heard(reported=reported):
                self._heard_report(reported, now_ns)
            case facts.Accepted(channel=channel, end_ns=end_ns):
                self._alive_ns = now_ns
                if self._playing is not None:
                    self._playing.conductor.accepted(channel, end_ns)
            case facts.GapSeen(channel=channel, why=why):
                self._gap(channel, why, now_ns)
            case facts.Identified(capabilities=capabilities):
                self._identified(capabilities, now_ns)
            case facts.Settled():
                self._settled = fact
                self._tell_session(now_ns)
            case facts.Armed():
                self._armed(now_ns)
            case facts.ArmRefused(why=why):
                self._fault(f"the unit does not arm: {why}", now_ns)
            case facts.ZeroConfirmed(output_off=output_off):
                self._zero(output_off, now_ns)
            case facts.UnitFault(why=why):
                # a halted unit is stopped and disarmed: what it still says is of the time before
                if self.state is not State.HALTED:
                    self._fault(why, now_ns)
            case facts.NoAnswer(waited_ms=waited_ms):
                self._absent(f"nothing answered within {waited_ms / 1000:g} s; is the unit switched on?", now_ns)
            case facts.WrongUnit(why=why):
                self._absent(f"what answers is not a {self._driver.family} unit: {why}", now_ns)
            case facts.NoiseHeard():
                # counted by the driver, and in the record with the bytes themselves
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
        playing = self._playing
        if playing is None or reported.channel not in playing.conductor.players:
            return
        fault, warning = playing.reported(reported, now_ns)
        best_rtt_us = self._settled.best_rtt_us if self._settled else 0
        sample = playing.sample(reported, warning, best_rtt_us, now_ns, flowing=self.state in FLOWING)
        self._record.tell(sample, now_ns, may_drop=True)
        if fault is not None:
            self._fault(fault, now_ns)

    def _gap(self, channel: int, why: str, now_ns: int) -> None:
        playing = self._playing
        if playing is not None and self.state in FLOWING and playing.conductor.gap(channel, now_ns):
            self._told(say.Gap(channel=channel, why=why), now_ns)

    # --- the session ----------------------------------------------------------------------------------------------

    def _rehearse_on(self, preparation: Preparation, now_ns: int) -> None:
        if self.state is not State.READY:
            return
        try:
            passed = preparation.step()
        except Unfit as why:
            self._unfit(why, now_ns)
            return
        if passed:
            self._preparation = None
            self._playing = Playing(preparation.ready, self._driver, self._audit)
            self.title = preparation.ready.title
            self._tell_session(now_ns)

    def _tell_session(self, now_ns: int) -> None:
        """Once plan and clock are both ready: from here on it may be armed."""
        playing, unit = self._playing, self._unit
        if playing is None or unit is None or self._settled is None or self._told_session:
            return
        self._told_session = True
        session = say.Session(
            id=self._names.id,
            journal=self._names.journal,
            device=self._names.device,
            unit=f"{unit.family} {unit.serial_number}",
            simulated=unit.simulated,
            realtime=self._names.realtime,
            title=self.title,
            duration_ms=playing.conductor.duration_ns // MS,
            peak_ma=_milliamperes({channel: of.amplitude_ua for channel, of in playing.ready.ceilings.items()}),
        )
        self._told(session, now_ns)

    def _ask_to_arm(self, playing: Playing, now_ns: int) -> None:
        self._stopping = None
        playing.governor.armed()
        self._audit.forget()
        self._driver.arm(playing.ready.ceilings, now_ns)

    def _armed(self, now_ns: int) -> None:
        playing = self._playing
        if playing is None or Cause.ARMED not in MOVES[self.state]:
            return
        rearmed = self.state is State.REARMING
        self._move(Cause.ARMED)
        self._alive_ns = self._beat_ns = now_ns
        playing.armed(now_ns)
        self._told(say.Armed(), now_ns)
        if rearmed:
            self._resumed(playing, now_ns)

    def _resumed(self, playing: Playing, now_ns: int) -> None:
        self._told(say.User(action="resumed"), now_ns)
        playing.conductor.begin(now_ns)

    def _play(self, playing: Playing, now_ns: int) -> None:
        if self.state not in FLOWING:
            return
        conductor = playing.conductor
        refused = conductor.play(now_ns)
        if refused is not None:
            self._fault(f"the governor refused a segment ({refused.rule}): {refused.sentence}", now_ns)
            return
        if self.state is State.RUNNING:
            began = playing.phase_begun(now_ns)
            if began is not None:
                self._told(began, now_ns)
            why = conductor.too_many_gaps(now_ns)
            if why is not None:
                self._pause(playing, why, now_ns)
        if conductor.done and now_ns >= conductor.ends_ns():
            if self.state is State.RUNNING:
                self._stop("done", now_ns)
            elif self.state is State.PAUSING:
                self._paused(now_ns)

    def _pause(self, playing: Playing, why: str, now_ns: int) -> None:
        self._move(Cause.PAUSE)
        self._told(say.User(action="paused", why=why), now_ns)
        refused = playing.conductor.fade(now_ns)
        if refused is not None:
            self._fault(f"the governor refused to ramp down ({refused.rule}): {refused.sentence}", now_ns)

    def _paused(self, now_ns: int) -> None:
        self._move(Cause.AT_ZERO)
        self._paused_ns = now_ns
        if self._exit_after_fade is not None:
            self._end(Cause.FAULT, self._exit_after_fade, now_ns)

    # --- watching -------------------------------------------------------------------------------------------------

    def _watch_clock(self, now_ns: int) -> None:
        wake_ns, self._wake_ns = self._wake_ns, None
        if wake_ns is None or self._stopping is not None or self.state not in ARMED_STATES:
            return
        late_ns = now_ns - wake_ns
        if late_ns > (STALL_NS if self.state in FLOWING else _STALL_AT_ZERO_NS):
            self._stall(f"the computer was {late_ns // MS} ms late", now_ns)

    def _stall(self, why: str, now_ns: int) -> None:
        if self._playing is None or Cause.STALL not in MOVES[self.state] or self._stopping is not None:
            return
        if self.state is State.RUNNING:
            self._playing.conductor.halt(now_ns)
        self._move(Cause.STALL)
        self._paused_ns = now_ns
        self._settled = None
        self._begin_stopping(now_ns)
        self._told(say.User(action="paused", why=why), now_ns)

    def _watch(self, playing: Playing, now_ns: int) -> None:
        if self.state in WAITING and now_ns - self._paused_ns >= _LONGEST_PAUSE_NS:
            self._stop("nobody to resume", now_ns)
        if self.state not in ARMED_STATES:
            return
        silence = front_silence(now_ns - self._beat_ns)
        if silence is Silence.STOP:
            self._stop("front gone", now_ns)
            return
        if silence is Silence.PAUSE and self.state is State.RUNNING:
            self._pause(playing, "the front end does not answer", now_ns)
        why = playing.silent(now_ns)
        if why is not None:
            self._end(Cause.FAULT, Exit(ExitCode.DEVICE, f"link lost: {why}"), now_ns)
        elif now_ns - self._alive_ns >= _KEEP_ALIVE_NS:
            self._alive_ns = now_ns
            self._driver.keep_alive(now_ns)

    # --- ending ---------------------------------------------------------------------------------------------------

    def _stop(self, cause: str, now_ns: int) -> None:
        if cause == "nobody to resume" and self.state is State.PAUSING:
            # nothing is wrong that a ramp down would not mend; the end follows it
            self._exit_after_fade = self._exit_after_fade or CAUSES[cause]
            return
        self._end(Cause.STOP, CAUSES[cause], now_ns)

    def _fault(self, why: str, now_ns: int) -> None:
        self._end(Cause.FAULT, Exit(ExitCode.FAULT, why), now_ns)

    def _absent(self, why: str, now_ns: int) -> None:
        self._end(Cause.FAULT, Exit(ExitCode.DEVICE, f"{self._names.device}: {why}"), now_ns)

    def _unfit(self, why: Unfit, now_ns: int) -> None:
        self._preparation = None
        self._refuse(why.rule, str(why), now_ns)
        self._end(Cause.STOP, Exit(ExitCode.REFUSED, str(why)), now_ns)

    def _end(self, cause: Cause, why: Exit, now_ns: int) -> None:
        """Stop first; the first cause is the one that counts."""
        if self._exit is not None:
            return
        self._exit = why
        self._move(cause)
        if self._unit is not None and self._stopping is None:
            self._begin_stopping(now_ns)
        if cause is Cause.FAULT:
            self._told(say.Fault(why=why.reason), now_ns)
        if self._unit is None:
            # nothing was ever asked of it
            self._over(why, now_ns)
        else:
            self._told(say.Stopped(cause=why.reason), now_ns)

    def _begin_stopping(self, now_ns: int) -> None:
        self._stopping = Stopping(self._driver.stop_repeats_ms, self._driver.release_ms, now_ns)
        self._driver.stopped(now_ns)
        self._audit.forget()
        if self._playing is not None:
            self._playing.governor.armed()

    def _zero(self, output_off: bool, now_ns: int) -> None:
        stopping = self._stopping
        if stopping is None or stopping.confirmed_ns is not None or not output_off:
            return
        stopping.confirm(now_ns)
        self._told(say.Zero(confirmed=True, after_ms=stopping.elapsed_ms(now_ns), advice=None), now_ns)
        if self.state is State.HALTED:
            self._stopping = None
            self._driver.resync(now_ns)

    def _see_through(self, stopping: Stopping, now_ns: int) -> None:
        if stopping.overdue(now_ns):
            after_ms = stopping.elapsed_ms(now_ns)
            self._told(say.Zero(confirmed=False, after_ms=after_ms, advice=TAKE_PADS_OFF), now_ns)
        if self._exit is None and stopping.hopeless(now_ns):
            self._fault("the unit does not confirm that it is at zero", now_ns)
        if self._exit is not None and (stopping.confirmed_ns is not None or stopping.hopeless(now_ns)):
            self._over(self._exit, now_ns)

    def _over(self, why: Exit, now_ns: int) -> None:
        confirmed = self._stopping is not None and self._stopping.confirmed_ns is not None
        unconfirmed = self._unit is not None and not confirmed
        self._move(Cause.RELEASED)
        self._ended = say.Ended(
            exit_code=int(ExitCode.DEVICE if unconfirmed else why.code),
            reason=why.reason,
            zero_confirmed=confirmed,
            peak=_milliamperes(self._playing.peaks_ua if self._playing is not None else {}),
            journal=self._names.journal,
        )
        self._told(self._ended, now_ns)

    # --- small ----------------------------------------------------------------------------------------------------

    def _move(self, cause: Cause) -> None:
        self.state = MOVES[self.state][cause]

    def _refuse(self, rule: str, why: str, now_ns: int) -> None:
        self._told(say.Refused(rule=rule, why=why), now_ns)

    def _told(self, telling: say.Telling, now_ns: int) -> None:
        self._record.tell(telling, now_ns)


_STEPS: dict[type[say.Command], Cause] = {
    say.Arm: Cause.ARM,
    say.Start: Cause.START,
    say.Pause: Cause.PAUSE,
    say.Resume: Cause.RESUME,
}


def _milliamperes(of: dict[int, int]) -> dict[int, float]:
    return {channel: units.milliamperes(amplitude_ua) for channel, amplitude_ua in of.items()}
