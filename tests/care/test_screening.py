"""Screening: each question's actions, answers that age, answers that change, doctors' approvals, and emergencies."""

from datetime import UTC, datetime, timedelta

import pytest

from stimctl.care.questions import PAIN, QUESTIONS, Action, question
from stimctl.care.records import Answered, Approved
from stimctl.care.screening import EMERGENCY, screened

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ALL_CLEAR = {one.number: one.harmless for one in QUESTIONS}


def answered(hours_ago: float = 1, **changed: str) -> Answered:
    at = (NOW - timedelta(hours=hours_ago)).isoformat()
    return Answered(at=at, answers=ALL_CLEAR | {name.removeprefix("q"): key for name, key in changed.items()})


def approved(*covers: str, hours_ago: float = 0.5) -> Approved:
    at = NOW - timedelta(hours=hours_ago)
    return Approved(at=at.isoformat(), by="Dr A", on=at.date().isoformat(), covers=covers)


def test_there_are_29_questions_and_the_second_half_of_the_last() -> None:
    assert [one.number for one in QUESTIONS] == [*(str(n) for n in range(1, 30)), "29b"]


def test_nothing_runs_before_all_is_answered() -> None:
    verdict = screened([], [], NOW)
    assert not verdict.may_run
    assert len(verdict.to_ask) == len(QUESTIONS)


def test_who_has_none_of_it_may_run() -> None:
    assert screened([answered()], [], NOW).may_run


# the action of every answer of every question, as the page of facts has it
ACTIONS = {
    **{f"{n}:yes": Action.EMERGENCY for n in (1, 2, 3, 4, 6)},
    "5:serious": Action.EMERGENCY,
    "5:yes": Action.SEE_DOCTOR,
    **{f"{n}:yes": Action.SEE_DOCTOR for n in (7, 9, 10, 11, 13)},
    "8:near": Action.DO_NOT_USE,
    "8:yes": Action.SEE_DOCTOR,
    "12:under-18": Action.DO_NOT_USE,
    "12:first-over-55": Action.SEE_DOCTOR,
    **{f"{n}:yes": Action.DO_NOT_USE for n in (14, 15, 16, 20, 21, 22, 25)},
    **{f"{n}:yes": Action.DOCTORS_YES for n in (17, 18, 23, 27)},
    "19:clot": Action.DO_NOT_USE,
    "19:thinners": Action.DOCTORS_YES,
    "24:no": Action.DO_NOT_USE,
    "26:monitor": Action.DO_NOT_USE,
    "26:patch": Action.DOCTORS_YES,
    "28:no": Action.DOCTORS_YES,
    **{f"29:{score}": Action.DOCTORS_YES for score in range(7, 11)},
    "29b:yes": Action.SEE_DOCTOR,
}


def test_every_answer_that_leads_to_something_is_in_the_table_and_no_other() -> None:
    found = {
        f"{one.number}:{answer.key}": answer.action for one in QUESTIONS for answer in one.answers if answer.action
    }
    assert found == ACTIONS


@pytest.mark.parametrize("what", ACTIONS)
def test_an_answer_that_leads_to_something_stands_in_the_way_and_says_so(what: str) -> None:
    number, key = what.split(":")
    verdict = screened([answered(**{f"q{number}": key})], [], NOW)
    assert not verdict.may_run
    assert verdict.gravest is ACTIONS[what]
    (concern,) = verdict.concerns
    assert concern.question is question(number)
    assert (verdict.sentences[0].endswith(EMERGENCY)) is (ACTIONS[what] is Action.EMERGENCY)


@pytest.mark.parametrize("what", ACTIONS)
def test_what_a_doctors_yes_for_it_lifts_and_what_nothing_does(what: str) -> None:
    number, key = what.split(":")
    verdict = screened([answered(**{f"q{number}": key})], [approved(number)], NOW)
    assert verdict.may_run is (ACTIONS[what] in (Action.SEE_DOCTOR, Action.DOCTORS_YES))


