"""What is different for one answer or one channel, from the file to the timeline: conditions, tables, delays."""

from dataclasses import replace
from pathlib import Path

import pytest
from plans import person

from stimctl.clock import MS
from stimctl.drivers.nominal import NOMINAL
from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import Preparation, Unfit
from stimctl.errors import ConfigError
from stimctl.model.limits import CONSUMER
from stimctl.model.plan import Depth, EnvelopeKind, Plan, Variation
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled
from stimctl.program.loader import load

HEAD = """
format = 1
title = "Test"
class = "twitch"
profiles = ["consumer", "clinical"]
channels = [1, 2]
"""
PHASE = """
[[phase]]
name = "{name}"
depth = "{depth}"
minutes = {minutes}
intensity_pct = {intensity_pct}
rate_hz = {rate_hz}
phase_duration_us = {phase_duration_us}
"""
REAL = replace(NOMINAL["stimlink"], simulated=False)
ASKING = 'only_if = {{ pain_at_rest_at_most = {most}, else_repeat = "{instead}" }}\n'
TRAIN = 'envelope = { kind = "train", up_s = 2, hold_s = 2, down_s = 2, off_s = 4 }\n'


def phase(name: str, extra: str = "", **changes: object) -> str:
    drive = {
        "depth": "surface",
        "minutes": 1,
        "intensity_pct": 20,
        "rate_hz": 80,
        "phase_duration_us": 200,
    }
    return PHASE.format(name=name, **(drive | changes)) + extra


FIRST = phase("first")
LAST = phase("last", depth="cool-down", intensity_pct=15)


@pytest.fixture
def plan_of(tmp_path: Path):
    def loaded(*phases: str, head: str = HEAD) -> Plan:
        path = tmp_path / "test.toml"
        path.write_text(head + "".join(phases), encoding="utf-8")
        return load(str(path)).plan

    return loaded


def compiled(plan: Plan) -> Compiled:
    return compile_plan(plan, dict.fromkeys(plan.channels, person(6, 18)), CONSUMER)


# -- conditions


@pytest.fixture
def asking(plan_of) -> Plan:
    """Its second phase is for pain of at most 3, and otherwise the first again."""
    deep = phase("second", ASKING.format(most=3, instead="first"), depth="transition", minutes=2, intensity_pct=30)
    return plan_of(FIRST, deep, LAST)


def names(plan: Plan, pain: int | None) -> list[str]:
    return [mark.name for mark in compiled(replace(plan, pain_at_rest=pain)).marks]


@pytest.mark.parametrize("pain", [0, 3])
def test_an_answer_up_to_what_is_asked_meets_a_condition(asking: Plan, pain: int) -> None:
    assert names(asking, pain) == ["first", "second", "last"]


@pytest.mark.parametrize("pain", [4, 10])
def test_an_answer_over_it_does_not(asking: Plan, pain: int) -> None:
    assert names(asking, pain) == ["first", "first again", "last"]


def test_no_answer_counts_as_not_met(asking: Plan) -> None:
    assert names(asking, None) == ["first", "first again", "last"]


def test_what_is_repeated_has_the_time_of_this_phase_and_the_drive_of_the_other(asking: Plan) -> None:
    first, second, _ = asking.phases
    again = asking.to_run()[1]
    assert (again.lasts_ms, again.drives, again.depth) == (second.lasts_ms, first.drives, first.depth)


def test_a_session_is_as_long_whatever_the_answer(asking: Plan) -> None:
    assert {compiled(replace(asking, pain_at_rest=pain)).end_ns for pain in (None, 0, 4)} == {250_000 * MS}


def test_what_is_repeated_reaches_for_no_more_than_it_did(asking: Plan) -> None:
    # 20 % of 6..18 mA is 8.4 mA, 30 % is 9.6 mA
    met, not_met = (compiled(replace(asking, pain_at_rest=pain)) for pain in (3, 4))
    assert [mark.target_ua(1) for mark in met.marks] == [8_400, 9_600, 7_800]
    assert [mark.target_ua(1) for mark in not_met.marks] == [8_400, 8_400, 7_800]
    assert max(segment.top_ua for segment in not_met.segments) == 8_400


