"""How much may flow: amplitude, charge, phase duration and rate, for the person and over the pads."""

from dataclasses import replace

import pytest
from safety_bench import ANYTHING, ROOMY, Bench, segment

from stimctl.model.thresholds import Thresholds
from stimctl.safety.clearance import Refused

# --- amplitude, charge, phase duration, rate


def test_the_amplitude_may_reach_its_limit() -> None:
    assert Bench().climbed(60_000).rule(60_000) == ""


def test_an_amplitude_over_its_limit_is_refused() -> None:
    assert Bench().climbed(60_000).felt(20_000).rule(60_001) == "amplitude-within-limit"


@pytest.mark.parametrize("end", ["amplitude_start_ua", "amplitude_end_ua"])
def test_an_amplitude_below_zero_is_refused(end: str) -> None:
    assert Bench().rule(0, **{end: -1}) == "amplitude-within-limit"


@pytest.mark.parametrize("phase_us", [50, 300])
def test_a_phase_duration_may_be_at_either_limit(phase_us: int) -> None:
    assert Bench().rule(100, phase_duration_us=phase_us) == ""


@pytest.mark.parametrize("phase_us", [-1, 0, 49, 301])
def test_a_phase_duration_beyond_its_limits_is_refused(phase_us: int) -> None:
    assert Bench().rule(100, phase_duration_us=phase_us) == "phase-duration-within-limits"


def test_a_rate_may_be_at_its_limit() -> None:
    assert Bench().rule(100, pulse_period_us=8_333) == ""


@pytest.mark.parametrize("period_us", [8_332, 1, 0, -1])
def test_a_rate_over_its_limit_is_refused(period_us: int) -> None:
    assert Bench().rule(100, pulse_period_us=period_us) == "rate-within-limit"


def test_a_pulse_that_does_not_fit_its_period_is_refused() -> None:
    assert Bench().rule(100, interphase_us=12_500 - 400) == "rate-within-limit"
    assert Bench().rule(100, interphase_us=12_500 - 401) == ""


def test_an_interphase_below_zero_is_refused() -> None:
    assert Bench().rule(100, interphase_us=-1) == "rate-within-limit"


def test_the_charge_of_a_phase_may_reach_its_limit_and_no_more() -> None:
    bench = Bench(limits=replace(ROOMY, charge_per_phase_nc=4_000)).climbed(20_000).felt(9_000)
    assert bench.rule(20_000) == ""
    assert bench.rule(20_001) == "charge-within-limit"


# --- the person


def person(**changes: int) -> dict[int, Thresholds]:
    fields = {"sensory_ua": 6_000, "comfort_ua": 10_000, "at_phase_us": 200, "at_period_us": 12_500}
    return {1: Thresholds(**(fields | changes)), 2: ANYTHING}


def test_the_amplitude_may_reach_comfort_and_no_more() -> None:
    bench = Bench(thresholds=person()).climbed(10_000).felt(9_000)
    assert bench.rule(10_000) == ""
    assert bench.rule(10_001) == "amplitude-within-comfort"


def test_comfort_falls_with_a_longer_phase() -> None:
    bench = Bench(thresholds=person()).climbed(8_000).felt(9_000)
    allowed_ua = int(10_000 * (1 + 459 / 300) / (1 + 459 / 200))
    assert allowed_ua < 8_000
    assert bench.rule(8_000, phase_duration_us=300) == "amplitude-within-comfort"
    assert bench.rule(allowed_ua, phase_duration_us=300, amplitude_start_ua=allowed_ua) == ""


def test_comfort_grows_by_at_most_a_quarter_at_a_shorter_phase() -> None:
    bench = Bench(thresholds=person()).felt(9_000)
    bench.climbed(12_500, phase_duration_us=100)
    assert bench.rule(12_501, phase_duration_us=100) == "amplitude-within-comfort"


def test_in_another_rate_class_comfort_is_six_tenths_of_the_range() -> None:
    bench = Bench(thresholds=person()).felt(9_000).felt(9_000, "low")
    bench.climbed(8_400, pulse_period_us=100_000)
    assert bench.rule(8_401, pulse_period_us=100_000) == "amplitude-within-comfort"


def test_a_channel_without_thresholds_is_refused() -> None:
    verdict = Bench().ask(segment(channel=3))
    assert isinstance(verdict, Refused)
    assert verdict.rule == "channel-known"


# --- density


def dense(**changes: object) -> Bench:
    """20 mA, 200 µs, 80 Hz: 3.578 mA r.m.s.; over 25 cm² that is 143.1 µA/cm²."""
    fields = {"rms_density_ua_cm2": 144, "power_density_uw_cm2": 10**9}
    own = {name: changes.pop(name) for name in list(changes) if name in fields}
    return Bench(limits=replace(ROOMY, **(fields | own)), **changes).felt(9_000)


def test_density_may_be_at_its_limit() -> None:
    dense().climbed(20_000)


def test_density_over_its_limit_is_refused() -> None:
    bench = dense(rms_density_ua_cm2=142).climbed(19_000)
    assert bench.rule(20_000) == "density-within-limits"


def test_density_is_that_of_the_contact_which_is_left() -> None:
    bench = dense().climbed(20_000)
    bench.governor.contact_left(1, 2_400)
    assert bench.rule(20_000) == "density-within-limits"


def test_no_contact_left_lets_nothing_pass_and_does_not_divide_by_zero() -> None:
    bench = dense()
    bench.governor.contact_left(1, 0)
    assert bench.rule(100) == "density-within-limits"


def test_density_may_be_half_where_the_unit_reports_no_load() -> None:
    bench = dense(reports_load=False).climbed(10_000)
    assert bench.rule(10_200) == "density-within-limits"


def test_power_density_over_its_limit_is_refused() -> None:
    # 3.578 mA r.m.s. in 500 Ω is 6.4 mW, over 25 cm² 256 µW/cm²
    dense(power_density_uw_cm2=257).climbed(20_000)
    assert dense(power_density_uw_cm2=255).climbed(19_000).rule(20_000) == "density-within-limits"
