"""Somebody who is known here, on the screen: what their records allow is what can be armed, and it is written down."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from known_people import NOON, known, opened, ran, scored
from textual.pilot import Pilot
from textual.widgets import Input, OptionList
from tui_bench import ENDED, IN_LEVELS, LOST, SESSION, UNIT, ZERO, Line, Lines, made, sample, screen_text, tell, worked

from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.records import (
    Answered,
    CalibratedLevels,
    CalibratedMa,
    CourseClosed,
    CourseOpened,
    FollowedUp,
    LimitsSet,
    Named,
    PadsPlaced,
    Ran,
    Record,
    Scored,
    Skin,
)
from stimctl.care.settings import settings_needed
from stimctl.care.threshold_book import Entry, ThresholdBook
from stimctl.engine import messages as say
from stimctl.errors import ConfigError
from stimctl.model.levels import Levels
from stimctl.program.loader import load
from stimctl.tui.app import StimApp
from stimctl.tui.calibrate_screen import CalibrateScreen
from stimctl.tui.people.course_form import PlanModal
from stimctl.tui.people.form import Form
from stimctl.tui.people.forms import DayForm, OutcomeForm
from stimctl.tui.people.people_screen import PeopleScreen
from stimctl.tui.people.screening import ScreeningModal, VerdictModal
from stimctl.tui.prepare_screen import PrepareScreen
from stimctl.tui.run_screen import RunScreen

Story = Callable[["Scene"], Awaitable[None]]
RANGE = [
    CalibratedMa(
        at=stamp(NOON - timedelta(days=10)),
        channel=channel,
        sensory_ua=5_000,
        comfort_ua=14_000,
        at_phase_us=200,
        at_period_us=12_500,
        unit="0042",
        simulated=True,
    )
    for channel in (1, 2)
]


class Scene:
    """An app with somebody in it."""

    def __init__(self, app: StimApp, lines: Lines, pilot: "Pilot[int]") -> None:
        self.app, self.lines, self.pilot = app, lines, pilot

    @property
    def line(self) -> Line:
        return self.lines[-1]

    @property
    def people(self) -> People:
        return self.app.desk.people

    def of(self, kind: type[Record]) -> list[Record]:
        """Anna's records of this kind."""
        return [one for one in self.people.called("Anna").records if isinstance(one, kind)]

    def sent(self, kind: type[say.Command]) -> list[say.Command]:
        return [one for one in self.line.commands if isinstance(one, kind)]

    @property
    def words(self) -> str:
        """All that is on the screen, without its frames."""
        return " ".join(screen_text(self.app).translate(dict.fromkeys(map(ord, "│╭╮╰╯─▌▇▃▁▂▅▆"), " ")).split())

    async def at_anna(self) -> None:
        """The place of people, with the cursor on her."""
        await self.press("f6")
        everybody = self.app.screen.query_one("#everybody", OptionList)
        everybody.highlighted = 1
        await self.settled()

    async def settled(self) -> None:
        await worked(self.pilot)
        await self.pilot.pause()

    async def taken(self) -> None:
        """The session is Anna's."""
        await tell(self.pilot, self.line, UNIT)
        self.app.desk.take(self.people.called("Anna"))
        self.app.prepared_anew()
        await self.settled()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settled()

    async def armed(self) -> None:
        await self.taken()
        await self.press("a")
        await tell(self.pilot, self.line, SESSION, say.Armed())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def played(story: Story, program: str = "demo", device: str = "sim://stimlink", days_later: float = 0.0) -> None:
    """In a screen that is tall enough for all."""

    async def play() -> None:
        app, lines = made(program, device, now=lambda: NOON + timedelta(days=days_later))
        async with app.run_test(size=(80, 40), notifications=True) as pilot:
            scene = Scene(app, lines, pilot)
            await scene.settled()
            await story(scene)
            await scene.settled()

    asyncio.run(play())


# -- before current flows


