"""Dots, scales, axes and columns: exact for small cases, and no peak is ever lost."""

from bisect import bisect_right
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimctl.tui.braille import (
    ASCII_LINES,
    LINES,
    Canvas,
    DeliveredTrack,
    PlannedTrack,
    Scale,
    Window,
    amplitude_axis,
    steps_of_1_2_5,
    time_axis,
)

LOW, HIGH = 1, 2


def rows(canvas):
    return [canvas.row(row)[0] for row in range(canvas.height)]


def scale(top_ua, dots, limit_ua=None):
    return Scale(top_ua=top_ua, limit_ua=limit_ua, dots=dots)


def window(lasts_ms, cells, span_ms=None, first=0):
    return Window(lasts_ms=lasts_ms, span_ms=span_ms or lasts_ms, cells=cells, first=first)


# -- canvas


def test_each_of_the_eight_dots_of_a_cell_has_its_place():
    drawn = []
    for x in range(2):
        for y in range(4):
            canvas = Canvas(1, 1, {})
            canvas.dot(x, y, LOW)
            drawn += rows(canvas)
    assert drawn == ["⡀", "⠄", "⠂", "⠁", "⢀", "⠠", "⠐", "⠈"]


def test_a_span_has_both_its_ends_and_what_is_between():
    canvas = Canvas(2, 2, {})
    canvas.span(0, 1, 6, LOW)
    canvas.span(3, 0, 5, LOW, every=4)
    assert rows(canvas) == ["⡆⠠", "⠇⢠"]


def test_a_line_rises_and_falls_without_holes():
    canvas = Canvas(3, 1, {})
    canvas.line(0, 0, 3, 3, LOW)
    canvas.line(5, 0, 3, 3, LOW)
    assert rows(canvas) == ["⡠⠚⢄"]


def test_what_lies_outside_is_not_drawn():
    canvas = Canvas(1, 1, {})
    for x, y in ((-1, 0), (2, 0), (0, -1), (0, 4)):
        canvas.dot(x, y, LOW)
    canvas.mark(-1, 0, LOW)
    canvas.mark(0, 1, LOW)
    assert canvas.row(0) == (" ", b"\0")


def test_a_cell_belongs_to_the_highest_layer_and_keeps_the_dots_of_all():
    canvas = Canvas(1, 1, {})
    canvas.dot(0, 0, HIGH)
    canvas.dot(1, 3, LOW)
    assert canvas.row(0) == ("⡈", bytes([HIGH]))


def test_a_marked_cell_shows_its_glyph_until_a_higher_layer_comes():
    canvas = Canvas(2, 1, {LOW: "┊"})
    for column in range(2):
        canvas.mark(column, 0, LOW)
    canvas.dot(0, 0, HIGH)
    assert rows(canvas) == ["⡀┊"]


def test_without_braille_a_cell_is_one_dot_and_a_layer_one_character():
    canvas = Canvas(4, 3, {LOW: ".", HIGH: "#"}, ascii_only=True)
    canvas.line(0, 0, 3, 2, LOW)
    canvas.span(2, 0, 1, HIGH)
    assert rows(canvas) == ["   .", "  # ", "..# "]


def test_runs_join_blanks_to_what_stands_before_them():
    canvas = Canvas(6, 1, {LOW: "-", HIGH: "#"}, ascii_only=True)
    for x, layer in ((1, LOW), (3, LOW), (4, HIGH)):
        canvas.dot(x, 0, layer)
    assert list(canvas.runs(0)) == [(" ", 0), ("- -", LOW), ("# ", HIGH)]


def test_a_wiped_column_is_blank_and_its_neighbours_stay():
    canvas = Canvas(3, 2, {LOW: "#"}, ascii_only=True)
    for x in range(3):
        canvas.span(x, 0, 1, LOW)
    canvas.wipe(1)
    assert rows(canvas) == ["# #", "# #"]
    assert canvas.column(1) == [(0, 0), (0, 0)]


def test_what_scrolls_in_is_blank():
    canvas = Canvas(3, 1, {LOW: "#"}, ascii_only=True)
    canvas.dot(2, 0, LOW)
    canvas.scroll(1)
    assert rows(canvas) == [" # "]
    canvas.scroll(3)
    assert rows(canvas) == ["   "]


