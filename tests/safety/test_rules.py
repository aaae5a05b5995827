"""Each rule of current: what it lets pass at its very edge, and what it forbids one step beyond."""

from dataclasses import replace

import pytest
from safety_bench import ANYTHING, MS, ROOMY, SECOND, Bench, report, segment, terms

from stimctl.model.thresholds import Thresholds
from stimctl.safety.clearance import Cleared, Refused
from stimctl.safety.governor import Governor
from stimctl.safety.rules import RULES


def test_every_rule_is_asked() -> None:
    assert list(RULES) == [
        "ends-soon",
        "amplitude-within-limit",
        "phase-duration-within-limits",
        "rate-within-limit",
        "amplitude-within-comfort",
        "charge-within-limit",
        "density-within-limits",
        "starts-from-zero-or-joins",
        "joint-onto-ground-only",
        "rises-slowly",
        "edge-ok",
        "rises-only-into-load",
        "session-not-too-long",
        "fused-contraction-rests",
    ]


def test_a_refusal_tells_asked_and_allowed_in_one_unit() -> None:
    verdict = Bench().put(8_000, 200)
    assert isinstance(verdict, Refused)
    assert verdict.sentence == "rise of 8.00 mA in 0.200 s is 40.00 mA/s, allowed 1.00 mA/s"


# --- a segment always ends


def test_a_segment_may_last_200_ms() -> None:
    assert Bench().rule(0, 200) == ""


@pytest.mark.parametrize("lasts_ms", [200.001, 0, -1])
def test_a_segment_that_is_longer_or_has_no_length_is_refused(lasts_ms: float) -> None:
    assert Bench().rule(0, lasts_ms) == "ends-soon"


# --- amplitude, charge, phase duration, rate


def test_the_amplitude_may_reach_its_limit() -> None:
    assert Bench().climbed(60_000).rule(60_000) == ""


def test_an_amplitude_over_its_limit_is_refused() -> None:
    assert Bench().climbed(60_000).felt(20_000).rule(60_001) == "amplitude-within-limit"


@pytest.mark.parametrize("end", ["amplitude_start_ua", "amplitude_end_ua"])
def test_an_amplitude_below_zero_is_refused(end: str) -> None:
    assert Bench().rule(0, **{end: -1}) == "amplitude-within-limit"


@pytest.mark.parametrize("phase_us", [50, 300])
def test_a_phase_duration_may_be_at_either_limit(phase_us: int) -> None:
    assert Bench().rule(100, phase_duration_us=phase_us) == ""


@pytest.mark.parametrize("phase_us", [-1, 0, 49, 301])
def test_a_phase_duration_beyond_its_limits_is_refused(phase_us: int) -> None:
    assert Bench().rule(100, phase_duration_us=phase_us) == "phase-duration-within-limits"


def test_a_rate_may_be_at_its_limit() -> None:
    assert Bench().rule(100, pulse_period_us=8_333) == ""


@pytest.mark.parametrize("period_us", [8_332, 1, 0, -1])
def test_a_rate_over_its_limit_is_refused(period_us: int) -> None:
    assert Bench().rule(100, pulse_period_us=period_us) == "rate-within-limit"


def test_a_pulse_that_does_not_fit_its_period_is_refused() -> None:
    assert Bench().rule(100, interphase_us=12_500 - 400) == "rate-within-limit"
    assert Bench().rule(100, interphase_us=12_500 - 401) == ""


def test_an_interphase_below_zero_is_refused() -> None:
    assert Bench().rule(100, interphase_us=-1) == "rate-within-limit"


def test_the_charge_of_a_phase_may_reach_its_limit_and_no_more() -> None:
    bench = Bench(limits=replace(ROOMY, charge_per_phase_nc=4_000)).climbed(20_000).felt(9_000)
    assert bench.rule(20_000) == ""
    assert bench.rule(20_001) == "charge-within-limit"


# --- the person


def person(**changes: int) -> dict[int, Thresholds]:
    fields = {"sensory_ua": 6_000, "comfort_ua": 10_000, "at_phase_us": 200, "at_period_us": 12_500}
    return {1: Thresholds(**(fields | changes)), 2: ANYTHING}


def test_the_amplitude_may_reach_comfort_and_no_more() -> None:
    bench = Bench(thresholds=person()).climbed(10_000).felt(9_000)
    assert bench.rule(10_000) == ""
    assert bench.rule(10_001) == "amplitude-within-comfort"


