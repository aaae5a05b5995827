"""The audit's reader for stimlink, fed with frames made here by offsets, without the codec."""

import ast
from binascii import crc_hqx
from dataclasses import replace
from pathlib import Path
from struct import pack

import pytest
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_bench import MS, ROOMY, Bench, segment

import stimctl.safety.audit_stimlink
from stimctl.model.segment import Segment
from stimctl.safety.audit import Audit
from stimctl.safety.audit_stimlink import StimlinkAudit
from stimctl.safety.clearance import Cleared

LIMITS = replace(ROOMY, amplitude_ua=30_000, charge_per_phase_nc=4_000)
PEAK_UA = 20_000
# The unit's clock at the host's zero, near its wrap.
TICKS = 2**32 - 150_000
STOP = bytes.fromhex("00 02 07 03 98 84 00")


def frame(kind: int, fields: bytes = b"") -> bytes:
    body = bytes([kind, 0]) + fields
    return cobs.encode(body + pack("<H", crc_hqx(body, 0xFFFF))) + b"\0"


def tick(at_ns: int) -> int:
    return (TICKS + at_ns // 1000) % 2**32


def arm(channel=1, amplitude=2_000, phase_us=300, charge_nc=4_000, period_us=8_333, slope=2_000, step=2_000) -> bytes:
    return frame(0x03, pack("<IBHHHIHH", 9, channel, amplitude, phase_us, charge_nc, period_us, slope, step))


def segment_frame(of: Segment, *, flags: int = 0, **changes: int) -> bytes:
    fields = {
        "channel": of.channel,
        "start": tick(of.start_ns),
        "end": tick(of.end_ns),
        "first": of.amplitude_start_ua // 10,
        "last": of.amplitude_end_ua // 10,
        "phase": of.phase_duration_us,
        "interphase": of.interphase_us,
        "period": of.pulse_period_us,
    } | changes
    values = {name: value % 2**32 for name, value in fields.items()}
    return frame(
        0x04,
        pack("<IBBIIHHHHI", 9, values["channel"], flags, values["start"], values["end"], values["first"],
             values["last"], values["phase"], values["interphase"], values["period"]),
    )  # fmt: skip


def time_frame(at_ns: int, behind_us: int = 0) -> bytes:
    return frame(0x82, pack("<HII", 1, tick(at_ns), (tick(at_ns) - behind_us) % 2**32))


class Line:
    """An audit that has agreed, and heard the clock; segments from 100 ms to 300 ms, 0 to 2 mA, unless changed."""

    def __init__(self, *, clock: bool = True) -> None:
        self.audit = StimlinkAudit()
        self.audit.agree(LIMITS, {1: PEAK_UA, 2: PEAK_UA})
        self.governor = Bench(limits=LIMITS).felt(2_000).felt(2_000, channel=2).governor
        if clock:
            self.audit.received(time_frame(0), 0)

    def cleared(self, *, replacing: bool = False, now_ns: int = 0, **changes: object) -> Segment:
        """What the governor has cleared, and the audit may expect."""
        fields: dict = {"start_ns": 100 * MS, "end_ns": 300 * MS, "amplitude_end_ua": 2_000}
        one = segment(**(fields | changes))
        verdict = self.governor.admit(one, now_ns, replace=replacing)
        assert isinstance(verdict, Cleared), verdict
        self.audit.expect(verdict)
        return one

    def sent(self, one: Segment, now_ms: float = 0, *, flags: int = 0, **changes: int) -> str | None:
        return self.audit.sent(segment_frame(one, flags=flags, **changes), round(now_ms * MS))

    def chained(self) -> tuple[Segment, Segment]:
        """Two that belong together, the first already gone."""
        one = self.cleared()
        assert self.sent(one) is None
        return one, self.cleared(
            start_ns=one.end_ns, end_ns=one.end_ns + 150 * MS, amplitude_start_ua=2_000, amplitude_end_ua=2_000
        )


# --- frames


def test_nothing_and_lone_zeros_may_leave() -> None:
    assert [StimlinkAudit().sent(data, 0) for data in (b"", b"\0", b"\0\0")] == [None] * 3


CANNOT_RAISE = {0x01: 1, 0x02: 2, 0x05: 7, 0x06: 4, 0x07: 0}


@pytest.mark.parametrize(("kind", "size"), CANNOT_RAISE.items())
def test_a_frame_that_cannot_raise_output_may_leave_at_any_time(kind: int, size: int) -> None:
    assert StimlinkAudit().sent(frame(kind, bytes(size)), 0) is None


@pytest.mark.parametrize(("kind", "size"), [*CANNOT_RAISE.items(), (0x03, 19), (0x04, 26)])
@pytest.mark.parametrize("longer", [-1, 1])
def test_a_frame_of_the_wrong_length_is_refused(kind: int, size: int, longer: int) -> None:
    data = cobs.encode((body := bytes([kind]) + bytes(size + longer + 1)) + pack("<H", crc_hqx(body, 0xFFFF))) + b"\0"
    assert Line().audit.sent(data, 0) is not None


@pytest.mark.parametrize("kind", [0x00, 0x08, 0x7F, 0x81, 0x82, 0x83, 0x84, 0x88, 0xFF])
def test_a_frame_of_another_kind_is_refused(kind: int) -> None:
    assert StimlinkAudit().sent(frame(kind), 0) is not None


def test_bytes_that_end_inside_a_frame_are_refused() -> None:
    assert StimlinkAudit().sent(STOP + STOP[1:-1], 0) == "bytes that end inside a frame"


@pytest.mark.parametrize(
    "data",
    [b"\x01\0", b"\x05\x01\0", STOP[:-2] + b"\x01\0", b"\x03\x07\x07\0", cobs.encode(bytes(range(70))) + b"\0"],
    ids=["too short", "no COBS", "bad CRC", "no CRC", "too long"],
)
def test_a_frame_that_the_unit_could_not_read_is_refused(data: bytes) -> None:
    assert "could not read" in (StimlinkAudit().sent(data, 0) or "")


def test_every_frame_of_a_write_is_judged() -> None:
    assert StimlinkAudit().sent(STOP + frame(0x7F) + STOP, 0) is not None


_KINDS = {0x01: 5, 0x02: 6, 0x05: 11, 0x06: 8, 0x07: 4}


def harmless(data: bytes) -> bool:
    """By its own reading: whole frames only, each of a kind that cannot raise output."""
    *frames, rest = data.split(b"\0")
    return not rest and all(_KINDS.get(_first(one)) == len(one) - 1 and _sound(one) for one in frames if one)


def _body(one: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(one):
        run = one[at]
        out += one[at + 1 : at + run] + (b"\0" if run < 255 else b"")
        at += run
    return bytes(out[:-1]) if at == len(one) else b""


def _first(one: bytes) -> int:
    return (_body(one) or b"\0")[0]


def _sound(one: bytes) -> bool:
    crc = 0xFFFF
    body = _body(one)
    for byte in body[:-2]:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ (0x1021 if crc & 0x8000 else 0)
            crc &= 0xFFFF
    return body[-2:] == crc.to_bytes(2, "little")


HOST_FRAMES = st.sampled_from([frame(kind, bytes(size)) for kind, size in CANNOT_RAISE.items()])
ANY_FRAME = st.builds(frame, st.integers(0, 255), st.binary(max_size=40))


@settings(derandomize=True, deadline=None)
@given(data=st.lists(st.one_of(st.binary(max_size=80), HOST_FRAMES, ANY_FRAME), max_size=4).map(b"".join))
def test_only_what_cannot_raise_leaves_where_nothing_was_cleared(data: bytes) -> None:
    assert (Line().audit.sent(data, 0) is None) == harmless(data)


@settings(derandomize=True, deadline=None)
@given(pieces=st.lists(st.one_of(st.binary(max_size=100), ANY_FRAME), max_size=6))
def test_nothing_that_is_received_raises(pieces: list[bytes]) -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    for number, piece in enumerate(pieces):
        audit.received(piece, number * MS)
        audit.sent(segment_frame(segment()), number * MS)


# --- ARM


def test_an_arm_may_ask_for_the_peak_and_the_limits() -> None:
    assert Line().audit.sent(arm(), 0) is None


@pytest.mark.parametrize(
    "more",
    [
        {"amplitude": 2_001},
        {"step": 2_001},
        {"phase_us": 301},
        {"charge_nc": 4_001},
        {"period_us": 8_332},
        {"slope": 2_002},
        {"channel": 3},
    ],
    ids=str,
)
def test_an_arm_for_more_is_refused(more: dict[str, int]) -> None:
    assert Line().audit.sent(arm(**more), 0) is not None


def test_an_arm_may_not_exceed_the_limit_even_where_the_peak_does() -> None:
    audit = StimlinkAudit()
    audit.agree(replace(LIMITS, amplitude_ua=10_000), {1: PEAK_UA})
    assert audit.sent(arm(amplitude=1_001, step=0, slope=1_000), 0) is not None


def test_the_slope_of_an_arm_may_be_that_on_new_ground_where_the_peak_is_low() -> None:
    audit = StimlinkAudit()
    audit.agree(LIMITS, {1: 100})
    assert audit.sent(arm(amplitude=10, step=10, slope=101), 0) is None
    assert audit.sent(arm(amplitude=10, step=10, slope=102), 0) is not None


def test_before_anything_was_agreed_no_arm_may_leave() -> None:
    assert StimlinkAudit().sent(arm(), 0) is not None


def armed_frame(amplitude: int = 2_000, channel: int = 1) -> bytes:
    return frame(0x83, pack("<IBHHHIHH", 9, channel, amplitude, 300, 4_000, 8_333, 2_000, 2_000))


def test_a_unit_that_latched_what_was_asked_is_as_agreed() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    assert audit.received(armed_frame(), 0) is None


@pytest.mark.parametrize("amplitude", [1_999, 2_001])
def test_a_unit_that_latched_something_else_is_seen(amplitude: int) -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    assert "latched" in (audit.received(armed_frame(amplitude), 0) or "")


@pytest.mark.parametrize("channel", [1, 3])
def test_a_unit_that_answers_what_was_not_asked_is_not_judged(channel: int) -> None:
    assert Line().audit.received(armed_frame(channel=channel), 0) is None


def test_after_a_stop_an_old_answer_is_not_judged() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    audit.forget()
    assert audit.received(armed_frame(1), 0) is None


def test_an_answer_that_comes_in_pieces_is_read() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    data = armed_frame(1)
    assert [audit.received(data[at : at + 1], 0) is None for at in range(len(data))] == [True] * (len(data) - 1) + [
        False
    ]


def test_noise_without_an_end_is_not_kept() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    for _ in range(100):
        audit.received(b"\xff" * 100, 0)
    assert audit.received(b"\0" + armed_frame(1), 0) is not None


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


# --- again


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


# --- replace


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


# --- the unit's clock


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


# --- stop bytes


def test_the_stop_bytes_of_the_page_are_sound() -> None:
    assert StimlinkAudit().stop_is_sound(STOP) is None


@pytest.mark.parametrize(
    "stop_bytes",
    [
        b"",
        b"\0",
        STOP[1:],
        STOP[:-1],
        STOP + b"\x01",
        b"\0" + frame(0x01, b"\x01"),
        STOP[:-2] + b"\x85\0",
        STOP + frame(0x01, b"\x01"),
        b"\0" + arm() + STOP,
        b"\0" + frame(0x07, b"\x01"),
    ],
    ids=[
        "nothing",
        "a zero",
        "no zero first",
        "no zero last",
        "more",
        "HELLO",
        "bad CRC",
        "not last",
        "ARM",
        "too long",
    ],
)
def test_stop_bytes_that_would_not_stop_are_unsound(stop_bytes: bytes) -> None:
    assert "does not read as STOP" in (StimlinkAudit().stop_is_sound(stop_bytes) or "")


# --- independence


def test_it_answers_every_call_of_an_audit() -> None:
    calls = {name for name in vars(Audit) if not name.startswith("_")}
    assert calls == {"agree", "expect", "hold", "forget", "sent", "received", "stop_is_sound"}
    assert calls <= set(vars(StimlinkAudit))


def test_it_imports_nothing_of_the_protocol_or_of_the_drivers() -> None:
    tree = ast.parse(Path(stimctl.safety.audit_stimlink.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    own = {str(module) for module in modules if str(module).startswith(("stimctl", "firmware", "simulator"))}
    assert own == {"stimctl.clock", "stimctl.model.limits", "stimctl.model.segment", "stimctl.safety.clearance"}
