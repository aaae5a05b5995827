"""Runs one session after another from the front end's side: what to send when, and the picture of what came back.

Rule 1: arming and starting are two steps of a person's; nothing here takes both at once.
Rule 2: before anything is sent that lets output flow, the stop gate is opened; it closes when zero is known.
Rule 3: a session that is over is left as it is, to be read; the next one is a new engine and a new picture.
Rule 4: nothing is armed while a unit is in doubt, and only its answer or a person ends that.
"""

from collections.abc import Callable
from enum import Enum
from functools import partial

from stimctl.engine import messages as say
from stimctl.engine.ending import TAKE_PADS_OFF
from stimctl.errors import StimctlError
from stimctl.tui.engine_line import Line, OpenLine
from stimctl.tui.picture import SessionPicture
from stimctl.tui.standing import Standing
from stimctl.tui.stop_gate import StopGate

__all__ = ["Control"]


class _Wish(Enum):
    """How far a session is to go without being asked again."""

    CONNECT = "connect"
    ARM = "arm"


class Control:
    """`heard` is fed with what the engine tells; everything else is a person's doing."""

    def __init__(
        self,
        open_line: OpenLine,
        gate: StopGate,
        told: Callable[[int, say.Telling], None],
        warned: Callable[[str], None],
    ) -> None:
        """`told` and `warned` may be called from the line's thread; `told` with the number of its session."""
        self.picture = SessionPicture()
        self.device = ""
        self._open_line, self._gate, self._told, self._warned = open_line, gate, told, warned
        self._line: Line | None = None
        # sessions that were left before their last words, by number
        self._left: dict[int, SessionPicture] = {}
        self._number = 0
        self._wish = _Wish.CONNECT
        self._prepare: Callable[[say.Unit], say.Prepare | str] = lambda unit: "nothing to prepare"

    @property
    def open(self) -> bool:
        """Whether there is an engine that has not ended."""
        return self._line is not None and not self.picture.over

    @property
    def in_use(self) -> bool:
        """Whether a session has been put to the unit and is not over."""
        return self.open and self.picture.session is not None

    def connect(self, device: str) -> None:
        """Find the unit; nothing is armed. A session on another one is ended first; one on this is left alone."""
        if self.open and device == self.device:
            return
        self.close()
        self.device = device
        before, self.picture = self.picture, SessionPicture.after(self.picture)
        # taken over; what the one before may still tell is of its own unit
        before.doubted = frozenset()
        self._wish = _Wish.CONNECT
        self._number += 1
        try:
            self._line = self._open_line(device, partial(self._told, self._number), self._warned)
        except (StimctlError, OSError) as why:
            # the system may have no room for another process, too
            if not self.picture.in_doubt:
                self.picture.standing, self.picture.advice = Standing.NO_UNIT, str(why)
            self.picture.note("no", str(why))
        self._gate.line, self._gate.may_flow = self._line, self.picture.may_flow

    def passes_doubt(self, device: str) -> bool:
        """Whether to go on with this unit is to leave one that is in doubt behind.

        To look again where that one was is not: to be found it has to answer a stop.
        """
        picture = self.picture
        return picture.in_doubt and (device != self.device or (self.open and picture.another_answers))

    def settle(self) -> None:
        """A person says that the unit in doubt is switched off, and its pads are off. What runs is ended."""
        are_off = self.picture.doubted
        self.close()
        self.picture.doubted = frozenset()
        # what such a unit has still to tell is no news
        self._left = {
            number: left
            for number, left in self._left.items()
            if left.unit is None or left.unit.serial_number not in are_off
        }
        self.picture = SessionPicture()
        self._gate.may_flow = False

    def reach_again(self) -> None:
        """Find the unit that was left in doubt: to be found it has to answer a stop."""
        self.connect(self.device)

    def arm(self, device: str, prepare: Callable[[say.Unit], say.Prepare | str]) -> None:
        """Find the unit if need be, put the plan to it, and arm. `prepare` may say instead why not."""
        self.connect(device)
        self._wish, self._prepare = _Wish.ARM, prepare
        if self.picture.unit is not None and (self.picture.standing is Standing.READY or self.picture.in_doubt):
            # it was found before, for this
            self._put(self.picture.unit)

    def start(self) -> bool:
        """Let it run; False when it is not armed."""
        if self.picture.standing is not Standing.ARMED:
            return False
        self._flow(say.Start())
        return True

    def resume(self) -> bool:
        """Go on from zero; False when it is not paused, or waits for the unit's dials."""
        if self.picture.standing is not Standing.PAUSED or self.picture.dials is not None:
            return False
        self._flow(say.Resume())
        return True

    def dials_set(self) -> bool:
        """A person says that the unit's dials are set as asked; False while that is not asked, or not at zero."""
        if self.picture.standing is not Standing.PAUSED or self.picture.dials is None:
            return False
        self.send(say.DialsSet())
        return True

    def send(self, command: say.Command) -> None:
        """Anything that cannot raise output by itself: pause, down, up (never past the plan), notes."""
        if self._line is not None and self.open:
            self._line.send(command)

    def stop(self, how: str, cause: str = "person") -> None:
        """Zero, now."""
        if self._line is not None:
            self._line.stop(cause)
        self.stopped_by(how)

    def stopped_by(self, how: str) -> None:
        """A stop went out, through the gate or from here."""
        if self.open:
            self.picture.stop_sent(how)

    def heard(self, number: int, telling: say.Telling) -> bool:
        """Take in what the engine of this session said, and go on as far as was wished.

        False for the last words of an engine before it, which say nothing of this one.
        """
        if number != self._number:
            self._heard_late(number, telling)
            return False
        self.picture.heard(telling)
        self._gate.may_flow = self.picture.may_flow
        match telling:
            case say.Unit() if self._wish is _Wish.ARM:
                self._put(telling)
            case say.Session() if self._wish is _Wish.ARM:
                self._send_arm()
        return True

    def _heard_late(self, number: int, telling: say.Telling) -> None:
        """Whatever else was chosen meanwhile: a unit that did not confirm its zero is not forgotten."""
        left = self._left.get(number)
        if left is None:
            return
        left.heard(telling)
        if isinstance(telling, say.Ended):
            del self._left[number]
            if left.in_doubt:
                self.picture.take_over_doubt(left)
                self._gate.may_flow = True
                self._warned(TAKE_PADS_OFF)

    def beat(self) -> None:
        """The UI's loop turns."""
        if self._line is not None and self.open:
            self._line.beat()

    def close(self) -> None:
        """End what runs, and wait until it has. Idempotent."""
        if self.open:
            self._left[self._number] = self.picture
        line, self._line = self._line, None
        if line is not None:
            line.close()
        # a stop key still looks for a unit that is in doubt
        self._gate.line, self._gate.may_flow = None, self.picture.in_doubt

    def _put(self, unit: say.Unit) -> None:
        asked = self._why_not() or self._prepare(unit)
        if isinstance(asked, str):
            self._refuse(asked)
        elif self._line is not None:
            self.picture.standing, self.picture.by_hand = Standing.CHECKING, asked.by_hand
            self._line.send(asked)

    def _send_arm(self) -> None:
        self._wish = _Wish.CONNECT
        why_not = self._why_not()
        if why_not:
            self._refuse(why_not)
        elif self._line is not None:
            self.picture.standing = Standing.ARMING
            self._line.send(say.Arm())

    def _refuse(self, why: str) -> None:
        self._wish = _Wish.CONNECT
        self.picture.note("no", why)
        self.picture.advice = why

    def _why_not(self) -> str:
        """Why nothing is armed while a unit is in doubt; empty when none is."""
        doubted = ", ".join(sorted(self.picture.doubted))
        return f"not armed: unit {doubted} has not confirmed zero" if doubted else ""

    def _flow(self, command: say.Start | say.Resume) -> None:
        if self._line is None:
            return
        self.picture.asked_to_flow()
        self._gate.may_flow = True
        self._line.send(command)
