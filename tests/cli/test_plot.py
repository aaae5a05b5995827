"""Plots in text: what a column shows, and how wide one is."""

import pytest

from stimctl.cli.plot import columns_of, plot
from stimctl.clock import MS, SECOND
from stimctl.model.segment import Segment


def segment(start_s: float, end_s: float, first_ua: int, last_ua: int) -> Segment:
    return Segment(
        channel=1,
        start_ns=round(start_s * SECOND),
        end_ns=round(end_s * SECOND),
        amplitude_start_ua=first_ua,
        amplitude_end_ua=last_ua,
        phase_duration_us=200,
        interphase_us=0,
        pulse_period_us=12_500,
    )


def column(low_ua: int, high_ua: int, top_ua: int = 8_000, **how: bool) -> str:
    """One column from its bottom to its top, beside one that reaches the top of the plot."""
    lines = plot([(low_ua, high_ua), (top_ua, top_ua)], 60 * SECOND, **how)[:8]
    return "".join(line[8] for line in reversed(lines))


def test_a_column_has_the_lowest_and_the_highest_of_its_time() -> None:
    segments = [segment(0, 1, 0, 1_000), segment(1, 2, 1_000, 3_000), segment(2, 4, 3_000, 2_000)]
    assert columns_of(segments, 4 * SECOND, 2) == [(0, 3_000), (2_000, 3_000)]


def test_a_segment_that_lasts_through_columns_is_in_all_of_them() -> None:
    assert columns_of([segment(0, 4, 1_000, 1_000)], 4 * SECOND, 4) == [(1_000, 1_000)] * 4


def test_a_segment_that_ends_on_a_border_is_not_in_the_next_column() -> None:
    assert columns_of([segment(0, 2, 5, 5), segment(2, 4, 7, 7)], 4 * SECOND, 2) == [(5, 5), (7, 7)]


def test_nothing_planned_is_columns_of_nothing() -> None:
    assert columns_of([], 60 * SECOND, 3) == [(0, 0)] * 3


def test_what_stays_is_solid_up_to_it() -> None:
    assert column(4_000, 4_000) == "████    "


def test_eighths_of_a_row_are_seen() -> None:
    assert column(4_500, 4_500) == "████▄   "


def test_a_train_is_light_between_its_bottom_and_its_top() -> None:
    assert column(0, 8_000) == "░░░░░░░░"
    assert column(3_000, 8_000) == "███░░░░░"


def test_plain_characters_are_plain() -> None:
    assert column(3_000, 8_000, ascii_only=True) == "###:::::"
    assert column(4_500, 4_500, ascii_only=True) == "####.   "
    assert all(line.isascii() for line in plot([(0, 5_000), (2_000, 2_500)], 60 * SECOND, ascii_only=True))


def test_a_flat_plan_fills_the_plot() -> None:
    lines = plot([(9_000, 9_000)] * 40, 60 * SECOND)
    assert [line[8:] for line in lines[:8]] == ["█" * 40] * 8


@pytest.mark.parametrize("columns", [[], [(0, 0)], [(0, 0)] * 40])
def test_nothing_is_an_empty_plot(columns: list[tuple[int, int]]) -> None:
    assert [line[8:].strip() for line in plot(columns, 60 * SECOND)[:8]] == [""] * 8


@pytest.mark.parametrize("width", range(1, 12))
def test_a_plot_of_few_columns_has_its_end_under_it(width: int) -> None:
    assert plot([(0, 1_000)] * width, 60 * SECOND)[-1].endswith("1:00")


@pytest.mark.parametrize("width", [40, 70, 100])
def test_no_line_is_wider_than_the_axis(width: int) -> None:
    lines = plot([(0, 12_345)] * width, 28 * 60 * SECOND + 10 * SECOND)
    assert max(map(len, lines)) == 8 + width


def test_the_axis_has_half_and_all_of_the_highest_amplitude() -> None:
    lines = plot([(0, 14_000)] * 40, 60 * SECOND)
    labels = {number: line[:7].strip() for number, line in enumerate(lines[:8]) if line[:7].strip()}
    assert labels == {0: "14.0", 4: "7.0"}


def test_the_time_is_marked_in_quarters() -> None:
    assert plot([(0, 1)] * 100, 40 * SECOND)[-1].split() == ["min", "0:00", "0:10", "0:20", "0:30", "0:40"]


def test_a_quarter_stands_under_its_column() -> None:
    ticks = plot([(0, 1)] * 100, 40 * SECOND)[-1][8:]
    assert [ticks.index(label) for label in ("0:00", "0:10", "0:20", "0:30")] == [0, 25, 50, 75]


def test_the_end_is_marked_where_the_last_quarter_would_touch_it() -> None:
    assert plot([(0, 1)] * 40, 1_390_000 * MS)[-1].split() == ["min", "0:00", "5:47", "11:35", "23:10"]