def test_comfort_falls_with_a_longer_phase() -> None:
    bench = Bench(thresholds=person()).climbed(8_000).felt(9_000)
    allowed_ua = int(10_000 * (1 + 459 / 300) / (1 + 459 / 200))
    assert allowed_ua < 8_000
    assert bench.rule(8_000, phase_duration_us=300) == "amplitude-within-comfort"
    assert bench.rule(allowed_ua, phase_duration_us=300, amplitude_start_ua=allowed_ua) == ""


def test_comfort_grows_by_at_most_a_quarter_at_a_shorter_phase() -> None:
    bench = Bench(thresholds=person()).felt(9_000)
    bench.climbed(12_500, phase_duration_us=100)
    assert bench.rule(12_501, phase_duration_us=100) == "amplitude-within-comfort"


def test_in_another_rate_class_comfort_is_six_tenths_of_the_range() -> None:
    bench = Bench(thresholds=person()).felt(9_000).felt(9_000, "low")
    bench.climbed(8_400, pulse_period_us=100_000)
    assert bench.rule(8_401, pulse_period_us=100_000) == "amplitude-within-comfort"


def test_a_channel_without_thresholds_is_refused() -> None:
    verdict = Bench().ask(segment(channel=3))
    assert isinstance(verdict, Refused)
    assert verdict.rule == "channel-known"


# --- density


def dense(**changes: object) -> Bench:
    """20 mA, 200 µs, 80 Hz: 3.578 mA r.m.s.; over 25 cm² that is 143.1 µA/cm²."""
    fields = {"rms_density_ua_cm2": 144, "power_density_uw_cm2": 10**9}
    own = {name: changes.pop(name) for name in list(changes) if name in fields}
    return Bench(limits=replace(ROOMY, **(fields | own)), **changes).felt(9_000)


def test_density_may_be_at_its_limit() -> None:
    dense().climbed(20_000)


def test_density_over_its_limit_is_refused() -> None:
    bench = dense(rms_density_ua_cm2=142).climbed(19_000)
    assert bench.rule(20_000) == "density-within-limits"


def test_density_is_that_of_the_contact_which_is_left() -> None:
    bench = dense().climbed(20_000)
    bench.governor.contact_left(1, 2_400)
    assert bench.rule(20_000) == "density-within-limits"


def test_no_contact_left_lets_nothing_pass_and_does_not_divide_by_zero() -> None:
    bench = dense()
    bench.governor.contact_left(1, 0)
    assert bench.rule(100) == "density-within-limits"


def test_density_may_be_half_where_the_unit_reports_no_load() -> None:
    bench = dense(reports_load=False).climbed(10_000)
    assert bench.rule(10_200) == "density-within-limits"


def test_power_density_over_its_limit_is_refused() -> None:
    # 3.578 mA r.m.s. in 500 Ω is 6.4 mW, over 25 cm² 256 µW/cm²
    dense(power_density_uw_cm2=257).climbed(20_000)
    assert dense(power_density_uw_cm2=255).climbed(19_000).rule(20_000) == "density-within-limits"


# --- starts and joints


def test_a_start_is_from_zero() -> None:
    assert Bench().rule(10, amplitude_start_ua=10) == "starts-from-zero-or-joins"


def test_a_segment_joins_the_one_before_at_its_end_or_below() -> None:
    assert Bench().climbed(5_000).rule(5_000) == ""
    assert Bench().climbed(5_000).rule(4_000, amplitude_start_ua=4_000) == ""


def test_a_joint_does_not_rise() -> None:
    assert Bench().climbed(5_000).rule(5_001, amplitude_start_ua=5_001) == "starts-from-zero-or-joins"


def test_after_silence_that_nobody_planned_a_start_is_from_zero() -> None:
    bench = Bench().climbed(5_000)
    assert bench.rule(5_000, after_ms=1, amplitude_start_ua=1) == "starts-from-zero-or-joins"


def test_a_segment_may_not_overlap_the_one_before() -> None:
    assert Bench().climbed(5_000).rule(0, after_ms=-0.001) == "starts-from-zero-or-joins"


def test_a_longer_phase_at_a_joint_may_make_no_new_charge() -> None:
    bench = Bench(thresholds={1: ANYTHING, 2: ANYTHING})
    bench.put(200)
    assert bench.rule(200, phase_duration_us=201) == "joint-onto-ground-only"
    assert bench.rule(199, phase_duration_us=201, amplitude_start_ua=199) == ""


def test_a_longer_phase_at_a_joint_may_reach_ground() -> None:
    bench = Bench().felt(60)
    bench.put(200)
    assert bench.rule(200, phase_duration_us=300) == ""


