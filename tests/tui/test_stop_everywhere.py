"""STOP on every screen, in every modal, in a focused field; and what the screen says then. Keys through Pilot: those
that a terminal really sends go through a pty, in tests/system/test_tui_stop.py."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from known_people import NOON, known
from test_stop_gate import press_at
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input
from tui_bench import ENDED, LOST, UNIT, ZERO, made, running, sample, screen_text, tell, waits_for_dials, worked

from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.engine import messages as say
from stimctl.tui.checks import Checks
from stimctl.tui.people.forms import LimitsForm
from stimctl.tui.people.screening import ScreeningModal
from stimctl.tui.prepare_screen import PrepareScreen
from stimctl.tui.program_picker import ProgramPicker
from stimctl.tui.standing import Standing
from stimctl.tui.unit_picker import UnitPicker

KEYS = ("space", "escape", "f12", "ctrl+c")


async def nothing(pilot: Pilot[int]) -> None:
    """The session's screen as it is."""


async def notes(pilot: Pilot[int]) -> None:
    await pilot.press("n")


async def pain(pilot: Pilot[int]) -> None:
    await pilot.press("o")


async def log(pilot: Pilot[int]) -> None:
    await pilot.press("l")


async def help_panel(pilot: Pilot[int]) -> None:
    await pilot.press("f1")


async def palette(pilot: Pilot[int]) -> None:
    await pilot.press("ctrl+p")


async def a_field(pilot: Pilot[int]) -> None:
    await pilot.app.push_screen(UnitPicker())
    await pilot.pause()
    pilot.app.screen.query_one(Input).focus()


async def programs(pilot: Pilot[int]) -> None:
    await pilot.app.push_screen(ProgramPicker())
    # the list is read in a thread, and its first line tells of a program when the cursor is there
    await worked(pilot)
    await pilot.pause(0.3)


async def checks(pilot: Pilot[int]) -> None:
    await pilot.app.push_screen(Checks())


async def questions(pilot: Pilot[int]) -> None:
    await _of_somebody(pilot, lambda people, one: ScreeningModal(people, one, NOON, every=True))


async def a_form(pilot: Pilot[int]) -> None:
    await _of_somebody(pilot, lambda people, one: LimitsForm(people, one, NOON))


async def _of_somebody(pilot: Pilot[int], asked: Callable[[People, Person], Screen[bool]]) -> None:
    with TemporaryDirectory() as directory:
        await pilot.app.push_screen(asked(*known(Path(directory))))
        await pilot.pause()


async def dials(pilot: Pilot[int]) -> None:
    """The unit's own dials are waited for: nothing flows, and a person has a hand on the unit."""
    line = pilot.app.control._line
    await waits_for_dials(pilot, line)


async def dials_in_a_question(pilot: Pilot[int]) -> None:
    await dials(pilot)
    await checks(pilot)


RUNNING_PLACES = (nothing, notes, pain, log, help_panel, palette, a_field, programs, checks, questions, a_form)
PLACES = (*RUNNING_PLACES, dials, dials_in_a_question)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("key", KEYS)
def test_every_stop_key_stops_in_every_place_and_does_nothing_else(
    place: Callable[[Pilot[int]], Awaitable[None]], key: str
) -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await place(pilot)
            await pilot.pause()
            await worked(pilot)
            await pilot.pause()
            before = [row[:40] for row in screen_text(app).splitlines()[1:12]]
            screen = app.screen
            typed = [field.value for field in screen.query(Input)]
            await pilot.press(key)
            await pilot.pause()
            assert line.stops == ["person"]
            assert app.screen is screen, "the key did something else as well"
            assert [field.value for field in screen.query(Input)] == typed
            assert [row[:40] for row in screen_text(app).splitlines()[1:12]] == before
            assert app.control.picture.standing is Standing.STOPPING

    asyncio.run(scenario())


@pytest.mark.parametrize("place", PLACES)
def test_a_click_on_row_1_stops_in_every_place(place: Callable[[Pilot[int]], Awaitable[None]]) -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await place(pilot)
            await pilot.pause()
            app.post_message(press_at(0))
            await pilot.pause()
            assert line.stops == ["person"]

    asyncio.run(scenario())