def test_a_plan_says_whether_it_asks(asking: Plan, plan_of) -> None:
    assert asking.asks_for_pain
    assert not plan_of(FIRST, LAST).asks_for_pain


@pytest.mark.parametrize("instead", ["second", "last", "nowhere"])
def test_only_a_phase_that_came_before_can_be_repeated(plan_of, instead: str) -> None:
    with pytest.raises(ConfigError, match="a phase before this one"):
        plan_of(FIRST, phase("second", ASKING.format(most=3, instead=instead)), LAST)


@pytest.mark.parametrize("most", [-1, 11, 3.5, '"3"'])
def test_pain_is_a_whole_number_from_0_to_10(plan_of, most: object) -> None:
    with pytest.raises(ConfigError, match="pain_at_rest_at_most"):
        plan_of(FIRST, phase("second", ASKING.format(most=most, instead="first")), LAST)


# -- what the engine makes of them


def asked(plan: Plan, pain: int | None) -> Prepare:
    return Prepare(
        plan=replace(plan, pain_at_rest=pain),
        thresholds=dict.fromkeys(plan.channels, person(6, 18)),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=True,
        doctor="Dr. Example",
    )


def test_on_a_real_unit_a_condition_needs_an_answer(asking: Plan) -> None:
    with pytest.raises(Unfit, match="how strong the pain is at rest") as refused:
        Preparation(asked(asking, None), REAL)
    assert refused.value.rule == "confirmation"


@pytest.mark.parametrize("pain", [0, 3, 4, 10])
def test_on_a_real_unit_any_answer_will_do(asking: Plan, pain: int) -> None:
    marks = Preparation(asked(asking, pain), REAL).ready.compiled.marks
    assert [mark.name for mark in marks][1] == ("second" if pain <= 3 else "first again")


def test_a_real_unit_is_not_asked_about_what_no_phase_depends_on(plan_of) -> None:
    assert Preparation(asked(plan_of(FIRST, LAST), None), REAL).ready.compiled.segments


def test_on_a_simulated_unit_nobody_has_to_answer(asking: Plan) -> None:
    marks = Preparation(asked(asking, None), NOMINAL["stimlink"]).ready.compiled.marks
    assert [mark.name for mark in marks] == ["first", "first again", "last"]


@pytest.mark.parametrize("pain", [-1, 11])
def test_the_engine_takes_no_other_answer(asking: Plan, pain: int) -> None:
    with pytest.raises(Unfit, match="allowed are 0 to 10"):
        Preparation(asked(asking, pain), REAL)


def test_the_engine_takes_no_phase_that_repeats_itself_or_what_comes_later(asking: Plan) -> None:
    first, second, last = asking.phases
    assert second.only_if is not None
    for instead in (-1, 1, 2, 7):
        loop = replace(second, only_if=replace(second.only_if, else_repeat=instead))
        with pytest.raises(Unfit, match="has to come before it"):
            Preparation(asked(replace(asking, phases=(first, loop, last)), 4), REAL)


# -- what is different on one channel


def test_a_channel_has_what_its_table_says_and_the_rest_from_the_phase(plan_of) -> None:
    table = "[phase.channel.2]\nintensity_pct = [10, 15]\nrate_hz = { sweep = [60, 80], period_s = 10 }\n"
    one, two = plan_of(phase("first", table), LAST).phases[0].drives.values()
    assert (two.intensity_start_permille, two.intensity_end_permille) == (100, 150)
    assert (two.rate_mhz.variation, two.rate_mhz.values) == (Variation.SWEEP, (60_000, 80_000))
    assert (two.phase_duration_us, two.envelope, two.ramp_ms) == (one.phase_duration_us, one.envelope, one.ramp_ms)
    assert (one.intensity_start_permille, one.rate_mhz.values) == (200, (80_000,))


