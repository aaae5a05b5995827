"""What a timeline plans for one channel, as a function of time: its least and greatest value in a window."""

from bisect import bisect_right
from collections.abc import Iterable

from stimctl.program.timeline_file import TimelineRecord

__all__ = ["PlanTrack"]


class PlanTrack:
    """One channel of a timeline. Between two knots the plan is a straight line; outside all of them it is zero."""

    def __init__(self, records: Iterable[TimelineRecord]) -> None:
        self._times: list[int] = []
        self._left: list[int] = []
        self._right: list[int] = []
        for record in records:
            self._knot(record.start_us, 0, record.amplitude_start_ua)
            self._knot(record.end_us, record.amplitude_end_ua, 0)

    def least_and_greatest(self, from_us: int, to_us: int) -> tuple[float, float]:
        """The least and the greatest planned amplitude from one instant to another, both included, in µA."""
        first = bisect_right(self._times, from_us)
        one = self._value(from_us, first)
        after = first
        while after < len(self._times) and self._times[after] <= to_us:
            after += 1
        other = self._value(to_us, after)
        least, greatest = (one, other) if one < other else (other, one)
        if first and self._times[first - 1] == from_us:
            first -= 1
        for knot in range(first, after):
            for value in (self._left[knot], self._right[knot]):
                if value < least:
                    least = value
                elif value > greatest:
                    greatest = value
        return least, greatest

    def _knot(self, at_us: int, left_ua: int, right_ua: int) -> None:
        if self._times and self._times[-1] == at_us:
            self._right[-1] = right_ua
            return
        self._times.append(at_us)
        self._left.append(left_ua)
        self._right.append(right_ua)

    def _value(self, at_us: int, after: int) -> float:
        """The value at `at_us`, which lies in front of knot number `after`."""
        if after == 0 or after == len(self._times):
            return 0.0
        start_us, start_ua = self._times[after - 1], self._right[after - 1]
        rise_ua = self._left[after] - start_ua
        return start_ua + rise_ua * (at_us - start_us) / (self._times[after] - start_us)
