"""A canvas of dots for terminals, in braille or in ASCII, with its scales and axes, and what falls in its columns.

Rule 1: no Textual and no colour; a cell has a layer, and whoever paints gives layers their colours.
Rule 2: current is never drawn on the row of zero, and what is over the limit never on the limit's or below.
Rule 3: dots count from the left and from the bottom, cells from the left and from the top.
Rule 4: what is not known is not drawn, and nothing is joined over a hole of more than a second.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from stimctl.tui.words import clock

__all__ = [
    "ASCII_LINES",
    "Axes",
    "Canvas",
    "DOTS_UP",
    "DeliveredTrack",
    "LINES",
    "PlannedTrack",
    "Scale",
    "Span",
    "Window",
    "amplitude_axis",
    "steps_of_1_2_5",
    "time_axis",
]

Span = tuple[int, int] | None
"""The least and the greatest in a part of the time, in µA; None where nothing is known."""

_BLANK = 0x2800
# A braille cell's dots: the bit of each, from the bottom up, left and right.
_BRAILLE = ((64, 4, 2, 1), (128, 32, 16, 8))
_ONE_DOT = ((1,),)
DOTS_UP = len(_BRAILLE[0])
"""Rows of dots in a row of braille cells; in ASCII there is one."""

# What people divide time by.
_TIME_STEPS_MS = tuple(1000 * s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400))
# A label of time may be this near to the next, in cells.
_BETWEEN_LABELS = 2
# Five samples a second come in; a second without any is a hole.
_HOLE_MS = 1_000
# Half of the time between two samples, and finer than a dot of 60 s on 200 cells.
_SLOT_MS = 100
# A little over an hour of slots; 320 kB a channel is the most that is kept. A longer session has wider slots.
_MOST_SLOTS = 40_000
_UNKNOWN_LOW = 2**31 - 1
_UNKNOWN_HIGH = -1


class Canvas:
    """`width` x `height` cells, each of 2 x 4 braille dots or, with `ascii_only`, of one dot.

    A cell belongs to the highest layer (1..255) that was drawn in it; 0 is blank. `glyphs` gives a layer a character
    of its own in place of braille; with `ascii_only` every layer that is drawn needs one. What lies outside is not
    drawn.
    """

    def __init__(self, width: int, height: int, glyphs: Mapping[int, str], *, ascii_only: bool = False) -> None:
        self.width, self.height = width, height
        self._bits = _ONE_DOT if ascii_only else _BRAILLE
        self.across, self.up = len(self._bits), len(self._bits[0])
        self._glyphs = dict(glyphs)
        # column after column, so that one column is one slice
        self._dots = bytearray(width * height)
        self._layers = bytearray(width * height)

    def dot(self, x: int, y: int, layer: int) -> None:
        """One dot."""
        self.span(x, y, y, layer)

    def span(self, x: int, low: int, high: int, layer: int, every: int = 1) -> None:
        """The dots of one column of dots from `high` down to `low`, or every so many of them; both ends in any case."""
        if not 0 <= x < self.width * self.across:
            return
        self._lay(x, low, layer)
        for y in range(high, low, -every):
            self._lay(x, y, layer)

    def line(self, x0: int, y0: int, x1: int, y1: int, layer: int) -> None:
        """A straight line without holes, from one dot to another, in either direction."""
        if x0 > x1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        steps = max(x1 - x0, abs(y1 - y0), 1)
        for step in range(steps + 1):
            self.dot(x0 + (x1 - x0) * step // steps, y0 + (y1 - y0) * step // steps, layer)

    def mark(self, column: int, row: int, layer: int) -> None:
        """A cell for a layer that has a glyph of its own; leaves dots alone, and higher layers too."""
        if 0 <= column < self.width and 0 <= row < self.height:
            at = column * self.height + row
            self._layers[at] = max(self._layers[at], layer)

    def wipe(self, column: int) -> None:
        """Nothing in this column of cells any more."""
        part = self._slice(column)
        self._dots[part] = self._layers[part] = bytes(self.height)

    def column(self, column: int) -> list[tuple[int, int]]:
        """The cells of a column, from the top: to compare with what will be there later."""
        part = self._slice(column)
        return list(zip(self._dots[part], self._layers[part], strict=True))

    def scroll(self, columns: int) -> None:
        """Everything moves so many cells (0..width) to the left; what comes in is blank."""
        for cells in (self._dots, self._layers):
            del cells[: columns * self.height]
            cells.extend(bytes(columns * self.height))

    def row(self, row: int) -> tuple[str, bytes]:
        """The characters of a row of cells, from the left, and the layer of each."""
        layers = bytes(self._layers[row :: self.height])
        glyphs = self._glyphs
        return "".join(
            (glyphs.get(layer) or chr(_BLANK + dots)) if layer else " "
            for dots, layer in zip(self._dots[row :: self.height], layers, strict=True)
        ), layers

    def runs(self, row: int) -> Iterator[tuple[str, int]]:
        """A row in pieces of one layer each; blanks go with what stands before them."""
        text, layers = self.row(row)
        began, current = 0, layers[0] if layers else 0
        for at, layer in enumerate(layers):
            if layer and layer != current:
                if at > began:
                    yield text[began:at], current
                began, current = at, layer
        yield text[began:], current

    def _lay(self, x: int, y: int, layer: int) -> None:
        row = self.height - 1 - y // self.up
        if 0 <= row < self.height:
            at = x // self.across * self.height + row
            self._dots[at] |= self._bits[x % self.across][y % self.up]
            self._layers[at] = max(self._layers[at], layer)

    def _slice(self, column: int) -> slice:
        return slice(column * self.height, (column + 1) * self.height)


class Axes(NamedTuple):
    """The characters of the axes: upright, with a tick to the left; their corner; level, with a tick downwards."""

    side: str
    tick: str
    corner: str
    line: str
    down: str


LINES = Axes(*"│┤┼─┬")
ASCII_LINES = Axes(*"|++-+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Amplitudes from 0 to `top_ua` (1 at least) on so many rows of dots (2 at least). A limit is 0..`top_ua`."""

    top_ua: int
    limit_ua: int | None
    dots: int

    def dot_of(self, ua: int) -> int:
        """The row of dots of an amplitude from 0 up, in µA; see rule 2. What is over the top is in the top row."""
        dot = max(self._nearest(ua), 1 if ua > 0 else 0)
        limit = self.limit_dot
        if limit is not None and self.limit_ua is not None:
            dot = max(dot, limit + 1) if ua > self.limit_ua else min(dot, limit)
        return min(dot, self.dots - 1)

    @property
    def limit_dot(self) -> int | None:
        """The row of the limit, with room above where the scale goes on; None without a limit."""
        if self.limit_ua is None:
            return None
        return min(max(self._nearest(self.limit_ua), 1), self.dots - (2 if self.limit_ua < self.top_ua else 1))

    def _nearest(self, ua: int) -> int:
        # what is half-way goes down: half of the top then has its label half-way between the top's and zero's
        return (2 * ua * (self.dots - 1) + self.top_ua - 1) // (2 * self.top_ua)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Time in columns of cells: `cells` of them hold `span_ms` of a session of `lasts_ms`; all are 1 or more.

    Columns are numbered from plan zero, so that a column keeps its number and its contents when the window moves;
    the one numbered `first` is leftmost.
    """

    lasts_ms: int
    span_ms: int
    cells: int
    first: int = 0

    @property
    def last(self) -> int:
        """The number of the session's last column, in this window or not."""
        return (self.lasts_ms * self.cells - 1) // self.span_ms

    def column_of(self, at_ms: int) -> int:
        """The number of the column that holds an instant: the last that begins no later, and none after the end."""
        return min(((at_ms + 1) * self.cells - 1) // self.span_ms, self.last)

    def part_ms(self, column: int, part: int = 0, parts: int = 1) -> tuple[int, int | None]:
        """When a part of a column (0.., of so many) begins and ends; the very last never does: it has what is late."""
        after = column * parts + part + 1
        ends_ms = None if after == (self.last + 1) * parts else after * self.span_ms // (self.cells * parts)
        return (after - 1) * self.span_ms // (self.cells * parts), ends_ms


class PlannedTrack:
    """One channel of a plan: points (ms, µA) sorted by time, straight lines between them, nothing outside."""

    def __init__(self, points: Iterable[tuple[int, int]]) -> None:
        self._times: list[int] = []
        self._values: list[int] = []
        for at_ms, ua in points:
            self._times.append(at_ms)
            self._values.append(ua)
        self.highest_ua = max(self._values, default=0)

    def span(self, from_ms: int, to_ms: int | None) -> Span:
        """The least and the greatest planned from one instant until before another (None: ever after), in µA."""
        first = bisect_left(self._times, from_ms)
        after = len(self._times) if to_ms is None else bisect_left(self._times, to_ms)
        found = self._values[first:after]
        if 0 < first < len(self._times):
            found.append(self._between(first, from_ms))
        if to_ms is not None and 0 < after < len(self._times):
            found.append(self._between(after, to_ms))
        return (min(found), max(found)) if found else None

    def _between(self, after: int, at_ms: int) -> int:
        start_ms, start_ua = self._times[after - 1], self._values[after - 1]
        rise_ua = self._values[after] - start_ua
        return start_ua + rise_ua * (at_ms - start_ms) // (self._times[after] - start_ms)


class DeliveredTrack:
    """What one channel delivered, as the least and the greatest in each slot of time: as much memory as it is long."""

    def __init__(self) -> None:
        self.slot_ms = _SLOT_MS
        self._lows: array[int] = array("i")
        self._highs: array[int] = array("i")
        self._last: tuple[int, int] | None = None

    def add(self, at_ms: int, ua: int) -> tuple[int, int]:
        """A value (µA, from 0) at an instant (ms, from 0); the first and the last ms of what it changes.

        It is joined to the value that came before it if that is no later, and earlier by a second at most.
        """
        from_ms, from_ua = at_ms, ua
        if self._last is not None and 0 <= at_ms - self._last[0] <= _HOLE_MS:
            from_ms, from_ua = self._last
        self._last = (at_ms, ua)
        while at_ms // self.slot_ms >= _MOST_SLOTS:
            self._widen()
        missing = at_ms // self.slot_ms + 1 - len(self._lows)
        if missing > 0:
            self._lows.extend([_UNKNOWN_LOW] * missing)
            self._highs.extend([_UNKNOWN_HIGH] * missing)
        first, last = from_ms // self.slot_ms, at_ms // self.slot_ms
        for slot in range(first, last + 1):
            for end_ms in (max(from_ms, slot * self.slot_ms), min(at_ms, (slot + 1) * self.slot_ms)):
                self._take(slot, from_ua + (ua - from_ua) * (end_ms - from_ms) // max(1, at_ms - from_ms))
        self._take(last, ua)
        return first * self.slot_ms, (last + 1) * self.slot_ms - 1

    def span(self, from_ms: int, to_ms: int | None) -> Span:
        """The least and the greatest delivered from one instant until before another (None: ever after), in µA.

        Of the slots that begin there; a part of a slot has what the whole slot has.
        """
        first = -(-from_ms // self.slot_ms)
        after = len(self._lows) if to_ms is None else -(-to_ms // self.slot_ms)
        if first >= after:
            first, after = from_ms // self.slot_ms, from_ms // self.slot_ms + 1
        high = max(self._highs[first:after], default=_UNKNOWN_HIGH)
        return None if high == _UNKNOWN_HIGH else (min(self._lows[first:after]), high)

    def _take(self, slot: int, ua: int) -> None:
        self._lows[slot] = min(self._lows[slot], ua)
        self._highs[slot] = max(self._highs[slot], ua)

    def _widen(self) -> None:
        """Slots of twice the time, half as many."""
        self.slot_ms *= 2
        for kept, filler, best in ((self._lows, _UNKNOWN_LOW, min), (self._highs, _UNKNOWN_HIGH, max)):
            if len(kept) % 2:
                kept.append(filler)
            kept[:] = array("i", map(best, kept[::2], kept[1::2]))


def amplitude_axis(scale: Scale, rows: int, axes: Axes) -> list[str]:
    """What stands left of so many rows of cells, all as wide: mA at 1-2-5 steps, and not at 0, which is below them."""
    ticks_ua = steps_of_1_2_5(scale.top_ua, max(1, rows // 2))
    decimals = next((n for n in range(3) if all(ua % 10 ** (3 - n) == 0 for ua in ticks_ua)), 3)
    labels = [f"{ua / 1000:.{decimals}f}" for ua in ticks_ua]
    width = max(map(len, labels))
    left = [" " * width + axes.side] * rows
    for ua, label in zip(ticks_ua[1:], labels[1:], strict=True):
        left[rows - 1 - scale.dot_of(ua) * rows // scale.dots] = label.rjust(width) + axes.tick
    return left


def steps_of_1_2_5(top: int, most: int) -> list[int]:
    """0 and the multiples of the smallest 1, 2 or 5 times a power of ten of which at most `most` (1..) reach `top`."""
    step, factors = 1, (2, 5, 10)
    while top // step > most:
        power = 10 ** (len(str(step)) - 1)
        step = next(factor * power for factor in factors if factor * power > step)
    return list(range(0, top + 1, step))


def time_axis(window: Window, axes: Axes) -> tuple[str, str]:
    """An axis and its labels (m:ss) below, both as wide as the window; ticks from 0 to the session's end at most."""
    widest = len(clock(window.lasts_ms)) + _BETWEEN_LABELS
    step_ms = next((s for s in _TIME_STEPS_MS if s * window.cells >= widest * window.span_ms), _TIME_STEPS_MS[-1])
    axis, labels = [axes.line] * window.cells, ""
    for at_ms in range(0, window.lasts_ms + 1, step_ms):
        column, label = window.column_of(at_ms) - window.first, clock(at_ms)
        if 0 <= column < window.cells:
            axis[column] = axes.down
            if len(labels) <= column and column + len(label) <= window.cells:
                labels = labels.ljust(column) + label
    return "".join(axis), labels.ljust(window.cells)
