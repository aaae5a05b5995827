"""The stimlink driver against a unit made by hand: identity, arming, segments, gaps, ceilings, telemetry, noise."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hand_made_unit import CEILINGS, MS, SECOND, WELCOME, HandMadeUnit, status
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.events import (
    Ack,
    Arm,
    Armed,
    AskClock,
    Discontinuity,
    DiscontinuityReason,
    Event,
    Fault,
    FaultCode,
    Hello,
    KeepAlive,
    Limit,
    Limited,
    Nack,
    NackReason,
    SegmentFrame,
    Stop,
    Stopped,
    Time,
)
from stimctl.drivers import facts
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.model.segment import Segment
from stimctl.safety.clearance import Cleared


def unit(**changes: object) -> HandMadeUnit:
    return HandMadeUnit(StimlinkDriver(), **changes)


def cleared(start_ns: int, lasts_ms: float = 200, *, replacing: bool = False, **changes: int | bool) -> Cleared:
    fields: dict = {
        "channel": 1,
        "start_ns": start_ns,
        "end_ns": start_ns + round(lasts_ms * MS),
        "amplitude_start_ua": 0,
        "amplitude_end_ua": 1_000,
        "phase_duration_us": 200,
        "interphase_us": 100,
        "pulse_period_us": 12_500,
    }
    return Cleared(Segment(**(fields | changes)), replacing)


def sent(at: HandMadeUnit, *segments: Cleared) -> list[SegmentFrame]:
    for one in segments:
        at.driver.send(one, at.now_ns)
    before = len(at.of(SegmentFrame))
    at.run_for(0)
    return at.of(SegmentFrame)[before:]


def chain(at: HandMadeUnit, pieces: int, lasts_ms: float = 200) -> list[SegmentFrame]:
    """Pieces end to end, each sent 200 ms ahead."""
    start_ns = at.now_ns + 200 * MS
    frames = []
    for _ in range(pieces):
        one = cleared(start_ns, lasts_ms, amplitude_end_ua=0)
        frames += sent(at, one)
        start_ns = one.segment.end_ns
        at.run_for(lasts_ms)
    return frames


# --- who is there


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


# --- the clock


def test_the_clock_settles_after_five_seconds_and_says_so_once() -> None:
    asked = unit(ppm=100).identified()
    assert asked.run_for(4_900).learned(facts.Settled) == []
    assert [type(fact) for fact in asked.run_for(5_000).learned(facts.Settled)] == [facts.Settled]
    assert asked.learned(facts.Settled)[0].best_rtt_us == 2_000


def test_the_clock_is_asked_five_times_a_second() -> None:
    asked = unit().identified()
    before = len(asked.of(AskClock))
    assert len(asked.run_for(10_000).of(AskClock)) - before == 50


def test_a_clock_that_jumps_is_a_fault() -> None:
    jumping = unit().settled()
    jumping._first_tick += 50_000
    jumping.run_for(300)
    assert "jumped" in jumping.learned(facts.UnitFault)[0].why


def test_after_a_resync_the_clock_settles_anew() -> None:
    again = unit().settled()
    again._first_tick += 50_000
    again.driver.resync(again.now_ns)
    again.run_for(6_000)
    assert len(again.learned(facts.Settled)) == 2
    assert again.learned(facts.UnitFault) == []


# --- arming


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


# --- segments


def test_amplitudes_are_rounded_down_to_ten_microamperes() -> None:
    armed = unit().armed()
    (frame,) = sent(armed, cleared(armed.now_ns + 100 * MS, amplitude_start_ua=19, amplitude_end_ua=1_009))
    assert (frame.amplitude_start, frame.amplitude_end) == (1, 100)


def test_a_segment_carries_the_epoch_of_its_arm_and_its_pulses() -> None:
    armed = unit().armed((1, 2))
    (frame,) = sent(armed, cleared(armed.now_ns + 100 * MS, channel=2, step=True, replacing=True))
    assert (frame.epoch, frame.channel, frame.step, frame.replace) == (armed.nonce, 2, True, True)
    assert (frame.phase_duration_us, frame.interphase_us, frame.pulse_period_us) == (200, 100, 12_500)


@pytest.mark.parametrize("first_tick", [0, 2**32 - 6_000_000])
def test_the_first_of_a_chain_is_placed_by_the_clock(first_tick: int) -> None:
    armed = unit(first_tick=first_tick).armed()
    start_ns = armed.now_ns + 100 * MS
    (frame,) = sent(armed, cleared(start_ns))
    assert (frame.start, (frame.end - frame.start) % 2**32) == (armed.tick(start_ns), 200_000)


@pytest.mark.parametrize("ppm", [-400, 0, 400])
def test_within_a_chain_ticks_meet_exactly_and_keep_true_time(ppm: int) -> None:
    armed = unit(ppm=ppm).armed()
    armed.run_for(20_000)
    begin_ns = armed.now_ns + 200 * MS
    frames = chain(armed, 100)
    assert all(after.start == before.end for before, after in pairwise(frames))
    assert abs(frames[-1].end - armed.tick(begin_ns + 20 * SECOND)) < 300


def test_a_correction_of_the_clock_goes_into_durations_by_at_most_500_ppm() -> None:
    armed = unit().armed()
    sent(armed, cleared(armed.now_ns + 100 * MS, 100))
    end_ns = armed.now_ns + 200 * MS
    armed.driver.clock._origin = replace(armed.driver.clock._origin, tick=armed.driver.clock._origin.tick + 4_000)
    (longer,) = sent(armed, cleared(end_ns, 200))
    assert longer.end - longer.start == 200_100
    armed.driver.clock._origin = replace(armed.driver.clock._origin, tick=armed.driver.clock._origin.tick - 8_000)
    (shorter,) = sent(armed, cleared(end_ns + 200 * MS, 40))
    assert (shorter.start, shorter.end - shorter.start) == (longer.end, 39_980)


def test_a_segment_that_does_not_join_is_placed_by_the_clock() -> None:
    armed = unit().armed()
    start_ns = armed.now_ns + 100 * MS
    _, after = sent(armed, cleared(start_ns, 50), cleared(start_ns + 60 * MS, 50))
    assert after.start == armed.tick(start_ns + 60 * MS)


def test_a_replacing_segment_is_placed_by_the_clock_and_begins_a_chain() -> None:
    armed = unit().armed()
    start_ns = armed.now_ns + 100 * MS
    (before,) = sent(armed, cleared(start_ns, 100))
    armed.driver.clock._origin = replace(armed.driver.clock._origin, tick=armed.driver.clock._origin.tick + 4_000)
    (cut,) = sent(armed, cleared(start_ns + 100 * MS, 100, replacing=True))
    (after,) = sent(armed, cleared(start_ns + 200 * MS, 10))
    assert (cut.start, after.start) == (before.end + 4_000, cut.end)


def test_channels_have_chains_of_their_own() -> None:
    armed = unit().armed((1, 2))
    start_ns = armed.now_ns + 100 * MS
    _, other = sent(armed, cleared(start_ns, 100), cleared(start_ns + 100 * MS, 50, channel=2))
    assert other.start == armed.tick(start_ns + 100 * MS)


def test_a_segment_is_repeated_until_it_is_acknowledged() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    (first,) = sent(armed, cleared(armed.now_ns + 200 * MS))
    armed.run_for(100)
    assert armed.of(SegmentFrame) == [first] * 3
    assert armed.tell(Ack(first.seq, 1, 1)) == [facts.Accepted(1, armed.now_ns + 300 * MS)]
    armed.run_for(200)
    assert armed.of(SegmentFrame) == [first] * 3


def test_a_segment_is_not_repeated_when_it_would_come_too_late() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    sent(armed, cleared(armed.now_ns + 60 * MS))
    assert len(armed.run_for(500).of(SegmentFrame)) == 2


def test_an_acknowledgement_counts_once() -> None:
    armed = unit().armed()
    (frame,) = sent(armed, cleared(armed.now_ns + 100 * MS))
    armed.run_for(10)
    assert armed.tell(Ack(frame.seq, 1, 1)) == []


# --- pulses in true time


@pytest.mark.parametrize("ppm", [-300, -37, 0, 37, 300])
def test_pulse_periods_keep_their_rate_in_true_time(ppm: int) -> None:
    armed = unit(ppm=ppm).armed()
    armed.run_for(30_000)
    periods = []
    start_ns = armed.now_ns + 200 * MS
    for number in range(200):
        periods += sent(armed, cleared(start_ns + number * 200 * MS, pulse_period_us=13_001, amplitude_end_ua=0))
        armed.run_for(200)
    mean = sum(frame.pulse_period_us for frame in periods) / len(periods)
    assert mean == pytest.approx(13_001 * (1 + ppm / 1e6), abs=0.05)
    assert max(frame.pulse_period_us for frame in periods) - min(frame.pulse_period_us for frame in periods) <= 1


def test_a_pulse_period_is_never_shorter_than_what_was_armed() -> None:
    armed = unit(ppm=-400).armed()
    armed.run_for(10_000)
    assert {frame.pulse_period_us for frame in chain(armed, 20)} == {12_500}


# --- gaps


@pytest.mark.parametrize("reason", NackReason)
def test_a_nack_of_a_segment_is_a_gap(reason: NackReason) -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    (frame,) = sent(armed, cleared(armed.now_ns + 200 * MS))
    assert armed.tell(Nack(frame.seq, reason)) == [facts.GapSeen(1, reason.name.lower().replace("_", " "))]


def test_a_nack_of_something_else_is_nothing() -> None:
    assert unit().armed().tell(Nack(250, NackReason.LATE)) == []


def test_a_discontinuity_is_a_gap() -> None:
    armed = unit().armed()
    assert armed.tell(Discontinuity(2, DiscontinuityReason.NO_CHAIN, 5, 1)) == [facts.GapSeen(2, "no chain")]


def test_a_count_that_grew_unnoticed_is_a_gap() -> None:
    armed = unit().armed()
    armed.status(discontinuities=255)
    gap, heard = armed.status(discontinuities=0)
    assert gap == facts.GapSeen(1, "missed report")
    assert isinstance(heard, facts.Heard)


def test_a_count_that_was_told_is_no_second_gap() -> None:
    armed = unit().armed()
    armed.status(discontinuities=3)
    armed.tell(Discontinuity(1, DiscontinuityReason.UNDERRUN, 5, 4))
    assert [type(fact) for fact in armed.status(discontinuities=4)] == [facts.Heard]


def test_the_first_count_of_a_unit_is_no_gap() -> None:
    assert [type(fact) for fact in unit().armed().status(discontinuities=9)] == [facts.Heard]


def test_after_a_gap_nothing_of_before_is_repeated_on_that_channel() -> None:
    armed = unit().armed((1, 2))
    armed.silent_to = {SegmentFrame}
    start_ns = armed.now_ns + 200 * MS
    sent(armed, cleared(start_ns), cleared(start_ns, channel=2))
    armed.tell(Discontinuity(1, DiscontinuityReason.UNDERRUN, 5, 1))
    armed.run_for(100)
    assert [frame.channel for frame in armed.of(SegmentFrame)] == [1, 2, 2, 2]


def test_after_a_gap_the_next_segment_is_placed_by_the_clock() -> None:
    armed = unit().armed()
    start_ns = armed.now_ns + 100 * MS
    (before,) = sent(armed, cleared(start_ns, 50))
    armed.driver._chains[1].end_tick += 20
    armed.tell(Discontinuity(1, DiscontinuityReason.UNDERRUN, 5, 1))
    (after,) = sent(armed, cleared(start_ns + 50 * MS, 50))
    assert after.start == before.end


# --- ceilings


def test_a_hold_covers_all_that_was_sent() -> None:
    armed = unit().armed()
    (frame,) = sent(armed, cleared(armed.now_ns + 100 * MS))
    armed.driver.hold(1, 509, armed.now_ns)
    assert armed.run_for(0).of(Limit) == [Limit(1, 50, frame.end)]


def test_a_second_hold_never_raises_the_first_while_that_lasts() -> None:
    armed = unit().armed()
    sent(armed, cleared(armed.now_ns + 100 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    armed.driver.hold(1, 900, armed.now_ns)
    assert [limit.ceiling for limit in armed.run_for(0).of(Limit)] == [50, 50]


def test_a_hold_that_has_lapsed_does_not_bind_the_next_even_half_a_wrap_later() -> None:
    armed = unit().armed()
    sent(armed, cleared(armed.now_ns + 100 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    armed.run_for(400)
    armed.now_ns += 2_200 * SECOND
    armed.driver.hold(1, 900, armed.now_ns)
    assert [limit.ceiling for limit in armed.run_for(0).of(Limit)] == [50, 90]


def test_a_hold_is_repeated_until_it_is_acknowledged() -> None:
    armed = unit().armed()
    armed.silent_to = {Limit}
    sent(armed, cleared(armed.now_ns + 200 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    (first, *_) = armed.run_for(100).of(Limit)
    assert len(armed.of(Limit)) == 3
    armed.tell(Limited(first.channel, first.ceiling, first.until))
    assert len(armed.run_for(200).of(Limit)) == 3


def test_a_segment_that_was_lost_is_repeated_no_higher_than_the_hold() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    sent(armed, cleared(armed.now_ns + 200 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    armed.run_for(50)
    assert [frame.amplitude_end for frame in armed.of(SegmentFrame)] == [100, 50]


def test_after_a_gap_a_hold_still_covers_what_the_unit_has_queued() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    (frame,) = sent(armed, cleared(armed.now_ns + 200 * MS))
    armed.tell(Nack(frame.seq, NackReason.LATE))
    armed.driver.hold(1, 500, armed.now_ns)
    assert armed.run_for(0).of(Limit) == [Limit(1, 50, armed.tick(armed.now_ns))]


def test_nothing_is_held_where_nothing_is_armed() -> None:
    idle = unit().settled()
    idle.driver.hold(1, 500, idle.now_ns)
    assert idle.run_for(0).of(Limit) == []


def test_a_replace_drops_what_was_lost_and_reaches_past_it() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    start_ns = armed.now_ns + 100 * MS
    sent(armed, cleared(start_ns, 100), cleared(start_ns + 100 * MS, 100))
    sent(armed, cleared(start_ns + 150 * MS, 50, replacing=True))
    again = armed.run_for(50).of(SegmentFrame)[3:]
    assert [(frame.start - armed.tick(start_ns)) // 1000 for frame in again] == [0, 150]


# --- staying and stopping


def test_a_keep_alive_is_sent_only_while_armed() -> None:
    armed = unit().settled()
    armed.driver.keep_alive(armed.now_ns)
    assert armed.run_for(0).of(KeepAlive) == []
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    armed.run_for(20).driver.keep_alive(armed.now_ns)
    assert armed.run_for(0).of(KeepAlive) == [KeepAlive(armed.nonce)]


def test_a_stop_forgets_everything_that_was_to_be_sent() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame, Limit}
    armed.driver.send(cleared(armed.now_ns + 200 * MS), armed.now_ns)
    armed.driver.hold(1, 500, armed.now_ns)
    armed.driver.keep_alive(armed.now_ns)
    armed.driver.stopped(armed.now_ns)
    assert armed.driver.drain() == b""
    armed.run_for(600)
    assert [armed.of(kind) for kind in (SegmentFrame, Limit, KeepAlive)] == [[], [], []]


def test_after_a_stop_the_next_arm_uses_the_newest_nonce() -> None:
    armed = unit().armed()
    sent(armed, cleared(armed.now_ns + 100 * MS, 50))
    armed.driver.stopped(armed.now_ns)
    for nonce in (900, 901):
        armed.nonce = nonce
        assert armed.tell(Stopped(nonce, 0, True)) == [facts.ZeroConfirmed(True)]
    armed.driver.arm({1: CEILINGS}, armed.now_ns)
    armed.run_for(20)
    assert armed.of(Arm)[-1].nonce == 901


def test_a_stop_answered_with_current_flowing_is_told_as_such() -> None:
    armed = unit().armed()
    armed.driver.stopped(armed.now_ns)
    assert armed.tell(Stopped(900, 0, False)) == [facts.ZeroConfirmed(False)]


def test_after_a_stop_a_report_of_being_disarmed_is_no_fault() -> None:
    armed = unit().armed()
    armed.driver.stopped(armed.now_ns)
    assert [type(fact) for fact in armed.status(armed=False)] == [facts.Heard]


def test_the_stop_bytes_are_those_of_the_page() -> None:
    assert StimlinkDriver.stop_bytes == bytes.fromhex("00 02 07 03 98 84 00")


# --- what the unit reports


def test_a_report_comes_in_microamperes_with_the_time_it_was_heard() -> None:
    armed = unit().armed()
    (heard,) = armed.status(
        amplitude=123, phase_duration_us=200, pulse_period_us=12_500, pulses=7, load_ohm=950, queued=2, battery=80
    )
    reported = heard.reported
    assert (reported.heard_ns, reported.amplitude_ua, reported.load_ohm) == (armed.now_ns, 1_230, 950)
    assert (reported.channel, reported.phase_duration_us, reported.pulse_period_us) == (1, 200, 12_500)
    assert (reported.pulses, reported.queued, reported.battery_percent, reported.contact) == (7, 2, 80, True)


@pytest.mark.parametrize("load_ohm", [0, 0xFFFF])
def test_no_reading_and_an_open_circuit_are_no_load(load_ohm: int) -> None:
    (heard,) = unit().armed().status(load_ohm=load_ohm)
    assert heard.reported.load_ohm is None


def test_a_unit_on_mains_has_no_battery() -> None:
    (heard,) = unit().armed().status(battery=255)
    assert heard.reported.battery_percent is None


def test_a_unit_that_is_not_armed_any_more_is_a_fault() -> None:
    assert unit().armed().status(armed=False) == [facts.UnitFault("the unit is not armed any more")]


def test_a_unit_that_restarted_is_a_fault() -> None:
    assert unit().armed().tell(replace(WELCOME, boot=8)) == [facts.UnitFault("the unit has restarted")]


def test_the_same_welcome_again_is_nothing() -> None:
    assert unit().armed().tell(WELCOME) == []


def test_a_trip_is_a_fault_with_its_name() -> None:
    armed = unit().armed()
    assert armed.tell(Fault(FaultCode.OPEN_CIRCUIT, 2, 0, 777)) == [
        facts.UnitFault("the unit tripped: open circuit on channel 2")
    ]


def test_noise_is_counted() -> None:
    armed = unit().armed()
    assert armed.tell_bytes(b"x\0") == [facts.NoiseHeard(1)]
    assert armed.tell_bytes(encode(Ack(1, 1, 1))[:-2] + b"\x55\0") == [facts.NoiseHeard(2)]


EVENTS: list[Event] = [
    WELCOME,
    replace(WELCOME, version=9),
    replace(WELCOME, boot=1),
    Stopped(1, 2, False),
    Time(1, 2, 3),
    Time(26, 2**32 - 1, 0),
    Ack(3, 1, 1),
    Ack(200, 9, 1),
    Nack(3, NackReason.LATE),
    Nack(1, NackReason.BAD_FIELD),
    Limited(9, 1, 1),
    Discontinuity(0, DiscontinuityReason.BAD_STEP, 0, 0),
    Fault(FaultCode.LAPSED, 255, 0, 0),
    status(200, amplitude=65_535, armed=False),
    status(1, discontinuities=7),
    Hello(),
    Stop(),
]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(pieces=st.lists(st.one_of(st.binary(max_size=70), st.sampled_from(EVENTS).map(encode)), max_size=12))
@pytest.mark.parametrize("stage", ["fresh", "settled", "armed"])
def test_no_bytes_make_it_raise(stage: str, pieces: list[bytes]) -> None:
    at = unit()
    if stage != "fresh":
        at.settled()
    if stage == "armed":
        at.driver.arm({1: CEILINGS}, at.now_ns)
        at.run_for(20)
        sent(at, cleared(at.now_ns + 100 * MS))
    for piece in pieces:
        at.tell_bytes(piece)
        at.run_for(10)
