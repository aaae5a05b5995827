"""The audit's reader for stimlink: offsets from SPEC.md section 3, and its own idea of the device's clock.

Rule 1: three kinds of frame. HELLO, CLOCK, LIMIT, KEEP_ALIVE and STOP cannot raise output. ARM and SEGMENT are judged.
Anything else, and anything that cannot be read, is refused.
Rule 2: ARM may latch at most the session's limits and the plan's peak.
Rule 3: a SEGMENT that was not on the wire before is the next one cleared for its channel: never more amplitude,
duration, charge, rate or time than that, by more than one device step. The same start again is a retransmit, and is
judged against what went out first, and what it was held to since.
Rule 4: what the device says that it latched is compared too.

It imports nothing of firmware_protocol or of drivers: two readers that share a codec agree about its mistakes.
"""

from binascii import crc_hqx
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from struct import unpack_from

from cobs import cobs

from stimctl.clock import MS
from stimctl.model.limits import Limits
from stimctl.model.segment import Segment
from stimctl.safety.clearance import Cleared

__all__ = ["StimlinkAudit"]

_UA_PER_UNIT = 10
_WRAP = 1 << 32
# Frame type and length with CRC.
_CANNOT_RAISE = {0x01: 5, 0x02: 6, 0x05: 11, 0x06: 8, 0x07: 4}
_ARM, _ARM_LENGTH = 0x03, 23
_SEGMENT, _SEGMENT_LENGTH = 0x04, 30
_STEP, _REPLACE = 1, 2
_STOP = 0x07
_TIME, _ARMED, _STATUS = 0x82, 0x83, 0x88
# Clock corrections of 500 ppm on top of a device that may itself be 500 ppm off (safety: clocks), and one tick.
_STRETCH_PPM = 1_000
# A segment ends at most this long after it is sent; what the two clocks may be apart when it is read comes on top.
_LATEST_END_NS = 450 * MS
_CLOCK_SLACK_NS = 30 * MS
# A device whose clock is slower than this is not driven (safety: clocks).
_SLOWEST_PPM = 500


@dataclass(slots=True)
class _OnWire:
    """A segment that has left: what it was at the most."""

    start: int
    end: int
    amplitude_start: int
    amplitude_end: int
    fields: tuple[int, int, int, int]
    ends_ns: int


@dataclass(slots=True)
class _Expected:
    """A segment that was cleared and has not left yet, and what it was held to since, in units."""

    cleared: Cleared
    ceiling: int = 0xFFFF


@dataclass(slots=True)
class _Channel:
    expected: deque[_Expected]
    on_wire: deque[_OnWire]
    last: Segment | None = None
    last_end: int | None = None
    armed: tuple[int, ...] | None = None


