"""Every rule is asked, a refusal says what was asked and what is allowed, and a segment always ends."""

import pytest
from safety_bench import Bench, terms

from stimctl.model.scale import Scale
from stimctl.safety.clearance import Refused
from stimctl.safety.governor import Governor
from stimctl.safety.rules import RULES


def test_every_rule_is_asked() -> None:
    assert list(RULES[Scale.CURRENT]) == [
        "ends-soon",
        "amplitude-within-limit",
        "phase-duration-within-limits",
        "rate-within-limit",
        "amplitude-within-comfort",
        "charge-within-limit",
        "density-within-limits",
        "starts-from-zero-or-joins",
        "joint-onto-ground-only",
        "rises-slowly",
        "edge-ok",
        "rises-only-into-load",
        "session-not-too-long",
        "fused-contraction-rests",
    ]


def test_a_refusal_tells_asked_and_allowed_in_one_unit() -> None:
    verdict = Bench().put(8_000, 200)
    assert isinstance(verdict, Refused)
    assert verdict.sentence == "rise of 8.00 mA in 0.200 s is 40.00 mA/s, allowed 1.00 mA/s"


# --- a segment always ends


def test_a_segment_may_last_200_ms() -> None:
    assert Bench().rule(0, 200) == ""


@pytest.mark.parametrize("lasts_ms", [200.001, 0, -1])
def test_a_segment_that_is_longer_or_has_no_length_is_refused(lasts_ms: float) -> None:
    assert Bench().rule(0, lasts_ms) == "ends-soon"


# --- time


def test_the_terms_are_per_session() -> None:
    assert Governor(terms()).terms == terms()
