"""Numbers in the wrong unit: what a person who mixed them up is told, and that nobody else is told anything."""

import pytest

from stimctl.program.mixups import fractions, probably_meant


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("minutes", 300, "seconds? write 5"),
        ("minutes", 300_000, "milliseconds? write 5"),
        ("phase_duration_us", 0.2, "milliseconds? write 200"),
        ("phase_duration_us", 200_000, "nanoseconds? write 200"),
        ("rate_hz", 12_500, "a period in µs? write 80"),
        ("rate_hz", 0.08, "kHz? write 80"),
        ("seconds", 60_000, "milliseconds? write 60"),
        ("period_s", 12_000, "milliseconds? write 12"),
        ("up_s", 2_000, "milliseconds? write 2"),
        ("minutes", "5 min", "a number without a unit: write 5"),
        ("rate_hz", "80 Hz", "a number without a unit: write 80"),
        ("rate_hz", "80", "a number without quotes: write 80"),
        ("phase_duration_us", "200 µs", "a number without a unit: write 200"),
        ("intensity_pct", "40 %", "a number without a unit: write 40"),
        ("hold_s", "2.5s", "a number without a unit: write 2.5"),
    ],
)
def test_a_mix_up_is_answered_with_what_to_write(key, value, said):
    assert probably_meant(("phase", 0, key), value) == said


def test_a_current_is_told_what_an_intensity_is():
    said = probably_meant(("phase", 0, "intensity_pct", 1), 6_000)
    assert said.startswith("microamperes? intensities are % of the range from sensory threshold")


def test_a_percentage_over_a_hundred_is_no_current():
    assert probably_meant(("phase", 0, "intensity_pct"), 180).startswith("intensities are % of the range")


@pytest.mark.parametrize(("key", "value"), [("minutes", "5 s"), ("phase_duration_us", "0.2 ms"), ("rate_hz", "1 kHz")])
def test_a_number_with_another_unit_is_not_taken_over_as_it_is(key, value):
    assert probably_meant(("phase", 0, key), value).startswith("a number without a unit, in ")


def test_a_value_of_a_sweep_is_of_the_unit_of_its_key():
    assert probably_meant(("phase", 0, "rate_hz", "sweep", 1), 0.08) == "kHz? write 80"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("minutes", 1e300),
        ("minutes", float("nan")),
        ("minutes", float("inf")),
        ("minutes", -300),
        ("minutes", True),
        pytest.param("minutes", 10**5000, id="5000 digits"),
        ("rate_hz", 500),
        ("title", "5 min"),
        ("rate_hz", "fast"),
        ("rate_hz", [80]),
    ],
)
def test_what_is_no_mix_up_gets_no_guess(key, value):
    assert probably_meant(("phase", 0, key), value) == ""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.4, "a fraction? write 40"),
        ([0.2, 0.4], "a fraction? write 20 and 40"),
        ([0.07, 0.55], "a fraction? write 7 and 55"),
        (1, "a fraction? 1 % is 1.01 here, all of it is 100"),
    ],
)
def test_an_intensity_of_at_most_1_is_refused_as_a_fraction(value, said):
    (found,) = fractions({"phase": [{"intensity_pct": value}]})
    assert (found.place, found.advice) == (("phase", 0, "intensity_pct"), said)


def test_a_fraction_on_one_channel_is_refused_there():
    (found,) = fractions({"phase": [{"intensity_pct": 20, "channel": {"2": {"intensity_pct": 0.3}}}]})
    assert found.place == ("phase", 0, "channel", "2", "intensity_pct")


@pytest.mark.parametrize("value", [0, 1.01, 40, [0, 0.5], [0.5, 20], [], True, "0.4", {}, [[0.5]], None])
def test_what_can_be_percent_is_no_fraction(value):
    assert fractions({"phase": [{"intensity_pct": value}]}) == []


@pytest.mark.parametrize("document", [{}, {"phase": 5}, {"phase": [5]}, {"phase": [{"channel": 5}]}, {"phase": {}}])
def test_a_document_of_another_shape_has_no_fractions(document):
    assert fractions(document) == []
