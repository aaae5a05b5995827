"""Which frames may leave at all, and what the audit makes of bytes that are none."""

from binascii import crc_hqx
from struct import pack

import pytest
from audit_line import STOP, Line, arm, frame, segment_frame
from cobs import cobs
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_bench import MS, segment

from stimctl.safety.audit_stimlink import StimlinkAudit


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