@pytest.mark.parametrize("simulated", [True, False])
def test_recorded_levels_count_on_a_simulated_unit_only(simulated: bool) -> None:
    levels = Levels(sensory_level=11, comfort_level=33, at_phase_us=400, at_period_us=12_500)
    one = partial(CalibratedLevels.of, levels, at=RANGE[0].at, rated_ua=50_000, unit="", simulated=simulated)
    known(None, one(channel=1), one(channel=2))

    async def story(scene: Scene) -> None:
        board = replace(IN_LEVELS, simulated=simulated)
        await tell(scene.pilot, scene.line, board)
        scene.app.desk.take(scene.people.called("Anna"))
        found = scene.app.choices.range_of(1, simulated=simulated)
        assert found == (levels if simulated else None)

    played(story, device="sim://openemsstim")


def test_what_is_armed_for_somebody_is_their_courses_next_session_with_their_range_pads_and_limits() -> None:
    limits = LimitsSet(at=RANGE[0].at, most_ua=16_000, most_minutes=None)
    pads = PadsPlaced(at=RANGE[0].at, pad_mm2=3_600, placement="")
    known(None, *RANGE, limits, pads, opened())

    async def story(scene: Scene) -> None:
        await scene.armed()
        (asked,) = scene.sent(say.Prepare)
        anna = scene.people.called("Anna")
        assert isinstance(asked, say.Prepare)
        assert (asked.plan.title, asked.person, asked.course) == ("Surface stroke", anna.id, "course1")
        assert (asked.most_ua, set(asked.pads_mm2.values())) == (16_000, {3_600})
        assert {of.comfort_ua for of in asked.thresholds.values()} == {14_000}
        assert asked.doctor == f"as recorded of {anna.id}", "no name goes into a journal"
        assert "Anna (made up)" not in screen_text(scene.app)

    played(story)


def test_a_range_ends_where_they_never_go_over_wherever_it_comes_from() -> None:
    known(None, *RANGE, LimitsSet(at=RANGE[0].at, most_ua=9_000, most_minutes=None))

    async def story(scene: Scene) -> None:
        await scene.taken()
        for simulated in (True, False):
            of = scene.app.choices.range_of(1, simulated=simulated)
            assert of is not None
            assert of.comfort_ua == 9_000
        scene.app.choices.thresholds = {1: replace(of, comfort_ua=20_000)}
        assert scene.app.choices.range_of(1, simulated=False).comfort_ua == 9_000

    played(story)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"approved": False, "q28": "no"}, "Only with a doctor's yes"),
        ({"q7": "yes"}, "See a doctor soon"),
        ({"q1": "yes"}, "call your emergency number"),
        ({"now": NOON - timedelta(days=2)}, "to be answered"),
    ],
)
def test_nothing_is_armed_that_screening_or_approval_stand_in_the_way_of(more: dict, words: str) -> None:
    known(None, **more)

    async def story(scene: Scene) -> None:
        await scene.taken()
        await scene.press("a")
        assert scene.sent(say.Prepare) == []
        assert isinstance(scene.app.screen, PrepareScreen)
        assert words in " ".join(str(one.message) for one in scene.app._notifications)
        # nor is their range looked for
        assert words in str(scene.app.choices.unfit)

    played(story)


@pytest.mark.parametrize("after", [5, 7], ids=["it does not fade", "worse by two"])
def test_while_a_course_is_paused_or_stopped_no_range_is_looked_for_either(after: int) -> None:
    first = ran(15)
    known(None, opened(days_ago=15), first, scored(first, 5, after))

    async def story(scene: Scene) -> None:
        await scene.taken()
        scene.app.push_screen(_calibration(scene.app))
        await scene.settled()
        await scene.press("a")
        assert scene.sent(say.Prepare) == []
        assert "See a doctor" in str(scene.app.choices.unfit)

    played(story)


def test_a_name_may_hold_whatever_can_be_shown_and_means_nothing() -> None:
    people, _ = known(None, opened())
    evil = "[/]x[@click=app.quit]"
    odd = people.new(Named(at=stamp(NOON), name=evil))

    async def story(scene: Scene) -> None:
        await tell(scene.pilot, scene.line, UNIT)
        scene.app.desk.take(odd)
        scene.app.prepared_anew()
        await scene.settled()
        # a refusal with the name in it, as a toast and in the steps
        await scene.press("a")
        assert "[/]x[@click=app.quit]: 30 questions" in scene.words
        await scene.press("f6")
        scene.app.screen.query_one("#everybody", OptionList).highlighted = 1
        await scene.settled()
        for key in ("Q", "y", "c", "d", "l", "delete", "e"):
            await scene.press(key)
            assert "[/]x" in scene.words, key
            await scene.press("escape")

    played(story)


