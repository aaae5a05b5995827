"""A stimlink device on the bench: no cable, every pulse on a list. Times are true µs since power-up."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import (
    Ack,
    Arm,
    Ceilings,
    Discontinuity,
    Event,
    Limit,
    Limited,
    Nack,
    SegmentFrame,
    Status,
    Stop,
    Stopped,
    Welcome,
)
from simulator.delivered import Header, MemorySink, PulseShape, Recorder
from simulator.device_clock import DeviceClock, on_wire
from simulator.devices.stimlink import StimlinkDevice
from simulator.devices.stimlink_admission import Hardware
from simulator.output_stage import OutputStage
from simulator.skin import ResistiveSkin, Skin

__all__ = ["CEILINGS", "MS", "Pulse", "StimlinkBench", "breaks", "limited", "refusal", "status"]

MS = 1000

CEILINGS = Ceilings(amplitude=2000, phase_duration_us=400, charge_nc=4000, shortest_period_us=6666, slope=100, step=500)


class Pulse(NamedTuple):
    at_us: int
    amplitude_ua: int


class EveryPulse(Recorder):
    """A recorder that also keeps every pulse above zero."""

    def __init__(self, sink: MemorySink, header: Header) -> None:
        super().__init__(sink, header)
        self.pulses: dict[int, list[Pulse]] = {n: [] for n in range(1, header.channels + 1)}

    def train(self, channel: int, times_us: Sequence[int], amplitudes_ua: Sequence[int], shape: PulseShape) -> None:
        felt = [Pulse(t, a) for t, a in zip(times_us, amplitudes_ua, strict=True) if a]
        self.pulses[channel].extend(felt)
        super().train(channel, times_us, amplitudes_ua, shape)


class StimlinkBench:
    def __init__(
        self,
        *,
        first_tick: int = 5_000,
        seed: int = 1,
        ohms: int = 1000,
        channels: int = 2,
        skew_ppm: int = 0,
        skin: Skin | None = None,
    ) -> None:
        self.sink = MemorySink()
        self.skin = skin or ResistiveSkin(channels, ohms)
        header = Header(model="stimlink", channels=channels, seed=seed, start_wall="", start_monotonic_ns=0)
        self.recorder = EveryPulse(self.sink, header)
        self.clock = DeviceClock(origin_ns=0, first_tick=first_tick, skew_ppm=skew_ppm)
        self.device = StimlinkDevice(
            hardware=Hardware(channels=channels),
            skin=self.skin,
            output=OutputStage(self.recorder, channels),
            dice=Random(seed),
            clock=self.clock,
        )
        self.now_us = 0
        self.epoch = 0
        self._decoder = Decoder()
        self.welcome = self.run_to(0)[0]
        assert isinstance(self.welcome, Welcome)
        self.nonce = self.welcome.nonce

    # -- time and bytes

    def run_to(self, at_us: int) -> list[Event]:
        """What the device says until then, woken only when it asks to be."""
        wake_ns = self.device.next_wake_ns()
        while wake_ns is not None and wake_ns <= at_us * 1000:
            self.device.advance(wake_ns)
            wake_ns = self.device.next_wake_ns()
        self.device.advance(at_us * 1000)
        self.now_us = at_us
        return self.heard()

    def heard(self) -> list[Event]:
        return self._decoder.receive(self.device.drain())

    def write(self, data: bytes) -> list[Event]:
        self.device.receive(data, self.now_us * 1000)
        return self.heard()

    def say(self, event: Event) -> list[Event]:
        return self.write(encode(event))

    def tick(self, at_us: int) -> int:
        return on_wire(self.clock.tick64_at(at_us * 1000))

    # -- what a host does

    def arm(self, channel: int = 1, ceilings: Ceilings = CEILINGS) -> list[Event]:
        self.epoch = self.nonce
        return self.say(Arm(seq=1, nonce=self.nonce, channel=channel, ceilings=ceilings))

    def frame(
        self,
        start_us: int,
        end_us: int,
        first: int,
        last: int | None = None,
        *,
        channel: int = 1,
        step: bool = False,
        replace: bool = False,
        period_us: int = 10_000,
        duration_us: int = 200,
        interphase_us: int = 0,
        seq: int = 7,
    ) -> SegmentFrame:
        return SegmentFrame(
            seq=seq,
            epoch=self.epoch,
            channel=channel,
            step=step,
            replace=replace,
            start=self.tick(start_us),
            end=self.tick(end_us),
            amplitude_start=first,
            amplitude_end=first if last is None else last,
            phase_duration_us=duration_us,
            interphase_us=interphase_us,
            pulse_period_us=period_us,
        )

    def segment(self, *args: int, **fields: int) -> list[Event]:
        """The device's answer to a segment."""
        return self.say(self.frame(*args, **fields))

    def rise(self, start_us: int = 10 * MS, end_us: int = 210 * MS, to: int = 20, **fields: int) -> None:
        """From zero to `to`, by rule (a), and there."""
        (answer,) = self.segment(start_us, end_us, 0, to, **fields)
        assert isinstance(answer, Ack), answer

    def limit(self, ceiling: int, until_us: int, channel: int = 1) -> list[Event]:
        return self.say(Limit(channel, ceiling, self.tick(until_us)))

    def stop(self) -> list[Event]:
        answer = self.say(Stop())
        self.nonce = next(event.nonce for event in answer if isinstance(event, Stopped))
        return answer

    # -- what came of it

    def pulses(self, channel: int = 1) -> list[Pulse]:
        return self.recorder.pulses[channel]

    def times(self, channel: int = 1) -> list[int]:
        return [pulse.at_us for pulse in self.pulses(channel)]

    def amplitudes(self, channel: int = 1) -> list[int]:
        return [pulse.amplitude_ua for pulse in self.pulses(channel)]


def refusal(answer: list[Event]) -> str:
    """The one NACK's reason, by name."""
    (nack,) = [event for event in answer if isinstance(event, Nack)]
    return nack.reason.name


def breaks(events: list[Event]) -> list[str]:
    """Discontinuities, by name."""
    return [event.reason.name for event in events if isinstance(event, Discontinuity)]


def limited(answer: list[Event]) -> Limited:
    (event,) = [event for event in answer if isinstance(event, Limited)]
    return event


def status(events: list[Event], channel: int = 1) -> Status:
    """The last report of a channel."""
    return [event for event in events if isinstance(event, Status) and event.channel == channel][-1]
