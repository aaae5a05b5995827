"""What a program will do with one person, worked out before any unit is asked: plan, table, or why not.

Rule 1: the same preparation as the engine's, which does it again itself.
"""

from dataclasses import dataclass

from stimctl.clock import MS
from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, Preparation, Unfit
from stimctl.model.capabilities import Capabilities
from stimctl.model.scale import Scale, read
from stimctl.program.dials import DialSetting
from stimctl.program.output import PhaseOutput, output_of
from stimctl.tui.phase_strip import PhaseSpan
from stimctl.tui.words import clock

__all__ = ["Preview", "preview_of", "table_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`plan` are points (ms, µA) by channel; `refused` is a sentence, and then the rest is empty.

    On a unit that is driven in `scale` LEVEL they are thousandths of a level, and `peaks` levels; else milliamperes.
    `dials` is what a person sets on it.
    """

    title: str
    plan: dict[int, list[tuple[int, int]]]
    lasts_ms: int
    limit_ua: int
    phases: tuple[PhaseSpan, ...] = ()
    rows: tuple[PhaseOutput, ...] = ()
    peaks: dict[int, float]
    refused: str = ""
    scale: Scale = Scale.CURRENT
    dials: tuple[DialSetting, ...] = ()

    @property
    def unit(self) -> str:
        """What amplitudes are in, for the heading of a plot."""
        return "level" if self.scale is Scale.LEVEL else "mA"


def preview_of(asked: Prepare, unit: Capabilities = ANY_UNIT) -> Preview:
    """Takes up to a second or two of computing: not for the UI's own loop."""
    try:
        preparation = Preparation(asked, unit)
        while not preparation.step():
            pass
    except Unfit as why:
        return Preview(title=asked.plan.title, plan={}, lasts_ms=0, limit_ua=0, peaks={}, refused=str(why))
    compiled, limits = preparation.ready.compiled, preparation.ready.terms.limits
    plan: dict[int, list[tuple[int, int]]] = {channel: [] for channel in asked.plan.channels}
    peaks: dict[int, int] = dict.fromkeys(asked.plan.channels, 0)
    for segment in compiled.segments:
        points = plan[segment.channel]
        for at_ns, ua in ((segment.start_ns, segment.amplitude_start_ua), (segment.end_ns, segment.amplitude_end_ua)):
            if not points or points[-1] != (at_ns // MS, ua):
                points.append((at_ns // MS, ua))
        peaks[segment.channel] = max(peaks[segment.channel], segment.top_ua)
    return Preview(
        title=asked.plan.title,
        plan=plan,
        lasts_ms=compiled.end_ns // MS,
        limit_ua=limits.amplitude_ua,
        phases=tuple(
            PhaseSpan(mark.name, mark.depth.value, mark.start_ns // MS, mark.end_ns // MS) for mark in compiled.marks
        ),
        rows=output_of(compiled, asked.pads_mm2),
        peaks={channel: read(ua) for channel, ua in peaks.items()},
        scale=unit.scale,
        dials=preparation.ready.dials,
    )


def table_of(preview: Preview) -> list[str]:
    """The output table, a line a phase: peak, charge a phase, longest phase, highest rate, and when it is reached.

    Where channels differ, of the one that gets most.
    """
    if preview.scale is Scale.LEVEL:
        return _table_in_levels(preview)
    lines = [f"{'phase':<12}{'time':>6}{'mA':>6}{'µC':>5}{'µs':>5}{'Hz':>5}{'there':>6}"]
    for index, phase in enumerate(preview.phases):
        own = [row for row in preview.rows if row.phase == index]
        most = max(own, key=lambda row: row.peak_ua)
        there = "never" if most.reached_ns is None else clock(most.reached_ns // MS - phase.start_ms)
        lines.append(
            f"{phase.name[:11]:<12}{clock(phase.end_ms - phase.start_ms):>6}{most.peak_ua / 1000:>6.1f}"
            f"{most.charge_nc / 1000:>5.1f}{most.longest_us:>5}{1e6 / most.shortest_period_us:>5.0f}{there:>6}"
        )
    return lines


def _table_in_levels(preview: Preview) -> list[str]:
    """Without charge, which nobody knows; a mark where a person sets the dials before the phase."""
    lines = [f"{'phase':<12}{'time':>6}{'level':>6}{'µs':>5}{'Hz':>5}{'there':>6}"]
    by_hand = {setting.phase for setting in preview.dials}
    for index, phase in enumerate(preview.phases):
        most = max((row for row in preview.rows if row.phase == index), key=lambda row: row.peak_ua)
        there = "never" if most.reached_ns is None else clock(most.reached_ns // MS - phase.start_ms)
        lines.append(
            f"{phase.name[:11]:<12}{clock(phase.end_ms - phase.start_ms):>6}{most.peak_ua // 1000:>6}"
            f"{most.longest_us:>5}{1e6 / most.shortest_period_us:>5.0f}{there:>6}{' set' if index in by_hand else ''}"
        )
    return [*lines, "set: its dials are set by hand before it"]
