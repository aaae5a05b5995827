"""May this person have a session now, which one, and how long: what their records allow, refuse and answer.

Rule 1: nothing runs that screening, a missing approval or their course stands in the way of; one session a day, and
        never more than four days running.
Rule 2: while there is a course, its next session is what runs; another program only if the course offers it.
Rule 3: pure but for the files of programs. Records and an instant in, a session or why there is none out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from stimctl.care.course import Course, Standing, course
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.planner import CoursePlan, NoCourse, Step, planned
from stimctl.care.questions import PAIN
from stimctl.care.records import FollowedUp, Ran, Scored
from stimctl.care.screening import Verdict, screened
from stimctl.errors import ConfigError
from stimctl.model.plan import Plan
from stimctl.program.dosing import dosed
from stimctl.program.loader import Program, load

__all__ = ["First", "NextSession", "NotNow", "course_of", "day_to_ask", "next_session", "not_fit", "pain_now", "today"]

# Tolerance to TENS was seen by the fifth day of the same, in a study of repeated use.
_MOST_RUNNING = 4


class First(Enum):
    """What would have to be done first."""

    SCREEN = "answer the questions"
    APPROVE = "say which doctor has approved"
    CHOOSE = "name a program, or plan a course"
    NOTHING = "nothing that could be done now"


@dataclass(frozen=True, slots=True)
class NotNow:
    """Why there is no session now, in sentences, and what to do first."""

    why: str
    first: First


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSession:
    """A session that may be had now: its plan as dosed, and which of a course it is; `step` is None outside of any."""

    person: Person
    program: str
    plan: Plan
    step: Step | None

    @property
    def minutes(self) -> float:
        """How long it is to take."""
        return round(_minutes(self.plan), 2)

    @property
    def number(self) -> int:
        """Which of its course it is, from 1; 0 outside of any."""
        return self.step.number if self.step is not None else 0

    @property
    def course_id(self) -> str:
        """Random; empty outside of a course."""
        return self.person.course.id if self.step is not None and self.person.course is not None else ""

    def started(self, session: str, now: datetime) -> Ran:
        """What is to be written down before any current of session `session` flows."""
        return Ran(
            at=stamp(now),
            on=today(now).isoformat(),
            session=session,
            program=self.program,
            minutes=self.minutes,
            course=self.course_id,
            number=self.number,
        )


def next_session(
    one: Person,
    program: Program | None,
    now: datetime,
    *,
    clinical: bool = False,
    pain_at_rest: int | None = None,
    adapted: Callable[[Plan], Plan] = lambda plan: plan,
) -> NextSession | NotNow:
    """What is to run for this person at `now` (with a zone), of their course unless `program` is named.

    `adapted` changes a program's plan before it is dosed; `pain_at_rest` counts instead of what was answered last.
    ConfigError for a program that cannot be read.
    """
    held = not_fit(one, now, clinical=clinical)
    if held is not None:
        return held
    stands = course_of(one, now, clinical=clinical)
    if isinstance(stands, NotNow):
        return stands
    step = None
    if stands is not None and stands.standing not in (Standing.DONE, Standing.CLOSED, Standing.GOAL_MET):
        step = stands.next
        if stands.standing is not Standing.ACTIVE or step is None:
            return NotNow(f"The course {_IS[stands.standing]}: {stands.why}", First.NOTHING)
        offered = (step.program, *step.choice)
        if program is not None and program.id not in offered:
            why = f"The course has {' or '.join(offered)} next, not {program.name}; closing it ends that."
            return NotNow(why, First.NOTHING)
    elif program is None:
        return NotNow("There is no course.", First.CHOOSE)
    if one.course is not None and step is not None and one.course.clinical and not clinical:
        return NotNow(
            "This course was planned for a clinician to lead: only under the clinical profile.", First.NOTHING
        )
    days = {record.on for record in one.records if isinstance(record, Ran)}
    if today(now).isoformat() in days:
        return NotNow("There has been a session today: one a day.", First.NOTHING)
    if all((today(now) - timedelta(days=ago)).isoformat() in days for ago in range(1, _MOST_RUNNING + 1)):
        return NotNow(f"{_MOST_RUNNING} days running: first a day of rest.", First.NOTHING)
    found = program if program is not None else load(step.program if step is not None else "")
    plan = adapted(found.plan)
    plan = replace(plan, pain_at_rest=pain_at_rest if pain_at_rest is not None else pain_now(one))
    given = _dosed(one, found, plan, step)
    if isinstance(given, NotNow):
        return given
    return NextSession(person=one, program=found.id or found.name, plan=given, step=step)


def not_fit(one: Person, now: datetime, *, clinical: bool = False) -> NotNow | None:
    """Why no current at all is for this person now, finding their range included; None if it may flow.

    What paused or stopped a course is as much a reason as an answer.
    """
    if one.damaged:
        lines = "; ".join(one.damaged)
        return NotNow(
            f"{lines}. What it said is not known: mend that line, or begin anew as somebody new.", First.NOTHING
        )
    verdict = _verdict(one, now, clinical=clinical)
    if not verdict.may_run:
        return NotNow(" ".join(verdict.sentences), First.SCREEN)
    if not one.approvals:
        return NotNow("No doctor's approval is known.", First.APPROVE)
    stands = course_of(one, now, clinical=clinical)
    if isinstance(stands, Course) and stands.held_up:
        return NotNow(f"The course {_IS[stands.standing]}: {stands.why}", First.NOTHING)
    return None


def course_of(one: Person, now: datetime, *, clinical: bool = False) -> Course | NotNow | None:
    """Their last course as it stands; None if there never was one, NotNow for one that the table has no more."""
    if one.course is None:
        return None
    try:
        plan = planned(one.course)
    except ConfigError as why:
        plan = NoCourse(str(why), "")
    if not isinstance(plan, CoursePlan):
        # opened by a stimctl whose table said otherwise
        return NotNow(f"The course is none any more: {plan.why} It can only be closed.", First.NOTHING)
    verdict = _verdict(one, now, clinical=clinical or one.course.clinical)
    return course(one.course, plan, one.records, verdict, today(now))


def pain_now(one: Person) -> int | None:
    """What they answered last; None if they never did."""
    said = [sitting.answers[PAIN] for sitting in one.answered if PAIN in sitting.answers]
    return int(said[-1]) if said and said[-1].isdecimal() else None


def day_to_ask(one: Person, now: datetime) -> date | None:
    """The day after the last session, once it has come and while nobody has said how the pain was on it."""
    ran = [record for record in one.records if isinstance(record, Ran)]
    if not ran:
        return None
    after = date.fromisoformat(ran[-1].on) + timedelta(days=1)
    said = {record.on for record in one.records if isinstance(record, FollowedUp | Scored)}
    return after if after <= today(now) and after.isoformat() not in said else None


def today(now: datetime) -> date:
    """The local day of an instant."""
    return now.astimezone().date()


_IS = {
    Standing.WAITS: "waits",
    Standing.PAUSED: "is paused",
    Standing.STOPPED: "was stopped",
    Standing.ACTIVE: "has nothing next",
}


def _verdict(one: Person, now: datetime, *, clinical: bool) -> Verdict:
    return screened(one.answered, one.approvals, now, clinical=clinical)


def _dosed(one: Person, found: Program, plan: Plan, step: Step | None) -> Plan | NotNow:
    most = one.limits.most_minutes if one.limits is not None else None
    try:
        if step is not None:
            minutes = min(step.minutes, most) if most else step.minutes
            return dosed(plan, minutes=minutes, deep=step.deep, deep_permille=step.deep_permille)
        return dosed(plan, minutes=most) if most and most < _minutes(plan) else plan
    except ValueError as why:
        return NotNow(f"{found.name}: {why}; never over {most} min is set for {one.name}.", First.NOTHING)


def _minutes(plan: Plan) -> float:
    return sum(phase.lasts_ms for phase in plan.phases) / 60_000
