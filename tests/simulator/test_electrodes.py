"""The circuit of electrodes and skin: the worked figures of the model, and which way each part of it moves the load."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.electrodes import Electrodes, Lift

MINUTE = 60_000_000

ORDINARY = Electrodes()
SMALL = Electrodes(area_mm2=1_600)
PARTS = st.builds(
    Electrodes,
    area_mm2=st.integers(400, 10_000),
    series_ohm=st.integers(100, 500),
    parallel_ohm_cm2=st.integers(20_000, 500_000),
    capacitance_nf_per_cm2=st.integers(10, 60),
    halving_ua_per_cm2=st.integers(200, 2_000),
    dry_after_s=st.none() | st.integers(1_800, 3_600),
)
DURATIONS_US = st.integers(30, 400)
AMPLITUDES_UA = st.integers(0, 100_000)
CONTACTS = st.integers(100, 1_000)
SESSION_US = st.integers(0, 25 * MINUTE)

many = settings(derandomize=True, max_examples=200, deadline=None)


def load(electrodes=ORDINARY, *, phase_us=200, ua=20_000, at_us=0, contact=1_000):
    return electrodes.circuit(at_us, contact).load_ohm(phase_us, ua)


@pytest.mark.parametrize(
    ("electrodes", "phase_us", "ohms"),
    [
        (ORDINARY, 100, 455),
        (ORDINARY, 200, 690),
        (ORDINARY, 300, 904),
        (SMALL, 100, 593),
        (SMALL, 200, 943),
        (SMALL, 300, 1255),
    ],
)
def test_the_load_at_20_ma_is_that_of_the_worked_figures(electrodes, phase_us, ohms):
    assert round(load(electrodes, phase_us=phase_us)) == ohms


def test_half_contact_raises_the_load_at_200_us_by_three_quarters():
    assert round(load(contact=500)) == 1213


@pytest.mark.parametrize(("frequency_hz", "kilohms"), [(100, 3.8), (1_000, 0.48)])
def test_the_impedance_to_a_small_sine_is_that_of_the_worked_figures(frequency_hz, kilohms):
    ohms = ORDINARY.circuit(0, 1_000).impedance_ohm(frequency_hz)
    assert ohms / 1_000 == pytest.approx(kilohms, rel=0.015)


@many
@given(PARTS, DURATIONS_US, AMPLITUDES_UA, SESSION_US, CONTACTS, CONTACTS)
def test_less_contact_is_never_less_load(electrodes, phase_us, ua, at_us, one, other):
    less, more = sorted((one, other))
    few, many_ohms = (load(electrodes, phase_us=phase_us, ua=ua, at_us=at_us, contact=c) for c in (more, less))
    assert many_ohms >= few * (1 - 1e-9)


@many
@given(PARTS, DURATIONS_US, SESSION_US, CONTACTS, AMPLITUDES_UA, AMPLITUDES_UA)
def test_more_current_is_never_more_load(electrodes, phase_us, at_us, contact, one, other):
    weak, strong = sorted((one, other))
    at = {"phase_us": phase_us, "at_us": at_us, "contact": contact}
    assert load(electrodes, ua=strong, **at) <= load(electrodes, ua=weak, **at) * (1 + 1e-9)


@many
@given(PARTS, DURATIONS_US, SESSION_US, CONTACTS, st.integers(20, 150))
def test_the_most_that_flows_needs_the_compliance_and_one_more_needs_too_much(
    electrodes, phase_us, at_us, contact, compliance_v
):
    circuit = electrodes.circuit(at_us, contact)
    most_ua = circuit.most_ua(phase_us, compliance_v)
    assert most_ua * circuit.load_ohm(phase_us, most_ua) <= compliance_v * 1_000_000
    assert (most_ua + 1) * circuit.load_ohm(phase_us, most_ua + 1) > compliance_v * 1_000_000


@pytest.mark.parametrize(("contact", "conducts"), [(99, False), (100, True)])
def test_under_a_tenth_of_contact_nothing_conducts(contact, conducts):
    assert (ORDINARY.circuit(0, contact) is not None) is conducts


def test_wetting_leaves_six_tenths_of_the_resistance_in_the_end():
    dry, wet = (ORDINARY.circuit(at_us, 1_000).parallel_ohm for at_us in (0, 120 * MINUTE))
    assert wet / dry == pytest.approx(0.6)


def test_five_minutes_do_63_percent_of_the_wetting():
    dry, wet = (ORDINARY.circuit(at_us, 1_000).parallel_ohm for at_us in (0, 5 * MINUTE))
    assert (1 - wet / dry) / 0.4 == pytest.approx(0.632, abs=0.001)


def test_a_gel_that_has_dried_has_twice_the_resistance():
    wet, dry = (replace(ORDINARY, dry_after_s=dry_after_s).circuit(45 * MINUTE, 1_000) for dry_after_s in (None, 2_700))
    assert dry.parallel_ohm / wet.parallel_ohm == pytest.approx(2)


def test_a_gel_that_has_dried_has_six_tenths_of_the_capacitance():
    wet, dry = (replace(ORDINARY, dry_after_s=dry_after_s).circuit(45 * MINUTE, 1_000) for dry_after_s in (None, 2_700))
    assert dry.capacitance_uf / wet.capacitance_uf == pytest.approx(0.6)


def test_sweat_lowers_the_load():
    assert load(replace(ORDINARY, sweat_permille=300)) < load()


@pytest.mark.parametrize(("minute", "contact"), [(0, 1_000), (5, 1_000), (10, 600), (15, 200), (60, 200)])
def test_a_lift_falls_in_a_straight_line_and_stays(minute, contact):
    lift = Lift(from_s=300, over_s=600, to_permille=200)
    assert lift.contact_permille(minute * MINUTE) == contact
