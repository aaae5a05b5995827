"""Skin as circuits: contact, time and compliance as a unit meets them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.electrode_skin import ElectrodeSkin
from simulator.electrodes import Electrodes, Lift
from simulator.skin import ResistiveSkin

SECOND = 1_000_000
PHASES_US = (100, 150, 200, 250)


@pytest.fixture
def skin():
    return ElectrodeSkin([Electrodes(), Electrodes()])


every_skin = pytest.mark.parametrize(
    "any_skin", [ElectrodeSkin([Electrodes()]), ResistiveSkin(1)], ids=["electrodes", "resistor"]
)


@every_skin
def test_no_current_flows_through_an_electrode_that_is_off(any_skin):
    any_skin.set_attached(1, False)
    assert (any_skin.most_ua(1, 200, 120, 0), any_skin.load_ohm(1, 200, 1_000, 0)) == (0, None)


@every_skin
def test_an_electrode_that_is_put_back_is_as_it_was(any_skin):
    any_skin.set_attached(1, True)
    before = any_skin.load_ohm(1, 200, 20_000, 0)
    any_skin.set_attached(1, False)
    any_skin.set_attached(1, True)
    assert any_skin.load_ohm(1, 200, 20_000, 0) == before


@every_skin
def test_too_little_contact_is_none(any_skin):
    any_skin.set_contact(1, 99)
    none = any_skin.most_ua(1, 200, 120, 0)
    any_skin.set_contact(1, 1_000)
    assert none == 0


@every_skin
def test_half_contact_lets_less_current_through(any_skin):
    whole = any_skin.most_ua(1, 200, 120, 0)
    any_skin.set_contact(1, 500)
    half = any_skin.most_ua(1, 200, 120, 0)
    any_skin.set_contact(1, 1_000)
    assert 0 < half < whole


def test_contact_is_lost_within_a_second_that_has_been_asked_about(skin):
    before = skin.load_ohm(1, 200, 20_000, 100)
    skin.set_contact(1, 500)
    assert (before, skin.load_ohm(1, 200, 20_000, 200)) == (690, 1213)


def test_a_channel_has_contact_of_its_own(skin):
    skin.set_contact(1, 500)
    assert skin.load_ohm(2, 200, 20_000, 0) == 690


def test_load_falls_as_the_skin_gets_wet(skin):
    assert skin.load_ohm(1, 200, 20_000, 600 * SECOND) < skin.load_ohm(1, 200, 20_000, 0)


def test_electrodes_lift_when_they_are_to():
    skin = ElectrodeSkin([Electrodes(lift=Lift(from_s=10, over_s=10, to_permille=0))])
    most_ua = [skin.most_ua(1, 200, 120, at_s * SECOND) for at_s in (10, 14, 18, 20)]
    assert most_ua[0] > most_ua[1] > most_ua[2] > most_ua[3] == 0


def test_contact_that_is_lost_twice_is_the_lesser():
    skin = ElectrodeSkin([Electrodes(lift=Lift(from_s=0, over_s=1, to_permille=500))])
    skin.set_contact(1, 800)
    lifted = skin.load_ohm(1, 200, 20_000, 2 * SECOND)
    skin.set_contact(1, 300)
    assert skin.load_ohm(1, 200, 20_000, 2 * SECOND) > lifted


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1_500 * SECOND), st.sampled_from(PHASES_US)), min_size=1, max_size=20))
def test_what_flows_does_not_depend_on_what_was_asked_before(asked):
    skin = ElectrodeSkin([Electrodes()])
    answers = [skin.most_ua(1, phase_us, 120, at_us) for at_us, phase_us in asked]
    assert answers == [ElectrodeSkin([Electrodes()]).most_ua(1, phase_us, 120, at_us) for at_us, phase_us in asked]


@pytest.mark.parametrize("phase_us", [100, 200, 300, 400])
@pytest.mark.parametrize("top_ua", [10_000, 20_000, 40_000])
def test_25_minutes_that_rise_from_nothing_never_reach_the_1_3_at_which_a_host_warns_of_pads(skin, phase_us, top_ua):
    loads_ohm = []
    for at_s in range(1_500):
        # up for a minute, down in the last
        amplitude_ua = top_ua * min(60, at_s + 1, 1_500 - at_s) // 60
        loads_ohm.append(skin.load_ohm(1, phase_us, amplitude_ua, at_s * SECOND))
    assert max(loads_ohm) < 1.3 * loads_ohm[0]
