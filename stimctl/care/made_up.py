"""A made-up person with a made-up course, for demonstrations: nobody, and marked as such wherever it is seen."""

from datetime import datetime, timedelta

from stimctl.care.next_session import today
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.questions import PAIN, QUESTIONS
from stimctl.care.records import (
    Answered,
    Approved,
    CalibratedMa,
    CourseOpened,
    FollowedUp,
    Injury,
    Named,
    PadsPlaced,
    Ran,
    Record,
    Scored,
)

__all__ = ["made_up"]

_NAME = "Anna Example"
_BEGAN_DAYS_AGO = 12
# Day of the course, program, minutes, pain before and after, on the next day, comfort, cm to the floor, what was said.
_SESSIONS = (
    (0, "P01", 7.5, 5, 4, 5, 6, 24, "stiff in the morning, sitting is hard"),
    (2, "P01", 15.0, 5, 4, 4, 7, 22, "sitting for half an hour goes"),
    (4, "P01", 15.0, 4, 3, 4, 8, 20, ""),
    (7, "P11", 17.0, 4, 3, 3, 8, 15, "tying shoes goes again"),
    (9, "P07", 17.0, 3, 2, 3, 7, 12, "walked for an hour"),
)


def made_up(people: People, now: datetime) -> Person:
    """Write it down among `people`: a sore back from training, five sessions into a course of nine, easing."""
    one = people.new(Named(at=stamp(now - timedelta(days=_BEGAN_DAYS_AGO, hours=1)), name=_NAME, made_up=True))
    begin = now - timedelta(days=_BEGAN_DAYS_AGO, minutes=50)
    opened = CourseOpened(
        at=stamp(begin + timedelta(minutes=3)),
        id=f"course-of-{one.id}",
        injury=Injury.OVERUSE,
        pain=5,
        began_on=today(begin - timedelta(days=5)).isoformat(),
        opened_on=today(begin).isoformat(),
    )
    records: list[Record] = [
        Answered(at=stamp(begin), answers=_harmless(5)),
        Approved(at=stamp(begin + timedelta(minutes=1)), by="Dr Example", on=today(begin).isoformat()),
        PadsPlaced(
            at=stamp(begin + timedelta(minutes=2)), pad_mm2=2_500, placement="a hand's breadth beside the spine"
        ),
        opened,
    ]
    for channel in (1, 2):
        records.append(
            CalibratedMa(
                at=stamp(begin + timedelta(minutes=2)),
                channel=channel,
                sensory_ua=6_000,
                comfort_ua=16_500,
                at_phase_us=200,
                at_period_us=12_500,
                unit="",
                simulated=True,
            )
        )
    for number, (on_day, program, minutes, before, after, next_day, comfort, cm, said) in enumerate(_SESSIONS, 1):
        at = begin + timedelta(days=on_day, minutes=10)
        ran = Ran(
            at=stamp(at),
            on=today(at).isoformat(),
            session=f"made-up-{number}",
            program=program,
            minutes=minutes,
            course=opened.id,
            number=number,
        )
        scored = Scored(
            at=stamp(at + timedelta(minutes=20)),
            session=ran.session,
            on=ran.on,
            before=before,
            after=after,
            course=opened.id,
            comfort=comfort,
            fingertip_cm=cm,
            function=said,
        )
        followed = FollowedUp(
            at=stamp(at + timedelta(days=1)),
            on=today(at + timedelta(days=1)).isoformat(),
            pain=next_day,
            course=opened.id,
        )
        records += [ran, scored, followed]
    records.append(Answered(at=stamp(now - timedelta(minutes=5)), answers=_harmless(3)))
    return people.add(one, *records)


def _harmless(pain: int) -> dict[str, str]:
    return {question.number: question.harmless for question in QUESTIONS} | {PAIN: str(pain)}
