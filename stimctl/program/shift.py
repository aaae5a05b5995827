"""The one shift in time between a plan and a delivery that makes the largest deviation smallest.

A branch and bound, so that the answer is the smallest of the whole interval and not of the neighbourhood of a guess: a
deviation judged with a window wider by h is at most any deviation at a shift up to h away, so an interval of shifts
whose wide deviation is no better than the best one known is thrown away whole. Readings that could deviate most are
judged first, and judging stops as soon as the rest cannot matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from stimctl.program.plan_track import PlanTrack

__all__ = ["WINDOW_US", "Reading", "best_shift_us", "deviation_ua"]

WINDOW_US = 20_000
# A rise of 1 mA/s changes by a quarter of a microampere in this time, and the window is eighty times as wide.
_FINEST_US = 250
_CLOSE_ENOUGH_UA = 1.0
_KEEP_IN_MIND = 8


@dataclass(frozen=True, slots=True)
class Reading:
    """An amplitude that was delivered, and the plan that it is judged by."""

    at_us: int
    channel: int
    amplitude_ua: int
    track: PlanTrack


def deviation_ua(reading: Reading, shift_us: int, window_us: int = WINDOW_US) -> float:
    """How far outside the plan's values within `window_us` a reading lies; 0 inside them."""
    at_us = reading.at_us - shift_us
    least, greatest = reading.track.least_and_greatest(at_us - window_us, at_us + window_us)
    return max(0.0, least - reading.amplitude_ua, reading.amplitude_ua - greatest)


def best_shift_us(readings: Sequence[Reading], earliest_us: int, latest_us: int) -> int:
    """The shift between the two, both allowed, to 250 µs or to a deviation within 1 µA of the smallest."""
    judge = _Judge(readings, earliest_us, latest_us)
    best_us, best_ua = earliest_us, judge.largest_ua(earliest_us, WINDOW_US, float("inf"))
    open_intervals = [(0.0, earliest_us, latest_us)]
    while open_intervals:
        at_least_ua, from_us, to_us = heappop(open_intervals)
        if at_least_ua >= best_ua - _CLOSE_ENOUGH_UA:
            break
        middle_us = (from_us + to_us) // 2
        middle_ua = judge.largest_ua(middle_us, WINDOW_US, best_ua)
        if middle_ua < best_ua:
            best_us, best_ua = middle_us, middle_ua
        if to_us - from_us <= _FINEST_US:
            continue
        for half_from_us, half_to_us in ((from_us, middle_us), (middle_us, to_us)):
            reach_us = (half_to_us - half_from_us + 1) // 2
            at_least_ua = judge.largest_ua(half_from_us + reach_us, WINDOW_US + reach_us, best_ua)
            if at_least_ua < best_ua:
                heappush(open_intervals, (at_least_ua, half_from_us, half_to_us))
    return best_us


class _Judge:
    """The largest deviation of many readings, with no more looking than it takes."""

    def __init__(self, readings: Sequence[Reading], earliest_us: int, latest_us: int) -> None:
        self._by_worst = sorted(
            ((_at_most_ua(reading, earliest_us, latest_us), reading) for reading in readings),
            key=lambda pair: pair[0],
            reverse=True,
        )
        self._in_mind: list[Reading] = []

    def largest_ua(self, shift_us: int, window_us: int, enough_ua: float) -> float:
        """The largest deviation; once it is `enough_ua` or more, just any such value."""
        largest_ua = 0.0
        for reading in self._in_mind:
            largest_ua = max(largest_ua, deviation_ua(reading, shift_us, window_us))
            if largest_ua >= enough_ua:
                return largest_ua
        worst: Reading | None = None
        for at_most_ua, reading in self._by_worst:
            if at_most_ua <= largest_ua or largest_ua >= enough_ua:
                break
            found_ua = deviation_ua(reading, shift_us, window_us)
            if found_ua > largest_ua:
                largest_ua, worst = found_ua, reading
        if worst is not None:
            self._in_mind = [worst, *self._in_mind[: _KEEP_IN_MIND - 1]]
        return largest_ua


def _at_most_ua(reading: Reading, earliest_us: int, latest_us: int) -> float:
    """More than a reading can deviate at any shift of the interval: the plan takes no value outside these two."""
    least, greatest = reading.track.least_and_greatest(
        reading.at_us - latest_us - WINDOW_US, reading.at_us - earliest_us + WINDOW_US
    )
    return max(0.0, reading.amplitude_ua - least, greatest - reading.amplitude_ua)
