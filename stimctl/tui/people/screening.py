"""The questions before a session, as one list: what is so is marked, and the rest is said not to be so, once."""

from datetime import datetime

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.questions import PAIN, QUESTIONS, Question
from stimctl.care.records import Answered
from stimctl.care.screening import NOTHING_IN_THE_WAY, Verdict, screened
from stimctl.errors import StimctlError
from stimctl.tui.people.form import Wrong, whole
from stimctl.tui.picture import SessionPicture
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal

__all__ = ["ScreeningModal", "VerdictModal"]

_ASKED = "Enter marks what is so; ? is asked itself. f: the rest is not so."
_NOT_A_DIAGNOSIS = "Precautions, taken together: they diagnose nothing."
# What is not answered yet, where nothing may be taken for granted.
_OPEN = ""


class ScreeningModal(StimModal[bool]):
    """Asks what has aged, or all of it; True when it was answered. Nothing is kept of half an answer."""

    BINDINGS = [
        Binding("f", "finish", "Finish", id="screening.finish"),
        Binding("escape", "leave", "Leave"),
    ]

    def __init__(self, people: People, one: Person, now: datetime, *, every: bool = False) -> None:
        super().__init__()
        self._people, self._one, self._now = people, one, now
        to_ask = QUESTIONS if every else screened(one.answered, one.approvals, now).to_ask
        self._asks_pain = any(question.number == PAIN for question in to_ask)
        self._asked = tuple(question for question in to_ask if question.number != PAIN)
        # what leads to nothing is said at the end, by one key; what is harmless only by a yes has to be said itself
        self._answers = {one.number: _OPEN if one.harmless != "no" else "no" for one in self._asked}

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog tall form", id="screening"):
            yield Label(f"Before a session of {self._one.name}: what is so?", classes="title", markup=False)
            yield Saying(_NOT_A_DIAGNOSIS, classes="dim")
            yield OptionList(id="questions")
            if self._asks_pain:
                with Horizontal(classes="field"):
                    yield Label("Pain now, 0 to 10 (Tab goes there)")
                    yield Input("", placeholder="0 is none, 10 the worst there can be", id="pain", compact=True)
            yield Saying("", id="wrong")
            yield Saying("", id="way-out", classes="dim")

    def on_mount(self) -> None:
        self._show_questions()
        self.query_one(OptionList).focus()

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        esc = "Esc is STOP." if picture.may_flow else "Esc leaves, and nothing is kept."
        self.query_one("#way-out", Saying).say(f"{_ASKED} {esc}")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        question = next(one for one in self._asked if one.number == event.option_id)
        # the harmless answer first, then the others, the gravest last
        keys = [question.harmless, *(one.key for one in reversed(question.answers) if one.key != question.harmless)]
        if question.harmless != "no":
            keys = [_OPEN, *keys]
        now = keys.index(self._answers[question.number])
        self._answers[question.number] = keys[(now + 1) % len(keys)]
        self._show_questions()

    def on_input_submitted(self) -> None:
        self.action_finish()

    def action_finish(self) -> None:
        """The rest is not so: keep all of it."""
        try:
            self._people.add(self._one, Answered(at=stamp(self._now), answers=self._said()))
        except Wrong as why:
            self.query_one("#wrong", Saying).say(str(why))
            self.query_one(f"#{why.id}").focus()
        except (StimctlError, OSError) as why:
            self.query_one("#wrong", Saying).say(str(why))
        else:
            self.dismiss(True)

    def _said(self) -> dict[str, str]:
        unsaid = [one.number for one in self._asked if self._answers[one.number] == _OPEN]
        if unsaid:
            raise Wrong("questions", f"to be answered itself: question {' and '.join(unsaid)}")
        if not self._asks_pain:
            return self._answers
        typed = {"pain": self.query_one("#pain", Input).value.strip()}
        return self._answers | {PAIN: str(whole(typed, "pain", "how strong the pain is", 0, 10))}

    def action_leave(self) -> None:
        """As if nothing had been marked."""
        self.dismiss(False)

    def _show_questions(self) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted
        options.set_options([Option(self._row(one), id=one.number) for one in self._asked])
        options.highlighted = at or 0

    def _row(self, question: Question) -> Text:
        yes, no, open_ = ("[x]", "[ ]", "[?]") if self.app.ascii_only else ("✔", "○", "?")
        key = self._answers[question.number]
        answer = question.answer(key)
        harmless = key == question.harmless
        sign = open_ if answer is None else no if harmless and key == "no" else yes
        text = Text(f"{sign} {question.number:>3} {question.text}")
        if answer is not None and not (harmless and key == "no"):
            text.append(f" {answer.said}.", "bold")
        return text


class VerdictModal(StimModal[None]):
    """What the answers come to, and what to do. It stays until it is left."""

    BINDINGS = [Binding("escape,enter", "dismiss", "Leave")]

    def __init__(self, name: str, verdict: Verdict) -> None:
        super().__init__()
        self._whom, self._verdict = name, verdict

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Label(f"{self._whom}: what stands in the way", classes="title", markup=False)
            yield Saying("\n\n".join(self._verdict.sentences) or NOTHING_IN_THE_WAY)
            yield Saying("\nEnter leaves.", classes="dim")