def test_a_day_of_rest_and_a_second_session_on_a_day_are_not_armed() -> None:
    first = ran(1)
    known(None, opened(), first, scored(first, 5, 4))

    async def rest(scene: Scene) -> None:
        await scene.taken()
        await scene.press("escape", "a")
        assert scene.sent(say.Prepare) == []
        assert "Rest" in scene.app.choices.missing(simulated=True)[0]

    played(rest)


def test_a_line_of_their_file_that_cannot_be_read_holds_them_up(home: Path) -> None:
    known()
    (path,) = (home / "data" / "people").glob("*.jsonl")
    path.write_bytes(path.read_bytes() + b"?\n")

    async def story(scene: Scene) -> None:
        await scene.taken()
        await scene.press("a")
        assert scene.sent(say.Prepare) == []

    played(story)


def test_what_was_found_on_or_said_by_one_body_says_nothing_of_another() -> None:
    known()

    async def story(scene: Scene) -> None:
        choices = scene.app.choices
        choices.thresholds, choices.range_from = {1: RANGE[0].found}, "typed in"  # type: ignore[dict-item]
        choices.checked, choices.doctor, choices.pain_at_rest = {0, 1, 2, 3}, "Dr Nobody", 3
        await scene.taken()
        assert (choices.thresholds, choices.range_from, choices.checked, choices.doctor) == ({}, "", set(), "")
        assert choices.pain_at_rest is None
        assert choices.range_of(1, simulated=False) is None

    played(story)


def test_the_last_calibration_on_this_computer_may_be_another_bodys() -> None:
    known()

    async def story(scene: Scene) -> None:
        assert scene.app.choices.plan is not None
        setting = settings_needed(scene.app.choices.plan)[0]
        entry = Entry(
            at="2026-03-01T10:00:00Z",
            channel=1,
            phase_duration_us=setting.phase_duration_us,
            pulse_period_us=setting.pulse_period_us,
            sensory_ua=6_000,
            motor_ua=None,
            comfort_ua=30_000,
            unit="0042",
            simulated=True,
        )
        ThresholdBook().add([entry, replace(entry, channel=2)])
        await tell(scene.pilot, scene.line, UNIT)
        await scene.press("l")
        assert set(scene.app.choices.thresholds) == {1, 2}, "nobody's is whoever's"
        await scene.taken()
        await scene.press("l")
        assert scene.app.choices.thresholds == {}

    played(story)


def test_a_program_that_was_chosen_before_is_not_theirs_and_one_that_is_not_offered_is_refused() -> None:
    known(None, opened())

    async def story(scene: Scene) -> None:
        await scene.taken()
        assert scene.app.choices.program.name == "surface-stroke"  # type: ignore[union-attr]
        scene.app.choices.take(load("tap"))
        await scene.press("a")
        assert scene.sent(say.Prepare) == []
        assert "The course has P01 next, not tap" in scene.app.choices.missing(simulated=True)[0]

    played(story, program="tap")


# -- written down


def test_a_session_is_on_the_disk_before_its_start_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    known(None, opened())

    async def story(scene: Scene) -> None:
        await scene.armed()
        sent_when_written: list[int] = []
        real = People.add

        def add(self: People, of: Person, *new: Record) -> Person:
            sent_when_written.append(len(scene.sent(say.Start)))
            return real(self, of, *new)

        monkeypatch.setattr(People, "add", add)
        await scene.press("s")
        assert (sent_when_written, len(scene.sent(say.Start))) == ([0], 1)
        (written,) = scene.of(Ran)
        assert isinstance(written, Ran)
        assert (written.session, written.program, written.number, written.minutes) == (SESSION.id, "P01", 1, 7.5)

    played(story)


def test_nothing_starts_where_it_cannot_be_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    known()

    async def story(scene: Scene) -> None:
        await scene.armed()

        def add(self: People, of: Person, *new: Record) -> Person:
            raise ConfigError("free some disk space")

        monkeypatch.setattr(People, "add", add)
        await scene.press("s")
        assert scene.sent(say.Start) == []
        assert "free some disk space" in screen_text(scene.app)

    played(story)


