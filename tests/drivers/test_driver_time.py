"""The unit's time: learned from its clock, and kept by the pulses."""

import pytest
from driver_bench import chain, cleared, sent, unit
from hand_made_unit import MS

from firmware_protocol.stimlink.events import (
    AskClock,
)
from stimctl.drivers import facts

# --- the clock


def test_the_clock_settles_after_five_seconds_and_says_so_once() -> None:
    asked = unit(ppm=100).identified()
    assert asked.run_for(4_900).learned(facts.Settled) == []
    assert [type(fact) for fact in asked.run_for(5_000).learned(facts.Settled)] == [facts.Settled]
    assert asked.learned(facts.Settled)[0].best_rtt_us == 2_000


def test_the_clock_is_asked_five_times_a_second() -> None:
    asked = unit().identified()
    before = len(asked.of(AskClock))
    assert len(asked.run_for(10_000).of(AskClock)) - before == 50


def test_a_clock_that_jumps_is_a_fault() -> None:
    jumping = unit().settled()
    jumping._first_tick += 50_000
    jumping.run_for(300)
    assert "jumped" in jumping.learned(facts.UnitFault)[0].why


def test_after_a_resync_the_clock_settles_anew() -> None:
    again = unit().settled()
    again._first_tick += 50_000
    again.driver.resync(again.now_ns)
    again.run_for(6_000)
    assert len(again.learned(facts.Settled)) == 2
    assert again.learned(facts.UnitFault) == []


# --- pulses in true time


@pytest.mark.parametrize("ppm", [-300, -37, 0, 37, 300])
def test_pulse_periods_keep_their_rate_in_true_time(ppm: int) -> None:
    armed = unit(ppm=ppm).armed()
    armed.run_for(30_000)
    periods = []
    start_ns = armed.now_ns + 200 * MS
    for number in range(200):
        periods += sent(armed, cleared(start_ns + number * 200 * MS, pulse_period_us=13_001, amplitude_end_ua=0))
        armed.run_for(200)
    mean = sum(frame.pulse_period_us for frame in periods) / len(periods)
    assert mean == pytest.approx(13_001 * (1 + ppm / 1e6), abs=0.05)
    assert max(frame.pulse_period_us for frame in periods) - min(frame.pulse_period_us for frame in periods) <= 1


def test_a_pulse_period_is_never_shorter_than_what_was_armed() -> None:
    armed = unit(ppm=-400).armed()
    armed.run_for(10_000)
    assert {frame.pulse_period_us for frame in chain(armed, 20)} == {12_500}
