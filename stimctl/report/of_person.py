"""One person's records and journals as the report's page."""

from datetime import date, datetime
from pathlib import Path

from stimctl import __version__
from stimctl.care.course import Course as Stands
from stimctl.care.next_session import NotNow, course_of, today
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.records import CalibratedLevels, CalibratedMa, Exported, FollowedUp, Ran, Scored
from stimctl.care.screening import NOTHING_IN_THE_WAY, screened
from stimctl.history.index import session_on
from stimctl.history.replay import Story, open_session
from stimctl.model.scale import Scale
from stimctl.new_file import free_name, write_new
from stimctl.report.course_rows import words_of
from stimctl.report.figures import Line, over_days, over_time
from stimctl.report.page import Course, Day, Page, Session, Threshold, page

__all__ = ["write_report"]

_WORST = 10.0
_DASHES = ("", "6 4", "2 3", "8 3 2 3")


def write_report(book: People, one: Person, now: datetime, path: Path | None = None) -> Path:
    """Write it to `path`, unless given NAME-report-DAY.html in the working directory; that it is there is kept with
    the person, so that deleting them deletes it. ConfigError for a file that is there already or cannot be written.
    """
    path = path or free_name(Path(f"{_file_name(one.name)}-report-{today(now)}.html"))
    write_new(path, page(_page(one, now)))
    book.add(one, Exported(at=stamp(now), path=str(path.absolute())))
    return path


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name) or "person"


def _page(one: Person, now: datetime) -> Page:
    found = course_of(one, now)
    stands = None if isinstance(found, NotNow) else found
    ran = [record for record in one.records if isinstance(record, Ran)]
    scored = {record.session: record for record in one.records if isinstance(record, Scored)}
    stories = {record.session: _story(record) for record in ran}
    verdict = screened(one.answered, one.approvals, now)
    return Page(
        name=one.name,
        made_up=one.made_up,
        made_on=f"{today(now):%d %B %Y}",
        version=__version__,
        approvals=tuple(f"{yes.by}, {yes.on}{_covers(yes.covers)}" for yes in one.approvals),
        screening=verdict.sentences or (NOTHING_IN_THE_WAY,),
        course=_course(stands) if stands is not None else None,
        pain_figure=_pain(stands) if stands is not None and stands.pains else "",
        dose_figure=_dose(ran, stories),
        sessions=[_session(record, scored.get(record.session), stories[record.session]) for record in ran],
        days=[
            Day(on=record.on, pain=record.pain, said=words_of(record))
            for record in one.records
            if isinstance(record, FollowedUp)
        ],
        thresholds=_thresholds(one),
        pads=f"{one.pads.pad_mm2 / 100:g} cm², {one.pads.placement}" if one.pads is not None else "",
    )


def _covers(questions: tuple[str, ...]) -> str:
    return f", also for questions {', '.join(questions)}" if questions else ""


def _story(ran: Ran) -> Story | None:
    path = session_on(ran.session, date.fromisoformat(ran.on))
    story = open_session(path) if path is not None else None
    return story if isinstance(story, Story) else None


def _course(stands: Stands) -> Course:
    opened = stands.opened
    change = f"Pain {stands.change:+d} since the beginning." if stands.change is not None else ""
    return Course(
        injury=f"{opened.injury.value.capitalize()}, pain {opened.pain} at first",
        began_on=opened.began_on,
        opened_on=opened.opened_on,
        standing=stands.standing.value.capitalize(),
        why=stands.why,
        done=f"{stands.done} of {stands.plan.sessions} sessions",
        change=change,
        lines=tuple((line.said, line.source) for line in stands.plan.lines),
    )


def _pain(stands: Stands) -> str:
    first, last = stands.pains[0].on, stands.pains[-1].on
    kinds = {
        "before": ("before a session", "4 3", "open"),
        "after": ("after it", "", "circle"),
        "day": ("other days", "1 4", "square"),
    }
    lines = []
    for what, (said, dash, mark) in kinds.items():
        points = tuple((float((pain.on - first).days), float(pain.score)) for pain in stands.pains if pain.what == what)
        if points:
            lines.append(Line(said, points, dash, mark))
    return over_days(lines, first, last, _WORST, "NRS")


def _dose(ran: list[Ran], stories: dict[str, Story | None]) -> str:
    if not ran:
        return ""
    first = date.fromisoformat(ran[0].on)
    at = [float((date.fromisoformat(record.on) - first).days) for record in ran]
    planned = tuple(zip(at, (record.minutes for record in ran), strict=True))
    done = tuple(
        (day_at, story.summary.duration_ms / 60_000)
        for day_at, record in zip(at, ran, strict=True)
        if (story := stories[record.session]) is not None
    )
    most = max(5.0, *(minutes for _, minutes in (*planned, *done)))
    lines = [Line("planned", planned, "4 3", "open"), Line("run", done)]
    return over_days(lines, first, date.fromisoformat(ran[-1].on), most, "min")


def _session(ran: Ran, scored: Scored | None, story: Story | None) -> Session:
    summary = story.summary if story is not None else None
    peaks = [summary.scale.said(round(peak * 1000)) for peak in summary.peak.values()] if summary is not None else []
    return Session(
        on=ran.on,
        program=summary.title if summary is not None and summary.title else ran.program,
        unit=f"{'simulated ' if summary.simulated else ''}{summary.unit}"
        if summary is not None
        else "no journal of it",
        minutes=f"{summary.duration_ms / 60_000:.1f}" if summary is not None else "",
        # channels that got the same are said once
        peak=", ".join(dict.fromkeys(peaks)),
        before=str(scored.before) if scored is not None else "not scored",
        after=str(scored.after) if scored is not None else "",
        comfort=str(scored.comfort) if scored is not None and scored.comfort is not None else "",
        skin=scored.skin.value if scored is not None else "",
        said=words_of(scored) if scored is not None else "",
        ended=summary.reason if summary is not None else "its journal is gone",
        figure=_delivered(story) if story is not None and story.tracks else "",
        notes=summary.notes if summary is not None else (),
    )


def _delivered(story: Story) -> str:
    unit = "mA" if story.summary.scale is Scale.CURRENT else "level"
    lines, most = [], 1.0
    for number, (channel, track) in enumerate(story.tracks.items()):
        planned = tuple((at_ms / 60_000, ua / 1000) for at_ms, ua in track.planned)
        delivered = tuple((at_ms / 60_000, ua / 1000) for at_ms, ua in track.delivered)
        lines += [
            Line(f"planned on {channel}", planned, behind=True),
            Line(f"delivered on {channel}", delivered, _DASHES[number % len(_DASHES)]),
        ]
        most = max([most, *(value for _, value in (*planned, *delivered))])
    return over_time(lines, story.ends_ms / 60_000, most, unit)


def _thresholds(one: Person) -> list[Threshold]:
    found = []
    for record in one.records:
        if isinstance(record, CalibratedMa):
            span = f"{record.sensory_ua / 1000:g} to {record.comfort_ua / 1000:g} mA"
        elif isinstance(record, CalibratedLevels):
            span = f"level {record.sensory_level} to {record.comfort_level}"
        else:
            continue
        pulses = f"{record.at_phase_us} µs, {1e6 / record.at_period_us:g} Hz"
        unit = f"{'a simulated unit' if record.simulated else 'a real unit'} {record.unit}".strip()
        on = record.at[:10]
        found.append(Threshold(on=on, channel=record.channel, span=span, pulses=pulses, unit=unit))
    return found