# -- scale


def test_the_least_current_is_not_on_the_row_of_zero():
    assert [scale(40_000, 8).dot_of(ua) for ua in (0, 1, 40_000)] == [0, 1, 7]


def test_what_is_over_the_limit_is_above_its_line_and_what_is_not_is_not():
    rather_flat = scale(40_000, 8, limit_ua=39_000)
    assert rather_flat.limit_dot == 6
    assert [rather_flat.dot_of(ua) for ua in (39_000, 39_001)] == [6, 7]


@given(st.integers(1, 10**6), st.data(), st.integers(3, 200))
def test_more_is_never_lower_and_never_off_the_scale(top_ua, data, dots):
    limit_ua = data.draw(st.none() | st.integers(0, top_ua))
    values = sorted(data.draw(st.lists(st.integers(0, top_ua), min_size=2)))
    drawn = [scale(top_ua, dots, limit_ua).dot_of(ua) for ua in values]
    assert drawn == sorted(drawn)
    assert 0 <= drawn[0] <= drawn[-1] < dots


# -- axes


@pytest.mark.parametrize(
    ("top", "most", "steps"),
    [
        (14, 7, [0, 2, 4, 6, 8, 10, 12, 14]),
        (14, 3, [0, 5, 10]),
        (14, 1, [0, 10]),
        (100, 2, [0, 50, 100]),
        (3, 9, [0, 1, 2, 3]),
    ],
)
def test_steps_are_1_2_5(top, most, steps):
    assert steps_of_1_2_5(top, most) == steps


def test_amplitudes_stand_where_they_are_drawn():
    assert amplitude_axis(scale(40_000, 16), 4, LINES) == ["40┤", "  │", "20┤", "  │"]


def test_half_milliamperes_have_a_decimal_each():
    assert amplitude_axis(scale(1_000, 4), 4, ASCII_LINES) == ["1.0+", "   |", "0.5+", "   |"]


def test_times_stand_below_their_ticks():
    assert time_axis(window(20 * 60_000, 20), LINES) == ("┬─────────┬────────┬", "0:00      10:00     ")


def test_a_window_far_into_the_session_has_the_times_that_are_in_it():
    axis, labels = time_axis(window(20 * 60_000, 30, span_ms=60_000, first=300), ASCII_LINES)
    assert axis == "+------+-------+------+-------"
    assert labels == "10:00  10:15   10:30  10:45   "


# -- time


@given(st.integers(1, 10**7), st.integers(1, 200), st.data())
def test_every_moment_is_in_exactly_one_part_of_one_column(lasts_ms, cells, data):
    span_ms = data.draw(st.integers(1, lasts_ms))
    at_ms = data.draw(st.integers(0, lasts_ms - 1))
    of = window(lasts_ms, cells, span_ms)
    column = of.column_of(at_ms)
    assert 0 <= column <= of.last
    begins_ms, ends_ms = of.part_ms(column)
    assert begins_ms <= at_ms
    assert ends_ms is None or at_ms < ends_ms
    holding = [part for part in range(2) if at_ms in covered(of, column, part)]
    assert len(holding) == 1


def covered(of, column, part):
    begins_ms, ends_ms = of.part_ms(column, part, 2)
    return range(begins_ms, of.lasts_ms if ends_ms is None else ends_ms)


def test_what_is_late_is_in_the_last_column():
    assert window(1_000, 10).column_of(5_000) == 9
    assert window(1_000, 10).part_ms(9) == (900, None)


# -- what is planned

POINTS = st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 50_000)), min_size=1, max_size=60).map(
    lambda points: sorted(points, key=lambda point: point[0])
)


def planned_at(points, at_ms):
    """All values at one moment: a step has two or more."""
    values = [ua for when, ua in points if when == at_ms]
    after = bisect_right([when for when, _ in points], at_ms)
    if not values and 0 < after < len(points):
        (from_ms, from_ua), (to_ms, to_ua) = points[after - 1], points[after]
        values = [from_ua + (to_ua - from_ua) * (at_ms - from_ms) / (to_ms - from_ms)]
    return values


