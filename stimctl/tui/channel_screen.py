"""What a session's screen and a calibration's have in common: channels, one of them selected, and the keys for them."""

from textual.binding import Binding

from stimctl.engine import messages as say
from stimctl.tui.channel_strip import ChannelStrip
from stimctl.tui.picture import ChannelPicture, SessionPicture
from stimctl.tui.standing import LIVE, Standing
from stimctl.tui.stim_screen import StimScreen

__all__ = ["ChannelScreen"]


class ChannelScreen(StimScreen):
    """Down is never refused here; Up is one step a press, and the engine says how far it may go."""

    BINDINGS = [
        Binding("s", "start", "START", id="channels.start"),
        Binding("p", "pause", "Pause", id="channels.pause"),
        Binding("r", "resume", "Resume from zero", id="channels.resume"),
        Binding("down", "less", "Less", id="channels.less", priority=True),
        Binding("up", "more", "Up", id="channels.more", priority=True),
        Binding("shift+down", "less_all", "Less on all", id="channels.less_all", show=False, priority=True),
        Binding("tab", "next_channel", "Channel", id="channels.next", priority=True),
    ]

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self._channels = channels
        self._selected = channels[0]
        # what the footer was last made for: making it anew costs more than all the rest
        self._possible: object = None

    def on_mount(self) -> None:
        self.select(self._selected)

    def select(self, channel: int) -> None:
        """The one that Up and Down mean."""
        self._selected = channel
        for strip in self.query(ChannelStrip):
            strip.selected = strip.channel == channel

    def show(self, picture: SessionPicture) -> None:
        super().show(picture)
        for strip in self.query(ChannelStrip):
            strip.show(picture.channels.get(strip.channel) or ChannelPicture(strip.channel))
        possible = picture.standing, picture.may_flow, picture.dials, self.app.control.open
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The footer shows what is possible now, and nothing else acts."""
        picture = self.app.control.picture
        standing = picture.standing
        match action:
            case "start":
                return standing is Standing.ARMED
            case "pause":
                return standing in (Standing.RAMPING, Standing.HOLD)
            case "resume":
                return standing is Standing.PAUSED and picture.dials is None
            case "less" | "more" | "less_all":
                return standing in (*LIVE, Standing.PAUSED)
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

    def action_next_channel(self) -> None:
        at = self._channels.index(self._selected)
        self.select(self._channels[(at + 1) % len(self._channels)])
