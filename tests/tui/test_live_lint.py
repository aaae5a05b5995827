"""Linting while somebody writes: each mistake where it is, what only a person's range brings out, and previews."""

import pytest

from stimctl.model.thresholds import Thresholds
from stimctl.program import loader
from stimctl.tui.choices import Choices
from stimctl.tui.live_lint import Wrong, linted, wrong_in

DEMO = loader.read_text(loader.find("demo"))
REAL_UNIT = "/dev/ttyUSB0"
# With it the demo's deep phase is not reached in its 8 s.
WIDE = Thresholds(sensory_ua=1_000, comfort_ua=50_000, at_phase_us=200, at_period_us=12_500)


def at(wrong: Wrong, text: str) -> str:
    """The characters that it is about."""
    line = text.split("\n")[wrong.line - 1]
    return line[wrong.column - 1 :][: wrong.length]


def only(text: str) -> Wrong:
    (wrong,) = wrong_in(text)
    return wrong


def test_nothing_is_wrong_with_the_library() -> None:
    for name in loader.library_names():
        assert wrong_in(loader.read_text(loader.find(name))) == ()


def test_a_value_out_of_bounds_is_told_where_it_stands() -> None:
    text = DEMO.replace("rate_hz = 80", "rate_hz = 800", 1)
    assert at(only(text), text) == "800"
    assert 'phase 1 "surface", rate_hz: found 800, allowed: ' in only(text).sentence


def test_a_misspelt_key_is_told_at_the_key_with_its_advice() -> None:
    text = DEMO.replace("minutes = 0.14", "minuets = 0.14")
    found = [(at(wrong, text), "did you mean minutes?" in wrong.sentence) for wrong in wrong_in(text)]
    assert ("minuets", True) in found


def test_every_mistake_is_told_in_the_order_of_the_text() -> None:
    text = DEMO.replace("rate_hz = 80", "rate_hz = 800").replace('"smooth"', '"smoth"')
    lines = [wrong.line for wrong in wrong_in(text)]
    assert len(lines) == 4
    assert lines == sorted(lines)


def test_what_is_no_toml_is_told_where_reading_ended() -> None:
    text = DEMO.replace("rate_hz = 80", "rate_hz = = 80", 1)
    line = 1 + text.split("\n").index("rate_hz = = 80")
    assert (only(text).line, only(text).column) == (line, 11)
    assert only(text).sentence.startswith("not TOML: invalid value; ")


def test_a_rule_of_safety_is_told_with_its_name() -> None:
    text = DEMO.replace("[10, 20]", "[30, 20]")
    assert ("30", True) in [(at(wrong, text), "(no-upward-jump)" in wrong.sentence) for wrong in wrong_in(text)]


@pytest.mark.parametrize("text", ["", "# a note\n"])
def test_an_empty_text_is_told_at_its_top(text: str) -> None:
    assert (only(text).line, only(text).column) == (1, 1)
    assert only(text).sentence.startswith("says nothing; ")


@pytest.mark.parametrize("text", ["a = " + "9" * 5_000, "a = " + "[" * 60_000, "\ud800 = 3", "a = 1\rb = 2", "\x00"])
def test_odd_texts_are_told_of_and_raise_nothing(text: str) -> None:
    assert wrong_in(text)


def test_what_is_right_has_a_preview() -> None:
    found = linted("mine", DEMO, Choices())
    assert found.wrong == ()
    assert found.preview is not None
    assert (found.preview.refused, set(found.preview.plan)) == ("", {1, 2})


def test_what_only_this_persons_range_forbids_is_told_at_the_phase_to_blame() -> None:
    found = linted("mine", DEMO, Choices(thresholds={1: WIDE, 2: WIDE}))
    assert found.wrong
    assert all("target reached in time" in wrong.sentence for wrong in found.wrong)
    assert {at(wrong, DEMO) for wrong in found.wrong} <= {"0.2", "0.1", "0.14", "0.06"}


def test_without_a_range_the_preview_is_of_the_simulated_person_and_nothing_is_blamed() -> None:
    found = linted("mine", DEMO, Choices(device=REAL_UNIT))
    assert found.wrong == ()
    assert found.preview is not None
    assert not found.preview.refused


def test_choices_are_left_as_they_are() -> None:
    choices = Choices(profile="clinical", pain_at_rest=7)
    linted("mine", DEMO, choices)
    assert (choices.program, choices.profile, choices.pain_at_rest) == (None, "clinical", 7)


def test_a_program_that_asks_for_pain_is_previewed_before_anybody_answered() -> None:
    asking = next(one for one in loader.library_names() if loader.load(one).plan.asks_for_pain)
    found = linted("mine", loader.read_text(loader.find(asking)), Choices())
    assert found.preview is not None
    assert not found.preview.refused


def test_what_is_about_the_person_and_no_line_is_in_the_preview_alone() -> None:
    too_much = Thresholds(sensory_ua=1_000, comfort_ua=60_000, at_phase_us=200, at_period_us=12_500)
    found = linted("mine", DEMO, Choices(thresholds={1: too_much, 2: too_much}))
    assert found.wrong == ()
    assert found.preview is not None
    assert "60 mA is over" in found.preview.refused
