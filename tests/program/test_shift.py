"""The shift search against trying every shift there is."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from stimctl.program.plan_track import PlanTrack
from stimctl.program.shift import Reading, best_shift_us, deviation_ua
from stimctl.program.timeline_file import TimelineRecord

values = st.lists(st.integers(0, 5_000), min_size=3, max_size=8)


def track_of(heights: list[int]) -> PlanTrack:
    return PlanTrack(
        TimelineRecord(at * 60_000, (at + 1) * 60_000, 1, start_ua, end_ua, 100, 12_500)
        for at, (start_ua, end_ua) in enumerate(pairwise(heights))
    )


@settings(max_examples=60, deadline=None)
@given(values, st.lists(st.tuples(st.integers(-50_000, 600_000), st.integers(0, 5_000)), min_size=1, max_size=12))
def test_no_shift_that_can_be_tried_is_better(heights, points):
    track = track_of(heights)
    readings = [Reading(at_us, 1, amplitude_ua, track) for at_us, amplitude_ua in points]

    def largest(shift_us: int) -> float:
        return max(deviation_ua(reading, shift_us) for reading in readings)

    found_us = best_shift_us(readings, -12_500, 50_000)
    steepest_ua_per_us = 5_000 / 60_000
    assert -12_500 <= found_us <= 50_000
    tried = min(largest(shift_us) for shift_us in range(-12_500, 50_001, 500))
    assert largest(found_us) <= tried + 1 + 250 * steepest_ua_per_us


def test_a_shift_in_the_middle_of_the_interval_is_found():
    track = track_of([0, 3_000, 0, 3_000, 0])
    planned = [(30_000, 1_500), (60_000, 3_000), (90_000, 1_500), (120_000, 0), (180_000, 3_000)]
    readings = [Reading(at_us + 31_000, 1, amplitude_ua, track) for at_us, amplitude_ua in planned]
    assert max(deviation_ua(reading, best_shift_us(readings, -12_500, 50_000)) for reading in readings) <= 1
    assert max(deviation_ua(reading, -12_500) for reading in readings) > 1_000
