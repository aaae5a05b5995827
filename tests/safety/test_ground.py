"""Ground: what a person has really felt, and for how long."""

from safety_bench import segment

from stimctl.clock import MS, SECOND
from stimctl.safety.ground import FELT_NS, Ground, charges_felt_nc


def felt(*parts: tuple[int, int], of: str = "high") -> Ground:
    ground = Ground()
    for charge_nc, ms in parts:
        ground.felt(charge_nc, of, ms * MS)
    return ground


def test_there_is_no_ground_at_first() -> None:
    assert [Ground().charge_nc(of) for of in ("low", "high")] == [0, 0]


def test_a_second_of_it_makes_ground() -> None:
    assert FELT_NS == SECOND
    assert felt((1_000, 1_000)).charge_nc("high") == 1_000


def test_a_little_less_than_a_second_does_not() -> None:
    assert felt((1_000, 999)).charge_nc("high") == 0


def test_the_second_need_not_be_in_one_piece() -> None:
    assert felt((1_000, 500), (300, 5), (1_000, 500)).charge_nc("high") == 1_000


def test_time_within_a_tenth_of_the_top_counts_as_time_at_it() -> None:
    assert felt((1_000, 1), (912, 999)).charge_nc("high") == 1_000


def test_time_further_below_the_top_does_not() -> None:
    assert felt((1_000, 1), (890, 998)).charge_nc("high") == 0
    assert felt((1_000, 1), (890, 999)).charge_nc("high") == 890


def test_a_tenth_is_not_rounded_in_favour_of_rising() -> None:
    # a tenth below 81 nC is 72.9; below 80 it is 72
    for top_nc, ground_nc in [(81, 0), (80, 80)]:
        ground = Ground()
        ground.felt(72, "high", SECOND, top_nc)
        assert ground.charge_nc("high") == ground_nc


def test_ground_never_sinks_by_feeling_less() -> None:
    assert felt((1_000, 1_000), (100, 60_000)).charge_nc("high") == 1_000


def test_a_moment_above_ground_is_no_ground() -> None:
    assert felt((1_000, 1_000), (1_500, 1)).charge_nc("high") == 1_000


def test_what_was_felt_below_ground_counts_for_what_comes_near_it() -> None:
    assert felt((1_000, 1_000), (1_090, 1)).charge_nc("high") == 1_090


def test_a_rate_class_entered_for_the_first_time_inherits_half() -> None:
    ground = felt((1_000, 1_000))
    assert ground.charge_nc("low") == 500
    ground.felt(10, "low", MS)
    assert ground.charge_nc("low") == 500


def test_a_rate_class_that_was_entered_goes_its_own_way() -> None:
    ground = felt((1_000, 1_000))
    ground.felt(10, "low", MS)
    ground.felt(4_000, "high", SECOND)
    assert ground.charge_nc("low") == 500


def test_pulses_of_the_two_classes_are_counted_apart() -> None:
    ground = felt((1_000, 500))
    ground.felt(1_000, "low", 500 * MS)
    assert [ground.charge_nc(of) for of in ("low", "high")] == [0, 0]


def test_after_a_down_the_count_starts_anew() -> None:
    ground = felt((1_000, 1_500))
    ground.forget()
    ground.felt(1_000, "high", 999 * MS)
    assert ground.charge_nc("high") == 0
    ground.felt(1_000, "high", MS)
    assert ground.charge_nc("high") == 1_000


def test_halving_halves_both_classes_and_forgets_the_count() -> None:
    ground = felt((1_000, 1_900))
    ground.felt(300, "low", SECOND)
    ground.halve()
    assert [ground.charge_nc(of) for of in ("low", "high")] == [250, 500]
    ground.felt(1_000, "high", 999 * MS)
    assert ground.charge_nc("high") == 500


def test_a_reset_forgets_everything_even_which_class_was_entered() -> None:
    ground = felt((1_000, 1_000))
    ground.felt(10, "low", MS)
    ground.reset()
    ground.felt(400, "high", SECOND)
    assert [ground.charge_nc(of) for of in ("low", "high")] == [200, 400]


# --- what a segment proves


def charges(start_ua: int, end_ua: int, ceiling_ua: int = 50_000, **changes: int) -> tuple[int, int]:
    one = segment(amplitude_start_ua=start_ua, amplitude_end_ua=end_ua, **changes)
    return charges_felt_nc(one, ceiling_ua)


def test_a_rise_proves_its_beginning_and_what_its_last_pulse_has_at_least() -> None:
    # 200 ms, 12.5 ms between pulses: the last one is no earlier than at 187.5 ms
    assert charges(8_000, 10_000) == (1_600, 1_975)


def test_a_fall_proves_its_end_and_what_its_first_pulse_has_at_least() -> None:
    assert charges(10_000, 8_000) == (1_600, 1_975)


def test_a_segment_in_which_no_pulse_need_fall_proves_its_lowest_only() -> None:
    assert charges(8_000, 10_000, pulse_period_us=200_000) == (1_600, 1_600)


def test_what_a_ceiling_cut_off_is_not_proven() -> None:
    assert charges(8_000, 10_000, 9_000) == (1_600, 1_800)
    assert charges(8_000, 10_000, 7_000) == (1_400, 1_400)


def test_time_within_a_tenth_of_the_top_counts_at_the_top() -> None:
    ground = Ground()
    ground.felt(1_800, "high", SECOND, 2_000)
    assert ground.charge_nc("high") == 2_000


def test_time_further_below_the_top_counts_where_it_was() -> None:
    ground = Ground()
    ground.felt(1_790, "high", SECOND, 2_000)
    assert ground.charge_nc("high") == 0
    ground.felt(1_790, "high", SECOND, 1_790)
    assert ground.charge_nc("high") == 1_790


def test_what_is_held_to_a_ceiling_does_not_jump_back_with_the_next_short_pulse() -> None:
    ground = Ground()
    ground.felt(2_000, "high", 3 * SECOND, 2_000)
    ground.hold_to(500)
    ground.felt(300, "high", 10 * MS, 600)
    assert ground.charge_nc("high") == 500
