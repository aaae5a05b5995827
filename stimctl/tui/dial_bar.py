"""What a person is to set on the unit itself before the session goes on: a bar, and a click on it says that it is."""

from rich.text import Text
from textual.app import RenderResult
from textual.message import Message
from textual.widget import Widget

from stimctl.program.dials import DialSetting
from stimctl.tui.words import dials_words

__all__ = ["DialBar"]


class DialBar(Widget):
    """Shown while dials are waited for; it holds no focus."""

    can_focus = False

    class Said(Message):
        """A click says that they are set."""

    def __init__(self) -> None:
        super().__init__()
        self._setting: DialSetting | None = None

    def on_mount(self) -> None:
        self.display = self._setting is not None

    def show(self, setting: DialSetting | None) -> None:
        """None: nothing is waited for."""
        if setting != self._setting:
            self._setting = setting
            self.display = setting is not None
            self.refresh(layout=True)

    def render(self) -> RenderResult:
        if self._setting is None:
            return ""
        words = dials_words(self._setting)
        text = Text(f"{words[0].upper()}{words[1:]}.", "bold")
        return text.append("\nThen d, or a click here: they are set.", "not bold")

    def on_click(self) -> None:
        self.post_message(self.Said())
