"""What is sent again, after a Down or a gap too, is what it was or lower."""

import pytest
from audit_line import Line, tick
from safety_bench import MS


def test_a_segment_may_be_sent_again_as_it_was() -> None:
    line = Line()
    one, after = line.chained()
    assert [line.sent(one, 40), line.sent(after, 80), line.sent(one, 80)] == [None] * 3


@pytest.mark.parametrize(
    "more", [{"first": 1}, {"last": 201}, {"end": tick(301 * MS)}, {"phase": 199}, {"period": 12_600}], ids=str
)
def test_a_segment_sent_again_differently_is_refused(more: dict[str, int]) -> None:
    line = Line()
    one, _ = line.chained()
    assert "sent again" in (line.sent(one, 40, **more) or "")


def test_a_segment_is_not_sent_again_higher_than_it_was_held_to() -> None:
    line = Line()
    one, _ = line.chained()
    line.audit.hold(1, 1_000)
    assert "held to" in (line.sent(one, 40) or "")
    assert line.sent(one, 40, last=100) is None


def test_a_segment_is_not_sent_again_with_a_higher_start_than_it_was_held_to() -> None:
    line = Line()
    _, after = line.chained()
    line.sent(after)
    line.audit.hold(1, 1_000)
    assert "held to" in (line.sent(after, 40, last=100) or "")
    assert line.sent(after, 40, first=100, last=100) is None


def test_a_hold_never_raises() -> None:
    line = Line()
    one, _ = line.chained()
    line.audit.hold(1, 1_000)
    line.audit.hold(1, 5_000)
    assert line.sent(one, 40, last=101) is not None


def test_what_was_cleared_before_a_hold_leaves_no_higher_than_that() -> None:
    line = Line()
    one = line.cleared()
    line.audit.hold(1, 1_000)
    assert line.sent(one) == "last amplitude in µA of 2000, cleared was 1000"


def test_what_was_cleared_before_a_hold_starts_no_higher_than_that() -> None:
    line = Line()
    _, after = line.chained()
    line.audit.hold(1, 1_000)
    line.audit.hold(1, 5_000)
    assert line.sent(after, last=100) == "first amplitude in µA of 2000, cleared was 1000"


def test_a_hold_on_one_channel_leaves_the_other_alone() -> None:
    line = Line()
    one = line.cleared()
    line.audit.hold(2, 0)
    assert line.sent(one) is None


def test_a_segment_that_is_over_is_not_sent_again() -> None:
    line = Line()
    one, _ = line.chained()
    assert line.sent(one, 330) is None
    assert line.sent(one, 331) is not None


def test_after_a_gap_what_was_cleared_before_is_refused() -> None:
    line = Line()
    one, after = line.chained()
    line.audit.forget(1)
    assert [line.sent(one, 40), line.sent(after, 40)] == ["a segment that nobody cleared"] * 2


def test_after_a_gap_the_next_run_is_placed_by_the_clock() -> None:
    line = Line()
    one, _ = line.chained()
    line.audit.forget(1)
    line.governor.gap(1)
    again = line.cleared(start_ns=one.end_ns, end_ns=one.end_ns + 100 * MS, amplitude_end_ua=0, now_ns=10 * MS)
    assert line.sent(again, 10, start=tick(again.start_ns) + 7, end=tick(again.end_ns) + 7) is None


def test_a_gap_on_one_channel_leaves_the_other_alone() -> None:
    line = Line()
    one = line.cleared()
    line.audit.forget(2)
    assert line.sent(one) is None
