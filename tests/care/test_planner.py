"""The planner: each row of the table, who is refused and why, what may be made less, and how sessions grow."""

from datetime import date, timedelta

import pytest

from stimctl.care.planner import CoursePlan, NoCourse, planned, step
from stimctl.care.planner_table import ROWS, Needs, row_for
from stimctl.care.records import CourseOpened, Injury
from stimctl.errors import ConfigError
from stimctl.program.loader import load

TODAY = date(2026, 3, 4)


def asked(injury: Injury, pain: int, days_since: int = 5, **more: object) -> CourseOpened:
    began = TODAY - timedelta(days=days_since)
    fields: dict = {
        "at": "2026-03-04T12:00:00Z",
        "id": "c0ffee",
        "injury": injury,
        "pain": pain,
        "began_on": began.isoformat(),
        "opened_on": TODAY.isoformat(),
    }
    return CourseOpened(**(fields | more))


def plan(*what: object, **more: object) -> CoursePlan:
    found = planned(asked(*what, **more))  # type: ignore[arg-type]
    assert isinstance(found, CoursePlan)
    return found


# injury, pain: needs, a week, weeks, minutes, not before (days), rechecks, no gain by
TABLE = {
    (Injury.OVERUSE, 2): (Needs.NOTHING, 3, 2, (15, 22), 0, (7, 14), 14),
    (Injury.OVERUSE, 5): (Needs.NOTHING, 3, 3, (15, 20), 2, (7, 14, 21), 14),
    (Injury.OVERUSE, 8): (Needs.DOCTOR, 2, 1, (15, 15), 0, (7,), 7),
    (Injury.BLOW, 2): (Needs.NOTHING, 2, 2, (15, 20), 3, (7, 14), 14),
    (Injury.BLOW, 5): (Needs.CLINICIAN, 2, 2, (15, 15), 3, (7,), 7),
    (Injury.STRAIN, 2): (Needs.NOTHING, 3, 2, (18, 23), 3, (7, 14), 14),
    (Injury.STRAIN, 5): (Needs.CLINICIAN, 3, 3, (18, 18), 3, (7, 14, 21), 14),
}


@pytest.mark.parametrize("what", TABLE, ids=lambda what: f"{what[0].value} {what[1]}")
def test_each_row_of_the_table(what: tuple[Injury, int]) -> None:
    needs, per_week, weeks, minutes, not_before, rechecks, no_gain_by = TABLE[what]
    found = plan(*what, days_since=0)
    assert (found.needs, found.per_week, found.weeks, found.minutes) == (needs, per_week, weeks, minutes)
    assert found.first_on == TODAY + timedelta(days=not_before)
    assert (found.rechecks, found.row.no_gain_by) == (rechecks, no_gain_by)
    assert found.sessions == per_week * weeks


@pytest.mark.parametrize(("injury", "words"), [(Injury.BLOW, "medical care now"), (Injury.STRAIN, "same day")])
@pytest.mark.parametrize("pain", [7, 10])
def test_after_a_blow_or_a_strain_with_strong_pain_there_is_no_course(injury: Injury, words: str, pain: int) -> None:
    found = planned(asked(injury, pain))
    assert isinstance(found, NoCourse)
    assert words in found.why


def test_no_pain_no_course() -> None:
    assert isinstance(planned(asked(Injury.OVERUSE, 0)), NoCourse)


@pytest.mark.parametrize("injury", list(Injury))
def test_every_pain_has_one_row(injury: Injury) -> None:
    for pain in range(1, 11):
        assert sum(row.injury is injury and row.pains[0] <= pain <= row.pains[1] for row in ROWS) == 1
    assert row_for(injury, 0) is None


def test_every_program_of_the_table_is_in_the_library() -> None:
    for row in ROWS:
        for program in (*row.first, *row.then, *row.choice):
            assert load(program).id == program


def test_from_six_weeks_on_a_doctor_comes_first() -> None:
    assert plan(Injury.OVERUSE, 2, days_since=42).needs is Needs.NOTHING
    assert plan(Injury.OVERUSE, 2, days_since=43).needs is Needs.DOCTOR
    assert plan(Injury.BLOW, 5, days_since=43).needs is Needs.CLINICIAN


def test_from_twelve_weeks_on_a_clinician_leads_or_there_is_no_course() -> None:
    assert isinstance(planned(asked(Injury.OVERUSE, 2, 85)), NoCourse)
    assert plan(Injury.OVERUSE, 2, days_since=85, clinical=True).needs is Needs.CLINICIAN


