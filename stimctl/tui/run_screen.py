"""A session as it runs: plan against what is delivered, phases, channels, log; and the few keys that change it."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from stimctl.engine import messages as say
from stimctl.tui.channel_screen import ChannelScreen
from stimctl.tui.channel_strip import ChannelStrip
from stimctl.tui.choices import Choices
from stimctl.tui.dial_bar import DialBar
from stimctl.tui.log_view import LogModal, LogTail
from stimctl.tui.notes import NoteBar, PainBar
from stimctl.tui.phase_strip import PhaseStrip
from stimctl.tui.picture import SessionPicture
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.preview import Preview
from stimctl.tui.saying import Saying
from stimctl.tui.standing import Standing
from stimctl.tui.words import hint_of

__all__ = ["RunScreen"]


class RunScreen(ChannelScreen):
    """One session. It asks the app's control for what keys ask for, and draws the picture."""

    HELP = """
    # A session

    Output is zero until you press **s**, and every stop key ends it at once: Space, Esc, F12, Ctrl+C, a click on row 1.

    - **Down** takes one step (0.5 mA, or one level) off the selected channel at once, and the plan never puts it back.
    - **Up** puts one step back, never above the plan.
    - **Tab** selects a channel; **Shift+Down** means all of them.
    - **p** ramps down and waits at zero; **r** goes on, from zero.
    - **1** to **9** make a quick note (**n** lists them); **o** asks how strong the pain is.
    - Where the unit's own dials are to be set, it waits at zero: **d**, or a click on that line, says that they are;
      then **r**. Until then stop keys stop.
    - **l** shows the whole log, **z** the last minute of the plot.
    """

    BINDINGS = [
        Binding("d", "dials_set", "Dials are set", id="run.dials"),
        Binding("n", "notes", "Note", id="run.notes"),
        Binding("o", "pain", "Pain", id="run.pain"),
        Binding("l", "log", "Log", id="run.log", show=False),
        Binding("z", "zoom", "Zoom", id="run.zoom", show=False),
        Binding("enter,escape", "leave", "Back", id="run.leave"),
        *(Binding(str(number), f"digit({number})", show=False) for number in range(10)),
    ]

    def __init__(self, preview: Preview, choices: Choices) -> None:
        super().__init__(tuple(sorted(preview.plan)))
        self._preview, self._choices = preview, choices
        self._plotted: dict[int, say.Sample] = {}

    def body(self) -> ComposeResult:
        plain = self.app.ascii_only
        with Horizontal(id="run"):
            with Vertical(id="run-left"):
                yield PlanPlot(ascii_only=plain, id="plot")
                yield PhaseStrip(ascii_only=plain)
                with Vertical(id="channels"):
                    for channel in self._channels:
                        yield ChannelStrip(channel, ascii_only=plain)
                yield LogTail(id="log")
            with Vertical(id="run-right"):
                for channel in self._channels:
                    yield ChannelStrip(channel, card=True, ascii_only=plain)
                yield Saying(id="about")
        yield DialBar()
        yield NoteBar()
        yield PainBar()
        yield Saying(id="hint")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        preview = self._preview
        self.query_one(PlanPlot).set_plan(preview.plan, preview.lasts_ms, preview.limit_ua, preview.unit)
        self.query_one(PhaseStrip).set_phases(preview.phases)
        simulated = self._choices.simulated
        for strip in self.query(ChannelStrip):
            found = self._choices.range_of(strip.channel, simulated=simulated)
            strip.set_range(found, preview.peaks[strip.channel])

    def select(self, channel: int) -> None:
        super().select(channel)
        self.query_one(PlanPlot).select(channel if len(self._channels) > 1 else None)

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        self._plot(picture)
        self.query_one(PhaseStrip).show(picture)
        self.query_one(LogTail).show(picture)
        self.query_one(DialBar).show(picture.dials)
        self.query_one("#hint", Saying).say(hint_of(picture))
        self.query_one("#about", Saying).say(self._about(picture))

    def _plot(self, picture: SessionPicture) -> None:
        plot = self.query_one(PlanPlot)
        for channel, of in picture.channels.items():
            last = of.last
            if last is not None and last.plan_ms > 0 and last is not self._plotted.get(channel):
                self._plotted[channel] = last
                plot.add_delivered(channel, last.plan_ms, round(last.amount * 1000))
        plot.set_now(picture.plan_ms if picture.phase is not None else None)

    def _about(self, picture: SessionPicture) -> str:
        lines = [self._preview.title, f"range: {self._choices.range_words or 'the simulated person'}"]
        if picture.link is not None and picture.link.battery_percent is not None:
            lines.append(f"battery {picture.link.battery_percent} %")
        return "\n".join(lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Notes need an engine that hears them; leaving needs zero."""
        match action:
            case "notes" | "pain" | "digit":
                return self.app.control.open
            case "dials_set":
                picture = self.app.control.picture
                return picture.standing is Standing.PAUSED and picture.dials is not None
            case "leave":
                picture = self.app.control.picture
                return picture.over or not picture.may_flow
        return super().check_action(action, parameters)

    def action_start(self) -> None:
        """A session that is somebody's is written down first; where that cannot be, nothing is started."""
        session = self.app.control.picture.session
        why = self.app.desk.may_start(session.id, self._choices) if session is not None else ""
        if why:
            self.notify(why, title="Not started", severity="error", timeout=30)
        else:
            super().action_start()

    def action_dials_set(self) -> None:
        """A person's word; nothing flows by it, and resuming is a step of its own."""
        self.app.control.dials_set()

    def on_dial_bar_said(self) -> None:
        self.action_dials_set()

    def action_zoom(self) -> None:
        self.query_one(PlanPlot).zoom()

    def action_log(self) -> None:
        self.app.push_screen(LogModal())

    def action_notes(self) -> None:
        self.query_one(PainBar).display = False
        bar = self.query_one(NoteBar)
        bar.display = not bar.display

    def action_pain(self) -> None:
        self.query_one(NoteBar).display = False
        bar = self.query_one(PainBar)
        bar.display = not bar.display

    def action_digit(self, number: int) -> None:
        """A pain score while it is asked for, else a quick note."""
        pain = self.query_one(PainBar)
        if pain.display:
            pain.display = False
            self.app.control.send(pain.said(number))
            return
        note = self.query_one(NoteBar).said(number)
        self.query_one(NoteBar).display = False
        if note is not None:
            self.app.control.send(note)

    def action_leave(self) -> None:
        """Back to the preparation, at zero only; what is armed is let go."""
        self.app.leave_session()
