"""Help: what this place is for and its keys, what stops, and where the other places are."""

from inspect import cleandoc

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import HELP_EVERYWHERE

__all__ = ["HelpModal"]


class HelpModal(StimModal[None]):
    """`text` is the HELP of the place that it was asked in."""

    BINDINGS = [Binding("escape,enter,f1,question_mark", "dismiss", "Leave")]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = cleandoc(text)

    def body(self) -> ComposeResult:
        with VerticalScroll(classes="dialog tall", id="help"):
            yield Markdown(f"{self._text}\n\n{HELP_EVERYWHERE}")

    def on_mount(self) -> None:
        self.query_one("#help").focus()
