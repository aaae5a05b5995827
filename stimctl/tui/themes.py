"""Colours: one for everybody (blue and orange, told apart by colour-blind people too), one of high contrast."""

from textual.theme import BUILTIN_THEMES, Theme

__all__ = ["ANSI_THEMES", "DEFAULT_THEME", "THEMES", "theme_names"]

# They take the terminal's own 16 colours; Textual has to know of it before anything is drawn.
ANSI_THEMES = ("ansi-dark", "ansi-light")

THEMES = (
    Theme(
        name="stimctl",
        primary="#4c9be8",
        secondary="#7fb2e5",
        accent="#f2a13b",
        warning="#f2c14e",
        error="#ff7f50",
        success="#4c9be8",
        foreground="#e6e9ee",
        background="#11151c",
        surface="#171c25",
        panel="#202733",
        dark=True,
        variables={"border-blurred": "#39424f", "footer-key-foreground": "#f2a13b"},
    ),
    Theme(
        name="stimctl-contrast",
        primary="#ffffff",
        secondary="#ffffff",
        accent="#ffff00",
        warning="#ffff00",
        error="#ff8c00",
        success="#ffffff",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
        variables={"border-blurred": "#ffffff", "footer-key-foreground": "#ffff00"},
    ),
)

DEFAULT_THEME = THEMES[0].name


def theme_names() -> tuple[str, ...]:
    """Ours first, then Textual's."""
    return (*(theme.name for theme in THEMES), *sorted(BUILTIN_THEMES))
