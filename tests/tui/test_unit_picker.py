"""Choosing a unit: not while one is in use, and not past one that is in doubt."""

import asyncio

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList
from tui_bench import ANOTHER, LOST, UNIT, made, running, screen_text, tell

from stimctl.tui.unit_picker import UnitPicker

SAME, OTHER = "sim://stimlink", "sim://stimlink?seed=2"


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))


async def picked(pilot: "Pilot[int]", typed: str) -> None:
    if not isinstance(pilot.app.screen, UnitPicker):
        await pilot.app.push_screen(UnitPicker())
        await pilot.pause()
    field = pilot.app.screen.query_one(Input)
    field.value = typed
    field.focus()
    await pilot.press("enter")
    await pilot.pause()


def words_of(app) -> str:
    return " ".join(screen_text(app).split())


def test_a_unit_in_use_is_not_left_for_another():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await picked(pilot, OTHER)
            assert (len(lines), line.closed) == (1, False)
            assert "stop it first" in screen_text(app)

    asyncio.run(scenario())


def test_a_unit_in_doubt_is_left_for_another_only_by_who_types_that_it_is_off():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await tell(pilot, line, LOST)
            await picked(pilot, OTHER)
            assert len(lines) == 1
            assert "Unit 0042 did NOT confirm zero" in words_of(app)
            assert app.gate.may_flow
            await pilot.press("o", "f", "f", "enter")
            await pilot.pause()
            assert [line.device for line in lines] == [SAME, OTHER]
            await tell(pilot, lines[-1], ANOTHER)
            assert not app.gate.may_flow

    asyncio.run(scenario())


def test_enter_held_down_goes_past_no_unit_in_doubt():
    async def scenario():
        app, lines = made(device=OTHER)
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await tell(pilot, line, LOST)
            await app.push_screen(UnitPicker())
            await pilot.pause()
            units = app.screen.query_one(OptionList)
            units.highlighted = 0
            for _ in range(3):
                units.focus()
                await pilot.press(*["enter"] * 3)
                await pilot.pause()
            assert "then type off, and Enter." in screen_text(app)
            assert (len(lines), app.gate.may_flow) == (1, True)

    asyncio.run(scenario())


def test_who_was_asked_and_goes_back_to_the_unit_in_doubt_has_settled_nothing():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await tell(pilot, line, LOST)
            await picked(pilot, OTHER)
            await picked(pilot, SAME)
            assert [line.device for line in lines] == [SAME, SAME], "it is looked for, and has to answer a stop"
            assert app.gate.may_flow
            await tell(pilot, lines[-1], UNIT)
            assert not app.gate.may_flow

    asyncio.run(scenario())


def test_another_unit_where_the_one_in_doubt_was_is_gone_on_with_only_by_who_types_that_that_one_is_off():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await tell(pilot, line, LOST)
            await picked(pilot, SAME)
            await tell(pilot, lines[-1], ANOTHER)
            assert "Another unit answers" in words_of(app)
            await picked(pilot, SAME)
            assert (len(lines), app.gate.may_flow) == (2, True)
            await picked(pilot, "off")
            assert (len(lines), lines[1].closed) == (3, True)
            await tell(pilot, lines[-1], ANOTHER)
            assert not app.gate.may_flow

    asyncio.run(scenario())


def test_the_same_unit_again_changes_nothing_of_what_is_known():
    async def scenario():
        app, lines = made(device="/dev/ttyUSB7")
        async with app.run_test(size=(80, 24)) as pilot:
            await tell(pilot, lines[-1], UNIT)
            assert app.choices.simulated
            await picked(pilot, "/dev/ttyUSB7")
            assert app.choices.simulated
            assert len(lines) == 1

    asyncio.run(scenario())
