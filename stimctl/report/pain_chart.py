"""Pain over days as text: for a terminal, and for the screen.

Rule 1: a score is told by its mark; where two fall on one cell, the one after a session is seen.
"""

from collections.abc import Sequence
from datetime import timedelta

from stimctl.care.course import Pain

__all__ = ["pain_chart"]

_MARKS = {"day": ("■", "="), "before": ("○", "o"), "after": ("●", "*")}
_SAID = {"before": "before a session", "after": "after it", "day": "another day"}
_WORST = 10
# Few days are not drawn further apart than this.
_LEAST_DAYS = 14
_AXIS = 4


def pain_chart(pains: Sequence[Pain], width: int, rows: int = 11, *, ascii_only: bool = False) -> list[str]:
    """Lines of at most `width` characters: `rows` (3 or more) of the chart, its axis, days, and what the marks mean.

    Empty for no pains.
    """
    if not pains:
        return []
    wide = max(10, width - _AXIS)
    first, last = min(pain.on for pain in pains), max(pain.on for pain in pains)
    span = max((last - first).days, _LEAST_DAYS - 1)
    grid = [[" "] * wide for _ in range(rows)]
    for what in _MARKS:
        for pain in (one for one in pains if one.what == what):
            x = round((pain.on - first).days * (wide - 1) / span)
            grid[rows - 1 - round(pain.score * (rows - 1) / _WORST)][x] = _MARKS[what][ascii_only]
    up, corner, along = ("|", "+", "-") if ascii_only else ("│", "└", "─")
    lines = [
        f"{_label(row, rows):>2} {up}{''.join(cells)}".rstrip()
        for row, cells in zip(range(rows - 1, -1, -1), grid, strict=True)
    ]
    end = first + timedelta(days=span)
    lines.append(f"   {corner}{along * wide}")
    lines.append(f"    {first:%d %b}{f'{end:%d %b}':>{wide - 6}}")
    known = [what for what in _SAID if any(pain.what == what for pain in pains)]
    lines.append("    " + "  ".join(f"{_MARKS[what][ascii_only]} {_SAID[what]}" for what in known))
    return [line[:width] for line in lines]


def _label(row: int, rows: int) -> str:
    score = row * _WORST / (rows - 1)
    return f"{score:g}" if row in (0, rows - 1) or (rows % 2 and row == rows // 2) else ""