class StimlinkAudit:
    """Both directions of one stimlink, read again."""

    def __init__(self) -> None:
        self._limits: Limits | None = None
        self._peaks_ua: Mapping[int, int] = {}
        self._channels: dict[int, _Channel] = {}
        self._reading: tuple[int, int] | None = None
        self._inbound = b""

    def agree(self, limits: Limits, peaks_ua: Mapping[int, int]) -> None:
        self._limits = limits
        self._peaks_ua = dict(peaks_ua)
        self._channels = {channel: _Channel(deque(), deque()) for channel in peaks_ua}

    def expect(self, cleared: Cleared) -> None:
        self._channels[cleared.segment.channel].expected.append(_Expected(cleared))

    def hold(self, channel: int, ceiling_ua: int) -> None:
        ceiling = ceiling_ua // _UA_PER_UNIT
        for expected in self._channels[channel].expected:
            expected.ceiling = min(expected.ceiling, ceiling)
        for frame in self._channels[channel].on_wire:
            frame.amplitude_start = min(frame.amplitude_start, ceiling)
            frame.amplitude_end = min(frame.amplitude_end, ceiling)

    def forget(self, channel: int | None = None) -> None:
        for number, state in self._channels.items():
            if channel in (None, number):
                state.expected.clear()
                state.on_wire.clear()
                state.last = state.last_end = None
        if channel is None:
            for state in self._channels.values():
                state.armed = None

    def sent(self, data: bytes, now_ns: int) -> str | None:
        if data and data[-1]:
            return "bytes that end inside a frame"
        for frame in data.split(b"\0"):
            why = self._judged(frame, now_ns) if frame else None
            if why is not None:
                return why
        return None

    def received(self, data: bytes, now_ns: int) -> str | None:
        *frames, rest = (self._inbound + data).split(b"\0")
        self._inbound = rest[:64]
        for frame in frames:
            body = _body(frame)
            if body is None:
                continue
            if body[0] == _TIME and len(body) == 14:
                self._anchor(unpack_from("<I", body, 8)[0], now_ns)
            elif body[0] == _STATUS and len(body) == 31:
                self._anchor(unpack_from("<I", body, 3)[0], now_ns)
            elif body[0] == _ARMED and len(body) == _ARM_LENGTH:
                channel, *ceilings = unpack_from("<BHHHIHH", body, 6)
                asked = self._channels[channel].armed if channel in self._channels else None
                if asked is not None and tuple(ceilings) != asked:
                    return f"the unit latched {tuple(ceilings)} on channel {channel}, asked were {asked}"
        return None

    def stop_is_sound(self, stop_bytes: bytes) -> str | None:
        # The longest frame of every type that a host may be cut off in, and one of no zero at all.
        for cut_off in (b"", b"\x01", b"\xff" * 31, b"\xff" * 63):
            for length in range(len(cut_off) + 1):
                _, *frames, rest = (b"\0" + cut_off[:length] + stop_bytes).split(b"\0")
                bodies = [_body(frame) for frame in frames if frame]
                stop = [body for body in bodies if body is not None]
                if rest or [(body[0], len(body)) for body in stop] != [(_STOP, _CANNOT_RAISE[_STOP])]:
                    return f"after a frame cut off at {length} bytes, {stop_bytes.hex()} does not read as STOP"
        return None

    def _judged(self, frame: bytes, now_ns: int) -> str | None:
        body = _body(frame)
        if body is None:
            return f"a frame that the unit could not read: {frame.hex()}"
        kind, length = body[0], len(body)
        if _CANNOT_RAISE.get(kind) == length:
            return None
        if kind == _ARM and length == _ARM_LENGTH:
            return self._judged_arm(body)
        if kind == _SEGMENT and length == _SEGMENT_LENGTH:
            return self._judged_segment(body, now_ns)
        return f"a frame of unknown kind 0x{kind:02x} and {length} bytes"

    def _judged_arm(self, body: bytes) -> str | None:
        channel, amplitude, phase_us, charge_nc, period_us, slope, step = unpack_from("<BHHHIHH", body, 6)
        limits, peak_ua = self._limits, self._peaks_ua.get(channel)
        if limits is None or peak_ua is None:
            return f"an ARM of channel {channel}, on which nothing is planned"
        top_ua = min(peak_ua, limits.amplitude_ua)
        if amplitude * _UA_PER_UNIT > top_ua or step * _UA_PER_UNIT > top_ua:
            return f"an ARM for {amplitude * _UA_PER_UNIT} µA, steps of {step * _UA_PER_UNIT} µA, planned {top_ua} µA"
        if phase_us > limits.phase_duration_us or charge_nc > limits.charge_per_phase_nc:
            return f"an ARM for {phase_us} µs and {charge_nc} nC, allowed {limits}"
        if period_us < limits.shortest_period_us:
            return f"an ARM for a period of {period_us} µs, allowed {limits.shortest_period_us} µs"
        quickest_ua_per_s = max(limits.rise_ua_per_s, top_ua * limits.returns_per_s)
        if slope * _UA_PER_UNIT > quickest_ua_per_s + _UA_PER_UNIT:
            return f"an ARM for a slope of {slope * _UA_PER_UNIT} µA/s, allowed {quickest_ua_per_s} µA/s"
        self._channels[channel].armed = (amplitude, phase_us, charge_nc, period_us, slope, step)
        return None

    def _judged_segment(self, body: bytes, now_ns: int) -> str | None:
        channel, flags, start, end, first, last = unpack_from("<BBIIHH", body, 6)
        phase_us, interphase_us, period_us = unpack_from("<HHI", body, 20)
        state = self._channels.get(channel)
        if state is None or self._limits is None:
            return f"a segment for channel {channel}, on which nothing is planned"
        frame = _OnWire(start, end, first, last, (flags, phase_us, interphase_us, period_us), 0)
        if flags & ~(_STEP | _REPLACE):
            return f"a segment with flags 0x{flags:02x}, known are {_STEP} and {_REPLACE}"
        if self._reading is None:
            return "a segment before the unit's clock was ever heard"
        device_now = self._device_now(self._reading, now_ns)
        why = _over_limits(frame, self._limits) or _too_late(frame, device_now, now_ns)
        if why is not None:
            return why
        while state.on_wire and state.on_wire[0].ends_ns < now_ns:
            state.on_wire.popleft()
        for earlier in state.on_wire:
            if earlier.start == start and earlier.fields[0] == flags:
                return _more_than_before(frame, earlier)
        return _not_as_cleared(frame, state, device_now, now_ns)

    def _anchor(self, tick: int, now_ns: int) -> None:
        """A reading of the device's clock, as old as its frame took to come. The one that shows the latest is kept."""
        if self._reading is None or _apart(tick, self._device_now(self._reading, now_ns)) > 0:
            self._reading = (tick, now_ns)

    @staticmethod
    def _device_now(reading: tuple[int, int], now_ns: int) -> int:
        """The earliest that it can be on the device: the reading, and what has passed since on the slowest clock."""
        tick, heard_ns = reading
        elapsed_us = (now_ns - heard_ns) // 1000
        return tick + elapsed_us - elapsed_us * _SLOWEST_PPM // 1_000_000


