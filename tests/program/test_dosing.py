"""Programs of the library in the minutes of a course: as long as asked, targets reached, and allowed to run."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimctl.care.planner_table import ROWS
from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, Preparation
from stimctl.model.plan import Depth, Plan
from stimctl.model.thresholds import Thresholds
from stimctl.program.dosing import dosed
from stimctl.program.loader import load

USED = sorted({one for row in ROWS for one in (*row.first, *row.then, *row.choice)})
PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)


def lasts_ms(plan: Plan) -> int:
    return sum(phase.lasts_ms for phase in plan.phases)


def compiled_end_ms(plan: Plan) -> int:
    """Compiled, and put to the governor from end to end; Unfit where a rule forbids it."""
    asked = Prepare(
        plan=plan,
        thresholds=dict.fromkeys(plan.channels, PERSON),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=True,
        doctor="D",
    )
    preparation = Preparation(asked, ANY_UNIT)
    while not preparation.step():
        pass
    # without the ramp down at its end
    return preparation.ready.compiled.end_ns // 1_000_000 - 10_000


@pytest.mark.parametrize("program", USED)
@pytest.mark.parametrize("minutes", [15, 16.5, 18, 23])
def test_it_takes_as_long_as_asked_and_may_run(program: str, minutes: float) -> None:
    plan = load(program).plan
    found = dosed(plan, minutes=minutes)
    assert minutes * 60_000 - 5_000 <= lasts_ms(found) <= minutes * 60_000
    assert compiled_end_ms(found) == lasts_ms(found)


@pytest.mark.parametrize("program", USED)
def test_the_furthest_up_the_range_that_a_course_goes_may_run(program: str) -> None:
    assert compiled_end_ms(dosed(load(program).plan, minutes=20, deep_permille=150)) > 0


def test_the_first_of_every_course_is_half_of_its_program() -> None:
    found = dosed(load("P01").plan, minutes=7.5)
    assert compiled_end_ms(found) == lasts_ms(found) == 450_000


@settings(max_examples=200, derandomize=True)
@given(st.sampled_from(USED), st.floats(15, 30), st.booleans())
def test_a_phase_keeps_twice_its_ramp_and_none_is_longer_than_asked(program: str, minutes: float, deep: bool) -> None:
    plan = load(program).plan
    found = dosed(plan, minutes=minutes, deep=deep)
    assert lasts_ms(found) <= minutes * 60_000
    for before, after in zip(plan.phases, found.phases, strict=True):
        ramp_ms = max(drive.ramp_ms for drive in after.drives.values())
        assert after.lasts_ms >= min(before.lasts_ms, 2 * ramp_ms)


def test_time_is_taken_from_the_deep_phase_first() -> None:
    plan = load("P03").plan
    found = dosed(plan, minutes=15)
    assert [phase.lasts_ms for phase in found.phases] == [180_000, 240_000, 300_000, 180_000]


def test_a_deep_phase_keeps_two_minutes_while_others_get_shorter() -> None:
    found = dosed(load("P03").plan, minutes=11)
    assert next(phase.lasts_ms for phase in found.phases if phase.depth is Depth.DEEP) == 120_000


def test_time_is_added_to_the_deep_phase() -> None:
    found = dosed(load("P03").plan, minutes=22)
    assert [phase.lasts_ms for phase in found.phases] == [180_000, 240_000, 720_000, 180_000]


def test_a_program_without_one_gets_longer_where_it_is_longest() -> None:
    found = dosed(load("P01").plan, minutes=16)
    assert [phase.lasts_ms for phase in found.phases] == [180_000, 600_000, 180_000]


@pytest.mark.parametrize("program", ["P13", "P07"])
def test_without_the_deep_phase_the_one_before_comes_again(program: str) -> None:
    found = dosed(load(program).plan, minutes=18, deep=False)
    assert Depth.DEEP not in [phase.depth for phase in found.to_run()]
    assert compiled_end_ms(found) == lasts_ms(found)


def test_more_of_the_range_goes_to_the_end_of_the_deep_phase_only() -> None:
    plan = load("P11").plan
    found = dosed(plan, minutes=22, deep_permille=100)
    for before, after in zip(plan.phases, found.phases, strict=True):
        more = 100 if before.depth is Depth.DEEP else 0
        for channel in plan.channels:
            one, two = before.drives[channel], after.drives[channel]
            assert two.intensity_end_permille == one.intensity_end_permille + more
            assert two.intensity_start_permille == one.intensity_start_permille


def test_never_above_the_comfortable_maximum() -> None:
    found = dosed(load("P11").plan, minutes=22, deep_permille=900)
    assert max(drive.intensity_end_permille for phase in found.phases for drive in phase.drives.values()) == 1_000


def test_a_time_in_which_not_even_the_ramps_fit_is_no_dose() -> None:
    with pytest.raises(ValueError, match="at least"):
        dosed(load("P11").plan, minutes=2)
