"""`stimctl person` and `stimctl course` as somebody calls them, from a sore back to a course that pauses itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from stimctl.care.people import People
from stimctl.care.questions import QUESTIONS
from stimctl.care.records import CourseOpened, Injury, Ran
from stimctl.cli import dates
from stimctl.cli.course import course
from stimctl.cli.for_person import for_person
from stimctl.cli.people import people
from stimctl.cli.person import PersonFlags
from stimctl.errors import ConfigError, SafetyRefusal, StimctlError
from stimctl.model.scale import Scale

BEGUN = datetime(2026, 3, 2, 12, tzinfo=UTC)
NO_FLAGS = PersonFlags(
    sensory_ma=None,
    comfort_ma=None,
    at_us=200,
    at_hz=80.0,
    pad_cm2=25.0,
    channels=None,
    profile="consumer",
    pain_at_rest=None,
)


class Desk:
    """Somebody who types commands, day by day."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.day = 0
        self.hour = 0.0
        monkeypatch.setattr(dates, "now", self.now)
        for module in ("stimctl.cli.people", "stimctl.cli.for_person"):
            monkeypatch.setattr(f"{module}.now", self.now)

    def now(self) -> datetime:
        # every look is a little later
        self.hour += 0.001
        return BEGUN + timedelta(days=self.day, hours=self.hour)

    def person(self, *arguments: str) -> tuple[int, str]:
        return self._run(people, arguments)

    def course(self, *arguments: str) -> tuple[int, str]:
        return self._run(course, arguments)

    def _run(self, command: object, arguments: tuple[str, ...]) -> tuple[int, str]:
        done = CliRunner().invoke(command, arguments)  # type: ignore[arg-type]
        if isinstance(done.exception, StimctlError):
            return int(done.exception.exit_code), str(done.exception)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def answers(self, **changed: str) -> tuple[int, str]:
        clear = {one.number: one.harmless for one in QUESTIONS} | {"29": "5"}
        path = self.directory / "answers.json"
        path.write_text(json.dumps(clear | {name.removeprefix("q"): key for name, key in changed.items()}))
        return self.person("screen", "Anna", "--answers", str(path))

    def ready(self) -> "Desk":
        assert self.person("new", "Anna")[0] == 0
        assert self.answers()[0] == 0
        assert self.person("approve", "Anna", "--by", "Dr Example")[0] == 0
        return self

    def opened(self, *more: str) -> "Desk":
        self.ready()
        asked = ("--person", "Anna", "--injury", "overuse", "--pain", "5", "--days-since", "5", "--open")
        code, said = self.course("plan", *asked, *more)
        assert code == 0, said
        return self

    def session(self, day: int, before: int, after: int, *more: str) -> tuple[int, str]:
        """One that was run on this day, as `run --person` has it, and scored."""
        self.day = day
        assert self.answers()[0] in (0, 5)
        known = for_person("Anna", None, NO_FLAGS)
        People().add(known.person, known.started(f"session{day}"))
        return self.course("score", "Anna", "--before", str(before), "--after", str(after), *more)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return Desk(tmp_path, monkeypatch)


def standing(desk: Desk) -> str:
    return str(json.loads(desk.course("show", "Anna", "--json")[1])["standing"])


def test_from_a_sore_back_to_three_sessions_and_a_trend(desk: Desk) -> None:
    desk.opened()
    assert "session 1: P01, 7.5 min" in desk.course("next", "Anna")[1]
    for day, before, after in ((0, 5, 5), (2, 5, 4), (4, 4, 3)):
        code, said = desk.session(day, before, after)
        assert code == 0, said
    said = desk.course("show", "Anna")[1]
    assert "3 of 9 sessions" in said
    assert "pain 3 now, -2 since the beginning" in said
    assert "● after it" in said
    assert "06 Mar P01    -/15.0    -        -     4 to 3    -    -" in said


