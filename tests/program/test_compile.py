"""What compiling refuses, and the borders between phases."""

from dataclasses import replace

import pytest
from phases import changed, constant, steady
from plans import person

from stimctl.clock import SECOND
from stimctl.model.limits import CONSUMER
from stimctl.model.plan import ActiveRest, Depth, Envelope, EnvelopeKind, Phase, Plan, Variation, Varying
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled

STEADY = steady()


def plan(*phases: Phase, channels: tuple[int, ...] = (1,)) -> Plan:
    return Plan(
        title="Test",
        program_class="sensory",
        profiles=("consumer",),
        channels=channels,
        phases=phases,
        sha256="0" * 64,
    )


LOW = person(6, 18)


def compiled(*phases: Phase, limits=CONSUMER, of=LOW) -> Compiled:
    return compile_plan(plan(*phases), {1: of}, limits)


def sentences(whole: Compiled) -> list[str]:
    return [str(problem) for problem in whole.problems]


def test_an_amplitude_over_the_limit_is_refused_and_leaves_no_timeline():
    whole = compiled(STEADY, limits=replace(CONSUMER, amplitude_ua=8_000))
    assert sentences(whole) == ["phase 'steady', channel 1: amplitude: 8.40 mA, allowed 8.00 mA"]
    assert whole.segments == ()


@pytest.mark.parametrize(
    ("tightened", "rule"),
    [
        ({"charge_per_phase_nc": 1_600}, "charge per phase: 1.68 µC, allowed 1.60 µC"),
        ({"phase_duration_us": 150}, "phase duration: 200 to 200 µs, allowed 50 to 150 µs"),
        ({"shortest_phase_us": 250}, "phase duration: 200 to 200 µs, allowed 250 to 300 µs"),
        ({"shortest_period_us": 20_000}, "pulse rate: 80.0 Hz, allowed 50.0 Hz"),
        ({"rms_ua": 1_000}, "r.m.s. current: 1.50 mA, allowed 1.00 mA"),
        ({"session_ms": 60_000}, "session length: 1.2 min with the closing, allowed 1.0 min"),
    ],
)
def test_each_bound_is_named_with_what_was_asked(tightened, rule):
    whole = compiled(STEADY, limits=replace(CONSUMER, **tightened))
    assert len(whole.problems) == 1
    assert sentences(whole)[0].endswith(rule)


def test_a_modulation_is_judged_at_its_strongest_corner():
    wide = changed(STEADY, phase_duration_us=Varying(variation=Variation.DRIFT, values=(100, 350)))
    assert "100 to 350 µs" in sentences(compiled(wide))[0]


def test_a_channel_without_thresholds_is_refused():
    whole = compile_plan(plan(STEADY, channels=(1, 2)), {1: person(6, 18)}, CONSUMER)
    assert [(problem.rule, problem.channel) for problem in whole.problems] == [("thresholds", 2)]


def test_a_target_not_reached_in_the_first_half_is_a_problem_and_says_when():
    whole = compiled(changed(STEADY, lasts_ms=16_000))
    assert sentences(whole) == [
        "phase 'steady', channel 1: target reached in time: 8.40 mA reached after 8.4 s, allowed after at most 8.0 s"
    ]


def test_a_target_never_reached_is_a_problem():
    assert "not at all" in sentences(compiled(changed(STEADY, lasts_ms=5_000)))[0]


def test_a_ramp_to_the_end_has_until_the_end():
    assert compiled(changed(STEADY, lasts_ms=16_000, ramp_to_end=True)).problems == ()


def test_the_first_phase_climbs_from_zero_before_its_ramp_begins():
    ramping = changed(STEADY, intensity_end_permille=400, ramp_ms=20_000)
    assert compiled(ramping).marks[0].ramp_end_ns == 28_400_000_000


def test_other_phases_go_to_their_first_intensity_before_their_ramp_begins():
    lower = changed(STEADY, intensity_start_permille=100, intensity_end_permille=300, ramp_ms=10_000)
    mark = compiled(STEADY, lower).marks[1]
    assert mark.ramp_end_ns - mark.start_ns == (1_200 + 10_000) * 1_000_000


def test_one_number_is_ramped_to_from_what_there_was():
    higher = changed(STEADY, intensity_start_permille=400, intensity_end_permille=400, ramp_ms=10_000)
    whole = compiled(STEADY, higher)
    half_way = next(one for one in whole.segments if one.end_ns == 65 * SECOND)
    assert half_way.amplitude_end_ua == (8_400 + 10_800) // 2


def test_no_more_than_a_tenth_of_change_makes_no_dip():
    whole = compiled(STEADY, changed(STEADY, rate_mhz=constant(88_000)))
    assert min(one.amplitude_end_ua for one in whole.segments if SECOND * 20 < one.end_ns < SECOND * 100) == 8_400


def test_more_than_a_tenth_of_change_dips_to_half_in_two_seconds_and_climbs_again():
    whole = compiled(STEADY, changed(STEADY, rate_mhz=constant(100_000)))
    at = {one.end_ns: one.amplitude_end_ua for one in whole.segments}
    assert (at[58 * SECOND], at[59 * SECOND], at[60 * SECOND]) == (8_400, 6_300, 4_200)
    assert at[61 * SECOND] == 5_200


def test_the_other_rate_class_is_given_six_tenths_of_the_intensity():
    assert compiled(changed(STEADY, rate_mhz=constant(5_000))).marks[0].target_ua(1) == 6_000 + 12_000 * 120 // 1_000


def test_a_phase_in_both_rate_classes_is_given_the_lower_amplitude():
    both = changed(STEADY, rate_mhz=Varying(variation=Variation.SWEEP, values=(5_000, 20_000), period_ms=10_000))
    assert compiled(both).marks[0].target_ua(1) == 7_440


