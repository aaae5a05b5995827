"""A segment leaves once, as it was cleared or lower, where it was placed, and within the limits."""

from dataclasses import replace

import pytest
from audit_line import LIMITS, PEAK_UA, Line, segment_frame, tick, time_frame
from safety_bench import MS, segment

from stimctl.safety.audit_stimlink import StimlinkAudit

# --- SEGMENT against the limits


def test_what_was_cleared_may_leave() -> None:
    line = Line()
    assert line.sent(line.cleared()) is None


def test_before_anything_was_agreed_no_segment_may_leave() -> None:
    audit = StimlinkAudit()
    audit.received(time_frame(0), 0)
    assert audit.sent(segment_frame(segment()), 0) is not None


def test_a_segment_for_a_channel_without_a_plan_is_refused() -> None:
    assert "nothing is planned" in (Line().sent(segment(), channel=3) or "")


def test_before_the_clock_was_heard_no_segment_may_leave() -> None:
    line = Line(clock=False)
    assert "clock" in (line.sent(line.cleared()) or "")


@pytest.mark.parametrize("flags", [4, 0x80, 0xFF])
def test_a_flag_that_is_not_known_is_refused(flags: int) -> None:
    line = Line()
    assert "flags" in (line.sent(line.cleared(), flags=flags) or "")


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("µA, allowed", {"last": 3_001}),
        ("µA, allowed", {"first": 3_001}),
        ("µs phases", {"phase": 301}),
        ("µs phases", {"phase": 49}),
        ("pulse every", {"period": 8_332}),
        ("pulse every", {"period": 500, "interphase": 101}),
        ("nC per phase", {"last": 2_001}),
    ],
)
def test_a_segment_over_the_limits_is_refused_whatever_was_cleared(what: str, changes: dict[str, int]) -> None:
    line = Line()
    assert what in (line.sent(line.cleared(), **changes) or "")


def test_a_pulse_that_does_not_fit_is_refused() -> None:
    audit = StimlinkAudit()
    audit.agree(replace(LIMITS, shortest_period_us=1), {1: PEAK_UA})
    audit.received(time_frame(0), 0)
    assert "pulse every" in (
        audit.sent(segment_frame(segment(start_ns=100 * MS, end_ns=200 * MS), period=499), 0) or ""
    )


def test_a_segment_may_end_450_ms_from_now_and_what_the_clocks_are_apart() -> None:
    line = Line()
    one = line.cleared(start_ns=250 * MS, end_ns=450 * MS)
    assert line.sent(one, -30) is None


def test_a_segment_that_ends_later_is_refused() -> None:
    line = Line()
    one = line.cleared(start_ns=250 * MS, end_ns=450 * MS)
    assert "from now, allowed 450 ms" in (line.sent(one, -31) or "")


# --- SEGMENT against what was cleared


def test_what_nobody_cleared_is_refused() -> None:
    assert Line().sent(segment(start_ns=100 * MS, end_ns=300 * MS)) == "a segment that nobody cleared"


def test_what_was_cleared_for_another_channel_is_refused() -> None:
    line = Line()
    assert line.sent(line.cleared(channel=2), channel=1) == "a segment that nobody cleared"


def test_what_was_cleared_may_leave_once() -> None:
    line = Line()
    _, after = line.chained()
    assert line.sent(after) is None
    assert line.sent(replace(after, start_ns=after.end_ns, end_ns=after.end_ns + MS)) == "a segment that nobody cleared"


@pytest.mark.parametrize(
    "more",
    [
        {"first": 201},
        {"last": 201},
        {"phase": 201},
        {"interphase": 101},
        {"period": 12_492},
        {"end": tick(450 * MS) + 152},
        {"start": tick(300 * MS) - 1},
        {"start": tick(300 * MS) + 1},
    ],
    ids=str,
)
def test_more_than_was_cleared_is_refused(more: dict[str, int]) -> None:
    line = Line()
    _, after = line.chained()
    assert line.sent(after, **more) is not None


@pytest.mark.parametrize(
    "less",
    [
        {"first": 199},
        {"last": 0},
        {"phase": 199},
        {"interphase": 99},
        {"period": 12_493},
        {"end": tick(450 * MS) + 150},
    ],
    ids=str,
)
def test_less_or_a_correction_of_the_clock_may_leave(less: dict[str, int]) -> None:
    line = Line()
    _, after = line.chained()
    assert line.sent(after, **less) is None


@pytest.mark.parametrize("flags", [1, 2, 3])
def test_a_step_or_a_replace_that_was_not_cleared_is_refused(flags: int) -> None:
    line = Line()
    assert "replaces or steps" in (line.sent(line.cleared(), flags=flags) or "")


def test_the_first_of_a_run_may_be_off_by_what_the_clocks_are_apart() -> None:
    for off_us in (-30_000, 30_000):
        line = Line()
        one = line.cleared()
        assert line.sent(one, start=tick(one.start_ns) + off_us, end=tick(one.end_ns) + off_us) is None


@pytest.mark.parametrize("off_us", [-31_000, 31_000])
def test_the_first_of_a_run_placed_elsewhere_is_refused(off_us: int) -> None:
    line = Line()
    one = line.cleared()
    assert "placed" in (line.sent(one, start=tick(one.start_ns) + off_us, end=tick(one.end_ns) + off_us) or "")


def test_a_segment_that_is_not_joined_is_placed_by_the_clock() -> None:
    line = Line()
    one = line.cleared(amplitude_end_ua=0)
    line.sent(one)
    after = line.cleared(start_ns=one.end_ns + 10 * MS, end_ns=one.end_ns + 110 * MS, amplitude_end_ua=1_000)
    assert line.sent(after) is None
