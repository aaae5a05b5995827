"""The audit's own idea of the unit's clock."""

from struct import pack

import pytest
from audit_line import Line, frame, tick, time_frame
from safety_bench import MS


def test_a_reading_that_came_late_does_not_move_the_clock() -> None:
    line = Line()
    line.audit.received(time_frame(50 * MS, behind_us=140_000), 50 * MS)
    assert line.sent(line.cleared(), 50) is None


def test_readings_that_come_late_for_half_a_minute_do_not_move_its_clock() -> None:
    line = Line()
    for part in range(1, 150):
        line.audit.received(time_frame(part * 200 * MS, behind_us=600_000), part * 200 * MS)
    at_ns = 30_000 * MS
    one = line.cleared(start_ns=at_ns + 100 * MS, end_ns=at_ns + 200 * MS, amplitude_end_ua=0, now_ns=at_ns)
    assert line.sent(one, 30_000) is None


def test_a_status_tells_the_time_too() -> None:
    line = Line(clock=False)
    line.audit.received(frame(0x88, pack("<BIBHHIIHBBBI", 1, tick(0), 1, 0, 0, 0, 0, 0, 0, 255, 0, 9)), 0)
    assert line.sent(line.cleared()) is None


@pytest.mark.parametrize(
    "data",
    [frame(0x82, bytes(9)), frame(0x88, bytes(26)), frame(0x83, bytes(18)), b"\x01\x02\0", frame(0x84, bytes(2))],
    ids=["short TIME", "short STATUS", "short ARMED", "noise", "ACK"],
)
def test_other_frames_tell_nothing(data: bytes) -> None:
    line = Line(clock=False)
    assert line.audit.received(data, 0) is None
    assert "clock" in (line.sent(line.cleared()) or "")
