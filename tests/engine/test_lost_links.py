"""A host, a cable or a unit that is gone: the unit lets go, and what is known is said."""

import pytest
from engine_bench import MOMENTS_S, SEEDS, fault, report
from hypothesis import given, settings
from world import World

from stimctl.clock import MS, SECOND
from stimctl.drivers.stimlink_values import RELEASE_MS
from stimctl.engine import messages as say
from stimctl.engine.session_state import State


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SEEDS, MOMENTS_S)
def test_when_the_host_dies_the_unit_lets_go_within_release_ms(seed: int, at_s: float) -> None:
    world = World(seed=seed).started().run_for(at_s)
    died_ns = world.now_ns
    world.lose_host().run_for(5)
    assert world.off_since_ns() - died_ns <= RELEASE_MS * MS
    assert world.at_zero


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS, MOMENTS_S)
def test_when_the_cable_is_pulled_the_unit_lets_go_and_it_is_said(seed: int, at_s: float) -> None:
    world = World(seed=seed, faults=fault("unplug", 7 + at_s)).started().run_for(at_s + 8)
    assert world.off_since_ns() <= round((7 + at_s) * SECOND) + RELEASE_MS * MS
    if world.told("fault"):
        assert world.ended["exit_code"] == 3
        assert not world.ended["zero_confirmed"]


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS, MOMENTS_S)
def test_a_unit_that_restarts_stays_at_zero(seed: int, at_s: float) -> None:
    at_ns = round((8 + at_s) * SECOND)
    world = World(seed=seed, faults=fault("reboot", 8 + at_s)).started().run_for(at_s + 6)
    assert not any(f.amplitude_ua for f in world.skin.felt if f.t_us * 1000 > at_ns)
    if world.told("fault"):
        assert world.ended["exit_code"] == 1


def test_a_unit_that_stops_reporting_is_a_lost_link() -> None:
    world = World("surface-stroke", faults=fault("drop", 40.0, direction="to-host")).started()
    world.run_until(50 * SECOND)
    assert world.ended["exit_code"] == 3
    assert not world.ended["zero_confirmed"]
    assert world.off_since_ns() <= 41_300 * MS


def test_zero_that_is_not_confirmed_is_said_at_release_plus_200_and_repeats_end() -> None:
    world = World("surface-stroke", faults=fault("drop", 40.0, direction="to-host")).started()
    world.run_until(60 * SECOND)
    stopped, zero = world.told("stopped")[0], world.told("zero")[0]
    assert (zero["confirmed"], zero["after_ms"]) == (False, RELEASE_MS + 200)
    assert "pads off" in zero["advice"]
    repeats = [line for line in "".join(world.session.journal).splitlines() if '"stop first"' in line]
    assert 5 < len(repeats) < 25
    assert world.told("ended")[0]["t_ms"] - stopped["t_ms"] < 4_000


def test_nothing_on_the_line_is_exit_3_with_the_next_step() -> None:
    world = World(faults=fault("unplug", 0.0, for_s=0.001) + fault("drop", 0.0)).run_for(5)
    assert world.ended["exit_code"] == 3


def test_a_silent_unit_is_exit_3_with_the_next_step() -> None:
    world = World(faults=fault("drop", 0.0)).run_for(5)
    assert world.ended["exit_code"] == 3
    assert "switched on" in world.ended["reason"]


def test_reports_that_come_late_do_not_look_like_stuck_output() -> None:
    late = fault("delay", 30.0, for_s=3.0, delay_ms=600, direction="to-host")
    world = World("surface-stroke", faults=late).started()
    world.run_until(30_700 * MS).say(say.Pause()).run_for(4)
    assert world.told("fault") == []
    assert world.core.state is State.PAUSED


def test_reports_that_are_over_a_second_old_are_silence() -> None:
    late = fault("delay", 30.0, delay_ms=1_500, direction="to-host")
    world = World("surface-stroke", faults=late).started()
    world.run_until(36 * SECOND)
    assert "not reported" in world.ended["reason"]
    assert world.at_zero


@pytest.mark.parametrize("at_ms", range(0, 14, 2))
def test_a_stop_while_the_unit_is_being_found_is_an_end_and_no_crash(at_ms: int) -> None:
    world = World().run_until(at_ms * MS)
    world.core.stop("terminated", world.now_ns)
    world.run_for(2)
    assert world.core.outcome.exit_code in (3, 143)


def test_an_old_report_does_not_count_as_a_sign_of_life() -> None:
    world = World("surface-stroke").started().run_for(10)
    playing, at_ns = world.core._session._ready.playing, world.now_ns
    playing.armed(at_ns)
    for channel in (1, 2):
        late = report(channel, at_ns - 600 * MS, heard_ns=at_ns + 500 * MS)
        playing.reported(late, late.heard_ns)
    assert playing.silent(at_ns + SECOND) is not None
