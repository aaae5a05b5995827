"""One past session as a story: what was delivered beside what was planned, phases, pauses, and a log.

Rule 1: times are session time: ms since the start was told, before it below 0. Current flowed at these times, and the
log has them too; time of the plan stands still in a pause and would put what happened then in one place.
Rule 2: a pause at zero is a hole: `pauses` says from when to when, and no series has a point in it.
Rule 3: read line by line in bounded memory, whatever the file is. Bad lines are counted, and nothing is raised.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from stimctl.history.header import read_header, time_in_name
from stimctl.history.index import changed_at, open_regular, reason_of
from stimctl.history.lines import Line, asked_on, object_of, read_line
from stimctl.history.running import running_id
from stimctl.history.sentences import Kind, sentence
from stimctl.history.series import Point, Series
from stimctl.history.summary import Gathering, Summary, Unreadable
from stimctl.model.as_json import BadValue

__all__ = ["Entry", "Pause", "PhaseSpan", "Story", "Track", "open_session"]

# Longer than what a front end may say in one go (1 MB), escaped.
_LONGEST_LINE = 1 << 22
# Of a log that is longer, the first and the last so many; a real one has some dozens.
_MOST_ENTRIES = 2_000
# A warning comes with every report, with other numbers in it each time: after so long without, it is a new one.
_QUIET_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log."""

    t_ms: int
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """A phase that began at `t_ms`; `lasts_ms` by the plan, without pauses."""

    t_ms: int
    name: str
    depth: str
    lasts_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """At zero from here to there, until somebody resumed or the session ended."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One channel as (ms, µA), or in levels (ms, thousandths of a level): what the unit reported, and what was planned
    when the report came, a Down counted in.

    A report is of the last pulse before it: on a ramp it is a little behind the plan.
    """

    delivered: tuple[Point, ...]
    planned: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A session, whole. See the module for its times.

    `ends_ms` is the time of the last telling. `bad_lines` could not be read; `torn`: the last line was cut off, which
    is not counted among them; `left_out` entries from the middle of the log are not in it.
    """

    summary: Summary
    ends_ms: int
    tracks: Mapping[int, Track]
    phases: tuple[PhaseSpan, ...]
    pauses: tuple[Pause, ...]
    log: tuple[Entry, ...]
    left_out: int
    bad_lines: int
    torn: bool

    def of(self, kind: Kind) -> tuple[Entry, ...]:
        """The entries of one kind: warnings, gaps, faults."""
        return tuple(entry for entry in self.log if entry.kind is kind)


def open_session(path: Path) -> Story | Unreadable:
    """The story in a journal, or why there is none."""
    try:
        with open_regular(path) as file:
            return _read(file, path)
    except OSError as why:
        return Unreadable(path=path, why=reason_of(why), begun=time_in_name(path))


def _read(file: BinaryIO, path: Path) -> Story | Unreadable:
    first = file.readline(_LONGEST_LINE)
    header = read_header(first.removesuffix(b"\n"), path, torn=not first.endswith(b"\n"))
    if isinstance(header, str):
        return Unreadable(path=path, why=header, begun=time_in_name(path))
    telling = _Telling()
    gathering = Gathering(path, header)
    bad_lines, torn = 0, False
    for line, whole in _lines(file):
        if not line.strip():
            continue
        if not whole and object_of(line) is None:
            torn = True
            continue
        try:
            said = read_line(line)
            if said is not None:
                gathering.take(said)
                telling.take(said)
            elif asked := asked_on(line):
                gathering.asked(asked)
        except BadValue:
            bad_lines += 1
    summary = gathering.summary(changed_at(file), whole=True, running=header.id == running_id())
    return telling.story(summary, bad_lines=bad_lines, torn=torn)


def _lines(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Lines without their ends, and whether they had one. Of one that is too long there is its beginning."""
    while line := file.readline(_LONGEST_LINE):
        whole = line.endswith(b"\n")
        rest = line
        while not whole and len(rest) == _LONGEST_LINE:
            rest = file.readline(_LONGEST_LINE)
            whole = rest.endswith(b"\n")
        yield line.removesuffix(b"\n"), whole