@pytest.mark.parametrize("what", ["emergency", "another session", "minutes", "milliamperes", "deleted"])
def test_what_was_armed_does_not_start_when_their_records_say_otherwise_since(what: str) -> None:
    people, anna = known()
    later = stamp(NOON)
    new = {
        "emergency": Answered(at=later, answers={"1": "yes"}),
        "another session": ran(0),
        "minutes": LimitsSet(at=later, most_ua=None, most_minutes=15),
        "milliamperes": LimitsSet(at=later, most_ua=12_000, most_minutes=None),
    }

    async def story(scene: Scene) -> None:
        await scene.armed()
        if what == "deleted":
            people.delete(anna)
        else:
            people.add(anna, new[what])
        await scene.press("s")
        assert scene.sent(say.Start) == []

    played(story, program="surface-to-deep")


def test_nobodys_session_is_written_down_nowhere() -> None:
    known()

    async def story(scene: Scene) -> None:
        await tell(scene.pilot, scene.line, UNIT)
        await scene.press("a")
        await tell(scene.pilot, scene.line, SESSION, say.Armed())
        await scene.press("s")
        assert (len(scene.sent(say.Start)), scene.of(Ran)) == (1, [])

    played(story)


# -- how it was


async def ended(scene: Scene) -> None:
    await scene.armed()
    await scene.press("s")
    await tell(scene.pilot, scene.line, say.Started(40_000), sample(2_000, 3.0), ZERO, replace(ENDED, exit_code=0))
    await scene.press("enter")


def test_how_it_was_is_asked_at_the_end_by_itself_and_a_few_keys_keep_it() -> None:
    known(None, opened())

    async def story(scene: Scene) -> None:
        await ended(scene)
        assert isinstance(scene.app.screen, OutcomeForm)
        assert scene.app.screen.query_one("#before", Input).value == "5", "what was answered before it, today"
        await scene.press("4", "enter", "7", "enter", "2", "enter", "n", "enter", "enter", *"sits", "enter")
        (found,) = scene.of(Scored)
        assert isinstance(found, Scored)
        assert (found.before, found.after, found.comfort, found.skin, found.function) == (
            5,
            4,
            7,
            Skin.RED_FADING,
            "sits",
        )
        assert (found.unwell, found.session, found.course) == (False, SESSION.id, "course1")
        assert isinstance(scene.app.screen, PrepareScreen)
        assert "Rest" in screen_text(scene.app)

    played(story)


def test_half_an_answer_is_not_kept_and_the_next_session_waits_for_it() -> None:
    known(None, opened())

    async def story(scene: Scene) -> None:
        await ended(scene)
        await scene.press("4", "escape")
        assert scene.of(Scored) == []
        await scene.press("a")
        assert len(scene.sent(say.Arm)) == 1
        assert "First say how session 1" in scene.words
        await scene.press("w")
        assert isinstance(scene.app.screen, OutcomeForm)

    played(story)


def test_bad_input_is_told_and_nothing_typed_is_lost() -> None:
    known()

    async def story(scene: Scene) -> None:
        await ended(scene)
        await scene.press(*"11", "enter", "7", "enter", "1", "enter", "n", "enter", "enter", "enter")
        assert isinstance(scene.app.screen, OutcomeForm)
        assert "a whole number from 0 to 10, found 11" in scene.words
        assert scene.app.screen.query_one("#comfort", Input).value == "7"
        assert scene.of(Scored) == []
        assert scene.app.focused is scene.app.screen.query_one("#after"), "where it can be mended"

    played(story)


def test_worse_by_two_stops_the_course_on_the_spot() -> None:
    known(None, opened())

    async def story(scene: Scene) -> None:
        await ended(scene)
        await scene.press("7", "enter", "2", "enter", "1", "enter", "n", "enter", "enter", "enter")
        said = scene.words
        assert "was stopped" in said
        assert "See a doctor" in said

    played(story)


def test_the_day_after_is_asked_by_itself() -> None:
    first = ran(2)
    known(None, opened(), first, scored(first, 5, 4))

    async def story(scene: Scene) -> None:
        await scene.taken()
        assert isinstance(scene.app.screen, DayForm)
        await scene.press("4", "enter", "enter", "enter")
        (found,) = scene.of(FollowedUp)
        assert isinstance(found, FollowedUp)
        assert (found.on, found.pain, found.course) == ("2026-03-03", 4, "course1")

    played(story)


