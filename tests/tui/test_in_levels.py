"""A unit without a calibrated output, on the screen: its boot, its range in levels, its dials, its run."""

import asyncio
from dataclasses import replace

import pytest
from textual.widgets import Input
from tui_bench import (
    ENDED,
    IN_LEVELS,
    SETTING,
    ZERO,
    level_sample,
    made,
    running,
    screen_text,
    tell,
    waits_for_dials,
    worked,
)

from stimctl.engine import messages as say
from stimctl.model.scale import Scale
from stimctl.program.loader import load
from stimctl.tui.checks import Checks
from stimctl.tui.choices import SIMULATED_BOARD, SIMULATED_LEVELS, SIMULATED_PERSON, Choices
from stimctl.tui.dial_bar import DialBar
from stimctl.tui.prepare_screen import PrepareScreen
from stimctl.tui.preview import preview_of, table_of
from stimctl.tui.standing import Standing
from stimctl.tui.words import CHECKS, dial_checks

DEVICE = "sim://openemsstim"
REAL = replace(IN_LEVELS, simulated=False)
BOOT = say.Waiting(waited_ms=5_200, expected_ms=12_500)


def in_levels(program: str = "demo"):
    return made(program, DEVICE)


def words(app) -> str:
    return " ".join(screen_text(app).replace("│", " ").split())


def chosen(device: str = "openemsstim@/dev/ttyUSB7") -> Choices:
    choices = Choices(device=device)
    choices.take(load("demo"))
    return choices


@pytest.mark.parametrize("key", ["f2", "f4"])
def test_a_unit_that_boots_says_how_far_it_is(key):
    async def scenario():
        app, lines = in_levels()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press(key)
            await tell(pilot, lines[-1], BOOT)
            first, *others = screen_text(app).splitlines()
            assert "the unit boots: 5 of about 13 s" in first
            assert "he unit boots: 5 of about 13 s" in "\n".join(others)
            await tell(pilot, lines[-1], IN_LEVELS)
            assert "boots:" not in words(app)

    asyncio.run(scenario())


def test_the_family_of_the_device_says_the_scale_before_the_unit_has_answered():
    assert Choices(device=DEVICE).scale is Scale.LEVEL
    assert Choices().scale is Scale.CURRENT


def test_levels_and_milliamperes_are_kept_apart():
    choices = chosen(DEVICE)
    choices.thresholds = {1: SIMULATED_PERSON}
    choices.levels = {1: SIMULATED_LEVELS}
    assert choices.range_of(1, simulated=False) == SIMULATED_LEVELS
    choices.unit_answered(simulated=True)
    choices.choose_unit("sim://stimlink")
    assert choices.range_of(1, simulated=False) == SIMULATED_PERSON
    assert choices.levels == {}


def test_a_simulated_unit_in_levels_is_prepared_with_20_to_60_and_no_thresholds():
    asked = chosen(DEVICE).prepare(simulated=True)
    assert asked.thresholds == {}
    assert {(of.sensory_level, of.comfort_level) for of in asked.levels.values()} == {(20, 60)}


def test_a_real_unit_in_levels_needs_levels_and_a_yes_to_its_dials():
    choices = chosen()
    choices.unit_simulated = False
    choices.checked, choices.doctor = set(range(len(CHECKS))), "Dr. Example"
    assert choices.missing(simulated=False) == [
        "type in the levels of channel 1 and 2",
        "say in the checks that the unit's dials are set",
    ]
    choices.levels = dict.fromkeys((1, 2), SIMULATED_LEVELS)
    choices.dials_said = set(dial_checks(choices.dials))
    asked = choices.prepare(simulated=False)
    assert asked.dials_set
    assert not asked.thresholds


def test_what_was_said_of_the_dials_of_one_program_says_nothing_of_another():
    choices = chosen()
    choices.dials_said = set(dial_checks(choices.dials))
    assert choices.dials_set
    choices.take(load("tap"))
    assert not choices.dials_set


