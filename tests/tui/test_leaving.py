"""Leaving a session and leaving the screen: at zero, by way of a stop, with the exit code that says so."""

import asyncio

from tui_bench import ENDED, LOST, SESSION, UNIT, ZERO, made, running, tell, worked

from stimctl.engine import messages as say
from stimctl.tui.prepare_screen import PrepareScreen
from stimctl.tui.run_screen import RunScreen


def test_an_armed_unit_that_is_left_is_let_go():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await worked(pilot)
            await tell(pilot, lines[-1], UNIT)
            await pilot.press("a")
            await tell(pilot, lines[-1], SESSION, say.Armed())
            await pilot.press("enter")
            assert lines[-1].stops == ["person"]
            assert isinstance(app.screen, PrepareScreen)

    asyncio.run(scenario())


def test_a_session_that_flows_is_not_left():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await pilot.press("enter")
            assert isinstance(app.screen, RunScreen)
            assert line.stops == []

    asyncio.run(scenario())


def left_with(*, confirmed: bool) -> int | None:
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await pilot.press("ctrl+q")
            assert line.stops == ["person"]
            assert app.is_running, "zero first"
            not_zero = say.Zero(confirmed=False, after_ms=700, advice="pads off")
            last = (ZERO, ENDED) if confirmed else (not_zero, LOST)
            await tell(pilot, line, say.Stopped(cause="person"), *last)
        return app.return_value

    return asyncio.run(scenario())


def test_the_screen_is_left_after_zero():
    assert left_with(confirmed=True) == 0


def test_zero_that_was_not_confirmed_is_exit_3_whatever_else():
    assert left_with(confirmed=False) == 3
