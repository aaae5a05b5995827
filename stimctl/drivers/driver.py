"""What the engine asks of every driver. A queued unit and a paced one answer the same calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from stimctl.drivers.facts import Fact
from stimctl.safety.clearance import Cleared

__all__ = ["ChannelCeilings", "Driver", "LineCounts", "StopRepeats"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCeilings:
    """What a session needs of one channel at the most; the unit is to latch no more. µA, µs, nC, µA/s."""

    amplitude_ua: int
    phase_duration_us: int
    charge_nc: int
    shortest_period_us: int
    slope_ua_per_s: int
    step_ua: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCounts:
    """The line to a unit since it was opened: frames each way, what was never answered, what came damaged, what was
    sent again, and the last round trip. `battery_percent` is the unit's. None: not known.
    """

    rtt_us: int | None
    frames_in: int
    frames_out: int
    lost: int
    damaged: int
    retries: int
    battery_percent: int | None


@dataclass(frozen=True, slots=True)
class StopRepeats:
    """How stop bytes are repeated until the unit confirms: the waits between them, of which the last goes on, `most`
    times in all (None: until there is nothing left to hope for, `hope_ms` after it should have confirmed).

    `reset_after_ms`: so long after the last of them the line is reset, once, where that resets the unit.
    """

    waits_ms: tuple[int, ...]
    most: int | None = None
    reset_after_ms: int | None = None
    hope_ms: int = 2_000


class Driver(Protocol):
    """One unit at the other end of a line. Sans-IO; `now_ns` is the host's monotonic clock.

    `stop_bytes` stop the unit whatever has been sent before them, or half sent.
    """

    family: str
    release_ms: int
    stop_bytes: bytes
    look_ahead_ns: int
    # how long a unit that boots when its line is opened takes; 0 for one that does not
    boot_ms: int

    @property
    def stop_repeats(self) -> StopRepeats:
        """How the stop bytes are repeated."""

    @property
    def line(self) -> LineCounts:
        """How the line has done so far."""

    def identify(self, now_ns: int) -> None:
        """Start asking who is there."""

    def arm(self, ceilings: Mapping[int, ChannelCeilings], now_ns: int) -> None:
        """Ask the unit to arm these channels."""

    def send(self, cleared: Cleared, now_ns: int) -> None:
        """Put a cleared segment on the line."""

    def hold(self, channel: int, ceiling_ua: int, now_ns: int) -> None:
        """Lower what is flowing and queued on a channel, at once."""

    def keep_alive(self, now_ns: int) -> None:
        """Say that the host is there, while nothing is to flow."""

    def stopped(self, now_ns: int) -> None:
        """The stop bytes are on their way: forget whatever else was to be sent."""

    def line_reset(self, now_ns: int) -> None:
        """The line was reset, and the unit with it where it is wired so."""

    def resync(self, now_ns: int) -> None:
        """Forget the unit's clock and learn it anew; `Settled` says when."""

    def receive(self, data: bytes, now_ns: int) -> list[Fact]:
        """Facts from bytes. Never raises, whatever the bytes are."""

    def advance(self, now_ns: int) -> list[Fact]:
        """Let time pass."""

    def drain(self) -> bytes:
        """Bytes for the line."""

    def next_wake_ns(self) -> int | None:
        """When `advance` is next worth calling."""
