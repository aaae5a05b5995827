"""The colours: readable in both themes, and told apart by more than hue."""

import asyncio

import pytest
from textual.color import Color
from tui_bench import made, screen_text, tell, worked

from stimctl.tui.themes import THEMES

READABLE = 4.5


def luminance(colour: Color) -> float:
    """Relative luminance, 0 to 1, as WCAG 2 defines it."""
    parts = [part / 255 for part in (colour.r, colour.g, colour.b)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("colour", ["primary", "secondary", "accent", "warning", "error", "success", "foreground"])
def test_every_colour_can_be_read_on_every_ground_and_as_a_ground(theme, colour):
    for ground in ("background", "surface", "panel"):
        assert contrast(getattr(theme, colour), getattr(theme, ground)) >= READABLE


def test_the_contrast_theme_has_the_contrast():
    theme = next(theme for theme in THEMES if theme.name == "stimctl-contrast")
    assert contrast(theme.foreground, theme.background) > 20


def test_live_and_fault_differ_in_brightness_for_those_who_see_no_hue():
    # deuteranopes and protanopes keep brightness, and blue against orange
    for theme in THEMES:
        assert contrast(theme.primary, theme.error) > 1.1


@pytest.mark.parametrize("theme", ["stimctl", "stimctl-contrast", "ansi-dark", "ansi-light", "textual-light"])
@pytest.mark.parametrize("no_color", [False, True])
def test_the_words_are_the_same_in_every_theme_and_without_colours(monkeypatch, theme, no_color):
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")

    async def scenario() -> str:
        app, lines = made(theme=theme)
        async with app.run_test(size=(80, 24)) as pilot:
            await worked(pilot)
            await tell(pilot, lines[-1])
            return screen_text(app)

    text = asyncio.run(scenario())
    assert "STOP" in text
    assert "LOOKING" in text
