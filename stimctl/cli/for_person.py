"""A session for somebody who is known here: what their records allow, refuse and answer.

Rule 1: nothing runs that screening, a missing approval or their course stands in the way of (exit 5).
Rule 2: while there is a course, its next session is what runs; another program only if the course offers it.
Rule 3: what they never go over is over everything: the range ends there, wherever it comes from, and so do the limits.
Rule 4: a range that was found on a simulated unit is none for a real one, nor the other way round.
"""

from dataclasses import dataclass, replace
from datetime import date

from stimctl.care.course import Course, Standing, course
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.planner import CoursePlan, Step, planned
from stimctl.care.questions import PAIN
from stimctl.care.records import Ran, Record
from stimctl.care.screening import screened
from stimctl.cli.dates import day, now, now_stamp
from stimctl.cli.person import PersonFlags, Range
from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.model.plan import Plan
from stimctl.model.scale import Scale
from stimctl.program.dosing import dosed
from stimctl.program.loader import Program, load

__all__ = ["ForPerson", "course_of", "for_person", "pain_now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPerson:
    """`step` is the course's, None outside of any. It stands in for the flags where a session asks about a person."""

    person: Person
    flags: PersonFlags
    plan: Plan
    program: str
    step: Step | None

    @property
    def profile(self) -> str:
        """That of the flags."""
        return self.flags.profile

    @property
    def has_thresholds(self) -> bool:
        """Whether there are some is said by `range_for`."""
        return True

    @property
    def has_levels(self) -> bool:
        """The same."""
        return True

    @property
    def doctor(self) -> str:
        """Who approved is with the person, and in no journal."""
        return f"as recorded of {self.person.id}"

    @property
    def minutes(self) -> float:
        """How long it is to take."""
        return round(sum(phase.lasts_ms for phase in self.plan.phases) / 60_000, 2)

    @property
    def course_id(self) -> str:
        """Random; empty outside of a course."""
        return self.person.course.id if self.step is not None and self.person.course is not None else ""

    def range_for(self, channels: tuple[int, ...], scale: Scale, *, simulated: bool) -> Range:
        """The person's own, unless flags say otherwise; SafetyRefusal where there is none for a real unit."""
        found = self._range_for(channels, scale, simulated=simulated)
        return replace(found, thresholds={channel: self.person.capped(of) for channel, of in found.thresholds.items()})

    def _range_for(self, channels: tuple[int, ...], scale: Scale, *, simulated: bool) -> Range:
        if self.flags.has_levels or self.flags.has_thresholds:
            return self.flags.range_for(channels, scale, simulated=simulated)
        found: dict[int, object] = (
            dict(self.person.levels(channels, simulated=simulated))
            if scale is Scale.LEVEL
            else dict(self.person.thresholds(channels, simulated=simulated))
        )
        missing = [str(channel) for channel in channels if channel not in found]
        if missing and simulated:
            # the simulated person's, as for everybody
            return self.flags.range_for(channels, scale, simulated=True)
        if missing:
            raise SafetyRefusal(
                f"nothing is known of {self.person.name}'s range on channel {', '.join(missing)} of a real unit: "
                "stimctl person thresholds, or calibrate on the screen"
            )
        if scale is Scale.LEVEL:
            return replace(self.flags.range_for(channels, scale, simulated=True), levels=found)  # type: ignore[arg-type]
        return Range(thresholds=found)  # type: ignore[arg-type]

    def pads_mm2(self, channels: tuple[int, ...]) -> dict[int, int]:
        """The person's pads, or those of the flags."""
        pads = self.person.pads
        return self.flags.pads_mm2(channels) if pads is None else dict.fromkeys(channels, pads.pad_mm2)

    def started(self, session: str) -> Record:
        """What is written down when it has started."""
        return Ran(
            at=now_stamp(),
            on=day().isoformat(),
            session=session,
            program=self.program,
            minutes=self.minutes,
            course=self.course_id,
            number=self.step.number if self.step is not None else 0,
        )


def for_person(name: str, program: str | None, flags: PersonFlags) -> ForPerson:
    """What is to run for `name` today. SafetyRefusal and ConfigError say why not, and what to do."""
    one = People().called(name)
    clinical = flags.profile == "clinical"
    verdict = screened(one.answered, one.approvals, now(), clinical=clinical)
    if not verdict.may_run:
        raise SafetyRefusal(f"{'; '.join(verdict.sentences)} stimctl person screen {one.name}")
    if not one.approvals:
        raise SafetyRefusal(f"no doctor's approval is known of {one.name}: stimctl person approve {one.name} --by NAME")
    today = day()
    step = _step(one, program, today)
    if step is None and program is None:
        raise ConfigError(f"{one.name} has no course: name a PROGRAM, or stimctl course plan --person {one.name}")
    if any(isinstance(record, Ran) and record.on == today.isoformat() for record in one.records):
        raise SafetyRefusal(f"{one.name} has had a session today: one a day")
    found = load(program or (step.program if step is not None else ""))
    pain = pain_now(one)
    plan = flags.plan_for(found.plan)
    plan = replace(plan, pain_at_rest=flags.pain_at_rest if flags.pain_at_rest is not None else pain)
    return ForPerson(
        person=one, flags=flags, plan=_dosed(one, found, plan, step), program=found.id or found.name, step=step
    )


def course_of(one: Person, today: date, *, clinical: bool = False) -> Course | None:
    """Their last course as it stands; None if there is none."""
    if one.course is None:
        return None
    plan = planned(one.course)
    if not isinstance(plan, CoursePlan):
        # opened by a stimctl whose table said otherwise
        raise SafetyRefusal(f"{one.name}'s course is none any more: {plan.why} stimctl course close {one.name}")
    verdict = screened(one.answered, one.approvals, now(), clinical=clinical or one.course.clinical)
    return course(one.course, plan, one.records, verdict, today)


def pain_now(one: Person) -> int | None:
    """What they answered last; None if they never did."""
    said = [sitting.answers[PAIN] for sitting in one.answered if PAIN in sitting.answers]
    return int(said[-1]) if said and said[-1].isdecimal() else None


def _step(one: Person, program: str | None, today: date) -> Step | None:
    stands = course_of(one, today)
    if stands is None or stands.standing in (Standing.DONE, Standing.CLOSED, Standing.GOAL_MET):
        return None
    if stands.standing is not Standing.ACTIVE or stands.next is None:
        raise SafetyRefusal(f"{one.name}'s course {stands.standing.value}: {stands.why}")
    offered = (stands.next.program, *stands.next.choice)
    if program is not None and load(program).id not in offered:
        raise SafetyRefusal(
            f"{one.name}'s course has {' or '.join(offered)} next, not {program}; "
            f"stimctl course close {one.name} ends it"
        )
    return stands.next


def _dosed(one: Person, found: Program, plan: Plan, step: Step | None) -> Plan:
    most = one.limits.most_minutes if one.limits is not None else None
    lasts = sum(phase.lasts_ms for phase in plan.phases) / 60_000
    try:
        if step is not None:
            minutes = min(step.minutes, most) if most else step.minutes
            return dosed(plan, minutes=minutes, deep=step.deep, deep_permille=step.deep_permille)
        return dosed(plan, minutes=most) if most and most < lasts else plan
    except ValueError as why:
        raise SafetyRefusal(f"{found.name}: {why}; {one.name} never goes over {most} min") from None
