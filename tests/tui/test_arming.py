"""From the first screen to an armed unit: two deliberate steps, of what was shown and confirmed."""

import asyncio

from tui_bench import SESSION, UNIT, made, tell, worked

from stimctl.engine import messages as say
from stimctl.program.loader import load
from stimctl.tui.prepare_screen import PrepareScreen
from stimctl.tui.run_screen import RunScreen


def sent(line) -> list[type]:
    return [type(command) for command in line.commands]


def test_a_program_that_is_chosen_after_arming_is_not_the_one_that_runs():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await worked(pilot)
            await pilot.press("a")
            app.choices.take(load("tap"))
            await tell(pilot, lines[-1], UNIT)
            assert [command.plan.title for command in lines[-1].commands] == ["Demo"]

    asyncio.run(scenario())


def test_arming_and_starting_are_two_keys_and_neither_is_the_other():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await worked(pilot)
            await tell(pilot, lines[-1], UNIT)
            await pilot.press("s", "a", "a", "s", "s")
            assert isinstance(app.screen, RunScreen)
            await tell(pilot, lines[-1], SESSION)
            await pilot.press("s", "a")
            assert sent(lines[-1]) == [say.Prepare, say.Arm]
            await tell(pilot, lines[-1], say.Armed())
            await pilot.press("a")
            assert sent(lines[-1]) == [say.Prepare, say.Arm]
            await pilot.press("s")
            assert sent(lines[-1]) == [say.Prepare, say.Arm, say.Start]

    asyncio.run(scenario())


def test_a_real_unit_is_not_armed_before_everything_is_confirmed():
    async def scenario():
        app, lines = made(device="/dev/ttyUSB7")
        async with app.run_test(size=(80, 24)) as pilot:
            await tell(pilot, lines[-1], say.Unit(**{**_fields(UNIT), "simulated": False}))
            await pilot.press("a")
            assert isinstance(app.screen, PrepareScreen)
            assert lines[-1].commands == []

    asyncio.run(scenario())


def test_a_unit_that_turns_out_to_be_real_is_not_armed_on_a_simulated_ones_terms():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await worked(pilot)
            await pilot.press("a")
            await tell(pilot, lines[-1], say.Unit(**{**_fields(UNIT), "simulated": False}))
            assert lines[-1].commands == []
            assert any("not armed" in line.text for line in app.control.picture.log)

    asyncio.run(scenario())


def _fields(unit: say.Unit) -> dict[str, object]:
    return {name: getattr(unit, name) for name in unit.__slots__}


def test_the_loop_beats_so_that_the_engine_knows_that_somebody_looks():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause(1)
            assert lines[-1].beats >= 2

    asyncio.run(scenario())


def test_arming_that_waits_for_a_preview_arms_that_program_and_no_other():
    async def scenario():
        app, lines = made("tap")
        async with app.run_test(size=(80, 24)) as pilot:
            # before the first preview is there
            app.screen._preview = None
            app.screen.action_arm()
            app.choices.take(load("demo"))
            app.screen.chosen()
            while app.screen._preview is None:
                await pilot.pause(0.05)
            await pilot.pause()
            assert isinstance(app.screen, PrepareScreen)
            assert lines[-1].commands == []

    asyncio.run(scenario())


def test_arming_that_waits_is_forgotten_by_who_goes_elsewhere():
    async def scenario():
        app, _ = made("tap")
        async with app.run_test(size=(80, 24)) as pilot:
            screen = app.screen
            while screen._preview is None:
                await pilot.pause(0.05)
            # another one never comes
            screen._work_out = lambda: None
            screen._preview = None
            screen.action_arm()
            assert screen._arm_next is not None
            await pilot.press("f4")
            assert screen._arm_next is None

    asyncio.run(scenario())


def test_a_session_that_is_still_ending_is_not_armed_over():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            await worked(pilot)
            await tell(pilot, lines[-1], UNIT)
            await pilot.press("a")
            await tell(pilot, lines[-1], SESSION, say.Armed())
            await pilot.press("enter")
            assert isinstance(app.screen, PrepareScreen)
            await pilot.press("a")
            assert isinstance(app.screen, PrepareScreen)
            assert any("on its way to zero" in note.message for note in app._notifications)

    asyncio.run(scenario())
