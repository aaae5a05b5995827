"""Calibration on the screen: by hand only, marks at what flows, kept when finished and not when left."""

import asyncio
from dataclasses import replace

import pytest
from textual.pilot import Pilot
from tui_bench import ANOTHER, ENDED, SESSION, UNIT, ZERO, Line, Lines, drawn, made, sample, tell, worked
from tui_story import until

from stimctl.care.threshold_book import ThresholdBook
from stimctl.engine import messages as say
from stimctl.tui.calibrate_screen import CalibrateScreen
from stimctl.tui.prepare_screen import PrepareScreen


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))


async def armed_by_hand(pilot: "Pilot[int]", lines: Lines) -> Line:
    """To a calibration that is armed, by the keys that a person would press."""
    await worked(pilot)
    await tell(pilot, lines[-1], UNIT)
    await pilot.press("c")
    await pilot.pause()
    await pilot.press("enter")
    await pilot.pause()
    assert isinstance(pilot.app.screen, CalibrateScreen)
    await pilot.press("a")
    await tell(pilot, lines[-1], SESSION, say.Armed())
    return lines[-1]


async def by_hand(pilot: "Pilot[int]", lines: Lines) -> Line:
    """To one that has been started."""
    line = await armed_by_hand(pilot, lines)
    await pilot.press("s")
    await tell(pilot, line, say.Started(660_000))
    return line


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
            await tell(pilot, line, say.Stopped(cause="person"), ZERO, ENDED)
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
            await tell(pilot, lines[-1], replace(UNIT, simulated=False))
            await pilot.press("c")
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            await pilot.press("a")
            assert lines[-1].commands == []

    asyncio.run(scenario())


def test_a_mark_after_a_down_is_what_flows_then_and_not_what_was_reported_last():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await tell(pilot, line, sample(60_000, 5.0))
            await pilot.press("1")
            await tell(pilot, line, sample(90_000, 10.0))
            await pilot.press("down", "down", "down", "3")
            await tell(pilot, line, sample(90_200, 8.5))
            await drawn(pilot)
            assert app.screen._calibration.findings[1].comfort_ua == 8_500
            # a Down some time after the mark does not change it, nor does more that flows
            await tell(pilot, line, sample(90_400, 9.0))
            await drawn(pilot)
            await tell(pilot, line, sample(91_000, 6.0))
            await drawn(pilot)
            assert app.screen._calibration.findings[1].comfort_ua == 8_500

    asyncio.run(scenario())


def test_a_mark_that_turns_out_to_lie_below_the_one_before_is_to_be_made_anew():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24), notifications=True) as pilot:
            line = await by_hand(pilot, lines)
            await tell(pilot, line, sample(60_000, 5.0))
            await pilot.press("1")
            await tell(pilot, line, sample(90_000, 10.0))
            await pilot.press("down", "3")
            await tell(pilot, line, sample(90_200, 4.0))
            await drawn(pilot)
            assert app.screen._calibration.findings[1].marks == {}
            assert any("marked anew" in note.message for note in app._notifications)

    asyncio.run(scenario())


@pytest.mark.parametrize("standing", ["armed", "pausing", "paused", "stopped"])
def test_nothing_is_marked_while_nothing_flows_or_it_ramps_down(standing):
    tellings = {
        "armed": (),
        "pausing": (say.Started(660_000), sample(60_000, 5.0), say.User(action="pausing")),
        "paused": (say.Started(660_000), say.User(action="pausing"), say.User(action="paused")),
        "stopped": (say.Started(660_000), say.Stopped(cause="person")),
    }

    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await armed_by_hand(pilot, lines)
            # what a unit reports while it ramps down, or late
            await tell(pilot, line, *tellings[standing], sample(60_200, 4.0))
            await pilot.press("1")
            assert app.screen._calibration.findings[1].marks == {}

    asyncio.run(scenario())


def test_marks_made_on_another_unit_are_forgotten():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await marked(pilot, line, 1)
            await tell(pilot, line, ZERO, ENDED)
            await pilot.press("a")
            await tell(pilot, lines[-1], UNIT)
            assert app.screen._calibration.findings[1].complete, "the same one"
            await tell(pilot, lines[-1], ENDED)
            await pilot.press("a")
            await tell(pilot, lines[-1], ANOTHER)
            assert app.screen._calibration.findings[1].marks == {}

    asyncio.run(scenario())


def test_a_calibration_that_flows_is_not_left():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await tell(pilot, line, sample(60_000, 5.0))
            screen = app.screen
            assert not screen.check_action("leave", ())
            assert not screen.check_action("arm", ())
            assert not screen.check_action("start", ())

    asyncio.run(scenario())


def test_a_range_is_not_kept_for_a_unit_that_it_was_not_found_on():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await marked(pilot, line, 1)
            await pilot.press("tab")
            await marked(pilot, line, 2)
            await tell(pilot, line, ZERO, ENDED)
            calibration = app.screen
            # in another place, where what is told is not shown on this one
            await pilot.press("f4")
            app.choices.choose_unit("/dev/ttyUSB0")
            app.connect()
            await tell(pilot, lines[-1], replace(ANOTHER, simulated=False))
            calibration.action_finish()
            await pilot.pause()
            assert app.choices.thresholds == {}
            assert ThresholdBook().read().entries == ()

    asyncio.run(scenario())


def test_a_mark_that_a_report_might_have_lowered_stays_when_the_next_session_has_none_yet():
    async def scenario():
        app, lines = made("surface-stroke")
        async with app.run_test(size=(80, 24)) as pilot:
            line = await by_hand(pilot, lines)
            await tell(pilot, line, sample(60_000, 5.0))
            await pilot.press("1")
            # in another place, where what is told is not shown on this one
            await pilot.press("f4")
            await tell(pilot, line, ZERO, ENDED)
            app.connect()
            await pilot.press("f2")
            await until(pilot, lambda: isinstance(app.screen, CalibrateScreen) and app.screen._unsettled == {})
            assert app.screen._calibration.findings[1].sensory_ua == 5_000

    asyncio.run(scenario())
