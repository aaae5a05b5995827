"""The pace of a serial line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.cable import Cable

# One byte of 10 bits at 10 000 baud is exactly a millisecond.
MS = 1_000_000


@pytest.fixture
def cable():
    return Cable(10_000, b"\0")


def test_a_byte_takes_ten_bits(cable):
    cable.host_wrote(b"ab\0", 5 * MS)
    assert cable.arrived_at_device(8 * MS - 1) == b"ab"
    assert cable.arrived_at_device(8 * MS) == b"\0"


def test_at_115200_baud_a_byte_takes_87_us():
    cable = Cable(115_200, b"\0")
    cable.host_wrote(b"a", 0)
    assert cable.next_wake_ns() == 86_806


def test_a_second_write_waits_for_the_first(cable):
    cable.host_wrote(b"abc", 0)
    cable.host_wrote(b"d", 1 * MS)
    assert cable.arrived_at_device(4 * MS - 1) == b"abc"
    assert cable.arrived_at_device(4 * MS) == b"d"


def test_it_asks_to_be_woken_at_each_frames_end(cable):
    cable.host_wrote(b"ab\0c\0", 0)
    assert cable.next_wake_ns() == 3 * MS
    assert cable.arrived_at_device(3 * MS) == b"ab\0"
    assert cable.next_wake_ns() == 5 * MS


def test_directions_do_not_wait_for_each_other(cable):
    cable.host_wrote(b"abc", 0)
    cable.device_wrote(b"x", 0)
    assert cable.arrived_at_host(1 * MS) == b"x"


def test_what_has_not_arrived_is_in_flight(cable):
    cable.host_wrote(b"abcd", 0)
    assert [cable.in_flight_to_device(t * MS) for t in range(6)] == [4, 3, 2, 1, 0, 0]


def test_a_discard_keeps_what_is_on_the_line(cable):
    cable.host_wrote(b"abcd", 0)
    cable.discard_to_device(3 * MS // 2)
    cable.host_wrote(b"X", 2 * MS)
    assert cable.arrived_at_device(100 * MS) == b"abX"


def test_after_a_discard_the_line_is_free_at_once(cable):
    cable.host_wrote(b"a" * 100, 0)
    cable.discard_to_device(1 * MS)
    cable.host_wrote(b"X", 1 * MS)
    assert cable.arrived_at_device(2 * MS) == b"aX"


def test_what_had_not_begun_is_discarded_whole(cable):
    cable.host_wrote(b"a" * 100, 0)
    cable.discard_to_device(0)
    cable.host_wrote(b"X", 0)
    assert cable.arrived_at_device(1 * MS) == b"X"


def test_a_delay_holds_up_and_never_reorders(cable):
    cable.host_wrote(b"a", 0, delay_ns=10 * MS)
    cable.host_wrote(b"b", 0)
    assert cable.arrived_at_device(11 * MS) == b"a"
    assert cable.arrived_at_device(12 * MS) == b"b"


def test_unplugging_loses_what_is_on_the_way_and_what_comes_later(cable):
    cable.host_wrote(b"ab", 0)
    cable.device_wrote(b"cd", 0)
    cable.unplug()
    cable.host_wrote(b"e", 1 * MS)
    assert (cable.arrived_at_device(9 * MS), cable.arrived_at_host(9 * MS)) == (b"", b"")


def test_plugged_in_again_it_carries(cable):
    cable.unplug()
    cable.plug_in()
    cable.host_wrote(b"e", 1 * MS)
    assert cable.arrived_at_device(2 * MS) == b"e"


def test_a_backlog_is_bounded(cable):
    for _ in range(100):
        cable.device_wrote(b"x" * 1000, 0)
    assert len(cable.arrived_at_host(10**12)) == 4096


@settings(derandomize=True)
@given(st.lists(st.tuples(st.binary(max_size=20), st.integers(0, 20 * MS)), max_size=10), st.integers(MS // 10, 7 * MS))
def test_the_bytes_and_their_times_do_not_depend_on_when_it_is_asked(writes, every_ns):
    lazy, eager = Cable(10_000, b"\0"), Cable(10_000, b"\0")
    at_ns = 0
    got = b""
    for data, wait_ns in writes:
        lazy.host_wrote(data, at_ns)
        eager.host_wrote(data, at_ns)
        for now_ns in range(at_ns, at_ns + wait_ns, every_ns):
            got += eager.arrived_at_device(now_ns)
        at_ns += wait_ns
    total = sum(len(data) for data, _ in writes)
    assert eager.in_flight_to_device(at_ns) + len(got + eager.arrived_at_device(at_ns)) == total
    assert lazy.arrived_at_device(10**12) == b"".join(data for data, _ in writes)
