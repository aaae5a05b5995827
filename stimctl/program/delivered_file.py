"""A delivered file, as the simulator writes it, for reading. Text in, no files.

Rule 1: the writer may have been killed: a last line that is cut off is left out, and said.
Rule 2: anything else that is not a record is an error with its line; keys that are not needed are passed over.
"""

import json
from dataclasses import dataclass

from stimctl.errors import ConfigError

__all__ = ["Delivered", "DeliveredRecord", "parse_delivered"]

FORMAT = "stimctl.delivered"
VERSION = 1
_KEYS = ("t_us", "channel", "amplitude_ua", "pulses")


@dataclass(frozen=True, slots=True)
class DeliveredRecord:
    """What one channel had given by `t_us`: the peak of its last pulse, and how many pulses above zero there were."""

    t_us: int
    channel: int
    amplitude_ua: int
    pulses: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A whole file, in the order of time. `torn`: its last line was cut off. `end`: how it ended, None if unsaid."""

    model: str
    records: tuple[DeliveredRecord, ...]
    torn: bool
    end: str | None


def parse_delivered(content: bytes, source: str) -> Delivered:
    """The records in `content`. ConfigError naming `source` and the line where it is not a delivered file."""
    *lines, rest = content.split(b"\n")
    torn = _object(rest) is None if rest.strip() else False
    if rest.strip() and not torn:
        lines.append(rest)
    header = _object(lines[0]) if lines else None
    if header is None or header.get("format") != FORMAT:
        raise ConfigError(f"{source}:1: not a delivered file; its first line says format {FORMAT!r}")
    if header.get("version") != VERSION:
        raise ConfigError(f"{source}:1: version is {header.get('version')!r}, this stimctl reads {VERSION}")
    records: list[DeliveredRecord] = []
    end: str | None = None
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        where = f"{source}:{number}"
        said = _object(line)
        if said is None:
            raise ConfigError(f"{where}: found {line[:60]!r}, allowed: a JSON object")
        if end is not None:
            raise ConfigError(f"{where}: a record after the end")
        if "end" in said:
            end = str(said["end"])
        else:
            records.append(_record(said, where))
    records.sort(key=lambda record: record.t_us)
    _check_counts(records, source)
    return Delivered(model=str(header.get("model", "")), records=tuple(records), torn=torn, end=end)


def _record(said: dict[str, object], where: str) -> DeliveredRecord:
    if "level_permille" in said and "amplitude_ua" not in said:
        raise ConfigError(f"{where}: a unit without a calibrated output: levels cannot be compared with microamperes")
    values: list[int] = []
    for key in _KEYS:
        value = said.get(key)
        if type(value) is not int or value < 0:
            raise ConfigError(f"{where}: {key} is {value!r}, allowed: a whole number, 0 or more")
        values.append(value)
    return DeliveredRecord(*values)


def _check_counts(records: list[DeliveredRecord], source: str) -> None:
    pulses: dict[int, int] = {}
    for record in records:
        before = pulses.get(record.channel, 0)
        if record.pulses < before:
            raise ConfigError(
                f"{source}: pulses on channel {record.channel} go back from {before} to {record.pulses} "
                f"at t_us {record.t_us}; they only count up"
            )
        pulses[record.channel] = record.pulses


def _object(line: bytes) -> dict[str, object] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
