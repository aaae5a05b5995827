"""What a unit and a person have to be like before anything is armed."""

from dataclasses import replace

import pytest
from world import PERSON

from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, Preparation, Unfit, ceilings_of, session_limits
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


def prepared(most_ua: int | None, comfort_ua: int) -> int:
    """The highest amplitude that the session may have; Unfit where a rule refuses it."""
    plan = load("demo").plan
    asked = Prepare(
        plan=plan,
        thresholds=dict.fromkeys(plan.channels, replace(PERSON, comfort_ua=comfort_ua)),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=True,
        doctor="D",
        most_ua=most_ua,
    )
    preparation = Preparation(asked, ANY_UNIT)
    while not preparation.step():
        pass
    return preparation.ready.terms.limits.amplitude_ua


def test_what_a_person_never_goes_over_is_a_limit_of_the_session() -> None:
    assert prepared(None, 18_000) == CONSUMER.amplitude_ua
    assert prepared(14_000, 14_000) == 14_000
    assert prepared(99_000, 18_000) == CONSUMER.amplitude_ua, "it loosens nothing"
    for most_ua, comfort_ua in ((14_000, 18_000), (5_000, 5_000)):
        with pytest.raises(Unfit):
            prepared(most_ua, comfort_ua)
