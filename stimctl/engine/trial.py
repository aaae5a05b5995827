"""A trial: one plan on a simulated unit and a simulated body, in virtual time, and what is to be known afterwards.

What was delivered is what the simulated skin got; what was felt is a model's answer and predicts nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stimctl.clock import US
from stimctl.engine.messages import Gap, Prepare, Sample
from stimctl.engine.simulation import Simulated, run_through
from stimctl.links.sim import VirtualUnit
from stimctl.model.limits import PROFILES
from stimctl.program.approach import Approach, approaches
from stimctl.program.compare import Comparison, compare
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled
from stimctl.program.delivered_file import parse_delivered
from stimctl.program.timeline_file import parse_timeline, timeline_lines

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
    """`comparison` is None where the plan never began."""

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
    simulated = run_through(family, unit.wire, prepare)
    unit.close(simulated.over_ns)
    limits = PROFILES[prepare.profile]
    compiled = compile_plan(prepare.plan, prepare.thresholds, limits)
    delivered = tuple(unit.delivered_lines())
    felt = sorted((one for channel in prepare.plan.channels for one in unit.felt(channel)), key=lambda one: one.t_us)
    return Trial(
        simulated=simulated,
        phases=_phases(compiled, unit, prepare.plan.channels, simulated.plan_ns),
        comparison=_comparison(prepare, compiled, delivered) if simulated.plan_ns is not None else None,
        approaches=approaches(felt, limits, prepare.thresholds, prepare.pads_mm2),
        gaps=tuple(telling for telling in simulated.tellings if isinstance(telling, Gap)),
        warnings=tuple(telling for telling in simulated.tellings if isinstance(telling, Sample)),
        delivered=delivered,
    )


def _comparison(prepare: Prepare, compiled: Compiled, delivered: Sequence[str]) -> Comparison:
    lines = timeline_lines(prepare.plan, compiled, prepare.thresholds, PROFILES[prepare.profile])
    record = parse_delivered("".join(f"{line}\n" for line in delivered).encode(), "delivered")
    return compare(parse_timeline(lines, "timeline"), record)


def _phases(
    compiled: Compiled, unit: VirtualUnit, channels: Sequence[int], plan_ns: int | None
) -> tuple[PhaseFelt, ...]:
    if plan_ns is None:
        return ()
    rows: list[PhaseFelt] = []
    for mark in compiled.marks:
        span_us = ((plan_ns + mark.start_ns) // US, (plan_ns + mark.end_ns) // US)
        rows.extend(_phase(mark.index, mark.name, channel, unit, span_us) for channel in channels)
    return tuple(rows)


def _phase(index: int, name: str, channel: int, unit: VirtualUnit, span_us: tuple[int, int]) -> PhaseFelt:
    from_us, to_us = span_us
    records = unit.felt(channel)
    own = [one for one in records if from_us <= one.t_us < to_us]
    counted = [one.pulses for one in records if one.t_us < to_us]
    before = [one.pulses for one in records if one.t_us < from_us]
    samples = [one for one in unit.body.samples(channel) if from_us < one.t_us <= to_us]
    feels = [one.feel for one in samples if one.feel > 0]
    loads = [one.load_ohm for one in samples if one.load_ohm is not None]
    return PhaseFelt(
        phase=index,
        name=name,
        channel=channel,
        peak_ua=max((one.amplitude_ua for one in own), default=0),
        pulses=(counted[-1] if counted else 0) - (before[-1] if before else 0),
        felt_s=round(len(feels) * _SAMPLE_S, 1),
        feel_peak=round(max(feels, default=0.0), 3),
        feel_mean=round(sum(feels) / len(feels), 3) if feels else 0.0,
        over_comfort_s=round(sum(feel > 1 for feel in feels) * _SAMPLE_S, 1),
        contraction_peak=round(max((one.contraction for one in samples), default=0.0), 3),
        strength_left=round(samples[-1].strength_left, 3) if samples else 1.0,
        load_least_ohm=min(loads, default=None),
        load_most_ohm=max(loads, default=None),
    )
