"""The editor: mistakes where they are, saving, and that no text is lost, whatever closes it."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import OptionList
from tui_bench import ENDED
from tui_story import SilentLine, Story, told, until

from stimctl.engine import messages as say
from stimctl.model.thresholds import Thresholds
from stimctl.program import loader, own_programs
from stimctl.tui.app import StimApp
from stimctl.tui.choices import Choices
from stimctl.tui.editor_screen import EditorScreen, UnsavedAsked
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.program_text import ProgramText
from stimctl.tui.status_bar import StatusBar
from stimctl.tui.stim_screen import StimScreen

WIDE = Thresholds(sensory_ua=1_000, comfort_ua=50_000, at_phase_us=200, at_period_us=12_500)


@pytest.fixture(autouse=True)
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return own_programs.copy("demo", "mine")


def of_mine() -> Choices:
    choices = Choices()
    choices.take(loader.load("mine"))
    return choices


async def opened(app: StimApp, pilot: "Pilot[int]") -> EditorScreen:
    """The editor with the program in it, linted once."""
    editor = EditorScreen("mine")
    await app.push_screen(editor)
    await until(pilot, lambda: said(app, "#found") not in ("", "Reading."))
    return editor


def in_editor(story: Story, choices: Choices | None = None, size: tuple[int, int] = (80, 24)) -> SilentLine:
    async def begin(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await opened(app, pilot)
        await story(app, pilot, line)

    return told(begin, choices or of_mine(), size)


def said(app: StimApp, of: str) -> str:
    found = app.screen.query(of)
    return str(found.first().render()) if found else ""


def area(app: StimApp) -> ProgramText:
    return app.screen.query_one(ProgramText)


def findings(app: StimApp) -> list[str]:
    options = app.screen.query_one("#findings", OptionList)
    return [str(options.get_option_at_index(index).prompt) for index in range(options.option_count)]


def write(app: StimApp, before: str, after: str) -> None:
    """Write something else in the place of some words, as an edit."""
    text = area(app).text
    at = text.index(before)
    row, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    area(app).replace(after, (row, column), (row, column + len(before)))


def line_of(text: str, words: str) -> int:
    return 1 + next(row for row, line in enumerate(text.split("\n")) if words in line)


# -- what is wrong


def test_mistakes_are_listed_with_their_lines() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, "rate_hz = 80", "rate_hz = 800")
        write(app, "minutes = 0.14", "minuets = 0.14")
        await until(pilot, lambda: len(findings(app)) >= 2)
        text = area(app).text
        places = [finding.split("  ")[0] for finding in findings(app)]
        assert f"{line_of(text, '800')}:11" in places
        assert f"{line_of(text, 'minuets')}:1" in places

    in_editor(story)


def test_what_is_wrong_is_underlined_where_it_stands() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, "rate_hz = 80", "rate_hz = 800")
        await until(pilot, lambda: len(findings(app)) == 1)
        line = area(app).get_line(line_of(area(app).text, "800") - 1)
        marked = [line.plain[span.start : span.end] for span in line.spans]
        assert marked == ["800"]
        assert "underline" in str(line.spans[0].style)

    in_editor(story)


def test_what_is_missing_at_the_end_of_a_line_underlines_the_line() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, 'title = "Mine"', 'title = "Mine')
        await until(pilot, lambda: len(findings(app)) == 1)
        row = line_of(area(app).text, "Mine") - 1
        line = area(app).get_line(row)
        assert [line.plain[span.start : span.end] for span in line.spans] == [line.plain]

    in_editor(story)


def test_enter_in_the_list_goes_to_the_place() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, "rate_hz = 5", "rate_hz = 500")
        await until(pilot, lambda: len(findings(app)) == 1)
        await pilot.press("tab")
        assert app.focused is app.screen.query_one("#findings")
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.focused is area(app))
        assert area(app).cursor_location == (line_of(area(app).text, "500") - 1, 10)

    in_editor(story)


def test_f8_goes_round_all_mistakes() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, "rate_hz = 80", "rate_hz = 800")
        write(app, "rate_hz = 5", "rate_hz = 500")
        await until(pilot, lambda: len(findings(app)) == 2)
        area(app).move_cursor((0, 0))
        rows = []
        for _ in range(3):
            await pilot.press("f8")
            rows.append(area(app).cursor_location[0])
        text = area(app).text
        first, second = line_of(text, "= 800") - 1, line_of(text, "= 500") - 1
        assert rows == [first, second, first]

    in_editor(story)


def test_when_nothing_is_wrong_the_plan_is_drawn_and_tabled() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        assert said(app, "#found") == "Nothing is wrong"
        assert app.screen.query_one(PlanPlot).display
        assert "cool-down" in said(app, "#editor-table")
        write(app, "rate_hz = 80", "rate_hz = 800")
        await until(pilot, lambda: said(app, "#found") == "1 thing is wrong")
        assert app.screen.query_one("#editor-preview").has_class("gone")
        write(app, "rate_hz = 800", "rate_hz = 80")
        await until(pilot, lambda: not app.screen.query_one("#editor-preview").has_class("gone"))

    in_editor(story)


def test_what_only_this_persons_range_forbids_is_listed_too() -> None:
    choices = of_mine()
    choices.thresholds = {1: WIDE, 2: WIDE}

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        assert any("target reached in time" in finding for finding in findings(app))

    in_editor(story, choices)


# -- saving


def test_what_is_saved_is_what_runs(mine: Path) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, 'title = "Mine"', 'title = "Mine too"')
        await until(pilot, lambda: "not saved" in said(app, "#edited"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "not saved" not in said(app, "#edited"))

    in_editor(story)
    assert loader.load("mine").plan.title == "Mine too"
    assert own_programs.draft(mine) is None


def test_what_was_right_is_kept_beside_what_is_saved(mine: Path) -> None:
    before = mine.read_text(encoding="utf-8")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, 'title = "Mine"', 'title = "Mine too"')
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "not saved" not in said(app, "#edited"))

    in_editor(story)
    assert own_programs.kept(mine).read_text(encoding="utf-8") == before


def test_what_is_wrong_is_saved_at_the_second_time(mine: Path) -> None:
    before = mine.read_text(encoding="utf-8")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, "rate_hz = 80", "rate_hz = 800")
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert mine.read_text(encoding="utf-8") == before
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "= 800" in mine.read_text(encoding="utf-8"))

    in_editor(story)


def test_after_another_letter_it_is_told_again_before_it_is_saved(mine: Path) -> None:
    before = mine.read_text(encoding="utf-8")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, "rate_hz = 80", "rate_hz = 800")
        await pilot.press("ctrl+s", "x", "ctrl+s")
        await pilot.pause()
        assert mine.read_text(encoding="utf-8") == before

    in_editor(story)


def test_what_was_changed_elsewhere_is_overwritten_only_at_the_second_time(mine: Path) -> None:
    elsewhere = mine.read_text(encoding="utf-8") + "# from elsewhere\n"

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        mine.write_text(elsewhere, encoding="utf-8")
        write(app, 'title = "Mine"', 'title = "Mine too"')
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert mine.read_text(encoding="utf-8") == elsewhere
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Mine too" in mine.read_text(encoding="utf-8"))

    in_editor(story)
    assert own_programs.kept(mine).read_text(encoding="utf-8") == elsewhere


def test_the_session_takes_what_was_saved_of_its_program() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        app.choices.pain_at_rest = 3
        write(app, 'title = "Mine"', 'title = "Mine too"')
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.choices.program is not None and app.choices.program.plan.title == "Mine too")
        assert app.choices.pain_at_rest == 3

    in_editor(story)


def test_the_session_does_not_take_what_is_wrong() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, "rate_hz = 80", "rate_hz = 800")
        await pilot.press("ctrl+s", "ctrl+s")
        await until(pilot, lambda: "not saved" not in said(app, "#edited"))
        assert app.choices.program is not None
        assert app.choices.program.plan.title == "Mine"

    in_editor(story)


# -- leaving


def test_what_is_saved_is_left_without_a_question() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, EditorScreen | UnsavedAsked))

    in_editor(story)


@pytest.mark.parametrize(
    ("presses", "in_file", "is_there_again"), [(0, True, False), (1, False, True), (2, False, False)]
)
def test_what_is_not_saved_is_saved_kept_or_thrown_away(
    mine: Path, presses: int, in_file: bool, is_there_again: bool
) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, 'title = "Mine"', 'title = "Mine too"')
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, UnsavedAsked))
        await pilot.press("home", *["down"] * presses, "enter")
        await until(pilot, lambda: not isinstance(app.screen, EditorScreen | UnsavedAsked))
        await opened(app, pilot)
        assert ("Mine too" in area(app).text) == (in_file or is_there_again)

    in_editor(story)
    assert ("Mine too" in mine.read_text(encoding="utf-8")) == in_file


def test_escape_at_the_question_stays() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, 'title = "Mine"', 'title = "Mine too"')
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, UnsavedAsked))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, EditorScreen))
        assert "Mine too" in area(app).text

    in_editor(story)


def test_undoing_a_draft_brings_back_the_file(mine: Path) -> None:
    before = mine.read_text(encoding="utf-8")
    own_programs.keep_draft(mine, "half a tho")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        assert area(app).text == "half a tho"
        await pilot.press("f9")
        assert area(app).text == before
        await until(pilot, lambda: own_programs.draft(mine) is None)

    in_editor(story)


def test_a_text_is_kept_when_nobody_has_typed_for_a_moment(mine: Path) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("#")
        await until(pilot, lambda: own_programs.draft(mine) is not None)

    in_editor(story)


def test_a_text_outlives_the_app(mine: Path) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("h", "i")
        app.exit(0)

    in_editor(story)
    assert (own_programs.draft(mine) or "").startswith("hi")


def test_a_file_that_is_gone_does_not_open(mine: Path) -> None:
    mine.unlink()

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        app.push_screen(EditorScreen("mine"))
        await until(pilot, lambda: isinstance(app.screen, StimScreen) and not isinstance(app.screen, EditorScreen))

    choices = Choices()
    choices.take(loader.load("demo"))
    told(story, choices)


# -- output


def test_it_closes_when_output_may_flow_and_what_was_not_saved_is_there_again(mine: Path) -> None:
    before = mine.read_text(encoding="utf-8")

    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("h", "i")
        line.told(say.Started(40_000))
        await until(pilot, lambda: not isinstance(app.screen, EditorScreen))
        line.told(ENDED)
        await opened(app, pilot)
        assert area(app).text.startswith("hi")

    in_editor(story)
    assert mine.read_text(encoding="utf-8") == before


def test_its_question_closes_with_it(mine: Path) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await pilot.press("h", "i", "escape")
        await until(pilot, lambda: isinstance(app.screen, UnsavedAsked))
        line.told(say.Started(40_000))
        await until(pilot, lambda: not isinstance(app.screen, EditorScreen | UnsavedAsked))

    in_editor(story)
    assert (own_programs.draft(mine) or "").startswith("hi")


def test_below_another_screen_it_keeps_its_text_at_once_and_closes_when_it_is_seen_again(mine: Path) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        write(app, 'title = "Mine"', 'title = "Mine too"')
        above = StimScreen()
        await app.push_screen(above)
        line.told(say.Started(40_000))
        await until(pilot, lambda: own_programs.draft(mine) is not None)
        assert app.screen is above
        await app.pop_screen()
        await until(pilot, lambda: not isinstance(app.screen, EditorScreen))

    in_editor(story)


def test_it_does_not_open_while_output_may_flow() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        line.told(say.Started(40_000))
        app.push_screen(EditorScreen("mine"))
        await until(pilot, lambda: isinstance(app.screen, StimScreen) and not isinstance(app.screen, EditorScreen))

    told(story, of_mine())


def test_space_is_stop_and_no_letter_from_the_moment_that_output_may_flow() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        editor = app.screen
        assert isinstance(editor, EditorScreen)
        before = area(app).text
        text = area(app)
        line.told(say.Started(40_000))
        await pilot.press("space")
        assert text.text == before

    assert in_editor(story).stops == 1


# -- everywhere


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 18)])
def test_row_1_is_there_and_the_text_has_room(size: tuple[int, int]) -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        assert app.screen.query_one(StatusBar).region.y == 0
        await until(pilot, lambda: area(app).size.height >= 7)
        assert area(app).size.width >= 56

    in_editor(story, size=size)


def test_at_most_8_keys_are_in_the_footer() -> None:
    async def story(app: StimApp, pilot: "Pilot[int]", line: SilentLine) -> None:
        await until(pilot, lambda: len(app.screen.query("FooterKey")) > 0)
        assert len(app.screen.query("FooterKey")) <= 8

    in_editor(story)