@pytest.mark.parametrize("place", RUNNING_PLACES)
def test_row_1_says_how_to_stop_in_every_place(place: Callable[[Pilot[int]], Awaitable[None]]) -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await place(pilot)
            await tell(pilot, line, sample(3_000, 3.5, pulses=150))
            row = screen_text(app).splitlines()[0]
            assert "STOP Space" in row
            assert "RAMPING" in row

    asyncio.run(scenario())


def test_at_zero_space_is_an_ordinary_key() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await tell(pilot, lines[-1])
            await pilot.press("u")
            field = app.screen.query_one(Input)
            field.focus()
            field.value = ""
            await pilot.press("a", "space", "b")
            assert field.value == "a b"
            assert lines[-1].stops == []

    asyncio.run(scenario())


def test_what_is_pasted_while_output_flows_is_a_stop_and_is_not_typed() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await a_field(pilot)
            field = app.screen.query_one(Input)
            before = field.value
            app.post_message(events.Paste("more"))
            await pilot.pause()
            assert (line.stops, field.value) == (["person"], before)

    asyncio.run(scenario())


def test_at_zero_what_is_pasted_is_typed() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await a_field(pilot)
            field = app.screen.query_one(Input)
            field.value = ""
            app.post_message(events.Paste("more"))
            await pilot.pause()
            assert (lines[-1].stops, field.value) == ([], "more")

    asyncio.run(scenario())


def test_a_field_says_that_the_key_stopped_and_was_not_typed() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await running(pilot, lines)
            await a_field(pilot)
            await pilot.press("space")
            await pilot.pause()
            assert any("Space" in note.message and "STOP" in note.message for note in app._notifications)

    asyncio.run(scenario())


def test_after_a_stop_the_screen_lives_and_says_whether_zero_was_confirmed() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await pilot.press("space")
            await tell(pilot, line, say.Stopped(cause="person"), ZERO, ENDED)
            text = screen_text(app)
            assert "STOPPED" in text
            assert "confirmed by the unit after 9 ms" in text
            assert " 0.0 mA" in text

    asyncio.run(scenario())


def test_zero_that_is_not_confirmed_is_on_the_screen_with_what_to_do() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await pilot.press("space")
            advice = "switch the unit off, take the pads off"
            await tell(pilot, line, say.Stopped(cause="person"), say.Zero(confirmed=False, after_ms=700, advice=advice))
            text = screen_text(app)
            assert "NOT AT ZERO" in text.splitlines()[0]
            assert "switch the unit off and take the pads off" in text

    asyncio.run(scenario())


def test_after_a_unit_was_left_in_doubt_a_stop_key_looks_for_it_to_stop_it_again() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await tell(pilot, line, say.Fault(why="link lost"), LOST)
            assert "Space tries to stop it again" in " ".join(screen_text(app).split())
            await pilot.press("space")
            await pilot.pause()
            assert len(lines) == 2
            assert "NOT AT ZERO" in screen_text(app).splitlines()[0]
            await tell(pilot, lines[-1], UNIT)
            assert "NOT AT ZERO" not in screen_text(app)

    asyncio.run(scenario())


def test_the_preparation_does_not_say_ready_of_a_unit_in_doubt() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await tell(pilot, line, say.Fault(why="link lost"), LOST)
            await pilot.press("enter")
            await pilot.pause(0.3)
            assert isinstance(app.screen, PrepareScreen)
            text = screen_text(app)
            assert "Ready" not in text
            assert "switch the unit off and take the pads off" in text

    asyncio.run(scenario())


def test_the_checks_do_not_say_that_esc_leaves_while_it_is_a_stop() -> None:
    async def scenario() -> None:
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await checks(pilot)
            assert "Esc is STOP; Enter in a field keeps what is said" in screen_text(app)
            await tell(pilot, line, ZERO, ENDED)
            assert "Esc keeps what is said and leaves." in screen_text(app)

    asyncio.run(scenario())
