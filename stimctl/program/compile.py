"""From a plan, a person's thresholds and limits to a timeline of segments. Pure; the engine does it again itself.

Rule 1: channels that are asked for the same, by people who feel the same, are laid once.
Rule 2: a target must be reached in its phase's first half; a ramp to the end has until its end. Levels, which go up
in single steps, are reached as far as they can be, and the marks say how far.
Rule 3: a plan over a limit is refused, never lowered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter

from stimctl import units
from stimctl.clock import SECOND
from stimctl.model.limits import Limits
from stimctl.model.plan import Drive, Phase, Plan
from stimctl.model.scale import Scale
from stimctl.model.segment import Segment
from stimctl.model.thresholds import Felt
from stimctl.program.asked import ask_of, highest_ua
from stimctl.program.bounds import over_the_limits
from stimctl.program.compiled import Compiled, PhaseMark, Problem, Target
from stimctl.program.laying import lay_closing, lay_phase
from stimctl.program.pieces import PhasePieces, cut_channel
from stimctl.program.track import Track

__all__ = ["compile_plan"]

# A swell's top falls between two joints and a drift gives up a microsecond's worth at each of its own: within a
# hundredth of the target nobody feels the rest.
_REACHED_PERMILLE = 990


def compile_plan(plan: Plan, thresholds: Mapping[int, Felt], limits: Limits, interphase_us: int = 0) -> Compiled:
    """The timeline of `plan` for the person whose `thresholds` these are, per channel; see `Compiled`.

    Never raises for what a plan or a person asks: that is in `problems`. With any of them the plan must not run; where
    it is over a limit there is no timeline either.
    """
    phases = plan.to_run()
    refused = over_the_limits(plan, thresholds, limits)
    if refused:
        return Compiled(segments=(), marks=(), problems=refused, closing_start_ns=0, end_ns=0)
    holds = [plan.contracts(phase) for phase in phases]
    runs: dict[tuple[Felt, tuple[Drive, ...]], _Run] = {}
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
        problems=tuple(
            chain.from_iterable(
                _unreached(mark, phases[mark.index])
                for mark in marks
                if thresholds[plan.channels[0]].scale is Scale.CURRENT
            )
        ),
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


def _run(
    channel: int,
    stretches: tuple[PhasePieces, ...],
    holds: list[bool],
    thresholds: Felt,
    limits: Limits,
    interphase_us: int,
) -> _Run:
    targets_ua = [highest_ua(stretch.drive, thresholds) for stretch in stretches if stretch.drive is not None]
    # as high as the plan will surely reach: a target counts as reached within a hundredth
    track = Track(channel, limits, interphase_us, max(targets_ua) * _REACHED_PERMILLE // 1000)
    arrivals: list[_Arrival] = []
    drive = None
    for stretch, contraction in zip(stretches, [*holds, False], strict=True):
        if stretch.drive is None:
            lay_closing(track, stretch, from_silence=drive is not None and drive.envelope.begins_at_zero)
            continue
        drive = stretch.drive
        target_ua = highest_ua(drive, thresholds)
        asked = ask_of(drive, track.end_ua, thresholds, limits, stretch.dip_ns - stretch.start_ns)
        already = track.end_ua * 1000 >= target_ua * _REACHED_PERMILLE
        first = len(track.segments)
        lay_phase(track, stretch, drive, asked, contraction=contraction)
        reached_ns = stretch.start_ns if already else _reached_ns(track.segments[first:], target_ua)
        arrivals.append(_Arrival(target_ua, stretch.start_ns + asked.settled_ns, reached_ns))
    return _Run(stretches, tuple(track.segments), tuple(arrivals))


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
    # a stable sort: of those that start together, channels keep their order
    return tuple(sorted(chain.from_iterable(tracks), key=attrgetter("start_ns")))


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