def test_a_course_pauses_itself_when_the_pain_does_not_fade_and_nothing_runs(desk: Desk) -> None:
    desk.opened()
    for day in (0, 2, 4, 7, 9, 11):
        desk.day = day
        if day == 7:
            # the first re-check
            desk.course("day", "Anna", "--pain", "5")
        desk.session(day, 5, 5)
    desk.day = 14
    desk.answers()
    code, said = desk.course("day", "Anna", "--pain", "5")
    assert code == 0
    assert "paused" in said
    assert "does not fade" in said
    assert "See a doctor" in said
    with pytest.raises(SafetyRefusal, match="paused"):
        for_person("Anna", None, NO_FLAGS)
    with pytest.raises(SafetyRefusal, match="paused"):
        for_person("Anna", "demo", NO_FLAGS)
    desk.day = 15
    desk.answers()
    assert desk.person("approve", "Anna", "--by", "Dr Example")[0] == 0
    assert for_person("Anna", None, NO_FLAGS).of.step is not None


def test_worse_by_two_stops_and_says_where_to_go(desk: Desk) -> None:
    desk.opened()
    code, said = desk.session(0, 5, 7)
    assert "stopped" in said
    assert "See a doctor" in said
    code, said = desk.course("next", "Anna")
    assert code == 5


def test_a_red_flag_stops_everything_and_says_where_to_go(desk: Desk) -> None:
    desk.opened()
    code, said = desk.answers(q2="yes")
    assert code == 5
    assert "call your emergency number" in said
    with pytest.raises(SafetyRefusal, match="emergency"):
        for_person("Anna", None, NO_FLAGS)


@pytest.mark.parametrize("missing", ["screening", "approval", "course"])
def test_without_screening_approval_or_course_nothing_runs(desk: Desk, missing: str) -> None:
    desk.person("new", "Anna")
    if missing != "screening":
        desk.answers()
    if missing == "course":
        desk.person("approve", "Anna", "--by", "Dr Example")
    next_step = {"screening": "person screen", "approval": "person approve", "course": "course plan"}[missing]
    with pytest.raises((SafetyRefusal, ConfigError), match=f"stimctl {next_step}"):
        for_person("Anna", None, NO_FLAGS)


def test_answers_that_have_aged_are_asked_again(desk: Desk) -> None:
    desk.opened()
    desk.day = 1
    with pytest.raises(SafetyRefusal, match="to be answered"):
        for_person("Anna", None, NO_FLAGS)


def test_nothing_runs_while_a_line_of_the_persons_file_cannot_be_read(desk: Desk) -> None:
    desk.ready()
    (path,) = (desk.directory / "home" / "data" / "people").glob("*.jsonl")
    whole = path.read_bytes()
    # it may have been an emergency
    path.write_bytes(whole.replace(b'{"version":1,"record":"Answered"', b'{"version":1,"record":"Answ\xff"', 1))
    desk.answers()
    with pytest.raises(SafetyRefusal, match="line 2 cannot be read"):
        for_person("Anna", "demo", NO_FLAGS)
    path.write_bytes(whole + b'{"version":1,"rec')
    assert for_person("Anna", "demo", NO_FLAGS).of.step is None, "what was cut off was never acknowledged"


@pytest.mark.parametrize("what", ["emergency", "limit", "another session"])
def test_what_was_prepared_does_not_start_when_their_records_say_otherwise_since(desk: Desk, what: str) -> None:
    desk.ready()
    prepared = for_person("Anna", "demo", NO_FLAGS)
    match what:
        case "emergency":
            desk.answers(q1="yes")
        case "limit":
            desk.person("limits", "Anna", "--most-ma", "5")
        case _:
            People().add(prepared.person, for_person("Anna", "demo", NO_FLAGS).started("s1"))
    with pytest.raises(SafetyRefusal):
        prepared.started("s2")


