"""A session: what a front end may ask, what a unit may say, and what follows, from OPENING to the end.

Rule 1: the state changes by session_state's table only (`_move`).
Rule 2: whatever is wrong ends in `_end`: stop bytes first, then words. The first cause is the one that is told.
Rule 3: a halt is not an end: the unit is stopped and disarmed, and only a person goes on, by a new arm, from zero.
"""

from collections.abc import Callable
from typing import TypeVar

from stimctl.clock import MS
from stimctl.drivers import facts
from stimctl.drivers.driver import Driver
from stimctl.engine import messages as say
from stimctl.engine.boot_report import BootReport
from stimctl.engine.ending import CAUSES, Ending, Exit
from stimctl.engine.introductions import Names, amounts, nobody_there, unit_telling
from stimctl.engine.link_report import LinkReport
from stimctl.engine.notes import noted
from stimctl.engine.playing import Playing
from stimctl.engine.preparing import Unfit
from stimctl.engine.presses import STEPS, dials_set, press
from stimctl.engine.readiness import Readiness
from stimctl.engine.record import Record
from stimctl.engine.session_state import ARMED_STATES, FLOWING, MOVES, OVER, WAITING, Cause, State
from stimctl.engine.vigil import LONGEST_PAUSE_NS, Vigil
from stimctl.errors import ExitCode
from stimctl.model.capabilities import Capabilities
from stimctl.model.telemetry import Reported
from stimctl.safety.audit import Audit
from stimctl.safety.watchdog import Silence

__all__ = ["Session"]

T = TypeVar("T")