@pytest.mark.parametrize("number", ["17", "9"])
def test_a_yes_for_something_else_lifts_nothing(number: str) -> None:
    assert not screened([answered(**{f"q{number}": "yes"})], [approved("18")], NOW).may_run


def test_a_doctor_who_was_seen_before_it_began_has_not_seen_it() -> None:
    verdict = screened([answered(q9="yes")], [approved("9", hours_ago=30)], NOW)
    assert not verdict.may_run
    # for what needs a yes and no visit it is enough
    assert screened([answered(q17="yes")], [approved("17", hours_ago=30)], NOW).may_run


def test_any_approval_answers_whether_a_doctor_was_asked() -> None:
    assert screened([answered(q28="no")], [approved()], NOW).may_run


@pytest.mark.parametrize(("hours", "asked"), [(11.9, False), (12.1, True)])
def test_what_changes_from_day_to_day_is_asked_each_day(hours: float, asked: bool) -> None:
    numbers = {one.number for one in screened([answered(hours)], [], NOW).to_ask}
    assert ({"1", "21", "25", PAIN} <= numbers) is asked
    assert "14" not in numbers


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one.number)
def test_each_answer_holds_for_its_time_and_no_longer(one: object) -> None:
    lasts = one.lasts_h  # type: ignore[attr-defined]
    assert one not in screened([answered(lasts - 0.1)], [], NOW).to_ask
    assert one in screened([answered(lasts + 0.1)], [], NOW).to_ask


def test_an_answer_from_the_future_is_none() -> None:
    assert len(screened([answered(-1)], [], NOW).to_ask) == len(QUESTIONS)


def test_an_answer_that_changes_asks_for_all_that_was_answered_before_it() -> None:
    later = Answered(at=(NOW - timedelta(minutes=5)).isoformat(), answers={"18": "yes"})
    verdict = screened([answered(2), later], [approved("18", hours_ago=0)], NOW)
    assert len(verdict.to_ask) == len(QUESTIONS) - 1
    again = Answered(at=(NOW - timedelta(minutes=4)).isoformat(), answers=ALL_CLEAR | {"18": "yes"})
    assert screened([answered(2), later, again], [approved("18", hours_ago=0)], NOW).may_run


def test_how_strong_the_pain_is_may_change_every_day() -> None:
    later = Answered(at=(NOW - timedelta(minutes=5)).isoformat(), answers={PAIN: "4"})
    assert screened([answered(2), later], [], NOW).may_run


def test_after_an_emergency_nothing_runs_without_a_newer_yes_whatever_is_answered() -> None:
    emergency, later = answered(20, q1="yes"), answered(1)
    assert screened([emergency, later], [], NOW).after_emergency
    assert screened([emergency, later], [approved(hours_ago=30)], NOW).after_emergency
    assert screened([emergency, later], [approved(hours_ago=0.5)], NOW).may_run


def test_a_doctors_yes_does_not_make_an_emergency_good() -> None:
    assert not screened([answered(1, q4="yes")], [approved("4")], NOW).may_run


def test_the_gravest_comes_first() -> None:
    verdict = screened([answered(q17="yes", q9="yes", q14="yes", q3="yes")], [], NOW)
    assert [concern.question.number for concern in verdict.concerns] == ["3", "14", "9", "17"]


def test_metal_near_the_pads_may_be_a_doctors_to_allow_under_the_clinical_profile_only() -> None:
    sitting, yes = [answered(q15="yes")], [approved("15")]
    assert not screened(sitting, yes, NOW).may_run
    assert screened(sitting, yes, NOW, clinical=True).may_run
    assert not screened(sitting, [], NOW, clinical=True).may_run


def test_what_nobody_asked_and_what_is_no_answer_are_left_out() -> None:
    odd = Answered(at=NOW.isoformat(), answers={"99": "yes", "1": "perhaps"})
    verdict = screened([odd], [], NOW)
    assert len(verdict.to_ask) == len(QUESTIONS)
