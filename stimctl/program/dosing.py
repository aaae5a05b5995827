"""A program made shorter, longer or gentler for one session of a course: the same phases, other times.

Rule 1: what is too long is taken from the deep phases first, down to two minutes each, then from the others alike. The
        first phase and the last keep their time, every other twice its ramp: its target has to be reached in half.
Rule 2: what is too short is added to the deep phases, or to the longest where there is none.
Rule 3: without the deep phase the phase before it comes again in its place.
Rule 4: more of the range goes to the end of the deep phases only: where one begins stays where it was, so that no jump
        is made.
"""

from dataclasses import replace

from stimctl.model.plan import Depth, OnlyIf, Phase, Plan

__all__ = ["dosed"]

_LEAST_DEEP_MS = 120_000
_LEAST_MS = 60_000
_MOST_PERMILLE = 1_000
_WORST_PAIN = 10


def dosed(plan: Plan, *, minutes: float, deep: bool = True, deep_permille: int = 0) -> Plan:
    """`plan` in about so many minutes, and no more. ValueError for a time in which not even its ramps fit."""
    phases = list(plan.phases)
    if not deep:
        phases = [_without_depth(phase, index) for index, phase in enumerate(phases)]
    wanted_ms = int(minutes * 60_000)
    lasts = _fitted(phases, wanted_ms)
    if sum(lasts) > wanted_ms:
        raise ValueError(f"{plan.title} takes {sum(lasts) / 60_000:.1f} min at least, {minutes:g} were asked for")
    dosed_phases = tuple(
        replace(_further(phase, deep_permille if deep else 0), lasts_ms=lasts_ms)
        for phase, lasts_ms in zip(phases, lasts, strict=True)
    )
    pain = plan.pain_at_rest if deep else _WORST_PAIN
    return replace(plan, phases=dosed_phases, pain_at_rest=pain)


def _without_depth(phase: Phase, index: int) -> Phase:
    if phase.depth is not Depth.DEEP or index == 0:
        return phase
    instead = phase.only_if.else_repeat if phase.only_if is not None else index - 1
    return replace(phase, only_if=OnlyIf(pain_at_rest_at_most=0, else_repeat=instead))


def _fitted(phases: list[Phase], wanted_ms: int) -> list[int]:
    lasts = [phase.lasts_ms for phase in phases]
    deep = [index for index, phase in enumerate(phases) if phase.depth is Depth.DEEP]
    if sum(lasts) <= wanted_ms:
        longer = deep or [max(range(len(lasts)), key=lambda index: lasts[index])]
        for index in longer:
            lasts[index] += (wanted_ms - sum(phase.lasts_ms for phase in phases)) // len(longer)
        return lasts
    between = range(1, len(phases) - 1)
    _take(lasts, {index: _least_ms(phases[index]) for index in deep if index in between}, wanted_ms)
    _take(lasts, {index: _least_ms(phases[index]) for index in between}, wanted_ms)
    return lasts


def _take(lasts: list[int], least: dict[int, int], wanted_ms: int) -> None:
    """Down to `wanted_ms` in all, from each in proportion to what it can spare."""
    spare = {index: max(0, lasts[index] - least_ms) for index, least_ms in least.items()}
    over_ms, most_ms = sum(lasts) - wanted_ms, sum(spare.values())
    if over_ms <= 0 or most_ms == 0:
        return
    for index, spare_ms in spare.items():
        # rounded up: no longer than asked
        lasts[index] -= min(spare_ms, -(-over_ms * spare_ms // most_ms))


def _least_ms(phase: Phase) -> int:
    least_ms = _LEAST_DEEP_MS if phase.depth is Depth.DEEP else _LEAST_MS
    return min(phase.lasts_ms, max(least_ms, 2 * max(drive.ramp_ms for drive in phase.drives.values())))


def _further(phase: Phase, permille: int) -> Phase:
    if phase.depth is not Depth.DEEP or not permille:
        return phase
    drives = {
        channel: replace(drive, intensity_end_permille=min(_MOST_PERMILLE, drive.intensity_end_permille + permille))
        for channel, drive in phase.drives.items()
    }
    return replace(phase, drives=drives)
