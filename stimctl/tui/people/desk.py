"""What the screens do with people's records: the one place of theirs that reads and writes them.

Rule 1: what a person's file says is read anew before it counts; a file that cannot be read holds their session up.
Rule 2: a session is written down, on the disk, before its start is sent; where that cannot be, nothing is started.
Rule 3: forms open at zero only, and never while a session is on.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stimctl.care.next_session import First, NotNow, day_to_ask
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.records import CalibratedLevels, CalibratedMa, Record
from stimctl.care.screening import screened
from stimctl.errors import StimctlError
from stimctl.model.levels import Levels
from stimctl.model.thresholds import Found
from stimctl.tui.choices import Choices
from stimctl.tui.people.forms import ApproveForm, DayForm, OutcomeForm
from stimctl.tui.people.screening import ScreeningModal, VerdictModal
from stimctl.tui.whose import whose

if TYPE_CHECKING:
    from stimctl.tui.app import StimApp

__all__ = ["Desk"]


class Desk:
    """`now` gives an instant with a zone."""

    def __init__(self, app: "StimApp", people: People | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.people = people or People()
        self.now = now or (lambda: datetime.now(UTC))
        self._app = app

    def look_again(self) -> None:
        """What the records of whoever is chosen say now."""
        choices = self._app.choices
        if choices.whose is None:
            return
        try:
            choices.look_again(self.people.called(choices.whose.person.id), self.now())
        except (StimctlError, OSError) as why:
            choices.whose = replace(choices.whose, found=NotNow(str(why), First.NOTHING), held=str(why))

    def take(self, one: Person | None) -> None:
        """The session is theirs. How the day after the last one was is asked by itself."""
        self._app.choices.take_person(one, self.now())
        if one is not None:
            self.ask_the_day_after(one)

    def ask_the_day_after(self, one: Person, then: Callable[[], None] = lambda: None) -> None:
        """If it is due and nobody has said it."""
        on = day_to_ask(one, self.now())
        if on is not None and self.at_rest:
            self._app.push_screen(DayForm(self.people, one, self.now(), on), lambda _: self._again(then))

    def ask_how_it_was(self, then: Callable[[], None] = lambda: None, of: Person | None = None) -> bool:
        """The score of the last session of whoever is chosen, or `of` somebody else, where it is missing.

        False where it is not, or cannot be asked now.
        """
        one = self._called(of.id) if of is not None else self._read()
        if one is None or one.unscored is None or not self.at_rest:
            return False
        form = OutcomeForm(self.people, one, self.now(), one.unscored)
        self._app.push_screen(form, lambda _: self._again(then))
        return True

    def ask_what_is_first(self, then: Callable[[], None]) -> bool:
        """Open what stands between this person and a session; False where a key can do nothing about it."""
        self.look_again()
        whose = self._app.choices.whose
        if whose is None or not isinstance(whose.found, NotNow) or not self.at_rest:
            return False
        match whose.found.first:
            case First.SCREEN:
                self.screen(whose.person, then)
            case First.APPROVE:
                form = ApproveForm(self.people, whose.person, self.now())
                self._app.push_screen(form, lambda _: self._again(then))
            case _:
                return self.ask_how_it_was(then)
        return True

    def screen(self, one: Person, then: Callable[[], None], *, every: bool = False) -> None:
        """The questions; then what they come to, where something stands in the way."""

        def answered(done: bool | None) -> None:
            self._again(then)
            now_said = self._called(one.id)
            if not done or now_said is None:
                return
            verdict = screened(
                now_said.answered,
                now_said.approvals,
                self.now(),
                clinical=self._app.choices.profile == "clinical",
            )
            if not verdict.may_run:
                self._app.push_screen(VerdictModal(one.name, verdict))

        verdict = screened(one.answered, one.approvals, self.now(), clinical=self._app.choices.profile == "clinical")
        if verdict.to_ask or every:
            self._app.push_screen(ScreeningModal(self.people, one, self.now(), every=every), answered)
        else:
            self._app.push_screen(VerdictModal(one.name, verdict))

    def may_start(self, session: str, armed: Choices) -> str:
        """Write the session down, if it is somebody's. Why what is armed may not start; empty when it may."""
        if armed.whose is None:
            return ""
        name, program = armed.whose.person.name, armed.program
        try:
            one = self.people.called(armed.whose.person.id)
        except (StimctlError, OSError) as why:
            return str(why)
        clinical = armed.profile == "clinical"
        found = whose(one, program, self.now(), clinical=clinical, pain_at_rest=armed.pain_at_rest).found
        if isinstance(found, NotNow):
            return f"{name}: {found.why}"
        if one != armed.whose.person or found.plan != armed.plan:
            # whatever it is, a limit perhaps: what was armed was prepared without it
            return f"{name}: records say something else than when it was armed; go back, and arm again"
        return self._add(one, found.started(session, self.now()))

    def keep_range(self, found: Mapping[int, Found | Levels], unit: str, *, simulated: bool) -> str:
        """Into the person's file, if it is somebody's; why not, empty when it was kept or nobody's."""
        one = self._read()
        if one is None:
            return ""
        at, new = stamp(self.now()), list[Record]()
        for channel, of in found.items():
            if isinstance(of, Levels):
                rated_ua = self._app.choices.rated_ua
                new.append(CalibratedLevels.of(of, channel, at, rated_ua=rated_ua, unit=unit, simulated=simulated))
            else:
                new.append(CalibratedMa.of(of, channel, at, unit=unit, simulated=simulated))
        why = self._add(one, *new)
        self.look_again()
        return why

    @property
    def at_rest(self) -> bool:
        """Whether a form may be opened: no session is on, and no unit in doubt."""
        control = self._app.control
        return not (control.in_use or control.picture.may_flow or control.picture.in_doubt)

    def _again(self, then: Callable[[], None]) -> None:
        self.look_again()
        then()

    def _read(self) -> Person | None:
        whose = self._app.choices.whose
        return self._called(whose.person.id) if whose is not None else None

    def _called(self, id: str) -> Person | None:
        try:
            return self.people.called(id)
        except (StimctlError, OSError) as why:
            self._app.notify(str(why), severity="error")
            return None

    def _add(self, one: Person, *records: Record) -> str:
        try:
            self.people.add(one, *records)
        except (StimctlError, OSError) as why:
            return f"{one.name}: not kept: {why}"
        return ""
