"""A series of one value over time that stays small, however long it gets: what lies between extremes thins out."""

__all__ = ["Point", "Series"]

# ms, µA
Point = tuple[int, int]
# Five reports a second for two hours are 36 000: what a session of today holds is not thinned.
_MOST_POINTS = 40_000
_GROUP = 4


class Series:
    """Add points in the order of time; `points` gives them back, or of each few the lowest and the highest."""

    def __init__(self, most: int = _MOST_POINTS) -> None:
        self._most = most
        self._points: list[Point] = []

    def add(self, at_ms: int, value_ua: int) -> None:
        """One point more."""
        self._points.append((at_ms, value_ua))
        if len(self._points) >= self._most:
            self._points = [point for first in range(0, len(self._points), _GROUP) for point in self._extremes(first)]

    @property
    def points(self) -> tuple[Point, ...]:
        """In the order of time."""
        return tuple(self._points)

    def _extremes(self, first: int) -> tuple[Point, ...]:
        """The lowest and the highest of a group, the earlier first."""
        group = range(first, min(first + _GROUP, len(self._points)))
        low = min(group, key=lambda index: self._points[index][1])
        high = max(group, key=lambda index: self._points[index][1])
        return tuple(self._points[index] for index in sorted({low, high}))
