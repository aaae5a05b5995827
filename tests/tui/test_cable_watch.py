"""The cable is pulled and put back: said, found again by its serial number, disarmed; nothing else is opened."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from tui_bench import LOST, UNIT, Line, Lines, drawn, made, running, screen_text, tell, worked
from tui_story import until

from stimctl.engine import messages as say
from stimctl.links.ports import Port
from stimctl.tui import cable_watch
from stimctl.tui.app import StimApp
from stimctl.tui.standing import Standing
from stimctl.tui.words import CHECKS

HERE = Port(path="/dev/ttyUSB0", vendor_id=0x1A86, product_id=0x7523, serial_number="A1")
THERE = replace(HERE, path="/dev/ttyUSB1")
NOT_FOUND = say.Ended(exit_code=3, reason="in use by another program", zero_confirmed=False, peak={}, journal="")


class Hub:
    """What is plugged in."""

    def __init__(self) -> None:
        self.ports: tuple[Port, ...] = (HERE,)
        self.looks = 0

    def look(self) -> tuple[Port, ...]:
        self.looks += 1
        return self.ports


@pytest.fixture
def hub(monkeypatch, tmp_path) -> Hub:
    hub = Hub()
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    monkeypatch.setattr(cable_watch, "ports", hub.look)
    monkeypatch.setattr(cable_watch, "may_open", lambda path: True)
    return hub


@asynccontextmanager
async def at_a_port(size: tuple[int, int] = (80, 24)) -> "AsyncIterator[tuple[StimApp, Lines, Pilot[int]]]":
    """An app whose unit is at a port, and says that it is simulated: nobody is asked for checks."""
    app, lines = made(device="/dev/ttyUSB0")
    app.choices.unit_simulated = True
    async with app.run_test(size=size, notifications=True) as pilot:
        yield app, lines, pilot


async def session(pilot: "Pilot[int]", lines: Lines) -> Line:
    line = await running(pilot, lines)
    await worked(pilot)
    return line


async def looked(pilot: "Pilot[int]", hub: Hub, times: int = 2) -> None:
    """As often as it takes to see what is there now."""
    at = hub.looks
    for _ in range(times):
        pilot.app._cable.look()
        await worked(pilot)
        await pilot.pause()
    assert hub.looks - at <= times + 2


async def pulled(pilot: "Pilot[int]", lines: Lines, hub: Hub) -> Line:
    line = await session(pilot, lines)
    hub.ports = ()
    await tell(pilot, line, say.Fault(why="link lost"), LOST)
    await looked(pilot, hub)
    await drawn(pilot)
    return line


def told_of(app: StimApp) -> str:
    return " ".join(screen_text(app).split())


def test_it_is_said_and_the_unit_is_found_again_under_another_name_disarmed(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (app, lines, pilot):
            await pulled(pilot, lines, hub)
            assert "The cable is out" in told_of(app)
            assert "within 500 ms" in told_of(app)
            assert len(lines) == 1, "nothing is opened while it is out"
            app.choices.checked, app.choices.dials_said = set(range(len(CHECKS))), {"set"}
            hub.ports = (THERE,)
            await looked(pilot, hub)
            assert [line.device for line in lines] == ["/dev/ttyUSB0", "stimlink@/dev/ttyUSB1"]
            await tell(pilot, lines[-1], UNIT)
            assert app.control.picture.standing is Standing.READY
            assert (app.gate.may_flow, lines[-1].commands) == (False, [])
            assert (app.choices.checked, app.choices.dials_said) == (set(), set()), "asked again"

    asyncio.run(scenario())


def test_a_line_that_is_lost_while_the_port_stays_is_left_to_a_person(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (app, lines, pilot):
            line = await session(pilot, lines)
            await tell(pilot, line, LOST)
            await looked(pilot, hub)
            assert len(lines) == 1
            assert "The cable is out" not in told_of(app)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "listed",
    [(replace(HERE, serial_number="B2"),), (HERE, THERE)],
    ids=["another unit", "two that say that they are it"],
)
def test_nothing_else_is_opened(hub: Hub, listed: tuple[Port, ...]) -> None:
    async def scenario() -> None:
        async with at_a_port() as (_app, lines, pilot):
            await pulled(pilot, lines, hub)
            hub.ports = listed
            await looked(pilot, hub)
            assert len(lines) == 1

    asyncio.run(scenario())


def test_a_port_that_this_user_may_not_open_yet_is_waited_for(hub: Hub, monkeypatch) -> None:
    async def scenario() -> None:
        async with at_a_port() as (_app, lines, pilot):
            await pulled(pilot, lines, hub)
            monkeypatch.setattr(cable_watch, "may_open", lambda path: False)
            hub.ports = (HERE,)
            await looked(pilot, hub)
            assert len(lines) == 1
            monkeypatch.setattr(cable_watch, "may_open", lambda path: True)
            await looked(pilot, hub)
            assert len(lines) == 2

    asyncio.run(scenario())


def test_a_port_that_another_program_looks_at_first_is_tried_again_and_not_for_ever(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (app, lines, pilot):
            await pulled(pilot, lines, hub)
            hub.ports = (HERE,)
            for _ in range(9):
                await looked(pilot, hub)
                await tell(pilot, lines[-1], NOT_FOUND)
            assert len(lines) == 1 + 5
            assert app.control.picture.in_doubt, "the unit has not answered"

    asyncio.run(scenario())


def test_another_unit_that_answers_at_that_port_is_not_taken(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port((120, 30)) as (app, lines, pilot):
            await pulled(pilot, lines, hub)
            hub.ports = (HERE,)
            await looked(pilot, hub)
            await tell(pilot, lines[-1], replace(UNIT, serial_number="another"))
            assert lines[-1].closed
            assert any("choose it (u)" in note.message for note in app._notifications)
            assert app.control.picture.in_doubt, "the one that was lost has not answered"
            assert app.gate.may_flow, "a stop key looks for it"

    asyncio.run(scenario())


def test_what_a_person_does_about_a_unit_ends_the_search(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (_app, lines, pilot):
            await pulled(pilot, lines, hub)
            await pilot.press("space")
            await tell(pilot, lines[-1], NOT_FOUND)
            hub.ports = (HERE,)
            await looked(pilot, hub)
            assert len(lines) == 2

    asyncio.run(scenario())


def test_another_unit_that_a_person_looks_for_meanwhile_is_taken(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (_app, lines, pilot):
            await pulled(pilot, lines, hub)
            await pilot.press("space")
            await tell(pilot, lines[-1], replace(UNIT, serial_number="another"))
            assert not lines[-1].closed

    asyncio.run(scenario())


def test_a_simulated_unit_has_no_cable(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (app, lines, pilot):
            await tell(pilot, lines[-1], UNIT)
            await worked(pilot)
            app.choices.choose_unit("sim://stimlink")
            app.connect()
            line = await session(pilot, lines)
            looks, hub.ports = hub.looks, ()
            await tell(pilot, line, LOST)
            await looked(pilot, hub)
            assert (hub.looks, app.control.picture.cable_out) == (looks, False)

    asyncio.run(scenario())


def test_a_look_that_takes_long_opens_nothing_after_a_person_has_looked(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (app, lines, pilot):
            await pulled(pilot, lines, hub)
            hub.ports = (HERE,)
            app._cable.look()
            app.control.connect(app.choices.device)
            await tell(pilot, lines[-1], NOT_FOUND)
            await worked(pilot)
            assert len(lines) == 2

    asyncio.run(scenario())


def test_once_a_second_it_looks_by_itself(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (app, lines, pilot):
            line = await session(pilot, lines)
            hub.ports = ()
            await tell(pilot, line, LOST)
            await until(pilot, lambda: app.control.picture.cable_out)
            hub.ports = (HERE,)
            await until(pilot, lambda: len(lines) == 2)

    asyncio.run(scenario())


def test_a_unit_that_is_there_and_unused_is_not_let_go_by_going_back(hub: Hub) -> None:
    async def scenario() -> None:
        async with at_a_port() as (app, lines, pilot):
            await pulled(pilot, lines, hub)
            hub.ports = (HERE,)
            await looked(pilot, hub)
            await tell(pilot, lines[-1], UNIT)
            await pilot.press("enter")
            assert lines[-1].stops == []
            assert app.control.picture.standing is Standing.READY

    asyncio.run(scenario())
