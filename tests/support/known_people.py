"""People for tests: made with whatever is asked for, on a day of the test's own choosing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.questions import PAIN, QUESTIONS
from stimctl.care.records import Answered, Approved, CourseOpened, Injury, Named, Ran, Record, Scored

__all__ = ["NOON", "known", "opened", "ran", "scored"]

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def known(
    directory: Path | None = None, *more: Record, now: datetime = NOON, approved: bool = True, **answers: str
) -> tuple[People, Person]:
    """Anna, who was asked everything an hour ago; `answers` by number, as q2="yes", instead of harmless ones."""
    people = People(directory)
    anna = people.new(Named(at=stamp(now - timedelta(days=20)), name="Anna"))
    said = {one.number: one.harmless for one in QUESTIONS} | {PAIN: "5"}
    said |= {number.removeprefix("q"): key for number, key in answers.items()}
    first = [Approved(at=stamp(now - timedelta(days=19)), by="Dr Example", on="2026-02-13")] if approved else []
    return people, people.add(anna, *first, *more, Answered(at=stamp(now - timedelta(hours=1)), answers=said))


def opened(days_ago: int = 4, pain: int = 5, now: datetime = NOON) -> CourseOpened:
    """A course for overuse that was begun so many days ago."""
    at = now - timedelta(days=days_ago, hours=2)
    return CourseOpened(
        at=stamp(at),
        id="course1",
        injury=Injury.OVERUSE,
        pain=pain,
        began_on=(at - timedelta(days=5)).date().isoformat(),
        opened_on=at.date().isoformat(),
    )


def ran(days_ago: int, number: int = 1, now: datetime = NOON) -> Ran:
    """A session of that course, so many days ago."""
    at = now - timedelta(days=days_ago, hours=1.5)
    return Ran(
        at=stamp(at),
        on=at.date().isoformat(),
        session=f"s{number}",
        program="P01",
        minutes=15.0,
        course="course1",
        number=number,
    )


def scored(of: Ran, before: int, after: int) -> Scored:
    """How it was."""
    return Scored(at=of.at, session=of.session, on=of.on, before=before, after=after, course=of.course)
