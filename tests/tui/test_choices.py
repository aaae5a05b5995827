"""What a person has chosen: what was found or confirmed with one kind of unit says nothing of the other."""

import pytest

from stimctl.program.loader import load
from stimctl.tui.choices import SIMULATED_PERSON, Choices
from stimctl.tui.words import CHECKS


def chosen(device: str) -> Choices:
    """All that a real unit needs."""
    choices = Choices(device=device)
    choices.take(load("demo"))
    choices.thresholds = dict.fromkeys(choices.plan.channels, SIMULATED_PERSON)
    choices.range_from = "typed"
    choices.checked, choices.doctor = set(range(len(CHECKS))), "Dr. Example"
    return choices


def forgotten(choices: Choices) -> bool:
    return (choices.thresholds, choices.range_from, choices.checked, choices.doctor) == ({}, "", set(), "")


def test_with_everything_said_nothing_is_missing_for_a_real_unit() -> None:
    assert chosen("/dev/ttyUSB7").missing(simulated=False) == []


@pytest.mark.parametrize(("before", "after"), [("/dev/ttyUSB7", "sim://stimlink"), ("sim://stimlink", "/dev/ttyUSB7")])
def test_another_kind_of_unit_that_is_chosen_forgets_ranges_and_confirmations(before: str, after: str) -> None:
    choices = chosen(before)
    choices.choose_unit(after)
    assert forgotten(choices)


@pytest.mark.parametrize(("device", "simulated"), [("/dev/ttyUSB7", True), ("sim://stimlink", False)])
def test_a_unit_that_says_it_is_of_the_other_kind_forgets_them_too(device: str, simulated: bool) -> None:
    choices = chosen(device)
    choices.unit_answered(simulated=simulated)
    assert forgotten(choices)


def test_a_unit_of_the_same_kind_forgets_nothing() -> None:
    choices = chosen("/dev/ttyUSB7")
    choices.unit_answered(simulated=False)
    choices.choose_unit("/dev/ttyUSB8")
    assert choices.missing(simulated=False) == []


def test_a_real_unit_has_no_range_of_a_simulated_person() -> None:
    choices = chosen("/dev/ttyUSB7")
    choices.thresholds = {}
    assert choices.range_of(1, simulated=False) is None
    assert choices.range_of(1, simulated=True) == SIMULATED_PERSON
    assert choices.missing(simulated=False)[0].startswith("calibrate channel")
