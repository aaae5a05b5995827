"""The log of a session: its last lines under the plot, and all of it, wrapped, in a modal."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Label, RichLog

from stimctl.tui.picture import LogLine, SessionPicture
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimModal
from stimctl.tui.words import clock

__all__ = ["LogModal", "LogTail"]

_LOUD = ("fault", "gap", "pads", "no", "stop", "zero")


class LogTail(Saying):
    """As many of the last lines as there is room for, the newest at the bottom."""

    def show(self, picture: SessionPicture) -> None:
        room = max(1, self.size.height)
        lines = list(picture.log)[-room:]
        self.say(Text("\n", no_wrap=True, overflow="ellipsis").join(map(_line, lines)))


class LogModal(StimModal[None]):
    """Everything that was logged."""

    BINDINGS = [Binding("escape,l,enter", "dismiss", "Leave")]

    def body(self) -> ComposeResult:
        with Vertical(classes="dialog tall"):
            yield Label("Log of this session", classes="title")
            yield RichLog(wrap=True, min_width=0, max_lines=500)

    def on_mount(self) -> None:
        log = self.query_one(RichLog)
        for line in self.app.control.picture.log:
            log.write(_line(line))


def _line(line: LogLine) -> Text:
    at = "" if line.at_ms is None else clock(line.at_ms)
    return Text(f"{at:>6}  {line.kind:<6}{line.text}", "bold" if line.kind in _LOUD else "")
