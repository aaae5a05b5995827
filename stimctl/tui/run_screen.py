"""A session as it runs: plan against what is delivered, phases, channels, log; and the few keys that change it."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from stimctl.engine import messages as say
from stimctl.tui.channel_strip import ChannelStrip
from stimctl.tui.choices import Choices
from stimctl.tui.log_view import LogModal, LogTail
from stimctl.tui.notes import NoteBar, PainBar
from stimctl.tui.phase_strip import PhaseStrip
from stimctl.tui.picture import SessionPicture
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.preview import Preview
from stimctl.tui.saying import Saying
from stimctl.tui.standing import LIVE, Standing
from stimctl.tui.stim_screen import StimScreen
from stimctl.tui.words import hint_of

__all__ = ["RunScreen"]


class RunScreen(StimScreen):
    """One session. It asks the app's control for what keys ask for, and draws the picture."""

    HELP = """
    # A session

    Output is zero until you press **s**, and every stop key ends it at once: Space, Esc, F12, Ctrl+C, a click on row 1.

    - **Down** takes one step (0.5 mA) off the selected channel at once, and the plan never puts it back.
    - **Up** puts one step back, never above the plan.
    - **Tab** selects a channel; with **Shift** both are meant.
    - **p** ramps down and waits at zero; **r** goes on, from zero.
    - **1** to **9** make a quick note (**n** lists them); **o** asks how strong the pain is.
    """

    BINDINGS = [
        Binding("s", "start", "START", id="run.start"),
        Binding("p", "pause", "Pause", id="run.pause"),
        Binding("r", "resume", "Resume from zero", id="run.resume"),
        Binding("down", "less", "Less", id="run.less", priority=True),
        Binding("up", "more", "One step up", id="run.more", priority=True),
        Binding("shift+down", "less_all", "Less on both", id="run.less_all", show=False, priority=True),
        Binding("shift+up", "more_all", "Up on both", id="run.more_all", show=False, priority=True),
        Binding("tab", "next_channel", "Channel", id="run.channel", priority=True),
        Binding("n", "notes", "Note", id="run.notes"),
        Binding("o", "pain", "Pain", id="run.pain"),
        Binding("l", "log", "Log", id="run.log", show=False),
        Binding("z", "zoom", "Zoom", id="run.zoom", show=False),
        Binding("enter,escape", "leave", "Back", id="run.leave"),
        *(Binding(str(number), f"digit({number})", show=False) for number in range(10)),
    ]

    def __init__(self, preview: Preview, choices: Choices) -> None:
        super().__init__()
        self._preview, self._choices = preview, choices
        self._channels = sorted(preview.plan)
        self._selected = self._channels[0]
        self._plotted: dict[int, int] = {}

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
        yield NoteBar()
        yield PainBar()
        yield Saying(id="hint")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        preview = self._preview
        plot = self.query_one(PlanPlot)
        plot.set_plan(preview.plan, preview.lasts_ms, preview.limit_ua)
        self.query_one(PhaseStrip).set_phases(preview.phases)
        simulated = self._choices.simulated
        for strip in self.query(ChannelStrip):
            found = self._choices.range_of(strip.channel, simulated=simulated)
            strip.set_range(found, preview.peaks_ma[strip.channel])
        self._select(self._selected)
        self.show(self.app.control.picture)

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        self._show_channels(picture)
        self.query_one(PhaseStrip).show(picture)
        self.query_one(LogTail).show(picture)
        hint = hint_of(picture)
        self.query_one("#hint", Saying).say(hint)
        self.query_one("#about", Saying).say(self._about(picture))
        self.refresh_bindings()

    def _show_channels(self, picture: SessionPicture) -> None:
        plot = self.query_one(PlanPlot)
        for channel, of in picture.channels.items():
            if of.last is None:
                continue
            for strip in self.query(ChannelStrip):
                if strip.channel == channel:
                    strip.show(of)
            if of.last.plan_ms > 0 and of.last.plan_ms != self._plotted.get(channel):
                self._plotted[channel] = of.last.plan_ms
                plot.add_delivered(channel, of.last.plan_ms, round(of.last.amplitude_ma * 1000))
        plot.set_now(picture.plan_ms if picture.phase is not None else None)

    def _about(self, picture: SessionPicture) -> str:
        lines = [self._preview.title, f"range: {self._choices.range_from or 'the simulated person'}"]
        last = next((of.last for of in picture.channels.values() if of.last), None)
        if last is not None and last.battery_percent is not None:
            lines.append(f"battery {last.battery_percent} %")
        return "\n".join(lines)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer shows what is possible now, and nothing else acts."""
        standing = self.app.control.picture.standing
        match action:
            case "start":
                return standing is Standing.ARMED
            case "pause":
                return standing in (Standing.RAMPING, Standing.HOLD)
            case "resume":
                return standing is Standing.PAUSED
            case "less" | "more" | "less_all" | "more_all":
                return standing in (*LIVE, Standing.PAUSED)
            case "leave":
                return not self.app.control.picture.may_flow
        return True

    def action_start(self) -> None:
        self.app.control.start()

    def action_pause(self) -> None:
        self.app.control.send(say.Pause())

    def action_resume(self) -> None:
        self.app.control.resume()

    def action_less(self) -> None:
        self.app.control.send(say.Down(self._selected))

    def action_more(self) -> None:
        self.app.control.send(say.Up(self._selected))

    def action_less_all(self) -> None:
        for channel in self._channels:
            self.app.control.send(say.Down(channel))

    def action_more_all(self) -> None:
        for channel in self._channels:
            self.app.control.send(say.Up(channel))

    def action_next_channel(self) -> None:
        at = self._channels.index(self._selected)
        self._select(self._channels[(at + 1) % len(self._channels)])

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

    def _select(self, channel: int) -> None:
        self._selected = channel
        for strip in self.query(ChannelStrip):
            strip.selected = strip.channel == channel
        self.query_one(PlanPlot).select(channel if len(self._channels) > 1 else None)
