"""Stimlink frames made a second time, from the offsets of SPEC.md 2 and 3 by hand: the check on our codec.

Nothing of `firmware_protocol`, `cobs`, `binascii` or `struct` is used, so that a slip would have to be made twice.
"""

__all__ = ["LAYOUTS", "body_of", "cobs", "crc16", "frame_of"]

_CEILINGS = {
    "ceilings.amplitude": (7, 2),
    "ceilings.phase_duration_us": (9, 2),
    "ceilings.charge_nc": (11, 2),
    "ceilings.shortest_period_us": (13, 4),
    "ceilings.slope": (17, 2),
    "ceilings.step": (19, 2),
}
# Event: type, length without CRC, field: (offset, size), flag: (offset, its bit)
LAYOUTS = {
    "Hello": (0x01, 3, {"version": (2, 1)}, {}),
    "AskClock": (0x02, 4, {"token": (2, 2)}, {}),
    "Arm": (0x03, 21, {"seq": (1, 1), "nonce": (2, 4), "channel": (6, 1), **_CEILINGS}, {}),
    "SegmentFrame": (
        0x04,
        28,
        {
            "seq": (1, 1),
            "epoch": (2, 4),
            "channel": (6, 1),
            "start": (8, 4),
            "end": (12, 4),
            "amplitude_start": (16, 2),
            "amplitude_end": (18, 2),
            "phase_duration_us": (20, 2),
            "interphase_us": (22, 2),
            "pulse_period_us": (24, 4),
        },
        {"step": (7, 1), "replace": (7, 2)},
    ),
    "Limit": (0x05, 9, {"channel": (2, 1), "ceiling": (3, 2), "until": (5, 4)}, {}),
    "KeepAlive": (0x06, 6, {"epoch": (2, 4)}, {}),
    "Stop": (0x07, 2, {}, {}),
    "Welcome": (
        0x81,
        42,
        {
            "version": (2, 1),
            "channels": (4, 1),
            "queue_depth": (5, 1),
            "firmware": (6, 2),
            "serial_number": (8, 8),
            "boot": (16, 4),
            "nonce": (20, 4),
            "amplitude": (24, 2),
            "shortest_phase_us": (26, 2),
            "phase_duration_us": (28, 2),
            "charge_nc": (30, 2),
            "interphase_min_us": (32, 2),
            "interphase_max_us": (34, 2),
            "shortest_period_us": (36, 4),
            "compliance_v": (40, 2),
        },
        {"simulated": (3, 1), "balanced": (3, 2), "reports_load": (3, 4)},
    ),
    "Time": (0x82, 12, {"token": (2, 2), "received": (4, 4), "sent": (8, 4)}, {}),
    "Armed": (0x83, 21, {"seq": (1, 1), "nonce": (2, 4), "channel": (6, 1), **_CEILINGS}, {}),
    "Ack": (0x84, 4, {"seq": (1, 1), "channel": (2, 1), "queued": (3, 1)}, {}),
    "Limited": (0x85, 9, {"channel": (2, 1), "ceiling": (3, 2), "until": (5, 4)}, {}),
    "Nack": (0x86, 3, {"seq": (1, 1), "reason": (2, 1)}, {}),
    "Stopped": (0x87, 11, {"nonce": (2, 4), "tick": (6, 4)}, {"output_off": (10, 1)}),
    "Status": (
        0x88,
        29,
        {
            "channel": (2, 1),
            "tick": (3, 4),
            "amplitude": (8, 2),
            "phase_duration_us": (10, 2),
            "pulse_period_us": (12, 4),
            "pulses": (16, 4),
            "load_ohm": (20, 2),
            "queued": (22, 1),
            "battery": (23, 1),
            "discontinuities": (24, 1),
            "nonce": (25, 4),
        },
        {"armed": (7, 1), "contact": (7, 2), "step_allowed": (7, 4)},
    ),
    "Discontinuity": (0x89, 9, {"channel": (2, 1), "reason": (3, 1), "tick": (4, 4), "count": (8, 1)}, {}),
    "Fault": (0x8A, 12, {"code": (2, 1), "channel": (3, 1), "tick": (4, 4), "nonce": (8, 4)}, {}),
}


def crc16(data: bytes) -> int:
    """CRC-16/IBM-3740, a bit at a time."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1
            crc &= 0xFFFF
    return crc


def cobs(data: bytes) -> bytes:
    """Each run up to a zero, led by its length plus one; runs of 254 have no zero after them."""
    out = bytearray()
    run = bytearray()
    for byte in data:
        if byte == 0:
            out += bytes([len(run) + 1]) + run
            run.clear()
        else:
            run.append(byte)
            if len(run) == 254:
                out += b"\xff" + run
                run.clear()
    return bytes(out + bytes([len(run) + 1]) + run)


def body_of(event: str, fields: dict) -> bytes:
    """Type to last field; `fields` as in the vectors, a table inside for ceilings."""
    code, length, places, flags = LAYOUTS[event]
    flat = {
        (f"{name}.{inner}" if inner else name): number
        for name, value in fields.items()
        for inner, number in (value.items() if isinstance(value, dict) else [("", value)])
    }
    if flat.keys() != places.keys() | flags.keys():
        raise ValueError(f"{event} has {sorted(places | flags)}, not {sorted(flat)}")
    body = bytearray(length)
    body[0] = code
    for name, (offset, size) in places.items():
        body[offset : offset + size] = flat[name].to_bytes(size, "little")
    for name, (offset, bit) in flags.items():
        body[offset] |= bit if flat[name] else 0
    return bytes(body)


def frame_of(body: bytes) -> bytes:
    """What goes over the wire for a body."""
    return cobs(body + crc16(body).to_bytes(2, "little")) + b"\0"
