"""A course in rows, one a session: what was planned and run, and how it was. For terminal, screen and page alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from stimctl.care.person import Person
from stimctl.care.records import CalibratedLevels, CalibratedMa, FollowedUp, Ran, Record, Scored, Skin
from stimctl.history.index import session_on, summary_of
from stimctl.history.summary import Summary

__all__ = ["HEADING", "CourseRow", "course_rows", "row_words", "table", "words_of"]

# Fits beside a list on a screen of 80 columns.
HEADING = f"{'day':<6} {'what':<6} {'min/of':<9} {'most':<8} {'range':<5} {'pain':<6} {'next':>4} {'nice':>4}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """A session; `said` is what goes and what does not, in their words.

    `run_min` and `most` (what was reported at most, with its unit) are of its journal; None and empty where that is
    gone. `next_day` is the pain on the day after. Scores are 0 to 10, None while nobody has said them. `comfort_ends`
    is where the range ended at that time by channel, in mA or levels; empty where nothing was found.
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
    said: str
    comfort_ends: Mapping[int, float]


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
    ends = "/".join(dict.fromkeys(f"{end:g}" for end in row.comfort_ends.values())) or "-"
    pain = f"{row.before} to {row.after}" if row.before is not None and row.after is not None else "-"
    next_day, comfort = ("-" if score is None else str(score) for score in (row.next_day, row.comfort))
    done = f"{f'{run}/{row.planned_min:.1f}':<9} {row.most or '-':<8} {ends:<5.5}"
    return f"{row.on:%d %b} {row.program:<6.6} {done} {pain:<6} {next_day:>4} {comfort:>4}"


def table(rows: Iterable[CourseRow]) -> list[str]:
    """The heading, a line a session, and below it what was said of them; nothing for no session."""
    listed = list(rows)
    said = [f'{row.on:%d %b} "{row.said}"' for row in listed if row.said]
    return [HEADING, *map(row_words, listed), *said] if listed else []


def words_of(one: Scored | FollowedUp) -> str:
    """What goes and what does not, and how far the fingertips were from the floor; empty where neither was said."""
    measured = f"fingertips {one.fingertip_cm} cm from the floor" if one.fingertip_cm is not None else ""
    return "; ".join(part for part in (one.function, measured) if part)


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
        said=words_of(scored) if scored is not None else "",
        comfort_ends=_ends(one for one in records if one.at <= ran.at),
    )


def _ends(records: Iterable[Record]) -> dict[int, float]:
    ends: dict[int, float] = {}
    for record in records:
        if isinstance(record, CalibratedMa):
            ends[record.channel] = record.comfort_ua / 1000
        elif isinstance(record, CalibratedLevels):
            ends[record.channel] = float(record.comfort_level)
    return dict(sorted(ends.items()))
