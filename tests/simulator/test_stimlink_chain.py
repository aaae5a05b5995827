"""When a segment may start, and what ends a chain (SPEC.md 6 and 7)."""

import pytest
from stimlink_bench import MS, StimlinkBench, breaks, status

from firmware_protocol.stimlink.events import Ack, Discontinuity, DiscontinuityReason, Hello


@pytest.fixture
def bench():
    bench = StimlinkBench()
    bench.arm()
    return bench


def felt(bench):
    return [(record.t_us // MS, record.amplitude_ua) for record in bench.sink.felt()]


def allow_step(bench):
    """A rise by rule (a) to its end at 110 ms, then a rest to 200 ms."""
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 200 * MS, 0)


def test_a_chain_may_start_from_zero(bench):
    bench.rise(10 * MS, 210 * MS)
    assert breaks(bench.run_to(209 * MS)) == []


def test_a_chain_may_not_start_above_zero(bench):
    bench.segment(10 * MS, 100 * MS, 1)
    assert bench.run_to(100 * MS) == [Discontinuity(1, DiscontinuityReason.NO_CHAIN, bench.tick(10 * MS), 1)]
    assert bench.pulses() == []


def test_a_segment_goes_on_where_the_last_one_ended(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 210 * MS, 10)
    assert breaks(bench.run_to(209 * MS)) == []
    assert bench.amplitudes()[-1] == 100


def test_a_segment_may_begin_lower_than_the_last_one_ended(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 210 * MS, 4)
    assert breaks(bench.run_to(209 * MS)) == []


def test_a_segment_may_not_begin_higher_than_the_last_one_ended(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 210 * MS, 11)
    assert breaks(bench.run_to(209 * MS)) == ["RISE_AT_JOINT"]
    assert bench.times()[-1] == 100 * MS


def test_a_segment_one_tick_after_the_last_one_is_no_chain(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS + 1, 210 * MS, 5)
    assert breaks(bench.run_to(209 * MS)) == ["UNDERRUN"]
    assert bench.times()[-1] == 100 * MS


def test_a_drop_empties_the_queue(bench):
    bench.segment(10 * MS, 110 * MS, 5)
    bench.segment(110 * MS, 210 * MS, 0, 10)
    bench.run_to(300 * MS)
    assert bench.pulses() == []


def test_output_above_zero_that_nothing_follows_is_an_underrun(bench):
    bench.rise(10 * MS, 210 * MS)
    assert bench.run_to(300 * MS) == [Discontinuity(1, DiscontinuityReason.UNDERRUN, bench.tick(210 * MS), 1)]
    assert felt(bench)[-1] == (210, 0)


def test_an_underrun_empties_the_queue(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.segment(220 * MS, 320 * MS, 0, 5)
    bench.run_to(400 * MS)
    assert felt(bench)[-1] == (210, 0)


def test_after_an_underrun_only_zero_may_come_next(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.run_to(215 * MS)
    bench.segment(220 * MS, 320 * MS, 5)
    assert breaks(bench.run_to(319 * MS)) == ["NO_CHAIN"]


def test_an_end_at_zero_is_no_underrun(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.segment(210 * MS, 310 * MS, 20, 0)
    assert bench.run_to(400 * MS) == []
    assert felt(bench)[-1] == (310, 0)


def test_discontinuities_are_counted_modulo_256(bench):
    for n in range(257):
        start_us = (10 + 20 * n) * MS
        bench.segment(start_us, start_us + 10 * MS, 5)
        (event,) = bench.run_to(start_us + 10 * MS)
        assert event.count == (n + 1) % 256


def test_a_channel_that_breaks_leaves_the_other_alone(bench):
    bench.arm(2)
    bench.rise(10 * MS, 210 * MS, channel=2)
    bench.segment(10 * MS, 210 * MS, 5)
    bench.run_to(209 * MS)
    assert bench.times(2)[-1] == 200 * MS


# -- STEP


def test_a_step_from_a_planned_rest_runs(bench):
    allow_step(bench)
    bench.segment(200 * MS, 220 * MS, 0, 100, step=True)
    bench.segment(220 * MS, 300 * MS, 100)
    assert breaks(bench.run_to(299 * MS)) == []
    assert bench.amplitudes()[-1] == 1000


def test_a_step_without_a_rest_before_it_is_dropped(bench):
    allow_step(bench)
    bench.run_to(195 * MS)
    bench.segment(200 * MS + 1, 221 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(300 * MS)) == ["BAD_STEP"]
    assert felt(bench)[-1] == (110, 0)


def test_a_step_right_after_output_is_dropped(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 210 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(209 * MS)) == ["BAD_STEP"]


def test_a_step_that_begins_above_zero_is_dropped(bench):
    allow_step(bench)
    bench.segment(200 * MS, 220 * MS, 1, 100, step=True)
    assert breaks(bench.run_to(300 * MS)) == ["BAD_STEP"]


def test_a_step_is_refused_from_arm_on(bench):
    bench.segment(10 * MS, 110 * MS, 0)
    bench.segment(110 * MS, 210 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(209 * MS)) == ["BAD_STEP"]


def test_a_step_is_refused_under_a_new_arm(bench):
    allow_step(bench)
    bench.run_to(150 * MS)
    bench.stop()
    bench.arm()
    bench.segment(160 * MS, 200 * MS, 0)
    bench.segment(200 * MS, 220 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(219 * MS)) == ["BAD_STEP"]


def test_a_step_is_refused_after_a_discontinuity(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.run_to(220 * MS)
    bench.segment(230 * MS, 330 * MS, 0)
    bench.segment(330 * MS, 430 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(429 * MS)) == ["BAD_STEP"]


def test_a_step_is_taken_again_once_a_rise_from_zero_has_run_to_its_end(bench):
    bench.rise(10 * MS, 110 * MS, to=10)
    bench.run_to(120 * MS)
    bench.segment(130 * MS, 230 * MS, 0, 10)
    bench.segment(230 * MS, 330 * MS, 0)
    bench.segment(330 * MS, 430 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(429 * MS)) == []


def rest(bench, from_us, to_us, piece_us=100 * MS):
    """A rest in pieces, sent as they come due."""
    for start_us in range(from_us, to_us, piece_us):
        bench.segment(start_us, min(start_us + piece_us, to_us), 0)
        bench.run_to(start_us + 1)


@pytest.mark.parametrize(("length_us", "expected"), [(1_000 * MS, []), (1_000 * MS + 1, ["BAD_STEP"])])
def test_the_rest_before_a_step_lasts_at_most_a_second_in_all_its_pieces(bench, length_us, expected):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 111 * MS, 0)
    rest(bench, 111 * MS, 110 * MS + length_us)
    end_us = 110 * MS + length_us
    bench.segment(end_us, end_us + 20 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(end_us + 10 * MS)) == expected


def test_status_says_whether_a_step_would_be_taken(bench):
    bench.say(Hello())
    assert not status(bench.run_to(105 * MS)).step_allowed
    bench.segment(110 * MS, 210 * MS, 0, 10)
    bench.segment(210 * MS, 400 * MS, 0)
    assert status(bench.run_to(350 * MS)).step_allowed


# -- REPLACE


def test_replace_cuts_what_is_in_force_and_drops_what_follows(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.segment(210 * MS, 310 * MS, 20)
    bench.run_to(100 * MS)
    assert isinstance(bench.segment(150 * MS, 250 * MS, 14, 0, replace=True)[0], Ack)
    assert bench.run_to(400 * MS) == []
    assert felt(bench)[-1] == (250, 0)
    assert max(bench.amplitudes()) == 140


def test_replace_may_not_begin_higher_than_what_it_cuts(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.run_to(100 * MS)
    bench.segment(150 * MS, 250 * MS, 15, 0, replace=True)
    assert breaks(bench.run_to(400 * MS)) == ["RISE_AT_JOINT"]
    assert felt(bench)[-1] == (150, 0)


def test_replace_keeps_what_ends_before_it(bench):
    bench.rise(10 * MS, 110 * MS, to=10)
    bench.segment(110 * MS, 160 * MS, 10)
    bench.segment(160 * MS, 260 * MS, 10)
    bench.segment(160 * MS, 200 * MS, 10, 0, replace=True)
    assert bench.run_to(400 * MS) == []
    assert felt(bench)[-1] == (200, 0)


def test_replace_cuts_what_will_be_in_force_by_then(bench):
    bench.rise(10 * MS, 110 * MS, to=10)
    bench.segment(110 * MS, 210 * MS, 10)
    bench.run_to(50 * MS)
    bench.segment(150 * MS, 180 * MS, 10, 0, replace=True)
    assert bench.run_to(300 * MS) == []
    assert bench.times()[-1] == 170 * MS


def test_replace_repeated_is_acknowledged_and_changes_nothing(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.segment(150 * MS, 200 * MS, 14, 5, replace=True)
    bench.segment(200 * MS, 300 * MS, 5, 0)
    assert isinstance(bench.segment(150 * MS, 200 * MS, 14, 5, replace=True, seq=8)[0], Ack)
    assert bench.run_to(400 * MS) == []


def test_replace_that_is_refused_changes_nothing(bench):
    bench.rise(10 * MS, 210 * MS)
    bench.segment(210 * MS, 310 * MS, 20, 0)
    bench.segment(150 * MS, 250 * MS, 3_000, 0, replace=True)
    assert bench.run_to(400 * MS) == []
    assert felt(bench)[-1] == (310, 0)


def test_replace_makes_room_in_a_full_queue(bench):
    for n in range(16):
        bench.segment((n + 1) * 20 * MS, (n + 2) * 20 * MS, 0)
    assert bench.segment(100 * MS, 200 * MS, 0, replace=True) == [Ack(7, 1, 5)]