def test_nothing_is_a_value_of_its_own_on_a_channel(plan_of) -> None:
    assert plan_of(phase("first", "[phase.channel.2]\nintensity_pct = 0\n"), LAST).phases[0].drives[2] == replace(
        plan_of(FIRST, LAST).phases[0].drives[2], intensity_start_permille=0, intensity_end_permille=0
    )


def test_a_channels_own_ramp_and_envelope_take_the_place_of_the_phases(plan_of) -> None:
    ramp = 'ramp = { shape = "linear", seconds = 20 }\n'
    table = f'[phase.channel.2]\nramp = {{ shape = "smooth", seconds = "to-end" }}\n{TRAIN}'
    one, two = plan_of(phase("first", ramp + table), LAST).phases[0].drives.values()
    assert (one.ramp_ms, one.ramp_to_end, one.envelope.kind) == (20_000, False, EnvelopeKind.CONTINUOUS)
    assert (two.ramp_ms, two.ramp_to_end, two.envelope.kind) == (0, True, EnvelopeKind.TRAIN)


def test_each_channel_gets_its_own(plan_of) -> None:
    whole = compiled(plan_of(phase("first", "[phase.channel.2]\nintensity_pct = 10\n"), LAST))
    assert [(target.channel, target.amplitude_ua) for target in whole.marks[0].targets] == [(1, 8_400), (2, 7_200)]


def test_a_table_for_a_channel_that_the_program_has_not_is_refused(plan_of) -> None:
    with pytest.raises(ConfigError, match="channel"):
        plan_of(phase("first", "[phase.channel.3]\nintensity_pct = 10\n"), LAST)


# -- who comes when


def begins_ms(plan: Plan) -> list[int]:
    """When each channel of the second phase has its first current in it."""
    whole = compiled(plan)
    mark = whole.marks[1]
    return [
        min(
            (one.start_ns - mark.start_ns) // MS
            for one in whole.segments
            if one.channel == channel and not one.is_rest and one.start_ns >= mark.start_ns
        )
        for channel in plan.channels
    ]


def shaped(extra: str) -> str:
    return phase("second", TRAIN + extra, depth=Depth.DEEP.value)


def test_channels_that_alternate_begin_equal_parts_of_a_cycle_apart(plan_of) -> None:
    assert begins_ms(plan_of(FIRST, shaped("alternate_channels = true\n"), LAST)) == [0, 5_000]
    four = HEAD.replace("[1, 2]", "[4, 2, 1, 3]")
    turns = plan_of(FIRST, shaped("alternate_channels = true\n"), LAST, head=four)
    assert (turns.channels, begins_ms(turns)) == ((1, 2, 3, 4), [0, 2_500, 5_000, 7_500])


def test_a_delay_is_for_the_channel_that_it_names(plan_of) -> None:
    assert begins_ms(plan_of(FIRST, shaped("delay_s = { 2 = 1.5 }\n"), LAST)) == [0, 1_500]
    assert begins_ms(plan_of(FIRST, shaped("delay_s = { 1 = 0.4, 2 = 3 }\n"), LAST)) == [400, 3_000]


def test_without_either_channels_begin_together(plan_of) -> None:
    assert begins_ms(plan_of(FIRST, shaped(""), LAST)) == [0, 0]


def test_channels_that_alternate_keep_their_turns_when_one_is_left_out(plan_of) -> None:
    both = plan_of(FIRST, shaped("alternate_channels = true\n"), LAST)
    assert begins_ms(replace(both, channels=(2,))) == [5_000]


def test_alternating_channels_of_a_repeated_phase_alternate_again(plan_of) -> None:
    again = phase("third", ASKING.format(most=3, instead="second"), depth="deep")
    plan = plan_of(FIRST, shaped("alternate_channels = true\n"), again, LAST)
    assert [plan.to_run()[2].drives[channel].envelope.delay_ms for channel in (1, 2)] == [0, 5_000]