def test_one_session_a_day(desk: Desk) -> None:
    desk.ready()
    known = for_person("Anna", "demo", NO_FLAGS)
    People().add(known.person, known.started("s1"))
    with pytest.raises(SafetyRefusal, match="one a day"):
        for_person("Anna", "demo", NO_FLAGS)


def test_never_more_than_four_days_running_without_a_course_either(desk: Desk) -> None:
    desk.ready()
    for day in range(4):
        desk.day = day
        desk.answers()
        known = for_person("Anna", "demo", NO_FLAGS)
        People().add(known.person, known.started(f"s{day}"))
    desk.day = 4
    desk.answers()
    with pytest.raises(SafetyRefusal, match="4 days running"):
        for_person("Anna", "demo", NO_FLAGS)
    desk.day = 5
    desk.answers()
    assert for_person("Anna", "demo", NO_FLAGS).of.step is None


def test_a_course_for_a_clinician_to_lead_runs_under_the_clinical_profile_only(desk: Desk) -> None:
    desk.ready()
    asked = ("--person", "Anna", "--injury", "overuse", "--pain", "5", "--days-since", "100", "--open")
    assert desk.course("plan", *asked, "--profile", "clinical")[0] == 0
    assert desk.person("approve", "Anna", "--by", "Dr Example")[0] == 0
    with pytest.raises(SafetyRefusal, match="only under the clinical profile"):
        for_person("Anna", None, NO_FLAGS)
    assert for_person("Anna", None, replace(NO_FLAGS, profile="clinical")).of.number == 1


def test_a_course_has_its_own_program_and_no_other(desk: Desk) -> None:
    desk.opened()
    with pytest.raises(SafetyRefusal, match="has P01 next"):
        for_person("Anna", "tap", NO_FLAGS)
    assert for_person("Anna", "P01", NO_FLAGS).of.step is not None


def test_the_first_session_is_half_as_long(desk: Desk) -> None:
    desk.opened()
    known = for_person("Anna", None, NO_FLAGS)
    assert known.of.minutes == 7.5
    written = known.started("abc")
    assert isinstance(written, Ran)
    assert (written.program, written.number, written.course) == ("P01", 1, known.person.course.id)  # type: ignore[union-attr]


def test_what_a_person_never_goes_over_shortens_a_session(desk: Desk) -> None:
    desk.ready()
    desk.person("limits", "Anna", "--most-minutes", "14")
    assert for_person("Anna", "P11", NO_FLAGS).of.minutes == 14
    desk.person("limits", "Anna", "--most-minutes", "2")
    with pytest.raises(SafetyRefusal, match="never over 2 min is set for Anna"):
        for_person("Anna", "P11", NO_FLAGS)


def test_a_range_of_a_simulated_unit_is_none_for_a_real_one(desk: Desk) -> None:
    desk.ready()
    desk.person("thresholds", "Anna", "--sensory-ma", "5", "--comfort-ma", "14", "--simulated")
    known = for_person("Anna", "demo", NO_FLAGS)
    of = known.range_for((1, 2), Scale.CURRENT, simulated=True).thresholds
    assert {channel: one.comfort_ua for channel, one in of.items()} == {1: 14_000, 2: 14_000}
    with pytest.raises(SafetyRefusal, match="nothing is known of Anna's range on channel 1, 2 of a real unit"):
        known.range_for((1, 2), Scale.CURRENT, simulated=False)
    desk.person("thresholds", "Anna", "--sensory-ma", "5", "--comfort-ma", "12")
    known = for_person("Anna", "demo", NO_FLAGS)
    assert known.range_for((1,), Scale.CURRENT, simulated=False).thresholds[1].comfort_ua == 12_000


