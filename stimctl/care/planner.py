"""A course from what hurts, how much and since when: how often, how long, which programs, and why, line by line.

Rule 1: what the table has is the most; a person may have less of it, never more.
Rule 2: every line says where it comes from. The doses are this project's proposals, and the plan says so.
Rule 3: from six weeks of pain on a doctor comes first; from twelve on a clinician leads, or there is no course.
Rule 4: never more than four days running; sessions of a week lie as far apart as they can.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from stimctl.care.planner_table import Needs, Row, row_for
from stimctl.care.records import CourseOpened, Injury
from stimctl.errors import ConfigError

__all__ = ["SIX_WEEKS_DAYS", "CoursePlan", "Line", "NoCourse", "Step", "planned", "step"]

SIX_WEEKS_DAYS, TWELVE_WEEKS_DAYS = 42, 84
_MOST_DAYS = 3_650
_WORST = 10
# Shorter ones would not hold the ramps of every program.
_FEWEST_MINUTES = 15
_LADDER_MIN = 2
_LADDER_PERMILLE = 50
# A proposal: three steps up the range and no more.
_MOST_PERMILLE = 150

_PROPOSED = "proposed by this project; no trial stands behind it, no physiotherapist has signed it"
_TABLE = f"planner's table, {_PROPOSED}"
_SIX_WEEKS = "advice to see a doctor when back pain lasts for weeks: public health pages, read second-hand"
_CHRONIC = "over 12 weeks is called chronic: clinical guidelines"
_CHANGE = "2 points or 30 % is a worthwhile change on a 0 to 10 scale: Ostelo et al., Spine 2008"
_HALVED = "makers of home stimulators have the first session at half length; P01 is the gentlest program here"
_RUNNING = "tolerance to TENS by the fifth day, if the same is given every day: a study of repeated use"
_FOUNDING = "this project: no course without a doctor's approval"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that the plan says, and where it comes from."""

    said: str
    source: str