class Session:
    """One session on one unit. It speaks through `record`, acts through the driver, and never touches bytes."""

    def __init__(self, driver: Driver, audit: Audit, names: Names, record: Record, now_ns: int) -> None:
        self.state = State.OPENING
        self.ending = Ending(driver, record)
        self.vigil = Vigil(now_ns)
        self._driver, self._audit, self._names, self._record = driver, audit, names, record
        self._ready = Readiness(driver, audit, names, record)
        self._line = LinkReport(driver, record)
        self._boot = BootReport(driver, record, now_ns)
        self._exit_after_fade: Exit | None = None
        self._pause_why = ""
        driver.identify(now_ns)

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.state in OVER

    @property
    def unit_known(self) -> bool:
        """Whether a unit was identified."""
        return self._ready.unit is not None

    @property
    def title(self) -> str:
        """The program's; empty before there is one."""
        return self._playing.ready.title if self._playing is not None else ""

    @property
    def _playing(self) -> Playing | None:
        return self._ready.playing

    @property
    def flowing(self) -> bool:
        """Whether output may be above zero."""
        return self.state in FLOWING or (self.ending.stopping and not self.ending.confirmed)

    def wakes(self) -> list[int | None]:
        """When `advance` has something to do."""
        if self.ending.stopping:
            return [self.ending.next_wake_ns()]
        wakes = [self._driver.next_wake_ns(), *self.vigil.wakes(self.state)]
        if self.state is State.OPENING:
            wakes.append(self._boot.next_wake_ns)
        if self._ready.rehearsing:
            wakes.append(0)
        if self._playing is not None:
            if self.state in ARMED_STATES:
                wakes.append(self._playing.silent_ns())
            if self.state in FLOWING:
                wakes.append(self._playing.conductor.next_wake_ns())
            if self.state is State.RUNNING:
                wakes.append(self._playing.next_phase_ns())
        return wakes

    def advance(self, now_ns: int) -> None:
        """Let time pass."""
        if self.unit_known and not self.over:
            self._line.advance(now_ns)
        elif self.state is State.OPENING:
            self._boot.advance(now_ns)
        if self._ready.rehearsing and self.state is State.READY:
            self._checked(lambda: self._ready.rehearse_on(now_ns), now_ns)
        if self._playing is not None:
            self._play(self._playing, now_ns)
            self._watch(self._playing, now_ns)
        if self.ending.stopping:
            self._see_through(now_ns)

    def watch_clock(self, now_ns: int) -> None:
        """A turn begins: it may be a stall, and then nothing else counts."""
        why = self.vigil.stall(self.state, now_ns)
        if why is not None:
            self.stall(why, now_ns)

    def stall(self, why: str, now_ns: int) -> None:
        """Time was lost: stop first, disarm, and wait for a person."""
        if self._playing is None or Cause.STALL not in MOVES[self.state] or self.ending.stopping:
            return
        if self.state is State.RUNNING:
            self._playing.conductor.halt(now_ns)
        self._move(Cause.STALL)
        self.vigil.paused(now_ns)
        self._ready.clock_lost()
        self._begin_stopping(now_ns)
        self._told(say.User(action="paused", why=why), now_ns)

    def link_lost(self, why: str, now_ns: int) -> None:
        """The line is gone."""
        self._lost(f"link lost: {why}", now_ns)

    def journal_failed(self, why: str, now_ns: int) -> None:
        """The journal cannot be written: no arming; a running session ramps down and ends."""
        broken = Exit(ExitCode.FAULT, f"the journal cannot be written: {why}; free some disk space")
        if self.state is State.RUNNING and self._playing is not None:
            self._exit_after_fade = broken
            self._pause(self._playing, broken.reason, now_ns)
        elif self.state is State.PAUSING:
            self._exit_after_fade = broken
        else:
            self._end(Cause.FAULT, broken, now_ns)

    def stop(self, cause: str, now_ns: int) -> None:
        """Zero, now."""
        self._end(Cause.STOP, CAUSES[cause], now_ns)

    def fault(self, why: str, now_ns: int) -> None:
        """Zero, now, and locked out."""
        self._end(Cause.FAULT, Exit(ExitCode.FAULT, why), now_ns)

    def refuse(self, rule: str, why: str, now_ns: int) -> None:
        """Say no, and change nothing. Who asks without listening loses answers, not the session."""
        self._record.tell(say.Refused(rule=rule, why=why), now_ns, may_drop=True)

    def command(self, command: say.Command, now_ns: int) -> None:
        """Something that a front end asks for; whatever it is, the front end lives."""
        self.vigil.beat(now_ns)
        match command:
            case say.Beat():
                pass
            case say.Stop(cause=cause):
                self.stop(cause if cause in CAUSES else "person", now_ns)
            case say.Prepare():
                self._prepare(command, now_ns)
            case say.Down() | say.Up():
                self._answer(press(command, self._playing, self.state, now_ns), now_ns)
            case say.Note() | say.Pain() if self.unit_known:
                self._answer(noted(command), now_ns)
            case say.Note() | say.Pain():
                self.refuse("state", "nothing can be noted before there is a unit", now_ns)
            case say.DialsSet():
                self._answer(dials_set(self._playing, self.state), now_ns)
            case say.Arm() | say.Start() | say.Pause() | say.Resume():
                self._step(command, now_ns)

    def _prepare(self, asked: say.Prepare, now_ns: int) -> None:
        began = self.state is State.READY and self._checked(lambda: self._ready.prepare(asked), now_ns)
        if not began and self.ending.why is None:
            self.refuse("state", f"nothing can be prepared while the session is {self.state.value}", now_ns)

    def _checked(self, act: Callable[[], T], now_ns: int) -> T | None:
        """Do it; a plan that is found unfit ends the session."""
        try:
            return act()
        except Unfit as why:
            self.refuse(why.rule, str(why), now_ns)
            self._end(Cause.STOP, Exit(ExitCode.REFUSED, str(why)), now_ns)
            return None

    def _step(self, command: say.Arm | say.Start | say.Pause | say.Resume, now_ns: int) -> None:
        cause = STEPS[type(command)]
        playing = self._playing
        if playing is None or cause not in MOVES[self.state]:
            self.refuse("state", f"{cause.value} means nothing while the session is {self.state.value}", now_ns)
        elif cause is Cause.PAUSE:
            self._pause(playing, "a person asked for it", now_ns)
        elif cause is Cause.RESUME and playing.dials_wanted is not None:
            self.refuse("dials", f"set the unit's dials to {playing.dials_wanted} first, and say so", now_ns)
        elif cause is Cause.START:
            self._move(cause)
            playing.conductor.begin(now_ns)
            self._told(say.Started(playing.conductor.duration_ns // MS), now_ns)
        elif self.state is State.PAUSED:
            playing.governor.paused_for(self.vigil.pause_ns(now_ns))
            self._move(cause)
            self._resumed(playing, now_ns)
        elif self._ready.settled is None:
            self.refuse("clock", "the unit's clock has not settled yet; try again in a few seconds", now_ns)
        else:
            self._move(cause)
            self._ask_to_arm(playing, now_ns)

    def _answer(self, answer: say.User | say.Refused, now_ns: int) -> None:
        self._record.tell(answer, now_ns, may_drop=isinstance(answer, say.Refused))

    def fact(self, fact: facts.Fact, now_ns: int) -> None:
        """Something that the unit says."""
        match fact:
            case facts.Heard(reported=reported):
                self._heard_report(reported, now_ns)
            case facts.Accepted(channel=channel, end_ns=end_ns):
                self.vigil.alive(now_ns)
                if self._playing is not None:
                    self._playing.conductor.accepted(channel, end_ns)
            case facts.GapSeen(channel=channel, why=why):
                self._gap(channel, why, now_ns)
            case facts.Identified(capabilities=capabilities):
                self._identified(capabilities, now_ns)
            case facts.Settled():
                self._ready.clock_settled(fact, now_ns)
            case facts.Armed():
                self._armed(now_ns)
            case facts.ArmRefused(why=why):
                self.fault(f"the unit does not arm: {why}", now_ns)
            case facts.ZeroConfirmed(output_off=output_off):
                self._zero(output_off, now_ns)
            case facts.UnitFault(why=why):
                # until the stop of a halt is confirmed, what the unit says is of the time before it
                if self.state is not State.HALTED or not self.ending.stopping:
                    self.fault(why, now_ns)
            case facts.NoAnswer() | facts.WrongUnit():
                self._lost(nobody_there(fact, self._driver, self._names), now_ns)
            case facts.NoiseHeard():
                # counted by the driver, and in the record with the bytes themselves
                pass

    def _identified(self, capabilities: Capabilities, now_ns: int) -> None:
        if self.state is not State.OPENING:
            # stopped in the very turn in which it was found
            return
        unsound = self._audit.stop_is_sound(self._driver.stop_bytes)
        if unsound is not None:
            self.fault(f"the unit cannot be stopped for certain: {unsound}", now_ns)
            return
        self._ready.unit = capabilities
        self._move(Cause.IDENTIFIED)
        self._told(unit_telling(capabilities, self._driver, self._names), now_ns)

    def _heard_report(self, reported: Reported, now_ns: int) -> None:
        playing = self._playing
        if playing is None or reported.channel not in playing.conductor.players:
            return
        fault, warning = playing.reported(reported, now_ns)
        if self._ready.introduced:
            sample = playing.sample(reported, warning, self._ready.settled, now_ns, flowing=self.state in FLOWING)
            self._record.tell(sample, now_ns, may_drop=True)
        if fault is not None:
            self.fault(fault, now_ns)

    def _gap(self, channel: int, why: str, now_ns: int) -> None:
        if self._playing is not None and self.state in FLOWING and self._playing.conductor.gap(channel, now_ns):
            self._told(say.Gap(channel=channel, why=why), now_ns)

    def _ask_to_arm(self, playing: Playing, now_ns: int) -> None:
        self.ending.forget_stop()
        playing.governor.armed()
        self._audit.forget()
        self._driver.arm(playing.ready.ceilings, now_ns)

    def _armed(self, now_ns: int) -> None:
        playing = self._playing
        if playing is None or Cause.ARMED not in MOVES[self.state]:
            return
        self._move(Cause.ARMED)
        self.vigil.alive(now_ns)
        playing.armed(now_ns)
        self._told(say.Armed(), now_ns)
        if self.state is State.RUNNING:
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
            self.fault(f"the governor refused a segment ({refused.rule}): {refused.sentence}", now_ns)
            return
        if self.state is State.RUNNING:
            began = None if conductor.at_barrier(now_ns) else playing.phase_begun(now_ns)
            if began is not None:
                self._told(began, now_ns)
            why = conductor.too_many_gaps(now_ns)
            if why is not None:
                self._pause(playing, why, now_ns)
            elif conductor.at_barrier(now_ns):
                dials = playing.wait_for_dials(now_ns)
                self._told(dials, now_ns)
                self._pause(playing, f"the unit's dials are to be set to {dials.setting}", now_ns)
        if conductor.done and now_ns >= conductor.ends_ns():
            if self.state is State.RUNNING:
                self.stop("done", now_ns)
            elif self.state is State.PAUSING:
                self._paused(now_ns)

    def _pause(self, playing: Playing, why: str, now_ns: int) -> None:
        self._move(Cause.PAUSE)
        self._pause_why = why
        self._told(say.User(action="pausing", why=why), now_ns)
        refused = playing.conductor.fade(now_ns)
        if refused is not None:
            self.fault(f"the governor refused to ramp down ({refused.rule}): {refused.sentence}", now_ns)

    def _paused(self, now_ns: int) -> None:
        self._move(Cause.AT_ZERO)
        self.vigil.paused(now_ns)
        if self._exit_after_fade is not None:
            self._end(Cause.FAULT, self._exit_after_fade, now_ns)
        else:
            self._told(say.User(action="paused", why=self._pause_why), now_ns)

    def _watch(self, playing: Playing, now_ns: int) -> None:
        if self.state in WAITING and self.vigil.pause_ns(now_ns) >= LONGEST_PAUSE_NS:
            self.stop("nobody to resume", now_ns)
        if self.state not in ARMED_STATES:
            return
        silence = self.vigil.front(now_ns)
        if silence is Silence.STOP:
            self.stop("front gone", now_ns)
            return
        if silence is Silence.PAUSE and self.state is State.RUNNING:
            self._pause(playing, "the front end does not answer", now_ns)
        why = playing.silent(now_ns)
        if why is not None:
            self.link_lost(why, now_ns)
        elif self.vigil.keep_alive_due(now_ns):
            self._driver.keep_alive(now_ns)

    def _lost(self, why: str, now_ns: int) -> None:
        self._end(Cause.FAULT, Exit(ExitCode.DEVICE, why), now_ns)

    def _end(self, cause: Cause, why: Exit, now_ns: int) -> None:
        """Stop first; the first cause is the one that counts."""
        if self.ending.why is not None:
            return
        self.ending.why = why
        self._move(cause)
        if self.unit_known and not self.ending.stopping:
            self._begin_stopping(now_ns)
        if cause is Cause.FAULT:
            self._told(say.Fault(why=why.reason), now_ns)
        if not self.unit_known:
            # nothing was ever asked of it
            self._over(now_ns)
        else:
            self._told(say.Stopped(cause=why.reason), now_ns)

    def _begin_stopping(self, now_ns: int) -> None:
        self.ending.begin_stop(now_ns)
        self._audit.forget()
        if self._playing is not None:
            self._playing.governor.armed()

    def _zero(self, output_off: bool, now_ns: int) -> None:
        if self.ending.zero(output_off, now_ns) and self.state is State.HALTED:
            self.ending.forget_stop()
            self._driver.resync(now_ns)

    def _see_through(self, now_ns: int) -> None:
        ending = self.ending
        ending.see_through(now_ns)
        if ending.why is None and ending.hopeless:
            self.fault("the unit does not confirm that it is at zero", now_ns)
        if ending.why is not None and (ending.confirmed or ending.hopeless):
            self._over(now_ns)

    def _over(self, now_ns: int) -> None:
        self._move(Cause.RELEASED)
        peak = amounts(self._playing.peaks_ua) if self._playing is not None else {}
        self.ending.end(self.unit_known, peak, self._names.journal, now_ns)

    def _move(self, cause: Cause) -> None:
        self.state = MOVES[self.state][cause]

    def _told(self, telling: say.Telling, now_ns: int) -> None:
        self._record.tell(telling, now_ns)
