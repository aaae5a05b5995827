"""Frames that are lost, late or noise: gaps, pauses for them, and no rule broken."""

import pytest
from engine_bench import COMFORT_NC, LIMITS, SEEDS, fault
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import violations
from world import World

from stimctl.clock import SECOND
from stimctl.engine import messages as say
from stimctl.engine.session_state import State


@settings(max_examples=12, deadline=None, derandomize=True)
@given(SEEDS, st.floats(min_value=0.02, max_value=0.6), st.sampled_from(["to-device", "to-host", "both"]))
def test_lost_frames_never_break_a_rule_and_the_end_is_zero(seed: int, probability: float, direction: str) -> None:
    lossy = fault("drop", 8.0, for_s=25.0, probability=probability, direction=direction)
    world = World(seed=seed, faults=lossy).started().run_for(70)
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    assert world.at_zero or world.core.state is State.RUNNING
    if world.core.state is State.PAUSED:
        world.say(say.Resume()).run_for(60)
        assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    assert world.at_zero


@settings(max_examples=12, deadline=None, derandomize=True)
@given(SEEDS, st.integers(min_value=20, max_value=900), st.sampled_from(["to-device", "to-host", "both"]))
def test_late_frames_never_break_a_rule_and_the_end_is_zero(seed: int, delay_ms: int, direction: str) -> None:
    late = fault("delay", 9.0, for_s=2.0, delay_ms=delay_ms, direction=direction)
    world = World(seed=seed, faults=late).started().run_for(20)
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    world.say(say.Stop()).run_for(6)
    assert world.at_zero


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS)
def test_noise_on_the_line_never_raises_anything(seed: int) -> None:
    noisy = fault("noise", 9.0, for_s=6.0, direction="both")
    world = World(seed=seed, faults=noisy).started().run_for(20)
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    world.say(say.Stop()).run_for(6)
    assert world.at_zero


def test_one_burst_of_loss_is_a_gap_and_output_comes_back_from_zero() -> None:
    world = World("surface-stroke", faults=fault("drop", 40.0, for_s=0.45, direction="to-device")).started()
    world.run_until(39 * SECOND)
    before_ua = world.amplitude_ua(1, world.now_ns)
    world.run_until(43 * SECOND)
    assert [gap["channel"] for gap in world.told("gap")] == [1, 2]
    assert world.core.state is State.RUNNING
    low = [f.amplitude_ua for f in world.skin.felt if f.channel == 1 and 40_000_000 < f.t_us < 41_500_000]
    assert min(low) == 0
    assert world.amplitude_ua(1, world.now_ns) > before_ua
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_two_gaps_within_ten_seconds_are_a_pause() -> None:
    twice = fault("drop", 40.0, for_s=0.45, direction="to-device") + fault(
        "drop", 44.0, for_s=0.45, direction="to-device"
    )
    world = World("surface-stroke", faults=twice).started()
    world.run_until(50 * SECOND)
    assert world.core.state is State.PAUSED
    assert "gaps" in world.told("user")[-1]["why"]


@pytest.mark.parametrize("delay_ms", [150, 200, 260, 320, 380])
def test_a_late_burst_is_nacked_more_than_once_and_still_no_fault(delay_ms: int) -> None:
    late = fault("delay", 40.0, for_s=0.5, delay_ms=delay_ms, direction="to-device")
    world = World("surface-stroke", faults=late).started()
    world.run_until(50 * SECOND)
    assert world.told("fault") == []
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_after_a_pause_for_gaps_the_count_begins_anew() -> None:
    twice = fault("drop", 40.0, for_s=0.45, direction="to-device") + fault(
        "drop", 44.0, for_s=0.45, direction="to-device"
    )
    world = World("surface-stroke", faults=twice).started()
    world.run_until(46 * SECOND).say(say.Resume()).run_for(6)
    assert world.core.state is State.RUNNING
