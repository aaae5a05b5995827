"""A stimlink device's session: identity, arming, stop, lapse, reboot, telemetry (SPEC.md 2, 4, 5, 10, 11)."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stimlink_bench import CEILINGS, MS, StimlinkBench, breaks, refusal, status

from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.connection import STOP_BYTES
from firmware_protocol.stimlink.events import (
    Ack,
    Arm,
    Armed,
    AskClock,
    Fault,
    FaultCode,
    Hello,
    KeepAlive,
    Limit,
    Limited,
    Status,
    Stop,
    Stopped,
    Time,
    Welcome,
)


@pytest.fixture
def bench():
    return StimlinkBench()


def test_welcome_is_sent_once_unasked(bench):
    assert isinstance(bench.welcome, Welcome)
    assert bench.run_to(10_000 * MS) == []


def test_hello_changes_nothing_while_armed(bench):
    bench.arm()
    (welcome,) = bench.say(Hello())
    assert welcome == bench.welcome
    assert isinstance(bench.segment(10 * MS, 20 * MS, 0)[0], Ack)


def test_a_clock_question_is_answered_with_its_token_and_the_tick_of_arrival(bench):
    bench.run_to(1234)
    assert bench.say(AskClock(99)) == [Time(99, bench.tick(1234), bench.tick(1234))]


def test_arm_latches_and_repeats_what_it_latched(bench):
    assert bench.arm() == [Armed(seq=1, nonce=bench.nonce, channel=1, ceilings=CEILINGS)]


def test_arm_with_any_but_the_newest_nonce_is_refused(bench):
    stale = bench.nonce
    bench.stop()
    assert refusal(bench.say(Arm(seq=1, nonce=stale, channel=1, ceilings=CEILINGS))) == "WRONG_NONCE"


def test_a_replayed_arm_changes_nothing_and_does_not_keep_the_arm_alive(bench):
    (first,) = bench.arm()
    bench.run_to(1_900 * MS)
    assert bench.arm() == [first]
    (fault,) = bench.run_to(2_000 * MS)
    assert fault.code is FaultCode.LAPSED


def test_an_arm_from_before_a_stop_cannot_arm_again(bench):
    recorded = encode(Arm(seq=1, nonce=bench.nonce, channel=1, ceilings=CEILINGS))
    bench.write(recorded)
    bench.stop()
    assert refusal(bench.write(recorded)) == "WRONG_NONCE"


def test_latched_ceilings_cannot_be_changed_while_armed(bench):
    bench.arm()
    higher = replace(CEILINGS, amplitude=CEILINGS.amplitude + 1)
    assert refusal(bench.arm(ceilings=higher)) == "ALREADY_LATCHED"
    assert refusal(bench.segment(10 * MS, 20 * MS, CEILINGS.amplitude + 1)) == "OVER_CEILING"


def test_disarming_lifts_the_ceilings(bench):
    bench.arm()
    bench.stop()
    assert isinstance(bench.arm(ceilings=replace(CEILINGS, amplitude=50))[0], Armed)


@pytest.mark.parametrize(
    "change",
    [{"amplitude": 10_001}, {"phase_duration_us": 401}, {"charge_nc": 40_001}, {"shortest_period_us": 6665}],
    ids=lambda change: next(iter(change)),
)
def test_ceilings_above_the_devices_own_are_refused(bench, change):
    assert refusal(bench.arm(ceilings=replace(CEILINGS, **change))) == "OVER_CEILING"


@pytest.mark.parametrize("field", ["phase_duration_us", "shortest_period_us"])
def test_ceilings_of_zero_time_are_refused(bench, field):
    assert refusal(bench.arm(ceilings=replace(CEILINGS, **{field: 0}))) == "BAD_FIELD"


@pytest.mark.parametrize("channel", [0, 3])
def test_a_channel_that_does_not_exist_cannot_be_armed(bench, channel):
    assert refusal(bench.arm(channel)) == "NO_CHANNEL"


def test_a_refused_arm_does_not_arm(bench):
    bench.arm(3)
    assert refusal(bench.segment(10 * MS, 20 * MS, 0)) == "NOT_ARMED"


def test_a_second_channel_is_added_under_the_same_nonce(bench):
    bench.arm(1)
    assert isinstance(bench.arm(2)[0], Armed)


def test_two_seconds_without_a_word_lapse_the_arm(bench):
    bench.arm()
    assert bench.run_to(2_000 * MS - 1) == []
    (fault,) = bench.run_to(2_000 * MS)
    assert (fault.code, fault.tick) == (FaultCode.LAPSED, bench.tick(2_000 * MS))
    assert refusal(bench.segment(2_010 * MS, 2_020 * MS, 0)) == "NOT_ARMED"


def test_a_keep_alive_of_the_epoch_holds_the_arm(bench):
    bench.arm()
    bench.run_to(1_000 * MS)
    bench.say(KeepAlive(bench.epoch))
    assert bench.run_to(2_999 * MS) == []


def test_a_keep_alive_of_another_epoch_does_not(bench):
    bench.arm()
    bench.run_to(1_000 * MS)
    bench.say(KeepAlive(bench.epoch ^ 1))
    assert isinstance(bench.run_to(2_000 * MS)[0], Fault)


def test_an_accepted_segment_holds_the_arm(bench):
    bench.arm()
    bench.run_to(1_000 * MS)
    bench.segment(1_010 * MS, 1_020 * MS, 0)
    assert bench.run_to(2_999 * MS) == []


def test_a_refused_segment_does_not_hold_the_arm(bench):
    bench.arm()
    bench.run_to(1_000 * MS)
    bench.segment(900 * MS, 1_020 * MS, 0)
    assert isinstance(bench.run_to(2_000 * MS)[0], Fault)


def test_a_lapsed_device_refuses_arm_until_stopped(bench):
    bench.arm()
    (fault,) = bench.run_to(2_000 * MS)
    bench.nonce = fault.nonce
    assert refusal(bench.arm()) == "NOT_ARMED"
    bench.stop()
    assert isinstance(bench.arm()[0], Armed)


def test_stop_ends_output_at_once_and_flushes_the_queue(bench):
    bench.arm()
    bench.rise(10 * MS, 110 * MS, to=10)
    bench.segment(110 * MS, 200 * MS, 10)
    bench.run_to(65 * MS)
    bench.stop()
    bench.run_to(400 * MS)
    assert bench.times()[-1] == 60 * MS
    assert (bench.sink.felt()[-1].t_us, bench.sink.felt()[-1].amplitude_ua) == (65 * MS, 0)


def test_nothing_sent_before_a_stop_acts_after_it(bench):
    bench.arm()
    sent = encode(bench.frame(10 * MS, 20 * MS, 0))
    bench.stop()
    assert refusal(bench.write(sent)) == "NOT_ARMED"
    old = bench.epoch
    bench.arm()
    bench.epoch = old
    assert refusal(bench.segment(10 * MS, 20 * MS, 0)) == "WRONG_NONCE"


def test_every_stop_draws_a_new_nonce(bench):
    nonces = [bench.welcome.nonce]
    for _ in range(5):
        (stopped,) = bench.say(Stop())
        nonces.append(stopped.nonce)
    assert 0 not in nonces
    assert all(one != next_one for one, next_one in pairwise(nonces))


def idle(bench):
    pass


def armed(bench):
    bench.arm()


def driving(bench):
    bench.arm()
    bench.rise()
    bench.run_to(100 * MS)


def tripped(bench):
    bench.arm()
    bench.run_to(2_000 * MS)


@pytest.mark.parametrize("reach", [idle, armed, driving, tripped])
def test_stop_works_in_every_state(bench, reach):
    reach(bench)
    (stopped,) = bench.write(STOP_BYTES)
    assert (type(stopped), stopped.output_off) == (Stopped, True)
    bench.nonce = stopped.nonce
    assert isinstance(bench.arm()[0], Armed)


@pytest.mark.parametrize("cut", range(1, 31))
def test_stop_bytes_stop_after_any_cut_of_a_segment(bench, cut):
    driving(bench)
    part = encode(bench.frame(210 * MS, 300 * MS, 20, seq=9))[:cut]
    answer = bench.write(part + STOP_BYTES)
    assert isinstance(answer[-1], Stopped)


def test_a_segment_before_any_arm_is_refused(bench):
    assert refusal(bench.segment(10 * MS, 20 * MS, 0)) == "NOT_ARMED"


def test_a_segment_on_a_channel_that_is_not_latched_is_refused(bench):
    bench.arm(1)
    assert refusal(bench.segment(10 * MS, 20 * MS, 0, channel=2)) == "NOT_ARMED"


def test_limit_is_answered_in_every_state(bench):
    assert isinstance(bench.limit(100, 10 * MS)[0], Limited)


def test_a_limit_of_a_channel_that_does_not_exist_is_answered_and_ignored(bench):
    assert bench.say(Limit(9, 5, 77)) == [Limited(9, 5, 77)]


def test_a_frame_of_the_devices_own_kind_is_no_frame_to_it(bench):
    assert bench.say(Stopped(1, 2, True)) == []


# -- telemetry


def test_no_status_before_hello(bench):
    bench.arm()
    assert not [event for event in bench.run_to(1_900 * MS) if isinstance(event, Status)]


def test_status_of_each_channel_every_second_while_idle(bench):
    bench.say(Hello())
    reports = [(event.channel, event.tick) for event in bench.run_to(3_000 * MS)]
    assert reports == [(1 + n % 2, bench.tick(500 * MS * (n + 1))) for n in range(6)]


def test_status_of_each_channel_every_200_ms_while_armed(bench):
    bench.say(Hello())
    bench.arm()
    reports = [event.channel for event in bench.run_to(1_000 * MS)]
    assert reports == [1, 2] * 5


def test_status_ends_after_five_seconds_of_silence(bench):
    bench.say(Hello())
    assert bench.run_to(5_000 * MS)
    assert bench.run_to(30_000 * MS) == []


def test_hello_while_armed_starts_the_fast_rhythm(bench):
    bench.arm()
    bench.say(Hello())
    assert len(bench.run_to(1_000 * MS)) == 10


def test_status_tells_the_last_pulse_as_measured(bench):
    bench.say(Hello())
    bench.arm()
    bench.rise(10 * MS, 210 * MS, to=20)
    report = status(bench.run_to(200 * MS - 1))
    assert (report.armed, report.contact, report.queued, report.nonce) == (True, True, 1, bench.epoch)
    assert (report.amplitude, report.phase_duration_us, report.pulse_period_us) == (9, 200, 10_000)
    assert (report.pulses, report.load_ohm) == (9, 1000)


def test_status_shows_zero_while_output_is_off(bench):
    bench.say(Hello())
    driving(bench)
    report = status(bench.run_to(400 * MS))
    assert (report.amplitude, report.phase_duration_us, report.pulse_period_us) == (0, 0, 0)


def test_status_counts_discontinuities(bench):
    bench.say(Hello())
    bench.arm()
    bench.segment(10 * MS, 20 * MS, 5)
    bench.segment(30 * MS, 40 * MS, 5)
    bench.run_to(35 * MS)
    bench.segment(50 * MS, 60 * MS, 5)
    assert status(bench.run_to(200 * MS)).discontinuities == 2


# -- reboot


def test_a_reboot_is_zero_at_once(bench):
    driving(bench)
    bench.device.reboot(105 * MS * 1000)
    bench.run_to(300 * MS)
    assert (bench.sink.felt()[-1].t_us, bench.sink.felt()[-1].amplitude_ua) == (105 * MS, 0)
    assert bench.times()[-1] == 100 * MS


def test_a_reboot_draws_a_new_boot_and_nonce_and_says_so(bench):
    bench.device.reboot(0)
    (welcome,) = bench.run_to(50 * MS)
    assert welcome.boot != bench.welcome.boot
    assert welcome.nonce != bench.welcome.nonce
    assert welcome.serial_number == bench.welcome.serial_number


def test_a_rebooting_device_hears_nothing(bench):
    bench.device.reboot(0)
    bench.run_to(49 * MS)
    assert bench.say(Hello()) == []


def test_a_rebooted_device_is_disarmed(bench):
    driving(bench)
    bench.device.reboot(105 * MS * 1000)
    bench.run_to(155 * MS)
    assert refusal(bench.segment(160 * MS, 170 * MS, 0)) == "NOT_ARMED"


# -- open circuit


def test_two_pulses_without_current_trip_the_device(bench):
    driving(bench)
    bench.arm(2)
    bench.segment(110 * MS, 310 * MS, 0, 20, channel=2)
    bench.skin.set_attached(1, False)
    (fault,) = [event for event in bench.run_to(300 * MS) if isinstance(event, Fault)]
    assert (fault.code, fault.channel, fault.tick) == (FaultCode.OPEN_CIRCUIT, 1, bench.tick(120 * MS))
    assert bench.times(1)[-1] == 100 * MS
    assert max(bench.times(2)) <= 120 * MS


def test_one_pulse_without_current_does_not_trip(bench):
    driving(bench)
    bench.skin.set_attached(1, False)
    bench.run_to(115 * MS)
    bench.skin.set_attached(1, True)
    assert not [event for event in bench.run_to(150 * MS) if isinstance(event, Fault)]


def test_a_pulse_with_current_between_two_without_keeps_it_from_tripping(bench):
    driving(bench)
    for attached, until_us in ((False, 115), (True, 125), (False, 135), (True, 145)):
        bench.skin.set_attached(1, attached)
        assert bench.run_to(until_us * MS) == []


def test_a_pulse_without_current_is_forgotten_with_the_arm(bench):
    driving(bench)
    bench.skin.set_attached(1, False)
    bench.run_to(115 * MS)
    bench.stop()
    bench.arm()
    bench.segment(120 * MS, 320 * MS, 0, 20)
    (fault,) = bench.run_to(300 * MS)
    assert fault.tick == bench.tick(140 * MS)


def test_a_tripped_device_refuses_arm_until_stopped(bench):
    driving(bench)
    bench.skin.set_attached(1, False)
    (fault,) = bench.run_to(120 * MS)
    bench.nonce = fault.nonce
    assert refusal(bench.arm()) == "NOT_ARMED"
    bench.stop()
    assert isinstance(bench.arm()[0], Armed)


# -- anything at all

_FRAGMENTS = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([encode(Hello()), encode(Stop()), STOP_BYTES, encode(AskClock(1)), b"\0", b"\x01" * 200]),
    st.builds(Limit, st.integers(0, 255), st.integers(0, 65535), st.integers(0, 2**32 - 1)).map(encode),
)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.tuples(_FRAGMENTS, st.integers(0, 100 * MS)), max_size=40))
def test_no_bytes_make_it_raise_or_grow(pieces):
    bench = StimlinkBench()
    bench.arm()
    for data, wait_us in pieces:
        bench.device.receive(data, bench.now_us * 1000)
        bench.device.advance((bench.now_us + wait_us) * 1000)
        bench.now_us += wait_us
    assert len(bench.device.drain()) <= 32 * 64


def test_answers_that_nobody_takes_are_bounded(bench):
    for _ in range(1_000):
        bench.device.receive(encode(Hello()), 0)
    assert len(bench.device.drain()) <= 32 * 64


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.data())
def test_no_fields_make_it_raise_or_deliver_more_than_was_latched(data):
    bench = StimlinkBench()
    bench.arm()
    for _ in range(data.draw(st.integers(1, 25))):
        first, last = data.draw(st.integers(0, 40)), data.draw(st.integers(0, 2100))
        start_us = bench.now_us + data.draw(st.sampled_from([-1, 0, 1, 10 * MS, 50 * MS, 400 * MS, 401 * MS]))
        fields = {
            "step": data.draw(st.booleans()),
            "replace": data.draw(st.booleans()),
            "period_us": data.draw(st.sampled_from([0, 500, 6665, 6666, 10_000, 2**32 - 1])),
            "duration_us": data.draw(st.sampled_from([0, 29, 30, 200, 400, 401, 65535])),
        }
        length_us = data.draw(st.sampled_from([0, 1, 20 * MS, 50 * MS, 150 * MS, 600 * MS]))
        bench.segment(start_us, start_us + length_us, first, last, **fields)
        bench.run_to(bench.now_us + data.draw(st.integers(0, 60 * MS)))
        assert status_queued(bench) <= 16
    bench.run_to(bench.now_us + 501 * MS)
    assert max(bench.amplitudes(), default=0) <= CEILINGS.amplitude * 10
    assert all(later - earlier >= CEILINGS.shortest_period_us for earlier, later in pairwise(bench.times()))
    assert breaks(bench.heard()) == []


def status_queued(bench):
    bench.say(Hello())
    return max((event.queued for event in bench.heard() if isinstance(event, Status)), default=0)
