"""The rules of a unit that is driven in levels: each is broken by one segment, and by nothing else."""

from dataclasses import replace

import pytest
from safety_bench import MS, SECOND, segment, terms

from stimctl.model.levels import Levels
from stimctl.model.limits import CONSUMER
from stimctl.model.scale import LEVEL, LEVELS, Scale
from stimctl.safety.clearance import Cleared, Refused
from stimctl.safety.governor import Governor

PERSON = Levels(sensory_level=20, comfort_level=60, at_phase_us=200, at_period_us=12_500)
LIMITS = replace(CONSUMER, amplitude_ua=LEVELS * LEVEL, rise_ua_per_s=5 * LEVEL, returns_per_s=0)
TERMS = terms(limits=LIMITS, thresholds={1: PERSON, 2: PERSON}, reports_load=False, scale=Scale.LEVEL)


def verdict(**changes: object) -> str:
    ask = segment(**{"amplitude_end_ua": LEVEL, **changes})
    said = Governor(TERMS).admit(ask, ask.start_ns - 100 * MS)
    return said.rule if isinstance(said, Refused) else "cleared"


def test_a_level_that_rises_slowly_is_cleared_whatever_it_would_come_to_as_a_current() -> None:
    # 60 thousandths of a level times 200 µs would be 12 nC, and the r.m.s. of 60 mA over a pad far over any density
    governor = Governor(TERMS)
    at_ns, level = SECOND, 0
    while level < 60 * LEVEL:
        ask = segment(start_ns=at_ns, end_ns=at_ns + 200 * MS, amplitude_start_ua=level, amplitude_end_ua=level + LEVEL)
        assert isinstance(governor.admit(ask, at_ns - 100 * MS), Cleared)
        at_ns, level = ask.end_ns, level + LEVEL


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({}, "cleared"),
        ({"amplitude_end_ua": LEVEL + 100}, "rises-slowly"),
        ({"amplitude_start_ua": LEVEL}, "starts-from-zero-or-joins"),
        ({"step": True}, "no-edges"),
        ({"amplitude_end_ua": 101 * LEVEL}, "amplitude-within-limit"),
        ({"amplitude_end_ua": 61 * LEVEL}, "amplitude-within-comfort"),
        ({"phase_duration_us": 301}, "phase-duration-within-limits"),
        ({"pulse_period_us": 5_000}, "rate-within-limit"),
        ({"end_ns": 1_201 * MS}, "ends-soon"),
    ],
)
def test_each_rule_is_broken_by_its_own_segment(changes: dict[str, object], rule: str) -> None:
    assert verdict(**changes) == rule


def test_sentences_are_of_levels_and_never_of_milliamperes() -> None:
    said = Governor(TERMS).admit(segment(amplitude_end_ua=61 * LEVEL), SECOND - 100 * MS)
    assert isinstance(said, Refused)
    assert "level 61" in said.sentence
    assert "mA" not in said.sentence
