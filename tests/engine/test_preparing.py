"""What a unit and a person have to be like before anything is armed."""

from dataclasses import replace

import pytest
from world import PERSON

from stimctl.engine.preparing import ANY_UNIT, Unfit, ceilings_of, session_limits
from stimctl.model.limits import CLINICAL, CONSUMER
from stimctl.program.compile import compile_plan
from stimctl.program.loader import load


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"balanced": False}, "balance"),
        ({"compliance_v": 501}, "501 V"),
        ({"amplitude_ua": 2_000_000}, "mJ"),
        ({"release_ms": 1_250}, "1250 ms"),
    ],
)
def test_a_unit_that_must_not_be_driven_is_refused(change: dict, word: str) -> None:
    with pytest.raises(Unfit, match=word):
        session_limits("consumer", replace(ANY_UNIT, **change))


def test_a_profile_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Unfit, match="consumer, clinical"):
        session_limits("hospital", ANY_UNIT)


def test_limits_are_the_tightest_of_profile_and_unit() -> None:
    limits = session_limits("clinical", replace(ANY_UNIT, amplitude_ua=20_000, shortest_period_us=10_000))
    assert (limits.amplitude_ua, limits.shortest_period_us) == (20_000, 10_000)
    assert limits.charge_per_phase_nc == CLINICAL.charge_per_phase_nc


def test_the_unit_is_to_latch_the_plans_own_maxima_and_no_more() -> None:
    plan = load("surface-to-deep").plan
    segments = compile_plan(plan, dict.fromkeys(plan.channels, PERSON), CONSUMER).segments
    ceilings = ceilings_of(segments, CONSUMER)[1]
    assert ceilings.amplitude_ua == max(segment.top_ua for segment in segments)
    assert ceilings.phase_duration_us == 250
    assert ceilings.step_ua == 0
    assert 9_990 < ceilings.shortest_period_us < 10_000
