"""Choosing a unit: not while one is in use, and not past one that is in doubt."""

import asyncio
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input
from tui_bench import UNIT, made, running, screen_text, tell

from stimctl.engine import messages as say
from stimctl.tui.unit_picker import UnitPicker

OTHER = "sim://stimlink?seed=2"
LOST = say.Ended(exit_code=3, reason="link lost", zero_confirmed=False, peak={}, journal="")


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))


async def picked(pilot: "Pilot[int]", device: str) -> None:
    if not isinstance(pilot.app.screen, UnitPicker):
        await pilot.app.push_screen(UnitPicker())
        await pilot.pause()
    field = pilot.app.screen.query_one(Input)
    field.value = device
    field.focus()
    await pilot.press("enter")
    await pilot.pause()


def test_a_unit_in_use_is_not_left_for_another():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await picked(pilot, OTHER)
            assert (len(lines), line.closed) == (1, False)
            assert "stop it first" in screen_text(app)

    asyncio.run(scenario())


def test_a_unit_in_doubt_is_left_for_another_only_by_who_says_that_it_is_off():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await running(pilot, lines)
            await tell(pilot, line, LOST)
            await picked(pilot, OTHER)
            assert len(lines) == 1
            assert "did NOT confirm zero" in " ".join(screen_text(app).split())
            assert app.gate.may_flow
            await picked(pilot, OTHER)
            assert len(lines) == 2
            await tell(pilot, lines[-1], replace(UNIT, serial_number="another"))
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