def _over_limits(frame: _OnWire, limits: Limits) -> str | None:
    top_ua = max(frame.amplitude_start, frame.amplitude_end) * _UA_PER_UNIT
    _, phase_us, interphase_us, period_us = frame.fields
    if top_ua > limits.amplitude_ua:
        return f"a segment of {top_ua} µA, allowed {limits.amplitude_ua} µA"
    if not limits.shortest_phase_us <= phase_us <= limits.phase_duration_us:
        return f"a segment of {phase_us} µs phases, allowed up to {limits.phase_duration_us} µs"
    if period_us < max(limits.shortest_period_us, 2 * phase_us + interphase_us):
        return f"a segment with a pulse every {period_us} µs, allowed {limits.shortest_period_us} µs"
    if top_ua * phase_us > limits.charge_per_phase_nc * 1000:
        return f"a segment of {top_ua * phase_us // 1000} nC per phase, allowed {limits.charge_per_phase_nc} nC"
    return None


def _too_late(frame: _OnWire, device_now: int, now_ns: int) -> str | None:
    ends_in_us = _apart(frame.end, device_now)
    if ends_in_us * 1000 > _LATEST_END_NS + _CLOCK_SLACK_NS:
        return f"a segment that ends {ends_in_us / 1000:.1f} ms from now, allowed {_LATEST_END_NS // MS} ms"
    frame.ends_ns = now_ns + max(0, ends_in_us) * 1000 + _CLOCK_SLACK_NS
    return None


def _not_as_cleared(frame: _OnWire, state: _Channel, device_now: int, now_ns: int) -> str | None:
    if not state.expected:
        return "a segment that nobody cleared"
    expected = state.expected.popleft()
    cleared, ceiling_ua = expected.cleared, expected.ceiling * _UA_PER_UNIT
    segment = cleared.segment
    flags, phase_us, interphase_us, period_us = frame.fields
    if (flags & _REPLACE and not cleared.replace) or (flags & _STEP and not segment.step):
        return "a segment that replaces or steps, which was not cleared"
    length_us = (segment.end_ns - segment.start_ns) / 1000
    ticks = (frame.end - frame.start) % _WRAP
    if ticks > length_us * (1 + _STRETCH_PPM / 1e6) + 1:
        return f"a segment of {ticks} ticks, cleared were {length_us:.0f}"
    for what, sent, allowed in (
        ("first amplitude in µA", frame.amplitude_start * _UA_PER_UNIT, min(segment.amplitude_start_ua, ceiling_ua)),
        ("last amplitude in µA", frame.amplitude_end * _UA_PER_UNIT, min(segment.amplitude_end_ua, ceiling_ua)),
        ("phase duration in µs", phase_us, segment.phase_duration_us),
        ("interphase in µs", interphase_us, segment.interphase_us),
        ("rate, as the negative period in ticks", -period_us, -_fewest_ticks(segment.pulse_period_us)),
    ):
        if sent > allowed:
            return f"{what} of {sent}, cleared was {allowed}"
    why = _misplaced(frame, cleared, state, device_now, now_ns)
    if why is not None:
        return why
    if cleared.replace:
        # What it replaces, or cuts, may not be sent again as it was.
        state.on_wire = deque(f for f in state.on_wire if _apart(f.end, frame.start) <= 0)
    state.last, state.last_end = segment, frame.end
    state.on_wire.append(frame)
    return None


def _misplaced(frame: _OnWire, cleared: Cleared, state: _Channel, device_now: int, now_ns: int) -> str | None:
    segment = cleared.segment
    if state.last is not None and segment.start_ns == state.last.end_ns and not cleared.replace:
        if frame.start != state.last_end:
            return f"a segment that starts at tick {frame.start}, the one before ended at {state.last_end}"
        return None
    apart_us = _apart(frame.start, device_now + (segment.start_ns - now_ns) // 1000)
    if abs(apart_us) * 1000 > _CLOCK_SLACK_NS:
        return f"a segment placed {apart_us / 1000:.1f} ms from where it was cleared"
    return None


def _more_than_before(frame: _OnWire, earlier: _OnWire) -> str | None:
    if frame.fields != earlier.fields or (frame.end - earlier.end) % _WRAP:
        return "a segment sent again, with other times or pulses"
    if frame.amplitude_start > earlier.amplitude_start or frame.amplitude_end > earlier.amplitude_end:
        return "a segment sent again, higher than before or than it was held to since"
    return None


def _fewest_ticks(period_us: int) -> int:
    """A period on the slowest clock that may be followed, less one device step."""
    return period_us - period_us * _STRETCH_PPM // 2_000_000 - 1


def _apart(tick: int, of: int) -> int:
    """How far `tick` lies after `of`, on a clock that wraps."""
    return (tick - of + _WRAP // 2) % _WRAP - _WRAP // 2


def _body(frame: bytes) -> bytes | None:
    """What is in a frame, CRC checked and still there; None when the unit would drop it."""
    try:
        body: bytes = cobs.decode(frame)
    except cobs.DecodeError:
        return None
    if len(body) < 4 or crc_hqx(body[:-2], 0xFFFF) != unpack_from("<H", body, len(body) - 2)[0]:
        return None
    return body
