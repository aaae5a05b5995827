"""Every vector both ways: our codec and an independent one agree with the data, however the bytes arrive."""

import pytest
from independent_stimlink import LAYOUTS, body_of, cobs, crc16, frame_of
from vectors import COBS, CRC, IGNORED, STIMLINK, ids

from firmware_protocol.checksums import has_good_crc, with_crc
from firmware_protocol.framing import MAX_FRAME_BYTES, deframed, framed
from firmware_protocol.stimlink.codec import FRAME_TYPES, Decoder, encode
from firmware_protocol.stimlink.connection import STOP_BYTES
from firmware_protocol.stimlink.events import DiscontinuityReason, FaultCode, Malformed, NackReason, Stop

every_vector = pytest.mark.parametrize("vector", STIMLINK, ids=[vector.name for vector in STIMLINK])
every_ignored = pytest.mark.parametrize("case", IGNORED, ids=ids(IGNORED))


# -- the data


def test_every_frame_type_has_a_file_that_names_its_type_byte():
    assert {vector.kind: vector.code for vector in STIMLINK} == {
        kind.__name__: code for kind, (code, _) in FRAME_TYPES.items()
    }
    assert {kind: layout[0] for kind, layout in LAYOUTS.items()} == {vector.kind: vector.code for vector in STIMLINK}


@pytest.mark.parametrize(
    ("kind", "field", "enum"),
    [("Nack", "reason", NackReason), ("Discontinuity", "reason", DiscontinuityReason), ("Fault", "code", FaultCode)],
)
def test_every_reason_and_code_has_a_vector_by_its_name(kind, field, enum):
    named = {vector.name.split(": ")[1]: vector.fields[field] for vector in STIMLINK if vector.kind == kind}
    assert named == {member.name: member.value for member in enum}


@every_vector
def test_the_independent_encoder_yields_the_vector(vector):
    assert frame_of(body_of(vector.kind, vector.fields)) == vector.frame


@pytest.mark.parametrize("case", CRC, ids=ids(CRC))
def test_both_checksums_agree_with_the_vector(case):
    data = bytes.fromhex(case["data"])
    checked = data + case["crc"].to_bytes(2, "little")
    assert crc16(data) == case["crc"]
    assert with_crc(data) == checked
    assert has_good_crc(checked)


@pytest.mark.parametrize("case", COBS, ids=ids(COBS))
def test_both_stuffings_agree_with_the_vector(case):
    data, coded = bytes.fromhex(case["data"]), bytes.fromhex(case["coded"])
    assert cobs(data) == coded
    assert framed(data) == coded + b"\0"
    assert deframed(coded) == data


def test_the_stop_bytes_are_those_of_the_specification():
    assert bytes.fromhex("00020703988400") == STOP_BYTES


# -- ours


@every_vector
def test_our_encoder_yields_the_vector(vector):
    assert encode(vector.event) == vector.frame


@every_vector
def test_a_frame_has_one_zero_at_its_end_and_fits_the_buffer_of_its_receiver(vector):
    most = 32 if vector.code < 0x80 else MAX_FRAME_BYTES
    assert vector.frame.index(0) == len(vector.frame) - 1 < most


@every_vector
def test_a_whole_frame_is_decoded(vector):
    assert Decoder().receive(vector.frame) == [vector.event]


@every_vector
def test_a_frame_is_decoded_one_byte_at_a_time(vector):
    decoder = Decoder()
    *early, last = [decoder.receive(bytes([byte])) for byte in vector.frame]
    assert (early, last) == ([[]] * len(early), [vector.event])


@every_vector
def test_two_frames_in_a_row_are_two_events(vector):
    assert Decoder().receive(vector.frame * 2) == [vector.event] * 2


@every_vector
def test_the_start_of_another_frame_behind_changes_nothing(vector):
    decoder = Decoder()
    assert decoder.receive(vector.frame + vector.frame[:-1]) == [vector.event]
    assert decoder.receive(b"\0") == [vector.event]


@every_vector
@pytest.mark.parametrize("garbage", [b"\x05\x11\0", b"\xff" * 200 + b"\0"], ids=["short", "longer than a frame"])
def test_garbage_in_front_is_malformed_and_the_frame_is_whole(vector, garbage):
    broken, event = Decoder().receive(garbage + vector.frame)
    assert isinstance(broken, Malformed)
    assert event == vector.event


@every_vector
def test_stop_is_understood_behind_any_cut_of_any_frame(vector):
    for cut in range(len(vector.frame)):
        assert Decoder().receive(vector.frame[:cut] + STOP_BYTES)[-1] == Stop()


@every_vector
def test_one_flipped_bit_anywhere_never_makes_another_event(vector):
    for bit in range(8 * len(vector.frame)):
        flipped = bytearray(vector.frame)
        flipped[bit // 8] ^= 1 << bit % 8
        heard = Decoder().receive(bytes(flipped))
        assert all(isinstance(event, Malformed) for event in heard), f"bit {bit}"


@every_ignored
def test_what_is_to_be_ignored_is_malformed_and_says_what_is_wrong(case):
    frame = bytes.fromhex(case["bytes"])
    [event] = Decoder().receive(frame)
    assert isinstance(event, Malformed)
    assert case["word"] in event.why
    assert event.raw == frame[:-1]


@every_ignored
def test_a_frame_behind_one_that_is_to_be_ignored_is_whole(case):
    assert Decoder().receive(bytes.fromhex(case["bytes"]) + STOP_BYTES)[1:] == [Stop()]
