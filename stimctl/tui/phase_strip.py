"""The phases of a session in one line or two: what is over, what runs and how far, what comes."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from stimctl.tui.picture import SessionPicture
from stimctl.tui.words import clock

__all__ = ["PhaseSpan", "PhaseStrip"]

_BAR = 12


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase of the plan: from when until when, in ms of session time."""

    name: str
    depth: str
    start_ms: int
    end_ms: int


class PhaseStrip(Widget):
    """`set_phases` once a program; `show` moves it on."""

    COMPONENT_CLASSES = {"phase--now", "phase--quiet"}
    can_focus = False

    def __init__(self, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._phases: Sequence[PhaseSpan] = ()
        self._picture = SessionPicture()
        self._shown: object = None

    def set_phases(self, phases: Sequence[PhaseSpan]) -> None:
        self._phases = phases
        self.refresh()

    def show(self, picture: SessionPicture) -> None:
        self._picture = picture
        seen = picture.plan_ms // 1000, picture.ramp_left_ms // 1000, picture.standing
        if seen != self._shown:
            self._shown = seen
            self.refresh()

    def render(self) -> RenderResult:
        at_ms, begun = self._picture.plan_ms, self._picture.phase is not None
        text, now = Text(no_wrap=True, overflow="ellipsis"), Text()
        over, runs, comes = ("v", ">", "o") if self._ascii else ("✔", "▶", "○")
        for phase in self._phases:
            lasts = clock(phase.end_ms - phase.start_ms)
            if begun and phase.start_ms <= at_ms < phase.end_ms:
                text.append(f" {runs} {phase.name} {lasts} ", self.get_component_rich_style("phase--now"))
                now = self._now(phase, at_ms)
            else:
                glyph = over if begun and at_ms >= phase.end_ms else comes
                text.append(f" {glyph} {phase.name} {lasts} ", self.get_component_rich_style("phase--quiet"))
        return text.append("\n").append_text(now)

    def _now(self, phase: PhaseSpan, at_ms: int) -> Text:
        done = (at_ms - phase.start_ms) / max(1, phase.end_ms - phase.start_ms)
        filled = round(done * _BAR)
        bar = ("#" * filled).ljust(_BAR, ".") if self._ascii else "█" * filled + "░" * (_BAR - filled)
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"   {phase.name} ({phase.depth}) {bar} {done:.0%}, left {clock(phase.end_ms - at_ms)}")
        if self._picture.ramp_left_ms:
            text.append(f", ramp {-(-self._picture.ramp_left_ms // 1000)} s more")
        following = next((one for one in self._phases if one.start_ms >= phase.end_ms), None)
        return text.append(f", then {following.name}" if following else "")
