"""What takes the place of what is queued, and edges: only as they were cleared."""

from audit_line import Line, tick
from safety_bench import MS

from stimctl.model.segment import Segment


def replaced(line: Line) -> tuple[Segment, Segment, Segment]:
    """Two that were sent, and a fall from the middle of the first on that replaces the rest."""
    one, after = line.chained()
    line.sent(after)
    fall = line.cleared(
        start_ns=200 * MS, end_ns=300 * MS, amplitude_start_ua=1_000, amplitude_end_ua=0, replacing=True
    )
    return one, after, fall


def test_a_replace_that_was_cleared_may_leave() -> None:
    line = Line()
    _, _, fall = replaced(line)
    assert line.sent(fall, flags=2) is None


def test_what_was_replaced_or_cut_is_not_sent_again() -> None:
    line = Line()
    one, after, fall = replaced(line)
    line.sent(fall, flags=2)
    assert [line.sent(one, 10), line.sent(after, 10)] == ["a segment that nobody cleared"] * 2


def test_what_ends_where_a_replace_starts_may_be_sent_again() -> None:
    line = Line()
    one, after = line.chained()
    line.sent(after)
    fall = line.cleared(
        start_ns=300 * MS, end_ns=400 * MS, amplitude_start_ua=2_000, amplitude_end_ua=0, replacing=True
    )
    assert [line.sent(fall, flags=2), line.sent(one, 10)] == [None, None]


def test_a_replace_goes_by_the_clock_not_by_the_chain() -> None:
    line = Line()
    _, _, fall = replaced(line)
    assert "placed" in (line.sent(fall, flags=2, start=tick(231 * MS), end=tick(331 * MS)) or "")


def test_a_replace_at_the_very_end_of_a_chain_goes_by_the_clock_too() -> None:
    line = Line()
    one = line.cleared()
    line.sent(one)
    fall = line.cleared(
        start_ns=300 * MS, end_ns=400 * MS, amplitude_start_ua=2_000, amplitude_end_ua=0, replacing=True
    )
    assert line.sent(fall, flags=2, start=tick(fall.start_ns) + 7, end=tick(fall.end_ns) + 7) is None


def test_a_step_that_was_cleared_may_leave() -> None:
    line = Line()
    rise = line.cleared(end_ns=150 * MS, amplitude_end_ua=100)
    fall = line.cleared(start_ns=150 * MS, end_ns=151 * MS, amplitude_start_ua=100, amplitude_end_ua=0)
    rest = line.cleared(start_ns=151 * MS, end_ns=200 * MS, amplitude_end_ua=0)
    edge = line.cleared(start_ns=200 * MS, end_ns=220 * MS, amplitude_end_ua=100, step=True)
    assert [line.sent(rise), line.sent(fall), line.sent(rest), line.sent(edge, flags=1)] == [None] * 4
