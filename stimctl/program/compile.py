"""From a plan, a person's thresholds and limits to a timeline of segments. Pure; the engine does it again itself.

Rule 1: what a phase asks is sampled at the joints of its pieces and clipped as it will be clipped live.
Rule 2: ground is what the clip let through, counted 2 s after it will be delivered: telemetry is slower than a plan.
Rule 3: under an envelope the top follows ground: it reaches for a tenth more, and gains the slope on new ground for the
        time that is spent there. So a first train is lower, and none loses its shape.
Rule 4: before a border the level falls in a straight line to half, to what the next phase's pulses may carry, or to
        zero where the next envelope begins there.
Rule 5: a target must be reached in its phase's first half; a ramp to the end has until its end.
Rule 6: a plan over a limit is refused, never lowered.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from math import inf

from stimctl import units
from stimctl.clock import MS, SECOND
from stimctl.model.limits import Limits
from stimctl.model.plan import Depth, Drive, EnvelopeKind, Phase, Plan
from stimctl.model.segment import Segment, rate_class
from stimctl.model.thresholds import Thresholds
from stimctl.program.asked import Asked, ask_of, highest_ua
from stimctl.program.bounds import over_the_limits
from stimctl.program.clip import Clip
from stimctl.program.compiled import Compiled, PhaseMark, Problem, Target
from stimctl.program.envelope import Factors
from stimctl.program.pieces import PhasePieces, Piece, cut_channel
from stimctl.safety.ground import Ground, charges_felt_nc

__all__ = ["compile_plan"]

GROUND_LATE_NS = 2 * SECOND
# A swell's top falls between two joints and a drift gives up a microsecond's worth at each of its own: within a
# hundredth of the target nobody feels the rest.
_REACHED_PERMILLE = 990
# Time within a tenth of the top counts as time at the top.
_AT_THE_TOP = 0.9
# A wave leaves zero slowly. What a unit may not tell from nothing is nothing: else pulses were planned that never fall.
_LEAST_UA = 100
_TOUCH_NS = 20 * MS
_CONTRACTING = ("contraction", "tetanic")
_HELD_DEPTHS = (Depth.TRANSITION, Depth.DEEP)


def compile_plan(plan: Plan, thresholds: Mapping[int, Thresholds], limits: Limits, interphase_us: int = 0) -> Compiled:
    """The timeline of `plan` for the person whose `thresholds` these are, per channel; see `Compiled`.

    Never raises for what a plan or a person asks: that is in `problems`. With any of them the plan must not run; where
    it is over a limit there is no timeline either.
    """
    phases = plan.to_run()
    refused = over_the_limits(plan, thresholds, limits)
    if refused:
        return Compiled(segments=(), marks=(), problems=refused, closing_start_ns=0, end_ns=0)
    holds = [plan.program_class in _CONTRACTING and phase.depth in _HELD_DEPTHS for phase in phases]
    runs: dict[tuple[Thresholds, tuple[Drive, ...]], _Run] = {}
    of_channel: dict[int, _Run] = {}
    for channel in plan.channels:
        key = thresholds[channel], tuple(phase.drives[channel] for phase in phases)
        if key not in runs:
            runs[key] = _run(channel, cut_channel(phases, channel), holds, thresholds[channel], limits, interphase_us)
        of_channel[channel] = runs[key]
    tracks = [_on_channel(channel, run.segments) for channel, run in of_channel.items()]
    marks = tuple(_mark(index, phase, of_channel) for index, phase in enumerate(phases))
    closing = of_channel[plan.channels[0]].stretches[-1]
    return Compiled(
        segments=_in_order(tracks),
        marks=marks,
        problems=tuple(chain.from_iterable(_unreached(mark, phases[mark.index]) for mark in marks)),
        closing_start_ns=closing.start_ns,
        end_ns=closing.end_ns,
    )


@dataclass(frozen=True, slots=True)
class _Arrival:
    """How one channel fares in one phase."""

    target_ua: int
    settled_ns: int
    reached_ns: int | None


@dataclass(frozen=True, slots=True)
class _Run:
    """One channel from beginning to end."""

    stretches: tuple[PhasePieces, ...]
    segments: tuple[Segment, ...]
    arrivals: tuple[_Arrival, ...]


class _Channel:
    """A clip, and the ground that it will have, fed late with what it lets through."""

    def __init__(self, channel: int, limits: Limits, interphase_us: int) -> None:
        self._channel = channel
        self._interphase_us = interphase_us
        self._ground = Ground()
        self._clip = Clip(limits, self._ground)
        self._coming: deque[Segment] = deque()
        self.rise_ua_per_s = limits.rise_ua_per_s
        self.segments: list[Segment] = []

    @property
    def end_ua(self) -> int:
        return self._clip.end_ua

    def ground_ua(self, phase_duration_us: int, pulse_period_us: int) -> int:
        return self._clip.ground_ua(phase_duration_us, pulse_period_us)

    def add(self, piece: Piece, start_ua: int, end_ua: int, *, contraction: bool = False) -> None:
        """One piece. Where output only touched zero it rests for a moment: what leaves zero is a stretch of its own."""
        touched = end_ua > 0 == self._clip.end_ua and self.segments and not self.segments[-1].is_rest
        if touched and piece.end_ns - piece.start_ns > _TOUCH_NS:
            rise_ns = piece.start_ns + _TOUCH_NS
            self._add(piece._replace(end_ns=rise_ns), 0, 0, contraction=contraction)
            piece, start_ua = piece._replace(start_ns=rise_ns), 0
        self._add(piece, start_ua, end_ua, contraction=contraction)

    def _add(self, piece: Piece, start_ua: int, end_ua: int, *, contraction: bool) -> None:
        while self._coming and self._coming[0].end_ns + GROUND_LATE_NS <= piece.start_ns:
            self._feel(self._coming.popleft())
        ask = Segment(
            channel=self._channel,
            start_ns=piece.start_ns,
            end_ns=piece.end_ns,
            amplitude_start_ua=start_ua,
            amplitude_end_ua=end_ua,
            phase_duration_us=piece.phase_duration_us,
            interphase_us=self._interphase_us,
            pulse_period_us=piece.pulse_period_us,
            step=piece.edge,
            contraction=contraction and not piece.slow,
        )
        fitted = self._clip.fit(ask, piece.ahead_phase_us, piece.ahead_period_us)
        self._coming.append(fitted)
        self.segments.append(fitted)

    def _feel(self, segment: Segment) -> None:
        if segment.is_rest:
            return
        least_nc, top_nc = charges_felt_nc(segment, segment.top_ua)
        lasted_ns = segment.end_ns - segment.start_ns
        self._ground.felt(least_nc, rate_class(segment.pulse_period_us), lasted_ns, top_nc)


class _Top:
    """How high an envelope may reach by now (rule 3); without one there is nothing to hold back but the clip.

    A tenth above ground, or what a train's hold can gain: what lies above ground is climbed at the slope on new ground,
    and is the next ground.
    """

    def __init__(self, track: _Channel, drive: Drive) -> None:
        self._track = track
        envelope = drive.envelope
        self.shaped = envelope.kind is not EnvelopeKind.CONTINUOUS
        self._gain_ua = track.rise_ua_per_s * envelope.hold_ms // 1000
        # Without any ground an envelope climbs as far as its own ramp is slow enough for.
        climb_ms = envelope.period_ms // 3 if envelope.kind is EnvelopeKind.RAISED_COSINE else envelope.up_ms
        self.ua: float = max(track.end_ua, track.rise_ua_per_s * climb_ms // 1000) if self.shaped else inf

    def follow(self, piece: Piece) -> None:
        """Before `piece`: what is known to be felt by then."""
        if self.shaped and not piece.slow:
            ground_ua = self._track.ground_ua(piece.ahead_phase_us, piece.pulse_period_us)
            self.ua = max(self.ua, ground_ua / _AT_THE_TOP, ground_ua + self._gain_ua)


def _run(
    channel: int,
    stretches: tuple[PhasePieces, ...],
    holds: list[bool],
    thresholds: Thresholds,
    limits: Limits,
    interphase_us: int,
) -> _Run:
    track = _Channel(channel, limits, interphase_us)
    arrivals: list[_Arrival] = []
    drive = None
    for stretch, contraction in zip(stretches, [*holds, False], strict=True):
        if stretch.drive is None:
            _close(track, stretch, from_silence=drive is not None and drive.envelope.begins_at_zero)
            continue
        drive = stretch.drive
        target_ua = highest_ua(drive, thresholds)
        asked = ask_of(drive, track.end_ua, thresholds, limits, stretch.dip_ns - stretch.start_ns)
        already = track.end_ua * 1000 >= target_ua * _REACHED_PERMILLE
        first = len(track.segments)
        _play(track, stretch, drive, asked, contraction=contraction)
        reached_ns = stretch.start_ns if already else _reached_ns(track.segments[first:], target_ua)
        arrivals.append(_Arrival(target_ua, stretch.start_ns + asked.settled_ns, reached_ns))
    return _Run(stretches, tuple(track.segments), tuple(arrivals))


def _play(track: _Channel, stretch: PhasePieces, drive: Drive, asked: Asked, *, contraction: bool) -> None:
    factors = Factors(drive.envelope)
    top = _Top(track, drive)
    top.follow(stretch.pieces[0])
    fall: _Fall | None = None
    end_ua = int(min(asked.level_ua(0), top.ua) * factors.at(0))
    for piece in stretch.pieces:
        start_ua = end_ua
        offset_ns = piece.end_ns - stretch.start_ns
        factor = factors.at(offset_ns)
        if piece.start_ns >= stretch.dip_ns:
            if fall is None:
                level_ua = min(asked.level_ua(piece.start_ns - stretch.start_ns), top.ua)
                fall = _dip(track, stretch, int(level_ua) if top.shaped else track.end_ua)
                start_ua = track.end_ua
            end_ua = int(fall.level_ua(piece.end_ns) * factor)
        else:
            top.follow(piece)
            end_ua = int(min(asked.level_ua(offset_ns), top.ua) * factor)
        if top.shaped and end_ua < _LEAST_UA:
            end_ua = 0
        track.add(piece, start_ua, end_ua, contraction=contraction)


@dataclass(frozen=True, slots=True)
class _Fall:
    """A straight line down."""

    from_ua: int
    to_ua: int
    start_ns: int
    end_ns: int

    def level_ua(self, at_ns: int) -> int:
        if at_ns >= self.end_ns:
            return self.to_ua
        return self.from_ua + (self.to_ua - self.from_ua) * (at_ns - self.start_ns) // (self.end_ns - self.start_ns)


def _dip(track: _Channel, stretch: PhasePieces, from_ua: int) -> _Fall:
    """The way down to a border (rule 4). Before an envelope that begins from silence there is a moment of it."""
    last = stretch.pieces[-1]
    if stretch.dips_to_zero:
        return _Fall(from_ua, 0, stretch.dip_ns, last.start_ns)
    to_ua = from_ua // 2
    if last.ahead_phase_us > last.phase_duration_us:
        to_ua = min(to_ua, track.ground_ua(last.ahead_phase_us, last.ahead_period_us))
    return _Fall(from_ua, to_ua, stretch.dip_ns, stretch.end_ns)


def _close(track: _Channel, stretch: PhasePieces, *, from_silence: bool) -> None:
    """The last way to zero; an envelope that comes from silence goes back to it at once."""
    fall = _Fall(0 if from_silence else track.end_ua, 0, stretch.start_ns, stretch.end_ns)
    for piece in stretch.pieces:
        track.add(piece, fall.level_ua(piece.start_ns), fall.level_ua(piece.end_ns))


def _reached_ns(segments: list[Segment], target_ua: int) -> int | None:
    enough_ua = -(-target_ua * _REACHED_PERMILLE // 1000)
    return next((segment.end_ns for segment in segments if segment.amplitude_end_ua >= enough_ua), None)


def _on_channel(channel: int, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    if segments[0].channel == channel:
        return segments
    # spelled out: `replace` takes four times as long, and there are tens of thousands
    return tuple(
        Segment(
            channel=channel,
            start_ns=segment.start_ns,
            end_ns=segment.end_ns,
            amplitude_start_ua=segment.amplitude_start_ua,
            amplitude_end_ua=segment.amplitude_end_ua,
            phase_duration_us=segment.phase_duration_us,
            interphase_us=segment.interphase_us,
            pulse_period_us=segment.pulse_period_us,
            step=segment.step,
            contraction=segment.contraction,
        )
        for segment in segments
    )


def _in_order(tracks: list[tuple[Segment, ...]]) -> tuple[Segment, ...]:
    return tuple(sorted(chain.from_iterable(tracks), key=lambda segment: (segment.start_ns, segment.channel)))


def _mark(index: int, phase: Phase, runs: Mapping[int, _Run]) -> PhaseMark:
    arrivals = {channel: run.arrivals[index] for channel, run in runs.items()}
    stretch = next(iter(runs.values())).stretches[index]
    return PhaseMark(
        index=index,
        name=phase.name,
        depth=phase.depth,
        start_ns=stretch.start_ns,
        end_ns=stretch.end_ns,
        ramp_end_ns=min(stretch.end_ns, max(arrival.settled_ns for arrival in arrivals.values())),
        targets=tuple(
            Target(channel=channel, amplitude_ua=arrival.target_ua, reached_ns=arrival.reached_ns)
            for channel, arrival in arrivals.items()
        ),
    )


def _unreached(mark: PhaseMark, phase: Phase) -> list[Problem]:
    problems: list[Problem] = []
    for target in mark.targets:
        drive = phase.drives[target.channel]
        rises_to_its_end = drive.ramp_to_end and drive.intensity_end_permille >= drive.intensity_start_permille
        until_ns = mark.end_ns if rises_to_its_end else (mark.start_ns + mark.end_ns) // 2
        allowed_s = (until_ns - mark.start_ns) / SECOND
        if target.reached_ns is not None and target.reached_ns <= until_ns:
            continue
        when = (
            "not at all" if target.reached_ns is None else f"after {(target.reached_ns - mark.start_ns) / SECOND:.1f} s"
        )
        problems.append(
            Problem(
                rule="target reached in time",
                phase=mark.name,
                index=mark.index,
                channel=target.channel,
                asked=f"{units.milliamperes(target.amplitude_ua):.2f} mA reached {when}",
                allowed=f"after at most {allowed_s:.1f} s",
            )
        )
    return problems
