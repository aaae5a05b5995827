"""What a unit that is driven in levels makes of a program: for people, and as JSON.

Rule 1: what is set by hand, made flat, or not reached is said; nothing here pretends to know a current.
"""

from dataclasses import dataclass

from stimctl.cli.tables import aligned
from stimctl.clock import SECOND
from stimctl.engine.preparing import Ready
from stimctl.model.as_json import plain
from stimctl.model.capabilities import Capabilities
from stimctl.model.scale import LEVEL, read
from stimctl.program.compiled import PhaseMark

__all__ = ["level_json", "level_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One channel in one phase: whole levels as they are sent, and the setting of the dials."""

    phase: str
    channel: int
    target_level: float
    highest_level: int
    reached_s: float | None
    rate_hz: float
    phase_duration_us: int


def level_lines(ready: Ready, unit: Capabilities) -> list[str]:
    """The table, and what has to be known of it."""
    figures = f"{'target':>8}{'highest':>9}{'dials: Hz':>11}{'µs':>5}"
    table = [("in levels of 100", "ch", figures)]
    for row in _rows(ready):
        short = "" if row.reached_s is not None else "  not reached: levels go up in single steps"
        table.append(
            (
                row.phase,
                str(row.channel),
                f"{row.target_level:>8.1f}{row.highest_level:>9}{row.rate_hz:>11g}{row.phase_duration_us:>5}{short}",
            )
        )
    slots = unit.slot_ms * len(ready.terms.thresholds)
    limits = ready.terms.limits
    return [
        *aligned(table),
        "",
        f"on a unit of the family {unit.family}, by what that says (nothing was opened):",
        f"  a command to each channel every {slots} ms; up by one level at most, and {_slope(ready)} levels a second",
        f"  if the host is lost, output ends within {limits.release_ms} ms",
        *(f"  set by hand before {one.name}: {one}" for one in ready.dials),
        *(f"  not checked: {line}" for line in ready.unchecked),
    ]


def level_json(ready: Ready, unit: Capabilities) -> dict[str, object]:
    """The same."""
    return {
        "family": unit.family,
        "scale": unit.scale.value,
        "slot_ms": unit.slot_ms * len(ready.terms.thresholds),
        "levels_per_s": read(ready.terms.limits.rise_ua_per_s),
        "release_ms": unit.release_ms,
        "phases": [plain(row) for row in _rows(ready)],
        "dials": [plain(setting) for setting in ready.dials],
        "unchecked": list(ready.unchecked),
    }


def _slope(ready: Ready) -> str:
    return f"{read(ready.terms.limits.rise_ua_per_s):g}"


def _rows(ready: Ready) -> list[_Row]:
    return [_row(ready, mark, channel) for mark in ready.compiled.marks for channel in ready.terms.thresholds]


def _row(ready: Ready, mark: PhaseMark, channel: int) -> _Row:
    own = [
        one for one in ready.compiled.segments if one.channel == channel and mark.start_ns <= one.start_ns < mark.end_ns
    ]
    target = next(one for one in mark.targets if one.channel == channel)
    return _Row(
        phase=mark.name,
        channel=channel,
        target_level=read(target.amplitude_ua),
        highest_level=max(one.top_ua for one in own) // LEVEL,
        reached_s=None if target.reached_ns is None else (target.reached_ns - mark.start_ns) / SECOND,
        rate_hz=round(1e6 / own[0].pulse_period_us, 2),
        phase_duration_us=own[0].phase_duration_us,
    )