def test_who_is_taken_by_enter_is_asked_it_over_the_first_screen_and_goes_on() -> None:
    first = ran(2)
    known(None, opened(), first, scored(first, 5, 4))

    async def story(scene: Scene) -> None:
        await tell(scene.pilot, scene.line, UNIT)
        await scene.at_anna()
        await scene.press("enter")
        assert isinstance(scene.app.screen, DayForm)
        await scene.press("escape")
        assert isinstance(scene.app.screen, PrepareScreen)
        assert "session 2" in scene.words
        await scene.press("a")
        assert len(scene.sent(say.Prepare)) == 1

    played(story)


# -- asked


def test_what_stands_in_the_way_is_one_key_away_from_new_to_armed() -> None:
    async def story(scene: Scene) -> None:
        await tell(scene.pilot, scene.line, UNIT)
        await scene.press("w")
        assert isinstance(scene.app.screen, PeopleScreen)
        await scene.press("n", *"Anna", "enter", "enter")
        assert isinstance(scene.app.screen, PrepareScreen)
        await scene.press("w")
        assert isinstance(scene.app.screen, ScreeningModal)
        await scene.press("f")
        assert "question 24 and 28" in scene.words, "these are not taken for granted"
        _answer(scene.app.screen, "24", "28")
        await scene.press("tab", "5", "enter")
        assert isinstance(scene.app.screen, PrepareScreen)
        await scene.press("w", *"Dr Example", "enter", "enter", "enter")
        await scene.press("a")
        assert len(scene.sent(say.Prepare)) == 1
        (asked,) = scene.of(Answered)
        assert isinstance(asked, Answered)
        assert (asked.answers["24"], asked.answers["28"], asked.answers["29"], asked.answers["1"]) == (
            "yes",
            "yes",
            "5",
            "no",
        )

    played(story)


def _answer(screen: object, *numbers: str) -> None:
    assert isinstance(screen, ScreeningModal)
    options = screen.query_one(OptionList)
    for number in numbers:
        options.highlighted = options.get_option_index(number)
        options.action_select()


def test_an_emergency_says_where_to_go_and_stays_until_it_is_left() -> None:
    known()

    async def story(scene: Scene) -> None:
        await scene.taken()
        await scene.at_anna()
        await scene.press("Q")
        assert isinstance(scene.app.screen, ScreeningModal)
        _answer(scene.app.screen, "2", "24", "28")
        await scene.press("tab", "5", "enter")
        assert isinstance(scene.app.screen, VerdictModal)
        assert "call your emergency number" in scene.words
        assert scene.app.choices.missing(simulated=True)

    played(story)


def test_leaving_the_questions_keeps_nothing() -> None:
    known()

    async def story(scene: Scene) -> None:
        before = len(scene.of(Answered))
        await scene.at_anna()
        await scene.press("Q", "enter", "escape")
        assert len(scene.of(Answered)) == before

    played(story)


# -- the course


def test_a_course_is_planned_line_by_line_and_begun_by_a_key_of_its_own() -> None:
    known()

    async def story(scene: Scene) -> None:
        await scene.at_anna()
        await scene.press("c", "1", "enter", "enter", "5", "enter", "enter", "enter", "enter")
        assert isinstance(scene.app.screen, PlanModal)
        said = scene.words
        assert "3 a week for 3 weeks" in said
        assert "no trial stands behind it" in said
        assert scene.of(CourseOpened) == []
        await scene.press("o")
        (begun,) = scene.of(CourseOpened)
        assert isinstance(begun, CourseOpened)
        assert (begun.pain, begun.began_on) == (5, "2026-02-27")
        await scene.press("c", "1", "enter", "5", "enter", "5", "enter", "enter", "enter", "enter", "o")
        assert "There is a course already" in screen_text(scene.app)
        assert len(scene.of(CourseOpened)) == 1

    played(story)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("2", "8", "1"), "get medical care now"),
        (("1", "5", "99"), "more than twelve weeks"),
        (("4", "5", "1"), "a whole number from 1 to 3, found 4"),
        (("1", "5", "9999"), "from 0 to 3650, found 9999"),
    ],
)
def test_who_gets_no_course_is_told_why(typed: tuple[str, str, str], words: str) -> None:
    known()

    async def story(scene: Scene) -> None:
        injury, pain, days = typed
        keys = (injury, "enter", "backspace", pain, "enter", *days, "enter", "enter", "enter", "enter")
        await scene.at_anna()
        await scene.press("c", "1", "backspace", *keys, "o")
        assert words in scene.words
        assert scene.of(CourseOpened) == []

    played(story)