def test_levels_of_a_real_unit_are_said_anew_for_each_session(desk: Desk) -> None:
    desk.ready()
    desk.person("thresholds", "Anna", "--sensory-level", "20", "--comfort-level", "60")
    known = for_person("Anna", "demo", NO_FLAGS)
    with pytest.raises(SafetyRefusal, match="said anew for each session"):
        known.range_for((1, 2), Scale.LEVEL, simulated=False)
    typed = for_person("Anna", "demo", replace(NO_FLAGS, sensory_level="10", comfort_level="30"))
    assert typed.range_for((1,), Scale.LEVEL, simulated=False).levels[1].comfort_level == 30


def test_pain_at_rest_is_what_was_answered_today(desk: Desk) -> None:
    desk.ready()
    assert for_person("Anna", "P13", NO_FLAGS).plan.pain_at_rest == 5


def test_a_second_course_waits_for_the_end_of_the_first(desk: Desk) -> None:
    desk.opened()
    asked = ("--person", "Anna", "--injury", "strain", "--pain", "2", "--days-since", "5", "--open")
    assert desk.course("plan", *asked)[0] == 2
    assert desk.course("close", "Anna", "--why", "moved away")[0] == 0
    assert standing(desk) == "closed"
    assert desk.course("plan", *asked)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--injury", "blow", "--pain", "8", "--days-since", "1"), 5, "medical care now"),
        (("--injury", "strain", "--pain", "9", "--days-since", "1"), 5, "see a doctor first"),
        (("--injury", "overuse", "--pain", "5", "--days-since", "100"), 5, "more than twelve weeks"),
        (("--injury", "overuse", "--pain", "0", "--days-since", "5"), 5, "nothing to ease"),
        (("--injury", "overuse", "--pain", "5", "--days-since", "5", "--per-week", "7"), 2, "never more"),
        (("--injury", "overuse", "--pain", "5", "--days-since", "9999"), 2, "0 to 3650"),
    ],
)
def test_who_gets_no_course_is_told_why(desk: Desk, arguments: tuple[str, ...], code: int, words: str) -> None:
    desk.ready()
    found, said = desk.course("plan", "--person", "Anna", *arguments)
    assert (found, words in said) == (code, True), said


def test_a_stop_is_not_lifted_by_closing_the_course_nor_by_another_one(desk: Desk) -> None:
    desk.opened()
    desk.session(0, 5, 7)
    desk.course("close", "Anna")
    desk.day = 1
    desk.answers()
    with pytest.raises(SafetyRefusal, match="stopped"):
        for_person("Anna", "demo", NO_FLAGS)
    asked = ("--person", "Anna", "--injury", "overuse", "--pain", "5", "--days-since", "5", "--open")
    code, said = desk.course("plan", *asked)
    assert (code, "stopped" in said) == (5, True)
    desk.person("approve", "Anna", "--by", "Dr Example")
    assert for_person("Anna", "demo", NO_FLAGS).of.step is None
    assert desk.course("plan", *asked)[0] == 0


@pytest.mark.parametrize("flags", [{}, {"sensory_ma": "5", "comfort_ma": "30"}], ids=["simulated", "typed"])
def test_what_a_person_never_goes_over_holds_whatever_the_range_comes_from(desk: Desk, flags: dict) -> None:
    desk.ready()
    desk.person("limits", "Anna", "--most-ma", "10")
    known = for_person("Anna", "demo", replace(NO_FLAGS, **flags))
    of = known.range_for((1, 2), Scale.CURRENT, simulated=True).thresholds
    assert [one.comfort_ua for one in of.values()] == [10_000, 10_000]
    assert known.person.most_ua == 10_000


def test_a_course_that_the_table_has_no_more_is_said_and_can_be_closed(desk: Desk) -> None:
    desk.ready()
    opened = CourseOpened(
        at="2026-03-02T12:00:00.000Z",
        id="c1",
        injury=Injury.BLOW,
        pain=9,
        began_on="2026-03-01",
        opened_on="2026-03-02",
    )
    People().add(People().called("Anna"), opened)
    code, said = desk.course("show", "Anna")
    assert (code, "course is none any more" in said) == (5, True)
    assert desk.course("close", "Anna")[0] == 0


