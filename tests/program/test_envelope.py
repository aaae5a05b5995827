"""Shapes and varying values, at the instants where they are known by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import varyings

from stimctl.clock import MS, SECOND
from stimctl.model.plan import Envelope, EnvelopeKind, RampShape, Variation, Varying
from stimctl.program.envelope import Factors, cut_points_ns, ramp_fraction, value_at

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
