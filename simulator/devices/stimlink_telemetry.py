"""When a stimlink device reports a channel, and what it says: SPEC.md 11.

Rule 1: from HELLO until 5 s without a valid frame; channels in turn, so that reports are spread out.
Rule 2: each channel every 200 ms while armed, every 1 s otherwise.
"""

from firmware_protocol.stimlink.events import Status
from simulator.device_clock import on_wire
from simulator.devices.stimlink_channel import Channel

__all__ = ["Telemetry", "status_of"]

_EVERY_ARMED = 200_000
_EVERY_IDLE = 1_000_000
_SILENCE = 5_000_000

_ON_MAINS = 255


class Telemetry:
    """`due` is the tick of the next report, None while nobody listens."""

    def __init__(self, channels: int) -> None:
        self.due: int | None = None
        self._channels = channels
        self._turn = 0
        self._heard_at = 0

    def begin(self, now: int, armed: bool) -> None:
        """HELLO: somebody listens from now on."""
        self._heard_at = now
        if self.due is None:
            self.due = now + self._spacing(armed)

    def heard(self, now: int) -> None:
        """A valid frame of any kind."""
        self._heard_at = now

    def hurry(self, now: int) -> None:
        """Armed: the slow rhythm is over."""
        if self.due is not None:
            self.due = min(self.due, now + self._spacing(armed=True))

    def reports(self, now: int, armed: bool) -> list[int]:
        """The channels whose turn it is."""
        numbers = []
        while self.due is not None and self.due <= now:
            if self.due - self._heard_at > _SILENCE:
                self.due = None
                break
            numbers.append(self._turn + 1)
            self._turn = (self._turn + 1) % self._channels
            self.due += self._spacing(armed)
        return numbers

    def _spacing(self, armed: bool) -> int:
        return (_EVERY_ARMED if armed else _EVERY_IDLE) // self._channels


def status_of(channel: Channel, now: int, armed: bool, nonce: int) -> Status:
    """One channel as it is; amplitude and shape as measured, 0 while nothing flows."""
    measured = channel.measured
    amplitude, shape = channel.flowing
    return Status(
        channel=channel.number,
        tick=on_wire(now),
        armed=armed,
        contact=measured.contact,
        step_allowed=channel.step_allowed,
        amplitude=amplitude,
        phase_duration_us=shape.phase_duration_us,
        pulse_period_us=shape.pulse_period_us,
        pulses=measured.pulses % (1 << 32),
        load_ohm=measured.load_ohm,
        queued=channel.queued,
        battery=_ON_MAINS,
        discontinuities=channel.discontinuities % 256,
        nonce=nonce,
    )
