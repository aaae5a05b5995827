"""A plot in text: columns of eighths over time, with an axis of milliamperes. No colour, for any terminal."""

from collections.abc import Iterable, Sequence

from stimctl.cli.words import clock
from stimctl.clock import MS
from stimctl.model.segment import Segment

__all__ = ["columns_of", "plot"]

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_PLAIN = " ......##"


def columns_of(segments: Iterable[Segment], end_ns: int, width: int) -> list[tuple[int, int]]:
    """The lowest and the highest planned amplitude in each of `width` equal parts of the time, µA."""
    lows, highs = [0] * width, [0] * width
    seen = [False] * width
    for segment in segments:
        first = segment.start_ns * width // end_ns
        last = min(width - 1, (segment.end_ns - 1) * width // end_ns)
        low = min(segment.amplitude_start_ua, segment.amplitude_end_ua)
        for column in range(first, last + 1):
            highs[column] = max(highs[column], segment.top_ua)
            lows[column] = min(lows[column], low) if seen[column] else low
            seen[column] = True
    return list(zip(lows, highs, strict=True))


def plot(
    columns: Sequence[tuple[int, int]], end_ns: int, height: int = 8, *, ascii_only: bool = False, unit: str = "mA"
) -> list[str]:
    """The lines of a plot. A column is full up to its lowest value, and lighter from there to its highest."""
    glyphs = _PLAIN if ascii_only else _EIGHTHS
    light = ":" if ascii_only else "░"
    top_ua = max((high for _, high in columns), default=0) or 1
    lines: list[str] = []
    for row in range(height - 1, -1, -1):
        label = f"{top_ua * (row + 1) / height / 1000:6.1f} " if row in (height - 1, height // 2 - 1) else " " * 7
        lines.append(
            f"{label}│" + "".join(_cell(low, high, row, height, top_ua, glyphs, light) for low, high in columns)
        )
    lines.append(f"{unit:>6} └" + "─" * len(columns))
    lines.append(f"{'min':>6}  " + _ticks(end_ns, len(columns)))
    if ascii_only:
        lines = [line.replace("│", "|").replace("└", "+").replace("─", "-") for line in lines]
    return lines


def _ticks(end_ns: int, width: int) -> str:
    """The quarters of the time, each where it belongs if there is room; the end in any case, flush right."""
    last = clock(end_ns // MS)
    last_at = width - len(last)
    text = ""
    for quarter in range(4):
        label, at = clock(end_ns * quarter // 4 // MS), width * quarter // 4
        if at + len(label) < last_at:
            text = f"{text:<{at}}{label}"
    return f"{text:<{max(0, last_at)}}{last}"


def _cell(low: int, high: int, row: int, height: int, top_ua: int, glyphs: str, light: str) -> str:
    eighths = high * height * 8 // top_ua - row * 8
    if eighths <= 0:
        return " "
    if eighths >= 8:
        return glyphs[8] if low * height > row * top_ua else light
    return glyphs[eighths]
