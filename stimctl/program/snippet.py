"""A sentence about one spot of a text, with the line and a caret under it."""

from dataclasses import dataclass
from unicodedata import combining, east_asian_width

from stimctl.program.positions import Span, as_parsed
from stimctl.program.quoting import printable

__all__ = ["Spot", "pointed"]

# Of a longer line only what is around the spot is shown.
_WIDEST = 100
_GUTTER = "      | "


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What is said about one span of a text. `advice` is what to do about it, empty where nobody knows."""

    span: Span
    sentence: str
    advice: str


def pointed(path: str, text: str, spot: Spot) -> str:
    """`path:line:column: sentence`, then the line, and the advice behind the caret below it."""
    span, advice = spot.span, spot.advice
    lines = as_parsed(text).split("\n")
    line = lines[span.line - 1] if span.line <= len(lines) else ""
    head = f"{path}:{span.line}:{span.column}: {spot.sentence}"
    if not line.strip():
        return f"{head}; {advice}" if advice else head
    begin = span.column - 1
    cut = max(0, begin - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = printable(line[cut : cut + _WIDEST])
    dots = "…" if cut else ""
    before, marked = shown[: begin - cut], shown[begin - cut :][: span.length]
    space = " " * len(dots) + "".join("\t" if one == "\t" else " " * _cells(one) for one in before)
    carets = "^" * max(1, sum(_cells(one) for one in marked.rstrip()))
    return "\n".join(
        [
            head,
            f"{span.line:>5} | {dots}{shown}{'…' if len(line) > cut + _WIDEST else ''}",
            f"{_GUTTER}{space}{carets}{f' {advice}' if advice else ''}",
        ]
    )


def _cells(character: str) -> int:
    """How many columns of a terminal it takes."""
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
