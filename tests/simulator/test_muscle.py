"""The muscle model against what its equations gave when integrated elsewhere, and what must hold of any force."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.muscle import HEALTHY, Muscle

SECOND = 1_000_000
LOOK_US = 200_000


def train(muscle, rate_hz, from_us, seconds, recruited=1.0):
    """Pulses at one rate; the greatest force, and the least between pulses of the last second."""
    trough_n = peak_n = 0.0
    last_us = from_us + (seconds - 1) * SECOND
    for n in range(rate_hz * seconds):
        t_us = from_us + n * SECOND // rate_hz
        muscle.pulse(t_us, recruited)
        if t_us >= last_us:
            trough_n = min(trough_n or muscle.force_n, muscle.force_n)
        peak_n = max(peak_n, muscle.look(t_us).peak_n)
    return peak_n, trough_n


@pytest.mark.parametrize(
    ("rate_hz", "newtons"), [(1, 98), (5, 107), (10, 163), (20, 234), (35, 270), (80, 304), (100, 310)]
)
def test_the_peak_at_each_rate_is_that_of_the_model(rate_hz, newtons):
    muscle = Muscle()
    for n in range(2 * rate_hz):
        muscle.pulse(n * SECOND // rate_hz, 1.0)
    assert muscle.look(2 * SECOND).peak_n == pytest.approx(newtons, rel=0.03)


def test_ten_pulses_a_second_are_partly_fused():
    _, trough_n = train(Muscle(), 10, 0, 3)
    assert trough_n == pytest.approx(131, rel=0.05)


def test_one_pulse_a_second_is_separate_twitches():
    _, trough_n = train(Muscle(), 1, 0, 3)
    assert trough_n < 1


def worked_for_6_min():
    """35 pulses a second, 4 s on and 12 s off: the greatest force of each time on."""
    muscle, peaks_n = Muscle(), []
    for from_s in range(0, 361, 16):
        peaks_n.append(train(muscle, 35, from_s * SECOND, 4)[0])
        for n in range(60):
            muscle.look((from_s + 4) * SECOND + n * LOOK_US)
    return peaks_n


def test_fatigue_takes_two_fifths_within_6_min_of_4_s_on_and_12_s_off():
    peaks_n = worked_for_6_min()
    assert (peaks_n[0], peaks_n[-1]) == pytest.approx((274, 165), rel=0.03)


def test_rest_brings_the_strength_back():
    muscle = Muscle()
    train(muscle, 35, 0, 60)
    tired = muscle.look(60 * SECOND).strength_left
    for at_s in range(61, 900):
        rested = muscle.look(at_s * SECOND).strength_left
    assert tired < 0.6
    assert rested > 0.98


def test_a_pulse_soon_after_another_gives_more_for_what_went_before():
    # R0 of one: no memory of the pulse before
    forgetful = Muscle(replace(HEALTHY, r0_above_km=1 - HEALTHY.km))
    peaks_n = []
    for muscle in (forgetful, Muscle()):
        muscle.pulse(0, 1.0)
        muscle.pulse(10_000, 1.0)
        peaks_n.append(muscle.look(SECOND).peak_n)
    assert peaks_n[1] > 1.01 * peaks_n[0]


def test_force_goes_with_the_share_that_is_recruited():
    whole, half = (train(Muscle(), 35, 0, 1, recruited)[0] for recruited in (1.0, 0.5))
    assert half == pytest.approx(whole / 2, rel=0.02)


def test_a_muscle_that_is_left_alone_lets_go():
    muscle = Muscle()
    train(muscle, 100, 0, 1)
    muscle.advance(3 * SECOND)
    assert muscle.force_n < 1e-6


def test_a_muscle_that_is_looked_at_too_rarely_never_pushes():
    muscle = Muscle()
    for n in range(35 * 60):
        muscle.pulse(n * SECOND // 35, 1.0)
    assert muscle.look(60 * SECOND).strength_left == 0


TRAINS = st.lists(st.tuples(st.integers(6_666, 2 * SECOND), st.floats(0, 1)), min_size=1, max_size=60)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(TRAINS)
def test_force_is_never_negative(pulses):
    muscle, t_us = Muscle(), 0
    for gap_us, recruited in pulses:
        t_us += gap_us
        muscle.pulse(t_us, recruited)
        assert muscle.force_n >= 0


@settings(derandomize=True, max_examples=100, deadline=None)
@given(TRAINS)
def test_strength_stays_between_none_and_all(pulses):
    muscle, t_us = Muscle(), 0
    for gap_us, recruited in pulses:
        t_us += gap_us
        muscle.pulse(t_us, recruited)
        assert 0 <= muscle.look(t_us).strength_left <= 1


@settings(derandomize=True, max_examples=50, deadline=None)
@given(TRAINS, st.integers(1_000, 50_000))
def test_asking_in_between_changes_force_by_less_than_two_percent_of_all(pulses, every_us):
    often, rarely, t_us, asked_us = Muscle(), Muscle(), 0, 0
    for gap_us, recruited in pulses:
        t_us += gap_us
        while asked_us + every_us < t_us and gap_us < 100_000:
            asked_us += every_us
            often.advance(asked_us)
        asked_us = t_us
        often.pulse(t_us, recruited)
        rarely.pulse(t_us, recruited)
        assert abs(often.force_n - rarely.force_n) < 0.02 * HEALTHY.full_force_n
