"""Sessions by hand: what the skin feels is what was pressed, a step a press, and nothing of itself."""

from dataclasses import replace
from random import Random

import pytest
from oracle import violations
from phases import changed, constant, steady
from world import World

from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.engine.preparing import ANY_UNIT, session_limits
from stimctl.engine.session_state import State
from stimctl.model.plan import Phase, Plan, Variation, Varying
from stimctl.model.thresholds import Thresholds

LIMITS = session_limits("consumer", ANY_UNIT)
CEILING_UA = 40_000
STEP_UA = 500
# The unit's own step, twice: one at each end of a rise.
ROUNDING_UA = 20


def level(rate_mhz: int = 80_000, phase_duration_us: int = 200, **changes: object) -> Phase:
    return steady(
        name="by hand",
        lasts_ms=400_000,
        intensity_start_permille=1000,
        intensity_end_permille=1000,
        rate_mhz=constant(rate_mhz),
        phase_duration_us=constant(phase_duration_us),
        **changes,
    )


def plan_of(*phases: Phase) -> Plan:
    return Plan(
        title="By hand",
        program_class="sensory",
        profiles=("consumer", "clinical"),
        channels=(1, 2),
        phases=phases,
        sha256="0" * 64,
    )


def prepared(*phases: Phase, ceiling_ua: int = CEILING_UA, faults: str = "", seed: int = 1) -> World:
    phases = phases or (level(),)
    drive = phases[0].drives[1]
    found = Thresholds(
        sensory_ua=1_000,
        comfort_ua=ceiling_ua,
        at_phase_us=drive.phase_duration_us.values[0],
        at_period_us=-(-1_000_000_000 // drive.rate_mhz.values[0]),
    )
    world = World(plan_of(*phases), thresholds=found, faults=faults, seed=seed).run_for(0.2)
    world.say(
        say.Prepare(
            plan=world.plan,
            thresholds={1: found, 2: found},
            pads_mm2={1: 2_500, 2: 2_500},
            profile="consumer",
            pads_confirmed=True,
            doctor=None,
            by_hand=True,
        )
    )
    return world.run_for(6)


def begun(*asked: Phase, **how) -> World:
    return prepared(*asked, **how).say(say.Arm()).run_for(0.1).say(say.Start()).run_for(1)


def up(world: World, times: int, channel: int = 1) -> World:
    """As often as it is allowed, and until the skin has it."""
    for _ in range(times):
        world.say(say.Up(channel)).run_for(0.5)
    return world.run_for(1)


def highest_ua(world: World, channel: int = 1, from_ns: int = 0) -> int:
    return max(
        (f.amplitude_ua for f in world.skin.felt if f.channel == channel and f.t_us * 1000 >= from_ns), default=0
    )


def rises_slowly(world: World, channel: int = 1) -> bool:
    """Whether nothing ever rose by more than 1 mA a second, from record to record or over ten of them."""
    own = [felt for felt in world.skin.felt if felt.channel == channel]
    return all(
        after.amplitude_ua - before.amplitude_ua
        <= (after.t_us - before.t_us + after.pulse_period_us) // 1000 + ROUNDING_UA
        for apart in (1, 10)
        for before, after in zip(own, own[apart:], strict=False)
    )


def broken(world: World) -> list[str]:
    """What no skin should have felt, and faults that are our own."""
    phase_us = world.thresholds.at_phase_us
    whys = [line["why"] for line in world.told("fault")]
    ours = [why for why in whys if not why.startswith(("link lost", "the unit tripped: lapsed"))]
    return violations(world.skin.felt, LIMITS, CEILING_UA * phase_us // 1000) + ours


def test_nothing_flows_before_the_first_up() -> None:
    world = begun().run_for(30)
    assert (world.core.state, world.skin.felt) == (State.RUNNING, [])


@pytest.mark.parametrize(("rate_mhz", "phase_us"), [(80_000, 200), (2_000, 300), (120_000, 50)])
def test_each_up_is_one_step_and_stays_one(rate_mhz: int, phase_us: int) -> None:
    world = begun(level(rate_mhz, phase_us))
    for press in range(1, 7):
        world.say(say.Up(1)).run_for(3)
        now_ua = world.amplitude_ua(1, world.now_ns)
        assert press * STEP_UA - ROUNDING_UA <= now_ua <= press * STEP_UA
    assert highest_ua(world, from_ns=world.now_ns) <= world.amplitude_ua(1, world.run_for(20).now_ns) <= 6 * STEP_UA
    assert broken(world) == []


def test_the_pulses_are_those_of_the_plan() -> None:
    world = up(begun(level(30_000, 250)), 10)
    flowing = [felt for felt in world.skin.felt if felt.amplitude_ua]
    assert {felt.phase_duration_us for felt in flowing} == {250}
    first, last = flowing[0], flowing[-1]
    assert (last.pulses - first.pulses) * 33_334 == pytest.approx(last.t_us - first.t_us, rel=0.02)


def test_nothing_rises_faster_than_one_milliampere_a_second() -> None:
    world = up(begun(), 30)
    assert rises_slowly(world)
    assert world.amplitude_ua(1, world.now_ns) >= 30 * STEP_UA - ROUNDING_UA


def test_ten_ups_in_a_second_are_two_steps_at_the_most() -> None:
    world = begun()
    for _ in range(10):
        world.say(say.Up(1)).run_for(0.1)
    world.run_for(5)
    assert STEP_UA - ROUNDING_UA <= highest_ua(world) <= 2 * STEP_UA
    assert len(world.told("refused")) >= 8


def test_only_the_channel_pressed_rises() -> None:
    world = up(begun(), 10, channel=2)
    assert highest_ua(world, 2) >= 10 * STEP_UA - ROUNDING_UA
    assert highest_ua(world, 1) == 0


def test_down_lowers_within_30_ms_by_a_step_and_to_zero_in_the_end() -> None:
    world = up(begun(), 6)
    for left in range(5, -1, -1):
        pressed_ns = world.now_ns
        world.say(say.Down(1)).run_for(0.3)
        assert highest_ua(world, from_ns=pressed_ns + 30 * MS) <= left * STEP_UA
    world.run_for(10)
    assert world.at_zero
    assert highest_ua(world, from_ns=world.now_ns - 9 * SECOND) == 0


def test_a_down_on_the_way_up_is_a_step_less_than_what_flows() -> None:
    world = up(begun(), 4)
    world.say(say.Up(1)).run_for(0.5)
    flowing_ua = world.amplitude_ua(1, world.now_ns)
    pressed_ns = world.now_ns
    world.say(say.Down(1)).run_for(8)
    assert highest_ua(world, from_ns=pressed_ns + 30 * MS) <= flowing_ua - STEP_UA + 50


def test_ups_never_lead_above_the_ceiling() -> None:
    world = up(begun(ceiling_ua=3_000), 12)
    assert highest_ua(world) == 3_000
    assert [line["rule"] for line in world.told("refused")] == ["up"] * 6


def test_a_pause_ends_at_zero_and_after_it_the_person_steps_up_anew() -> None:
    world = up(begun(), 12).say(say.Pause()).run_for(2)
    assert (world.core.state, world.at_zero) == (State.PAUSED, True)
    again_ns = world.now_ns
    world.say(say.Resume()).run_for(20)
    assert (world.core.state, highest_ua(world, from_ns=again_ns)) == (State.RUNNING, 0)
    pressed_ns = world.now_ns
    world.say(say.Up(1)).run_for(0.6)
    # by the slope on new ground, whatever was felt before
    assert 0 < highest_ua(world, from_ns=pressed_ns) <= 500
    assert rises_slowly(world)
    world.run_for(5)
    assert highest_ua(world, from_ns=pressed_ns) <= STEP_UA
    assert broken(world) == []


@pytest.mark.parametrize("pressed_in", ["armed", "pause"])
def test_an_up_while_nothing_runs_is_refused_and_adds_nothing(pressed_in: str) -> None:
    if pressed_in == "armed":
        world = prepared().say(say.Arm()).run_for(0.2).say(say.Up(1)).say(say.Start())
    else:
        world = up(begun(), 4).say(say.Pause()).run_for(2).say(say.Up(1)).say(say.Resume())
    resumed_ns = world.now_ns
    world.run_for(5)
    assert [line["rule"] for line in world.told("refused")] == ["state"]
    assert highest_ua(world, from_ns=resumed_ns) == 0


def test_stop_is_zero_within_10_ms() -> None:
    world = up(begun(), 10)
    pressed_ns = world.now_ns
    world.say(say.Stop()).run_for(1)
    assert world.off_since_ns() - pressed_ns < 10 * MS
    assert (world.ended["exit_code"], world.ended["zero_confirmed"]) == (4, True)


def test_when_the_host_is_lost_the_unit_lets_go() -> None:
    world = up(begun(), 10)
    lost_ns = world.now_ns
    world.lose_host().run_for(2)
    assert world.off_since_ns() - lost_ns <= 500 * MS


def test_a_front_end_that_is_silent_is_a_pause_and_then_a_stop() -> None:
    world = up(begun(), 10)
    world.front_alive = False
    world.run_for(1.5)
    assert world.core.state is State.PAUSING
    world.run_for(5)
    assert world.ended["exit_code"] == 1


def test_at_the_plans_end_it_goes_to_zero_as_any_plan() -> None:
    world = up(begun(), 10).run_for(400)
    assert (world.ended["exit_code"], world.ended["zero_confirmed"], world.at_zero) == (0, True, True)
    assert highest_ua(world) == 10 * STEP_UA
    assert broken(world) == []


def test_after_a_gap_output_comes_back_to_what_was_pressed_and_no_higher() -> None:
    fault = '[[fault]]\nkind = "drop"\nat_s = 20\nfor_s = 0.4\nprobability = 1.0\n'
    world = up(begun(faults=fault), 8).run_until(26 * SECOND)
    assert world.told("gap")
    assert world.core.state is State.RUNNING
    assert 8 * STEP_UA - ROUNDING_UA <= world.amplitude_ua(1, world.now_ns) <= 8 * STEP_UA
    assert broken(world) == []


def test_gaps_that_lead_to_a_pause_leave_nothing_of_what_was_pressed() -> None:
    fault = '[[fault]]\nkind = "drop"\nat_s = {}\nfor_s = 0.4\nprobability = 1.0\n'
    world = up(begun(faults=fault.format(20) + fault.format(23)), 8).run_until(30 * SECOND)
    assert world.core.state is State.PAUSED
    resumed_ns = world.now_ns
    world.say(say.Resume()).run_for(10)
    assert (world.core.state, highest_ua(world, from_ns=resumed_ns)) == (State.RUNNING, 0)


@pytest.mark.parametrize("seed", range(4))
def test_faults_and_presses_of_every_key_break_no_rule(seed: int) -> None:
    faults = (
        '[[fault]]\nkind = "drop"\nat_s = 12\nfor_s = 60\nprobability = 0.08\n'
        '[[fault]]\nkind = "delay"\nat_s = 20\nfor_s = 10\ndelay_ms = 60\n'
        '[[fault]]\nkind = "delay"\nat_s = 40\nfor_s = 3\ndelay_ms = 200\n'
    )
    world = begun(faults=faults, seed=seed)
    keys = [say.Up(1), say.Up(2), say.Down(1), say.Down(2), say.Pause(), say.Resume()]
    for press, key in enumerate(Random(seed).choices(keys, weights=[6, 6, 2, 2, 1, 2], k=150)):
        world.say(key).run_for(0.1 + press % 5 / 10)
    assert max(highest_ua(world, 1), highest_ua(world, 2)) >= STEP_UA
    assert broken(world) == []


def test_a_plan_that_moves_by_itself_is_refused() -> None:
    rising = changed(level(), intensity_start_permille=500, ramp_to_end=True)
    steps = Varying(variation=Variation.STEPS, values=(80_000, 79_000))
    for phases in ((rising,), (changed(level(), rate_mhz=steps),), (level(), level())):
        world = prepared(*phases, ceiling_ua=10_000)
        assert (world.ended["exit_code"], world.told("refused")[0]["rule"]) == (5, "by hand")


def test_a_prepare_of_before_reads_as_one_that_is_not_by_hand() -> None:
    prepare = say.Prepare(
        plan=plan_of(level()),
        thresholds={},
        pads_mm2={},
        profile="consumer",
        pads_confirmed=True,
        doctor=None,
    )
    line = say.command_line(prepare).replace(b',"by_hand":false', b"")
    assert b"by_hand" not in line
    assert say.read_command(line) == prepare
    assert say.read_command(say.command_line(replace(prepare, by_hand=True))) == replace(prepare, by_hand=True)
