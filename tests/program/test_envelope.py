"""Shapes and varying values, at the instants where they are known by hand."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import varyings

from stimctl.clock import MS, SECOND
from stimctl.model.plan import ActiveRest, Envelope, EnvelopeKind, RampShape, Variation, Varying
from stimctl.program.envelope import (
    Factors,
    corners_ns,
    cut_points_ns,
    in_active_rest,
    ramp_fraction,
    rises_by_an_edge,
    value_at,
)

SWELL = Envelope(kind=EnvelopeKind.SWELL, period_ms=8_000, depth_permille=400)


@pytest.mark.parametrize("shape", RampShape)
def test_a_ramp_begins_at_nothing_ends_at_all_and_never_falls(shape):
    steps = [ramp_fraction(shape, done, 100) for done in range(-1, 102)]
    assert steps[:2] == [0, 0]
    assert steps[-2:] == [1, 1]
    assert steps == sorted(steps)


def test_the_shapes_differ_as_their_names_say():
    quarter = {shape: ramp_fraction(shape, 25, 100) for shape in RampShape}
    assert quarter[RampShape.EXPONENTIAL] < quarter[RampShape.SMOOTH] < quarter[RampShape.LINEAR] == 0.25


def test_a_ramp_of_no_time_is_done():
    assert ramp_fraction(RampShape.LINEAR, 0, 0) == 1


def test_a_swell_begins_at_the_top_and_is_down_by_its_depth_half_a_period_later():
    assert [Factors(SWELL).at(at * SECOND) for at in (0, 4, 8)] == pytest.approx([1.0, 0.6, 1.0])


def test_a_sweep_goes_there_and_back_in_its_period():
    sweep = Varying(variation=Variation.SWEEP, values=(80_000, 110_000), period_ms=12_000)
    assert [value_at(sweep, at * SECOND, 60 * SECOND) for at in (0, 3, 6, 9, 12)] == [
        80_000, 95_000, 110_000, 95_000, 80_000,
    ]  # fmt: skip


def test_a_drift_takes_the_whole_phase():
    drift = Varying(variation=Variation.DRIFT, values=(100, 150))
    assert [value_at(drift, at * SECOND, 10 * SECOND) for at in (0, 5, 10, 11)] == [100, 125, 150, 150]


def test_steps_share_the_phase_equally_and_jump_at_the_cut_points():
    steps = Varying(variation=Variation.STEPS, values=(4_000, 5_000, 6_000))
    cuts = cut_points_ns(steps, 12 * SECOND)
    assert cuts == (4 * SECOND, 8 * SECOND)
    assert [value_at(steps, cut + by, 12 * SECOND) for cut in cuts for by in (-1, 0)] == [4_000, 5_000, 5_000, 6_000]


def test_an_alternation_spends_half_of_its_period_on_each_value():
    alternate = Varying(variation=Variation.ALTERNATE, values=(150, 200), period_ms=1_000)
    assert cut_points_ns(alternate, 2 * SECOND) == (500 * MS, SECOND, 1_500 * MS)
    assert [value_at(alternate, at * MS, 2 * SECOND) for at in (0, 499, 500, 999, 1_000)] == [150, 150, 200, 200, 150]


@given(varyings(st.integers(50, 300)), st.integers(0, 60 * SECOND), st.integers(1, 60 * SECOND))
def test_a_value_is_never_outside_its_own_values(varying, offset_ns, lasts_ns):
    assert min(varying.values) <= value_at(varying, offset_ns, lasts_ns) <= max(varying.values)


@given(varyings(st.integers(50, 300)), st.integers(3_000, 60_000))
def test_cut_points_lie_inside_the_phase_in_order(varying, lasts_ms):
    cuts = cut_points_ns(varying, lasts_ms * MS)
    assert list(cuts) == sorted(set(cuts))
    assert all(0 < cut < lasts_ms * MS for cut in cuts)


# --- shapes


TRAIN = Envelope(
    kind=EnvelopeKind.TRAIN,
    up_ms=2_000,
    hold_ms=3_000,
    down_ms=1_000,
    off_ms=1_000,
    then=ActiveRest(rate_mhz=6_000, top_permille=500, lasts_ms=4_100),
)
BURST = Envelope(kind=EnvelopeKind.BURST, up_ms=21, hold_ms=58, down_ms=21, off_ms=400)
WAVE = Envelope(kind=EnvelopeKind.RAISED_COSINE, period_ms=4_000, off_ms=1_000)


def shape(envelope: Envelope, *at_s: float) -> list[float]:
    factors = Factors(envelope)
    return [factors.at(round(at * SECOND)) for at in at_s]


def test_a_train_goes_up_holds_comes_down_and_is_off():
    assert shape(TRAIN, 0, 1, 2, 4.9, 5.5, 6, 6.9) == pytest.approx([0, 0.5, 1, 1, 0.5, 0, 0])


def test_an_active_rest_goes_up_and_down_by_the_trains_ramps_and_ends_in_silence():
    assert shape(TRAIN, 7, 8, 9, 10, 10.5, 11, 11.05) == pytest.approx([0, 0.25, 0.5, 0.5, 0.25, 0, 0])
    assert [in_active_rest(TRAIN, round(at * SECOND)) for at in (6.9, 7, 11.05, 11.1)] == [False, True, True, False]


def test_a_cycle_begins_again():
    assert TRAIN.cycle_ms == 11_100
    assert shape(TRAIN, 11.1 + 1) == pytest.approx([0.5])


def test_a_wave_is_at_the_top_in_its_middle_and_then_off():
    assert shape(WAVE, 0, 1, 2, 3, 4, 4.9, 5, 7) == pytest.approx([0, 0.5, 1, 0.5, 0, 0, 0, 1])


@pytest.mark.parametrize(("envelope", "begins"), [(SWELL, 1.0), (TRAIN, 0.0), (WAVE, 0.0)])
def test_a_delay_leaves_everything_where_a_cycle_begins(envelope, begins):
    later = replace(envelope, delay_ms=1_500)
    assert shape(later, 0, 1, 1.5) == [begins] * 3
    assert shape(later, 1.5 + 0.7, 1.5 + 3.3) == shape(envelope, 0.7, 3.3)


def test_only_the_first_burst_of_a_phase_has_no_edge():
    at_ms = (0, 20, 500, 520, 521, 1_000)
    assert [rises_by_an_edge(BURST, ms * MS) for ms in at_ms] == [False, False, True, True, False, True]
    assert not rises_by_an_edge(TRAIN, 20 * SECOND)


@pytest.mark.parametrize("envelope", [SWELL, TRAIN, BURST, WAVE], ids=lambda one: one.kind.value)
@given(at_ms=st.integers(0, 60_000))
def test_between_two_corners_a_shape_only_rises_only_falls_or_stays(envelope, at_ms):
    corners = [0, *corners_ns(envelope, 120 * SECOND)]
    begin, end = next((a, b) for a, b in pairwise(corners) if b > at_ms * MS)
    factors = [Factors(envelope).at(begin + (end - begin) * part // 20) for part in range(20)]
    assert factors in (sorted(factors), sorted(factors, reverse=True))
    assert all(0 <= factor <= 1 for factor in factors)


def test_what_is_continuous_has_no_corners():
    assert corners_ns(Envelope(kind=EnvelopeKind.CONTINUOUS), 60 * SECOND) == ()
    assert shape(Envelope(kind=EnvelopeKind.CONTINUOUS), 0, 5) == [1, 1]
