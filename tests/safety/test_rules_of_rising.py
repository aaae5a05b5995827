"""How current begins, joins and rises: from zero, onto what was felt, and slowly above it."""

from safety_bench import ANYTHING, MS, SECOND, Bench

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
