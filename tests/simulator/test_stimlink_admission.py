"""What a stimlink device takes at receipt (SPEC.md 6)."""

from dataclasses import replace

import pytest
from stimlink_bench import CEILINGS, MS, StimlinkBench, refusal

from firmware_protocol.stimlink.events import Ack


@pytest.fixture
def bench():
    bench = StimlinkBench()
    bench.run_to(1_000 * MS)
    bench.arm()
    return bench


NOW = 1_000 * MS


def test_a_good_segment_is_queued_and_counted(bench):
    assert bench.segment(NOW + 1, NOW + 20 * MS, 0) == [Ack(7, 1, 1)]


def test_a_segment_that_starts_now_is_late(bench):
    assert refusal(bench.segment(NOW, NOW + 20 * MS, 0)) == "LATE"


def test_an_instant_half_a_wrap_away_reads_as_past(bench):
    start_us = NOW + 2**31
    assert refusal(bench.segment(start_us, start_us + 20 * MS, 0)) == "LATE"


def test_a_start_may_be_400_ms_ahead_and_no_more(bench):
    assert refusal(bench.segment(NOW + 400 * MS + 1, NOW + 420 * MS, 0)) == "TOO_FAR"
    assert isinstance(bench.segment(NOW + 400 * MS, NOW + 420 * MS, 0)[0], Ack)


def test_an_end_may_be_500_ms_ahead_and_no_more(bench):
    assert refusal(bench.segment(NOW + 350 * MS, NOW + 500 * MS + 1, 0)) == "TOO_FAR"
    assert isinstance(bench.segment(NOW + 350 * MS, NOW + 500 * MS, 0)[0], Ack)


@pytest.mark.parametrize("length_us", [0, -1])
def test_an_end_not_after_the_start_is_a_bad_field(bench, length_us):
    assert refusal(bench.segment(NOW + 10 * MS, NOW + 10 * MS + length_us, 0)) == "BAD_FIELD"


@pytest.mark.parametrize(
    "fields",
    [{"period_us": 0}, {"duration_us": 0}, {"duration_us": 29}, {"interphase_us": 1001}, {"period_us": 400}],
    ids=str,
)
def test_a_pulse_that_cannot_be_made_is_a_bad_field(bench, fields):
    assert refusal(bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0, **fields)) == "BAD_FIELD"


def test_amplitude_over_the_latched_ceiling_is_refused(bench):
    highest = CEILINGS.amplitude
    assert refusal(bench.segment(NOW + 10 * MS, NOW + 30 * MS, highest + 1, duration_us=100)) == "OVER_CEILING"
    assert isinstance(bench.segment(NOW + 10 * MS, NOW + 30 * MS, highest, duration_us=100)[0], Ack)


def test_a_period_under_the_latched_one_is_refused(bench):
    assert refusal(bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0, period_us=6665)) == "OVER_CEILING"


def test_a_phase_longer_than_the_latched_one_is_refused():
    bench = StimlinkBench()
    bench.arm(ceilings=replace(CEILINGS, phase_duration_us=200))
    assert refusal(bench.segment(10 * MS, 30 * MS, 0, duration_us=201)) == "OVER_CEILING"


def test_charge_is_rounded_up_before_it_is_judged():
    bench = StimlinkBench()
    bench.arm(ceilings=replace(CEILINGS, charge_nc=200))
    assert isinstance(bench.segment(10 * MS, 30 * MS, 100, duration_us=200)[0], Ack)
    assert refusal(bench.segment(40 * MS, 50 * MS, 101, duration_us=199)) == "OVER_CEILING"


def test_a_rise_steeper_than_the_latched_slope_is_refused(bench):
    # 100 units a second for 95 ms is 9.5: rounded up, and one more
    assert refusal(bench.segment(NOW + 5 * MS, NOW + 100 * MS, 0, 12)) == "TOO_STEEP"
    assert isinstance(bench.segment(NOW + 5 * MS, NOW + 100 * MS, 0, 11)[0], Ack)


def test_a_step_may_rise_by_the_latched_step_and_no_more(bench):
    over = CEILINGS.step + 1
    assert refusal(bench.segment(NOW + 5 * MS, NOW + 30 * MS, 0, over, step=True)) == "TOO_STEEP"
    assert isinstance(bench.segment(NOW + 5 * MS, NOW + 30 * MS, 0, CEILINGS.step, step=True)[0], Ack)


def test_a_step_shorter_than_20_ms_is_refused(bench):
    assert refusal(bench.segment(NOW + 5 * MS, NOW + 25 * MS - 1, 0, 100, step=True)) == "TOO_STEEP"


def test_the_same_segment_again_is_acknowledged_and_queued_once(bench):
    bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0, seq=1)
    assert bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0, seq=2) == [Ack(2, 1, 1)]


def test_the_same_segment_again_is_acknowledged_while_it_runs(bench):
    bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0, seq=1)
    bench.run_to(NOW + 20 * MS)
    assert bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0, seq=2) == [Ack(2, 1, 1)]


def test_a_segment_that_overlaps_another_is_refused(bench):
    bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0)
    assert refusal(bench.segment(NOW + 30 * MS - 1, NOW + 40 * MS, 0)) == "OVERLAP"
    assert refusal(bench.segment(NOW + 5 * MS, NOW + 10 * MS + 1, 0)) == "OVERLAP"
    assert isinstance(bench.segment(NOW + 30 * MS, NOW + 40 * MS, 0)[0], Ack)


def test_a_segment_that_overlaps_the_one_in_force_is_refused(bench):
    bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0)
    bench.run_to(NOW + 20 * MS)
    assert refusal(bench.segment(NOW + 25 * MS, NOW + 40 * MS, 0)) == "OVERLAP"


def test_channels_do_not_overlap_each_other(bench):
    bench.arm(2)
    bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0)
    assert isinstance(bench.segment(NOW + 10 * MS, NOW + 30 * MS, 0, channel=2)[0], Ack)


def test_a_seventeenth_segment_finds_no_room(bench):
    for n in range(16):
        assert bench.segment(NOW + (n + 1) * 20 * MS, NOW + (n + 2) * 20 * MS, 0) == [Ack(7, 1, n + 1)]
    assert refusal(bench.segment(NOW + 340 * MS, NOW + 360 * MS, 0)) == "QUEUE_FULL"


def test_segments_may_come_in_any_order(bench):
    bench.segment(NOW + 110 * MS, NOW + 210 * MS, 10, 20)
    bench.segment(NOW + 10 * MS, NOW + 110 * MS, 0, 10)
    bench.run_to(NOW + 200 * MS)
    assert bench.amplitudes()[-1] == 190


def test_segments_run_across_the_wrap_of_the_clock():
    bench = StimlinkBench(first_tick=2**32 - 100 * MS)
    bench.arm()
    bench.segment(10 * MS, 90 * MS, 0, 8)
    bench.segment(90 * MS, 190 * MS, 8)
    assert bench.run_to(185 * MS) == []
    assert bench.times()[-1] == 180 * MS
