"""What the two ends of a stimlink say to each other: frozen values, one a frame type.

Amplitudes are in wire units of 10 µA, charges in nC, periods and durations in µs, instants in ticks: µs of the
device's own 32-bit clock, which wraps every 71.6 minutes. Channels count from 1.
"""

from dataclasses import dataclass
from enum import IntEnum

__all__ = [
    "FROM_HOST",
    "UA_PER_UNIT",
    "VERSION",
    "Ack",
    "Arm",
    "Armed",
    "AskClock",
    "Ceilings",
    "Discontinuity",
    "DiscontinuityReason",
    "Event",
    "Fault",
    "FaultCode",
    "Hello",
    "KeepAlive",
    "Limit",
    "Limited",
    "Malformed",
    "Nack",
    "NackReason",
    "SegmentFrame",
    "Status",
    "Stop",
    "Stopped",
    "Time",
    "Welcome",
]

VERSION = 1
UA_PER_UNIT = 10


@dataclass(frozen=True, slots=True)
class Hello:
    """Host: who are you? Changes nothing on the device."""

    version: int = VERSION


@dataclass(frozen=True, slots=True)
class AskClock:
    """Host: what time is it with you? The token comes back."""

    token: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """What a channel may do until it is disarmed. `slope` in units per second, `step` in units."""

    amplitude: int
    phase_duration_us: int
    charge_nc: int
    shortest_period_us: int
    slope: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Host: latch these ceilings on this channel. The nonce is the one the device drew last."""

    seq: int
    nonce: int
    channel: int
    ceilings: Ceilings


@dataclass(frozen=True, slots=True)
class SegmentFrame:
    """Host: a promise of current that ends. `epoch` is the nonce of the arm that it belongs to.

    Write it with keywords; it takes positions too because the codec, which has them in wire order, makes thousands.
    """

    seq: int
    epoch: int
    channel: int
    step: bool
    replace: bool
    start: int
    end: int
    amplitude_start: int
    amplitude_end: int
    phase_duration_us: int
    interphase_us: int
    pulse_period_us: int


@dataclass(frozen=True, slots=True)
class Limit:
    """Host: hold this channel to a ceiling; for what arrives later, as long as it starts before `until`."""

    channel: int
    ceiling: int
    until: int


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """Host: still here, nothing to say. Keeps an arm from lapsing."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Host: zero, now. Flushes, disarms, draws a new nonce. Needs no state and no sequence number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Device: who it is, what it can do, and the newest nonce."""

    version: int
    simulated: bool
    balanced: bool
    reports_load: bool
    channels: int
    queue_depth: int
    firmware: int
    serial_number: int
    boot: int
    nonce: int
    amplitude: int
    shortest_phase_us: int
    phase_duration_us: int
    charge_nc: int
    interphase_min_us: int
    interphase_max_us: int
    shortest_period_us: int
    compliance_v: int


@dataclass(frozen=True, slots=True)
class Time:
    """Device: your question arrived at `received`, this answer left at `sent`."""

    token: int
    received: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Armed:
    """Device: what it has latched, in its own words."""

    seq: int
    nonce: int
    channel: int
    ceilings: Ceilings


@dataclass(frozen=True, slots=True)
class Ack:
    """Device: the segment with this sequence number is queued; so many are now."""

    seq: int
    channel: int
    queued: int


@dataclass(frozen=True, slots=True)
class Limited:
    """Device: the ceiling is in force, as repeated here."""

    channel: int
    ceiling: int
    until: int


class NackReason(IntEnum):
    """Why a device did not take an arm or a segment."""

    LATE = 1
    TOO_FAR = 2
    NOT_ARMED = 3
    WRONG_NONCE = 4
    OVER_CEILING = 5
    TOO_STEEP = 6
    OVERLAP = 7
    QUEUE_FULL = 8
    NO_CHANNEL = 9
    BAD_FIELD = 10
    ALREADY_LATCHED = 11


@dataclass(frozen=True, slots=True)
class Nack:
    """Device: not taken, and why. Nothing changed."""

    seq: int
    reason: NackReason


@dataclass(frozen=True, slots=True)
class Stopped:
    """Device: flushed and disarmed; `output_off` is what its own output stage measures."""

    nonce: int
    tick: int
    output_off: bool


@dataclass(frozen=True, slots=True)
class Status:
    """Device: one channel as it is. `load_ohm` 0 is no reading yet, 65535 an open circuit. Keywords, as above."""

    channel: int
    tick: int
    armed: bool
    contact: bool
    step_allowed: bool
    amplitude: int
    phase_duration_us: int
    pulse_period_us: int
    pulses: int
    load_ohm: int
    queued: int
    battery: int
    discontinuities: int
    nonce: int


class DiscontinuityReason(IntEnum):
    """Why a channel went to zero and its queue was dropped."""

    UNDERRUN = 1
    NO_CHAIN = 2
    RISE_AT_JOINT = 3
    BAD_STEP = 4


@dataclass(frozen=True, slots=True)
class Discontinuity:
    """Device: this channel is at zero since `tick`, its queue is empty."""

    channel: int
    reason: DiscontinuityReason
    tick: int
    count: int


class FaultCode(IntEnum):
    """Why a device tripped: everything at zero, disarmed, nothing taken until a stop."""

    OPEN_CIRCUIT = 1
    OVER_CURRENT = 2
    IMBALANCE = 3
    SUPPLY = 4
    STUCK_OUTPUT = 5
    LAPSED = 6


@dataclass(frozen=True, slots=True)
class Fault:
    """Device: tripped or lapsed. `nonce` is the new one."""

    code: FaultCode
    channel: int
    tick: int
    nonce: int


@dataclass(frozen=True, slots=True)
class Malformed:
    """Not a frame of this protocol: what was wrong with it, and its bytes."""

    why: str
    raw: bytes


FROM_HOST = (Hello, AskClock, Arm, SegmentFrame, Limit, KeepAlive, Stop)
"""What only a host says; heard by one, it is an echo."""

Event = (
    Hello
    | AskClock
    | Arm
    | SegmentFrame
    | Limit
    | KeepAlive
    | Stop
    | Welcome
    | Time
    | Armed
    | Ack
    | Limited
    | Nack
    | Stopped
    | Status
    | Discontinuity
    | Fault
    | Malformed
)
