"""Row 1, the same on every screen and modal: how to stop, where the session stands, time, link."""

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from stimctl.tui.picture import SessionPicture
from stimctl.tui.standing import LIVE, Standing
from stimctl.tui.words import boot_words, clock

__all__ = ["StatusBar"]

_WIDE = 110
_OLD_MS = 600


class StatusBar(Widget):
    """Shows a picture; a press on it is a stop while output flows (see StopGate)."""

    COMPONENT_CLASSES = {"status--stop", "status--quiet", "status--wait", "status--live", "status--fault"}
    can_focus = False

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._picture = SessionPicture()
        self._silent_ms = 0
        self._shown = ""

    def show(self, picture: SessionPicture, silent_ms: int = 0) -> None:
        """`silent_ms`: for how long nothing has come from the unit, while something should."""
        self._picture, self._silent_ms = picture, silent_ms
        line = self._line().markup
        if line != self._shown:
            self._shown = line
            self.refresh()

    def render(self) -> RenderResult:
        return self._line()

    def _line(self) -> Text:
        picture, wide = self._picture, self.size.width >= _WIDE
        text = Text(no_wrap=True, overflow="ellipsis")
        # at zero Space, Esc and the row are ordinary
        flowing = "STOP  Space Esc F12 or click here" if wide else "STOP Space F12"
        keys = flowing if picture.may_flow else "STOP F12"
        text.append(f"{'#' if self._ascii else '■'} {keys} ", self.get_component_rich_style("status--stop"))
        text.append(" ")
        text.append(f" {self._standing()} ", self.get_component_rich_style(f"status--{self._tone()}"))
        bar = " | " if self._ascii else " │ "
        if picture.duration_ms:
            gone = "" if picture.by_hand else f"{clock(picture.plan_ms)} / {clock(picture.duration_ms)}  "
            text.append(f"{bar}{gone}left {clock(picture.left_ms)}")
        if picture.session is not None and wide:
            text.append(f"{bar}{picture.session.title}")
        text.append(bar + self._link())
        return text

    def _standing(self) -> str:
        look = self._picture.standing.value
        glyph = look.plain if self._ascii else look.glyph
        ramp_s = -(-self._picture.ramp_left_ms // 1000) if self._picture.standing is Standing.RAMPING else 0
        word = look.word
        if self._picture.by_hand and self._picture.standing in LIVE:
            word = "BY HAND"
        elif self._picture.dials is not None and self._picture.standing is Standing.PAUSED:
            word = "SET DIALS"
        return f"{glyph} {word}{f' {ramp_s} s' if ramp_s else ''}"

    def _tone(self) -> str:
        return self._picture.standing.value.tone

    def _link(self) -> str:
        picture = self._picture
        if picture.waiting is not None:
            return boot_words(picture.waiting)
        if picture.unit is None:
            return "no unit" if picture.over or picture.standing is Standing.NO_UNIT else "looking for the unit"
        kind = "SIMULATED" if picture.unit.simulated else f"unit {picture.unit.serial_number}"
        if picture.standing in LIVE and self._silent_ms > _OLD_MS:
            return f"{kind} silent {self._silent_ms / 1000:.1f} s"
        rtt_us = picture.link.rtt_us if picture.link is not None else None
        return kind if rtt_us is None else f"{kind} {rtt_us / 1000:.0f} ms"
