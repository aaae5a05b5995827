"""The library as it is: what each program comes to in milliamperes, worked out by hand."""

import subprocess
import sys
from pathlib import Path

import pytest
from plans import person
from rising_checker import broken_rules

from stimctl.clock import SECOND
from stimctl.model.limits import CLINICAL, CONSUMER
from stimctl.model.segment import Segment
from stimctl.program import loader
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled, PhaseMark

LOW, HIGH = person(6, 18), person(10, 40)


def compiled(name: str, of=LOW, limits=CONSUMER) -> Compiled:
    plan = loader.load(name).plan
    return compile_plan(plan, dict.fromkeys(plan.channels, of), limits)


def phase(whole: Compiled, name: str) -> tuple[PhaseMark, list[Segment]]:
    mark = next(mark for mark in whole.marks if mark.name == name)
    return mark, [one for one in whole.segments if one.channel == 1 and mark.start_ns <= one.start_ns < mark.end_ns]


def peak_ua(whole: Compiled, name: str) -> int:
    return max(one.top_ua for one in phase(whole, name)[1])


def test_the_library_has_these_programs():
    assert loader.names() == ("demo", "surface-stroke", "surface-to-deep")


@pytest.mark.parametrize("name", loader.names())
@pytest.mark.parametrize("of", [LOW, HIGH], ids=["6/18 mA", "10/40 mA"])
@pytest.mark.parametrize("limits", [CONSUMER, CLINICAL], ids=["consumer", "clinical"])
def test_every_target_is_reached_in_time(name, of, limits):
    assert compiled(name, of, limits).problems == ()


@pytest.mark.parametrize("name", loader.names())
@pytest.mark.parametrize("of", [LOW, HIGH], ids=["6/18 mA", "10/40 mA"])
def test_every_program_obeys_the_rules_of_rising(name, of):
    track = [segment for segment in compiled(name, of).segments if segment.channel == 2]
    assert broken_rules(track, CONSUMER) == []


@pytest.mark.parametrize(
    ("name", "of_phase", "peak"),
    [
        # 100 µs: both thresholds x 1.25, the most that rescaling up may give; 7.5 + 45 % of 15 mA
        ("surface-to-deep", "warm-up", 14_250),
        # at 200 µs as calibrated: 6 + 55 % of 12 mA
        ("surface-to-deep", "transition", 12_600),
        # 250 µs by Weiss 5.0775 and 15.4926 mA; 70 % x 0.6 = 42 % in the other rate class
        ("surface-to-deep", "deep", 9_451),
        # what the dip leaves climbs to 7.5 + 40 % of 15 mA
        ("surface-to-deep", "cool-down", 13_500),
        ("surface-stroke", "warm-up", 13_500),
        # 150 µs: 7.5 mA (x 1.25 again) and 22.179 mA by Weiss; 55 %
        ("surface-stroke", "surface", 15_573),
        # 250 µs: 5.0775 + 20 % of 10.4151 mA, then 25 % x 0.6 = 15 %
        ("demo", "transition", 7_160),
        ("demo", "deep", 6_639),
    ],
)
def test_the_peak_of_a_phase_is_what_the_sum_says(name, of_phase, peak):
    assert peak - 20 <= peak_ua(compiled(name), of_phase) <= peak


def test_a_target_is_the_highest_amplitude_that_a_phase_asks_for():
    mark, _ = phase(compiled("surface-to-deep"), "deep")
    assert (mark.target_ua(1), mark.target_ua(2)) == (9_451, 9_451)


def test_the_demo_takes_40_seconds_with_its_closing():
    whole = compiled("demo")
    assert (whole.closing_start_ns, whole.end_ns) == (30 * SECOND, 40 * SECOND)


def test_the_closing_falls_to_zero_in_one_line_of_10_seconds():
    whole = compiled("surface-to-deep")
    closing = [one for one in whole.segments if one.channel == 1 and one.start_ns >= whole.closing_start_ns]
    assert whole.end_ns - whole.closing_start_ns == 10 * SECOND
    falls = {one.amplitude_start_ua - one.amplitude_end_ua for one in closing}
    assert max(falls) - min(falls) <= 1


def test_the_amplitude_has_fallen_to_half_where_the_pulses_change():
    whole = compiled("surface-to-deep")
    _, warm_up = phase(whole, "warm-up")
    assert warm_up[-1].amplitude_end_ua == 14_250 // 2


def test_there_is_no_dip_where_the_pulses_stay():
    _, warm_up = phase(compiled("surface-stroke"), "warm-up")
    assert warm_up[-1].amplitude_end_ua == 13_500


def test_the_milliamperes_stay_the_same_through_an_alternation():
    mark, track = phase(compiled("surface-to-deep"), "transition")
    settled = [one for one in track if mark.ramp_end_ns + 10 * SECOND < one.start_ns < mark.end_ns - 2 * SECOND]
    assert {one.phase_duration_us for one in settled} == {150, 200}
    assert {one.top_ua for one in settled} == {12_600}


def test_an_alternation_never_returns_quickly_at_its_shorter_phase_duration():
    _, track = phase(compiled("surface-to-deep"), "transition")
    rises_ua = [one.amplitude_end_ua - one.amplitude_start_ua for one in track if one.phase_duration_us == 150]
    assert max(rises_ua) <= 200


def test_the_swell_goes_down_to_three_fifths_of_its_top():
    mark, track = phase(compiled("surface-stroke"), "surface")
    settled = [one for one in track if mark.ramp_end_ns + 10 * SECOND < one.start_ns < mark.end_ns - 2 * SECOND]
    assert min(one.amplitude_end_ua for one in settled) == pytest.approx(0.6 * 15_573, abs=2)


def test_the_rate_steps_through_4_5_and_6_hertz():
    _, track = phase(compiled("surface-to-deep"), "deep")
    assert list(dict.fromkeys(one.pulse_period_us for one in track)) == [250_000, 200_000, 166_667]


@pytest.mark.parametrize("name", loader.names())
def test_a_file_is_named_by_its_title_and_points_to_the_schema(name):
    program = loader.load(name)
    assert program.name == program.path.stem == name
    assert program.path.read_text().startswith("#:schema ./program.schema.json\n")


def test_the_engine_can_compile_without_pydantic():
    script = (
        "import sys; import stimctl.program.compile, stimctl.program.clip, stimctl.program.compare; "
        "import stimctl.program.loader; print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path("/"))
    assert done.stdout == "False\n"
