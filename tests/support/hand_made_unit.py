"""A stimlink unit made by hand: it answers a driver frame by frame, keeps a clock, and knows nothing of current.

A test switches off what it should not answer (`silent_to`), or tells the driver anything at all (`tell`).
"""

from collections.abc import Callable
from heapq import heappop, heappush

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import (
    Ack,
    Arm,
    Armed,
    AskClock,
    Event,
    Hello,
    Limit,
    Limited,
    SegmentFrame,
    Status,
    Stop,
    Stopped,
    Time,
    Welcome,
)
from stimctl.drivers.driver import ChannelCeilings
from stimctl.drivers.facts import Fact
from stimctl.drivers.stimlink import StimlinkDriver

MS = 1_000_000
SECOND = 1000 * MS

WELCOME = Welcome(
    version=1,
    simulated=True,
    balanced=True,
    reports_load=True,
    channels=2,
    queue_depth=16,
    firmware=0x0102,
    serial_number=0xABCDEF,
    boot=7,
    nonce=100,
    amplitude=10_000,
    shortest_phase_us=50,
    phase_duration_us=400,
    charge_nc=40_000,
    interphase_min_us=100,
    interphase_max_us=200,
    shortest_period_us=6_666,
    compliance_v=120,
)
CEILINGS = ChannelCeilings(
    amplitude_ua=20_000,
    phase_duration_us=200,
    charge_nc=4_000,
    shortest_period_us=12_500,
    slope_ua_per_s=20_000,
    step_ua=0,
)


class HandMadeUnit:
    """`sent` is every frame of the driver, in order; `facts` all that the driver made of the answers."""

    def __init__(
        self,
        driver: StimlinkDriver,
        *,
        first_tick: int = 5_000_000,
        ppm: float = 0,
        way_ns: Callable[[], int] = lambda: MS,
    ) -> None:
        self.driver = driver
        self.now_ns = 0
        self.sent: list[Event] = []
        self.facts: list[Fact] = []
        self.silent_to: set[type] = set()
        self.welcome = WELCOME
        self.nonce = WELCOME.nonce
        # what it measures at its output when it is told to stop
        self.output_off = True
        self.inbound: Callable[[bytes, int], object] = lambda data, now_ns: None
        self.outbound: Callable[[bytes, int], object] = lambda data, now_ns: None
        self._first_tick, self._ppm, self._way_ns = first_tick, ppm, way_ns
        self._decoder = Decoder()
        self._coming: list[tuple[int, int, bytes]] = []
        self._number = 0

    # --- time

    def tick(self, at_ns: int) -> int:
        return (self._first_tick + round(at_ns * (1 + self._ppm / 1e6) / 1000)) % 2**32

    def run_for(self, ms: float) -> "HandMadeUnit":
        until_ns = self.now_ns + round(ms * MS)
        while True:
            self._turn()
            wakes = [self._coming[0][0]] if self._coming else []
            wake_ns = self.driver.next_wake_ns()
            wakes += [wake_ns] if wake_ns is not None else []
            if not wakes or min(wakes) > until_ns:
                self.now_ns = until_ns
                return self
            self.now_ns = max(self.now_ns, min(wakes))

    # --- what a test says and hears

    def tell(self, event: Event) -> list[Fact]:
        return self.tell_bytes(encode(event))

    def tell_bytes(self, data: bytes) -> list[Fact]:
        self.inbound(data, self.now_ns)
        facts = self.driver.receive(data, self.now_ns)
        self.facts += facts
        return facts

    def status(self, channel: int = 1, **changes: int | bool) -> list[Fact]:
        return self.tell(status(channel, tick=self.tick(self.now_ns), **changes))

    def of(self, kind: type) -> list:
        return [event for event in self.sent if isinstance(event, kind)]

    def learned(self, kind: type) -> list:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    # --- how far a session has come

    def identified(self) -> "HandMadeUnit":
        self.driver.identify(self.now_ns)
        return self.run_for(50)

    def settled(self) -> "HandMadeUnit":
        return self.identified().run_for(6_000)

    def armed(self, channels: tuple[int, ...] = (1,)) -> "HandMadeUnit":
        self.settled()
        self.driver.arm(dict.fromkeys(channels, CEILINGS), self.now_ns)
        return self.run_for(20)

    # --- the unit

    def _turn(self) -> None:
        while self._coming and self._coming[0][0] <= self.now_ns:
            self.tell_bytes(heappop(self._coming)[2])
        self.facts += self.driver.advance(self.now_ns)
        data = self.driver.drain()
        if data:
            self.outbound(data, self.now_ns)
        for event in self._decoder.receive(data):
            self.sent.append(event)
            if type(event) not in self.silent_to:
                self._answer(event)

    def _answer(self, event: Event) -> None:
        there_ns = self.now_ns + self._way_ns()
        answer: Event
        match event:
            case Hello():
                answer = self.welcome
            case Stop():
                self.nonce += 1
                answer = Stopped(self.nonce, self.tick(there_ns), self.output_off)
            case AskClock(token=token):
                answer = Time(token, self.tick(there_ns), self.tick(there_ns))
            case Arm():
                answer = Armed(seq=event.seq, nonce=event.nonce, channel=event.channel, ceilings=event.ceilings)
            case SegmentFrame():
                answer = Ack(event.seq, event.channel, 1)
            case Limit():
                answer = Limited(event.channel, event.ceiling, event.until)
            case _:
                return
        self._number += 1
        heappush(self._coming, (there_ns + self._way_ns(), self._number, encode(answer)))


def status(channel: int = 1, **changes: int | bool) -> Status:
    """A report of a channel at rest in an armed unit, but for what the test changes."""
    fields: dict = {
        "channel": channel,
        "tick": 0,
        "armed": True,
        "contact": True,
        "step_allowed": False,
        "amplitude": 0,
        "phase_duration_us": 0,
        "pulse_period_us": 0,
        "pulses": 0,
        "load_ohm": 0,
        "queued": 0,
        "battery": 255,
        "discontinuities": 0,
        "nonce": 0,
    }
    return Status(**(fields | changes))
