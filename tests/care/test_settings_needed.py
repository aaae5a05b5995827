"""At which pulses a program needs thresholds."""

import pytest
from phases import changed, constant, steady

from stimctl.care.settings import Setting, settings_needed
from stimctl.model.plan import OnlyIf, Phase, Plan, Variation, Varying
from stimctl.model.segment import rate_class
from stimctl.program.loader import load


def plan_of(*phases: Phase, channels: tuple[int, ...] = (1, 2)) -> Plan:
    return Plan(
        title="Some", program_class="twitch", profiles=("consumer",), channels=channels, phases=phases, sha256="0" * 64
    )


def of(*values: int, variation: Variation = Variation.SWEEP) -> Varying:
    return Varying(variation=variation, values=values, period_ms=1_000)


def needed(*phases: Phase) -> list[tuple[int, int]]:
    return [(setting.phase_duration_us, setting.pulse_rate_mhz) for setting in settings_needed(plan_of(*phases))]


def test_one_class_is_one_setting_at_the_longest_phase_and_the_highest_rate() -> None:
    first = steady(rate_mhz=constant(100_000), phase_duration_us=constant(150))
    assert needed(first, steady(rate_mhz=of(30_000, 80_000), phase_duration_us=of(200, 250))) == [(250, 100_000)]


def test_two_classes_are_two_settings_each_with_its_own_longest_phase() -> None:
    low = steady(rate_mhz=of(2_000, 5_000, variation=Variation.STEPS), phase_duration_us=constant(300))
    assert needed(low, steady(rate_mhz=constant(80_000), phase_duration_us=constant(200))) == [
        (200, 80_000),
        (300, 5_000),
    ]


def test_ten_hertz_is_low_and_a_little_more_is_high() -> None:
    assert needed(steady(rate_mhz=constant(10_000))) == [(200, 10_000)]
    assert [one.rate_class for one in settings_needed(plan_of(steady(rate_mhz=constant(10_000))))] == ["low"]
    assert [one.rate_class for one in settings_needed(plan_of(steady(rate_mhz=constant(10_001))))] == ["high"]


@pytest.mark.parametrize("variation", [Variation.SWEEP, Variation.DRIFT])
def test_what_glides_from_one_class_to_the_other_needs_the_border_of_the_lower(variation: Variation) -> None:
    assert needed(steady(rate_mhz=of(4_000, 30_000, variation=variation))) == [(200, 30_000), (200, 10_000)]


def test_what_jumps_over_the_border_needs_its_own_values_only() -> None:
    assert needed(steady(rate_mhz=of(4_000, 30_000, variation=Variation.ALTERNATE))) == [(200, 30_000), (200, 4_000)]


def test_every_channel_and_every_condition_counts() -> None:
    first = changed(steady(), channel=2, phase_duration_us=constant(260))
    conditional = steady(rate_mhz=constant(3_000), only_if=OnlyIf(pain_at_rest_at_most=3, else_repeat=0))
    assert needed(first, conditional) == [(260, 80_000), (200, 3_000)]


@pytest.mark.parametrize("name", ["demo", "surface-to-deep", "roll", "surface-stroke"])
def test_every_rate_and_duration_of_a_library_program_is_within_what_it_needs(name: str) -> None:
    plan = load(name).plan
    settings = {setting.rate_class: setting for setting in settings_needed(plan)}
    for phase in plan.phases:
        for drive in phase.drives.values():
            for rate_mhz in drive.rate_mhz.values:
                setting = settings[rate_class(-(-1_000_000_000 // rate_mhz))]
                assert rate_mhz <= setting.pulse_rate_mhz
                assert max(drive.phase_duration_us.values) <= setting.phase_duration_us


def test_a_period_is_never_shorter_than_the_rate_asks() -> None:
    assert Setting(phase_duration_us=200, pulse_rate_mhz=30_000).pulse_period_us == 33_334
