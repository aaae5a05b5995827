"""Segments on the line: rounded down, placed by the clock or joined, repeated until acknowledged."""

from dataclasses import replace
from itertools import pairwise

import pytest
from driver_bench import chain, cleared, sent, unit
from hand_made_unit import MS, SECOND

from firmware_protocol.stimlink.events import (
    Ack,
    SegmentFrame,
)
from stimctl.drivers import facts


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
