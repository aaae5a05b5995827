"""A whole session in virtual time, judged by what the skin felt."""

from engine_bench import COMFORT_NC, LIMITS
from oracle import violations
from world import World

from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.engine.session_state import State


def test_a_program_runs_to_its_end_and_zero_is_confirmed() -> None:
    world = World().started().run_for(45)
    assert (world.ended["exit_code"], world.ended["zero_confirmed"]) == (0, True)
    assert world.at_zero


def test_the_skin_feels_nothing_before_start() -> None:
    assert World().armed().run_for(5).skin.felt == []


def test_the_skin_feels_nothing_that_the_rules_forbid() -> None:
    world = World("surface-stroke").started().run_for(100)
    assert max(felt.amplitude_ua for felt in world.skin.felt) > 10_000
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_phases_are_told_in_order() -> None:
    world = World().started().run_for(45)
    assert [phase["depth"] for phase in world.told("phase")] == ["surface", "transition", "deep", "cool-down"]


def test_a_pause_ramps_down_and_stays_armed() -> None:
    world = World().started().run_for(6).say(say.Pause()).run_for(1.2)
    assert world.core.state is State.PAUSED
    assert world.at_zero
    world.run_for(10)
    assert world.core.state is State.PAUSED


def test_a_pause_falls_at_once_and_never_rises() -> None:
    world = World().started().run_for(8)
    before_us = world.now_ns // 1000
    world.say(say.Pause()).run_for(2)
    fall = [f.amplitude_ua for f in world.skin.felt if f.channel == 1 and f.t_us > before_us + 70_000]
    assert fall[0] > 3_000
    assert fall == sorted(fall, reverse=True)


def test_resuming_starts_from_zero_and_takes_the_plan_up_where_it_was() -> None:
    world = World().started().run_for(8).say(say.Pause()).run_for(3).say(say.Resume())
    again_us = world.now_ns // 1000
    world.run_for(4)
    first = next(f for f in world.skin.felt if f.t_us > again_us and f.amplitude_ua)
    assert first.amplitude_ua < 200
    assert world.core.state is State.RUNNING
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    world.run_for(45)
    assert world.ended["exit_code"] == 0


def test_down_acts_within_a_few_pulses_and_the_plan_never_undoes_it() -> None:
    world = World("surface-stroke").started().run_for(60)
    before_ua = world.amplitude_ua(1, world.now_ns)
    pressed_us = world.now_ns // 1000
    world.say(say.Down(1)).run_for(20)
    after = [f for f in world.skin.felt if f.channel == 1 and f.t_us > pressed_us + 30_000]
    assert max(f.amplitude_ua for f in after[:3]) <= before_ua - 450
    other = [f.amplitude_ua for f in world.skin.felt if f.channel == 2 and f.t_us > pressed_us + 30_000]
    assert max(f.amplitude_ua for f in after) < max(other) - 400


def test_up_goes_one_step_back_and_never_past_the_plan() -> None:
    world = World("surface-stroke").started().run_for(60)
    for _ in range(4):
        world.say(say.Down(1)).run_for(1)
    for _ in range(9):
        world.say(say.Up(1)).run_for(1)
    refused = [line for line in world.told("refused") if line["rule"] == "up"]
    assert refused
    assert world.amplitude_ua(1, world.now_ns) <= world.amplitude_ua(2, world.now_ns) + 20
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_two_ups_within_half_a_second_are_one() -> None:
    world = World("surface-stroke").started().run_for(60)
    world.say(say.Down(1)).run_for(1).say(say.Down(1)).run_for(1)
    world.say(say.Up(1)).run_for(0.2).say(say.Up(1)).run_for(0.1)
    assert [line["action"] for line in world.told("user")][-1:] == ["up"]
    assert world.told("refused")[-1]["rule"] == "up"


def test_stop_is_at_the_skin_within_milliseconds_and_confirmed() -> None:
    world = World().started().run_for(10)
    pressed_ns = world.now_ns
    world.say(say.Stop()).run_for(1)
    assert world.off_since_ns() - pressed_ns < 10 * MS
    assert (world.ended["exit_code"], world.ended["zero_confirmed"]) == (4, True)


def test_the_end_of_the_pipe_is_a_stop() -> None:
    world = World().started().run_for(10)
    gone_ns = world.now_ns
    world.session.hear(b"")
    world.run_for(1)
    assert world.off_since_ns() - gone_ns < 10 * MS
    assert world.ended["exit_code"] == 1


def test_a_front_end_that_is_silent_for_a_second_is_a_pause_and_for_three_a_stop() -> None:
    world = World().started().run_for(10)
    world.front_alive = False
    silent_ns = world.now_ns
    world.run_for(1.5)
    assert world.core.state is State.PAUSING
    world.run_for(5)
    assert world.off_since_ns() - silent_ns < 3 * SECOND
    assert world.ended["exit_code"] == 1


def test_a_front_end_that_comes_back_in_time_finds_a_pause() -> None:
    world = World().started().run_for(10)
    world.front_alive = False
    world.run_for(2.4)
    world.front_alive = True
    world.run_for(5)
    assert world.core.state is State.PAUSED
    assert world.at_zero


def test_messages_that_are_no_commands_are_refused_and_change_nothing() -> None:
    world = World().started().run_for(5)
    for line in (
        b"hello\n",
        b"{}\n",
        b'{"version":1,"do":"up","channel":"1"}\n',
        b'{"version":2,"do":"stop"}\n',
        b"[]\n",
    ):
        world.session.hear(line)
    assert [line["rule"] for line in world.told("refused")] == ["message"] * 5
    assert world.core.state is State.RUNNING


def test_commands_out_of_turn_are_refused() -> None:
    world = World().prepared()
    for command in (say.Start(), say.Pause(), say.Resume(), say.Up(1), say.Down(1)):
        world.say(command)
    assert len(world.told("refused")) == 5
    assert world.core.state is State.READY


def test_a_thousand_presses_of_every_key_leave_the_rules_whole() -> None:
    world = World("surface-stroke", seed=3).started()
    keys = [say.Down(1), say.Up(1), say.Down(2), say.Pause(), say.Resume(), say.Up(2), say.Resume()]
    for press in range(300):
        world.say(keys[press * press % len(keys)]).run_for(0.05 + press % 7 / 10)
    assert world.told("fault") == []
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
