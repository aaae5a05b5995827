"""A trial: one plan on a simulated unit and a simulated body, in virtual time, and what is to be known afterwards.

What was delivered is what the simulated skin got; what was felt is a model's answer and predicts nobody.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stimctl.clock import US
from stimctl.engine.messages import Gap, Prepare, Sample
from stimctl.engine.simulation import Simulated, run_through
from stimctl.links.sim import Felt, VirtualUnit
from stimctl.model.limits import PROFILES
from stimctl.program.approach import Approach, approaches
from stimctl.program.compare import Comparison, compare
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled
from stimctl.program.delivered_file import Delivered, parse_delivered
from stimctl.program.timeline_file import Timeline, TimelineRecord, parse_timeline, timeline_lines

__all__ = ["PhaseFelt", "Trial", "try_out"]

_SAMPLE_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseFelt:
    """One channel in one phase, as the skin got it and as the body's model took it.

    `felt_s`: time in which something was felt; `feel` 1 is the comfortable maximum; `over_comfort_s`: time above it;
    `contraction` 1 is the whole muscle; `strength_left`: what fatigue left. Loads are None where none flowed.
    """

    phase: int
    name: str
    channel: int
    peak_ua: int
    pulses: int
    felt_s: float
    feel_peak: float
    feel_mean: float
    over_comfort_s: float
    contraction_peak: float
    strength_left: float
    load_least_ohm: int | None
    load_most_ohm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """`phases` are those that began. `comparison` is that of the whole plan; of a session that was cut short, of the
    plan up to there; None where it never began.
    """

    simulated: Simulated
    phases: tuple[PhaseFelt, ...]
    comparison: Comparison | None
    approaches: tuple[Approach, ...]
    gaps: tuple[Gap, ...]
    warnings: tuple[Sample, ...]
    delivered: tuple[str, ...]


def try_out(prepare: Prepare, *, family: str, seed: int, body: str, faults: str | None = None) -> Trial:
    """Run the whole session of `prepare`. ValueError for a body that there is not; ConfigError for a bad fault plan."""
    unit = VirtualUnit(
        family,
        seed=seed,
        body=body,
        thresholds=prepare.thresholds,
        pad_mm2=min(prepare.pads_mm2.values()),
        faults=faults,
    )
    simulated = run_through(family, unit.wire, prepare, unit.troubles)
    unit.close(simulated.over_ns)
    limits = PROFILES[prepare.profile]
    delivered = tuple(unit.delivered_lines())
    phases: tuple[PhaseFelt, ...] = ()
    comparison = None
    if simulated.plan_ns is not None:
        compiled = compile_plan(prepare.plan, prepare.thresholds, limits)
        phases = _phases(compiled, unit, prepare.plan.channels, simulated.plan_ns, simulated.over_ns)
        comparison = _comparison(prepare, compiled, delivered, simulated)
    felt = sorted((one for channel in prepare.plan.channels for one in unit.felt(channel)), key=lambda one: one.t_us)
    return Trial(
        simulated=simulated,
        phases=phases,
        comparison=comparison,
        approaches=approaches(felt, limits, prepare.thresholds, prepare.pads_mm2),
        gaps=tuple(telling for telling in simulated.tellings if isinstance(telling, Gap)),
        warnings=tuple(telling for telling in simulated.tellings if isinstance(telling, Sample)),
        delivered=delivered,
    )


def _comparison(prepare: Prepare, compiled: Compiled, delivered: Sequence[str], simulated: Simulated) -> Comparison:
    lines = timeline_lines(prepare.plan, compiled, prepare.thresholds, PROFILES[prepare.profile])
    timeline = parse_timeline(lines, "timeline")
    record = parse_delivered("".join(f"{line}\n" for line in delivered).encode(), "delivered")
    if simulated.ended.exit_code and simulated.plan_ns is not None:
        timeline = _cut_short(timeline, record, simulated.plan_ns // US)
    return compare(timeline, record)


def _cut_short(timeline: Timeline, record: Delivered, plan_us: int) -> Timeline:
    """The plan up to where each channel's output ended: what was never begun is no deviation, and moves no shift."""
    ends_us = {one.channel: one.t_us - plan_us for one in record.records}
    kept = (one for one in timeline.records if one.start_us < ends_us.get(one.channel, 0))
    return replace(timeline, records=tuple(_ending_by(one, ends_us[one.channel]) for one in kept))


def _ending_by(one: TimelineRecord, end_us: int) -> TimelineRecord:
    if one.end_us <= end_us:
        return one
    rise_ua = one.amplitude_end_ua - one.amplitude_start_ua
    at_end_ua = one.amplitude_start_ua + rise_ua * (end_us - one.start_us) // (one.end_us - one.start_us)
    return replace(one, end_us=end_us, amplitude_end_ua=at_end_ua)


def _phases(
    compiled: Compiled, unit: VirtualUnit, channels: Sequence[int], plan_ns: int, over_ns: int
) -> tuple[PhaseFelt, ...]:
    rows: list[PhaseFelt] = []
    for mark in compiled.marks:
        if plan_ns + mark.start_ns >= over_ns:
            break
        span_us = ((plan_ns + mark.start_ns) // US, (plan_ns + mark.end_ns) // US)
        rows.extend(_phase(mark.index, mark.name, channel, unit, span_us) for channel in channels)
    return tuple(rows)


def _phase(index: int, name: str, channel: int, unit: VirtualUnit, span_us: tuple[int, int]) -> PhaseFelt:
    from_us, to_us = span_us
    records = unit.felt(channel)
    own = [one for one in records if from_us <= one.t_us < to_us]
    samples = [one for one in unit.body.samples(channel) if from_us < one.t_us <= to_us]
    feels = [one.feel for one in samples if one.feel > 0]
    loads = [one.load_ohm for one in samples if one.load_ohm is not None]
    return PhaseFelt(
        phase=index,
        name=name,
        channel=channel,
        peak_ua=max((one.amplitude_ua for one in own), default=0),
        pulses=_pulses_by(records, to_us) - _pulses_by(records, from_us),
        felt_s=round(len(feels) * _SAMPLE_S, 1),
        feel_peak=round(max(feels, default=0.0), 3),
        feel_mean=round(sum(feels) / len(feels), 3) if feels else 0.0,
        over_comfort_s=round(sum(feel > 1 for feel in feels) * _SAMPLE_S, 1),
        contraction_peak=round(max((one.contraction for one in samples), default=0.0), 3),
        strength_left=round(samples[-1].strength_left, 3) if samples else 1.0,
        load_least_ohm=min(loads, default=None),
        load_most_ohm=max(loads, default=None),
    )


def _pulses_by(records: Sequence[Felt], at_us: int) -> int:
    """How many there had been: a record counts up to its own time, and its pulses go on until the next one."""
    index = bisect_left(records, at_us, key=lambda one: one.t_us)
    if not index:
        return 0
    last = records[index - 1]
    if not last.amplitude_ua or index == len(records):
        return last.pulses
    since = (at_us - 1 - last.t_us) // last.pulse_period_us
    return min(last.pulses + since, records[index].pulses)