def test_channels_with_different_thresholds_get_each_their_own():
    whole = compile_plan(plan(STEADY, channels=(1, 2)), {1: person(6, 18), 2: person(7, 17)}, CONSUMER)
    assert [target.amplitude_ua for target in whole.marks[0].targets] == [8_400, 9_000]


def test_the_interphase_interval_is_in_every_segment():
    whole = compile_plan(plan(STEADY), {1: person(6, 18)}, CONSUMER, interphase_us=100)
    assert {segment.interphase_us for segment in whole.segments} == {100}


# --- envelopes


def cycles(kind: EnvelopeKind, **parts: int) -> Envelope:
    return Envelope(kind=kind, **parts)


TRAIN = cycles(EnvelopeKind.TRAIN, up_ms=1_000, hold_ms=2_000, down_ms=1_000, off_ms=1_000)
BURST = cycles(EnvelopeKind.BURST, up_ms=21, hold_ms=58, down_ms=21, off_ms=400)


def tops(whole: Compiled, from_s: float, cycle_s: float, count: int) -> list[int]:
    """The highest amplitude of each cycle."""
    starts = [round((from_s + cycle_s * n) * SECOND) for n in range(count)]
    lasts_ns = round(cycle_s * SECOND)
    return [max(one.top_ua for one in whole.segments if start <= one.start_ns < start + lasts_ns) for start in starts]


def test_a_border_across_ten_hertz_dips_however_little_the_rate_changes():
    whole = compiled(changed(STEADY, rate_mhz=constant(10_500)), changed(STEADY, rate_mhz=constant(9_600)))
    at = {one.end_ns: one.amplitude_end_ua for one in whole.segments}
    assert at[60 * SECOND] == at[58 * SECOND] // 2


def test_before_an_envelope_that_begins_from_silence_output_falls_to_it():
    whole = compiled(STEADY, changed(STEADY, envelope=TRAIN))
    at = {one.end_ns: one.amplitude_end_ua for one in whole.segments}
    assert (at[58 * SECOND], at[60 * SECOND - SECOND // 5], at[60 * SECOND]) == (8_400, 0, 0)


def test_without_ground_the_first_train_reaches_what_its_hold_may_climb_and_each_gains():
    whole = compiled(changed(STEADY, envelope=TRAIN))
    first, second, *others = tops(whole, 0, 5, 8)
    # 1 mA/s for the two seconds of a hold
    assert first == 2_000
    assert first < second
    assert others[-1] == 8_400


def test_after_steady_current_trains_are_full_at_once():
    whole = compiled(STEADY, changed(STEADY, envelope=TRAIN))
    assert tops(whole, 60, 5, 1) == [8_400]


def test_the_first_burst_rises_by_slopes_and_the_next_ones_by_edges_that_grow():
    whole = compiled(STEADY, changed(STEADY, envelope=BURST))
    first, *others = tops(whole, 60, 0.5, 4)
    # 79 ms at the return slope of 8.4 mA/s; then half a second of it more with each burst
    assert first == pytest.approx(660, abs=20)
    assert others == [pytest.approx(4_700, abs=200), 8_400, 8_400]
    edges = [one for one in whole.segments if one.step]
    assert {one.end_ns - one.start_ns for one in edges} == {21 * SECOND // 1000}
    assert all(one.amplitude_start_ua == 0 for one in edges)
    assert edges[0].start_ns == 60 * SECOND + SECOND // 2


def test_a_wave_of_four_seconds_arrives_at_its_crest():
    wave = cycles(EnvelopeKind.RAISED_COSINE, period_ms=4_000, off_ms=1_000)
    higher = changed(STEADY, lasts_ms=240_000, intensity_end_permille=400, envelope=wave, ramp_ms=30_000)
    assert compiled(STEADY, higher).problems == ()


def test_where_output_only_touches_zero_it_rests_for_a_moment():
    ends_at_zero = changed(STEADY, lasts_ms=59_000, envelope=TRAIN)
    whole = compiled(ends_at_zero, changed(STEADY, rate_mhz=constant(84_000)))
    after = next(one for one in whole.segments if one.start_ns == 59 * SECOND)
    assert after.is_rest
    assert after.end_ns - after.start_ns == 20 * SECOND // 1000


def test_an_active_rest_is_half_of_the_top_at_its_own_rate():
    train = replace(TRAIN, off_ms=100, then=ActiveRest(rate_mhz=6_000, top_permille=500, lasts_ms=5_000))
    whole = compiled(STEADY, changed(STEADY, lasts_ms=90_000, envelope=train))
    late = [one for one in whole.segments if one.start_ns > 110 * SECOND]
    slow = [one for one in late if one.pulse_period_us == 166_667]
    assert max(one.top_ua for one in slow) == 4_200
    assert max(one.top_ua for one in late) == 8_400


@pytest.mark.parametrize(
    ("program_class", "depth", "marked"),
    [
        ("contraction", Depth.DEEP, True),
        ("tetanic", Depth.TRANSITION, True),
        ("contraction", Depth.SURFACE, False),
        ("twitch", Depth.DEEP, False),
    ],
)
def test_only_what_is_meant_to_contract_is_marked_so(program_class, depth, marked):
    asked = replace(plan(changed(STEADY, depth=depth, envelope=TRAIN)), program_class=program_class)
    whole = compile_plan(asked, {1: LOW}, CONSUMER)
    own = [one for one in whole.segments if one.start_ns < whole.closing_start_ns]
    assert {one.contraction for one in own} == {marked}
