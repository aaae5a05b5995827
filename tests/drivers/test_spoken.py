"""What goes over a line, in words for people."""

import pytest

from firmware_protocol.openemsstim import codec as openemsstim
from firmware_protocol.openemsstim.events import Drive
from firmware_protocol.openemsstim.events import Stop as BoardStop
from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.events import Arm, Ceilings, Fault, FaultCode, SegmentFrame, Stop
from stimctl.drivers.spoken import reader

SEGMENT = SegmentFrame(
    seq=3,
    epoch=7,
    channel=2,
    step=True,
    replace=False,
    start=100,
    end=200,
    amplitude_start=123,
    amplitude_end=0,
    phase_duration_us=250,
    interphase_us=100,
    pulse_period_us=12_500,
)
CEILINGS = Ceilings(amplitude=700, phase_duration_us=250, charge_nc=1_750, shortest_period_us=9_999, slope=100, step=50)
DRIVE = Drive(channel=2, intensity=45, on_time_ms=220)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            SEGMENT,
            "SegmentFrame seq=3 epoch=7 channel=2 step start=100 end=200 amplitude_start=1.23mA amplitude_end=0mA "
            "phase_duration_us=250 interphase_us=100 pulse_period_us=12500",
        ),
        (
            Arm(seq=1, nonce=9, channel=1, ceilings=CEILINGS),
            "Arm seq=1 nonce=9 channel=1 amplitude=7mA phase_duration_us=250 charge_nc=1750 shortest_period_us=9999 "
            "slope=1mA/s step=0.5mA",
        ),
        (Stop(), "Stop"),
        (Fault(FaultCode.STUCK_OUTPUT, 1, 5, 6), "Fault code=STUCK_OUTPUT channel=1 tick=5 nonce=6"),
    ],
)
def test_a_frame_is_its_name_and_its_fields(event, words: str) -> None:
    assert reader("stimlink").read(encode(event)) == [words]


def test_a_frame_in_pieces_is_said_with_its_last_byte() -> None:
    frame, one = encode(SEGMENT), reader("stimlink")
    assert [len(one.read(frame[i : i + 1])) for i in range(len(frame))] == [0] * (len(frame) - 1) + [1]


def test_what_is_no_frame_is_shown_as_bytes() -> None:
    assert reader("stimlink").read(b"\x03\x01\x02\x00") == ["no frame (bad CRC): 03 01 02"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (openemsstim.encode(DRIVE), "Drive channel=2 intensity=45 on_time_ms=220"),
        (openemsstim.encode(BoardStop()), "'Connection End'"),
        (b"\tEMS: STARTED\r\n", "'\\tEMS: STARTED'"),
        # what the board would take for a command, and no codec of ours would write
        (b"WV,,433049.\n", "'WV,,433049.'"),
        (openemsstim.encode(DRIVE).lower(), f"{openemsstim.encode(DRIVE).lower()[:-1]!r}"[1:]),
        (b"WV,,\xff.\n", "'WV,,\\xff.'"),
        (b"\n", "''"),
    ],
)
def test_a_boards_line_is_a_command_or_its_text(line: bytes, words: str) -> None:
    assert reader("openemsstim").read(line) == [words]


def test_a_line_without_an_end_is_shown_in_pieces() -> None:
    one = reader("openemsstim")
    assert one.read(b"x" * 600) == []
    assert one.read(b"x") == [f"'{'x' * 601}'"]
    assert one.read(b"y\n") == ["'y'"]


def test_a_family_without_a_codec_is_bytes() -> None:
    assert reader("rehastim2").read(b"\x00\xff") == ["00 ff"]
    assert reader("rehastim2").read(b"") == []


def test_every_byte_is_read() -> None:
    for family in ("stimlink", "openemsstim", "another"):
        one = reader(family)
        for byte in range(256):
            one.read(bytes([byte]))
