"""From a plan, a person's thresholds and limits to a timeline of segments. Pure; the engine does it again itself.

Rule 1: what a phase asks is sampled at the joints of its pieces and clipped as it will be clipped live.
Rule 2: ground is what the clip let through, counted 2 s after it will be delivered: telemetry is slower than a plan.
Rule 3: before a border the amplitude falls in a straight line to half, or to what the next phase's pulses may carry.
Rule 4: a target must be reached in its phase's first half; a ramp to the end has until its end.
Rule 5: a plan over a limit is refused, never lowered.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain

from stimctl import units
from stimctl.clock import SECOND
from stimctl.model.limits import Limits
from stimctl.model.plan import Phase, Plan
from stimctl.model.segment import Segment, rate_class
from stimctl.model.thresholds import Thresholds
from stimctl.program.asked import Asked, ask_of, highest_ua
from stimctl.program.bounds import over_the_limits
from stimctl.program.clip import Clip
from stimctl.program.compiled import Compiled, PhaseMark, Problem, Target
from stimctl.program.pieces import PhasePieces, Piece, cut_plan
from stimctl.safety.ground import Ground

__all__ = ["compile_plan"]

GROUND_LATE_NS = 2 * SECOND
# A swell's top falls between two joints and a drift gives up a microsecond's worth at each of its own: within a
# hundredth of the target nobody feels the rest.
_REACHED_PERMILLE = 990


def compile_plan(plan: Plan, thresholds: Mapping[int, Thresholds], limits: Limits, interphase_us: int = 0) -> Compiled:
    """The timeline of `plan` for the person whose `thresholds` these are, per channel; see `Compiled`.

    Never raises for what a plan or a person asks: that is in `problems`. With any of them the plan must not run; where
    it is over a limit there is no timeline either.
    """
    stretches = cut_plan(plan)
    refused = over_the_limits(plan, thresholds, limits)
    if refused:
        return _compiled(stretches, (), (), refused)
    runs: dict[Thresholds, _Run] = {}
    for channel in plan.channels:
        of = thresholds[channel]
        if of not in runs:
            runs[of] = _run(channel, stretches, of, limits, interphase_us)
    tracks = [_on_channel(channel, runs[thresholds[channel]].segments) for channel in plan.channels]
    marks = tuple(
        _mark(index, stretch, stretch.phase, {channel: runs[thresholds[channel]] for channel in plan.channels})
        for index, stretch in enumerate(stretches)
        if stretch.phase is not None
    )
    problems = tuple(chain.from_iterable(_unreached(mark, plan.phases[mark.index]) for mark in marks))
    return _compiled(stretches, tuple(chain.from_iterable(zip(*tracks, strict=True))), marks, problems)


@dataclass(frozen=True, slots=True)
class _Arrival:
    """How one channel fares in one phase."""

    target_ua: int
    settled_ns: int
    reached_ns: int | None


@dataclass(frozen=True, slots=True)
class _Run:
    """One channel from beginning to end."""

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
        self.segments: list[Segment] = []

    @property
    def end_ua(self) -> int:
        return self._clip.end_ua

    def ground_ua(self, phase_duration_us: int, pulse_period_us: int) -> int:
        return self._clip.ground_ua(phase_duration_us, pulse_period_us)

    def add(self, piece: Piece, start_ua: int, end_ua: int) -> None:
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
        )
        fitted = self._clip.fit(ask, piece.ahead_phase_us, piece.ahead_period_us)
        self._coming.append(fitted)
        self.segments.append(fitted)

    def _feel(self, segment: Segment) -> None:
        surely_ua = min(segment.amplitude_start_ua, segment.amplitude_end_ua)
        charge_nc = units.charge_per_phase_nc(surely_ua, segment.phase_duration_us)
        self._ground.felt(charge_nc, rate_class(segment.pulse_period_us), segment.end_ns - segment.start_ns)


def _run(
    channel: int, stretches: tuple[PhasePieces, ...], thresholds: Thresholds, limits: Limits, interphase_us: int
) -> _Run:
    track = _Channel(channel, limits, interphase_us)
    arrivals: list[_Arrival] = []
    for stretch in stretches:
        if stretch.phase is None:
            _fall(track, stretch.pieces, 0)
            continue
        asked = ask_of(stretch.phase, track.end_ua, thresholds, limits, stretch.dip_ns - stretch.start_ns)
        target_ua = highest_ua(stretch.phase, thresholds)
        already = track.end_ua * 1000 >= target_ua * _REACHED_PERMILLE
        first = len(track.segments)
        _ramp(track, stretch, asked)
        reached_ns = stretch.start_ns if already else _reached_ns(track.segments[first:], target_ua)
        arrivals.append(_Arrival(target_ua, stretch.start_ns + asked.settled_ns, reached_ns))
    return _Run(tuple(track.segments), tuple(arrivals))


def _ramp(track: _Channel, stretch: PhasePieces, asked: Asked) -> None:
    before = [piece for piece in stretch.pieces if piece.start_ns < stretch.dip_ns]
    end_ua = asked.at(0)
    for piece in before:
        start_ua, end_ua = end_ua, asked.at(piece.end_ns - stretch.start_ns)
        track.add(piece, start_ua, end_ua)
    dip = stretch.pieces[len(before) :]
    if dip:
        half_ua, last = track.end_ua // 2, dip[-1]
        grows = last.ahead_phase_us > last.phase_duration_us
        _fall(
            track, dip, min(half_ua, track.ground_ua(last.ahead_phase_us, last.ahead_period_us)) if grows else half_ua
        )


def _fall(track: _Channel, pieces: tuple[Piece, ...], to_ua: int) -> None:
    """A straight line from what there is."""
    from_ua, start_ns, lasts_ns = track.end_ua, pieces[0].start_ns, pieces[-1].end_ns - pieces[0].start_ns
    start_ua = from_ua
    for piece in pieces:
        end_ua = from_ua + (to_ua - from_ua) * (piece.end_ns - start_ns) // lasts_ns
        track.add(piece, start_ua, end_ua)
        start_ua = end_ua


def _reached_ns(segments: list[Segment], target_ua: int) -> int | None:
    enough_ua = -(-target_ua * _REACHED_PERMILLE // 1000)
    return next((segment.end_ns for segment in segments if segment.amplitude_end_ua >= enough_ua), None)


def _on_channel(channel: int, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    if segments[0].channel == channel:
        return segments
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
        )
        for segment in segments
    )


def _mark(index: int, stretch: PhasePieces, phase: Phase, runs: Mapping[int, _Run]) -> PhaseMark:
    arrivals = {channel: run.arrivals[index] for channel, run in runs.items()}
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
    rises_to_its_end = phase.ramp_to_end and phase.intensity_end_permille >= phase.intensity_start_permille
    until_ns = mark.end_ns if rises_to_its_end else (mark.start_ns + mark.end_ns) // 2
    allowed_s = (until_ns - mark.start_ns) / SECOND
    problems: list[Problem] = []
    for target in mark.targets:
        if target.reached_ns is not None and target.reached_ns <= until_ns:
            continue
        when = (
            "not at all" if target.reached_ns is None else f"after {(target.reached_ns - mark.start_ns) / SECOND:.1f} s"
        )
        problems.append(
            Problem(
                rule="target reached in time",
                phase=mark.name,
                channel=target.channel,
                asked=f"{units.milliamperes(target.amplitude_ua):.2f} mA reached {when}",
                allowed=f"after at most {allowed_s:.1f} s",
            )
        )
    return problems


def _compiled(
    stretches: tuple[PhasePieces, ...],
    segments: tuple[Segment, ...],
    marks: tuple[PhaseMark, ...],
    problems: tuple[Problem, ...],
) -> Compiled:
    closing = stretches[-1]
    return Compiled(
        segments=segments, marks=marks, problems=problems, closing_start_ns=closing.start_ns, end_ns=closing.end_ns
    )
