"""What a past session came to, in a row of a list; or why a file cannot be one."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from stimctl.errors import ExitCode
from stimctl.history.header import Header
from stimctl.history.lines import Asked, Line
from stimctl.model.as_json import BadValue
from stimctl.model.scale import Scale

__all__ = ["KILLED", "Fate", "Gathering", "Summary", "Unreadable"]

KILLED = "ended without a word: the program was killed"
_RUNNING = "runs now"
_WORST_PAIN = 10


class Fate(Enum):
    """How a journal ends."""

    ENDED = "ended"
    RUNNING = "running"
    KILLED = "killed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One session. Times in ms, `begun` in local time.

    `person` and `course` are random ids, empty for nobody. `title` and `unit` are empty where the session did not get
    that far; a program that was refused has its title.
    `duration_ms` is how far the plan came, pauses left out, of `planned_ms`. `exit_code` is None unless it ended;
    `reason` always says something. `peak` is the highest that the unit reported by channel, in the session's `scale`:
    milliamperes or levels; empty where the last line does not say it and the file was not read to its whole length.
    `notes` and `pains` (0 to 10) are in the order in which they were said; unless `whole`, only what was said near the
    beginning and the end is among them.
    """

    path: Path
    id: str
    begun: datetime
    title: str
    person: str
    course: str
    unit: str
    simulated: bool
    duration_ms: int
    planned_ms: int
    fate: Fate
    exit_code: int | None
    reason: str
    zero_confirmed: bool
    scale: Scale
    peak: Mapping[int, float]
    notes: tuple[str, ...]
    pains: tuple[int, ...]
    whole: bool

    @property
    def ended(self) -> bool:
        """Whether the session said how it ended."""
        return self.fate is Fate.ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file (or a directory) that is there and cannot be read as a session. `begun` by its name, if that says it."""

    path: Path
    why: str
    begun: datetime | None


class Gathering:
    """A summary in the making: take the tellings in their order, then ask for it."""

    def __init__(self, path: Path, header: Header) -> None:
        self._path, self._header = path, header
        self._title = self._unit = self._person = self._course = ""
        self._simulated = False
        self._scale = Scale.CURRENT
        self._planned_ms = self._ran_ms = 0
        self._peaks_ua: dict[int, int] = {}
        self._notes: list[str] = []
        self._pains: list[int] = []
        self._exit_code: int | None = None
        self._reason = ""
        self._confirmed = False
        self._last_peaks_ua: dict[int, int] = {}

    def take(self, line: Line) -> None:
        """One telling. BadValue, and nothing taken, if it is not what its event should be."""
        match line.event:
            case "unit":
                family, serial_number = line.text("family"), line.text("serial_number")
                self._simulated = line.flag("simulated")
                self._unit = f"{family} {serial_number}"
            case "session":
                title, unit, planned_ms = line.text("title"), line.text("unit"), line.whole("duration_ms")
                self._simulated = line.flag("simulated")
                self._title, self._unit, self._planned_ms = title, unit, planned_ms
                self._scale = _scale_of(line)
            case "started":
                self._planned_ms = line.whole("duration_ms")
            case "sample":
                channel, amplitude_ua = line.channel(), line.amplitude_ua("amplitude_ma", "level")
                # it says 0 while nothing flows, and where it was before counts
                self._ran_ms = line.plan_ms() or self._ran_ms
                self._peaks_ua[channel] = max(amplitude_ua, self._peaks_ua.get(channel, 0))
            case "user":
                self._said(line)
            case "ended":
                code, reason = line.whole("exit_code"), line.text("reason")
                self._last_peaks_ua, self._confirmed = line.by_channel_ua("peak"), line.flag("zero_confirmed")
                self._exit_code, self._reason = code, reason

    def asked(self, asked: Asked) -> None:
        """A program was to be prepared; whether it was is told later, or it was refused."""
        self._title, self._person, self._course = asked.title, asked.person, asked.course

    def summary(self, otherwise: datetime, *, whole: bool, running: bool) -> Summary:
        """What was gathered. `otherwise` is when it began if neither header nor name say it; `running`: it goes on."""
        fate = Fate.ENDED if self._exit_code is not None else Fate.RUNNING if running else Fate.KILLED
        done = self._exit_code == ExitCode.DONE
        peaks_ua = self._last_peaks_ua or (self._peaks_ua if whole else {})
        return Summary(
            path=self._path,
            id=self._header.id,
            begun=self._header.begun or otherwise,
            title=self._title,
            person=self._person,
            course=self._course,
            unit=self._unit,
            simulated=self._simulated,
            # the last report comes a little before the end of what is done
            duration_ms=self._planned_ms if done else min(self._ran_ms, self._planned_ms or self._ran_ms),
            planned_ms=self._planned_ms,
            fate=fate,
            exit_code=self._exit_code,
            reason={Fate.ENDED: self._reason, Fate.RUNNING: _RUNNING, Fate.KILLED: KILLED}[fate],
            zero_confirmed=self._confirmed,
            scale=self._scale,
            peak={channel: peak_ua / 1000 for channel, peak_ua in sorted(peaks_ua.items())},
            notes=tuple(self._notes),
            pains=tuple(self._pains),
            whole=whole,
        )

    def _said(self, line: Line) -> None:
        if not line.has("why"):
            return
        action, why = line.text("action"), line.text("why")
        if action == "note":
            self._notes.append(why)
        elif action == "pain":
            with suppress(ValueError):
                if 0 <= int(why) <= _WORST_PAIN:
                    self._pains.append(int(why))


def _scale_of(line: Line) -> Scale:
    """What a session's numbers are; milliamperes where it does not say, as journals did not at first."""
    if not line.has("scale"):
        return Scale.CURRENT
    try:
        return Scale(line.text("scale"))
    except ValueError as why:
        raise BadValue(str(why)) from None
