"""Figures of the report as SVG text: no library, no script, readable in black and white.

Rule 1: a line is told by its pattern and its marks, and named in the figure; grey only repeats it.
Rule 2: what people typed never comes here: numbers and days only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

__all__ = ["Line", "over_days", "over_time"]

_WIDE, _HIGH = 640, 216
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 26, 22, 44
_MOST_POINTS = 400


@dataclass(frozen=True, slots=True)
class Line:
    """A named series; `dash` and `mark` tell it from the others, `behind` is drawn broad and light."""

    name: str
    points: tuple[tuple[float, float], ...]
    dash: str = ""
    mark: str = "circle"
    behind: bool = False


def over_days(lines: Sequence[Line], first: date, last: date, most: float, unit: str) -> str:
    """Series over days: x is the number of days since `first`."""
    days = max(1, (last - first).days)
    ticks = {float(day): (date.fromordinal(first.toordinal() + day)).strftime("%d %b") for day in _steps(days, 6)}
    return _figure(lines, (0.0, float(days)), most, ticks, unit, marks=True)


def over_time(lines: Sequence[Line], minutes: float, most: float, unit: str) -> str:
    """Series over the minutes of a session."""
    ticks = {float(at): f"{at} min" for at in _steps(max(1, int(minutes)), 5)}
    return _figure(lines, (0.0, max(minutes, 0.1)), most, ticks, unit, marks=False)


def _figure(
    lines: Sequence[Line],
    span: tuple[float, float],
    most: float,
    ticks: Mapping[float, str],
    unit: str,
    *,
    marks: bool,
) -> str:
    most = _round(most)
    wide, high = _WIDE - _LEFT - _RIGHT, _HIGH - _TOP - _BOTTOM

    def x(value: float) -> float:
        return round(_LEFT + wide * (value - span[0]) / (span[1] - span[0]), 1)

    def y(value: float) -> float:
        return round(_TOP + high * (1 - value / most), 1)

    parts = [f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" xmlns="http://www.w3.org/2000/svg">']
    for quarter in range(5):
        value = most * quarter / 4
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y(value)}" y2="{y(value)}"/>')
        parts.append(f'<text class="axis" x="{_LEFT - 6}" y="{y(value) + 4}" text-anchor="end">{value:.3g}</text>')
    parts.append(f'<text class="axis" x="{_LEFT - 6}" y="{_TOP - 10}" text-anchor="end">{unit}</text>')
    for at, said in ticks.items():
        parts.append(f'<text class="axis" x="{x(at)}" y="{_HIGH - _BOTTOM + 15}" text-anchor="middle">{said}</text>')
    for line in lines:
        points = _thinned(line.points)
        path = " ".join(f"{x(at)},{y(min(value, most))}" for at, value in points)
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        parts.append(f'<polyline class="{"behind" if line.behind else "line"}" points="{path}"{dash}/>')
        if marks:
            parts += [_mark(line.mark, x(at), y(min(value, most))) for at, value in points]
    at_px = float(_LEFT)
    for line in lines:
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        kind, low = "behind" if line.behind else "line", _HIGH - 10
        parts.append(f'<line class="{kind}" x1="{at_px}" x2="{at_px + 24}" y1="{low}" y2="{low}"{dash}/>')
        if marks:
            parts.append(_mark(line.mark, at_px + 12, _HIGH - 10))
        parts.append(f'<text class="axis" x="{at_px + 29}" y="{_HIGH - 6}">{line.name}</text>')
        at_px += 50 + 7 * len(line.name)
    return "".join([*parts, "</svg>"])


def _round(most: float) -> float:
    """The next number of which quarters are easy to read."""
    for step in (1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 60, 80, 100):
        if most <= step:
            return float(step)
    return most


def _mark(kind: str, x: float, y: float) -> str:
    match kind:
        case "square":
            return f'<rect class="mark" x="{x - 3.5}" y="{y - 3.5}" width="7" height="7"/>'
        case "open":
            return f'<circle class="open" cx="{x}" cy="{y}" r="4"/>'
        case _:
            return f'<circle class="mark" cx="{x}" cy="{y}" r="3.5"/>'


def _steps(last: int, most: int) -> list[int]:
    """Whole numbers from 0 to `last`, at most about so many, evenly."""
    step = max(1, -(-last // most))
    return list(range(0, last + 1, step))


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """The highest of every few: nothing that was delivered looks lower than it was."""
    if len(points) <= _MOST_POINTS:
        return points
    group = -(-len(points) // _MOST_POINTS)
    return [max(points[at : at + group], key=lambda point: point[1]) for at in range(0, len(points), group)]
