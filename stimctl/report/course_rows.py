"""A course in rows, one a session: what was planned and run, and how it was. For terminal, screen and page alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from stimctl.care.person import Person
from stimctl.care.records import CalibratedLevels, CalibratedMa, FollowedUp, Ran, Record, Scored, Skin
from stimctl.history.index import session_on, summary_of
from stimctl.history.summary import Summary

__all__ = ["HEADING", "CourseRow", "course_rows", "row_words"]

HEADING = f"{'day':<10}  {'program':<8} {'min':>5} {'of':>5}  {'at most':<9} {'pain':<8} {'next':>4} {'comfort':>7}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """A session. `run_min` and `most` (what was reported at most, with its unit) are of its journal, None and empty
    where that is gone. `next_day` is the pain on the day after. Scores are 0 to 10, None while nobody has said them.
    `comfort_ends` is where the range ended at that time, in words by channel; empty where nothing was found.
    """

    on: date
    number: int
    program: str
    planned_min: float
    run_min: float | None
    most: str
    before: int | None
    after: int | None
    next_day: int | None
    comfort: int | None
    skin: Skin | None
    comfort_ends: str


def course_rows(one: Person) -> tuple[CourseRow, ...]:
    """Every session of this person, oldest first; reads the ends of their journals."""
    scored = {record.session: record for record in one.records if isinstance(record, Scored)}
    days: dict[str, int] = {}
    for record in one.records:
        if isinstance(record, FollowedUp):
            days[record.on] = record.pain
        elif isinstance(record, Scored):
            days.setdefault(record.on, record.before)
    return tuple(
        _row(record, scored.get(record.session), days, one.records) for record in one.records if isinstance(record, Ran)
    )


def row_words(row: CourseRow) -> str:
    """A row under HEADING."""
    run = f"{row.run_min:.1f}" if row.run_min is not None else "-"
    pain = f"{row.before} to {row.after}" if row.before is not None and row.after is not None else "not said"
    next_day, comfort = ("-" if score is None else str(score) for score in (row.next_day, row.comfort))
    said = f"{row.on}  {row.program:<8.8} {run:>5} {row.planned_min:>5.1f}  {row.most or '-':<9} {pain:<8}"
    return f"{said} {next_day:>4} {comfort:>7}"


def _row(ran: Ran, scored: Scored | None, days: Mapping[str, int], records: Iterable[Record]) -> CourseRow:
    on = date.fromisoformat(ran.on)
    path = session_on(ran.session, on)
    summary = summary_of(path) if path is not None else None
    peaks = summary.peak.values() if isinstance(summary, Summary) else ()
    return CourseRow(
        on=on,
        number=ran.number,
        program=ran.program,
        planned_min=ran.minutes,
        run_min=summary.duration_ms / 60_000 if isinstance(summary, Summary) else None,
        most=summary.scale.said(round(max(peaks) * 1000)) if isinstance(summary, Summary) and peaks else "",
        before=scored.before if scored is not None else None,
        after=scored.after if scored is not None else None,
        next_day=days.get((on + timedelta(days=1)).isoformat()),
        comfort=scored.comfort if scored is not None else None,
        skin=scored.skin if scored is not None else None,
        comfort_ends=_ends(one for one in records if one.at <= ran.at),
    )


def _ends(records: Iterable[Record]) -> str:
    ends: dict[int, str] = {}
    for record in records:
        if isinstance(record, CalibratedMa):
            ends[record.channel] = f"{record.comfort_ua / 1000:g} mA"
        elif isinstance(record, CalibratedLevels):
            ends[record.channel] = f"level {record.comfort_level}"
    return ", ".join(f"{channel}: {end}" for channel, end in sorted(ends.items()))
