"""True time to device ticks and back."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.device_clock import WRAP, DeviceClock, any_clock, on_wire, unwrapped

_CLOCKS = st.builds(
    DeviceClock,
    origin_ns=st.integers(0, 10**15),
    first_tick=st.integers(0, WRAP - 1),
    skew_ppm=st.integers(-500, 500),
)
_LATER_NS = st.integers(0, 10**14)


@settings(derandomize=True)
@given(_CLOCKS, st.integers(0, 10**11))
def test_a_tick_begins_where_its_time_says(clock, ticks):
    tick = clock.first_tick + ticks
    assert clock.tick64_at(clock.true_ns_of(tick)) == tick
    assert clock.tick64_at(clock.true_ns_of(tick) - 1) == tick - 1


@settings(derandomize=True)
@given(_CLOCKS, _LATER_NS, _LATER_NS)
def test_time_never_runs_backwards(clock, one_ns, other_ns):
    earlier, later = sorted((clock.origin_ns + one_ns, clock.origin_ns + other_ns))
    assert clock.tick64_at(earlier) <= clock.tick64_at(later)


@settings(derandomize=True)
@given(_CLOCKS, st.integers(0, 10**9), st.integers(1, 10**5), st.integers(0, 50))
def test_many_ticks_at_once_are_the_same_as_one_by_one(clock, first, period, count):
    ticks = range(clock.first_tick + first, clock.first_tick + first + period * count, period)
    assert clock.true_us_of(ticks) == [clock.true_ns_of(tick) // 1000 for tick in ticks]


def test_a_fast_crystal_counts_more():
    clock = DeviceClock(origin_ns=0, first_tick=0, skew_ppm=50)
    assert clock.tick64_at(1_000_000_000) == 1_000_050


@settings(derandomize=True)
@given(st.integers(0, 2**48), st.integers(-(2**31), 2**31 - 1))
def test_the_wire_is_unwrapped_to_the_nearest(near, ahead):
    assert unwrapped(on_wire(near + ahead), near) == near + ahead


def test_clocks_as_found_stay_within_a_crystals_tolerance_and_often_wrap_soon():
    clocks = [any_clock(Random(seed), 0) for seed in range(200)]
    assert all(abs(clock.skew_ppm) <= 50 and 0 <= clock.first_tick < WRAP for clock in clocks)
    assert 60 < sum(clock.first_tick >= WRAP - 60_000_000 for clock in clocks) < 140
