"""The unit's clock, as learned from round trips: when it is known, when it is a fault, and how far off it may be."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stimctl.drivers.clock_sync import ClockSync

MS = 1_000_000
SECOND = 1_000 * MS


class Unit:
    """A clock at the other end of a line: `tick` is its true time, each way takes as long as a test says."""

    def __init__(self, *, first_tick: int = 0, ppm: float = 0) -> None:
        self.sync = ClockSync()
        self.now_ns = 0
        self.faults: list[str] = []
        self.jump_us = 0
        self._first_tick, self._ppm = first_tick, ppm

    def tick(self, at_ns: int) -> int:
        return (self._first_tick + self.jump_us + round(at_ns * (1 + self._ppm / 1e6) / 1000)) % 2**32

    def trip(self, there_ns: int = MS, back_ns: int = MS, held_us: int = 0) -> None:
        token = self.sync.ask(self.now_ns)
        received = self.tick(self.now_ns + there_ns)
        end_ns = self.now_ns + there_ns + held_us * 1000 + back_ns
        why = self.sync.answer(token, received, (received + held_us) % 2**32, end_ns)
        if why is not None:
            self.faults.append(why)

    def trips(self, count: int, every_ms: int = 200, **ways: int) -> "Unit":
        for _ in range(count):
            self.trip(**ways)
            self.now_ns += every_ms * MS
        return self

    def off_us(self, at_ns: int) -> int:
        """How far the sync is off the truth."""
        return (self.sync.tick_at(at_ns) - self.tick(at_ns) + 2**31) % 2**32 - 2**31


# --- settled


def test_it_is_not_settled_before_anything_was_heard() -> None:
    assert not ClockSync().settled


def test_it_is_settled_by_25_round_trips_over_5_seconds() -> None:
    unit = Unit().trips(26)
    assert unit.sync.settled


def test_25_round_trips_in_less_than_5_seconds_are_too_soon() -> None:
    assert not Unit().trips(25).sync.settled
    assert not Unit().trips(60, every_ms=80).sync.settled


def test_24_round_trips_are_too_few() -> None:
    assert not Unit().trips(24, every_ms=400).sync.settled
    assert Unit().trips(25, every_ms=400).sync.settled


def test_a_best_round_trip_under_20_ms_may_settle() -> None:
    assert Unit().trips(26, there_ns=9 * MS, back_ns=9 * MS).sync.settled


def test_half_the_best_round_trip_may_not_reach_10_ms() -> None:
    assert not Unit().trips(100, there_ns=10 * MS, back_ns=10 * MS).sync.settled


def test_what_the_line_leaves_over_counts_on_top_of_half_the_best_round_trip() -> None:
    unit = Unit()
    for number in range(13):
        unit.trips(10, there_ns=4 * MS, back_ns=12 * MS) if number % 2 else unit.trips(
            10, there_ns=12 * MS, back_ns=4 * MS
        )
    assert unit.faults == []
    assert unit.sync.best_rtt_ns == 16 * MS
    assert not unit.sync.settled


def test_time_that_the_unit_held_the_question_is_no_part_of_the_round_trip() -> None:
    unit = Unit().trips(26, held_us=50_000)
    assert unit.sync.best_rtt_ns == 2 * MS
    assert unit.sync.settled


# --- questions and answers


def test_before_any_round_trip_there_is_no_time() -> None:
    with pytest.raises(RuntimeError, match="no round trip yet"):
        ClockSync().tick_at(0)


def test_an_answer_that_nobody_asked_for_is_ignored() -> None:
    sync = ClockSync()
    assert sync.answer(7, 1, 1, 0) is None
    with pytest.raises(RuntimeError):
        sync.tick_at(0)


def test_an_answer_counts_once() -> None:
    unit = Unit()
    token = unit.sync.ask(0)
    unit.sync.answer(token, 1_000, 1_000, 2 * MS)
    assert unit.sync.answer(token, 900_000, 900_000, 3 * MS) is None
    assert unit.sync.tick_at(MS) == 1_000


def test_a_question_is_forgotten_after_a_second() -> None:
    sync = ClockSync()
    token = sync.ask(0)
    sync.ask(SECOND)
    assert sync.answer(token, 1_000, 1_000, SECOND + MS) is None
    with pytest.raises(RuntimeError):
        sync.tick_at(0)


def test_a_question_younger_than_a_second_is_not_forgotten() -> None:
    sync = ClockSync()
    token = sync.ask(0)
    sync.ask(SECOND - 1)
    sync.answer(token, 1_000, 1_000, SECOND)
    assert sync.tick_at(SECOND // 2) == 1_000


def test_tokens_are_never_those_of_another_open_question() -> None:
    sync = ClockSync()
    assert len({sync.ask(number) for number in range(200)}) == 200


def test_a_negative_round_trip_is_a_fault() -> None:
    sync = ClockSync()
    assert "longer than the answer took" in (sync.answer(sync.ask(0), 0, 2_001, 2 * MS) or "")
    assert sync.answer(sync.ask(0), 0, 2_000, 2 * MS) is None


def test_an_answer_sent_before_it_was_received_is_a_fault() -> None:
    sync = ClockSync()
    assert sync.answer(sync.ask(0), 1_000, 999, 2 * MS) is not None


# --- faults


def test_a_jump_beyond_what_the_round_trips_leave_open_is_a_fault() -> None:
    for jump_us in (-7_100, 7_100):
        unit = Unit().trips(30)
        unit.jump_us = jump_us
        unit.trip()
        assert "jumped by 7.1 ms, the round trips leave 7.0 ms open" in unit.faults[0]


def test_a_jump_within_what_they_leave_open_is_none() -> None:
    for jump_us in (-6_900, 6_900):
        unit = Unit().trips(200)
        unit.jump_us = jump_us
        unit.trip()
        assert unit.faults == []


def test_a_slow_round_trip_leaves_more_open() -> None:
    unit = Unit().trips(30)
    unit.trip(there_ns=50 * MS, back_ns=MS)
    assert unit.faults == []


def test_a_restart_of_the_unit_is_a_jump() -> None:
    unit = Unit(first_tick=3_000_000_000).trips(30)
    unit.jump_us = -2_999_000_000
    unit.trip()
    assert unit.faults != []


@pytest.mark.parametrize("ppm", [-900, 900, 5_000, -5_000])
def test_a_rate_beyond_500_ppm_is_a_fault(ppm: int) -> None:
    assert Unit(ppm=ppm).trips(150).faults != []


@pytest.mark.parametrize("ppm", [-480, 0, 480])
def test_a_rate_within_500_ppm_is_followed(ppm: int) -> None:
    unit = Unit(ppm=ppm).trips(150)
    assert unit.faults == []
    assert abs(unit.sync.rate_ppm - ppm) <= 1


def test_a_rate_is_not_believed_before_two_seconds() -> None:
    """Two readings a moment apart, each a little off, are no rate of several percent."""
    unit = Unit().trips(9)
    unit.trip(there_ns=MS, back_ns=MS)
    unit.now_ns += 110 * MS
    unit.trip(there_ns=19 * MS, back_ns=MS)
    assert unit.sync.rate == 0
    unit.trips(20)
    assert unit.faults == []


# --- the clock itself


@pytest.mark.parametrize("first_tick", [0, 2**31 - 2_000_000, 2**32 - 2_000_000, 2**32 - 1])
def test_a_wrap_of_the_clock_is_no_jump(first_tick: int) -> None:
    unit = Unit(first_tick=first_tick).trips(60)
    assert unit.faults == []
    assert unit.off_us(unit.now_ns) == 0


def test_time_goes_on_through_a_wrap() -> None:
    unit = Unit(first_tick=2**32 - 2_000_000).trips(60)
    ticks = [unit.sync.tick_at(at_ns) for at_ns in range(0, 12 * SECOND, SECOND)]
    assert [after - before for before, after in pairwise(ticks)] == [1_000_000] * 11


def test_of_each_two_seconds_the_quickest_round_trip_counts() -> None:
    unit = Unit()
    for _ in range(10):
        unit.trip(there_ns=30 * MS, back_ns=2 * MS)
        unit.now_ns += 200 * MS
        unit.trip(there_ns=MS, back_ns=MS)
        unit.now_ns += 200 * MS
    assert unit.off_us(unit.now_ns) == 0


def test_the_best_of_the_last_minute_counts_not_of_ever() -> None:
    unit = Unit().trips(1)
    unit.trips(350, there_ns=3 * MS, back_ns=3 * MS)
    assert unit.sync.best_rtt_ns == 6 * MS


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    seed=st.integers(0, 2**32),
    ppm=st.integers(-300, 300),
    there_ms=st.floats(0.5, 10),
    back_ms=st.floats(0.5, 10),
    first_tick=st.integers(0, 2**32 - 1),
)
def test_under_jitter_it_is_never_a_fault_and_once_settled_within_10_ms(
    seed: int, ppm: int, there_ms: float, back_ms: float, first_tick: int
) -> None:
    """Each way takes at least half a millisecond, and up to so much more; now and then 20 ms more."""
    dice = Random(seed)
    unit = Unit(first_tick=first_tick, ppm=ppm)
    for _ in range(100):
        spike_ns = 20 * MS if dice.random() < 0.05 else 0
        there_ns = MS // 2 + spike_ns + round(dice.random() * there_ms * MS)
        unit.trip(there_ns=there_ns, back_ns=MS // 2 + round(dice.random() * back_ms * MS))
        unit.now_ns += 200 * MS
        if unit.sync.settled:
            assert abs(unit.off_us(unit.now_ns)) < 10_000
    assert unit.faults == []
