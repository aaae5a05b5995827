"""The driver of stimlink units: cleared segments to numbered frames in the unit's own time, answers to facts.

Rule 1: amplitudes are rounded down to the wire's 10 µA, so that what was falling or level stays so.
Rule 2: within a chain a segment starts at the very tick at which the one before it ends; clock corrections go into
durations, by at most 500 ppm. Only the first of a chain is placed by the clock.
Rule 3: a pulse period is a whole number of ticks: one of the two next to the true one, so that pulses neither gain nor
lose over a session.
Rule 4: a nack, a discontinuity and a count of discontinuities that grew unnoticed are one thing: a gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from firmware_protocol.stimlink.connection import STOP_BYTES, Connection, ticks_ahead
from firmware_protocol.stimlink.events import (
    UA_PER_UNIT,
    VERSION,
    Ack,
    Arm,
    AskClock,
    Ceilings,
    Discontinuity,
    Event,
    Fault,
    Hello,
    KeepAlive,
    Limit,
    Malformed,
    Nack,
    SegmentFrame,
    Status,
    Stop,
    Stopped,
    Time,
    Welcome,
)
from firmware_protocol.stimlink.events import Armed as ArmedFrame
from firmware_protocol.stimlink.state import State
from stimctl.clock import MS, SECOND
from stimctl.drivers.clock_sync import ASK_EVERY_NS, MOST_PPM, ClockSync
from stimctl.drivers.driver import ChannelCeilings, LineCounts, StopRepeats
from stimctl.drivers.facts import (
    Accepted,
    Armed,
    ArmRefused,
    Fact,
    GapSeen,
    Heard,
    Identified,
    NoAnswer,
    NoiseHeard,
    Settled,
    UnitFault,
    WrongUnit,
    ZeroConfirmed,
)
from stimctl.drivers.stimlink_pacer import Pacer
from stimctl.drivers.stimlink_values import RELEASE_MS, capabilities_of, latched
from stimctl.model.telemetry import Reported
from stimctl.safety.clearance import Cleared

__all__ = ["StimlinkDriver"]

_HELLO_EVERY_NS = 100 * MS
_HELLO_FOR_NS = 3 * SECOND
_ARM_FOR_NS = 600 * MS
# What a 32-byte frame takes on the line at 115200 baud, and a little: sent later than this it would come too late.
_WIRE_NS = 4 * MS
# Nothing in a unit's queue ends later than this after it was sent (SPEC.md 6).
_LONGEST_QUEUE_NS = 500 * MS
_OPEN_OHM = 0xFFFF
_MAINS = 255
# Less than this is a line that crackles; more is somebody else.
_NOISE_PIECES, _NOISE_BYTES = 3, 16


@dataclass(slots=True)
class _Chain:
    """The end of what was sent on a channel, in both clocks."""

    end_ns: int
    end_tick: int


class StimlinkDriver:
    """One stimlink unit."""

    family = "stimlink"
    release_ms = RELEASE_MS
    stop_bytes = STOP_BYTES
    stop_repeats = StopRepeats((20, 40, 80, 160, 200))
    look_ahead_ns = 250 * MS
    boot_ms = 0

    def __init__(self) -> None:
        self.clock = ClockSync()
        self._connection = Connection()
        self._hello_ns: int | None = None
        self._hello_until_ns = 0
        self._ask_ns: int | None = None
        self._welcome: Welcome | None = None
        self._identified = False
        self._stays_on = False
        self._settled = False
        self._epoch = 0
        self._nonce = 0
        self._arming: dict[int, Ceilings] = {}
        self._arm_seqs: set[int] = set()
        self._armed_channels: set[int] = set()
        self._chains: dict[int, _Chain] = {}
        self._pacers: dict[int, Pacer] = {}
        self._sent: dict[int, tuple[int, int]] = {}
        self._ceilings: dict[int, tuple[int, int]] = {}
        self._discontinuities: dict[int, int] = {}
        self._noise = 0
        self._heard_bytes = 0
        self._frames_in = 0
        self._frames_out = 0
        self._lost = 0
        self._battery_percent: int | None = None

    @property
    def retransmits(self) -> int:
        """Frames sent again for want of an answer."""
        return self._connection.retransmits

    @property
    def line(self) -> LineCounts:
        rtt_ns = self.clock.last_rtt_ns
        return LineCounts(
            rtt_us=None if rtt_ns is None else rtt_ns // 1000,
            frames_in=self._frames_in,
            frames_out=self._frames_out,
            lost=self._lost + self.clock.unanswered,
            damaged=self._noise,
            retries=self.retransmits,
            battery_percent=self._battery_percent,
        )

    def identify(self, now_ns: int) -> None:
        self._hello_ns = now_ns
        self._hello_until_ns = now_ns + _HELLO_FOR_NS

    def arm(self, ceilings: Mapping[int, ChannelCeilings], now_ns: int) -> None:
        self._epoch = self._nonce
        self._armed_channels.clear()
        self._arming = {channel: latched(of) for channel, of in ceilings.items()}
        self._pacers = {channel: Pacer(of.shortest_period_us) for channel, of in ceilings.items()}
        self._send_arms(now_ns)

    def send(self, cleared: Cleared, now_ns: int) -> None:
        segment = cleared.segment
        chain = self._chains.get(segment.channel)
        if chain is not None and chain.end_ns == segment.start_ns and not cleared.replace:
            start = chain.end_tick
        else:
            start = self.clock.tick_at(segment.start_ns)
        length_us = (segment.end_ns - segment.start_ns) // 1000
        spare = length_us * MOST_PPM // 1_000_000
        end = start + min(max(self.clock.tick_at(segment.end_ns) - start, length_us - spare), length_us + spare)
        seq = self._connection.next_seq()
        frame = SegmentFrame(
            seq=seq,
            epoch=self._epoch,
            channel=segment.channel,
            step=segment.step,
            replace=cleared.replace,
            start=start & 0xFFFF_FFFF,
            end=end & 0xFFFF_FFFF,
            amplitude_start=segment.amplitude_start_ua // UA_PER_UNIT,
            amplitude_end=segment.amplitude_end_ua // UA_PER_UNIT,
            phase_duration_us=segment.phase_duration_us,
            interphase_us=segment.interphase_us,
            pulse_period_us=self._pacers[segment.channel].period_ticks(
                segment.pulse_period_us, length_us, self.clock.rate
            ),
        )
        self._connection.send(frame, now_ns, expires_ns=segment.start_ns - _WIRE_NS)
        self._chains[segment.channel] = _Chain(segment.end_ns, end)
        self._sent[seq] = (segment.channel, segment.end_ns)

    def hold(self, channel: int, ceiling_ua: int, now_ns: int) -> None:
        if self._connection.state is not State.ARMED:
            return
        # After a gap the chain is forgotten here, but what the unit has queued may still flow: it is held all the same.
        until = self._chains.get(channel) or _Chain(now_ns, self.clock.tick_at(now_ns))
        ceiling = ceiling_ua // UA_PER_UNIT
        before, lapses_ns = self._ceilings.get(channel, (ceiling, now_ns))
        if lapses_ns > now_ns:
            ceiling = min(ceiling, before)
        self._ceilings[channel] = (ceiling, until.end_ns)
        limit = Limit(channel, ceiling, until.end_tick & 0xFFFF_FFFF)
        self._connection.send(limit, now_ns, expires_ns=now_ns + _LONGEST_QUEUE_NS)

    def keep_alive(self, now_ns: int) -> None:
        if self._connection.state is State.ARMED:
            self._connection.send(KeepAlive(self._epoch), now_ns)

    def stopped(self, now_ns: int) -> None:
        self._connection.send(Stop(), now_ns)
        self._connection.drain()
        self._chains.clear()
        self._sent.clear()
        self._arming.clear()
        self._arm_seqs.clear()
        self._ceilings.clear()
        self._armed_channels.clear()

    def line_reset(self, now_ns: int) -> None:
        """Nothing here is wired to the line's state."""

    def receive(self, data: bytes, now_ns: int) -> list[Fact]:
        facts: list[Fact] = []
        self._heard_bytes += len(data)
        for event in self._connection.receive(data):
            self._frames_in += not isinstance(event, Malformed)
            facts += self._facts(event, now_ns)
        return facts

    def advance(self, now_ns: int) -> list[Fact]:
        facts: list[Fact] = []
        if self._hello_ns is not None and now_ns >= self._hello_ns:
            if now_ns >= self._hello_until_ns:
                self._hello_ns = None
                facts.append(self._nobody())
            else:
                self._hello_ns = now_ns + _HELLO_EVERY_NS
                self._connection.send(Stop() if self._welcome else Hello(), now_ns)
        if self._ask_ns is not None and now_ns >= self._ask_ns:
            self._ask_ns = now_ns + ASK_EVERY_NS
            self._connection.send(AskClock(self.clock.ask(now_ns)), now_ns)
        for seq in self._connection.advance(now_ns):
            self._lost += 1
            self._sent.pop(seq, None)
            if seq in self._arm_seqs:
                facts += self._not_armed("the unit did not answer")
        return facts

    def resync(self, now_ns: int) -> None:
        self._lost += self.clock.unanswered
        self.clock = ClockSync()
        self._settled = False
        self._ask_ns = now_ns

    def drain(self) -> bytes:
        data = self._connection.drain()
        # every frame ends with a zero, and has none inside
        self._frames_out += data.count(0)
        return data

    def next_wake_ns(self) -> int | None:
        wakes = (self._hello_ns, self._ask_ns, self._connection.next_wake_ns())
        return min((at for at in wakes if at is not None), default=None)

    def _send_arms(self, now_ns: int) -> None:
        for channel, ceilings in self._arming.items():
            arm = Arm(seq=self._connection.next_seq(), nonce=self._nonce, channel=channel, ceilings=ceilings)
            self._arm_seqs.add(arm.seq)
            self._connection.send(arm, now_ns, expires_ns=now_ns + _ARM_FOR_NS)

    def _not_armed(self, why: str) -> list[Fact]:
        self._arming.clear()
        self._arm_seqs.clear()
        return [ArmRefused(why)]

    def _nobody(self) -> Fact:
        if self._stays_on:
            return WrongUnit(
                "it was told to stop and says that its output is not off: switch it off, take the pads off"
            )
        if self._welcome is not None:
            return WrongUnit("it says hello, and does not answer a stop")
        if self._noise >= _NOISE_PIECES or self._heard_bytes >= _NOISE_BYTES:
            return WrongUnit(f"{self._heard_bytes} bytes came back, and none of them were a stimlink unit's")
        return NoAnswer(_HELLO_FOR_NS // MS)

    def _facts(self, event: Event, now_ns: int) -> list[Fact]:
        match event:
            case Welcome():
                return self._welcomed(event, now_ns)
            case Stopped(nonce=nonce, output_off=output_off):
                self._nonce = nonce
                return self._zero(output_off, now_ns)
            case Time(token=token, received=received, sent=sent):
                return self._told_time(token, received, sent, now_ns)
            case ArmedFrame(channel=channel, nonce=nonce, ceilings=ceilings):
                return self._latched_one(channel, nonce, ceilings)
            case Ack(seq=seq):
                channel_end = self._sent.pop(seq, None)
                return [Accepted(*channel_end)] if channel_end else []
            case Nack(seq=seq, reason=reason):
                return self._refused(seq, reason.name)
            case Discontinuity(channel=channel, reason=reason, count=count):
                self._discontinuities[channel] = count
                return self._gap(channel, reason.name)
            case Status():
                return self._status(event, now_ns)
            case Fault(code=code, channel=channel, nonce=nonce):
                self._nonce = nonce
                return [UnitFault(f"the unit tripped: {code.name.lower().replace('_', ' ')} on channel {channel}")]
            case Malformed():
                self._noise += 1
                return [NoiseHeard(self._noise)]
            case _:
                return []

    def _welcomed(self, welcome: Welcome, now_ns: int) -> list[Fact]:
        if welcome.version != VERSION:
            self._hello_ns = None
            return [WrongUnit(f"it speaks stimlink {welcome.version}, we speak {VERSION}")]
        if self._identified and self._welcome is not None and welcome.boot != self._welcome.boot:
            return [UnitFault("the unit has restarted")]
        if self._welcome is None:
            self._welcome = welcome
            self._hello_ns = now_ns
        return []

    def _zero(self, output_off: bool, now_ns: int) -> list[Fact]:
        self._stays_on = not output_off
        if self._identified or self._welcome is None or self._stays_on:
            return [ZeroConfirmed(output_off)]
        self._identified = True
        self._hello_ns = None
        self._ask_ns = now_ns
        return [ZeroConfirmed(output_off), Identified(capabilities_of(self._welcome))]

    def _told_time(self, token: int, received: int, sent: int, now_ns: int) -> list[Fact]:
        why = self.clock.answer(token, received, sent, now_ns)
        if why is not None:
            return [UnitFault(why)]
        if not self._settled and self.clock.settled:
            self._settled = True
            return [Settled(self.clock.best_rtt_ns // 1000, self.clock.rate_ppm)]
        return []

    def _latched_one(self, channel: int, nonce: int, ceilings: Ceilings) -> list[Fact]:
        asked = self._arming.get(channel)
        if asked is None or nonce != self._epoch:
            return []
        if ceilings != asked:
            return self._not_armed(f"channel {channel} latched {ceilings}, asked were {asked}")
        self._armed_channels.add(channel)
        if self._armed_channels != set(self._arming):
            return []
        self._arming.clear()
        self._arm_seqs.clear()
        return [Armed()]

    def _refused(self, seq: int, why: str) -> list[Fact]:
        channel_end = self._sent.pop(seq, None)
        if channel_end is not None:
            return self._gap(channel_end[0], why)
        return self._not_armed(why.lower().replace("_", " ")) if seq in self._arm_seqs else []

    def _gap(self, channel: int, why: str) -> list[Fact]:
        mine = {seq for seq, (of, _) in self._sent.items() if of == channel}
        self._connection.forget(mine)
        for seq in mine:
            del self._sent[seq]
        self._chains.pop(channel, None)
        return [GapSeen(channel, why.lower().replace("_", " "))]

    def _status(self, status: Status, now_ns: int) -> list[Fact]:
        counted = self._discontinuities.get(status.channel)
        self._discontinuities[status.channel] = status.discontinuities
        facts: list[Fact] = []
        if counted is not None and counted != status.discontinuities:
            facts = self._gap(status.channel, "missed report")
        if status.channel in self._armed_channels and not status.armed:
            return [*facts, UnitFault("the unit is not armed any more")]
        self._battery_percent = status.battery if status.battery != _MAINS else None
        reported = Reported(
            channel=status.channel,
            made_ns=now_ns - self._age_us(status.tick, now_ns) * 1000,
            heard_ns=now_ns,
            amplitude_ua=status.amplitude * UA_PER_UNIT,
            phase_duration_us=status.phase_duration_us,
            pulse_period_us=status.pulse_period_us,
            pulses=status.pulses,
            contact=status.contact,
            load_ohm=status.load_ohm if 0 < status.load_ohm < _OPEN_OHM else None,
            queued=status.queued,
            battery_percent=self._battery_percent,
        )
        return [*facts, Heard(reported)]

    def _age_us(self, tick: int, now_ns: int) -> int:
        """How long ago the unit's clock showed `tick`; 0 while its clock is not known."""
        return max(0, -ticks_ahead(tick, self.clock.tick_at(now_ns))) if self._settled else 0
