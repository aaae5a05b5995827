"""Calibrations on disk, dated: `<data>/thresholds.jsonl`, a line each, added at the end and never changed.

Rule 1: what was found on a simulated unit is never offered for a real one, nor the other way round.
Rule 2: a line that cannot be read is left out, with a note, and never guessed at; a book of a newer version is refused
whole, and not written to.
Rule 3: the newest is the last in the book, whatever the computer's clock said when it was written.
It names nobody.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stimctl.care.finding import Finding
from stimctl.care.settings import Setting
from stimctl.errors import ConfigError
from stimctl.model.as_json import BadValue, from_json, json_line, plain
from stimctl.model.segment import rate_class
from stimctl.model.thresholds import Found
from stimctl.places import data_dir, private_directory

__all__ = ["Book", "Entry", "ThresholdBook"]

_VERSION = 1
# What any unit and any profile allow; what cannot have been found was not.
_MOST_UA = 100_000
_PHASES_US = (30, 400)
_PERIODS_US = (6_666, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One channel's complete calibration. `at` is UTC, `unit` a serial number."""

    at: str
    channel: int
    phase_duration_us: int
    pulse_period_us: int
    sensory_ua: int
    motor_ua: int | None
    comfort_ua: int
    unit: str
    simulated: bool

    @classmethod
    def of(cls, finding: Finding, channel: int, *, at: datetime, unit: str, simulated: bool) -> "Entry":
        """What was found; ValueError while it is not complete, or for a time without a zone."""
        if at.tzinfo is None:
            raise ValueError("a time without a zone is no time")
        found = finding.found
        return cls(
            at=at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            channel=channel,
            phase_duration_us=found.at_phase_us,
            pulse_period_us=found.at_period_us,
            sensory_ua=found.sensory_ua,
            motor_ua=finding.motor_ua,
            comfort_ua=found.comfort_ua,
            unit=unit,
            simulated=simulated,
        )

    @property
    def when(self) -> datetime:
        """`at` as a time."""
        return datetime.fromisoformat(self.at)

    @property
    def found(self) -> Found:
        """For a session."""
        return Found(
            sensory_ua=self.sensory_ua,
            comfort_ua=self.comfort_ua,
            at_phase_us=self.phase_duration_us,
            at_period_us=self.pulse_period_us,
        )

    def serves(self, setting: Setting) -> bool:
        """Whether it says what is asked: the same phase duration and rate class, found at this rate or a higher one."""
        return (
            self.phase_duration_us == setting.phase_duration_us
            and rate_class(self.pulse_period_us) == setting.rate_class
            and self.pulse_period_us <= setting.pulse_period_us
        )


@dataclass(frozen=True, slots=True)
class Book:
    """All that could be read, oldest first, and a note for each line that could not."""

    entries: tuple[Entry, ...]
    notes: tuple[str, ...]

    def last_good(self, channel: int, setting: Setting, *, simulated: bool) -> Entry | None:
        """The newest calibration of a channel at a setting, on the same kind of unit; None if there is none."""
        return next(
            (
                entry
                for entry in reversed(self.entries)
                if entry.channel == channel and entry.simulated is simulated and entry.serves(setting)
            ),
            None,
        )


class ThresholdBook:
    """The file. Constructing touches nothing."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or data_dir() / "thresholds.jsonl"

    def read(self) -> Book:
        """What is in it; an empty book where there is no file. ConfigError for a newer version or a locked file."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return Book((), ())
        except OSError as why:
            raise ConfigError(f"{self.path} cannot be read: {why.strerror}") from None
        entries, notes = [], []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                entries.append(self._entry(line, number))
            except BadValue as why:
                torn = "was cut off" if number == len(lines) else f"cannot be read ({why})"
                notes.append(f"{self.path}, line {number} {torn}; it is left out")
        return Book(tuple(entries), tuple(notes))

    def add(self, entries: Sequence[Entry]) -> None:
        """Write them at the end, and to the disk. ConfigError where that cannot be, or for a newer book."""
        self.read()
        text = "".join(json_line({"version": _VERSION, **plain(entry)}) + "\n" for entry in entries).encode()
        try:
            private_directory(self.path.parent)
            descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                size = os.fstat(descriptor).st_size
                if size:
                    os.lseek(descriptor, size - 1, os.SEEK_SET)
                    torn = os.read(descriptor, 1) != b"\n"
                    text = b"\n" + text if torn else text
                if os.write(descriptor, text) != len(text):
                    raise ConfigError(f"{self.path} cannot be written in full; free some disk space")
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as why:
            raise ConfigError(f"{self.path} cannot be written: {why.strerror}") from None

    def _entry(self, line: bytes, number: int) -> Entry:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            raise BadValue("not a line of JSON") from None
        version = found.pop("version", None) if isinstance(found, dict) else None
        if type(version) is int and version > _VERSION:
            raise ConfigError(
                f"{self.path}, line {number}: version {version}, of a newer stimctl; this one reads version {_VERSION}"
            )
        if type(version) is not int or version != _VERSION:
            raise BadValue("no version")
        entry = from_json(Entry, found)
        why = _impossible(entry)
        if why is not None:
            raise BadValue(why)
        return entry


def _impossible(entry: Entry) -> str | None:
    """Why nobody can have found this, or None."""
    try:
        dated = entry.when.tzinfo is not None
    except ValueError:
        dated = False
    if not dated:
        return f"{entry.at!r} is no time with a zone"
    marks = [ua for ua in (entry.sensory_ua, entry.motor_ua, entry.comfort_ua) if ua is not None]
    if marks != sorted(set(marks)) or marks[0] <= 0 or marks[-1] > _MOST_UA:
        return f"{', '.join(f'{ua / 1000:g}' for ua in marks)} mA do not rise from above 0 to {_MOST_UA // 1000} mA"
    in_range = (
        _PHASES_US[0] <= entry.phase_duration_us <= _PHASES_US[1]
        and _PERIODS_US[0] <= entry.pulse_period_us <= _PERIODS_US[1]
    )
    if entry.channel < 1 or not in_range:
        return f"channel {entry.channel}, {entry.phase_duration_us} µs, a period of {entry.pulse_period_us} µs"
    return None
