"""A hold lies over all that was sent, and nothing lifts it while it lasts."""

from driver_bench import cleared, sent, unit
from hand_made_unit import MS, SECOND

from firmware_protocol.stimlink.events import (
    Limit,
    Limited,
    Nack,
    NackReason,
    SegmentFrame,
)


def test_a_hold_covers_all_that_was_sent() -> None:
    armed = unit().armed()
    (frame,) = sent(armed, cleared(armed.now_ns + 100 * MS))
    armed.driver.hold(1, 509, armed.now_ns)
    assert armed.run_for(0).of(Limit) == [Limit(1, 50, frame.end)]


def test_a_second_hold_never_raises_the_first_while_that_lasts() -> None:
    armed = unit().armed()
    sent(armed, cleared(armed.now_ns + 100 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    armed.driver.hold(1, 900, armed.now_ns)
    assert [limit.ceiling for limit in armed.run_for(0).of(Limit)] == [50, 50]


def test_a_hold_that_has_lapsed_does_not_bind_the_next_even_half_a_wrap_later() -> None:
    armed = unit().armed()
    sent(armed, cleared(armed.now_ns + 100 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    armed.run_for(400)
    armed.now_ns += 2_200 * SECOND
    armed.driver.hold(1, 900, armed.now_ns)
    assert [limit.ceiling for limit in armed.run_for(0).of(Limit)] == [50, 90]


def test_a_hold_is_repeated_until_it_is_acknowledged() -> None:
    armed = unit().armed()
    armed.silent_to = {Limit}
    sent(armed, cleared(armed.now_ns + 200 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    (first, *_) = armed.run_for(100).of(Limit)
    assert len(armed.of(Limit)) == 3
    armed.tell(Limited(first.channel, first.ceiling, first.until))
    assert len(armed.run_for(200).of(Limit)) == 3


def test_a_segment_that_was_lost_is_repeated_no_higher_than_the_hold() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    sent(armed, cleared(armed.now_ns + 200 * MS))
    armed.driver.hold(1, 500, armed.now_ns)
    armed.run_for(50)
    assert [frame.amplitude_end for frame in armed.of(SegmentFrame)] == [100, 50]


def test_after_a_gap_a_hold_still_covers_what_the_unit_has_queued() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    (frame,) = sent(armed, cleared(armed.now_ns + 200 * MS))
    armed.tell(Nack(frame.seq, NackReason.LATE))
    armed.driver.hold(1, 500, armed.now_ns)
    assert armed.run_for(0).of(Limit) == [Limit(1, 50, armed.tick(armed.now_ns))]


def test_nothing_is_held_where_nothing_is_armed() -> None:
    idle = unit().settled()
    idle.driver.hold(1, 500, idle.now_ns)
    assert idle.run_for(0).of(Limit) == []


def test_a_replace_drops_what_was_lost_and_reaches_past_it() -> None:
    armed = unit().armed()
    armed.silent_to = {SegmentFrame}
    start_ns = armed.now_ns + 100 * MS
    sent(armed, cleared(start_ns, 100), cleared(start_ns + 100 * MS, 100))
    sent(armed, cleared(start_ns + 150 * MS, 50, replacing=True))
    again = armed.run_for(50).of(SegmentFrame)[3:]
    assert [(frame.start - armed.tick(start_ns)) // 1000 for frame in again] == [0, 150]
