"""How a course goes: what its sessions and scores come to today, why it is held up, and what comes next.

Rule 1: pure. Records and a day in, a course's standing out; nothing is kept that the records do not say.
Rule 2: what stops outweighs what pauses, and what pauses what waits. Only a doctor's newer yes lifts a stop or a pause,
        and closing the course does not; what counts as gain then begins anew at the pain of that day.
Rule 3: a worthwhile change is 2 points or 30 % (Ostelo et al., Spine 2008). Goal: no pain on two days running.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import pairwise

from stimctl.care.planner import SIX_WEEKS_DAYS, CoursePlan, Step, step
from stimctl.care.planner_table import Needs
from stimctl.care.questions import Action
from stimctl.care.records import Approved, CourseClosed, CourseOpened, FollowedUp, Ran, Record, Scored, Skin
from stimctl.care.screening import Verdict

__all__ = ["Course", "Hold", "Pain", "Standing", "course", "is_gain"]

_POINTS, _PART = 2, 0.3
_WORSE = 2
_SEE_DOCTOR = "See a doctor, and do not go on without a yes."
_SORE = (Skin.RED_STAYS, Skin.SORE)


class Standing(Enum):
    """Where a course stands."""

    ACTIVE = "active"
    WAITS = "waits"
    PAUSED = "paused"
    STOPPED = "stopped"
    GOAL_MET = "goal met"
    DONE = "done"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Pain:
    """A score, 0 to 10, on a day; `what` says when on it."""

    on: date
    score: int
    what: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing comes next, in words, and what to do."""

    standing: Standing
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """`done` sessions were started. `next` is there while the course is active or waits; `earliest` is its day.

    `change` is the last pain minus the first, None before there is one.
    """

    opened: CourseOpened
    plan: CoursePlan
    standing: Standing
    why: str
    done: int
    pains: tuple[Pain, ...]
    earned: int
    next: Step | None
    earliest: date | None

    @property
    def change(self) -> int | None:
        return self.pains[-1].score - self.opened.pain if self.pains else None

    @property
    def held_up(self) -> bool:
        """Whether only a doctor's newer yes lets it go on."""
        return self.standing in (Standing.PAUSED, Standing.STOPPED)

    @property
    def bars_another(self) -> str:
        """Why no other course is begun now; empty when nothing is against it."""
        if self.held_up:
            return f"The course {self.standing.value}: {self.why} No other one is begun before that."
        return "There is a course already; it has to be closed first." if self.next is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Since:
    """From which record on gain is counted: the opening (0), or the yes that lifted a pause or a stop."""

    place: int
    on: date
    pain: int


def is_gain(before: int, after: int) -> bool:
    """Whether this is a change worth having."""
    return before - after >= _POINTS or (before > 0 and (before - after) / before >= _PART)


def course(opened: CourseOpened, plan: CoursePlan, records: Sequence[Record], verdict: Verdict, today: date) -> Course:
    """What the records of this person, oldest first, make of this course on this day.

    What was written later is later, whatever the clock said: one that is set back hides nothing.
    """
    later = records[records.index(opened) + 1 :]
    own = [(place, one) for place, one in enumerate(later, 1) if getattr(one, "course", opened.id) == opened.id]
    all_own = [one for _, one in own]
    ran = [one for one in all_own if isinstance(one, Ran)]
    approvals = [(place, one) for place, one in enumerate(later, 1) if isinstance(one, Approved)]
    since = _Since(place=0, on=date.fromisoformat(ran[0].on) if ran else today, pain=opened.pain)
    for approved_at, approval in approvals:
        before = [one for place, one in own if since.place <= place < approved_at]
        pains, on = _pains(before), date.fromisoformat(approval.on)
        if on >= _last_day(before, since.on) and _held(since, plan, before, on, opened) is not None:
            since = _Since(place=approved_at, on=on, pain=pains[-1].score if pains else since.pain)
    closed = next((one for one in later if isinstance(one, CourseClosed) and one.id == opened.id), None)
    # what time does to a course ends with it
    judged_on = min(today, date.fromisoformat(closed.on)) if closed is not None else today
    hold = (
        _red_flag(verdict)
        or _held(since, plan, [one for place, one in own if place >= since.place], judged_on, opened)
        or _closed(closed)
        or _over(plan, ran, today)
        or _not_agreed(plan, bool(approvals))
        or _waits(plan, ran, all_own, today)
    )
    goes_on = hold is None or hold.standing is Standing.WAITS
    earned = _earned(ran, all_own)
    week = (today - date.fromisoformat(ran[0].on)).days // 7 + 1 if ran else 1
    return Course(
        opened=opened,
        plan=plan,
        standing=hold.standing if hold is not None else Standing.ACTIVE,
        why=hold.why if hold is not None else "",
        done=len(ran),
        pains=_pains(all_own),
        earned=earned,
        next=step(plan, len(ran) + 1, earned, week=week) if goes_on else None,
        earliest=_earliest(plan, ran) if goes_on else None,
    )


