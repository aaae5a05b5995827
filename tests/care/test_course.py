"""A course by its records: rest, re-checks, gain, what pauses it, what stops it, and what a doctor's yes lifts."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from stimctl.care.course import Course, Standing, course, is_gain
from stimctl.care.planner import CoursePlan, planned
from stimctl.care.questions import QUESTIONS
from stimctl.care.records import (
    Answered,
    Approved,
    CourseClosed,
    CourseOpened,
    FollowedUp,
    Injury,
    Ran,
    Record,
    Scored,
    Skin,
)
from stimctl.care.screening import Verdict, screened

DAY_0 = date(2026, 3, 2)
CLEAR = Verdict(concerns=(), to_ask=())


def at(day: int, hour: int = 12) -> str:
    return f"{DAY_0 + timedelta(days=day)}T{hour:02d}:00:00Z"


def on(day: int) -> str:
    return (DAY_0 + timedelta(days=day)).isoformat()


class Story:
    """A course of 5 out of 10 by overuse, five days old, told day by day."""

    def __init__(self, injury: Injury = Injury.OVERUSE, pain: int = 5, days_since: int = 5, **more: object) -> None:
        self.opened = CourseOpened(
            at=at(0, 8), id="c0ffee", injury=injury, pain=pain, began_on=on(-days_since), opened_on=on(0), **more
        )  # type: ignore[arg-type]
        found = planned(self.opened)
        assert isinstance(found, CoursePlan)
        self.plan = found
        self.records: list[Record] = [self.opened]
        self.number = 0

    def session(self, day: int, before: int, after: int, *, scored: bool = True, **more: object) -> "Story":
        self.number += 1
        session = f"s{self.number}"
        self.records.append(
            Ran(at=at(day), on=on(day), session=session, program="P01", minutes=15, course="c0ffee", number=self.number)
        )
        if scored:
            self.records.append(
                Scored(at=at(day, 13), on=on(day), session=session, before=before, after=after, course="c0ffee", **more)
            )  # type: ignore[arg-type]
        return self

    def day(self, day: int, pain: int) -> "Story":
        self.records.append(FollowedUp(at=at(day, 9), on=on(day), pain=pain, course="c0ffee"))
        return self

    def yes(self, day: int, seen: int | None = None, hour: int = 18) -> "Story":
        self.records.append(Approved(at=at(day, hour), by="Dr A", on=on(day if seen is None else seen)))
        return self

    def today(self, day: int, verdict: Verdict = CLEAR) -> Course:
        return course(self.opened, self.plan, self.records, verdict, DAY_0 + timedelta(days=day))


def test_a_new_course_may_begin_on_its_first_day() -> None:
    found = Story().today(0)
    assert (found.standing, found.done, found.change) == (Standing.ACTIVE, 0, None)
    assert found.next is not None
    assert (found.next.number, found.next.program) == (1, "P01")


def test_a_course_that_is_too_early_waits_for_its_day() -> None:
    found = Story(days_since=1).today(0)
    assert (found.standing, found.earliest) == (Standing.WAITS, DAY_0 + timedelta(days=1))


def test_between_two_sessions_there_is_rest() -> None:
    story = Story().session(0, 5, 4)
    assert story.today(0).standing is Standing.WAITS
    assert story.today(1).standing is Standing.WAITS
    assert "Rest" in story.today(1).why
    assert story.today(2).standing is Standing.ACTIVE


def test_a_session_that_nobody_has_scored_is_scored_first() -> None:
    found = Story().session(0, 5, 5, scored=False).today(2)
    assert found.standing is Standing.WAITS
    assert "how session 1" in found.why


def test_a_re_check_that_is_due_comes_first() -> None:
    story = Story().session(0, 5, 4).session(2, 4, 4)
    assert story.today(6).standing is Standing.ACTIVE
    assert "re-check was due on 2026-03-09" in story.today(7).why
    assert story.day(7, 4).today(7).standing is Standing.ACTIVE


@pytest.mark.parametrize(
    ("before", "after", "gain"), [(5, 3, True), (5, 4, False), (3, 2, True), (6, 4, True), (9, 8, False), (0, 0, False)]
)
def test_a_gain_is_2_points_or_30_percent(before: int, after: int, gain: bool) -> None:
    assert is_gain(before, after) is gain


def test_no_gain_by_its_day_pauses_the_course_and_says_to_see_a_doctor() -> None:
    story = Story()
    for day in (0, 2, 4, 6, 8, 10, 12):
        story.session(day, 5, 5)
    assert story.today(13).standing in (Standing.ACTIVE, Standing.WAITS)
    found = story.day(14, 4).today(14)
    assert found.standing is Standing.PAUSED
    assert "does not fade" in found.why
    assert "See a doctor" in found.why
    assert (found.next, found.earliest) == (None, None)


def test_a_gain_by_its_day_goes_on() -> None:
    story = Story()
    for day in (0, 2, 4, 7, 9, 11):
        story.session(day, 4, 3)
    assert story.day(14, 3).today(14).standing is Standing.ACTIVE


def test_worse_by_the_first_week_pauses_where_the_table_says_so() -> None:
    story = Story().session(0, 5, 5).session(2, 5, 5).day(7, 6)
    assert story.today(7).standing is Standing.PAUSED
    gentle = Story(pain=2).session(0, 2, 2).day(7, 3)
    assert gentle.today(7).standing is Standing.ACTIVE


@pytest.mark.parametrize("how", ["after a session", "in a session", "the day after"])
def test_worse_by_2_stops(how: str) -> None:
    story = Story()
    match how:
        case "after a session":
            story.session(0, 6, 7)
        case "in a session":
            story.session(0, 3, 5)
        case _:
            story.session(0, 5, 5).day(1, 7)
    found = story.today(2)
    assert found.standing is Standing.STOPPED
    assert "See a doctor" in found.why
    assert found.next is None


@pytest.mark.parametrize(("skin", "stops"), [(Skin.RED_STAYS, True), (Skin.SORE, True), (Skin.RED_FADING, False)])
def test_skin_that_stays_red_or_is_sore_stops(skin: Skin, stops: bool) -> None:
    found = Story().session(0, 5, 4, skin=skin).today(2)
    assert (found.standing is Standing.STOPPED) is stops


def test_a_session_that_made_unwell_stops() -> None:
    assert Story().session(0, 5, 4, unwell=True).today(2).standing is Standing.STOPPED


def test_a_red_flag_stops_and_says_where_to_go() -> None:
    answers = {one.number: one.harmless for one in QUESTIONS} | {"2": "yes"}
    now = f"{DAY_0}T12:00:00+00:00"
    verdict = screened([Answered(at=now, answers=answers)], [], datetime.fromisoformat(now))
    found = Story().today(0, verdict)
    assert found.standing is Standing.STOPPED
    assert "emergency number" in found.why


def test_no_pain_on_two_days_running_is_the_goal() -> None:
    story = Story().session(0, 2, 0).session(2, 0, 0)
    assert story.today(3).standing is not Standing.GOAL_MET
    found = story.day(3, 0).today(3)
    assert (found.standing, found.next) == (Standing.GOAL_MET, None)


def test_no_pain_on_two_days_with_one_between_is_not() -> None:
    assert Story().session(0, 2, 1).day(3, 0).day(5, 0).today(5).standing is Standing.ACTIVE


def test_six_weeks_of_pain_pause_the_course_in_its_middle() -> None:
    story = Story(days_since=40).session(0, 5, 4)
    assert story.today(2).standing is Standing.ACTIVE
    found = story.today(3)
    assert found.standing is Standing.PAUSED
    assert "six weeks" in found.why
    assert story.yes(3).today(3).standing is Standing.ACTIVE


@pytest.mark.parametrize(("seen", "lifts"), [(15, True), (-3, False)])
def test_a_newer_yes_of_a_doctor_lifts_a_pause_and_one_of_before_does_not(seen: int, lifts: bool) -> None:
    story = Story()
    for day in (0, 2, 4, 7, 9):
        story.session(day, 5, 5)
    story.day(14, 5).yes(15, seen)
    assert story.today(14 if lifts else 15).standing is not Standing.ACTIVE or lifts
    assert (story.today(15).standing is Standing.ACTIVE) is lifts


def test_after_a_yes_gain_is_counted_anew() -> None:
    story = Story()
    for day in (0, 2, 4, 7, 9):
        story.session(day, 5, 5)
    story.day(14, 5).yes(15).session(15, 5, 5).session(17, 5, 5).day(20, 5)
    assert story.today(20).standing is Standing.ACTIVE


def test_a_yes_that_came_before_what_went_wrong_lifts_nothing() -> None:
    story = Story().yes(0, hour=9).session(0, 5, 5).day(1, 8)
    assert story.today(2).standing is Standing.STOPPED


def test_who_needs_a_clinician_waits_for_one() -> None:
    story = Story(Injury.STRAIN, 5)
    assert story.today(0).standing is Standing.WAITS
    assert "clinician" in story.today(0).why
    assert story.yes(0).today(0).standing is Standing.ACTIVE


def test_all_sessions_done_is_the_end() -> None:
    story = Story(per_week=1, weeks=1).session(0, 5, 3)
    assert story.today(1).standing is Standing.DONE


def test_its_weeks_are_its_weeks() -> None:
    story = Story(weeks=1).session(0, 5, 3).day(7, 3)
    assert "weeks are over" in story.today(7).why
    assert story.today(7).standing is Standing.DONE


def test_a_course_that_was_closed_stays_so() -> None:
    story = Story()
    story.records.append(CourseClosed(at=at(1), on=on(1), id="c0ffee", why="moved away"))
    assert (story.today(1).standing, story.today(1).why) == (Standing.CLOSED, "moved away")


def test_closing_a_course_that_was_stopped_lifts_nothing() -> None:
    story = Story().session(0, 5, 7)
    story.records.append(CourseClosed(at=at(1), on=on(1), id="c0ffee", why="enough"))
    assert story.today(2).standing is Standing.STOPPED
    assert story.yes(3).today(3).standing is Standing.CLOSED


def test_time_that_passes_after_a_course_was_closed_pauses_nothing() -> None:
    story = Story().session(0, 5, 5)
    story.records.append(CourseClosed(at=at(3), on=on(3), id="c0ffee", why="moved away"))
    assert story.today(60).standing is Standing.CLOSED


def test_good_sessions_earn_and_others_do_not() -> None:
    story = Story().session(0, 5, 4).day(1, 4).session(2, 5, 4).day(3, 5).session(4, 4, 5).day(5, 5).session(7, 4, 4)
    # the first is half and earns nothing, the second earns, the third was worse after, the fourth the day after
    assert story.day(8, 6).today(9).earned == 1


def test_a_session_of_whose_next_day_nobody_said_anything_earns_nothing() -> None:
    story = Story().session(0, 5, 4).session(2, 5, 4)
    assert story.today(4).earned == 0
    assert story.day(3, 4).today(4).earned == 1, "said later, it counts"


def test_what_is_said_before_a_session_on_the_next_day_is_that_day() -> None:
    story = Story().session(0, 5, 4).session(2, 5, 4).session(3, 4, 4)
    assert story.today(4).earned == 1


def test_a_clock_that_is_set_back_hides_nothing() -> None:
    story = Story().session(0, 5, 4).session(2, 5, 7)
    for place, one in enumerate(story.records[1:], 1):
        story.records[place] = replace(one, at=at(-30))
    stands = story.today(3)
    assert (stands.done, stands.standing) == (2, Standing.STOPPED)


def test_records_of_another_course_say_nothing_of_this_one() -> None:
    story = Story()
    story.records.append(FollowedUp(at=at(1), on=on(1), pain=10, course="other"))
    story.records.append(Scored(at=at(1), session="x", on=on(1), before=1, after=9))
    assert story.today(2).standing is Standing.ACTIVE