@pytest.mark.parametrize(
    ("less", "is_now"),
    [
        ({"per_week": 1}, ("per_week", 1)),
        ({"weeks": 1}, ("weeks", 1)),
        ({"most_minutes": 15}, ("minutes", (15, 15))),
        ({"most_minutes": 17}, ("minutes", (15, 17))),
    ],
)
def test_a_person_may_have_less(less: dict, is_now: tuple[str, object]) -> None:
    assert getattr(plan(Injury.OVERUSE, 5, **less), is_now[0]) == is_now[1]


@pytest.mark.parametrize(
    "more", [{"per_week": 4}, {"weeks": 4}, {"most_minutes": 21}, {"per_week": 0}, {"weeks": -1}, {"most_minutes": 14}]
)
def test_and_never_more(more: dict) -> None:
    with pytest.raises(ConfigError, match="never more"):
        planned(asked(Injury.OVERUSE, 5, **more))


@pytest.mark.parametrize("days_since", [-1, 3_651])
def test_a_day_that_cannot_be_is_said_with_what_is_allowed(days_since: int) -> None:
    with pytest.raises(ConfigError, match="allowed is any day up to 2026-03-04"):
        planned(asked(Injury.OVERUSE, 5, days_since))


@pytest.mark.parametrize("pain", [-1, 11])
def test_a_pain_out_of_range_is_said(pain: int) -> None:
    with pytest.raises(ConfigError, match="0 to 10"):
        planned(asked(Injury.OVERUSE, pain))


@pytest.mark.parametrize(("per_week", "apart"), [(3, 2), (2, 3), (1, 7)])
def test_sessions_lie_as_far_apart_as_they_can(per_week: int, apart: int) -> None:
    assert plan(Injury.OVERUSE, 5, per_week=per_week).apart_days == apart


def test_every_line_says_where_it_comes_from_and_the_doses_are_called_proposed() -> None:
    for what in TABLE:
        lines = plan(*what, days_since=5).lines
        assert all(line.said.endswith(".") and line.source for line in lines)
        assert any("no trial stands behind it" in line.source for line in lines)


# -- sessions


def test_the_first_is_half_with_the_gentlest_program_whatever_the_row() -> None:
    for what in TABLE:
        first = step(plan(*what), 1, 0, week=1)
        assert (first.program, first.minutes) == ("P01", TABLE[what][3][0] / 2)
        assert first.deep_permille == 0


def test_programs_come_in_the_order_of_the_row_and_then_by_turns() -> None:
    overuse = plan(Injury.OVERUSE, 5)
    assert [step(overuse, n, 0, week=1).program for n in range(1, 8)] == [
        *("P01", "P01", "P01", "P11", "P07", "P11", "P07"),
    ]


def test_a_choice_is_offered_from_its_session_on() -> None:
    overuse = plan(Injury.OVERUSE, 2)
    assert [bool(step(overuse, n, 0, week=1).choice) for n in (1, 2, 3)] == [False, False, True]


def test_good_sessions_earn_time_first_and_then_range_and_both_have_an_end() -> None:
    overuse = plan(Injury.OVERUSE, 5)
    grown = [(one.minutes, one.deep_permille) for one in (step(overuse, 9, earned, week=2) for earned in range(9))]
    assert grown == [
        *((15, 0), (17, 0), (19, 0), (20, 0)),
        *((20, 50), (20, 100), (20, 150), (20, 150), (20, 150)),
    ]


def test_a_row_that_earns_time_only_earns_no_range() -> None:
    blow = plan(Injury.BLOW, 2)
    assert [(one.minutes, one.deep_permille) for one in (step(blow, 4, earned, week=2) for earned in (0, 2, 8))] == [
        *((15, 0), (19, 0), (20, 0)),
    ]


def test_a_row_that_earns_nothing_stays() -> None:
    strain = plan(Injury.STRAIN, 5)
    one = step(strain, 6, 8, week=3)
    assert (one.minutes, one.deep_permille) == (18, 0)


def test_in_the_first_week_a_strain_has_no_deep_phase() -> None:
    strain = plan(Injury.STRAIN, 2)
    assert [step(strain, 2, 0, week=week).deep for week in (1, 2)] == [False, True]


def test_less_time_is_less_in_every_session() -> None:
    short = plan(Injury.OVERUSE, 5, most_minutes=16)
    assert [step(short, 5, earned, week=2).minutes for earned in (0, 1, 9)] == [15, 16, 16]
