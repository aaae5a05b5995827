"""Calibration on the screen: by hand only, marks at what flows, kept when finished and not when left."""

import asyncio

import pytest
from textual.pilot import Pilot
from tui_bench import SESSION, UNIT, Line, Lines, made, sample, tell

from stimctl.care.threshold_book import ThresholdBook
from stimctl.engine import messages as say
from stimctl.tui.calibrate_screen import CalibrateScreen
from stimctl.tui.prepare_screen import PrepareScreen


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))


async def by_hand(pilot: "Pilot[int]", lines: Lines) -> Line:
    """To a calibration that has been started, by the keys that a person would press."""
    await pilot.app.workers.wait_for_complete()
    await tell(pilot, lines[-1], UNIT)
    await pilot.press("c")
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()
    assert isinstance(pilot.app.screen, CalibrateScreen)
    await pilot.press("a")
    await tell(pilot, lines[-1], SESSION, say.Armed())
    await pilot.press("s")
    await tell(pilot, lines[-1], say.Started(660_000))
    return lines[-1]


async def marked(pilot: "Pilot[int]", line: Line, channel: int) -> None:
    for key, ma in (("1", 5.5), ("3", 17.0)):
        await tell(pilot, line, sample(60_000, ma, channel=channel))
        await pilot.press(key)


def test_what_is_asked_of_the_unit_is_a_session_by_hand():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            prepare = next(command for command in line.commands if isinstance(command, say.Prepare))
            assert prepare.by_hand
            assert len(prepare.plan.phases) == 1
            assert [type(command) for command in line.commands] == [say.Prepare, say.Arm, say.Start]

    asyncio.run(scenario())


def test_up_and_down_are_of_the_selected_channel_only():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await pilot.press("up", "tab", "up", "down")
            assert line.commands[-3:] == [say.Up(1), say.Up(2), say.Down(2)]

    asyncio.run(scenario())


def test_a_mark_out_of_order_is_refused_with_a_sentence():
    async def scenario():
        app, lines = made()
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            line = await by_hand(pilot, lines)
            await pilot.press("1")
            await tell(pilot, line, sample(60_000, 5.0))
            await pilot.press("3")
            assert any("comes first" in note.message for note in app._notifications)
            assert not [command for command in line.commands if isinstance(command, say.Note)]

    asyncio.run(scenario())


def test_what_is_finished_is_kept_for_the_session_and_in_the_book():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await marked(pilot, line, 1)
            await pilot.press("enter")
            assert app.choices.thresholds == {}, "one channel is not done yet"
            await pilot.press("tab")
            await marked(pilot, line, 2)
            await pilot.press("enter")
            await pilot.pause()
            assert line.stops == ["person"]
            assert isinstance(app.screen, PrepareScreen)
            found = app.choices.thresholds[2]
            assert (found.sensory_ua, found.comfort_ua) == (5_500, 17_000)
            kept = ThresholdBook().read().entries
            assert [(entry.channel, entry.comfort_ua, entry.simulated) for entry in kept] == [
                (1, 17_000, True),
                (2, 17_000, True),
            ]

    asyncio.run(scenario())


def test_what_is_left_is_not_kept():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await marked(pilot, line, 1)
            zero = say.Zero(confirmed=True, after_ms=9, advice=None)
            ended = say.Ended(exit_code=4, reason="stopped", zero_confirmed=True, peak={}, journal="")
            await tell(pilot, line, say.Stopped(cause="person"), zero, ended)
            await pilot.press("escape")
            await pilot.pause()
            assert isinstance(app.screen, PrepareScreen)
            assert app.choices.thresholds == {}
            assert ThresholdBook().read().entries == ()

    asyncio.run(scenario())


def test_a_book_that_cannot_be_written_loses_no_marks(monkeypatch):
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            line = await by_hand(pilot, lines)
            for channel in (1, 2):
                await marked(pilot, line, channel)
                await pilot.press("tab")
            monkeypatch.setenv("STIMCTL_HOME", "/dev/null/nowhere")
            await pilot.press("enter")
            await pilot.pause()
            assert set(app.choices.thresholds) == {1, 2}
            assert any("not on disk" in note.message for note in app._notifications)

    asyncio.run(scenario())


def test_a_real_unit_is_not_armed_for_it_before_the_checks():
    async def scenario():
        app, lines = made(device="/dev/ttyUSB7")
        async with app.run_test(size=(80, 24)) as pilot:
            await tell(
                pilot, lines[-1], say.Unit(**{**{f: getattr(UNIT, f) for f in UNIT.__slots__}, "simulated": False})
            )
            await pilot.press("c")
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            await pilot.press("a")
            assert lines[-1].commands == []

    asyncio.run(scenario())
