"""Every shape of envelope through all layers: the skin felt what was planned, and pauses and presses end well."""

import pytest
from oracle import violations
from shapes import SHAPES, begun, peak_ua
from world import PERSON, World

from stimctl.clock import SECOND
from stimctl.engine import messages as say
from stimctl.model.limits import PROFILES
from stimctl.program.compare import compare
from stimctl.program.compile import compile_plan
from stimctl.program.delivered_file import parse_delivered
from stimctl.program.timeline_file import parse_timeline, timeline_lines


def felt_and_planned(world: World, profile: str):
    limits = PROFILES[profile]
    thresholds = dict.fromkeys(world.plan.channels, PERSON)
    compiled = compile_plan(world.plan, thresholds, limits)
    timeline = parse_timeline(timeline_lines(world.plan, compiled, thresholds, limits), "plan")
    assert world.skin.header is not None
    lines = [world.skin.header.line(), *(felt.line() for felt in world.skin.felt)]
    return compare(timeline, parse_delivered("".join(f"{line}\n" for line in lines).encode(), "felt"))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("profile", ["consumer", "clinical"])
def test_the_skin_felt_what_was_planned(shape: str, profile: str) -> None:
    world = begun(shape, profile).run_for(140)
    assert (world.ended["exit_code"], world.told("gap")) == (0, [])
    found = felt_and_planned(world, profile)
    assert found.outside == ()
    assert all(abs(stretch.planned - stretch.delivered) <= 2 for stretch in found.pulses)


@pytest.mark.parametrize("shape", ["train", "raised cosine"])
def test_a_contraction_with_its_rests_runs_through(shape: str) -> None:
    world = begun(shape, program_class="contraction").run_for(140)
    assert world.ended["exit_code"] == 0


def test_an_active_rest_is_rest_enough_for_a_clinician_only() -> None:
    assert begun("active rest", "clinical", "contraction").run_for(140).ended["exit_code"] == 0
    assert begun("active rest", "consumer", "contraction").run_for(140).ended["exit_code"] == 5


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("after_s", [31.05, 31.3, 33.0, 36.2])
def test_a_pause_in_any_shape_is_silence_and_a_resume_comes_back_slowly(shape: str, after_s: float) -> None:
    world = begun(shape).run_for(after_s).say(say.Pause()).run_for(3)
    assert world.at_zero
    world.say(say.Resume()).run_for(140)
    assert world.ended["exit_code"] == 0
    assert violations(world.skin.felt, PROFILES["consumer"], 3_600, bursts=shape == "burst") == []


@pytest.mark.parametrize("shape", SHAPES)
def test_presses_at_the_top_of_any_shape_take_off_their_steps_and_nothing_brings_them_back(shape: str) -> None:
    world = begun(shape).run_for(35)
    before_ua = peak_ua(world, 10)
    while world.amplitude_ua(1, world.now_ns) < before_ua * 0.98:
        world.run_for(0.02)
    world.say(say.Down(1))
    if shape == "train":
        world.run_for(0.3).say(say.Down(1)).run_for(0.3).say(say.Down(1)).run_for(0.3).say(say.Up(1))
    taken_off_ua = 1_000 if shape == "train" else 500
    after_ua = peak_ua(world, 30)
    assert before_ua - taken_off_ua - 200 < after_ua < before_ua - taken_off_ua + 100
    world.run_for(140)
    assert (world.ended["exit_code"], world.told("refused")) == (0, [])
    assert violations(world.skin.felt, PROFILES["consumer"], 3_600, bursts=shape == "burst") == []


def test_a_down_between_two_bursts_is_a_step_less_at_the_skin_and_no_more() -> None:
    world = begun("burst").run_for(35)
    before_ua = peak_ua(world, 10)
    while world.amplitude_ua(1, world.now_ns) or world.amplitude_ua(1, world.now_ns - SECOND // 10):
        world.run_for(0.02)
    world.say(say.Down(1))
    assert before_ua - 700 < peak_ua(world, 2) < before_ua - 400
    assert world.told("gap") == []


@pytest.mark.parametrize("shape", SHAPES)
def test_a_lost_host_in_any_shape_is_zero_in_half_a_second(shape: str) -> None:
    world = begun(shape).run_for(34.05)
    lost_ns = world.now_ns
    world.lose_host().run_for(2)
    assert world.off_since_ns() - lost_ns <= SECOND // 2