def test_a_course_that_was_stopped_is_not_begun_anew_by_closing_it() -> None:
    first = ran(1)
    known(None, opened(), first, scored(first, 5, 7))

    async def story(scene: Scene) -> None:
        await scene.at_anna()
        await scene.press("x", "enter")
        assert len(scene.of(CourseClosed)) == 1
        await scene.press("c", "1", "enter", "5", "enter", "5", "enter", "enter", "enter", "enter", "o")
        assert len(scene.of(CourseOpened)) == 1
        assert "The course stopped" in scene.words

    played(story)


def test_the_screen_has_the_course_its_trend_and_every_session() -> None:
    first, second = ran(4), ran(2, 2)
    known(None, opened(), first, scored(first, 5, 4), second, scored(second, 4, 3))

    async def story(scene: Scene) -> None:
        await scene.at_anna()
        said = screen_text(scene.app)
        assert "Active: 2 of 9 sessions" in " ".join(said.split())
        assert "Pain 3 now, -2 since the beginning" in said
        assert "02 Mar P01    -/15.0    -        -     4 to 3    -    -" in said

    played(story)


def test_only_a_name_that_is_typed_deletes_and_what_was_prepared_for_them_is_held_up() -> None:
    known()

    async def story(scene: Scene) -> None:
        await scene.taken()
        await scene.at_anna()
        await scene.press("delete", "enter", *"Bob", "enter")
        assert scene.people.called("Anna")
        await scene.press("escape", "delete", *"Anna", "enter")
        assert scene.people.all()[0] == ()
        await scene.press("f2", "a")
        assert scene.sent(say.Prepare) == []
        assert "nobody is called" in str(scene.app.choices.missing(simulated=True))

    played(story)


@pytest.mark.parametrize("why", ["a session", "a unit in doubt"])
def test_no_form_opens_while_output_may_flow_or_a_unit_is_in_doubt(why: str) -> None:
    first = ran(2)
    known(None, opened(), first)

    async def story(scene: Scene) -> None:
        await scene.at_anna()
        await tell(scene.pilot, scene.line, UNIT)
        if why == "a session":
            await tell(scene.pilot, scene.line, SESSION)
        else:
            scene.app.control.picture.heard(LOST)
        assert not scene.app.desk.at_rest
        for key in ("n", "q", "Q", "y", "c", "e", "d", "l", "x", "delete"):
            await scene.pilot.press(key)
            assert isinstance(scene.app.screen, PeopleScreen), key

    played(story)


def test_whose_session_it_is_stays_while_one_is_on() -> None:
    known()

    async def story(scene: Scene) -> None:
        await scene.armed()
        await scene.press("f6", "up", "enter")
        assert scene.app.choices.whose is not None

    played(story)


# -- their range


def test_a_range_that_is_found_is_kept_with_them_and_never_looked_for_above_their_limit() -> None:
    known(None, LimitsSet(at=RANGE[0].at, most_ua=9_200, most_minutes=None))

    async def story(scene: Scene) -> None:
        await scene.taken()
        await scene.press("c", "enter")
        assert isinstance(scene.app.screen, CalibrateScreen)
        await scene.press("a")
        await tell(scene.pilot, scene.line, replace(SESSION, title="By hand"), say.Armed())
        (asked,) = scene.sent(say.Prepare)
        assert isinstance(asked, say.Prepare)
        assert {of.comfort_ua for of in asked.thresholds.values()} == {9_000}, "the last whole step below it"
        assert (asked.most_ua, asked.person) == (9_200, scene.people.called("Anna").id)
        await scene.press("s")
        await tell(scene.pilot, scene.line, say.Started(660_000))
        for keys, ma in (("1", 4.0), ("3", 8.0)):
            for channel in (1, 2):
                await tell(scene.pilot, scene.line, sample(60_000, ma, channel=channel))
            await scene.press(keys, "tab", keys, "tab")
        await scene.press("enter")
        found = scene.of(CalibratedMa)
        assert [(one.channel, one.comfort_ua, one.unit, one.simulated) for one in found] == [  # type: ignore[union-attr]
            (1, 8_000, "0042", True),
            (2, 8_000, "0042", True),
        ]
        assert scene.of(Ran) == [], "finding a range is no session of a course"

    played(story)


