"""What the driver takes for a gap, and what it then leaves."""

import pytest
from driver_bench import cleared, sent, unit
from hand_made_unit import MS

from firmware_protocol.stimlink.events import (
    Discontinuity,
    DiscontinuityReason,
    Nack,
    NackReason,
    SegmentFrame,
)
from stimctl.drivers import facts


@pytest.mark.parametrize("reason", NackReason)
def test_a_nack_of_a_segment_is_a_gap(reason: NackReason) -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    (frame,) = sent(armed, cleared(armed.now_ns + 200 * MS))
    assert armed.tell(Nack(frame.seq, reason)) == [facts.GapSeen(1, reason.name.lower().replace("_", " "))]


def test_a_nack_of_something_else_is_nothing() -> None:
    assert unit().armed().tell(Nack(250, NackReason.LATE)) == []


def test_a_discontinuity_is_a_gap() -> None:
    armed = unit().armed()
    assert armed.tell(Discontinuity(2, DiscontinuityReason.NO_CHAIN, 5, 1)) == [facts.GapSeen(2, "no chain")]


def test_a_count_that_grew_unnoticed_is_a_gap() -> None:
    armed = unit().armed()
    armed.status(discontinuities=255)
    gap, heard = armed.status(discontinuities=0)
    assert gap == facts.GapSeen(1, "missed report")
    assert isinstance(heard, facts.Heard)


def test_a_count_that_was_told_is_no_second_gap() -> None:
    armed = unit().armed()
    armed.status(discontinuities=3)
    armed.tell(Discontinuity(1, DiscontinuityReason.UNDERRUN, 5, 4))
    assert [type(fact) for fact in armed.status(discontinuities=4)] == [facts.Heard]


def test_the_first_count_of_a_unit_is_no_gap() -> None:
    assert [type(fact) for fact in unit().armed().status(discontinuities=9)] == [facts.Heard]


def test_after_a_gap_nothing_of_before_is_repeated_on_that_channel() -> None:
    armed = unit().armed((1, 2))
    armed.silent_to = {SegmentFrame}
    start_ns = armed.now_ns + 200 * MS
    sent(armed, cleared(start_ns), cleared(start_ns, channel=2))
    armed.tell(Discontinuity(1, DiscontinuityReason.UNDERRUN, 5, 1))
    armed.run_for(100)
    assert [frame.channel for frame in armed.of(SegmentFrame)] == [1, 2, 2, 2]


def test_after_a_gap_the_next_segment_is_placed_by_the_clock() -> None:
    armed = unit().armed()
    start_ns = armed.now_ns + 100 * MS
    (before,) = sent(armed, cleared(start_ns, 50))
    armed.driver._chains[1].end_tick += 20
    armed.tell(Discontinuity(1, DiscontinuityReason.UNDERRUN, 5, 1))
    (after,) = sent(armed, cleared(start_ns + 50 * MS, 50))
    assert after.start == before.end
