"""Arming: with what ceilings, when it counts, and when it is refused."""

from dataclasses import replace

import pytest
from driver_bench import unit
from hand_made_unit import CEILINGS, status

from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.events import (
    Arm,
    Armed,
    Nack,
    NackReason,
)
from stimctl.drivers import facts


def test_an_arm_carries_the_newest_nonce_and_ceilings_rounded_down() -> None:
    armed = unit().settled()
    ceilings = replace(CEILINGS, amplitude_ua=20_009, slope_ua_per_s=1_009, step_ua=509)
    armed.driver.arm({1: ceilings}, armed.now_ns)
    (arm,) = armed.run_for(20).of(Arm)
    assert arm.nonce == armed.nonce
    assert (arm.ceilings.amplitude, arm.ceilings.slope, arm.ceilings.step) == (2_000, 100, 50)
    assert (arm.ceilings.phase_duration_us, arm.ceilings.charge_nc, arm.ceilings.shortest_period_us) == (
        200,
        4_000,
        12_500,
    )


def test_it_is_armed_when_every_channel_is_once() -> None:
    armed = unit().settled()
    armed.silent_to = {Arm}
    armed.driver.arm({1: CEILINGS, 2: CEILINGS}, armed.now_ns)
    armed.run_for(1)
    first, second = armed.of(Arm)
    answers = [Armed(seq=a.seq, nonce=a.nonce, channel=a.channel, ceilings=a.ceilings) for a in (first, second)]
    assert armed.tell(answers[0]) == []
    assert armed.tell(answers[0]) == []
    assert armed.tell(answers[1]) == [facts.Armed()]
    assert armed.tell(answers[1]) == []


@pytest.mark.parametrize("more", [1, -1])
def test_ceilings_latched_otherwise_are_a_refusal(more: int) -> None:
    armed = unit().settled()
    armed.silent_to = {Arm}
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    (arm,) = armed.run_for(1).of(Arm)
    wrong = replace(arm.ceilings, amplitude=arm.ceilings.amplitude + more)
    (refused,) = armed.tell(Armed(seq=arm.seq, nonce=arm.nonce, channel=1, ceilings=wrong))
    assert isinstance(refused, facts.ArmRefused)


def test_an_answer_to_another_arm_does_not_count() -> None:
    armed = unit().settled()
    armed.silent_to = {Arm}
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    (arm,) = armed.run_for(1).of(Arm)
    assert armed.tell(Armed(seq=arm.seq, nonce=arm.nonce - 1, channel=1, ceilings=arm.ceilings)) == []
    assert armed.tell(Armed(seq=arm.seq, nonce=arm.nonce, channel=2, ceilings=arm.ceilings)) == []


def test_a_nack_of_an_arm_is_a_refusal_with_its_reason() -> None:
    armed = unit().settled()
    armed.silent_to = {Arm}
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    (arm,) = armed.run_for(1).of(Arm)
    assert armed.tell(Nack(arm.seq, NackReason.OVER_CEILING)) == [facts.ArmRefused("over ceiling")]


def test_an_arm_without_an_answer_is_repeated_and_then_refused_once() -> None:
    armed = unit().settled()
    armed.silent_to = {Arm}
    armed.driver.arm({1: CEILINGS, 2: CEILINGS}, armed.now_ns)
    armed.run_for(1_000)
    assert armed.learned(facts.ArmRefused) == [facts.ArmRefused("the unit did not answer")]
    assert len(armed.of(Arm)) > 20
    assert armed.driver.retransmits == len(armed.of(Arm)) - 2


def test_a_report_that_was_under_way_before_the_arm_is_no_loss_of_it() -> None:
    armed = unit().settled()
    armed.silent_to = {Arm}
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    (arm,) = armed.run_for(1).of(Arm)
    before = encode(status(armed=False))
    after = encode(Armed(seq=arm.seq, nonce=arm.nonce, channel=1, ceilings=arm.ceilings))
    assert [type(fact) for fact in armed.tell_bytes(before + after)] == [facts.Heard, facts.Armed]
