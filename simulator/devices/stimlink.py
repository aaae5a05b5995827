"""A stimlink device, written from SPEC.md: frames in, promises kept, frames out.

Rule 1: everything up to now happens before a byte that arrives now acts.
Rule 2: whatever disarms ends all output, forgets everything queued, and draws a new nonce.
Rule 3: the session's state is the protocol's own table; a frame that is not answered changes nothing.
Time is true nanoseconds outside, ticks of the device's clock inside.
"""

from dataclasses import replace
from random import Random

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import (
    VERSION,
    Ack,
    Arm,
    Armed,
    AskClock,
    Event,
    Fault,
    FaultCode,
    Hello,
    KeepAlive,
    Limit,
    Limited,
    Nack,
    NackReason,
    SegmentFrame,
    Stop,
    Stopped,
    Time,
    Welcome,
)
from firmware_protocol.stimlink.state import FORBIDDEN, State, after
from simulator.device_clock import WRAP, DeviceClock, any_clock, on_wire, unwrapped
from simulator.devices.stimlink_admission import Hardware, arm_refusal, segment_refusal
from simulator.devices.stimlink_channel import Channel
from simulator.devices.stimlink_telemetry import Telemetry, status_of
from simulator.output_stage import OutputStage
from simulator.skin import Skin

__all__ = ["BAUD", "DELIMITER", "MODEL", "StimlinkDevice"]

MODEL = "stimlink"
BAUD = 115_200
DELIMITER = b"\0"

_LAPSE = 2_000_000

# From reset to a running main loop: the brown-out detector's and the crystal's start-up of an ATmega328P, about 65 ms
# at most, less here.
_DEAD_AFTER_REBOOT_NS = 50_000_000

# The transmit buffer: a host that makes it answer faster than its line can carry loses answers, not memory.
_BUFFER_FRAMES = 32


