"""A series stays small, and its extremes stay in it."""

from hypothesis import given
from hypothesis import strategies as st

from stimctl.history.series import Series


def series_of(values: list[int], most: int) -> Series:
    series = Series(most)
    for at_ms, value_ua in enumerate(values):
        series.add(at_ms, value_ua)
    return series


def test_what_fits_is_kept_as_it_is() -> None:
    assert series_of([3, 1, 2], 8).points == ((0, 3), (1, 1), (2, 2))


@given(values=st.lists(st.integers(0, 50), min_size=1, max_size=500))
def test_however_long_it_gets_it_is_small_in_order_and_has_its_extremes(values: list[int]) -> None:
    points = series_of(values, 16).points
    assert len(points) < 16
    assert list(points) == sorted(points)
    assert {max(values), min(values)} <= {value for _, value in points}
    assert all(values[at] == value for at, value in points)
