"""Planning a course: what hurts, how much and since when; then the plan line by line, and only then its beginning."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label

from stimctl.care.next_session import NotNow, course_of, pain_now, today
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.planner import CoursePlan, NoCourse, planned
from stimctl.care.records import CourseOpened, Injury
from stimctl.errors import StimctlError
from stimctl.tui.people.form import Field, Form, whole
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import NOT_A_MEDICAL_DEVICE

__all__ = ["CourseForm", "PlanModal", "in_the_way"]

_INJURIES = tuple(Injury)
_MOST_DAYS = 3_650
_LESS = (
    ("per_week", "Fewer a week than planned"),
    ("weeks", "Fewer weeks"),
    ("most_minutes", "Shorter, min"),
)


class CourseForm(Form):
    """What a course is planned from; `asked` and `plan` are there when it was taken."""

    def __init__(self, one: Person, now: datetime, *, clinical: bool) -> None:
        super().__init__()
        self._one, self._now, self._clinical = one, now, clinical
        self.asked: CourseOpened | None = None
        self.plan: CoursePlan | NoCourse | None = None

    def asks(self) -> str:
        return f"A course of sessions for {self._one.name}"

    def words(self) -> str:
        return "Its doses are proposals of this project: no trial stands behind them. Nothing is begun by this."

    def fields(self) -> tuple[Field, ...]:
        pain = pain_now(self._one)
        return (
            Field(id="injury", label="What it came from", hint="1 overuse, 2 a blow, 3 a strain", most_letters=1),
            Field(id="pain", label="Pain now", value="" if pain is None else str(pain), hint="0 to 10", most_letters=2),
            Field(id="days", label="Days since it began", hint="as in 5", most_letters=4),
            *(Field(id=name, label=label, hint="as planned", most_letters=2) for name, label in _LESS),
        )

    def take(self, said: Mapping[str, str]) -> None:
        now_day = today(self._now)
        days = whole(said, "days", "days since it began", 0, _MOST_DAYS)
        less = {name: whole(said, name, label, 1, 99) for name, label in _LESS if said[name]}
        self.asked = CourseOpened(
            at=stamp(self._now),
            id=secrets.token_hex(8),
            injury=_INJURIES[whole(said, "injury", "what it came from", 1, len(_INJURIES)) - 1],
            pain=whole(said, "pain", "pain", 0, 10),
            began_on=(now_day - timedelta(days=days)).isoformat(),
            opened_on=now_day.isoformat(),
            clinical=self._clinical,
            **less,
        )
        self.plan = planned(self.asked)


class PlanModal(StimModal[bool]):
    """The plan, each line with where it comes from. `o` opens the course: True then."""

    BINDINGS = [
        Binding("o", "open", "Begin the course", id="plan.open"),
        Binding("escape", "leave", "Leave"),
    ]

    def __init__(
        self, people: People, one: Person, asked: CourseOpened, plan: CoursePlan | NoCourse, now: datetime
    ) -> None:
        super().__init__()
        self._people, self._one, self._asked, self._plan, self._now = people, one, asked, plan, now

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            begins = isinstance(self._plan, CoursePlan)
            yield Label(f"{self._one.name}: {'the plan' if begins else 'no course'}", classes="title", markup=False)
            with VerticalScroll(id="plan"):
                yield Saying(self._words(), id="plan-words")
            yield Saying("", id="wrong")
            way_out = "o begins the course. Esc leaves, and nothing is begun." if begins else "Esc leaves."
            yield Saying(way_out, classes="dim")

    def on_mount(self) -> None:
        self.query_one("#plan").focus()

    def action_open(self) -> None:
        """Begin it, unless one is on or was stopped."""
        why = in_the_way(self._one, self._now)
        if isinstance(self._plan, NoCourse):
            return
        if why:
            self.query_one("#wrong", Saying).say(why)
            return
        try:
            self._people.add(self._one, replace(self._asked, at=stamp(self._now)))
        except (StimctlError, OSError) as failed:
            self.query_one("#wrong", Saying).say(str(failed))
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        """Nothing is begun."""
        self.dismiss(False)

    def _words(self) -> Text:
        if isinstance(self._plan, NoCourse):
            return Text(f"{self._plan.why}\n").append(self._plan.source, "dim")
        text = Text(f"{NOT_A_MEDICAL_DEVICE}\n\n")
        for line in self._plan.lines:
            text.append(f"{line.said}\n").append(f"    {line.source}\n", "dim")
        return text


def in_the_way(one: Person, now: datetime) -> str:
    """Why no course is begun now; empty when nothing is."""
    stands = course_of(one, now)
    if isinstance(stands, NotNow):
        return stands.why
    if stands is None:
        return ""
    return stands.bars_another
