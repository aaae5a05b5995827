"""What a person says yes to before a real unit is armed; and pain at rest, where a program asks for it."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Button, Checkbox, Input, Label

from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import CHECKS, NOT_A_MEDICAL_DEVICE

__all__ = ["Checks"]

_MOST_PAIN = 10


class Checks(StimModal[None]):
    """Kept as they are when one leaves, in whatever way."""

    BINDINGS = [Binding("escape", "keep", "Leave")]

    def body(self) -> ComposeResult:
        choices = self.app.choices
        with Vertical(classes="dialog tall"):
            yield Label("Before current flows", classes="title")
            yield Label(NOT_A_MEDICAL_DEVICE, classes="dim")
            for index, check in enumerate(CHECKS):
                yield Checkbox(check, index in choices.checked, id=f"check-{index}")
            yield Label("A doctor has approved massage by current for me. The doctor's name:")
            yield Input(choices.doctor, placeholder="Dr.", id="doctor", max_length=80)
            if choices.plan is not None and choices.plan.asks_for_pain:
                yield Label("How strong is the pain at rest now, 0 to 10? The program depends on it.")
                given = "" if choices.pain_at_rest is None else str(choices.pain_at_rest)
                yield Input(given, type="integer", id="pain", max_length=2)
            yield Label("", id="wrong")
            yield Button("Keep", id="keep")

    def on_input_submitted(self) -> None:
        self.action_keep()

    def on_button_pressed(self) -> None:
        self.action_keep()

    def action_keep(self) -> None:
        """Take what was said; a pain that is none is said so."""
        choices = self.app.choices
        choices.checked = {i for i in range(len(CHECKS)) if self.query_one(f"#check-{i}", Checkbox).value}
        choices.doctor = self.query_one("#doctor", Input).value
        if self.query("#pain"):
            typed = self.query_one("#pain", Input).value
            if typed and not (typed.isdigit() and int(typed) <= _MOST_PAIN):
                self.query_one("#wrong", Label).update(f"pain is a number from 0 to {_MOST_PAIN}, found {typed}")
                return
            choices.pain_at_rest = int(typed) if typed else None
        self.dismiss()
