"""Stimlink events to frames and back, by tables: SPEC.md section 3 in code.

A body is `type u8, seq u8, fields`, little-endian; CRC and COBS go around it. Two tables, one row a frame type:
`_WRITE` gives the fields of an event in wire order, `_READ` an event from the fields, or a sentence on what is wrong.
"""

from collections.abc import Callable
from struct import Struct
from struct import error as StructError
from typing import Any

from firmware_protocol.checksums import CRC_BYTES, has_good_crc, with_crc
from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.framing import Deframer, deframed, framed
from firmware_protocol.stimlink.events import (
    Ack,
    Arm,
    Armed,
    AskClock,
    Ceilings,
    Discontinuity,
    DiscontinuityReason,
    Event,
    Fault,
    FaultCode,
    Hello,
    KeepAlive,
    Limit,
    Limited,
    Malformed,
    Nack,
    NackReason,
    SegmentFrame,
    Status,
    Stop,
    Stopped,
    Time,
    Welcome,
)

__all__ = ["FRAME_TYPES", "Decoder", "encode"]

_SIMULATED, _BALANCED, _REPORTS_LOAD = 1, 2, 4
_ARMED, _CONTACT, _STEP_ALLOWED = 1, 2, 4
_OUTPUT_OFF = 1

# type byte, fields after `type, seq`
FRAME_TYPES: dict[type, tuple[int, Struct]] = {
    Hello: (0x01, Struct("<BBB")),
    AskClock: (0x02, Struct("<BBH")),
    Arm: (0x03, Struct("<BBIBHHHIHH")),
    SegmentFrame: (0x04, Struct("<BBIBBIIHHHHI")),
    Limit: (0x05, Struct("<BBBHI")),
    KeepAlive: (0x06, Struct("<BBI")),
    Stop: (0x07, Struct("<BB")),
    Welcome: (0x81, Struct("<BBBBBBHQIIHHHHHHIH")),
    Time: (0x82, Struct("<BBHII")),
    Armed: (0x83, Struct("<BBIBHHHIHH")),
    Ack: (0x84, Struct("<BBBB")),
    Limited: (0x85, Struct("<BBBHI")),
    Nack: (0x86, Struct("<BBB")),
    Stopped: (0x87, Struct("<BBIIB")),
    Status: (0x88, Struct("<BBBIBHHIIHBBBI")),
    Discontinuity: (0x89, Struct("<BBBBIB")),
    Fault: (0x8A, Struct("<BBBBII")),
}


def _ceilings(c: Ceilings) -> tuple[int, ...]:
    return c.amplitude, c.phase_duration_us, c.charge_nc, c.shortest_period_us, c.slope, c.step


def _read_ceilings(fields: tuple[int, ...]) -> Ceilings:
    amplitude, phase_duration_us, charge_nc, shortest_period_us, slope, step = fields
    return Ceilings(
        amplitude=amplitude,
        phase_duration_us=phase_duration_us,
        charge_nc=charge_nc,
        shortest_period_us=shortest_period_us,
        slope=slope,
        step=step,
    )


def _segment_fields(s: SegmentFrame) -> tuple[int, ...]:
    return (
        s.seq,
        s.epoch,
        s.channel,
        s.step | s.replace << 1,
        s.start,
        s.end,
        s.amplitude_start,
        s.amplitude_end,
        s.phase_duration_us,
        s.interphase_us,
        s.pulse_period_us,
    )


def _welcome_fields(w: Welcome) -> tuple[int, ...]:
    flags = (_SIMULATED * w.simulated) | (_BALANCED * w.balanced) | (_REPORTS_LOAD * w.reports_load)
    identity = (0, w.version, flags, w.channels, w.queue_depth, w.firmware, w.serial_number, w.boot, w.nonce)
    bounds = (w.amplitude, w.shortest_phase_us, w.phase_duration_us, w.charge_nc, w.interphase_min_us)
    return (*identity, *bounds, w.interphase_max_us, w.shortest_period_us, w.compliance_v)


def _status_fields(s: Status) -> tuple[int, ...]:
    flags = (_ARMED * s.armed) | (_CONTACT * s.contact) | (_STEP_ALLOWED * s.step_allowed)
    output = (s.amplitude, s.phase_duration_us, s.pulse_period_us, s.pulses, s.load_ohm)
    return (0, s.channel, s.tick, flags, *output, s.queued, s.battery, s.discontinuities, s.nonce)


_WRITE: dict[type, Callable[[Any], tuple[int, ...]]] = {
    Hello: lambda e: (0, e.version),
    AskClock: lambda e: (0, e.token),
    Arm: lambda e: (e.seq, e.nonce, e.channel, *_ceilings(e.ceilings)),
    SegmentFrame: _segment_fields,
    Limit: lambda e: (0, e.channel, e.ceiling, e.until),
    KeepAlive: lambda e: (0, e.epoch),
    Stop: lambda e: (0,),
    Welcome: _welcome_fields,
    Time: lambda e: (0, e.token, e.received, e.sent),
    Armed: lambda e: (e.seq, e.nonce, e.channel, *_ceilings(e.ceilings)),
    Ack: lambda e: (e.seq, e.channel, e.queued),
    Limited: lambda e: (0, e.channel, e.ceiling, e.until),
    Nack: lambda e: (e.seq, e.reason),
    Stopped: lambda e: (0, e.nonce, e.tick, _OUTPUT_OFF * e.output_off),
    Status: _status_fields,
    Discontinuity: lambda e: (0, e.channel, e.reason, e.tick, e.count),
    Fault: lambda e: (0, e.code, e.channel, e.tick, e.nonce),
}


