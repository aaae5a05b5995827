"""Thresholds, feeling, recruitment and getting used to it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.feeling import BodyThresholds, Habituation, feel, recruited

MINUTE = 60_000_000

PERSON = BodyThresholds(sensory_ua=6_000, motor_ua=10_000, comfort_ua=18_000, at_phase_us=200)
PEOPLE = st.lists(st.integers(1, 100_000), min_size=3, max_size=3, unique=True).map(
    lambda three: BodyThresholds(
        sensory_ua=min(three), motor_ua=sorted(three)[1], comfort_ua=max(three), at_phase_us=200
    )
)
AMPLITUDES_UA = st.integers(0, 100_000)

many = settings(derandomize=True, max_examples=200, deadline=None)


@pytest.mark.parametrize("three", [(0, 1, 2), (2, 2, 3), (1, 3, 3), (3, 2, 1)])
def test_thresholds_out_of_order_are_refused(three):
    sensory_ua, motor_ua, comfort_ua = three
    with pytest.raises(ValueError, match="each above the one before"):
        BodyThresholds(sensory_ua=sensory_ua, motor_ua=motor_ua, comfort_ua=comfort_ua, at_phase_us=200)


def test_a_motor_threshold_that_nobody_asked_for_lies_a_third_of_the_way_up():
    assert BodyThresholds.between(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200) == PERSON


def test_a_threshold_is_carried_over_durations_by_weiss():
    here = PERSON.at(100)
    assert (here.sensory_ua, here.motor_ua) == (
        round(6_000 * (1 + 665 / 100) / (1 + 665 / 200)),
        round(10_000 * (1 + 459 / 100) / (1 + 459 / 200)),
    )


@many
@given(PEOPLE, st.integers(30, 400))
def test_thresholds_keep_their_order_at_every_duration(person, phase_us):
    here = person.at(phase_us)
    assert 0 < here.sensory_ua < here.motor_ua < here.comfort_ua


@pytest.mark.parametrize(
    ("amplitude_ua", "felt"), [(0, 0), (6_000, 0), (12_000, 0.5**1.8), (18_000, 1), (30_000, 2**1.8)]
)
def test_feeling_is_nothing_at_the_sensory_threshold_and_one_at_the_comfortable_maximum(amplitude_ua, felt):
    assert feel(amplitude_ua, PERSON) == pytest.approx(felt)


@many
@given(PEOPLE, AMPLITUDES_UA, AMPLITUDES_UA)
def test_more_current_never_feels_less(person, one, other):
    weak, strong = sorted((one, other))
    assert feel(weak, person) <= feel(strong, person)


@many
@given(PEOPLE, AMPLITUDES_UA, AMPLITUDES_UA)
def test_more_current_never_recruits_less(person, one, other):
    weak, strong = sorted((one, other))
    assert 0 <= recruited(weak, person) <= recruited(strong, person) <= 1


def test_half_the_muscle_is_recruited_at_one_and_a_half_times_the_motor_threshold():
    assert recruited(15_000, PERSON) == pytest.approx(0.5)


def used_to_it(minutes, *, modulated=False):
    habituation = Habituation()
    for _ in range(minutes * 300):
        habituation.pass_time(200_000, felt=True, modulated=modulated)
    return habituation


def test_one_gets_used_to_it_down_to_seven_tenths():
    assert used_to_it(60).gain == pytest.approx(0.7, abs=0.001)


def test_five_minutes_do_63_percent_of_it():
    assert (1 - used_to_it(5).gain) / 0.3 == pytest.approx(0.632, abs=0.001)


def test_what_changes_takes_twice_as_long():
    assert used_to_it(10, modulated=True).gain == pytest.approx(used_to_it(5).gain)


def test_a_pause_brings_the_feeling_back():
    habituation = used_to_it(60)
    habituation.pass_time(60 * MINUTE, felt=False, modulated=False)
    assert habituation.gain == pytest.approx(1, abs=0.001)