def test_ground_at_a_joint_is_that_of_the_rate_class_entered() -> None:
    bench = Bench().felt(60).felt(10, "low")
    bench.put(200)
    assert bench.rule(200, phase_duration_us=300, pulse_period_us=100_000) == "joint-onto-ground-only"


# --- rises


def test_above_ground_the_rise_is_one_milliampere_a_second() -> None:
    assert Bench().rule(200) == ""
    assert Bench().rule(201) == "rises-slowly"


def test_many_short_segments_climb_no_faster_than_one_long_one() -> None:
    """A microampere a segment would be an ampere a second with segments of a microsecond."""
    assert Bench().rule(1, 0.001) == "rises-slowly"
    bench = Bench()
    for _ in range(20):
        bench.put(bench.end_ua[1] + 2, 1.5)
        bench.put(bench.end_ua[1] + 1, 1.5)
    assert bench.end_ua[1] <= (bench.end_ns[1] - SECOND) // MS


def test_up_to_ground_the_return_takes_a_second() -> None:
    assert Bench().felt(2_000).rule(2_000) == ""
    assert Bench().felt(2_000).rule(2_001) == "rises-slowly"


def test_a_rise_that_ends_above_ground_is_slow_from_its_beginning() -> None:
    bench = Bench().felt(2_000)
    for to_ua in (2_000, 4_000, 6_000, 8_000, 9_900):
        assert bench.rule(to_ua) == ""
    assert bench.rule(10_100) == ""
    assert bench.rule(10_301) == "rises-slowly"


def test_ground_is_a_charge_not_an_amplitude() -> None:
    assert Bench().felt(2_000).rule(1_000, phase_duration_us=300) == ""
    bench = Bench().felt(2_000).climbed(9_000)
    assert bench.governor.ground(1).charge_nc("high") == 2_000
    assert Bench().felt(2_000).rule(1_400, phase_duration_us=300) == "rises-slowly"


def test_a_fall_may_be_as_quick_as_it_likes() -> None:
    assert Bench().climbed(20_000).rule(0, 1) == ""


# --- edges of bursts


def burst(ground_nc: int = 2_000) -> Bench:
    """At zero in a planned rest of 100 ms, after a rise by an ordinary slope."""
    bench = Bench().felt(ground_nc).climbed(10_000)
    bench.put(0)
    bench.put(0, 100)
    return bench


def test_an_edge_may_rise_to_ground_in_20_ms() -> None:
    assert burst().rule(10_000, 20, step=True) == ""


def test_an_edge_shorter_than_20_ms_is_refused() -> None:
    assert burst().rule(10_000, 19.999, step=True) == "edge-ok"


def test_an_edge_above_ground_is_refused() -> None:
    assert burst().rule(10_010, 20, step=True) == "edge-ok"


def test_an_edge_that_does_not_start_at_zero_is_refused() -> None:
    assert Bench().climbed(5_000).rule(6_000, 100, step=True) == "edge-ok"


def test_an_edge_above_zero_is_refused_even_where_a_rest_is_before_it() -> None:
    bench = burst()
    edge = bench.next(1_000, 20, amplitude_start_ua=10, step=True)
    assert RULES["edge-ok"](edge, bench.governor.picture(1), terms()) is not None


def test_an_edge_without_a_rest_before_it_is_refused() -> None:
    bench = Bench().felt(2_000).climbed(10_000)
    bench.put(0)
    assert bench.rule(10_000, 20, step=True) == "edge-ok"


def test_an_edge_may_follow_a_rest_of_one_second_in_pieces() -> None:
    bench = burst()
    for lasts_ms in (200, 200, 200, 200, 100):
        bench.put(0, lasts_ms)
    assert bench.rule(10_000, 20, step=True) == ""


def test_an_edge_after_a_longer_rest_is_refused() -> None:
    bench = burst()
    for lasts_ms in (200, 200, 200, 200, 101):
        bench.put(0, lasts_ms)
    assert bench.rule(10_000, 20, step=True) == "edge-ok"


def test_an_edge_right_after_silence_that_nobody_planned_is_refused() -> None:
    assert burst().rule(10_000, 20, step=True, after_ms=5) == "edge-ok"


def test_a_planned_rest_after_unplanned_silence_does_not_bring_edges_back() -> None:
    bench = burst()
    bench.put(0, 100, after_ms=5_000)
    assert bench.rule(10_000, 20, step=True) == "edge-ok"


