"""Who sessions are for: everybody, the course of the one under the cursor, and the keys for what is asked of them."""

from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from stimctl.care.next_session import First, NotNow, today
from stimctl.care.person import Person
from stimctl.errors import StimctlError
from stimctl.report.course_rows import CourseRow, course_rows
from stimctl.tui.people.course_form import CourseForm, PlanModal
from stimctl.tui.people.facts import facts_of
from stimctl.tui.people.form import Form
from stimctl.tui.people.forms import ApproveForm, CloseForm, DayForm, DeleteForm, LimitsForm, NewPersonForm
from stimctl.tui.picture import SessionPicture
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimScreen
from stimctl.tui.whose import whose

__all__ = ["PeopleScreen"]

_NOBODY = "nobody"
_LEAST_WIDTH = 40
_FIRST_STEPS = (
    "Sessions for nobody in particular: nothing is asked, and nothing is kept but the journal.\n\n"
    "For a course of sessions: n makes somebody, a name or a code of your own. Then q asks what has to be asked, y "
    "says which doctor has approved, and c plans a course: how often, how long, which programs, and when to see a "
    "doctor instead.\n\n"
    "What is kept stays on this computer."
)


@dataclass(frozen=True, slots=True)
class _Known:
    one: Person
    rows: tuple[CourseRow, ...]


class _Everybody(OptionList):
    """Its Enter has a word in the footer."""

    BINDINGS = [Binding("enter", "select", "Take", id="people.take")]


class _Facts(Saying):
    """Says when it is as wide as it was not before: its chart is drawn for a width."""

    class Widened(Message):
        """How many cells it has now."""

        def __init__(self, width: int) -> None:
            super().__init__()
            self.width = width

    def on_resize(self, event: events.Resize) -> None:
        self.post_message(self.Widened(event.size.width))


