"""The screen of programs: what it lists, what it says of each, and copies."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList
from tui_story import SilentLine, Story, told, until

from stimctl.engine import messages as say
from stimctl.program import loader, own_programs
from stimctl.tui.app import StimApp
from stimctl.tui.choices import Choices
from stimctl.tui.editor_screen import EditorScreen
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.program_list import Entry, Order, in_order, matching
from stimctl.tui.program_picker import ProgramPicker
from stimctl.tui.programs_screen import NameAsked, ProgramsScreen
from stimctl.tui.standing import Standing
from stimctl.tui.status_bar import StatusBar


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def entries() -> list[Entry]:
    return [Entry(name=name, own=name in loader.own_names(), read=loader.load(name)) for name in loader.names()]


def beginning_at(name: str) -> Choices:
    """Choices of which the program is this one: the list begins there."""
    choices = Choices()
    choices.take(loader.load(name))
    return choices


def on_programs(story: Story, choices: Choices, size: tuple[int, int] = (80, 24)) -> SilentLine:
    """The story begins when the list is there."""

    async def begin(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        app.push_screen(ProgramsScreen())
        await until(pilot, lambda: isinstance(app.screen, ProgramsScreen) and said(app, "#about") != "")
        await story(app, pilot, line)

    return told(begin, choices, size)


def said(app: StimApp, of: str) -> str:
    found = app.screen.query(of)
    return str(found.first().render()) if found else ""


def lines(app: StimApp) -> list[str]:
    """The list as it is shown."""
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]


# -- the list


def test_every_word_that_was_typed_has_to_be_there() -> None:
    found = {entry.name for entry in matching(entries(), "Hands forearm")}
    assert found == {"overuse-ease", "surface-to-deep"}


@pytest.mark.parametrize(
    ("typed", "name"),
    [("gentle", "blow-gentle"), ("kneading", ""), ("tapotement", "tap"), ("tetanic", "lumbar-endurance")],
)
def test_titles_techniques_and_classes_are_searched(typed: str, name: str) -> None:
    assert [entry.name for entry in matching(entries(), typed)] == [name] * bool(name)


def test_own_finds_ones_own() -> None:
    own_programs.copy("demo", "mine")
    assert [entry.name for entry in matching(entries(), "own mine")] == ["mine"]


@pytest.mark.parametrize("order", Order)
def test_every_order_has_every_program_and_is_sorted(order: Order) -> None:
    found = in_order(entries(), order)
    words = [entry.word(order).casefold() for entry in found]
    assert len(found) == len(entries())
    assert words == sorted(words)


def test_own_programs_are_marked_and_those_of_the_library_not() -> None:
    own_programs.copy("demo", "mine")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        marked = [line for line in lines(app) if line.startswith("*")]
        assert [line.split()[1] for line in marked] == ["Mine"]
        assert len(lines(app)) == len(loader.names())

    on_programs(story, beginning_at("demo"))


def test_a_program_that_is_wrong_is_shown_with_its_reason_and_is_not_taken() -> None:
    path = own_programs.copy("demo", "mine")
    path.write_text("rate_hz = = 3\n", encoding="utf-8")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        app.screen.query_one(OptionList).highlighted = next(i for i, line in enumerate(lines(app)) if "wrong" in line)
        await until(pilot, lambda: "not TOML" in said(app, "#about"))
        await pilot.press("enter")
        await pilot.pause()
        assert app.choices.program is not None
        assert app.choices.program.name == "demo"

    on_programs(story, beginning_at("demo"))


def test_a_slash_filters_and_escape_shows_everything_again_before_it_leaves() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("slash", *"tapotement")
        await until(pilot, lambda: len(lines(app)) == 1)
        assert "Brisk separate beats" in said(app, "#about")
        await pilot.press("escape")
        await until(pilot, lambda: len(lines(app)) == len(loader.names()))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ProgramsScreen))

    on_programs(story, beginning_at("demo"))


def test_a_filter_that_finds_nothing_says_so() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("slash", *"nothing-like-it")
        await until(pilot, lambda: "No program" in said(app, "#about"))
        await pilot.press("enter", "e", "d")
        await pilot.pause()
        assert isinstance(app.screen, ProgramsScreen)

    on_programs(story, beginning_at("demo"))


def test_sorted_by_aim_each_says_its_aim() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("s")
        await until(pilot, lambda: any("Show every depth" in line for line in lines(app)))
        assert all(len(part) <= 30 for line in lines(app) for part in line.split("\n"))

    on_programs(story, beginning_at("demo"))


# -- one program


def test_enter_takes_a_program_for_the_session() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("home")
        await until(pilot, lambda: "Blow gentle" in said(app, "#about"))
        await pilot.press("enter")
        await until(pilot, lambda: app.choices.program is not None and app.choices.program.name == "blow-gentle")

    on_programs(story, beginning_at("demo"))


def test_while_a_session_is_on_no_other_program_is_taken() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        app.control.picture.standing = Standing.ARMED
        await pilot.press("home", "enter")
        await pilot.pause()
        assert app.choices.program is not None
        assert app.choices.program.name == "demo"

    on_programs(story, beginning_at("demo"))


@pytest.mark.parametrize("name", ["demo", "lumbar-endurance"])
def test_what_it_would_do_is_drawn_and_tabled(name: str) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await until(pilot, lambda: app.screen.query_one(PlanPlot).display)
        assert "cool-down" in said(app, "#programs-table")
        assert "for the simulated person" in said(app, "#programs-table")

    on_programs(story, beginning_at(name))


def test_no_preview_is_worked_out_while_output_may_flow() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        line.told(say.Started(40_000))
        await pilot.press("home")
        await until(pilot, lambda: "while output may flow" in said(app, "#programs-table"))
        assert not app.screen.query_one(PlanPlot).display

    on_programs(story, beginning_at("demo"))


# -- copies


def test_a_copy_is_made_under_the_name_that_is_given_and_the_cursor_is_on_it() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, NameAsked))
        app.screen.query_one(Input).value = "mine"
        await pilot.press("enter")
        await until(pilot, lambda: said(app, "#about").startswith("Mine"))
        assert loader.load("mine").own

    on_programs(story, beginning_at("demo"))


@pytest.mark.parametrize("name", ["Mine!", "tap", "taken", ""])
def test_a_name_that_may_not_be_is_said_why_and_nothing_is_written(name: str) -> None:
    own_programs.copy("demo", "taken")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, NameAsked))
        app.screen.query_one(Input).value = name
        await until(pilot, lambda: said(app, "#wrong") != "")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, NameAsked)

    on_programs(story, beginning_at("demo"))
    assert loader.own_names() == ("taken",)


def test_escape_gives_no_name_and_makes_no_copy() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, NameAsked))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, ProgramsScreen))

    on_programs(story, beginning_at("demo"))
    assert loader.own_names() == ()


def test_editing_the_library_edits_a_copy() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, NameAsked))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, EditorScreen))
        assert loader.own_names() == ("my-demo",)

    on_programs(story, beginning_at("demo"))


def test_ones_own_is_edited_at_once() -> None:
    own_programs.copy("demo", "mine")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, EditorScreen))

    on_programs(story, beginning_at("mine"))


def test_nothing_is_edited_while_output_may_flow() -> None:
    own_programs.copy("demo", "mine")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        line.told(say.Started(40_000))
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, ProgramsScreen)

    on_programs(story, beginning_at("mine"))


def test_while_output_may_flow_space_in_a_field_is_stop_and_is_not_typed() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, NameAsked))
        line.told(say.Started(40_000))
        await pilot.press("space")
        await pilot.pause()
        assert " " not in app.screen.query_one(Input).value

    assert on_programs(story, beginning_at("demo")).stops == 1


# -- coming and going


def test_as_a_place_of_its_own_escape_goes_back_to_the_session() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        app.add_mode("a place", ProgramsScreen)
        await app.switch_mode("a place")
        await until(pilot, lambda: said(app, "#about") != "")
        await pilot.press("escape")
        await until(pilot, lambda: app.current_mode == app.DEFAULT_MODE)

    told(story, beginning_at("demo"))


def test_what_was_made_elsewhere_is_there_when_one_comes_back() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await app.push_screen(ProgramPicker())
        own_programs.copy("demo", "mine")
        await app.pop_screen()
        await until(pilot, lambda: any(line.startswith("* Mine") for line in lines(app)))

    on_programs(story, beginning_at("demo"))


# -- everywhere


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18)])
def test_row_1_is_there_on_the_screen_and_on_its_question(size: tuple[int, int]) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        assert app.screen.query_one(StatusBar).region.y == 0
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, NameAsked))
        assert app.screen.query_one(StatusBar).region.y == 0

    on_programs(story, beginning_at("demo"), size)


def test_at_most_8_keys_are_in_the_footer() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await until(pilot, lambda: len(app.screen.query("FooterKey")) > 0)
        assert len(app.screen.query("FooterKey")) <= 8

    on_programs(story, beginning_at("demo"))


def test_the_question_which_program_has_the_same_list_and_takes_one() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        app.push_screen(ProgramPicker())
        await until(pilot, lambda: isinstance(app.screen, ProgramPicker) and said(app, "#picked") != "")
        await pilot.press("slash", *"tapotement", "enter")
        await until(pilot, lambda: len(lines(app)) == 1)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, ProgramPicker))
        assert app.choices.program is not None
        assert app.choices.program.name == "tap"

    told(story, beginning_at("demo"))
