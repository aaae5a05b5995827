"""Two bars above the footer: quick notes and the pain score, both by number key. They hold no focus."""

from textual.app import RenderResult
from textual.widget import Widget

from stimctl.engine.messages import Command, Note, Pain
from stimctl.tui.words import QUICK_NOTES

__all__ = ["NoteBar", "PainBar"]


class NoteBar(Widget):
    """What the number keys note."""

    can_focus = False

    def on_mount(self) -> None:
        self.display = False

    def render(self) -> RenderResult:
        return "Note  " + "  ".join(f"[b]{number}[/b] {note}" for number, note in enumerate(QUICK_NOTES, 1))

    def said(self, number: int) -> Command | None:
        """The note of a number key, if it has one."""
        return Note(QUICK_NOTES[number - 1]) if 1 <= number <= len(QUICK_NOTES) else None


class PainBar(Widget):
    """Asks how strong the pain is."""

    can_focus = False

    def on_mount(self) -> None:
        self.display = False

    def render(self) -> RenderResult:
        return "How strong is the pain now?  [b]0[/b] none  to  [b]9[/b]  (press [b]o[/b] again to leave it)"

    def said(self, number: int) -> Command:
        """The score of a number key."""
        return Pain(number)