class PeopleScreen(StimScreen):
    """Files are read in a thread; forms open at zero only."""

    HELP = """
    # People and courses

    Enter takes the one under the cursor for the session; then their course, their limits and what has to be asked of
    them count. *Nobody* is a session outside of all that.

    - **n** somebody new, **q** the questions (**Q** all of them), **y** a doctor's yes
    - **c** plans a course and, if you like, begins it; **x** ends it
    - **e** how the last session was, **d** the pain of a day, as of the day after a session
    - **l** pads and limits, **r** the report as a file, **Delete** all that is kept of them

    The pain is 0 to 10. A pause or a stop of a course ends by a doctor's newer yes only.
    """

    BINDINGS = [
        Binding("n", "new", "New", id="people.new"),
        Binding("q", "screen(False)", "Ask", id="people.screen"),
        Binding("Q", "screen(True)", "All questions", id="people.screen_all", show=False),
        Binding("y", "approve", "Doctor", id="people.approve"),
        Binding("c", "course", "Course", id="people.course"),
        Binding("e", "score", "Score", id="people.score"),
        Binding("d", "day", "Day", id="people.day"),
        Binding("l", "limits", "Limits", id="people.limits", show=False),
        Binding("r", "report", "Report", id="people.report"),
        Binding("x", "close", "End the course", id="people.close", show=False),
        Binding("delete", "delete", "Delete", id="people.delete", show=False),
        Binding("escape", "leave", "Back", id="people.leave", show=False),
    ]

    class _Read(Message):
        def __init__(self, known: list[_Known], notes: tuple[str, ...]) -> None:
            super().__init__()
            self.known, self.notes = known, notes

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, _Known] = {}
        self._at = ""
        self._told: tuple[str, ...] = ()
        self._width = _LEAST_WIDTH

    def body(self) -> ComposeResult:
        with Horizontal(id="people"):
            yield _Everybody(id="everybody")
            with VerticalScroll(id="person-scroll"):
                yield _Facts("", id="person")
        yield Saying(id="hint")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        chosen = self.app.choices.whose
        self._at = chosen.person.id if chosen is not None else _NOBODY
        self.query_one("#everybody").focus()

    def on_screen_resume(self) -> None:
        self.reread()

    def on__facts_widened(self, event: _Facts.Widened) -> None:
        if event.width != self._width:
            self._width = event.width
            self._show_one()

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        self.query_one("#hint", Saying).say(self._hint())

    @work(thread=True, exclusive=True)
    def reread(self) -> None:
        """Everybody, and their sessions."""
        try:
            found, notes = self.app.desk.people.all()
        except OSError as why:
            found, notes = (), (str(why),)
        known = [_Known(one, course_rows(one)) for one in found]
        if not get_current_worker().is_cancelled:
            self.post_message(self._Read(known, notes))

    def on_people_screen__read(self, event: _Read) -> None:
        self._known = {known.one.id: known for known in event.known}
        names = [Option(Text("Nobody", "italic"), id=_NOBODY)]
        names += [
            Option(Text(known.one.name, no_wrap=True, overflow="ellipsis"), id=id) for id, known in self._known.items()
        ]
        everybody = self.query_one("#everybody", OptionList)
        everybody.set_options(names)
        ids = [_NOBODY, *self._known]
        everybody.highlighted = ids.index(self._at) if self._at in ids else 0
        for note in event.notes:
            if note not in self._told:
                self.notify(note, severity="warning", timeout=20)
        self._told = event.notes
        self._show_one()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._at = str(event.option_id)
        self.query_one("#person-scroll", VerticalScroll).scroll_home(animate=False)
        self._show_one()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        known = self._known.get(str(event.option_id))
        if self.app.control.in_use:
            self.notify("A session is on; whose it is stays as it is.", severity="warning")
            return
        self.app.switch_mode(self.app.DEFAULT_MODE)
        self.app.desk.take(known.one if known is not None else None)
        self.app.prepared_anew()

    def action_new(self) -> None:
        form = NewPersonForm(self.app.desk.people, self.app.desk.now())

        def made(taken: bool | None) -> None:
            if taken and form.made is not None:
                self._at = form.made.id
                self.reread()

        self._open(form, made)

    def action_screen(self, every: bool) -> None:
        one = self._one()
        if one is not None and self._may_open():
            self.app.desk.screen(one, lambda: self._done(True), every=every)

    def action_approve(self) -> None:
        one = self._one()
        if one is not None:
            self._open(ApproveForm(self.app.desk.people, one, self.app.desk.now()), self._done)

    def action_limits(self) -> None:
        one = self._one()
        if one is not None:
            self._open(LimitsForm(self.app.desk.people, one, self.app.desk.now()), self._done)

    def action_day(self) -> None:
        one = self._one()
        if one is not None:
            now = self.app.desk.now()
            self._open(DayForm(self.app.desk.people, one, now, today(now)), self._done)

    def action_score(self) -> None:
        one = self._one()
        if one is None or not self._may_open():
            return
        if not self.app.desk.ask_how_it_was(lambda: self._done(True), of=one):
            self.notify(f"{one.name} has no session that nobody has said anything of; d is for other days.")

    def action_course(self) -> None:
        """What it is planned from, then the plan."""
        one = self._one()
        if one is None:
            return
        form = CourseForm(one, self.app.desk.now(), clinical=self.app.choices.profile == "clinical")

        def asked(taken: bool | None) -> None:
            if taken and form.asked is not None and form.plan is not None:
                now = self.app.desk.now()
                self._open(PlanModal(self.app.desk.people, one, form.asked, form.plan, now), self._done)

        self._open(form, asked)

    def action_close(self) -> None:
        one = self._one()
        if one is not None and one.course is None:
            self.notify(f"{one.name} has no course.")
        elif one is not None:
            self._open(CloseForm(self.app.desk.people, one, self.app.desk.now()), self._done)

    def action_report(self) -> None:
        one = self._one()
        if one is not None:
            self._report(one)

    def action_delete(self) -> None:
        one = self._one()
        if one is None:
            return
        form = DeleteForm(self.app.desk.people, one, self.app.desk.now())

        def gone(taken: bool | None) -> None:
            if taken:
                self.notify(form.told, timeout=20)
                self._refresh_index()
                self._done(taken)

        self._open(form, gone)

    def action_leave(self) -> None:
        """Back to the session."""
        self.app.switch_mode(self.app.DEFAULT_MODE)

    def _open(self, form: Form | PlanModal, then: Callable[[bool | None], None]) -> None:
        if self._may_open():
            self.app.push_screen(form, then)

    def _done(self, _: bool | None) -> None:
        self.app.desk.look_again()
        self.reread()

    def _may_open(self) -> bool:
        if self.app.desk.at_rest:
            return True
        self.notify("A session is on, or a unit is in doubt: not now.", severity="warning")
        return False

    def _one(self) -> Person | None:
        known = self._known.get(self._at)
        if known is None:
            self.notify("Nobody is chosen: n makes somebody.")
            return None
        return known.one

    @work(thread=True, exclusive=True, group="report")
    def _report(self, one: Person) -> None:
        # a template engine, and only of use here
        from stimctl.report.of_person import write_report

        try:
            path = write_report(self.app.desk.people, one, self.app.desk.now())
        except (StimctlError, OSError) as why:
            self.app.call_from_thread(self.notify, str(why), severity="error")
        else:
            self.app.call_from_thread(self.notify, f"{path.absolute()}: open it in a browser.", timeout=30)

    @work(thread=True, group="index")
    def _refresh_index(self) -> None:
        # a tenth of a second to import
        from stimctl.history.catalog import Catalog

        try:
            Catalog().refresh()
        except StimctlError as why:
            self.app.call_from_thread(self.notify, f"The index still has them: {why}", severity="error")

    def _show_one(self) -> None:
        known = self._known.get(self._at)
        said = self.query_one("#person", Saying)
        if known is None:
            said.say(_FIRST_STEPS)
        else:
            desk, choices = self.app.desk, self.app.choices
            now, program = desk.now(), choices.program
            clinical = choices.profile == "clinical"
            found = whose(known.one, None, now, clinical=clinical, pain_at_rest=None)
            if isinstance(found.found, NotNow) and found.found.first is First.CHOOSE:
                found = whose(known.one, program, now, clinical=clinical, pain_at_rest=None)
            plain = self.app.ascii_only
            said.say(facts_of(known.one, found.found, known.rows, now, self._width, ascii_only=plain))
        self.query_one("#hint", Saying).say(self._hint())

    def _hint(self) -> str:
        chosen = self.app.choices.whose
        whom = chosen.person.name if chosen is not None else "nobody in particular"
        return f"The session is for {whom}. Enter takes the one under the cursor; Tab, and arrow keys scroll."