@dataclass(frozen=True, slots=True)
class NoCourse:
    """Why there is none, and what to do."""

    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePlan:
    """What was asked for, as far as the table allows it. `minutes` of the first whole session and of the longest.

    `needs` is who has to have agreed, besides the approval that every course needs. `apart_days` lie between the days
    of two sessions at least.
    """

    row: Row
    needs: Needs
    first_on: date
    per_week: int
    weeks: int
    minutes: tuple[int, int]
    apart_days: int
    lines: tuple[Line, ...] = ()

    @property
    def sessions(self) -> int:
        """How many at the most."""
        return self.per_week * self.weeks

    @property
    def rechecks(self) -> tuple[int, ...]:
        """Days since the first session on which the pain is asked for again."""
        return self.row.rechecks


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One session of a course. `program` is an id of the library; others of `choice` may be taken instead.

    `deep`: whether the deep phase may come; `deep_permille` is how much further up the range it goes.
    """

    number: int
    program: str
    minutes: float
    deep: bool
    deep_permille: int
    choice: tuple[str, ...]


def planned(asked: CourseOpened) -> CoursePlan | NoCourse:
    """The course for this. ConfigError for what cannot be, or is more than the table has."""
    began, opened = date.fromisoformat(asked.began_on), date.fromisoformat(asked.opened_on)
    since_days = (opened - began).days
    if not 0 <= since_days <= _MOST_DAYS:
        raise ConfigError(f"it began on {began}: allowed is any day up to {opened}, at most {_MOST_DAYS} days before")
    if not 0 <= asked.pain <= _WORST:
        raise ConfigError(f"pain {asked.pain}: allowed are whole numbers from 0 to {_WORST}")
    row = row_for(asked.injury, asked.pain)
    if row is None:
        return NoCourse("No pain, no course: there is nothing to ease.", _TABLE)
    if row.needs in (Needs.CARE_NOW, Needs.CARE_FIRST):
        return NoCourse(_NO_COURSE[row.needs], _TABLE)
    if since_days > TWELVE_WEEKS_DAYS and not asked.clinical:
        why = "The pain has lasted for more than twelve weeks: see a doctor. A course is for a clinician to lead."
        return NoCourse(why, _CHRONIC)
    needs = _needs(row, since_days)
    per_week = _less("sessions a week", asked.per_week, row.per_week, 1)
    weeks = _less("weeks", asked.weeks, row.weeks, 1)
    most = _less("minutes", asked.most_minutes, row.minutes[1], _FEWEST_MINUTES)
    first_on = max(opened, began + timedelta(days=row.not_before_days))
    plan = CoursePlan(
        row=row,
        needs=needs,
        first_on=first_on,
        per_week=per_week,
        weeks=weeks,
        minutes=(min(most, row.minutes[0]), most),
        apart_days=_apart_days(per_week),
    )
    return replace(plan, lines=_lines(plan, since_days))


def step(plan: CoursePlan, number: int, earned: int, *, week: int) -> Step:
    """Session `number` (from 1) of a course in its `week` (from 1), after `earned` good ones that were rewarded."""
    row = plan.row
    halved = number == 1
    program = (
        row.first[number - 1] if number <= len(row.first) else row.then[(number - len(row.first) - 1) % len(row.then)]
    )
    shortest, longest = plan.minutes
    minutes, permille = float(shortest), 0
    rungs = 0 if week <= row.no_progress_weeks or halved else earned
    if row.progress.earns_time:
        minutes = float(min(longest, shortest + _LADDER_MIN * rungs))
        rungs -= -(-(longest - shortest) // _LADDER_MIN)
    if row.progress.earns_range and rungs > 0:
        permille = min(_MOST_PERMILLE, _LADDER_PERMILLE * rungs)
    return Step(
        number=number,
        program=program,
        minutes=shortest / 2 if halved else minutes,
        deep=week > row.no_deep_weeks,
        deep_permille=0 if halved else permille,
        choice=row.choice if number >= row.choice_from else (),
    )


_NO_COURSE = {
    Needs.CARE_NOW: "After a blow with pain this strong there is no course: get medical care now.",
    Needs.CARE_FIRST: (
        "After a strain with pain this strong there is no course: see a doctor first, on the same day if a leg hurts, "
        "is numb or is weak."
    ),
}


def _needs(row: Row, since_days: int) -> Needs:
    if since_days > TWELVE_WEEKS_DAYS:
        return Needs.CLINICIAN
    return Needs.DOCTOR if since_days > SIX_WEEKS_DAYS and row.needs is Needs.NOTHING else row.needs


def _less(what: str, asked: int | None, most: int, least: int) -> int:
    if asked is None:
        return most
    if not least <= asked <= most:
        raise ConfigError(f"{what}: {asked} asked for, the plan has {most}; allowed are {least} to {most}, never more")
    return asked


def _apart_days(per_week: int) -> int:
    """Three a week lie two days apart, two a week three."""
    return 7 // per_week if per_week < 4 else 1


def _lines(plan: CoursePlan, since_days: int) -> tuple[Line, ...]:
    row = plan.row
    low, high = row.pains
    kind = {Injury.OVERUSE: "overuse", Injury.BLOW: "a blow", Injury.STRAIN: "a lifting strain"}[row.injury]
    lines = [
        Line(f"For {kind} with pain of {low} to {high}, {since_days} days old.", _TABLE),
        Line("A doctor has to have said that massage is all right for this.", _FOUNDING),
    ]
    if plan.needs is not Needs.NOTHING:
        source = _CHRONIC if since_days > TWELVE_WEEKS_DAYS else _SIX_WEEKS if since_days > SIX_WEEKS_DAYS else _TABLE
        lines.append(Line(f"Only if {plan.needs.value}.", source))
    if row.condition:
        lines.append(Line(f"{row.condition[0].upper()}{row.condition[1:]}.", _TABLE))
    if row.not_before_days:
        days = f"the first {row.not_before_days} days after it began"
        lines.append(Line(f"Not in {days}: from {plan.first_on} on.", _TABLE))
    lines.append(Line(f"{plan.per_week} a week for {plan.weeks} weeks: at most {plan.sessions} sessions.", _TABLE))
    lines.append(
        Line(f"At least {plan.apart_days} days from one to the next, one a day, four days running at most.", _RUNNING)
    )
    lines.append(Line(f"The first is half of {plan.minutes[0]} min, with P01.", _HALVED))
    shortest, longest = plan.minutes
    span = f"{shortest} min" if shortest == longest else f"{shortest} to {longest} min"
    lines.append(Line(f"Then {span}, with {', then '.join((*dict.fromkeys(row.first), *row.then))}.", _TABLE))
    if row.choice:
        lines.append(Line(f"From session {row.choice_from} on you may choose: {', '.join(row.choice)}.", _TABLE))
    if row.no_deep_weeks:
        lines.append(Line("In the first week without the deep phase.", _TABLE))
    lines.append(
        Line(
            f"A session after which it is no worse, nor on the next day, if that is said, earns {row.progress.value}.",
            _TABLE,
        )
    )
    days = ", ".join(map(str, row.rechecks))
    lines.append(Line(f"The pain is asked for after each session and on day {days}.", _CHANGE))
    if row.no_gain_by is not None:
        lines.append(
            Line(f"No gain of 2 points or 30 % by day {row.no_gain_by}: the course pauses. See a doctor.", _CHANGE)
        )
    lines.append(Line("Worse by 2 points, or a new warning sign: it stops. See a doctor.", _TABLE))
    return tuple(lines)