def _bits(count: int) -> dict[int, tuple[bool, ...]]:
    """Each value of a flag byte in which only the lowest `count` bits have a meaning; any other is a KeyError."""
    return {value: tuple(bool(value >> bit & 1) for bit in range(count)) for value in range(1 << count)}


_ONE_FLAG, _TWO_FLAGS, _THREE_FLAGS = _bits(1), _bits(2), _bits(3)


def _segment(f: tuple[int, ...]) -> SegmentFrame:
    _, seq, epoch, channel, flags, *rest = f
    return SegmentFrame(seq, epoch, channel, *_TWO_FLAGS[flags], *rest)


def _welcome(f: tuple[int, ...]) -> Welcome:
    simulated, balanced, reports_load = _THREE_FLAGS[f[3]]
    return Welcome(
        version=f[2],
        simulated=simulated,
        balanced=balanced,
        reports_load=reports_load,
        channels=f[4],
        queue_depth=f[5],
        firmware=f[6],
        serial_number=f[7],
        boot=f[8],
        nonce=f[9],
        amplitude=f[10],
        shortest_phase_us=f[11],
        phase_duration_us=f[12],
        charge_nc=f[13],
        interphase_min_us=f[14],
        interphase_max_us=f[15],
        shortest_period_us=f[16],
        compliance_v=f[17],
    )


def _status(f: tuple[int, ...]) -> Status:
    _, _, channel, tick, flags, *rest = f
    return Status(channel, tick, *_THREE_FLAGS[flags], *rest)


_READ: dict[type, Callable[[tuple[int, ...]], Event]] = {
    Hello: lambda f: Hello(f[2]),
    AskClock: lambda f: AskClock(f[2]),
    Arm: lambda f: Arm(seq=f[1], nonce=f[2], channel=f[3], ceilings=_read_ceilings(f[4:])),
    SegmentFrame: _segment,
    Limit: lambda f: Limit(f[2], f[3], f[4]),
    KeepAlive: lambda f: KeepAlive(f[2]),
    Stop: lambda f: Stop(),
    Welcome: _welcome,
    Time: lambda f: Time(f[2], f[3], f[4]),
    Armed: lambda f: Armed(seq=f[1], nonce=f[2], channel=f[3], ceilings=_read_ceilings(f[4:])),
    Ack: lambda f: Ack(f[1], f[2], f[3]),
    Limited: lambda f: Limited(f[2], f[3], f[4]),
    Nack: lambda f: Nack(f[1], NackReason(f[2])),
    Stopped: lambda f: Stopped(f[2], f[3], *_ONE_FLAG[f[4]]),
    Status: _status,
    Discontinuity: lambda f: Discontinuity(f[2], DiscontinuityReason(f[3]), f[4], f[5]),
    Fault: lambda f: Fault(FaultCode(f[2]), f[3], f[4], f[5]),
}

_ROW = {kind: (code, layout.pack, _WRITE[kind]) for kind, (code, layout) in FRAME_TYPES.items()}
_BY_CODE = {code: (layout.size + CRC_BYTES, layout.unpack_from, _READ[kind], kind.__name__)
            for kind, (code, layout) in FRAME_TYPES.items()}  # fmt: skip


def encode(event: Event) -> bytes:
    """The frame of an event, delimiter included; LocalProtocolError if a value does not fit its field."""
    row = _ROW.get(type(event))
    if row is None:
        raise LocalProtocolError(f"{type(event).__name__} has no frame")
    code, pack, fields = row
    try:
        return framed(with_crc(pack(code, *fields(event))))
    except StructError as why:
        raise LocalProtocolError(f"{event} does not fit its frame: {why}") from None


class Decoder:
    """Bytes to events. Never raises, keeps at most one unfinished frame, and reports what it cannot read."""

    def __init__(self) -> None:
        self._deframer = Deframer()

    def receive(self, data: bytes) -> list[Event]:
        """Every event completed by `data`; bytes that are no frame of ours come as `Malformed`."""
        return [_decoded(frame) for frame in self._deframer.feed(data)]


def _decoded(frame: bytes) -> Event:
    body = deframed(frame)
    if body is None:
        return Malformed("not COBS", frame)
    if len(body) <= CRC_BYTES or not has_good_crc(body):
        return Malformed("bad CRC", frame)
    row = _BY_CODE.get(body[0])
    if row is None:
        return Malformed(f"unknown type 0x{body[0]:02x}", frame)
    size, unpack, read, name = row
    if len(body) != size:
        return Malformed(f"{name} of {len(body)} bytes, expected {size}", frame)
    try:
        return read(unpack(body))
    except (ValueError, KeyError) as why:
        return Malformed(f"{name} with a reserved value: {why}", frame)
