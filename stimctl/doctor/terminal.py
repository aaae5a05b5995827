"""The terminal: what kind, how large, which letters, and whether tmux holds a stop key back."""

import codecs
from collections.abc import Mapping

from stimctl.doctor.finding import Finding, fine, not_applicable, warning

__all__ = ["encoding", "kind", "size", "tmux"]

_NO_SCREEN = ("", "dumb", "unknown")
# What the screen is made for, and the least that it can be used at (docs/tui.md).
_MADE_FOR, _LEAST = (80, 24), (40, 10)
# tmux waits so long after Escape to see whether more comes; it waited 500 ms before 3.5, and 10 since.
_LONG_ESCAPE_MS = 50


def kind(environment: Mapping[str, str], *, is_terminal: bool) -> Finding:
    """TERM and colours."""
    name = "terminal"
    if not is_terminal:
        return not_applicable(name, "this is no terminal")
    term = environment.get("TERM", "")
    if term in _NO_SCREEN:
        return warning(
            name,
            f"TERM is {term or 'not set'}: the screen cannot be drawn in it",
            "stimctl run and simulate need no screen. In most terminal programs this is right:",
            ["export TERM=xterm-256color"],
        )
    if environment.get("NO_COLOR"):
        return fine(name, f"{term}; NO_COLOR is set, so without colours")
    if environment.get("COLORTERM") in ("truecolor", "24bit"):
        return fine(name, f"{term}, all colours")
    if "256" in term or term == "xterm-kitty":
        return fine(name, f"{term}, 256 colours")
    return fine(name, f"{term}, 16 colours", "This theme is made for them:", ["stimctl tui --theme ansi-dark"])


def size(columns_and_rows: tuple[int, int] | None) -> Finding:
    """How much of the screen there is room for; None where there is no terminal."""
    name = "terminal size"
    if columns_and_rows is None:
        return not_applicable(name, "this is no terminal")
    columns, rows = columns_and_rows
    found = f"{columns} x {rows}"
    if columns < _LEAST[0] or rows < _LEAST[1]:
        least = f"{_LEAST[0]} x {_LEAST[1]}"
        return warning(name, f"{found}: below {least} the screen cannot be used", "Make the window larger.")
    if columns < _MADE_FOR[0] or rows < _MADE_FOR[1]:
        made_for = f"{_MADE_FOR[0]} x {_MADE_FOR[1]}"
        return warning(name, f"{found}: below {made_for} the plot and the log are left out", "Make the window larger.")
    return fine(name, found)


def encoding(name_of_it: str) -> Finding:
    """Which letters it can show."""
    name = "encoding"
    try:
        known = codecs.lookup(name_of_it).name
    except LookupError:
        known = ""
    if known == "utf-8":
        return fine(name, "UTF-8")
    return warning(
        name,
        f"{name_of_it or 'unknown'}: plots, and letters like the Greek one of microampere, come out wrong",
        "Take a locale with UTF-8, or the screen in plain letters:",
        ["export LC_ALL=C.UTF-8", "stimctl tui --ascii"],
    )


def tmux(environment: Mapping[str, str], escape_ms: int | None) -> Finding:
    """`escape_ms` is its escape-time; None where it did not say."""
    name = "tmux"
    if not environment.get("TMUX"):
        return not_applicable(name, "this is not in tmux")
    if escape_ms is not None and escape_ms <= _LONG_ESCAPE_MS:
        return fine(name, f"holds Escape back for {escape_ms} ms")
    found = (
        "did not say for how long it holds Escape back" if escape_ms is None else f"holds Escape back {escape_ms} ms"
    )
    return warning(
        name,
        found,
        "Escape is a STOP key on the screen (Space, F12 and Ctrl+C are not held back). Let it through:",
        ["tmux set -s escape-time 10", "echo 'set -s escape-time 10' >> ~/.tmux.conf"],
    )