def test_after_a_gap_an_edge_waits_for_an_ordinary_rise() -> None:
    bench = burst()
    bench.governor.gap(1)
    bench.put(0, 100)
    # less than the return slope would have made of nothing since the gap
    assert bench.rule(500, 20, step=True) == "edge-ok"
    bench.put(1_000)
    bench.put(0)
    bench.put(0, 100)
    assert bench.rule(2_200, 20, step=True) == ""


def test_a_slow_step_does_not_bring_edges_back() -> None:
    bench = burst()
    bench.governor.gap(1)
    bench.put(0, 100)
    assert bench.rule(10, 100, step=True) == "edge-ok"


def test_after_a_replace_an_edge_waits_for_an_ordinary_rise() -> None:
    bench = burst()
    bench.ask(bench.next(0, 100, after_ms=-50), replace=True, ahead_ms=20)
    assert bench.rule(10_000, 20, step=True) == "edge-ok"


# --- load


def test_without_a_load_nothing_rises_above_ten_milliamperes() -> None:
    bench = Bench().climbed(9_900).felt(9_000)
    bench.governor.heard(report(contact=False))
    assert bench.rule(10_000) == ""
    assert bench.rule(10_001) == "rises-only-into-load"


def test_a_reading_of_no_ohms_is_no_load() -> None:
    bench = Bench().climbed(20_000).felt(9_000)
    bench.governor.heard(report(load_ohm=None))
    assert bench.rule(20_001) == "rises-only-into-load"


def test_before_the_first_report_there_is_no_load() -> None:
    bench = Bench().climbed(20_000)
    bench.governor.armed()
    bench.felt(9_000)
    assert all(bench.rule(ua, amplitude_start_ua=ua - 5_000) == "" for ua in (5_000, 10_000))
    assert bench.rule(11_000) == "rises-only-into-load"


def test_without_a_load_output_may_stay_and_fall() -> None:
    bench = Bench().climbed(20_000)
    bench.governor.heard(report(contact=False))
    assert bench.rule(20_000) == ""
    assert bench.rule(15_000) == ""


def test_a_unit_that_reports_no_load_is_not_asked_for_one() -> None:
    bench = Bench(reports_load=False)
    bench.governor.heard(report(contact=False))
    bench.climbed(20_000)


# --- time


def test_a_session_has_a_longest_time_rests_included() -> None:
    bench = Bench(limits=replace(ROOMY, session_ms=1_000))
    for to_ua in (100, 0, 0, 0, 100):
        assert bench.rule(to_ua) == ""
    assert bench.rule(0, 1) == "session-not-too-long"


def test_the_time_of_a_session_goes_on_across_gaps_and_arms() -> None:
    bench = Bench(limits=replace(ROOMY, session_ms=400))
    bench.put(100)
    bench.governor.gap(1)
    bench.put(0, amplitude_start_ua=0)
    bench.governor.armed()
    assert bench.rule(0, 1) == "session-not-too-long"


HELD = {"pulse_period_us": 50_000, "contraction": True}


def contracting(**changes: int) -> Bench:
    return Bench(limits=replace(ROOMY, fused_hold_ms=600, **changes))


def held(bench: Bench) -> Bench:
    for _ in range(3):
        assert bench.rule(100, **HELD) == ""
    return bench


def test_a_contraction_is_held_no_longer_than_allowed() -> None:
    assert held(contracting()).rule(100, 1, **HELD) == "fused-contraction-rests"


def test_a_rate_that_does_not_fuse_may_go_on() -> None:
    assert held(contracting()).rule(100, pulse_period_us=50_001, contraction=True) == ""


def test_a_phase_that_is_not_meant_to_contract_may_go_on() -> None:
    bench = contracting()
    for _ in range(5):
        assert bench.rule(100, pulse_period_us=50_000) == ""


def test_a_rest_may_follow_a_contraction() -> None:
    assert held(contracting()).rule(0, amplitude_start_ua=0) == ""


def rested(bench: Bench, lasts_ms: int) -> Bench:
    while lasts_ms > 0:
        assert bench.rule(0, min(200, lasts_ms), amplitude_start_ua=0) == ""
        lasts_ms -= 200
    return bench


def test_after_a_second_off_a_contraction_may_begin_anew() -> None:
    held(rested(held(contracting()), 1_000))


def test_less_than_a_second_off_does_not_count() -> None:
    bench = rested(held(contracting()), 999)
    assert bench.rule(1, 1, **HELD) == "fused-contraction-rests"


