"""Thresholds of both rate classes: each counts for its own, and the engine holds both to the same rules."""

import json
from dataclasses import replace

import pytest
from phases import constant, steady
from test_settings_needed import plan_of

from stimctl.engine import messages as say
from stimctl.engine.preparing import ANY_UNIT, Preparation, Unfit
from stimctl.model.as_json import BadValue
from stimctl.model.plan import Variation, Varying
from stimctl.model.thresholds import Found, Thresholds
from stimctl.program.asked import amplitude_ua

HIGH = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
LOW = Found(sensory_ua=8_000, comfort_ua=28_000, at_phase_us=300, at_period_us=250_000)
BOTH = replace(HIGH, other=LOW)
TURNED = Thresholds(sensory_ua=8_000, comfort_ua=28_000, at_phase_us=300, at_period_us=250_000, other=Found(
    sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500))  # fmt: skip


@pytest.mark.parametrize("both", [BOTH, TURNED], ids=["high first", "low first"])
@pytest.mark.parametrize(
    ("permille", "phase_us", "period_us", "expected_ua"),
    [
        (0, 200, 12_500, 6_000),
        (1_000, 200, 12_500, 18_000),
        (0, 300, 250_000, 8_000),
        (1_000, 300, 250_000, 28_000),
        (500, 300, 100_000, 18_000),
    ],
)
def test_each_class_counts_for_its_own_whichever_is_first(
    both: Thresholds, permille: int, phase_us: int, period_us: int, expected_ua: int
) -> None:
    assert both.amplitude_ua(permille, phase_us, period_us) == expected_ua


def test_without_the_other_class_percentages_there_are_multiplied_by_0_6() -> None:
    assert HIGH.amplitude_ua(1_000, 200, 250_000) == HIGH.amplitude_ua(600, 200, 12_500)


def test_the_other_class_is_rescaled_from_its_own_phase_duration() -> None:
    alone = Thresholds(sensory_ua=8_000, comfort_ua=28_000, at_phase_us=300, at_period_us=250_000)
    for phase_us in (100, 250, 400):
        assert BOTH.amplitude_ua(1_000, phase_us, 200_000) == alone.amplitude_ua(1_000, phase_us, 200_000)


def test_a_drive_in_both_classes_is_given_the_lower_of_the_two() -> None:
    glide = steady(rate_mhz=Varying(variation=Variation.SWEEP, values=(4_000, 30_000), period_ms=1_000)).drives[1]
    for intensity in (0, 400, 1_000):
        assert amplitude_ua(glide, intensity, BOTH) == HIGH.amplitude_ua(intensity, 200, 12_500)


def asked(thresholds: Thresholds, rate_mhz: int = 4_000) -> say.Prepare:
    phase = steady(
        lasts_ms=120_000, rate_mhz=constant(rate_mhz), intensity_start_permille=1_000, intensity_end_permille=1_000
    )
    return say.Prepare(
        plan=plan_of(phase, channels=(1,)),
        thresholds={1: thresholds},
        pads_mm2={1: 2_500},
        profile="consumer",
        pads_confirmed=True,
        doctor=None,
    )


def test_a_session_goes_up_to_what_was_found_in_its_class_and_no_higher() -> None:
    # at 200 µs, by Weiss from 300 µs, but by no more than a quarter
    top_ua = Preparation(asked(BOTH), ANY_UNIT).ready.ceilings[1].amplitude_ua
    assert 28_000 < top_ua <= 35_000
    assert Preparation(asked(HIGH), ANY_UNIT).ready.ceilings[1].amplitude_ua == 13_200
    assert Preparation(asked(BOTH, rate_mhz=80_000), ANY_UNIT).ready.ceilings[1].amplitude_ua == 18_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"sensory_ua": 0},
        {"sensory_ua": 28_000},
        {"comfort_ua": 50_001},
        {"at_phase_us": 301},
        {"at_phase_us": 49},
        {"at_period_us": 1_000_001},
        {"at_period_us": 12_500},
        {"at_period_us": 8_332},
        {"at_period_us": 0},
    ],
)
def test_the_engine_checks_the_second_one_as_strictly(wrong: dict[str, int]) -> None:
    assert Preparation(asked(BOTH), ANY_UNIT).ready
    with pytest.raises(Unfit) as why:
        Preparation(asked(replace(HIGH, other=replace(LOW, **wrong))), ANY_UNIT)
    assert why.value.rule == "thresholds"


def test_thresholds_of_before_read_as_those_of_one_class() -> None:
    line = json.loads(say.command_line(asked(HIGH)))
    assert line["thresholds"]["1"].pop("other") is None
    assert say.read_command(json.dumps(line).encode()) == asked(HIGH)
    assert say.read_command(say.command_line(asked(BOTH))) == asked(BOTH)


def test_a_third_one_cannot_be_written_down() -> None:
    line = json.loads(say.command_line(asked(BOTH)))
    line["thresholds"]["1"]["other"]["other"] = line["thresholds"]["1"]["other"].copy()
    with pytest.raises(BadValue, match="unknown"):
        say.read_command(json.dumps(line).encode())
