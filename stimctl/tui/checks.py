"""What a person says yes to before a real unit is armed, the profile, and pain at rest where a program asks for it."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from stimctl.tui.choices import Choices
from stimctl.tui.picture import SessionPicture
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import CHECKS, dial_checks

__all__ = ["Checks"]

_MOST_PAIN = 10
_DIALS = "dials-"


class Checks(StimModal[None]):
    """Kept as they are when one leaves. A yes is a glyph, never only a colour."""

    BINDINGS = [Binding("escape", "keep", "Leave")]

    def body(self) -> ComposeResult:
        choices = self.app.choices
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Label("Before current flows (Enter says yes or no)", classes="title")
            yield OptionList(id="checks")
            if choices.dials:
                yield Saying(_of_dials(choices), id="of-dials")
            yield Label("A doctor has approved massage by current for me. Who?")
            yield Input(choices.doctor, placeholder="the doctor's name", id="doctor", max_length=80, compact=True)
            if choices.plan is not None and choices.plan.asks_for_pain:
                yield Label("How strong is the pain at rest, 0 to 10? It decides what comes.")
                given = "" if choices.pain_at_rest is None else str(choices.pain_at_rest)
                yield Input(given, type="integer", id="pain", max_length=2, compact=True)
            yield Label("", id="wrong")
            yield Label(id="way-out", classes="dim")

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        esc = "Esc is STOP; Enter in a field" if picture.may_flow else "Esc"
        self.query_one("#way-out", Label).update(f"{esc} keeps what is said and leaves.")

    def on_mount(self) -> None:
        self._show_checks()
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        choices = self.app.choices
        if event.option_id == "profile":
            choices.profile = "consumer" if choices.profile == "clinical" else "clinical"
        elif str(event.option_id).startswith(_DIALS):
            choices.dials_said ^= {dial_checks(choices.dials)[int(str(event.option_id).removeprefix(_DIALS))]}
        else:
            choices.checked ^= {int(str(event.option_id))}
        self._show_checks()

    def _show_checks(self) -> None:
        yes, no = ("[x]", "[ ]") if self.app.ascii_only else ("✔", "○")
        choices, options = self.app.choices, self.query_one(OptionList)
        at = options.highlighted
        rows = [(str(i), i in choices.checked, check) for i, check in enumerate(CHECKS)]
        rows += [
            (f"{_DIALS}{i}", said in choices.dials_said, said) for i, said in enumerate(dial_checks(choices.dials))
        ]
        rows.append(("profile", choices.profile == "clinical", "Clinical profile: somebody trained is with me"))
        options.set_options([Option(Text(f"{yes if on else no} {words}"), id=name) for name, on, words in rows])
        options.highlighted = at or 0

    def on_input_submitted(self) -> None:
        self.action_keep()

    def action_keep(self) -> None:
        """Take what was said; a pain that is none is said so."""
        choices = self.app.choices
        choices.doctor = self.query_one("#doctor", Input).value
        if self.query("#pain"):
            typed = self.query_one("#pain", Input).value
            if typed and not (typed.isdigit() and int(typed) <= _MOST_PAIN):
                self.query_one("#wrong", Label).update(f"pain is a number from 0 to {_MOST_PAIN}, found {typed}")
                return
            choices.pain_at_rest = int(typed) if typed else None
        self.dismiss()


def _of_dials(choices: Choices) -> Text:
    """What is set by hand later, and what nobody measures."""
    later = [f"later, at zero: {setting.name}, {setting}" for setting in choices.dials[1:]]
    how = "intensity dial: level 1 on, up from zero, stop just below tingling"
    return Text("\n".join([how, *later, *(f"not checked: {line}" for line in choices.unchecked)]))
