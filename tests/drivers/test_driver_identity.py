"""Who is at the other end, and who is not."""

from dataclasses import replace

from driver_bench import unit
from hand_made_unit import WELCOME

from firmware_protocol.stimlink.events import (
    Hello,
    Stop,
)
from stimctl.drivers import facts


def test_hello_is_said_until_somebody_answers() -> None:
    quiet = unit()
    quiet.silent_to = {Hello}
    quiet.identified().run_for(400)
    assert len(quiet.of(Hello)) == 5
    quiet.silent_to = set()
    quiet.run_for(200)
    assert len(quiet.learned(facts.Identified)) == 1
    hellos = len(quiet.of(Hello))
    assert len(quiet.run_for(500).of(Hello)) == hellos


def test_nobody_there_is_told_after_three_seconds_once() -> None:
    quiet = unit()
    quiet.silent_to = {Hello}
    quiet.identified().run_for(2_900)
    assert quiet.facts == []
    quiet.run_for(2_000)
    assert quiet.facts == [facts.NoAnswer(3_000)]


def test_the_unit_is_stopped_once_before_it_counts_as_identified() -> None:
    found = unit().identified()
    assert [type(event) for event in found.sent[:2]] == [Hello, Stop]
    assert found.facts == [facts.ZeroConfirmed(True), facts.Identified(found.learned(facts.Identified)[0].capabilities)]


def test_a_unit_says_what_it_can_do() -> None:
    can = unit().identified().learned(facts.Identified)[0].capabilities
    assert (can.family, can.serial_number, can.firmware) == ("stimlink", "0000000000abcdef", "1.2")
    assert (can.amplitude_ua, can.amplitude_step_ua, can.charge_per_phase_nc) == (100_000, 10, 40_000)
    assert (can.shortest_phase_us, can.phase_duration_us, can.interphase_us) == (50, 400, 100)
    assert (can.shortest_period_us, can.compliance_v, can.queue_depth, can.release_ms) == (6_666, 120, 16, 500)
    assert (can.simulated, can.balanced, can.reports_load, can.channels) == (True, True, True, 2)


def test_a_unit_that_never_answers_a_stop_is_the_wrong_one() -> None:
    stuck = unit()
    stuck.silent_to = {Stop}
    stuck.identified().run_for(4_000)
    assert stuck.facts == [facts.WrongUnit("it says hello, and does not answer a stop")]
    assert len(stuck.of(Stop)) > 20


def test_another_version_is_the_wrong_unit() -> None:
    other = unit()
    other.welcome = replace(WELCOME, version=2)
    other.identified().run_for(4_000)
    assert other.facts == [facts.WrongUnit("it speaks stimlink 2, we speak 1")]


def test_noise_in_place_of_an_answer_is_the_wrong_unit() -> None:
    noisy = unit()
    noisy.silent_to = {Hello}
    noisy.identified()
    noisy.tell_bytes(b"AT\0OK\0??\0")
    noisy.run_for(4_000)
    assert noisy.learned(facts.NoiseHeard) == [facts.NoiseHeard(1), facts.NoiseHeard(2), facts.NoiseHeard(3)]
    assert noisy.facts[-1] == facts.WrongUnit("9 bytes came back, and none of them were a stimlink unit's")


def test_a_piece_of_noise_or_two_is_nobody() -> None:
    noisy = unit()
    noisy.silent_to = {Hello}
    noisy.identified()
    noisy.tell_bytes(b"AT\0OK\0")
    assert noisy.run_for(4_000).facts[-1] == facts.NoAnswer(3_000)


def test_noise_before_an_answer_does_not_matter() -> None:
    noisy = unit()
    noisy.tell_bytes(b"a\0b\0c\0d\0")
    assert len(noisy.identified().learned(facts.Identified)) == 1


def test_a_unit_whose_output_stays_on_is_not_taken_and_is_stopped_all_the_while() -> None:
    stuck = unit()
    stuck.output_off = False
    stuck.identified().run_for(4_000)
    assert stuck.learned(facts.Identified) == []
    assert isinstance(stuck.facts[-1], facts.WrongUnit)
    assert "its output is not off: switch it off, take the pads off" in stuck.facts[-1].why
    assert len(stuck.of(Stop)) > 20


def test_a_unit_whose_output_goes_off_late_is_taken_then() -> None:
    late = unit()
    late.output_off = False
    late.identified().run_for(1_000)
    late.output_off = True
    late.run_for(200)
    assert [type(fact) for fact in late.facts[-2:]] == [facts.ZeroConfirmed, facts.Identified]
