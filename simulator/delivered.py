"""What the skin felt, as records: the judge of every safety claim.

Rule 1: a record at the first pulse above zero of a channel.
Rule 2: a record at a pulse that differs from the last record, in shape or by 100 µA or 1 %, whichever is less; at most
one of these per 10 ms and channel.
Rule 3: a record every 100 ms while on: of the latest pulse, at its own time, or of the held value at the mark where no
pulse fell since the last record.
Rule 4: a zero at once, whatever the rules above, when a channel's output ends.
Rule 5: `pulses` grows only in a record that bears the time of that pulse. The one exception is a zero less than 10 ms
after a record: it counts the pulses between.
Times are true microseconds since the simulator's start, in order within a channel.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from json import dumps
from typing import Literal, NamedTuple, Protocol

__all__ = [
    "End",
    "Ending",
    "Entry",
    "Felt",
    "FeltLevel",
    "Header",
    "MemorySink",
    "NoSink",
    "PulseShape",
    "Recorder",
    "Sink",
    "Witness",
]

_CHANGE_SPACING_US = 10_000
_HEARTBEAT_US = 100_000
_CHANGE_UA = 100

End = Literal["closed", "signal", "reboot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line. `start_monotonic_ns` lets another program align its own CLOCK_MONOTONIC."""

    model: str
    channels: int
    seed: int
    start_wall: str
    start_monotonic_ns: int

    def line(self) -> str:
        return dumps({"format": "stimctl.delivered", "version": 1, **asdict(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Felt:
    """One channel at one instant. `pulses` counts those above zero so far."""

    t_us: int
    channel: int
    amplitude_ua: int
    phase_duration_us: int
    interphase_us: int
    pulse_period_us: int
    pulses: int

    def line(self) -> str:
        # spelled out: there are tens of thousands in a session, and `asdict` copies each
        return (
            f'{{"t_us": {self.t_us}, "channel": {self.channel}, "amplitude_ua": {self.amplitude_ua}, '
            f'"phase_duration_us": {self.phase_duration_us}, "interphase_us": {self.interphase_us}, '
            f'"pulse_period_us": {self.pulse_period_us}, "pulses": {self.pulses}}}'
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeltLevel:
    """One channel of a unit without calibration: the share of what its own dials set. 0 is off."""

    t_us: int
    channel: int
    level_permille: int

    def line(self) -> str:
        unknown = dict.fromkeys(("phase_duration_us", "interphase_us", "pulse_period_us", "pulses"))
        return dumps({**asdict(self), **unknown})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The last line. `worst_late_us` is the simulator's own lateness, 0 in virtual time."""

    t_us: int
    end: End
    worst_late_us: int

    def line(self) -> str:
        return dumps(asdict(self))


Entry = Header | Felt | FeltLevel | Ending


class Sink(Protocol):
    """Where entries go, in order."""

    def write(self, entry: Entry) -> object: ...


class MemorySink:
    """Keeps every entry."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, entry: Entry) -> None:
        self.entries.append(entry)

    def felt(self, channel: int = 1) -> list[Felt]:
        """What one channel felt, in order."""
        return [entry for entry in self.entries if isinstance(entry, Felt) and entry.channel == channel]

    def levels(self, channel: int = 1) -> list[FeltLevel]:
        """The same of a unit without calibration."""
        return [entry for entry in self.entries if isinstance(entry, FeltLevel) and entry.channel == channel]


class NoSink:
    """Keeps nothing."""

    def write(self, entry: Entry) -> None:
        pass


class PulseShape(NamedTuple):
    """A pulse but for its amplitude."""

    phase_duration_us: int
    interphase_us: int
    pulse_period_us: int


class Witness(Protocol):
    """Hears what the recorder hears, and changes nothing: the body under the electrodes."""

    def train(self, channel: int, times_us: Sequence[int], amplitudes_ua: Sequence[int], shape: PulseShape) -> None:
        """Pulses as in `Recorder.train`."""

    def off(self, channel: int, t_us: int) -> None:
        """The channel's output has ended."""

    def advance(self, now_us: int) -> None:
        """Every pulse before now has been told of."""


class Recorder:
    """Takes every pulse, writes what is due, and lets a witness hear of it."""

    def __init__(self, sink: Sink, header: Header, witness: Witness | None = None) -> None:
        self._sink = sink
        self._witness = witness
        self._tracks = [_Track(sink, channel) for channel in range(1, header.channels + 1)]
        self._levels = [_LevelTrack(sink, channel) for channel in range(1, header.channels + 1)]
        sink.write(header)

    def train(self, channel: int, times_us: Sequence[int], amplitudes_ua: Sequence[int], shape: PulseShape) -> None:
        """Pulses of one shape, in order, each with the amplitude that flowed; one at zero is none, and ends output."""
        self._tracks[channel - 1].train(times_us, amplitudes_ua, shape)
        if self._witness is not None:
            self._witness.train(channel, times_us, amplitudes_ua, shape)

    def level(self, channel: int, t_us: int, permille: int) -> None:
        """A unit without calibration lets so much of what its dials set through from now on; 0 is off."""
        self._levels[channel - 1].level(t_us, permille)

    def off(self, channel: int, t_us: int) -> None:
        """The channel's output has ended."""
        self._tracks[channel - 1].off(t_us)
        if self._witness is not None:
            self._witness.off(channel, t_us)

    def advance(self, now_us: int) -> None:
        """Write what is due by now; every pulse up to now has been taken."""
        for track in self._tracks:
            if track.mark_us is not None and track.mark_us <= now_us:
                track.catch_up(now_us)
        for level in self._levels:
            level.catch_up(now_us)
        if self._witness is not None:
            self._witness.advance(now_us)

    @property
    def on(self) -> bool:
        """Whether any channel's output is on."""
        return any(track.mark_us is not None for track in self._tracks) or any(
            level.mark_us is not None for level in self._levels
        )

    def close(self, end: End, now_us: int, worst_late_us: int) -> None:
        """The last entries: a unit that is gone delivers nothing."""
        self.advance(now_us)
        for channel in range(1, len(self._tracks) + 1):
            self.off(channel, now_us)
            self.level(channel, now_us, 0)
        self._sink.write(Ending(t_us=now_us, end=end, worst_late_us=worst_late_us))


class _Track:
    """One channel of the record. `mark_us` is when the next heartbeat is due, None while off."""

    def __init__(self, sink: Sink, channel: int) -> None:
        self.mark_us: int | None = None
        self._sink = sink
        self._channel = channel
        self._pulses = 0
        self._shape = PulseShape(0, 0, 0)
        self._written_us = 0
        self._written_ua = 0
        self._written_shape = self._shape
        # the latest pulse that no record shows yet: its time and amplitude
        self._unwritten: tuple[int, int] | None = None

    def train(self, times_us: Sequence[int], amplitudes_ua: Sequence[int], shape: PulseShape) -> None:
        period_us = shape.pulse_period_us
        mark_us, low_ua, high_ua, calm_us = self._bounds(shape)
        for t_us, amplitude_ua in zip(times_us, amplitudes_ua, strict=True):
            if t_us > mark_us:
                self.catch_up(t_us - 1)
                mark_us, low_ua, high_ua, calm_us = self._bounds(shape)
            if t_us + period_us <= mark_us and (low_ua < amplitude_ua < high_ua or (amplitude_ua and t_us < calm_us)):
                self._pulses += 1
                self._unwritten = t_us, amplitude_ua
                self._shape = shape
                continue
            if amplitude_ua == 0:
                self.off(t_us)
            else:
                self._shape = shape
                self._pulses += 1
                self._write(t_us, amplitude_ua)
            mark_us, low_ua, high_ua, calm_us = self._bounds(shape)

    def off(self, t_us: int) -> None:
        self.catch_up(t_us - 1)
        if self.mark_us is None:
            return
        if self._unwritten is not None and self._unwritten[0] >= self._written_us + _CHANGE_SPACING_US:
            self._write(*self._unwritten)
        self._write(t_us, 0)
        self.mark_us = None

    def catch_up(self, now_us: int) -> None:
        while self.mark_us is not None and self.mark_us <= now_us:
            if self._unwritten is not None:
                self._write(*self._unwritten)
            else:
                self._write(self.mark_us, self._written_ua)

    def _bounds(self, shape: PulseShape) -> tuple[int, int, int, int]:
        """When a heartbeat is due; between what amplitudes no change is; until when a change has to wait."""
        if self.mark_us is None:
            return 0, 0, 0, 0
        calm_us = self._written_us + _CHANGE_SPACING_US
        if shape != self._written_shape:
            return self.mark_us, 0, 0, calm_us
        # "1 % or more" in whole µA
        change_ua = max(1, min(_CHANGE_UA, -(-self._written_ua // 100)))
        return self.mark_us, self._written_ua - change_ua, self._written_ua + change_ua, calm_us

    def _write(self, t_us: int, amplitude_ua: int) -> None:
        shape = self._shape
        self._written_us, self._written_ua, self._written_shape = t_us, amplitude_ua, shape
        self._unwritten = None
        self.mark_us = t_us + _HEARTBEAT_US
        self._sink.write(
            Felt(
                t_us=t_us,
                channel=self._channel,
                amplitude_ua=amplitude_ua,
                phase_duration_us=shape.phase_duration_us,
                interphase_us=shape.interphase_us,
                pulse_period_us=shape.pulse_period_us,
                pulses=self._pulses,
            )
        )


class _LevelTrack:
    """One channel of a unit without calibration: a record at every change, and each 100 ms while on."""

    def __init__(self, sink: Sink, channel: int) -> None:
        self.mark_us: int | None = None
        self._sink = sink
        self._channel = channel
        self._permille = 0

    def level(self, t_us: int, permille: int) -> None:
        self.catch_up(t_us - 1)
        if permille != self._permille:
            self._permille = permille
            self._write(t_us)

    def catch_up(self, now_us: int) -> None:
        while self.mark_us is not None and self.mark_us <= now_us:
            self._write(self.mark_us)

    def _write(self, t_us: int) -> None:
        self._sink.write(FeltLevel(t_us=t_us, channel=self._channel, level_permille=self._permille))
        self.mark_us = t_us + _HEARTBEAT_US if self._permille else None