def test_a_slower_rate_is_no_rest() -> None:
    bench = held(contracting())
    for _ in range(6):
        bench.put(100, pulse_period_us=100_000)
    assert bench.rule(100, **HELD) == "fused-contraction-rests"


@pytest.mark.parametrize("happening", ["gap", "armed"])
def test_a_short_gap_is_no_rest_for_a_contraction(happening: str) -> None:
    bench = held(contracting())
    bench.governor.gap(1) if happening == "gap" else bench.governor.armed()
    assert bench.rule(1, 50, after_ms=150, **HELD) == "fused-contraction-rests"


def test_a_second_of_silence_after_a_gap_is_a_rest() -> None:
    bench = held(contracting())
    bench.governor.gap(1)
    assert bench.rule(50, after_ms=1_000, **HELD) == ""


def test_a_hold_that_is_cut_rests_from_the_cut_on() -> None:
    bench = held(contracting())
    cut = bench.next(0, after_ms=-100)
    assert isinstance(bench.ask(cut, replace=True, ahead_ms=50), Cleared)
    assert bench.rule(50, after_ms=800, **HELD) == ""


def test_the_terms_are_per_session() -> None:
    assert Governor(terms()).terms == terms()


def beats(bench: Bench, amplitude_ua: int, pieces: int, period_us: int = 100_000) -> Bench:
    """Slow beats after a fall to zero, as an active rest has them."""
    bench.put(0, contraction=False)
    for _ in range(pieces):
        bench.put(amplitude_ua, pulse_period_us=period_us)
    return bench


def test_slow_weak_beats_are_a_rest_for_a_clinician() -> None:
    held(beats(held(contracting(active_rest_permille=500)), 50, 6))


@pytest.mark.parametrize(
    ("amplitude_ua", "pieces", "period_us"),
    [(51, 6, 100_000), (50, 6, 99_999), (50, 4, 100_000)],
    ids=["over half", "over 10 Hz", "under 1 s"],
)
def test_beats_that_are_stronger_quicker_or_shorter_are_no_rest(amplitude_ua: int, pieces: int, period_us: int) -> None:
    bench = beats(held(contracting(active_rest_permille=500)), amplitude_ua, pieces, period_us)
    assert bench.rule(100, **HELD) == "fused-contraction-rests"


def test_slow_weak_beats_are_no_rest_for_a_consumer() -> None:
    assert beats(held(contracting()), 50, 6).rule(100, **HELD) == "fused-contraction-rests"


# --- edges that come back, and a Down in bursts


def test_after_a_low_burst_an_edge_rises_by_no_more_than_the_return_slope() -> None:
    bench = Bench().felt(2_000)
    bench.put(100, 100)
    bench.put(0, 20)
    bench.put(0, 180)
    # 20 nC, and 2 000 nC/s for the 200 ms since: 420 nC are 2.1 mA
    assert bench.rule(2_105, 20, step=True) == "edge-ok"
    assert bench.rule(2_100, 20, step=True) == ""


def in_bursts() -> Bench:
    bench = Bench().climbed(10_000)
    bench.put(0, 20)
    bench.put(0, 180)
    assert bench.rule(10_000, 20, step=True) == ""
    return bench


def test_a_down_in_bursts_leaves_what_lies_under_its_ceiling() -> None:
    bench = in_bursts()
    bench.governor.down(1, 9_000, bench.end_ns[1] - 10 * MS)
    assert bench.governor.ground(1).charge_nc("high") == 1_800


def test_a_down_elsewhere_leaves_nothing() -> None:
    bench = in_bursts()
    for _ in range(6):
        bench.put(10_000)
    bench.governor.down(1, 9_000, bench.end_ns[1] - 10 * MS)
    assert bench.governor.ground(1).charge_nc("high") == 0


def test_an_edge_is_held_to_the_burst_before_it_not_to_the_one_before_that() -> None:
    bench = in_bursts()
    bench.put(0, 21)
    bench.put(0, 100)
    assert bench.rule(1_000, 21, step=True) == ""
    bench.put(0, 21)
    bench.put(0, 100)
    assert bench.rule(10_000, 21, step=True) == "edge-ok"


def test_after_a_down_the_next_edge_is_held_to_its_ceiling() -> None:
    bench = in_bursts()
    bench.governor.down(1, 5_000, bench.end_ns[1] - 5 * MS)
    bench.end_ua[1] = 5_000
    bench.put(0, 21)
    bench.put(0, 100)
    assert bench.rule(9_000, 21, step=True) == "edge-ok"
    assert bench.rule(5_000, 21, step=True) == ""
