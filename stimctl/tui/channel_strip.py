"""One channel of a running session: what flows, beside what was planned, the range, the charge, the pads.

Narrow it is one line; wide it is a card with the large figure that people look for.
"""

from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive
from textual.widget import Widget

from stimctl.engine.messages import Sample
from stimctl.model.levels import Levels
from stimctl.model.thresholds import Thresholds
from stimctl.tui.picture import ChannelPicture

__all__ = ["ChannelStrip", "range_words"]

_BAR = 18
_CARD_WIDTH = 34
_EIGHTHS = " ▏▎▍▌▋▊▉█"


class ChannelStrip(Widget):
    """`range_of` and `limit` are of this session, in its scale; `show` brings what was reported last."""

    COMPONENT_CLASSES = {"channel--figure", "channel--bar", "channel--quiet", "channel--bad"}
    can_focus = False
    selected: reactive[bool] = reactive(False)

    def __init__(self, channel: int, *, card: bool = False, ascii_only: bool = False) -> None:
        super().__init__(classes="card" if card else "line")
        self.channel = channel
        self._card, self._ascii = card, ascii_only
        self._picture = ChannelPicture(channel)
        self._range: Thresholds | Levels | None = None
        self._limit = 0.0
        self._shown: object = None

    def set_range(self, range_of: Thresholds | Levels | None, limit: float) -> None:
        """The person's range on this channel, and the highest that the plan reaches."""
        self._range, self._limit = range_of, limit
        self._shown = None
        self.refresh()

    def show(self, picture: ChannelPicture) -> None:
        """Draws only where a figure has changed and the strip is to be seen: drawing a hidden one costs a layout."""
        self._picture = picture
        seen = picture.last, self.selected
        hidden = isinstance(self.parent, Widget) and not self.parent.display
        if seen != self._shown and not hidden:
            self._shown = seen
            self.refresh()

    def render(self) -> RenderResult:
        return self._as_card() if self._card else self._as_line()

    def _as_line(self) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{self._mark()}{self.channel} ", self.get_component_rich_style("channel--figure"))
        text.append(f"{self._said(self._amount(), wide=True)} ", self.get_component_rich_style("channel--figure"))
        text.append_text(self._bar(_BAR))
        last = self._picture.last
        if last is None:
            text.append(" no report yet", self.get_component_rich_style("channel--quiet"))
            return text
        text.append(f" set {self._figure(last.planned)}  {_charge(last, 1, '')}{_pulses(last)}  ")
        text.append_text(self._pads(last))
        return text

    def _as_card(self) -> Text:
        figure, quiet = (self.get_component_rich_style(f"channel--{name}") for name in ("figure", "quiet"))
        last = self._picture.last
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{self._mark()}Channel {self.channel}  ", figure)
        text.append_text(Text("no report yet", quiet) if last is None else self._pads(last))
        text.append(f"\n {self._said(self._amount(), wide=True)}", figure)
        text.append(f"   set to {self._said(last.planned)}\n " if last else "\n ")
        text.append_text(self._bar(_CARD_WIDTH - 4))
        if self._range is not None:
            text.append(f"\n range {range_words(self._range)}, plan up to {self._figure(self._limit)}", quiet)
        text.append(f"\n {_pulses(last)}  {_charge(last, 2, ' a phase')}" if last else "\n", quiet)
        text.append(f"\n highest so far {self._said(self._picture.peak)}", quiet)
        return text

    @property
    def _in_levels(self) -> bool:
        last = self._picture.last
        return isinstance(self._range, Levels) or (last is not None and last.level is not None)

    def _figure(self, amount: float) -> str:
        return f"{amount:.0f}" if self._in_levels else f"{amount:.1f}"

    def _said(self, amount: float, *, wide: bool = False) -> str:
        """With its unit; `wide`: as wide whatever it is."""
        width = 0 if not wide else 3 if self._in_levels else 5
        figure = f"{self._figure(amount):>{width}}"
        return f"level {figure}" if self._in_levels else f"{figure} mA"

    def _amount(self) -> float:
        return self._picture.last.amount if self._picture.last else 0.0

    def _mark(self) -> str:
        if not self.selected:
            return " "
        return ">" if self._ascii else "▸"

    def _bar(self, width: int) -> Text:
        """What flows, of what the plan reaches; a mark where tingling begins."""
        top = max(self._limit, 0.1)
        filled = min(1.0, self._amount() / top) * width
        whole = int(filled)
        if self._ascii:
            bar = "#" * whole
        else:
            bar = "█" * whole + (_EIGHTHS[int((filled - whole) * 8)].strip() if whole < width else "")
        bar = bar.ljust(width)
        threshold = int(_tingling(self._range) / top * width) if self._range is not None else width
        if len(bar.rstrip()) <= threshold < width:
            bar = bar[:threshold] + ("|" if self._ascii else "╎") + bar[threshold + 1 :]
        text = Text("[" if self._ascii else "▕")
        text.append(bar, self.get_component_rich_style("channel--bar"))
        return text.append("]" if self._ascii else "▏")

    def _pads(self, last: Sample) -> Text:
        bad, quiet = self.get_component_rich_style("channel--bad"), self.get_component_rich_style("channel--quiet")
        if last.warning:
            return Text(f"{'!' if self._ascii else '▲'} PAD LIFTING", bad)
        if not last.amount:
            return Text("at zero", quiet)
        if last.contact is None:
            # nothing reads pads or load
            return Text("pads not read", quiet)
        if not last.contact:
            return Text("! NO CONTACT", bad)
        load = f" {last.load_ohm / 1000:.1f} kΩ" if last.load_ohm is not None else ""
        contact = f"{'ok' if self._ascii else '●'}{' contact' if self._card else ''}"
        return Text(f"{contact}{load}", quiet)


def _pulses(last: Sample) -> str:
    return f"{round(last.rate_hz, 1):g} Hz {last.phase_duration_us} µs"


def _charge(last: Sample, digits: int, of_what: str) -> str:
    """Nothing where it is not reported: in levels nobody knows it."""
    return "" if last.charge_nc is None else f"{last.charge_nc / 1000:.{digits}f} µC{of_what or '  '}"


def _tingling(found: Thresholds | Levels) -> float:
    return found.sensory_level if isinstance(found, Levels) else found.sensory_ua / 1000


def range_words(found: Thresholds | Levels) -> str:
    """From first tingling to the most that is comfortable."""
    if isinstance(found, Levels):
        return f"level {found.sensory_level} to {found.comfort_level}"
    return f"{found.sensory_ua / 1000:g} to {found.comfort_ua / 1000:g} mA"
