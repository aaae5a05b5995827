"""The table of what a plan puts out, against figures made by hand."""

import pytest
from phases import changed, constant, steady
from plans import person

from stimctl.clock import SECOND
from stimctl.model.limits import CONSUMER
from stimctl.model.plan import ActiveRest, Depth, Envelope, EnvelopeKind, Phase, Plan, Variation, Varying
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled
from stimctl.program.output import PhaseOutput, output_of

TRAIN = Envelope(kind=EnvelopeKind.TRAIN, up_ms=2_000, hold_ms=2_000, down_ms=2_000, off_ms=4_000)
PADS_MM2 = {1: 2_500, 2: 2_500}


def plan(*phases: Phase, channels: tuple[int, ...] = (1,)) -> Plan:
    return Plan(
        title="Test",
        program_class="twitch",
        profiles=("consumer",),
        channels=channels,
        phases=phases,
        sha256="0" * 64,
    )


def compiled(*phases: Phase, channels: tuple[int, ...] = (1,)) -> Compiled:
    return compile_plan(plan(*phases, channels=channels), dict.fromkeys(channels, person(6, 18)), CONSUMER)


def rows(*phases: Phase, channels: tuple[int, ...] = (1,), pads_mm2=PADS_MM2) -> tuple[PhaseOutput, ...]:
    return output_of(compiled(*phases, channels=channels), pads_mm2)


def test_each_figure_is_the_one_worked_out_by_hand() -> None:
    # 20 % of 6..18 mA at the duration that they were found at: 8.4 mA. 1.68 µC. 8.4 x sqrt(2 x 200e-6 x 80) = 1.5027 mA
    # r.m.s.; on 25 cm² 60.1 µA/cm², on half of it 120.2. (1.503 mA)² x 500 Ω / 25 cm² = 45.2 µW/cm². All rounded up.
    assert rows(steady()) == (
        PhaseOutput(
            phase=0,
            channel=1,
            peak_ua=8_400,
            charge_nc=1_680,
            longest_us=200,
            shortest_period_us=12_500,
            rms_ua=1_503,
            density_ua_cm2=61,
            density_half_ua_cm2=121,
            power_uw_cm2=46,
            duty_permille=1000,
            target_ua=8_400,
            # 8.316 mA, near enough, from zero at 1 mA/s, to the next joint
            reached_ns=8_400_000_000,
        ),
    )


def test_there_is_a_row_for_each_phase_and_channel_in_the_order_of_the_phases() -> None:
    table = rows(steady(), steady(name="on"), channels=(1, 2))
    assert [(row.phase, row.channel) for row in table] == [(0, 1), (0, 2), (1, 1), (1, 2)]


def test_a_target_that_is_reached_is_reached_in_the_time_of_the_plan() -> None:
    table = rows(steady(), steady(name="on", intensity_start_permille=250, intensity_end_permille=250))
    # 99 % of 9 mA from 8.4 mA at 1 mA/s: 0.51 s into the second phase, at the next joint
    assert table[1].reached_ns == 60 * SECOND + 600_000_000


def test_a_train_is_on_for_its_part_of_a_cycle() -> None:
    assert rows(steady(), steady(name="train", depth=Depth.DEEP, envelope=TRAIN))[1].duty_permille == 600


def test_pauses_make_the_rms_of_a_train_no_smaller() -> None:
    still, train = rows(steady(), steady(name="train", depth=Depth.DEEP, envelope=TRAIN))
    assert (train.peak_ua, train.rms_ua) == (still.peak_ua, still.rms_ua)


def test_an_active_rest_is_output() -> None:
    then = ActiveRest(rate_mhz=5_000, top_permille=500, lasts_ms=6_000)
    rest = Envelope(kind=EnvelopeKind.TRAIN, up_ms=1_000, hold_ms=1_000, down_ms=1_000, off_ms=1_000, then=then)
    # 3 s of train, 1 s off, 6 s of beats whose last 0.1 s is silence: 8.9 of 10 s
    assert rows(steady(), steady(name="rest", depth=Depth.DEEP, envelope=rest))[1].duty_permille == 890


def test_a_channel_at_rest_all_through_a_phase_puts_out_nothing() -> None:
    late = Envelope(kind=TRAIN.kind, up_ms=2_000, hold_ms=2_000, down_ms=2_000, off_ms=4_000, delay_ms=60_000)
    silent = rows(changed(steady(envelope=TRAIN), channel=2, envelope=late), channels=(1, 2))[1]
    assert (silent.peak_ua, silent.charge_nc, silent.rms_ua, silent.power_uw_cm2, silent.duty_permille) == (0,) * 5
    assert silent.reached_ns is None


def test_each_figure_is_that_of_the_strongest_stretch() -> None:
    steps = Varying(variation=Variation.STEPS, values=(100, 200))
    row = rows(steady(phase_duration_us=steps, rate_mhz=constant(40_000)))[0]
    assert (row.longest_us, row.shortest_period_us) == (200, 25_000)
    # 8.4 mA x sqrt(2 x 200e-6 x 40) = 1.0625 mA in the second half, more than the first half's
    assert row.rms_ua == 1_063


@pytest.mark.parametrize(("pad_mm2", "whole", "half", "power"), [(1_600, 94, 188, 71), (5_000, 31, 61, 23)])
def test_densities_are_those_of_each_channels_pad(pad_mm2: int, whole: int, half: int, power: int) -> None:
    row = rows(steady(), channels=(1, 2), pads_mm2={1: 2_500, 2: pad_mm2})[1]
    assert (row.density_ua_cm2, row.density_half_ua_cm2, row.power_uw_cm2) == (whole, half, power)


def test_a_plan_that_is_over_a_limit_puts_out_nothing() -> None:
    over = compiled(steady(phase_duration_us=constant(400)))
    assert over.problems
    assert output_of(over, PADS_MM2) == ()
