"""`stimctl course`: a series of sessions for one person: planned, looked at, scored, closed."""

import secrets
import sys
from datetime import date, datetime, timedelta

import click

from stimctl.care.course import Course
from stimctl.care.next_session import day_to_ask
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.planner import CoursePlan, NoCourse, planned
from stimctl.care.records import CourseClosed, CourseOpened, FollowedUp, Injury, Scored, Skin
from stimctl.cli.dates import DAY, day, now, now_stamp
from stimctl.cli.for_person import course_of
from stimctl.cli.talk import talk
from stimctl.cli.words import NOT_A_MEDICAL_DEVICE
from stimctl.errors import ConfigError, ExitCode, SafetyRefusal
from stimctl.model.as_json import json_line, plain
from stimctl.report.course_rows import course_rows, table
from stimctl.report.pain_chart import pain_chart

__all__ = ["course", "course_lines"]

_SCORE = click.IntRange(0, 10)
_SKIN = {"fine": Skin.FINE, "red": Skin.RED_FADING, "stays": Skin.RED_STAYS, "sore": Skin.SORE}
_WIDE = 76


@click.group()
def course() -> None:
    """A series of sessions. Its doses are proposals of this project; no trial stands behind them."""


@course.command()
@click.option("--person", "name", required=True, metavar="NAME", help="Who it is for.")
@click.option("--injury", required=True, type=click.Choice([one.value for one in Injury]), help="What it came from.")
@click.option("--pain", required=True, type=_SCORE, help="How strong it is now.")
@click.option("--days-since", required=True, type=click.IntRange(0), help="Days since it began.")
@click.option("--per-week", type=int, help="Fewer sessions a week than the plan has.")
@click.option("--weeks", type=int, help="Fewer weeks.")
@click.option("--most-minutes", type=int, help="Shorter sessions.")
@click.option("--profile", type=click.Choice(["consumer", "clinical"]), default="consumer", show_default=True)
@click.option("--open", "opens", is_flag=True, help="Begin it; without this it is only shown.")
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON on stdout.")
def plan(
    name: str,
    injury: str,
    pain: int,
    days_since: int,
    per_week: int | None,
    weeks: int | None,
    most_minutes: int | None,
    profile: str,
    opens: bool,
    as_json: bool,
) -> None:
    """What a course would be, line by line with where each comes from. Exit code 5: there is none; see a doctor."""
    book = People()
    one, today = book.called(name), day()
    if days_since > 3_650:
        raise ConfigError(f"--days-since {days_since}: allowed are 0 to 3650")
    asked = CourseOpened(
        at=now_stamp(),
        id=secrets.token_hex(8),
        injury=Injury(injury),
        pain=pain,
        began_on=(today - timedelta(days=days_since)).isoformat(),
        opened_on=today.isoformat(),
        clinical=profile == "clinical",
        per_week=per_week,
        weeks=weeks,
        most_minutes=most_minutes,
    )
    found = planned(asked)
    if isinstance(found, NoCourse):
        raise SafetyRefusal(f"{found.why} ({found.source})")
    if as_json:
        sys.stdout.write(json_line(_plan_json(found)) + "\n")
    else:
        talk(f"{NOT_A_MEDICAL_DEVICE}\n")
        for line in found.lines:
            sys.stdout.write(f"{line.said}\n    {line.source}\n")
    if not opens:
        talk("Nothing was begun; --open begins it.\n")
        return
    before = course_of(one)
    if before is not None and before.bars_another:
        said = f"{one.name}: {before.bars_another} stimctl course close {one.name} ends it"
        raise SafetyRefusal(said) if before.held_up else ConfigError(said)
    book.add(one, asked)
    talk(f"{one.name}'s course has begun. Next: stimctl run --person {one.name} --device …\n")


@course.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def show(name: str, as_json: bool) -> None:
    """How the course of NAME goes: sessions, pain, and why it waits, is paused or was stopped."""
    one, stands = _course_of(name)
    if as_json:
        sys.stdout.write(json_line(_course_json(one, stands)) + "\n")
        return
    sys.stdout.write("".join(course_lines(one, now())))


@course.command("next")
@click.argument("name")
def next_(name: str) -> None:
    """The next session of NAME's course, and from which day on. Exit code 5: none, and why."""
    one, stands = _course_of(name)
    if stands.next is None:
        raise SafetyRefusal(f"{stands.standing.value}: {stands.why}")
    step = stands.next
    minutes = f"{step.minutes:g} min"
    deep = "" if step.deep else ", without the deep phase"
    further = f", its deep phase {step.deep_permille / 10:g} % of the range further" if step.deep_permille else ""
    choice = f", or instead {', '.join(step.choice)}" if step.choice else ""
    sys.stdout.write(f"session {step.number}: {step.program}, {minutes}{deep}{further}{choice}\n")
    sys.stdout.write(f"{stands.why}\n" if stands.why else f"stimctl run --person {one.name} --device …\n")