def test_a_range_is_not_looked_for_either_while_something_stands_in_the_way() -> None:
    known(None, q7="yes")

    async def story(scene: Scene) -> None:
        await scene.taken()
        scene.app.push_screen(_calibration(scene.app))
        await scene.settled()
        await scene.press("a")
        assert scene.sent(say.Prepare) == []
        assert "First: Anna: 7. A fever" in " ".join(str(one.message) for one in scene.app._notifications)

    played(story)


def test_a_range_is_not_looked_for_when_something_was_answered_while_the_unit_was_looked_for() -> None:
    people, anna = known()

    async def story(scene: Scene) -> None:
        scene.app.desk.take(people.called("Anna"))
        scene.app.push_screen(_calibration(scene.app))
        await scene.settled()
        await scene.press("a")
        people.add(anna, Answered(at=stamp(NOON), answers={"1": "yes"}))
        await tell(scene.pilot, scene.line, UNIT)
        assert scene.sent(say.Prepare) == []

    played(story)


def _calibration(app: StimApp) -> CalibrateScreen:
    assert app.choices.plan is not None
    return CalibrateScreen(settings_needed(app.choices.plan), app.choices.plan.channels, app.choices, app.desk.now)


@pytest.mark.parametrize(
    "new", [Answered(at=stamp(NOON), answers={"1": "yes"}), LimitsSet(at=stamp(NOON), most_ua=5_000, most_minutes=None)]
)
def test_a_calibration_that_was_armed_does_not_start_when_their_records_say_otherwise_since(new: Record) -> None:
    people, anna = known()

    async def story(scene: Scene) -> None:
        await scene.taken()
        scene.app.push_screen(_calibration(scene.app))
        await scene.settled()
        await scene.press("a")
        await tell(scene.pilot, scene.line, SESSION, say.Armed())
        people.add(anna, new)
        await scene.press("s")
        assert scene.sent(say.Start) == []

    played(story)


def test_marks_made_on_one_body_are_not_anothers() -> None:
    people, _ = known()
    bob = people.new(Named(at=stamp(NOON), name="Bob"))

    async def story(scene: Scene) -> None:
        await scene.taken()
        screen = _calibration(scene.app)
        scene.app.push_screen(screen)
        await scene.settled()
        await scene.press("a")
        await tell(scene.pilot, scene.line, SESSION, say.Armed())
        await scene.press("s")
        await tell(scene.pilot, scene.line, say.Started(660_000), sample(60_000, 4.0))
        await scene.press("1")
        assert any(finding.marks for finding in screen._calibration.findings.values())
        await tell(scene.pilot, scene.line, ZERO, ENDED)
        scene.app.desk.take(bob)
        screen.show(scene.app.control.picture)
        assert not any(finding.marks for finding in screen._calibration.findings.values())

    played(story)


def test_a_range_that_is_typed_in_is_kept_with_them() -> None:
    known()

    async def story(scene: Scene) -> None:
        await scene.taken()
        await scene.press("c", "tab", *"5 12", "enter")
        (found,) = scene.of(CalibratedMa)
        assert isinstance(found, CalibratedMa)
        assert (found.channel, found.sensory_ua, found.comfort_ua, found.simulated) == (1, 5_000, 12_000, True)

    played(story)


def test_a_form_is_never_over_a_session() -> None:
    """The gate would take Space and Esc; what is typed there would be lost, and nobody looks at a form then."""
    known()

    async def story(scene: Scene) -> None:
        await scene.armed()
        await scene.press("s")
        await tell(scene.pilot, scene.line, say.Started(40_000), sample(2_000, 3.0))
        assert not scene.app.desk.ask_how_it_was()
        assert not isinstance(scene.app.screen, Form)
        assert isinstance(scene.app.screen, RunScreen)

    played(story)
