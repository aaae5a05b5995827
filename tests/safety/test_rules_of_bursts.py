"""Edges of bursts: when one may be a step, how high, and what a Down leaves of them."""

from safety_bench import MS, Bench, terms

from stimctl.model.scale import Scale
from stimctl.safety.rules import RULES

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
    assert RULES[Scale.CURRENT]["edge-ok"](edge, bench.governor.picture(1), terms()) is not None


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