@settings(max_examples=60)
@given(POINTS, st.integers(1, 90))
def test_every_column_of_a_dense_plan_has_its_peak_and_its_trough(points, cells):
    track, of = PlannedTrack(points), window(5_001, cells)
    for column in range(of.last + 1):
        begins_ms, ends_ms = of.part_ms(column)
        inside = [ua for at_ms in range(begins_ms, ends_ms or 5_001) for ua in planned_at(points, at_ms)]
        found = track.span(begins_ms, ends_ms)
        assert (found is None) == (not inside)
        if found is not None:
            assert found[0] <= min(inside) <= max(inside) < found[1] + 1
            # what it has more than that is where the line arrives in the next column
            assert {*found} <= {*points_ua(points)} | {int(ua) for ua in inside} | {*edges_ua(points, ends_ms)}


def points_ua(points):
    return [ua for _, ua in points]


def edges_ua(points, at_ms):
    """Where lines are at a moment, from before it."""
    for (from_ms, from_ua), (to_ms, to_ua) in pairwise(points):
        if at_ms is not None and from_ms < at_ms <= to_ms:
            yield from_ua + (to_ua - from_ua) * (at_ms - from_ms) // (to_ms - from_ms)


def test_nothing_is_planned_before_the_first_point_and_after_the_last():
    track = PlannedTrack([(100, 5), (200, 5)])
    assert [track.span(0, 100), track.span(201, 300), track.span(201, None)] == [None, None, None]


def test_a_step_is_in_the_column_it_begins_not_in_the_one_before():
    track = PlannedTrack([(0, 0), (100, 0), (100, 9), (200, 9)])
    assert [track.span(0, 100), track.span(100, 200)] == [(0, 0), (0, 9)]


# -- what is delivered


def delivered(*samples):
    track = DeliveredTrack()
    for at_ms, ua in samples:
        track.add(at_ms, ua)
    return track


def test_samples_of_one_second_are_joined():
    track = delivered((0, 0), (1_000, 10_000))
    assert track.span(400, 500) == (4_000, 5_000)


def test_a_hole_of_more_than_a_second_stays_one():
    track = delivered((0, 5_000), (1_001, 5_000))
    assert [track.span(*ms) for ms in ((0, 100), (100, 1_000), (1_000, 1_100))] == [
        (5_000, 5_000),
        None,
        (5_000, 5_000),
    ]


def test_a_fall_while_the_plan_stands_still_is_a_fall():
    assert delivered((300, 20_000), (300, 0)).span(300, 400) == (0, 20_000)


def test_a_sample_from_the_past_is_drawn_and_not_joined():
    track = delivered((2_000, 9_000), (500, 1_000))
    assert [track.span(500, 600), track.span(1_000, 1_900)] == [(1_000, 1_000), None]


def test_a_sample_from_a_moment_ago_is_drawn_as_it_is():
    assert delivered((250, 9_000), (210, 1_000)).span(200, 300) == (1_000, 9_000)


def test_the_last_part_of_a_plan_has_what_came_after_its_end():
    track = delivered((900, 4_000), (1_500, 2_000))
    assert track.span(900, None) == (2_000, 4_000)


def test_adding_says_what_it_changed():
    track = DeliveredTrack()
    assert [track.add(250, 1), track.add(450, 2), track.add(5_000, 3)] == [(200, 299), (200, 499), (5_000, 5_099)]


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 50_000)), min_size=1, max_size=80), st.integers(1, 99))
def test_every_sample_is_within_what_its_column_shows(samples, cells):
    track, of = delivered(*samples), window(30_001, cells)
    for at_ms, ua in samples:
        low, high = track.span(*of.part_ms(of.column_of(at_ms // 100 * 100)))
        assert low <= ua <= high


def test_many_hours_take_no_more_memory_than_one_and_keep_their_peaks():
    hour_ms = 3_600_000
    track = delivered((0, 7_000), (hour_ms - 1, 9_000))
    of_an_hour = len(track._lows)
    track.add(10 * hour_ms, 3_000)
    assert len(track._lows) <= 40_000
    assert of_an_hour <= 40_000
    assert [track.span(0, 5_000), track.span(hour_ms - 5_000, hour_ms)] == [(7_000, 7_000), (9_000, 9_000)]
    assert track.span(10 * hour_ms, None) == (3_000, 3_000)
