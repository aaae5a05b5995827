"""The live plot of a session: plan (dotted) against delivered (solid), limit (dashed), and now.

Rule 1: values only, and what is not known is not drawn.
Rule 2: a delivered value costs its own columns of cells, whatever came before; what looks the same is not painted.
Rule 3: a line is told by its pattern; colour comes from the theme and only repeats it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from stimctl.tui.braille import (
    ASCII_LINES,
    DOTS_UP,
    LINES,
    Axes,
    Canvas,
    DeliveredTrack,
    PlannedTrack,
    Scale,
    Span,
    Window,
    amplitude_axis,
    time_axis,
)

__all__ = ["PlanPlot"]

# When zoomed: so much before now, and so much to come.
_BEHIND_MS, _AHEAD_MS = 45_000, 15_000
# A limit that would leave the curves less than half of the height is written, not drawn.
_LIMIT_IN_SIGHT = 2
# Heading, axis and its labels.
_ROWS_AROUND = 3
_NO_PROGRAM = "no program chosen"


class _Layer(IntEnum):
    """What a cell shows; the higher wins."""

    AXIS = 0
    LIMIT = 1
    OTHER_PLAN = 2
    PLAN = 3
    NOW = 4
    OTHER_DELIVERED = 5
    DELIVERED = 6


_COMPONENT = {
    layer: f"plan-plot--{part}"
    for layer, part in zip(_Layer, ("axis", "limit", "other", "plan", "now", "other", "delivered"), strict=True)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    """What the plot is drawn with, and how its heading explains that."""

    glyphs: dict[int, str]
    axes: Axes
    plan: str
    delivered: str
    others: str
    now: str


_BRAILLE = _Signs(glyphs={_Layer.NOW: "┊"}, axes=LINES, plan="···", delivered="▬", others="▬ ▬", now="┊")
_ASCII = _Signs(
    glyphs=dict(zip(list(_Layer)[1:], "-..|*#", strict=True)),
    axes=ASCII_LINES,
    plan="...",
    delivered="#",
    others="*",
    now="|",
)


@dataclass(slots=True, kw_only=True)
class _Frame:
    """What is drawn for one size: cells, what they mean, and what stands around them.

    `now` is a column's number. `planned` is what has been worked out of the plan, by channel and column's number.
    """

    size: Size
    canvas: Canvas
    scale: Scale
    window: Window
    left: list[str]
    below: tuple[str, str]
    now: int | None
    planned: dict[tuple[int, int], Span] = field(default_factory=dict)


class PlanPlot(Widget):
    """Plan and delivered current of every channel over plan time. Any size; from 20 x 5 cells it can be read."""

    ALLOW_SELECT = False

    COMPONENT_CLASSES: ClassVar[set[str]] = set(_COMPONENT.values())

    DEFAULT_CSS = """
    PlanPlot {
        height: 1fr;
        min-height: 5;
        & > .plan-plot--plan { color: $text-primary; }
        & > .plan-plot--delivered { color: $text-warning; text-style: bold; }
        & > .plan-plot--other { color: $foreground 45%; }
        & > .plan-plot--limit { color: $text-error; }
        & > .plan-plot--now { color: $foreground; }
        & > .plan-plot--axis { color: $foreground 70%; }
        /* sixteen colours have no shades, and their blue is too dark for dots on black */
        &:ansi > .plan-plot--other { text-style: dim; }
        &:ansi:dark > .plan-plot--plan { color: $text-secondary; }
    }
    """

    def __init__(self, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ascii_only = ascii_only
        self._signs = _ASCII if ascii_only else _BRAILLE
        self._planned: dict[int, PlannedTrack] = {}
        self._delivered: dict[int, DeliveredTrack] = {}
        self._lasts_ms = 0
        self._limit_ua: int | None = None
        self._unit = "mA"
        self._highest_planned_ua = self._highest_delivered_ua = 0
        self._now_ms: int | None = None
        self._selected: int | None = None
        self._zoomed = False
        self._touched: set[int] = set()
        self._styles: dict[_Layer, Style] = {}
        self._frame: _Frame | None = None

    def set_plan(
        self,
        plan: Mapping[int, Sequence[tuple[int, int]]],
        lasts_ms: int,
        limit_ua: int | None,
        unit: str = "mA",
    ) -> None:
        """Show this plan: per channel points (ms from plan zero, µA) in order of time, straight lines between them.

        In a session in levels they are thousandths of a level, and `unit` says so.

        `lasts_ms` is the whole session's time, `limit_ua` the most that any channel may give. An empty plan, or one
        of no time, is no program. What was delivered stays: `clear_delivered` forgets it.
        """
        self._planned = {channel: PlannedTrack(points) for channel, points in plan.items()}
        self._lasts_ms, self._limit_ua, self._unit = max(0, lasts_ms), limit_ua, unit
        self._highest_planned_ua = max((track.highest_ua for track in self._planned.values()), default=0)
        self._draw_afresh()

    def add_delivered(self, channel: int, plan_ms: int, ua: int) -> None:
        """What a channel delivered (µA, from 0) at a moment of the plan (ms); what is before plan zero is not drawn.

        It is joined to the channel's last value if that is from the same moment or up to a second earlier.
        """
        if plan_ms < 0:
            return
        if channel not in self._delivered:
            self._delivered[channel] = DeliveredTrack()
        from_ms, to_ms = self._delivered[channel].add(plan_ms, ua)
        if ua > self._highest_ua:
            # with room above, or every step up would draw everything again
            self._highest_delivered_ua = ua * 9 // 8
            self._draw_afresh()
        elif self._frame is not None:
            window = self._frame.window
            self._touch(range(window.column_of(from_ms), window.column_of(to_ms) + 1))

    def clear_delivered(self) -> None:
        """Forget what was delivered: another session begins."""
        self._delivered.clear()
        self._highest_delivered_ua = 0
        self._draw_afresh()

    def set_now(self, plan_ms: int | None) -> None:
        """Where the session is in its plan, in ms from plan zero; None: nowhere."""
        self._now_ms = plan_ms
        frame = self._frame
        if frame is None:
            return
        before, frame.now = frame.now, self._now_column(frame.window)
        if frame.now == before:
            return
        first = self._first_column(frame.window)
        if first != frame.window.first:
            self._scroll(frame, first)
        self._touch(column for column in (before, frame.now) if column is not None)

    def select(self, channel: int | None) -> None:
        """The channel that is meant: it is bright, the others dim and broken. None: all are."""
        if channel != self._selected:
            self._selected = channel
            self._draw_afresh()

    def zoom(self) -> None:
        """From the whole session to the last 45 s and the next 15 s, which move along with now; or back."""
        self._zoomed = not self._zoomed
        self._draw_afresh()

    def notify_style_update(self) -> None:
        """Colours may have changed with the theme: they are asked for again."""
        super().notify_style_update()
        self._styles.clear()

    def render_line(self, y: int) -> Strip:
        """One line of the plot, as wide as the widget."""
        size, axis = self.size, self._style(_Layer.AXIS)
        if not self._planned or not self._lasts_ms:
            sentence = _NO_PROGRAM.center(size.width) if y == size.height // 2 else ""
            return Strip([Segment(sentence, axis)]).adjust_cell_length(size.width, axis)
        frame = self._frame
        if frame is None or frame.size != size:
            frame = self._frame = self._drawn(size)
        row, rows = y - 1, frame.canvas.height
        if y == 0:
            segments = [Segment(self._heading(frame), axis)]
        elif row < rows:
            runs = frame.canvas.runs(row)
            segments = [Segment(frame.left[row], axis)]
            segments += [Segment(text, self._style(_Layer(layer))) for text, layer in runs]
        else:
            segments = [Segment(frame.below[row - rows] if row - rows < len(frame.below) else "", axis)]
        return Strip(segments).adjust_cell_length(size.width, axis)

    def _style(self, layer: _Layer) -> Style:
        if layer not in self._styles:
            self._styles[layer] = self.get_component_rich_style(_COMPONENT[layer])
        return self._styles[layer]

    # -- when to draw

    def _draw_afresh(self) -> None:
        """Everything, when it is painted next."""
        self._frame = None
        self.refresh()

    def _touch(self, columns: Iterable[int]) -> None:
        """Columns to draw again, by number, when all that came in with this has been taken in."""
        if not self._touched:
            self.call_later(self._draw_touched)
        self._touched.update(columns)

    def _draw_touched(self) -> None:
        """Draw them, and have painted what looks different now."""
        touched, self._touched = self._touched, set()
        frame = self._frame
        if frame is None:
            return
        canvas, changed = frame.canvas, list[Region]()
        for column in (number - frame.window.first for number in touched):
            if not 0 <= column < canvas.width:
                continue
            before = canvas.column(column)
            self._draw(frame, column)
            rows = [row for row, cells in enumerate(canvas.column(column)) if cells != before[row]]
            if rows:
                changed.append(Region(len(frame.left[0]) + column, 1 + rows[0], 1, rows[-1] + 1 - rows[0]))
        if changed:
            self.refresh(*changed)

    def _scroll(self, frame: _Frame, first: int) -> None:
        width, moved = frame.canvas.width, first - frame.window.first
        frame.window = replace(frame.window, first=first)
        frame.below = self._below(frame.window, len(frame.left[0]))
        fresh = range(width)
        if 0 < moved < width:
            frame.canvas.scroll(moved)
            fresh = range(width - moved, width)
        for column in fresh:
            self._draw(frame, column)
        frame.planned = {key: span for key, span in frame.planned.items() if key[1] >= first}
        self.refresh()

    # -- what to draw

    def _drawn(self, size: Size) -> _Frame:
        """Everything, for this size."""
        height, ascii_only = max(1, size.height - _ROWS_AROUND), self._ascii_only
        highest_ua, limit_ua = max(self._highest_ua, 1), self._limit_ua
        if limit_ua is not None and limit_ua > highest_ua * _LIMIT_IN_SIGHT:
            limit_ua = None
        top_ua = max(highest_ua, limit_ua or 0)
        scale = Scale(top_ua=top_ua, limit_ua=limit_ua, dots=max(2, height * (1 if ascii_only else DOTS_UP)))
        left = amplitude_axis(scale, height, self._signs.axes)
        canvas = Canvas(max(1, size.width - len(left[0])), height, self._signs.glyphs, ascii_only=ascii_only)
        span_ms = min(self._lasts_ms, _BEHIND_MS + _AHEAD_MS) if self._zoomed else self._lasts_ms
        window = Window(lasts_ms=self._lasts_ms, span_ms=span_ms, cells=canvas.width)
        window = replace(window, first=self._first_column(window))
        frame = _Frame(
            size=size,
            canvas=canvas,
            scale=scale,
            window=window,
            left=left,
            below=self._below(window, len(left[0])),
            now=self._now_column(window),
        )
        for column in range(canvas.width):
            self._draw(frame, column)
        return frame

    def _draw(self, frame: _Frame, column: int) -> None:
        """One column of cells, anew."""
        canvas, scale, window = frame.canvas, frame.scale, frame.window
        number = window.first + column
        canvas.wipe(column)
        xs = range(column * canvas.across, (column + 1) * canvas.across)
        if scale.limit_dot is not None and number % 2 == 0:
            for x in xs:
                canvas.span(x, scale.limit_dot, scale.limit_dot, _Layer.LIMIT)
        for channel, track in self._planned.items():
            key = channel, number
            if key not in frame.planned:
                frame.planned[key] = track.span(*window.part_ms(number))
            planned = frame.planned[key]
            if planned is not None:
                layer = _Layer.PLAN if self._means(channel) else _Layer.OTHER_PLAN
                low, high = map(scale.dot_of, planned)
                # dotted to both sides: one dot of two across, and one of two upwards
                canvas.span(xs[0], low, high, layer, every=canvas.across)
        if number == frame.now:
            for row in range(canvas.height):
                canvas.mark(column, row, _Layer.NOW)
        for channel, known in self._delivered.items():
            meant = self._means(channel)
            # the others' line is broken, so that dimness is not all that tells it
            if not meant and number % 4 == 3 and not self._ascii_only:
                continue
            for part, x in enumerate(xs):
                delivered = known.span(*window.part_ms(number, part, canvas.across))
                if delivered is not None:
                    low, high = map(scale.dot_of, delivered)
                    canvas.span(x, low, high, _Layer.DELIVERED if meant else _Layer.OTHER_DELIVERED)

    def _first_column(self, window: Window) -> int:
        """Which column is leftmost: now has its place, but for the beginning and the end of the session."""
        now = self._now_column(window)
        if not self._zoomed or now is None:
            return 0
        behind = window.cells * _BEHIND_MS // (_BEHIND_MS + _AHEAD_MS)
        return max(0, min(now - behind, window.last + 1 - window.cells))

    def _now_column(self, window: Window) -> int | None:
        return None if self._now_ms is None else window.column_of(self._now_ms)

    def _means(self, channel: int) -> bool:
        return self._selected in (None, channel)

    @property
    def _highest_ua(self) -> int:
        return max(self._highest_planned_ua, self._highest_delivered_ua)

    # -- what stands around it

    def _below(self, window: Window, left: int) -> tuple[str, str]:
        axis, labels = time_axis(window, self._signs.axes)
        return f"{'0':>{left - 1}}{self._signs.axes.corner}{axis}", " " * left + labels

    def _heading(self, frame: _Frame) -> str:
        """What the signs mean and what is shown: the most that there is room for."""
        signs = self._signs
        zoom = f"{frame.window.span_ms // 1000} s" if self._zoomed else "whole session"
        limit = ""
        if self._limit_ua is not None:
            most = f"{self._limit_ua / 1000:g} {self._unit}"
            limit = f" limit {most}, off the scale" if frame.scale.limit_ua is None else f" limit - - {most}"
        meant = others = ""
        if self._selected is not None:
            meant = f"channel {self._selected}, "
            if len(self._planned.keys() | self._delivered.keys()) > 1:
                others = f"channel {self._selected}, others {signs.others}, "
        key = f"plan {signs.plan} delivered {signs.delivered}"
        choices = (
            (f"{key}{limit} now {signs.now} ({self._unit})", others + zoom),
            (f"{key}{limit} ({self._unit})", meant + zoom),
            (f"{key} ({self._unit})", meant + zoom),
            (f"{key} ({self._unit})", zoom),
            (f"{key} ({self._unit})", ""),
            (f"plan{signs.plan} deliv.{signs.delivered} ({self._unit})", ""),
        )
        width = frame.size.width
        fits = (choice for choice in choices if len(choice[0]) + len(choice[1]) + 2 * bool(choice[1]) <= width)
        explained, shown = next(fits, choices[-1])
        return explained + shown.rjust(width - len(explained))
