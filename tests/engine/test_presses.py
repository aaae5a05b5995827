"""What a person presses at awkward moments, and what the skin then feels."""

import pytest
from engine_bench import COMFORT_NC, LIMITS
from oracle import violations
from world import World

from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.engine.session_state import State


def felt_after(world: World, at_ns: int) -> int:
    """The highest amplitude on any channel from an instant on."""
    return max((felt.amplitude_ua for felt in world.skin.felt if felt.t_us * 1000 >= at_ns), default=0)


def told_paused_ns(world: World) -> int:
    return [line for line in world.told("user") if line["action"] == "paused"][-1]["t_ms"] * MS


@pytest.mark.parametrize("after_ms", [0, 20, 60, 100, 140, 200, 260])
def test_a_pause_just_after_start_is_silence_from_the_moment_it_is_told(after_ms: int) -> None:
    world = World().started().run_for(after_ms / 1000).say(say.Pause()).run_for(3)
    assert world.core.state is State.PAUSED
    assert felt_after(world, told_paused_ns(world) + 1 * MS) == 0


@pytest.mark.parametrize("after_ms", [0, 20, 60, 100, 140, 200, 260, 500])
def test_a_pause_just_after_resume_is_silence_from_the_moment_it_is_told(after_ms: int) -> None:
    world = World().started().run_for(16).say(say.Pause()).run_for(2).say(say.Resume())
    world.run_for(after_ms / 1000).say(say.Pause()).run_for(3)
    assert world.core.state is State.PAUSED
    assert felt_after(world, told_paused_ns(world) + 1 * MS) == 0
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


@pytest.mark.parametrize("resume_ms", [0, 70, 100, 200])
@pytest.mark.parametrize("pause_ms", [0, 20, 100, 140])
def test_resume_pause_resume_in_quick_succession_is_no_fault(pause_ms: int, resume_ms: int) -> None:
    world = World().started().run_for(16).say(say.Pause()).run_for(2).say(say.Resume())
    world.run_for(pause_ms / 1000).say(say.Pause()).run_for(resume_ms / 1000).say(say.Resume()).run_for(2)
    assert world.told("fault") == []
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


@pytest.mark.parametrize("back_s", [0.3, 0.5, 0.8])
def test_down_while_output_comes_back_lowers_it(back_s: float) -> None:
    world = World().started().run_for(16).say(say.Pause()).run_for(2).say(say.Resume()).run_for(back_s)
    flowing_ua = world.amplitude_ua(1, world.now_ns)
    pressed_ns = world.now_ns
    world.say(say.Down(1)).run_for(0.5)
    after = [f.amplitude_ua for f in world.skin.felt if f.channel == 1 and f.t_us * 1000 > pressed_ns + 30 * MS]
    assert 1_000 < flowing_ua
    assert max(after) <= flowing_ua - 400


def test_one_up_is_never_more_than_a_step_wherever_the_plan_is() -> None:
    for trough_s in (62.0, 63.0, 64.0, 65.0, 66.0):
        world = World("surface-stroke").started().run_for(200)
        for _ in range(10):
            world.say(say.Down(1)).run_for(1)
        world.run_for(40)
        before_ua = felt_between(world, 1, world.now_ns - 9 * SECOND, world.now_ns)
        world.run_for(trough_s - 62).say(say.Up(1)).run_for(30)
        after_ua = felt_between(world, 1, world.now_ns - 9 * SECOND, world.now_ns)
        assert 0 < after_ua - before_ua <= 600


def felt_between(world: World, channel: int, from_ns: int, to_ns: int) -> int:
    return max(f.amplitude_ua for f in world.skin.felt if f.channel == channel and from_ns <= f.t_us * 1000 <= to_ns)


@pytest.mark.parametrize("every_ms", [100, 200, 333])
def test_many_downs_are_no_stuck_output(every_ms: int) -> None:
    world = World().started().run_for(20)
    for _ in range(8):
        world.say(say.Down(1)).run_for(every_ms / 1000)
    assert world.told("fault") == []


def test_downs_go_to_zero_and_stay_there_until_up() -> None:
    world = World("surface-stroke").started().run_for(100)
    for _ in range(60):
        world.say(say.Down(1)).run_for(0.1)
    world.run_for(3)
    assert world.amplitude_ua(1, world.now_ns) == 0
    assert world.amplitude_ua(2, world.now_ns) > 5_000
    world.say(say.Up(1)).run_for(5)
    assert 0 < world.amplitude_ua(1, world.now_ns) <= 600


def test_a_down_in_a_pause_forgets_ground_too() -> None:
    world = World("surface-stroke").started().run_for(60).say(say.Pause()).run_for(3).say(say.Down(1)).run_for(1)
    again_ns = world.now_ns
    world.say(say.Resume()).run_for(1.2)
    assert felt_between(world, 1, again_ns, world.now_ns) < 1_500
    assert felt_between(world, 2, again_ns, world.now_ns) > 5_000


def test_what_is_planned_in_a_pause_falls_with_it() -> None:
    world = World().started().run_for(16).say(say.Pause()).run_for(0.9)
    planned = [sample["planned_ma"] for sample in world.told("sample") if sample["channel"] == 1][-3:]
    assert planned == sorted(planned, reverse=True)
    assert planned[-1] < planned[0]


@pytest.mark.parametrize("after_ms", [0, 20, 60, 80])
def test_a_pause_before_output_has_come_back_lets_nothing_of_the_queue_out(after_ms: int) -> None:
    world = World().started().run_for(16).say(say.Pause()).run_for(2).say(say.Resume())
    world.run_for(after_ms / 1000)
    pressed_ns = world.now_ns
    world.say(say.Pause()).run_for(3)
    assert felt_after(world, pressed_ns) == 0


@pytest.mark.parametrize("apart_s", [0.05, 0.1, 0.2])
def test_presses_of_down_near_zero_make_no_gap(apart_s: float) -> None:
    """Two ceilings overlap in the unit, which keeps the lower one; so does the host."""
    for seed in range(6):
        world = World(seed=seed).started().run_for(0.3 + seed / 4)
        for _ in range(4):
            world.say(say.Down(1)).run_for(apart_s)
        assert world.run_for(3).told("gap") == []


@pytest.mark.parametrize("program", ["surface-stroke", "surface-to-deep", "roll"])
def test_a_session_goes_on_in_a_cool_down_with_shorter_phases(program: str) -> None:
    """Ground is charge: as an amplitude it is higher there than anything that the unit was armed for."""
    world = World(program)
    lasts_s = sum(phase.lasts_ms for phase in world.plan.phases[:-1]) / 1_000
    world.started().run_for(lasts_s + 20).say(say.Pause()).run_for(3).say(say.Resume()).run_for(10)
    assert world.told("gap") == []
    assert world.amplitude_ua(1, world.now_ns) > 5_000
