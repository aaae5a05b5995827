"""Plans to calibrate with: as high as the limits let anybody go, fit for the engine, and nothing by themselves."""

from dataclasses import replace

import pytest
from world import World

from stimctl.care.calibration import calibration_plan, ceiling_ua
from stimctl.care.settings import Setting
from stimctl.engine import messages as say
from stimctl.engine.preparing import ANY_UNIT, Preparation, session_limits
from stimctl.model.limits import PROFILES
from stimctl.program.bounds import over_the_limits

STEP_UA = 500
PADS = {"consumer": (1_600, 2_500), "clinical": (900, 2_500)}
SETTINGS = {
    "consumer": [(50, 120_000), (300, 120_000), (300, 1_000), (50, 1_000), (200, 80_000), (250, 10_000)],
    "clinical": [(30, 150_000), (400, 150_000), (400, 1_000), (30, 1_000), (200, 80_000), (250, 10_001)],
}
GRID = [(profile, *pulses, pad) for profile in SETTINGS for pulses in SETTINGS[profile] for pad in PADS[profile]]


def asked(profile: str, setting: Setting, pads_mm2: dict[int, int], minutes: float = 1) -> say.Prepare:
    calibrating = calibration_plan(setting, pads_mm2, session_limits(profile, ANY_UNIT), minutes=minutes)
    return say.Prepare(
        plan=calibrating.plan,
        thresholds=calibrating.thresholds,
        pads_mm2=pads_mm2,
        profile=profile,
        pads_confirmed=True,
        doctor="Dr. Example",
        by_hand=True,
    )


def rehearsed(prepare: say.Prepare) -> Preparation:
    preparation = Preparation(prepare, ANY_UNIT)
    while not preparation.step():
        pass
    return preparation


@pytest.mark.parametrize(("profile", "phase_us", "rate_mhz", "pad_mm2"), GRID)
@pytest.mark.parametrize("channels", [1, 2])
def test_the_engine_takes_it_at_its_ceiling(
    profile: str, phase_us: int, rate_mhz: int, pad_mm2: int, channels: int
) -> None:
    setting = Setting(phase_duration_us=phase_us, pulse_rate_mhz=rate_mhz)
    prepare = asked(profile, setting, dict.fromkeys(range(1, channels + 1), pad_mm2))
    ready = rehearsed(prepare).ready
    assert over_the_limits(prepare.plan, prepare.thresholds, PROFILES[profile]) == ()
    assert {of.amplitude_ua for of in ready.ceilings.values()} == {prepare.thresholds[1].comfort_ua}
    # a minute of level ground by hand, before the way down
    assert ready.by_hand_from_ns is not None
    assert ready.compiled.closing_start_ns - ready.by_hand_from_ns >= 59_000_000_000


@pytest.mark.parametrize(("profile", "phase_us", "rate_mhz", "pad_mm2"), GRID)
def test_a_step_more_than_the_ceiling_is_too_much(profile: str, phase_us: int, rate_mhz: int, pad_mm2: int) -> None:
    setting = Setting(phase_duration_us=phase_us, pulse_rate_mhz=rate_mhz)
    limits = session_limits(profile, ANY_UNIT)
    pads = {1: pad_mm2, 2: pad_mm2}
    higher_ua = ceiling_ua(setting, pads, limits) + STEP_UA
    rms_ua = higher_ua * (2 * phase_us / setting.pulse_period_us) ** 0.5
    assert (
        higher_ua > limits.amplitude_ua
        or higher_ua * phase_us / 1000 > limits.charge_per_phase_nc
        or rms_ua * 2**0.5 + 2 > limits.rms_ua
        or (rms_ua + 2) * 100 / pad_mm2 > limits.rms_density_ua_cm2
        or (rms_ua + 2) ** 2 * 500 / 1e6 * 100 / pad_mm2 > limits.power_density_uw_cm2
    )


def test_ceilings_are_whole_steps_and_fewer_for_more_channels_and_for_units_that_see_no_load() -> None:
    setting = Setting(phase_duration_us=300, pulse_rate_mhz=120_000)
    limits = session_limits("consumer", ANY_UNIT)
    one, two = ceiling_ua(setting, {1: 2_500}, limits), ceiling_ua(setting, {1: 2_500, 2: 2_500}, limits)
    blind = ceiling_ua(setting, {1: 1_600}, limits, reports_load=False)
    assert (one, two) == (50_000, 39_500)
    assert blind < ceiling_ua(setting, {1: 1_600}, limits)
    assert blind % STEP_UA == 0


def test_a_unit_that_gives_less_or_a_skin_that_takes_less_lowers_the_ceiling() -> None:
    setting = Setting(phase_duration_us=200, pulse_rate_mhz=80_000)
    limits = session_limits("consumer", ANY_UNIT)
    # 25 mA for 200 µs are 5 µC
    assert ceiling_ua(setting, {1: 2_500}, replace(limits, charge_per_phase_nc=5_000)) == 25_000
    # 1 mW/cm² over 25 cm² in 500 Ω are 7.07 mA r.m.s., which at 32 ms a second is a peak of 39.5 mA
    assert ceiling_ua(setting, {1: 2_500}, replace(limits, power_density_uw_cm2=1_000)) == 39_500
    assert ceiling_ua(setting, {1: 2_500}, replace(limits, amplitude_ua=12_300)) == 12_000


def test_the_longest_calibration_fits_into_a_session() -> None:
    setting = Setting(phase_duration_us=200, pulse_rate_mhz=80_000)
    for profile in PROFILES:
        plan = rehearsed(asked(profile, setting, {1: 2_500}, minutes=1_000)).ready.compiled
        assert plan.end_ns // 1_000_000 == PROFILES[profile].session_ms


@pytest.mark.parametrize(("rate_mhz", "program_class"), [(2_000, "twitch"), (80_000, "sensory")])
def test_it_says_what_class_it_is_of(rate_mhz: int, program_class: str) -> None:
    setting = Setting(phase_duration_us=200, pulse_rate_mhz=rate_mhz)
    assert asked("consumer", setting, {1: 2_500}).plan.program_class == program_class


def test_through_the_whole_engine_it_is_stepped_up_at_the_pulses_that_were_asked_for() -> None:
    prepare = asked("consumer", Setting(phase_duration_us=260, pulse_rate_mhz=45_000), {1: 2_500, 2: 2_500}, minutes=2)
    world = World(prepare.plan).run_for(0.2).say(prepare).run_for(6).say(say.Arm()).run_for(0.1).say(say.Start())
    world.run_for(5)
    assert world.skin.felt == []
    for _ in range(6):
        world.say(say.Up(2)).run_for(1)
    world.run_for(2)
    last = world.skin.felt[-1]
    assert (last.channel, last.phase_duration_us, last.amplitude_ua) == (2, 260, 3_000)
    assert last.pulse_period_us == pytest.approx(22_223, abs=2)