class StimlinkDevice:
    """Sans-IO. Draws its clock, identity and nonces from `dice`; `clock` overrides the first of these.

    `wraps_at_ns`: until it restarts, its clock counts so that its 32 bits are at their end at that instant.
    """

    def __init__(
        self,
        *,
        hardware: Hardware,
        skin: Skin,
        output: OutputStage,
        dice: Random,
        clock: DeviceClock | None = None,
        wraps_at_ns: int | None = None,
    ) -> None:
        self._hardware = hardware
        self._skin = skin
        self._output = output
        self._dice = dice
        self._serial_number = dice.getrandbits(64)
        self._nonce = 0
        self._out: list[bytes] = []
        self._dead_until_ns: int | None = None
        self._due: int | None = None
        self._due_known = False
        self._stuck_said = False
        drawn = any_clock(dice, 0)
        self._power_up(clock or (drawn if wraps_at_ns is None else _wrapping(drawn, wraps_at_ns)))

    # -- the outside

    def receive(self, data: bytes, now_ns: int) -> None:
        """Never raises, whatever the bytes are; what arrives while it boots is lost."""
        self.advance(now_ns)
        if self._dead_until_ns is not None:
            return
        now = self._clock.tick64_at(now_ns)
        self._due_known = False
        for event in self._decoder.receive(data):
            if self._heeds(event, now):
                self._telemetry.heard(now)

    def advance(self, now_ns: int) -> None:
        """Everything up to and including now happens, in order."""
        if self._dead_until_ns is not None:
            if now_ns < self._dead_until_ns:
                return
            self._power_up(any_clock(self._dice, self._dead_until_ns))
        now = self._clock.tick64_at(now_ns)
        due = self._next_tick()
        while due is not None and due < now:
            self._run_to(due)
            due = self._next_tick()
        self._run_to(now)

    def drain(self) -> bytes:
        """Frames for the transmitter, in order."""
        out = b"".join(self._out)
        self._out.clear()
        return out

    def next_wake_ns(self) -> int | None:
        """The next end or start of a segment, status, lapse or boot."""
        if self._dead_until_ns is not None:
            return self._dead_until_ns
        due = self._next_tick()
        return None if due is None else self._clock.true_ns_of(due)

    def reboot(self, now_ns: int, dark_ns: int = 0) -> None:
        """Zero at once, dead for a while, then everything is drawn anew."""
        self.advance(now_ns)
        if self._dead_until_ns is None:
            self._end_all(self._clock.tick64_at(now_ns))
        self._due_known = False
        self._out.clear()
        self._dead_until_ns = now_ns + dark_ns + _DEAD_AFTER_REBOOT_NS

    # -- power and time

    def _power_up(self, clock: DeviceClock) -> None:
        self._dead_until_ns = None
        self._clock = clock
        self._boot = self._dice.getrandbits(32)
        self._state = State.UNKNOWN
        self._decoder = Decoder()
        self._alive_at = 0
        self._channels = [
            Channel(
                number,
                depth=self._hardware.queue_depth,
                compliance_v=self._hardware.compliance_v,
                clock=clock,
                skin=self._skin,
                output=self._output,
            )
            for number in range(1, self._hardware.channels + 1)
        ]
        self._telemetry = Telemetry(self._hardware.channels)
        self._draw_nonce()
        self._welcome()

    def set_skew(self, ppm: int, now_ns: int) -> None:
        """From now until it restarts its clock is so many millionths too fast."""
        self.advance(now_ns)
        self._due_known = False
        clock = DeviceClock(origin_ns=now_ns, first_tick=self._clock.tick64_at(now_ns), skew_ppm=ppm)
        self._clock = clock
        for channel in self._channels:
            channel.clock = clock

    def _next_tick(self) -> int | None:
        """When something happens by itself. Asked often, so kept until something has happened."""
        if not self._due_known:
            self._due = self._soonest()
            self._due_known = True
        return self._due

    def _soonest(self) -> int | None:
        due = self._telemetry.due
        if self._armed and (due is None or self._alive_at + _LAPSE < due):
            due = self._alive_at + _LAPSE
        for channel in self._channels:
            tick = channel.next_tick()
            if tick is not None and (due is None or tick < due):
                due = tick
        return due

    def _run_to(self, now: int) -> None:
        self._due_known = False
        for channel in self._channels:
            channel.advance(now)
            for discontinuity in channel.out:
                self._send(discontinuity)
            channel.out.clear()
        for channel in self._channels:
            if channel.open_since is not None:
                self._trip(FaultCode.OPEN_CIRCUIT, channel.number, channel.open_since)
                break
        self._look_for_stuck_output(now)
        if self._armed and now >= self._alive_at + _LAPSE:
            self._trip(FaultCode.LAPSED, 0, now)
        for number in self._telemetry.reports(now, self._armed):
            self._send(status_of(self._channels[number - 1], now, self._armed, self._nonce))

    # -- what the host asks

    def _heeds(self, event: Event, now: int) -> bool:
        """Act on a frame of the host's; False for whatever is none."""
        match event:
            case SegmentFrame():
                self._on_segment(event, now)
            case AskClock():
                self._send(Time(event.token, on_wire(now), on_wire(now)))
            case KeepAlive():
                self._on_keep_alive(event, now)
            case Limit():
                self._on_limit(event, now)
            case Stop():
                self._on_stop(event, now)
            case Arm():
                self._on_arm(event, now)
            case Hello():
                self._telemetry.begin(now, self._armed)
                self._welcome()
            case _:
                return False
        return True

    def _on_arm(self, asked: Arm, now: int) -> None:
        why = self._arm_refusal(asked)
        if type(asked) not in FORBIDDEN[self._state]:
            self._state = after(self._state, asked)
        if why is not None:
            self._send(Nack(asked.seq, why))
            return
        channel = self._channels[asked.channel - 1]
        if channel.ceilings is None:
            channel.latch(asked.ceilings)
            self._alive_at = now
            self._telemetry.hurry(now)
        self._send(
            Armed(seq=asked.seq, nonce=self._nonce, channel=channel.number, ceilings=channel.ceilings or asked.ceilings)
        )

    def _arm_refusal(self, asked: Arm) -> NackReason | None:
        if Arm in FORBIDDEN[self._state]:
            return NackReason.NOT_ARMED
        if asked.nonce != self._nonce:
            return NackReason.WRONG_NONCE
        if not 1 <= asked.channel <= len(self._channels):
            return NackReason.NO_CHANNEL
        why = arm_refusal(asked.ceilings, self._hardware)
        if why is not None:
            return why
        latched = self._channels[asked.channel - 1].ceilings
        return NackReason.ALREADY_LATCHED if latched is not None and latched != asked.ceilings else None

    def _on_segment(self, frame: SegmentFrame, now: int) -> None:
        channel = self._channels[frame.channel - 1] if 1 <= frame.channel <= len(self._channels) else None
        if not self._armed or channel is None or channel.ceilings is None:
            self._send(Nack(frame.seq, NackReason.NOT_ARMED))
            return
        if frame.epoch != self._nonce:
            self._send(Nack(frame.seq, NackReason.WRONG_NONCE))
            return
        if not channel.holds(frame):
            start = unwrapped(frame.start, now)
            length = unwrapped(frame.end, start) - start
            why = segment_refusal(frame, start - now, length, channel.ceilings, self._hardware)
            why = why or channel.offer(frame, start, length)
            if why is not None:
                self._send(Nack(frame.seq, why))
                return
            self._alive_at = now
        self._send(Ack(frame.seq, channel.number, channel.queued))

    def _on_limit(self, asked: Limit, now: int) -> None:
        ceiling, until = asked.ceiling, asked.until
        if 1 <= asked.channel <= len(self._channels):
            ceiling, until = self._channels[asked.channel - 1].limit(ceiling, unwrapped(until, now), now)
        self._send(Limited(asked.channel, ceiling, on_wire(until)))

    def _on_keep_alive(self, heard: KeepAlive, now: int) -> None:
        if self._armed and heard.epoch == self._nonce:
            self._alive_at = now

    def _on_stop(self, asked: Stop, now: int) -> None:
        self._state = after(self._state, asked)
        self._end_all(now)
        self._draw_nonce()
        off = not any(channel.flows_at_zero for channel in self._channels)
        self._send(Stopped(self._nonce, on_wire(now), output_off=off))

    # -- what follows

    @property
    def _armed(self) -> bool:
        return self._state is State.ARMED

    def _look_for_stuck_output(self, now: int) -> None:
        """Said once, however often it is stopped, until nothing flows."""
        stuck = [channel.number for channel in self._channels if channel.flows_at_zero]
        if stuck and not self._stuck_said:
            self._trip(FaultCode.STUCK_OUTPUT, stuck[0], now)
        self._stuck_said = bool(stuck)

    def _trip(self, code: FaultCode, channel: int, at: int) -> None:
        self._end_all(at)
        self._draw_nonce()
        self._send(Fault(code, channel, on_wire(at), self._nonce))

    def _end_all(self, at: int) -> None:
        for channel in self._channels:
            channel.disarm(at)

    def _draw_nonce(self) -> None:
        """32 random bits, never 0, never the one before."""
        last = self._nonce
        while self._nonce in (0, last):
            self._nonce = self._dice.getrandbits(32)

    def _welcome(self) -> None:
        unit = self._hardware
        self._send(
            Welcome(
                version=VERSION,
                simulated=True,
                balanced=True,
                reports_load=True,
                channels=unit.channels,
                queue_depth=unit.queue_depth,
                firmware=unit.firmware,
                serial_number=self._serial_number,
                boot=self._boot,
                nonce=self._nonce,
                amplitude=unit.amplitude,
                shortest_phase_us=unit.shortest_phase_us,
                phase_duration_us=unit.longest_phase_us,
                charge_nc=unit.charge_nc,
                interphase_min_us=unit.interphase_min_us,
                interphase_max_us=unit.interphase_max_us,
                shortest_period_us=unit.shortest_period_us,
                compliance_v=unit.compliance_v,
            )
        )

    def _send(self, event: Event) -> None:
        self._state = after(self._state, event)
        if len(self._out) < _BUFFER_FRAMES:
            self._out.append(encode(event))


def _wrapping(clock: DeviceClock, at_ns: int) -> DeviceClock:
    """The same crystal, counting so that the 32 bits end at `at_ns`."""
    from_zero = replace(clock, first_tick=0)
    return replace(clock, first_tick=-from_zero.tick64_at(at_ns) % WRAP)