def _held(since: _Since, plan: CoursePlan, records: Sequence[Record], today: date, opened: CourseOpened) -> Hold | None:
    """What stops or pauses a course by the records since; None if nothing does."""
    scored = [one for one in records if isinstance(one, Scored)]
    pains = _pains(records)
    if any(one.skin in _SORE for one in scored):
        return Hold(Standing.STOPPED, f"The skin stayed red or is sore after a session. {_SEE_DOCTOR}")
    if any(one.unwell for one in scored):
        return Hold(Standing.STOPPED, f"A session made you unwell. {_SEE_DOCTOR}")
    worst = max((one.score for one in pains), default=0)
    risen = [one for one in scored if one.after - one.before >= _WORSE]
    if worst - since.pain >= _WORSE or risen:
        said = (
            f"from {risen[0].before} to {risen[0].after} in a session"
            if risen
            else f"{since.pain} at first, now {worst}"
        )
        return Hold(Standing.STOPPED, f"The pain got worse by 2 points or more ({said}). {_SEE_DOCTOR}")
    if _none_on_two_days(pains):
        return Hold(Standing.GOAL_MET, "No pain on two days running: the goal is met. Stop here.")
    days = (today - since.on).days
    last = pains[-1].score if pains else since.pain
    row = plan.row
    if row.worse_by is not None and days >= row.worse_by and last > since.pain:
        return Hold(Standing.PAUSED, f"Worse on day {days} than at first ({since.pain}, now {last}). {_SEE_DOCTOR}")
    if row.no_gain_by is not None and days >= row.no_gain_by and pains and not is_gain(since.pain, last):
        return Hold(
            Standing.PAUSED,
            f"No gain of 2 points or 30 % by day {row.no_gain_by} ({since.pain} at first, now {last}): the pain does "
            f"not fade. {_SEE_DOCTOR}",
        )
    lasted = (today - date.fromisoformat(opened.began_on)).days
    if lasted > SIX_WEEKS_DAYS and since.place == 0:
        return Hold(Standing.PAUSED, f"The pain has lasted for more than six weeks. {_SEE_DOCTOR}")
    return None


def _last_day(records: Sequence[Record], otherwise: date) -> date:
    """A doctor's yes of before it speaks of something else."""
    days = [date.fromisoformat(one.on) for one in records if isinstance(one, Ran | Scored | FollowedUp)]
    return max(days, default=otherwise)


def _not_agreed(plan: CoursePlan, approved_since: bool) -> Hold | None:
    if plan.needs is Needs.NOTHING or approved_since:
        return None
    return Hold(Standing.WAITS, f"Only if {plan.needs.value}: first say who has, and when.")


def _closed(closed: CourseClosed | None) -> Hold | None:
    return Hold(Standing.CLOSED, closed.why) if closed is not None else None


def _red_flag(verdict: Verdict) -> Hold | None:
    if verdict.gravest is Action.EMERGENCY or verdict.after_emergency:
        return Hold(Standing.STOPPED, verdict.sentences[0])
    return None


def _over(plan: CoursePlan, ran: Sequence[Ran], today: date) -> Hold | None:
    if len(ran) >= plan.sessions:
        return Hold(Standing.DONE, f"All {plan.sessions} sessions are done.")
    if ran and today >= date.fromisoformat(ran[0].on) + timedelta(weeks=plan.weeks):
        return Hold(Standing.DONE, f"Its {plan.weeks} weeks are over, after {len(ran)} of {plan.sessions} sessions.")
    return None


def _waits(plan: CoursePlan, ran: Sequence[Ran], records: Sequence[Record], today: date) -> Hold | None:
    """What is to be done, or waited for, before the next one."""
    scored = {one.session for one in records if isinstance(one, Scored)}
    unscored = next((one for one in ran if one.session not in scored), None)
    if unscored is not None:
        return Hold(Standing.WAITS, f"First say how session {unscored.number} of {unscored.on} was.")
    if ran:
        first = date.fromisoformat(ran[0].on)
        due = max(
            (first + timedelta(days=day) for day in plan.rechecks if first + timedelta(days=day) <= today), default=None
        )
        if due is not None and not any(one.on >= due for one in _pains(records)):
            return Hold(Standing.WAITS, f"A re-check was due on {due}: first say how strong the pain is.")
    earliest = _earliest(plan, ran)
    return Hold(Standing.WAITS, f"Rest: the next one is on {earliest} at the earliest.") if today < earliest else None


def _earliest(plan: CoursePlan, ran: Sequence[Ran]) -> date:
    if not ran:
        return plan.first_on
    return date.fromisoformat(ran[-1].on) + timedelta(days=plan.apart_days)


def _pains(records: Sequence[Record]) -> tuple[Pain, ...]:
    """In the order of days, and on a day in the order in which they were said."""
    found: list[Pain] = []
    for one in records:
        if isinstance(one, Scored):
            on = date.fromisoformat(one.on)
            found += [Pain(on, one.before, "before"), Pain(on, one.after, "after")]
        elif isinstance(one, FollowedUp):
            found.append(Pain(date.fromisoformat(one.on), one.pain, "day"))
    return tuple(sorted(found, key=lambda pain: pain.on))


def _none_on_two_days(pains: Sequence[Pain]) -> bool:
    highest: dict[date, int] = {}
    for pain in pains:
        highest[pain.on] = max(pain.score, highest.get(pain.on, 0))
    days = sorted(highest)
    return any(
        late - early == timedelta(days=1) and highest[early] == highest[late] == 0 for early, late in pairwise(days)
    )


def _earned(ran: Sequence[Ran], records: Sequence[Record]) -> int:
    """Whole sessions after which it was no worse, nor up by 2 the day after; one rung each. Unsaid earns nothing."""
    next_days: dict[str, list[int]] = {}
    for said in records:
        if isinstance(said, FollowedUp):
            next_days.setdefault(said.on, []).append(said.pain)
        elif isinstance(said, Scored):
            next_days.setdefault(said.on, []).append(said.before)
    scored = {one.session: one for one in records if isinstance(one, Scored)}
    good = 0
    for one in ran:
        score = scored.get(one.session)
        if one.number <= 1 or score is None or score.after > score.before:
            continue
        day_after = next_days.get((date.fromisoformat(one.on) + timedelta(days=1)).isoformat(), [])
        good += bool(day_after) and max(day_after) - score.after < _WORSE
    return good