class _Telling:
    """A story in the making. Times are the engine's until the end, when the start is known."""

    def __init__(self) -> None:
        self._start_ms: int | None = None
        self._now_ms = 0
        self._series: dict[int, tuple[Series, Series]] = {}
        self._phases: list[PhaseSpan] = []
        self._pauses: list[Pause] = []
        self._paused_ms: int | None = None
        self._first: list[Entry] = []
        self._last: deque[Entry] = deque(maxlen=_MOST_ENTRIES)
        self._entries = 0
        self._warned_ms: dict[int, int] = {}

    def take(self, line: Line) -> None:
        """One telling; BadValue for a damaged one, of which nothing is kept."""
        said = sentence(line)
        # what a front end adds for an engine that died has no time of its own
        self._now_ms = max(self._now_ms, line.t_ms)
        match line.event:
            case "started":
                self._start_ms = self._now_ms
            case "phase":
                self._begin_phase(line)
            case "sample":
                self._sample(line)
            case "user":
                self._pause_or_resume(line.text("action"))
        if said is not None:
            self._note(*said)

    def story(self, summary: Summary, *, bad_lines: int, torn: bool) -> Story:
        """What was taken, in session time."""
        self._resume()
        start_ms = self._start_ms or 0
        entries = (*self._first, *self._last)
        return Story(
            summary=summary,
            ends_ms=self._now_ms - start_ms,
            tracks={
                channel: Track(delivered=_since(start_ms, delivered), planned=_since(start_ms, planned))
                for channel, (delivered, planned) in sorted(self._series.items())
            },
            phases=tuple(replace(phase, t_ms=phase.t_ms - start_ms) for phase in self._phases),
            pauses=tuple(Pause(from_ms=p.from_ms - start_ms, to_ms=p.to_ms - start_ms) for p in self._pauses),
            log=tuple(replace(entry, t_ms=entry.t_ms - start_ms) for entry in entries),
            left_out=self._entries - len(entries),
            bad_lines=bad_lines,
            torn=torn,
        )

    def _begin_phase(self, line: Line) -> None:
        if len(self._phases) < _MOST_ENTRIES:
            name, depth, lasts_ms = line.text("name"), line.text("depth"), line.whole("lasts_ms")
            self._phases.append(PhaseSpan(t_ms=self._now_ms, name=name, depth=depth, lasts_ms=lasts_ms))

    def _sample(self, line: Line) -> None:
        channel, plan_ms = line.channel(), line.plan_ms()
        delivered_ua = line.amplitude_ua("amplitude_ma", "level")
        planned_ua = line.amplitude_ua("planned_ma", "planned_level")
        if line.has("warning"):
            self._warn(channel, line.text("warning"))
        if self._start_ms is None and plan_ms:
            # the line that told the start is damaged: the plan began so long ago
            self._start_ms = max(0, self._now_ms - plan_ms)
        if self._start_ms is None or self._paused_ms is not None:
            return
        delivered, planned = self._series.setdefault(channel, (Series(), Series()))
        delivered.add(self._now_ms, delivered_ua)
        planned.add(self._now_ms, planned_ua)

    def _warn(self, channel: int, text: str) -> None:
        before_ms = self._warned_ms.get(channel)
        if before_ms is None or self._now_ms - before_ms > _QUIET_MS:
            self._note(Kind.WARNING, text)
        self._warned_ms[channel] = self._now_ms

    def _pause_or_resume(self, action: str) -> None:
        if action == "paused" and self._paused_ms is None and self._start_ms is not None:
            self._paused_ms = self._now_ms
        elif action == "resumed":
            self._resume()

    def _resume(self) -> None:
        if self._paused_ms is not None and len(self._pauses) < _MOST_ENTRIES:
            self._pauses.append(Pause(from_ms=self._paused_ms, to_ms=self._now_ms))
        self._paused_ms = None

    def _note(self, kind: Kind, text: str) -> None:
        entry = Entry(t_ms=self._now_ms, kind=kind, text=text)
        self._entries += 1
        if len(self._first) < _MOST_ENTRIES:
            self._first.append(entry)
        else:
            self._last.append(entry)


def _since(start_ms: int, series: Series) -> tuple[Point, ...]:
    return tuple((at_ms - start_ms, value_ua) for at_ms, value_ua in series.points)
