"""Whatever is asked in whatever order: refusing leaves no trace, and nothing that the rules forbid is admitted."""

import pickle
from dataclasses import replace
from random import Random

import pytest
from current_rules import CurrentRules
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_bench import MS, SECOND, report, segment, terms

from stimctl.model.limits import CLINICAL, CONSUMER
from stimctl.model.scale import Scale
from stimctl.model.segment import Segment
from stimctl.model.thresholds import Thresholds
from stimctl.safety.clearance import Cleared, Refused
from stimctl.safety.governor import Governor
from stimctl.safety.rules import RULES

PERSON = Thresholds(sensory_ua=6_000, comfort_ua=40_000, at_phase_us=200, at_period_us=12_500)
SMALL = {"fused_hold_ms": 700, "session_ms": 6_000, "charge_per_phase_nc": 2_500}


class Play:
    """Two channels driven by dice: mostly what a driver of programs would ask, often a little or much too much."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        profile = self.dice.choice((CONSUMER, CLINICAL))
        limits = replace(profile, **SMALL, rms_ua=self.dice.choice((200, 15_000)), rms_density_ua_cm2=40)
        self.terms = terms(
            limits=limits,
            thresholds={1: PERSON, 2: PERSON},
            pads_mm2={1: 2_500, 2: 1_600},
        )
        self.governor = Governor(self.terms)
        self.rules = CurrentRules(self.terms)
        self.now_ns = 5 * SECOND
        self.last = {1: segment(start_ns=0, end_ns=self.now_ns), 2: segment(channel=2, start_ns=0, end_ns=self.now_ns)}
        self.verdicts: list[str] = []
        for channel in (1, 2):
            self.governor.heard(report(channel=channel))
            self.governor.felt(channel, 2_000, "high", SECOND)
            self.rules.felt(channel, 2_000, False, 1_000)

    def go(self, turns: int) -> "Play":
        for _ in range(turns):
            kind = self.dice.choices(("ask", "felt", "gap", "down", "armed", "pass"), (40, 8, 1, 2, 0.2, 4))[0]
            getattr(self, f"_{kind}")(self.dice.choice((1, 1, 2)))
        return self

    def _ask(self, channel: int) -> None:
        dice, last = self.dice, self.last[channel]
        replacing = dice.random() < 0.08
        start_ns = last.end_ns + (dice.randint(-250, 0) * MS if replacing else dice.choice((0,) * 20 + (-MS, MS)))
        if start_ns <= self.now_ns and dice.random() < 0.95:
            start_ns = self.now_ns + 10 * MS
        picture = self.governor.picture(channel)
        joint_ua = picture.amplitude_at(start_ns)
        phase_us = dice.choice((last.phase_duration_us,) * 25 + (40, 100, 200, 210, 300))
        ground_ua = self.governor.ground(channel).charge_nc("high") * 1000 // phase_us
        lasts_ns = dice.choice((200 * MS,) * 20 + (20 * MS, 100 * MS, 50_123_457, 201 * MS, 1_000))
        to_ua = dice.choice((
            joint_ua, joint_ua, 0, ground_ua, ground_ua + 1,
            joint_ua + lasts_ns // 1_000_000, joint_ua + lasts_ns // 1_000_000 + 1,
            joint_ua + ground_ua * lasts_ns // SECOND, joint_ua + 2 * ground_ua * lasts_ns // SECOND,
            dice.randint(0, 60_000), -1,
        ))  # fmt: skip
        one = Segment(
            channel=channel,
            start_ns=start_ns,
            end_ns=start_ns + lasts_ns,
            amplitude_start_ua=dice.choice((joint_ua,) * 30 + (0, joint_ua + 1)),
            amplitude_end_ua=to_ua,
            phase_duration_us=phase_us,
            interphase_us=dice.choice((100,) * 60 + (-1, 20_000)),
            pulse_period_us=dice.choice((last.pulse_period_us,) * 25 + (5_000, 12_500, 33_333, 60_000, 125_000)),
            step=dice.random() < 0.05,
            contraction=dice.random() < 0.8,
        )
        self.now_ns = max(self.now_ns, start_ns - dice.choice((240, 100, 10)) * MS)
        before = pickle.dumps(self.governor)
        verdict = self.governor.admit(one, self.now_ns, replace=replacing)
        if isinstance(verdict, Refused):
            assert pickle.dumps(self.governor) == before, verdict
            self.verdicts.append(verdict.rule)
        else:
            self.rules.admitted(one, self.now_ns, replacing=replacing)
            self.last[channel] = one
            self.verdicts.append("cleared")

    def _felt(self, channel: int) -> None:
        last = self.last[channel]
        is_slow = last.pulse_period_us >= 100_000
        charge_nc = last.amplitude_end_ua * last.phase_duration_us // 1000
        lasted_ms = self.dice.choice((100, 1_000))
        self.governor.felt(channel, charge_nc, "low" if is_slow else "high", lasted_ms * MS)
        if charge_nc:
            self.rules.felt(channel, charge_nc, is_slow, lasted_ms)

    def _gap(self, channel: int) -> None:
        self.governor.gap(channel)
        self.rules.gap(channel)

    def _down(self, channel: int) -> None:
        ceiling_ua = self.dice.randint(0, 20_000)
        self.governor.down(channel, ceiling_ua, self.now_ns)
        self.rules.down(channel, ceiling_ua)

    def _armed(self, channel: int) -> None:
        self.governor.armed()
        self.rules.armed()
        for each in (1, 2):
            self.governor.heard(report(channel=each))

    def _pass(self, channel: int) -> None:
        self.now_ns = max(self.now_ns, self.last[channel].end_ns - self.dice.randint(0, 300) * MS)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_refusing_leaves_no_trace_and_nothing_forbidden_is_admitted(seed: int) -> None:
    play = Play(seed).go(150)
    assert play.rules.broken == []


def test_the_dice_reach_every_rule_and_most_of_what_is_asked_is_cleared() -> None:
    """Else the property above would prove little."""
    verdicts = [verdict for seed in range(40) for verdict in Play(seed).go(150).verdicts]
    missed = {"rises-only-into-load", "channel-known"}
    assert {*RULES[Scale.CURRENT], "ends-within-reach", "total-within-limit", "cleared"} - missed <= set(verdicts)
    assert verdicts.count("cleared") > len(verdicts) // 4


@pytest.mark.parametrize("replacing", [False, True])
def test_a_refusal_by_any_rule_leaves_no_trace(replacing: bool) -> None:
    governor = Governor(terms())
    governor.heard(report())
    assert isinstance(governor.admit(segment(), 900 * MS), Cleared)
    before = pickle.dumps(governor)
    for wrong in (
        {"channel": 9},
        {"end_ns": 5 * SECOND},
        {"start_ns": 0},
        {"amplitude_start_ua": 1},
        {"amplitude_end_ua": 50_000},
        {"phase_duration_us": 0},
        {"pulse_period_us": 0},
        {"step": True, "amplitude_end_ua": 10},
    ):
        one = segment(**({"start_ns": 1_200 * MS, "end_ns": 1_300 * MS} | wrong))
        assert isinstance(governor.admit(one, 950 * MS, replace=replacing), Refused)
        assert pickle.dumps(governor) == before
