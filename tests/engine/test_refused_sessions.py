"""A person, pads or a plan that cannot be right: refused with exit 5, before anything is armed."""

from dataclasses import replace

import pytest
from phases import changed
from world import PERSON, World

from stimctl.model.plan import Variation, Varying
from stimctl.program.loader import load


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"sensory_ua": 0}, "sensory"),
        ({"sensory_ua": 18_000}, "sensory"),
        ({"comfort_ua": 60_000}, "comfortable"),
        ({"at_phase_us": 900}, "µs"),
        ({"at_period_us": 100}, "Hz"),
    ],
)
def test_thresholds_that_cannot_be_right_are_exit_5(change: dict, word: str) -> None:
    world = World(thresholds=replace(PERSON, **change)).prepared()
    assert world.ended["exit_code"] == 5
    assert word in world.ended["reason"]


def test_a_pad_that_is_too_small_is_exit_5() -> None:
    world = World().prepared(pad_mm2=1_000)
    assert world.ended["exit_code"] == 5
    assert "cm²" in world.ended["reason"]


def test_a_program_for_more_channels_than_the_unit_has_is_exit_5() -> None:
    world = World(channels=1).prepared()
    assert (world.ended["exit_code"], world.ended["zero_confirmed"]) == (5, True)


@pytest.mark.parametrize(
    "change",
    [
        {"phases": ()},
        {"channels": ()},
        {"program_class": "massage"},
        {"profiles": ("clinical",)},
    ],
)
def test_a_plan_that_no_schema_would_let_through_is_exit_5(change: dict) -> None:
    world = World(replace(load("demo").plan, **change)).prepared()
    assert world.ended["exit_code"] == 5


@pytest.mark.parametrize(
    "change",
    [
        {"intensity_end_permille": 1_200},
        {"intensity_start_permille": -5},
        {"lasts_ms": 0},
        {"lasts_ms": -1_000},
        {"rate_mhz": Varying(variation=Variation.CONSTANT, values=(0,))},
        {"rate_mhz": Varying(variation=Variation.CONSTANT, values=())},
        {"phase_duration_us": Varying(variation=Variation.CONSTANT, values=(0,))},
        {"phase_duration_us": Varying(variation=Variation.CONSTANT, values=(10**40,))},
    ],
)
def test_a_phase_that_no_schema_would_let_through_is_exit_5(change: dict) -> None:
    plan = load("demo").plan
    first, *others = plan.phases
    world = World(replace(plan, phases=(changed(first, **change), *others))).prepared()
    assert world.ended["exit_code"] == 5


def test_a_pad_of_a_size_that_no_pad_has_is_exit_5() -> None:
    world = World().prepared(pad_mm2=10**40)
    assert world.ended["exit_code"] == 5
