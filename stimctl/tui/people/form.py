"""A question with several fields: Enter goes on to the next, and on the last one takes all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Label

from stimctl.errors import StimctlError
from stimctl.tui.picture import SessionPicture
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal

__all__ = ["Field", "Form", "Wrong", "day", "decimal", "either", "whole"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One line: what is asked, what stands there at first, and in grey what may be typed."""

    id: str
    label: str
    value: str = ""
    hint: str = ""
    most_letters: int = 80


class Wrong(ValueError):
    """What was typed into the field `id` cannot be; the sentence says what was found and what is allowed."""

    def __init__(self, id: str, why: str) -> None:
        super().__init__(why)
        self.id = id


class Form(StimModal[bool]):
    """True when it was taken. What is Wrong, or an error of ours in `take`, is shown, and nothing typed is lost."""

    BINDINGS = [Binding("escape", "leave", "Leave")]

    def asks(self) -> str:
        """What it is about."""
        raise NotImplementedError

    def fields(self) -> tuple[Field, ...]:
        """The lines, in their order."""
        raise NotImplementedError

    def take(self, said: Mapping[str, str]) -> None:
        """What was typed, by id, without spaces around it."""
        raise NotImplementedError

    def words(self) -> str:
        """What stands between title and fields; empty for nothing."""
        return ""

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog form", can_focus=False):
            yield Label(self.asks(), classes="title", markup=False)
            if self.words():
                yield Saying(self.words(), classes="words")
            for one in self.fields():
                with Horizontal(classes="field"):
                    yield Label(one.label, markup=False)
                    yield Input(one.value, placeholder=one.hint, id=one.id, max_length=one.most_letters, compact=True)
            yield Saying("", id="wrong")
            yield Saying("", id="way-out", classes="dim")

    def on_mount(self) -> None:
        inputs = self.query(Input)
        next((one for one in inputs if not one.value), inputs.first()).focus()

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        esc = "Esc is STOP" if picture.may_flow else "Esc leaves, and nothing is kept"
        self.query_one("#way-out", Saying).say(f"Enter goes on, and keeps it on the last line. {esc}.")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        inputs = list(self.query(Input))
        after = inputs.index(event.input) + 1
        if after < len(inputs):
            inputs[after].focus()
            return
        try:
            self.take({str(one.id): one.value.strip() for one in inputs})
        except Wrong as why:
            self.query_one("#wrong", Saying).say(str(why))
            self.query_one(f"#{why.id}", Input).focus()
        except (StimctlError, OSError) as why:
            self.query_one("#wrong", Saying).say(str(why))
        else:
            self.dismiss(True)

    def action_leave(self) -> None:
        """As if nothing had been typed."""
        self.dismiss(False)


def whole(said: Mapping[str, str], id: str, what: str, least: int, most: int) -> int:
    """The whole number that was typed; Wrong for any other."""
    text = said[id]
    if not (text.isascii() and text.isdecimal() and len(text) <= 6 and least <= int(text) <= most):
        raise Wrong(id, f"{what}: a whole number from {least} to {most}, found {text or 'nothing'}")
    return int(text)


def decimal(said: Mapping[str, str], id: str, what: str, most: float, unit: str) -> float:
    """More than nothing, up to `most`; Wrong for any other."""
    try:
        value = float(said[id].replace(",", "."))
    except ValueError:
        value = float("nan")
    if not 0 < value <= most:
        raise Wrong(id, f"{what}: more than 0 and up to {most:g} {unit}, found {said[id] or 'nothing'}")
    return value


def either(said: Mapping[str, str], id: str, what: str) -> bool:
    """Yes or no; Wrong for anything else."""
    text = said[id].casefold()
    if text not in ("y", "yes", "n", "no"):
        raise Wrong(id, f"{what}: y or n, found {said[id] or 'nothing'}")
    return text in ("y", "yes")


def day(said: Mapping[str, str], id: str, what: str, today: date) -> date:
    """A day that has been; Wrong for any other."""
    try:
        found = date.fromisoformat(said[id])
    except ValueError:
        found = None
    if found is None or not date(2000, 1, 1) <= found <= today:
        raise Wrong(id, f"{what}: a day up to {today}, as in {today}; found {said[id] or 'nothing'}")
    return found
