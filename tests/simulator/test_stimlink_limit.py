"""LIMIT: it never raises, and holds what is there whatever the clocks say (SPEC.md 9)."""

import pytest
from stimlink_bench import MS, StimlinkBench, breaks, limited


@pytest.fixture
def bench():
    """Rising to 200 µA at 210 ms, there until 410 ms; it is 100 ms now."""
    bench = StimlinkBench()
    bench.arm()
    bench.rise(10 * MS, 210 * MS, to=20)
    bench.run_to(50 * MS)
    bench.segment(210 * MS, 410 * MS, 20)
    bench.run_to(100 * MS)
    return bench


def top(bench, from_us=101 * MS):
    return max((pulse.amplitude_ua for pulse in bench.pulses() if pulse.at_us >= from_us), default=0)


def test_what_is_in_force_is_held_at_once(bench):
    bench.limit(5, 101 * MS)
    bench.run_to(200 * MS)
    assert top(bench) == 50


def test_what_is_queued_is_held_for_good_even_past_until(bench):
    bench.limit(5, 101 * MS)
    bench.run_to(409 * MS)
    assert top(bench) == 50


def test_a_past_until_still_holds_what_is_there(bench):
    bench.limit(5, 1 * MS)
    bench.run_to(409 * MS)
    assert top(bench) == 50


def test_a_limit_above_the_line_changes_nothing(bench):
    bench.limit(500, 400 * MS)
    bench.run_to(409 * MS)
    assert top(bench) == 200


def test_what_arrives_later_and_starts_before_until_is_held(bench):
    bench.limit(5, 420 * MS)
    bench.segment(410 * MS, 450 * MS, 5)
    bench.run_to(411 * MS)
    assert bench.amplitudes()[-1] == 50
    bench.stop()
    bench.limit(3, 800 * MS)
    bench.arm()
    bench.segment(420 * MS, 520 * MS, 0, 10)
    bench.run_to(519 * MS)
    assert top(bench, 420 * MS) == 30


def test_what_starts_at_until_is_free_again(bench):
    bench.limit(5, 420 * MS)
    bench.segment(410 * MS, 420 * MS, 5)
    bench.segment(420 * MS, 520 * MS, 5, 14)
    bench.run_to(519 * MS)
    assert top(bench, 420 * MS) == 130


def test_until_is_at_most_500_ms_ahead(bench):
    assert limited(bench.limit(5, 5_000 * MS)).until == bench.tick(600 * MS)


def test_a_second_limit_takes_the_lower_ceiling_and_the_later_until(bench):
    bench.limit(5, 300 * MS)
    answer = limited(bench.limit(9, 200 * MS))
    assert (answer.ceiling, answer.until) == (5, bench.tick(300 * MS))
    answer = limited(bench.limit(3, 200 * MS))
    assert (answer.ceiling, answer.until) == (3, bench.tick(300 * MS))


def test_a_limit_that_has_lapsed_is_forgotten(bench):
    bench.limit(5, 110 * MS)
    bench.run_to(110 * MS)
    answer = limited(bench.limit(9, 200 * MS))
    assert (answer.ceiling, answer.until) == (9, bench.tick(200 * MS))


def test_a_limited_segment_is_not_raised_by_a_later_limit(bench):
    bench.limit(5, 101 * MS)
    bench.run_to(150 * MS)
    bench.limit(100, 400 * MS)
    bench.run_to(409 * MS)
    assert top(bench) == 50


def test_the_next_segment_may_not_begin_above_a_limited_end(bench):
    bench.limit(5, 101 * MS)
    bench.run_to(300 * MS)
    bench.segment(410 * MS, 500 * MS, 6)
    assert breaks(bench.run_to(420 * MS)) == ["RISE_AT_JOINT"]


def test_a_limited_chain_does_not_break_at_its_joints(bench):
    bench.limit(5, 101 * MS)
    assert breaks(bench.run_to(409 * MS)) == []


def test_a_limit_to_zero_is_felt_as_zero_at_the_next_pulse(bench):
    bench.limit(0, 101 * MS)
    bench.run_to(111 * MS)
    last = bench.sink.felt()[-1]
    assert (last.t_us, last.amplitude_ua) == (110 * MS, 0)


def test_a_limit_to_zero_is_no_planned_rest(bench):
    bench.limit(0, 101 * MS)
    bench.run_to(300 * MS)
    bench.segment(410 * MS, 440 * MS, 0, 100, step=True)
    assert breaks(bench.run_to(439 * MS)) == ["BAD_STEP"]


def test_a_limit_leaves_the_other_channel_alone(bench):
    bench.limit(5, 101 * MS, channel=2)
    bench.run_to(409 * MS)
    assert top(bench) == 200


def test_disarming_lifts_a_limit(bench):
    bench.limit(5, 500 * MS)
    bench.stop()
    bench.arm()
    bench.segment(110 * MS, 210 * MS, 0, 10)
    bench.run_to(209 * MS)
    assert top(bench, 110 * MS) == 90