def test_levels_are_typed_in_and_the_first_screen_says_them():
    async def scenario():
        app, lines = in_levels()
        async with app.run_test(size=(120, 40)) as pilot:
            await tell(pilot, lines[-1], IN_LEVELS)
            await pilot.press("c")
            await pilot.pause()
            assert "levels 1 to 100" in words(app)
            assert "not calibrated here yet" in words(app)
            first, second = (app.screen.query_one(f"#range-{channel}", Input) for channel in (1, 2))
            first.value, second.value = "25 120", "20 50"
            first.focus()
            await pilot.press("enter")
            assert "two whole levels of 1 to 100" in words(app)
            first.value = "25 70"
            app.screen.query_one("#found-at", Input).value = "250"
            await pilot.press("enter")
            await pilot.pause()
            assert isinstance(app.screen, PrepareScreen)
            assert app.choices.levels[1].at_phase_us == 250
            assert "level 25 to 70" in words(app)
            await worked(pilot)
            await pilot.pause()
            assert "(level)" in words(app)
            assert "µC" not in words(app)

    asyncio.run(scenario())


def test_the_checks_list_the_dials_and_what_nobody_measures():
    async def scenario():
        app, lines = in_levels("surface-to-deep")
        async with app.run_test(size=(120, 60)) as pilot:
            await tell(pilot, lines[-1], IN_LEVELS)
            await app.push_screen(Checks())
            await pilot.pause()
            text, dials = words(app), app.choices.dials
            assert f"Dials set to {dials[0]}" in text
            assert "level 1 on, up from zero, stop just below tingling" in text
            assert f"later, at zero: {dials[1].name}, {dials[1]}" in text
            assert "not checked: whether the pads touch the skin" in text
            for _ in CHECKS:
                await pilot.press("down")
            await pilot.press("enter", "down", "enter")
            assert app.choices.dials_set

    asyncio.run(scenario())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_session_in_levels_shows_levels_and_says_what_is_not_read(size):
    async def scenario():
        app, lines = in_levels()
        async with app.run_test(size=size) as pilot:
            line = await running(pilot, lines, IN_LEVELS)
            await tell(pilot, line, level_sample(3_000, 36.0), level_sample(3_000, 35.0, channel=2))
            await pilot.pause(0.2)
            text = words(app)
            assert "level 36" in text
            assert "pads not read" in text
            assert "mA" not in text
            assert "µC" not in text

    asyncio.run(scenario())


def test_at_zero_a_session_in_levels_reports_nothing_that_flows():
    async def scenario():
        app, lines = in_levels()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines, IN_LEVELS)
            await pilot.press("space")
            await tell(pilot, line, say.Stopped(cause="person"), ZERO, ENDED)
            assert not app.control.picture.may_flow
            assert app.control.picture.channels[1].last.amplitude_ma is None

    asyncio.run(scenario())


@pytest.mark.parametrize("by_click", [False, True])
def test_the_dials_are_set_by_a_key_or_a_click_and_going_on_is_another_key(by_click):
    async def scenario():
        app, lines = in_levels()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines, IN_LEVELS)
            await pilot.press("d")
            await waits_for_dials(pilot, line)
            assert "Set the unit's dials to 10 Hz and 150 µs for transition." in words(app)
            assert "SET DIALS" in screen_text(app).splitlines()[0]
            before = len(line.commands)
            await pilot.press("r")
            assert line.commands[before:] == []
            if by_click:
                await pilot.click(DialBar)
            else:
                await pilot.press("d")
            assert line.commands[before:] == [say.DialsSet()]
            await tell(pilot, line, say.User(action="dials set", why=f"to {SETTING}, by hand"))
            assert not app.screen.query_one(DialBar).display
            assert app.control.picture.standing is Standing.PAUSED
            await pilot.press("r")
            assert line.commands[before:] == [say.DialsSet(), say.Resume()]

    asyncio.run(scenario())


def test_dials_are_not_said_to_be_set_before_zero():
    async def scenario():
        app, lines = in_levels()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines, IN_LEVELS)
            await tell(pilot, line, say.Dials(setting=SETTING), say.User(action="pausing", why="dials"))
            before = len(line.commands)
            await pilot.press("d")
            assert line.commands[before:] == []

    asyncio.run(scenario())


def test_such_a_unit_is_not_calibrated_here_and_that_is_said():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("c")
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            await tell(pilot, lines[-1], IN_LEVELS)
            await pilot.press("a")
            assert lines[-1].commands == []
            assert any("not calibrated here yet" in note.message for note in app._notifications)

    asyncio.run(scenario())


def test_the_table_before_a_session_has_whole_levels():
    choices = Choices(device=SIMULATED_BOARD)
    choices.take(load("surface-stroke"))
    lines = table_of(preview_of(choices.prepare(simulated=True), choices.previewed_on))
    assert [line.split()[2] for line in lines[1:4]] == ["36", "42", "35"]
