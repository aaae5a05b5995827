"""The codec beyond its vectors: what does not fit is our error, what arrives never is, and memory is bounded."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from independent_stimlink import LAYOUTS, frame_of
from vectors import STIMLINK

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.framing import MAX_FRAME_BYTES, Deframer
from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import Ceilings, Malformed, Stop

ONE_OF_EACH = {vector.kind: vector.event for vector in STIMLINK}
# Every field of the wire, by the size that the independent layout gives it
FIELDS = [(kind, name, size) for kind, (_, _, places, _) in LAYOUTS.items() for name, (_, size) in places.items()]


def changed(event, name, value):
    if "." in name:
        outer, inner = name.split(".")
        value = replace(getattr(event, outer), **{inner: value})
        name = outer
    return replace(event, **{name: value})


@pytest.mark.parametrize(("kind", "name", "size"), FIELDS)
@pytest.mark.parametrize("of", ["one too many", "below zero", "a fraction"])
def test_a_value_that_does_not_fit_its_field_is_our_error(kind, name, size, of):
    value = {"one too many": 256**size, "below zero": -1, "a fraction": 1.5}[of]
    with pytest.raises(LocalProtocolError):
        encode(changed(ONE_OF_EACH[kind], name, value))


def test_what_is_malformed_cannot_be_sent():
    with pytest.raises(LocalProtocolError):
        encode(Malformed("not COBS", b"\x09"))


@pytest.mark.parametrize("vector", STIMLINK, ids=[vector.name for vector in STIMLINK])
def test_a_frame_of_any_other_length_is_malformed(vector):
    body = bytes([vector.code, 0]) + bytes(60)
    length = LAYOUTS[vector.kind][1]
    for other in (n for n in range(1, 60) if n != length):
        [event] = Decoder().receive(frame_of(body[:other]))
        assert isinstance(event, Malformed)


@pytest.mark.parametrize("code", sorted(set(range(256)) - {layout[0] for layout in LAYOUTS.values()}))
def test_a_type_that_is_not_in_the_table_is_malformed(code):
    [event] = Decoder().receive(frame_of(bytes([code, 0, 0])))
    assert isinstance(event, Malformed)
    assert f"0x{code:02x}" in event.why


# -- any bytes


@given(st.binary(max_size=400))
def test_any_bytes_give_events_and_never_an_exception(data):
    for event in Decoder().receive(data):
        assert isinstance(event, Malformed) or encode(event)


@given(st.lists(st.binary(max_size=80) | st.sampled_from([vector.frame for vector in STIMLINK]), max_size=12))
def test_how_bytes_are_cut_into_pieces_changes_nothing(pieces):
    whole, piecewise, bytewise = Decoder(), Decoder(), Decoder()
    data = b"".join(pieces)
    heard = whole.receive(data)
    assert [event for piece in pieces for event in piecewise.receive(piece)] == heard
    assert [event for byte in data for event in bytewise.receive(bytes([byte]))] == heard


@given(st.binary(max_size=60))
def test_any_body_with_a_good_checksum_is_an_event_or_malformed(body):
    for event in Decoder().receive(frame_of(body)):
        assert isinstance(event, Malformed) or encode(event)


@given(
    *[st.integers(0, 0xFFFF)] * 3,
    st.integers(0, 0xFFFF_FFFF),
    *[st.integers(0, 0xFFFF)] * 2,
    st.integers(0, 0xFFFF_FFFF),
)
def test_any_ceilings_come_back_as_they_were(amplitude, duration, charge, period, slope, step, nonce):
    ceilings = Ceilings(
        amplitude=amplitude,
        phase_duration_us=duration,
        charge_nc=charge,
        shortest_period_us=period,
        slope=slope,
        step=step,
    )
    arm = replace(ONE_OF_EACH["Arm"], ceilings=ceilings, nonce=nonce)
    assert Decoder().receive(encode(arm)) == [arm]


# -- memory


@pytest.mark.parametrize(("piece", "times"), [(1, 10_000), (63, 30_000), (64, 30_000), (4096, 1_000)])
def test_megabytes_without_a_zero_are_kept_as_one_frame_and_reported_once(piece, times):
    deframer = Deframer()
    for _ in range(times):
        assert deframer.feed(b"\xaa" * piece) == []
        assert len(deframer._part) <= MAX_FRAME_BYTES
    assert deframer.feed(b"\0") == [b"\xaa" * MAX_FRAME_BYTES]


def test_a_frame_far_too_long_in_one_piece_is_reported_no_longer_than_a_frame():
    [event] = Decoder().receive(b"\xaa" * 1_000_000 + b"\0")
    assert isinstance(event, Malformed)
    assert len(event.raw) == MAX_FRAME_BYTES


def test_after_a_frame_that_was_too_long_the_next_one_is_heard():
    decoder = Decoder()
    for _ in range(100):
        decoder.receive(b"\x01" * 100)
    assert decoder.receive(b"\0" + encode(Stop()))[1:] == [Stop()]


def test_zeros_alone_are_nothing():
    assert Decoder().receive(b"\0" * 1000) == []
