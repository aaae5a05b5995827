"""Encode and decode of a segment against the bare library calls that it cannot do without."""

import gc
import struct
import time
from binascii import crc_hqx
from statistics import median

from cobs import cobs

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import SegmentFrame

FRAMES, ROUNDS = 20_000, 7
SEGMENT = SegmentFrame(
    seq=7,
    epoch=0x1234_5678,
    channel=1,
    step=False,
    replace=False,
    start=1_000_000,
    end=1_200_000,
    amplitude_start=1_240,
    amplitude_end=1_260,
    phase_duration_us=200,
    interphase_us=0,
    pulse_period_us=12_500,
)
_LAYOUT = struct.Struct("<BBIBBIIHHHHI")
_VALUES = (4, 7, 0x1234_5678, 1, 0, 1_000_000, 1_200_000, 1_240, 1_260, 200, 0, 12_500)


def ours() -> float:
    decoder = Decoder()
    began = time.process_time_ns()
    for _ in range(FRAMES):
        decoder.receive(encode(SEGMENT))
    return (time.process_time_ns() - began) / FRAMES


def bare() -> float:
    began = time.process_time_ns()
    for _ in range(FRAMES):
        body = _LAYOUT.pack(*_VALUES)
        frame = cobs.encode(body + crc_hqx(body, 0xFFFF).to_bytes(2, "little")) + b"\0"
        body = cobs.decode(frame[:-1])
        crc_hqx(body[:-2], 0xFFFF)
        _LAYOUT.unpack_from(body)
    return (time.process_time_ns() - began) / FRAMES


def main() -> None:
    gc.disable()  # as the engine does
    rounds = [(ours(), bare()) for _ in range(ROUNDS)]
    ratios = sorted(mine / floor for mine, floor in rounds)
    print(
        f"a segment encoded and decoded: {median(m for m, _ in rounds):.0f} ns, bare calls "
        f"{median(f for _, f in rounds):.0f} ns: {median(ratios):.1f}x ({ratios[0]:.1f} to {ratios[-1]:.1f})"
    )