def test_a_day_that_is_to_come_is_no_day_of_a_score(desk: Desk) -> None:
    desk.opened()
    code, said = desk.course("day", "Anna", "--pain", "3", "--on", "2026-03-03")
    assert (code, "is to come" in said) == (2, True)
    assert desk.course("day", "Anna", "--pain", "3", "--on", "yesterday")[0] == 2
    assert desk.course("day", "Anna", "--pain", "11")[0] == 2


def test_what_was_never_run_is_not_scored(desk: Desk) -> None:
    desk.opened()
    code, said = desk.course("score", "Anna", "--before", "5", "--after", "4")
    assert (code, "not scored yet" in said) == (2, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "an object"),
        ("{", "not JSON"),
        ('{"99": "yes"}', "there is no question '99'"),
        ('{"1": "perhaps", "2": 3}', "question 1: 'perhaps', allowed are yes, no; question 2: 3"),
    ],
)
def test_answers_that_are_none_are_said_and_nothing_is_kept(desk: Desk, content: str, words: str) -> None:
    desk.person("new", "Anna")
    path = desk.directory / "answers.json"
    path.write_text(content)
    code, said = desk.person("screen", "Anna", "--answers", str(path))
    assert (code, words in said) == (2, True), said
    assert People().called("Anna").answered == ()


def test_who_is_deleted_takes_their_journals_along_and_nobody_elses(desk: Desk, tmp_path: Path) -> None:
    desk.ready()
    anna = People().called("Anna")
    directory = tmp_path / "home" / "data" / "sessions" / "2026-03-02"
    directory.mkdir(parents=True)
    (directory / "120000-one.jsonl").write_text(f'{{"front":"{{\\"person\\":\\"{anna.id}\\"}}"}}\n')
    (directory / "130000-two.jsonl").write_text('{"front":"somebody else"}\n')
    assert desk.person("delete", "Anna")[0] == 2, "nobody said yes"
    code, said = desk.person("delete", "Anna", "--yes")
    assert code == 0
    assert "Not reached: copies" in said
    assert [path.name for path in directory.iterdir()] == ["130000-two.jsonl"]
    with pytest.raises(ConfigError):
        People().called("Anna")


def test_nobody_is_deleted_while_a_session_runs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ready()
    with monkeypatch.context() as while_it_runs:
        while_it_runs.setattr("stimctl.history.deleting.running_id", lambda: "0badcafe")
        code, said = desk.person("delete", "Anna", "--yes")
        assert (code, "stop it first" in said) == (2, True)
    assert People().called("Anna")
    assert desk.person("delete", "Anna", "--yes")[0] == 0


def test_show_and_list_say_what_is_known(desk: Desk) -> None:
    desk.opened()
    desk.person("pads", "Anna", "--pad-cm2", "32", "--where", "beside the spine")
    desk.person("thresholds", "Anna", "--sensory-ma", "5", "--comfort-ma", "14")
    said = desk.person("show", "Anna")[1]
    assert "approved by Dr Example" in said
    assert "channel 2 on real units: 5 to 14 mA at 200 µs" in said
    assert "pads: 32 cm², beside the spine" in said
    assert "a course of overuse, approved by Dr Example" in desk.person("list")[1]
    records = json.loads(desk.person("show", "Anna", "--json")[1])["records"]
    assert records[0]["record"] == "Named"


def test_a_plan_as_json_has_every_line_with_its_source(desk: Desk) -> None:
    desk.ready()
    asked = ("--person", "Anna", "--injury", "strain", "--pain", "5", "--days-since", "3", "--json")
    said = desk.course("plan", *asked)[1]
    plan = json.loads(said[said.index("{") : said.rindex("}") + 1])
    assert (plan["per_week"], plan["weeks"], plan["needs"]) == (3, 3, "a clinician has seen it and agreed")
    assert all(line["said"] and line["source"] for line in plan["lines"])
