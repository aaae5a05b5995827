"""A program's text in an editor: TOML in the colours of the theme, and what is wrong underlined where it stands."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

from stimctl.tui.live_lint import Wrong

__all__ = ["ProgramText"]

_THEME = "stimctl"


class ProgramText(TextArea):
    """Colours and lines are never all there is: what is underlined is also in the list of what is wrong."""

    COMPONENT_CLASSES = {
        "program-text--wrong",
        "program-text--key",
        "program-text--text",
        "program-text--number",
        "program-text--comment",
    }

    DEFAULT_CSS = """
    ProgramText {
        border: none;
        padding: 0;
        &:focus { border: none; }
        & .program-text--wrong { color: $text-error; text-style: bold underline; }
        & .program-text--key { color: $text-primary; }
        & .program-text--text { color: $text-warning; }
        & .program-text--number { color: $text-accent; }
        & .program-text--comment { color: $foreground 60%; text-style: italic; }
    }
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text, language="toml", show_line_numbers=True, tab_behavior="focus")
        self._wrong: dict[int, list[Wrong]] = {}

    def on_mount(self) -> None:
        styles = {
            "toml.type": self._look("key"),
            "property": self._look("key"),
            "string": self._look("text"),
            "number": self._look("number"),
            "float": self._look("number"),
            "boolean": self._look("number"),
            "comment": self._look("comment"),
        }
        self.register_theme(TextAreaTheme(name=_THEME, syntax_styles=styles))
        self.theme = _THEME

    def mark(self, wrong: Sequence[Wrong]) -> None:
        """Underline this, and nothing else."""
        self._wrong = {}
        for one in wrong:
            self._wrong.setdefault(one.line - 1, []).append(one)
        # lines are kept as they were drawn
        self.notify_style_update()
        self.refresh()

    def get_line(self, line_index: int) -> Text:
        """The line, with what is wrong in it underlined; what is wrong at its end, the whole of it."""
        line = super().get_line(line_index)
        for one in self._wrong.get(line_index, []):
            begin, end = one.column - 1, one.column - 1 + max(1, one.length)
            if begin >= len(line.plain.rstrip()):
                begin, end = len(line.plain) - len(line.plain.lstrip()), len(line.plain)
            line.stylize(self.get_component_rich_style("program-text--wrong", partial=True), begin, end)
        return line

    def _look(self, part: str) -> Style:
        return self.get_component_rich_style(f"program-text--{part}", partial=True)