@course.command()
@click.argument("name")
@click.option("--before", required=True, type=_SCORE, help="Pain before the session.")
@click.option("--after", required=True, type=_SCORE, help="Pain after it.")
@click.option("--comfort", type=_SCORE, help="How comfortable it was.")
@click.option("--skin", type=click.Choice(list(_SKIN)), default="fine", show_default=True, help="Under the pads.")
@click.option("--fingertip-cm", type=click.IntRange(0, 100), help="From the fingertips to the floor.")
@click.option("--function", default="", metavar="TEXT", help="One sentence: what goes, and what does not.")
@click.option("--unwell", is_flag=True, help="Dizzy, a headache, or unpleasant even at the lowest level.")
def score(
    name: str,
    before: int,
    after: int,
    comfort: int | None,
    skin: str,
    fingertip_cm: int | None,
    function: str,
    unwell: bool,
) -> None:
    """How the last session of NAME was."""
    book = People()
    one = book.called(name)
    ran = one.unscored
    if ran is None:
        raise ConfigError(f"{one.name} has no session that is not scored yet; stimctl course day is for other days")
    one = book.add(
        one,
        Scored(
            at=now_stamp(),
            session=ran.session,
            on=ran.on,
            before=before,
            after=after,
            course=ran.course,
            comfort=comfort,
            skin=_SKIN[skin],
            fingertip_cm=fingertip_cm,
            function=function.strip(),
            unwell=unwell,
        ),
    )
    _say_where_it_stands(one)


@course.command("day")
@click.argument("name")
@click.option("--pain", required=True, type=_SCORE, help="How strong it is.")
@click.option("--on", metavar=DAY, help="On which day; today unless said.")
@click.option("--fingertip-cm", type=click.IntRange(0, 100), help="From the fingertips to the floor.")
@click.option("--function", default="", metavar="TEXT", help="One sentence: what goes, and what does not.")
def day_(name: str, pain: int, on: str | None, fingertip_cm: int | None, function: str) -> None:
    """Pain of NAME on a day without a session: the day after one, or a re-check."""
    book = People()
    one = book.called(name)
    said = FollowedUp(
        at=now_stamp(),
        on=day(on).isoformat(),
        pain=pain,
        course=one.course.id if one.course is not None else "",
        fingertip_cm=fingertip_cm,
        function=function.strip(),
    )
    _say_where_it_stands(book.add(one, said))


@course.command()
@click.argument("name")
@click.option("--why", default="closed by hand", show_default=True, help="In your own words.")
def close(name: str, why: str) -> None:
    """End the course of NAME."""
    book = People()
    one = book.called(name)
    if one.course is None:
        raise ConfigError(f"{one.name} has no course; stimctl course plan --person {one.name}")
    book.add(
        one, CourseClosed(at=now_stamp(), on=day().isoformat(), id=one.course.id, why=why.strip() or "closed by hand")
    )
    talk(f"{one.name}'s course is closed\n")


def course_lines(one: Person, now: datetime) -> list[str]:
    """How their course goes, for a terminal; SafetyRefusal for one that the table has no more."""
    stands = course_of(one)
    if stands is None:
        return []
    opened = stands.opened
    lines = [
        f"{one.name}{' (made up)' if one.made_up else ''}: {opened.injury.value}, pain {opened.pain} at first, "
        f"since {opened.began_on}",
        f"{stands.standing.value}: {stands.done} of {stands.plan.sessions} sessions",
        *([stands.why] if stands.why else []),
        *pain_chart(stands.pains, _WIDE),
    ]
    if stands.change is not None:
        lines.append(f"pain {stands.pains[-1].score} now, {stands.change:+d} since the beginning")
    lines += ["", *table(course_rows(one))]
    missing = day_to_ask(one, now)
    if missing is not None:
        how = f"stimctl course day {one.name} --on {missing} --pain N"
        lines.append(f"how was the pain on {missing}, the day after? {how}")
    return [f"{line}\n" for line in lines]


def _course_of(name: str) -> tuple[Person, Course]:
    one = People().called(name)
    stands = course_of(one)
    if stands is None:
        raise ConfigError(f"{one.name} has no course; stimctl course plan --person {one.name}")
    return one, stands


def _say_where_it_stands(one: Person) -> None:
    stands = course_of(one)
    if stands is not None:
        talk(f"{one.name}'s course: {stands.standing.value}{f'. {stands.why}' if stands.why else ''}\n")
        if stands.next is None and stands.why:
            sys.exit(int(ExitCode.DONE))


def _plan_json(found: CoursePlan) -> dict[str, object]:
    row = found.row
    return {
        "version": 1,
        "injury": row.injury.value,
        "pain": list(row.pains),
        "needs": found.needs.value,
        "first_on": found.first_on.isoformat(),
        "per_week": found.per_week,
        "weeks": found.weeks,
        "sessions": found.sessions,
        "minutes": list(found.minutes),
        "apart_days": found.apart_days,
        "programs": {"first": list(row.first), "then": list(row.then), "choice": list(row.choice)},
        "rechecks": list(found.rechecks),
        "no_gain_by": row.no_gain_by,
        "lines": [plain(line) for line in found.lines],
    }


def _course_json(one: Person, stands: Course) -> dict[str, object]:
    return {
        "version": 1,
        "person": one.id,
        "course": stands.opened.id,
        "standing": stands.standing.value,
        "why": stands.why,
        "done": stands.done,
        "sessions": stands.plan.sessions,
        "earned": stands.earned,
        "change": stands.change,
        "next": None if stands.next is None else plain(stands.next),
        "earliest": _iso(stands.earliest),
        "sessions_run": [plain(row) | {"on": row.on.isoformat()} for row in course_rows(one)],
        "pains": [{"on": pain.on.isoformat(), "what": pain.what, "score": pain.score} for pain in stands.pains],
    }


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
