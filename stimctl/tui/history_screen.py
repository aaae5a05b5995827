"""Past sessions from their journals: a list, and the one that is opened as a plot with its log."""

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Footer, OptionList
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from stimctl.history.index import sessions
from stimctl.history.replay import Story, open_session
from stimctl.history.summary import Summary, Unreadable
from stimctl.model.scale import Scale
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.saying import Saying
from stimctl.tui.stim_screen import StimScreen
from stimctl.tui.words import clock

__all__ = ["HistoryScreen"]


class HistoryScreen(StimScreen):
    """Reads files in a thread, each time it is shown; nothing here touches a unit."""

    HELP = """
    # Past sessions

    Newest first, from the journals that every session writes. **Enter** opens one: what was delivered against what was
    planned, in session time; pauses are empty.
    """

    BINDINGS = [
        Binding("r", "again", "Read again", id="history.again"),
        Binding("e", "every", "With those never started", id="history.every"),
    ]

    class _Listed(Message):
        def __init__(self, found: list[Summary | Unreadable]) -> None:
            super().__init__()
            self.found = found

    class _Read(Message):
        def __init__(self, story: Story | Unreadable) -> None:
            super().__init__()
            self.story = story

    def __init__(self) -> None:
        super().__init__()
        self._found: list[Summary | Unreadable] = []
        self._every = False

    def body(self) -> ComposeResult:
        with Horizontal(id="history"):
            yield OptionList(id="sessions")
            with Vertical(id="story"):
                yield Saying("", id="story-words")
                yield PlanPlot(ascii_only=self.app.ascii_only, id="story-plot")
                with VerticalScroll(id="story-log-scroll"):
                    yield Saying("", id="story-log")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(PlanPlot).display = False
        self.query_one(OptionList).focus()

    def on_screen_resume(self) -> None:
        self.action_again()

    def action_again(self) -> None:
        """Read the list anew."""
        self._read()

    def action_every(self) -> None:
        """Show or hide those that never had a program."""
        self._every = not self._every
        self._read()

    @work(thread=True, exclusive=True, group="list")
    def _read(self) -> None:
        found = [one for one in sessions() if self._every or isinstance(one, Unreadable) or one.title]
        if not get_current_worker().is_cancelled:
            self.post_message(self._Listed(found))

    def on_history_screen__listed(self, event: _Listed) -> None:
        self._show_list(event.found)

    def _show_list(self, found: list[Summary | Unreadable]) -> None:
        self._found = found
        options = self.query_one(OptionList)
        at = options.highlighted
        options.set_options([Option(_row(one), id=str(number)) for number, one in enumerate(found)])
        options.highlighted = min(at or 0, len(found) - 1) if found else None
        if not found:
            self.query_one("#story-words", Saying).say(
                "No session yet. Each one is kept here, also one that went wrong."
            )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        one = self._at(event.option_id)
        if one is None:
            return
        self.query_one(PlanPlot).display = False
        self.query_one("#story-log", Saying).say("")
        self.query_one("#story-words", Saying).say(_words(one))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        one = self._at(event.option_id)
        if isinstance(one, Summary):
            self._open(one)

    def _at(self, option_id: str | None) -> Summary | Unreadable | None:
        """None for a line of a list that has been replaced since."""
        number = int(str(option_id))
        return self._found[number] if number < len(self._found) else None

    @work(thread=True, exclusive=True, group="story")
    def _open(self, one: Summary) -> None:
        story = open_session(one.path)
        if not get_current_worker().is_cancelled:
            self.post_message(self._Read(story))

    def on_history_screen__read(self, event: _Read) -> None:
        self._show_story(event.story)

    def _show_story(self, story: Story | Unreadable) -> None:
        if isinstance(story, Unreadable):
            self.query_one("#story-words", Saying).say(story.why)
            return
        self.query_one("#story-words", Saying).say(_words(story.summary))
        plot = self.query_one(PlanPlot)
        plot.display = True
        plot.clear_delivered()
        unit = "mA" if story.summary.scale is Scale.CURRENT else "level"
        plot.set_plan({c: list(track.planned) for c, track in story.tracks.items()}, story.ends_ms, None, unit)
        for channel, track in story.tracks.items():
            for at_ms, ua in track.delivered:
                plot.add_delivered(channel, at_ms, ua)
        lines = [f"{_at(entry.t_ms):>7}  {entry.text}" for entry in story.log]
        self.query_one("#story-log", Saying).say("\n".join(lines))


def _at(t_ms: int) -> str:
    return clock(t_ms) if t_ms >= 0 else ""


def _row(one: Summary | Unreadable) -> Text:
    when = f"{one.begun:%d %b %H:%M}" if one.begun else "?"
    if isinstance(one, Unreadable):
        return Text(f"{when}  ! {one.path.name}")
    kept = "" if one.exit_code == 0 else " !"
    return Text(
        f"{when}  {one.title or 'no program'} {clock(one.duration_ms)}{kept}", no_wrap=True, overflow="ellipsis"
    )


def _words(one: Summary | Unreadable) -> Text:
    if isinstance(one, Unreadable):
        return Text(f"{one.path}\n{one.why}")
    text = Text()
    text.append(f"{one.title or 'no program'}", "bold")
    text.append(f"  {one.begun:%A %d %B %Y, %H:%M}\n")
    text.append(
        f"{clock(one.duration_ms)} of {clock(one.planned_ms)}  on {'simulated ' if one.simulated else ''}{one.unit}\n"
    )
    text.append(f"{one.reason}; zero {'confirmed' if one.zero_confirmed else 'NOT confirmed'}\n")
    if one.peak:
        said = (f"channel {c} up to {one.scale.said(round(peak * 1000))}" for c, peak in one.peak.items())
        text.append(", ".join(said) + "\n")
    if one.pains:
        text.append(f"pain: {', '.join(map(str, one.pains))}\n")
    if one.notes:
        text.append(f"notes: {'; '.join(one.notes)}\n")
    return text
