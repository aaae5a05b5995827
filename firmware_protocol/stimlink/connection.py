"""The host's end of a stimlink: bytes out, events in, and whatever needs an answer sent again until it has one.

The asymmetry: `send` raises LocalProtocolError, because what we send is our business; `receive` never raises, because
what arrives is not.

Rule 1: Arm and segments are numbered, and repeated unchanged until acknowledged, refused or expired.
Rule 2: a Limit holds what is not yet acknowledged to its ceiling; a replacing segment drops what outlasts its start.
Nothing is ever sent again as it was before either.
Rule 3: Stop forgets everything pending, and nothing pending survives an end of the arm.
"""

from dataclasses import dataclass, replace

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import (
    FROM_HOST,
    Ack,
    Arm,
    Armed,
    Event,
    Fault,
    Limit,
    Limited,
    Malformed,
    Nack,
    SegmentFrame,
    Stop,
    Stopped,
)
from firmware_protocol.stimlink.state import FORBIDDEN, State, after

__all__ = ["RETRY_NS", "STOP_BYTES", "Connection", "ticks_ahead"]

# Twice the slowest ordinary answer: frame and ack take 3.5 ms at 115200 baud, behind an FTDI's latency timer of 16 ms.
RETRY_NS = 40_000_000

# The leading zero ends whatever frame was cut off before it.
STOP_BYTES = b"\0" + encode(Stop())


@dataclass(slots=True)
class _Pending:
    event: Arm | SegmentFrame | Limit
    again_ns: int
    expires_ns: int


class Connection:
    """Sans-IO. Feed it bytes and time; drain it of bytes."""

    def __init__(self) -> None:
        self.state = State.UNKNOWN
        self.retransmits = 0
        self._decoder = Decoder()
        self._seq = 0
        self._pending: dict[int, _Pending] = {}
        self._limits: dict[int, _Pending] = {}
        self._out: list[bytes] = []

    def next_seq(self) -> int:
        """A number for the next Arm or segment; free ones only."""
        for _ in range(256):
            self._seq = (self._seq + 1) % 256
            if self._seq not in self._pending:
                return self._seq
        raise LocalProtocolError("256 frames without an answer")

    def send(self, event: Event, now_ns: int, expires_ns: int | None = None) -> None:
        """Queue `event` for the wire; numbered ones are repeated until `expires_ns`.

        LocalProtocolError if the state forbids it or its number still waits for an answer (nothing changed).
        """
        if type(event) in FORBIDDEN[self.state]:
            raise LocalProtocolError(f"{type(event).__name__} is not to be sent while {self.state.value}")
        if isinstance(event, Arm | SegmentFrame) and event.seq in self._pending:
            raise LocalProtocolError(f"number {event.seq} still waits for its answer")
        frame = encode(event)
        until_ns = now_ns if expires_ns is None else expires_ns
        self.state = after(self.state, event)
        if isinstance(event, Stop):
            self._forget()
            self._out.clear()
        elif isinstance(event, Limit):
            self._hold_pending(event)
            self._limits[event.channel] = _Pending(event, now_ns + RETRY_NS, until_ns)
        elif isinstance(event, Arm | SegmentFrame):
            if isinstance(event, SegmentFrame) and event.replace:
                self._drop_replaced(event)
            self._pending[event.seq] = _Pending(event, now_ns + RETRY_NS, until_ns)
        self._out.append(frame)

    def receive(self, data: bytes) -> list[Event]:
        """Every event completed by `data`. Never raises, whatever the bytes are.

        A frame of a host's own kind is `Malformed` here: a line that echoes must not move our state.
        """
        events = [_from_device(event) for event in self._decoder.receive(data)]
        for event in events:
            if isinstance(event, Nack | Armed) and event.seq not in self._pending:
                # the answer to something that is settled already
                continue
            before, self.state = self.state, after(self.state, event)
            self._settle(event)
            if before is State.ARMING and self.state is State.IDLE:
                # one channel was refused: the rest of that arm must not arm the device behind our back
                self._forget()
        return events

    def advance(self, now_ns: int) -> list[int]:
        """Repeat what is due; the numbers of what has expired without an answer."""
        lost = []
        for seq, pending in list(self._pending.items()):
            if now_ns >= pending.expires_ns:
                del self._pending[seq]
                lost.append(seq)
            elif now_ns >= pending.again_ns:
                self._repeat(pending, now_ns)
        for channel, pending in list(self._limits.items()):
            if now_ns >= pending.expires_ns:
                del self._limits[channel]
            elif now_ns >= pending.again_ns:
                self._repeat(pending, now_ns)
        return lost

    def next_wake_ns(self) -> int | None:
        """When `advance` has something to do; None while nothing waits for an answer."""
        waiting = [*self._pending.values(), *self._limits.values()]
        return min((min(p.again_ns, p.expires_ns) for p in waiting), default=None)

    def drain(self) -> bytes:
        """Bytes for the wire, in order."""
        out = b"".join(self._out)
        self._out.clear()
        return out

    def forget(self, seqs: set[int]) -> None:
        """Never repeat these again: what they belonged to is over."""
        for seq in seqs:
            self._pending.pop(seq, None)

    def _settle(self, event: Event) -> None:
        match event:
            case Ack(seq=seq) | Nack(seq=seq) | Armed(seq=seq):
                self._pending.pop(seq, None)
            case Limited():
                self._settle_limit(event)
            case Stopped() | Fault():
                self._forget()
            case Malformed():
                pass

    def _settle_limit(self, told: Limited) -> None:
        """The answer to an earlier Limit of the channel does not settle a tighter or longer one."""
        pending = self._limits.get(told.channel)
        if pending is None or not isinstance(pending.event, Limit):
            return
        asked = pending.event
        if told.ceiling <= asked.ceiling and ticks_ahead(told.until, asked.until) >= 0:
            del self._limits[told.channel]

    def _forget(self) -> None:
        self._pending.clear()
        self._limits.clear()

    def _repeat(self, pending: _Pending, now_ns: int) -> None:
        pending.again_ns = now_ns + RETRY_NS
        self.retransmits += 1
        self._out.append(encode(pending.event))

    def _hold_pending(self, limit: Limit) -> None:
        for pending in self._pending.values():
            event = pending.event
            if isinstance(event, SegmentFrame) and event.channel == limit.channel:
                pending.event = replace(
                    event,
                    amplitude_start=min(event.amplitude_start, limit.ceiling),
                    amplitude_end=min(event.amplitude_end, limit.ceiling),
                )

    def _drop_replaced(self, by: SegmentFrame) -> None:
        for seq, pending in list(self._pending.items()):
            event = pending.event
            if isinstance(event, SegmentFrame) and event.channel == by.channel and ticks_ahead(event.end, by.start) > 0:
                del self._pending[seq]


def _from_device(event: Event) -> Event:
    if isinstance(event, FROM_HOST):
        return Malformed(f"{type(event).__name__}, which is a host's to say: the line echoes", encode(event))
    return event


def ticks_ahead(tick: int, of: int) -> int:
    """How far `tick` lies after `of` on a clock that wraps at 2**32: -2**31 to 2**31 - 1."""
    return (tick - of + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
