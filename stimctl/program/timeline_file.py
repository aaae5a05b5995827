"""The timeline as JSON lines: what `check --timeline` writes and `compare` reads. Text in and out, no files.

Rule 1: the first line says what it is and for whom it was compiled; each other line is one segment.
Rule 2: a segment that is left out is silence. A rest is left out.
Rule 3: reading is strict: a line that is not exactly a segment is an error with its number.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from stimctl.clock import US
from stimctl.errors import ConfigError
from stimctl.model.levels import Levels
from stimctl.model.limits import Limits
from stimctl.model.plan import Plan
from stimctl.model.scale import LEVEL, LEVELS, Scale
from stimctl.model.segment import Segment
from stimctl.model.thresholds import Felt, Found
from stimctl.program.compiled import Compiled

__all__ = ["FORMAT", "VERSION", "Timeline", "TimelineRecord", "parse_timeline", "timeline_lines"]

FORMAT = "stimctl.timeline"
VERSION = 1


@dataclass(frozen=True, slots=True)
class TimelineRecord:
    """One segment of the plan; times are microseconds from plan zero."""

    start_us: int
    end_us: int
    channel: int
    amplitude_start_ua: int
    amplitude_end_ua: int
    phase_duration_us: int
    pulse_period_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A whole timeline. `records` of one channel do not overlap and are in order."""

    program: str
    sha256: str
    duration_us: int
    records: tuple[TimelineRecord, ...]


_KEYS = tuple(TimelineRecord.__dataclass_fields__)


def timeline_lines(plan: Plan, compiled: Compiled, thresholds: Mapping[int, Felt], limits: Limits) -> Iterator[str]:
    """The lines of a timeline file, without line ends."""
    yield json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "program": plan.title,
            "sha256": plan.sha256,
            "duration_us": compiled.end_ns // US,
            "channels": list(plan.channels),
            "pain_at_rest": plan.pain_at_rest,
            "limits": asdict(limits),
            "thresholds": {str(channel): _of_person(thresholds[channel]) for channel in plan.channels},
        },
        ensure_ascii=False,
    )
    levels = thresholds[plan.channels[0]].scale is Scale.LEVEL
    for segment in compiled.segments:
        if not segment.is_rest:
            yield json.dumps(
                {
                    "start_us": segment.start_ns // US,
                    "end_us": segment.end_ns // US,
                    "channel": segment.channel,
                    **(_levels(segment) if levels else _amplitudes(segment)),
                    "phase_duration_us": segment.phase_duration_us,
                    "pulse_period_us": segment.pulse_period_us,
                }
            )


def _of_person(felt: Felt) -> dict[str, object]:
    assert isinstance(felt, Found | Levels)
    return asdict(felt)


def _amplitudes(segment: Segment) -> dict[str, int]:
    return {"amplitude_start_ua": segment.amplitude_start_ua, "amplitude_end_ua": segment.amplitude_end_ua}


def _levels(segment: Segment) -> dict[str, float]:
    """Permille of all levels, as a delivered file of such a unit has them."""
    whole = LEVEL * LEVELS // 1000
    return {
        "level_start_permille": segment.amplitude_start_ua / whole,
        "level_end_permille": segment.amplitude_end_ua / whole,
    }


def parse_timeline(lines: Iterable[str], source: str) -> Timeline:
    """The timeline in `lines`. ConfigError naming `source` and the line where it is not one."""
    numbered = enumerate(lines, start=1)
    header = _header(next(numbered, (1, ""))[1], source)
    records: list[TimelineRecord] = []
    ends_us: dict[int, int] = {}
    for number, line in numbered:
        if not line.strip():
            continue
        record = _record(line, f"{source}:{number}")
        if record.start_us < ends_us.get(record.channel, 0):
            raise ConfigError(
                f"{source}:{number}: start_us is {record.start_us}, allowed from {ends_us[record.channel]} on, "
                f"where the segment before it on channel {record.channel} ends"
            )
        ends_us[record.channel] = record.end_us
        records.append(record)
    program, sha256, duration_us = header.get("program"), header.get("sha256"), header.get("duration_us")
    if not (isinstance(program, str) and isinstance(sha256, str) and type(duration_us) is int):
        raise ConfigError(f"{source}:1: the header needs program, sha256 and duration_us")
    return Timeline(program=program, sha256=sha256, duration_us=duration_us, records=tuple(records))


def _header(line: str, source: str) -> dict[str, object]:
    header = _object(line, f"{source}:1")
    if header.get("format") != FORMAT:
        raise ConfigError(f"{source}:1: format is {header.get('format')!r}, allowed {FORMAT!r}: not a timeline file")
    if header.get("version") != VERSION:
        raise ConfigError(f"{source}:1: version is {header.get('version')!r}, this stimctl reads {VERSION}")
    return header


def _record(line: str, where: str) -> TimelineRecord:
    said = _object(line, where)
    if said.keys() != set(_KEYS):
        odd = sorted(said.keys() ^ set(_KEYS))
        raise ConfigError(f"{where}: {', '.join(odd)} missing or unknown; a segment has {', '.join(_KEYS)}")
    values: dict[str, int] = {}
    for key in _KEYS:
        value = said[key]
        if type(value) is not int or value < 0:
            raise ConfigError(f"{where}: {key} is {value!r}, allowed: a whole number, 0 or more")
        values[key] = value
    record = TimelineRecord(**values)
    if record.end_us <= record.start_us or not record.channel or not record.pulse_period_us:
        raise ConfigError(f"{where}: needs end_us after start_us, a channel from 1 and a pulse_period_us above 0")
    return record


def _object(line: str, where: str) -> dict[str, object]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise ConfigError(f"{where}: not JSON: {line[:60]!r}") from None
    if not isinstance(said, dict):
        raise ConfigError(f"{where}: found {line[:60]!r}, allowed: a JSON object")
    return said
