"""Ground is made of pulses that have surely fallen: in a rate class that has gone on for a pulse period in one go."""

import pytest
from safety_bench import MS, SECOND, Bench, report

from stimctl.safety.clearance import Cleared
from stimctl.safety.ground import Ground

# 1 Hz in pieces of 200 ms: a pulse has surely fallen when five of them came one after the other.
PIECE_NS = 200 * MS


def slow(ground: Ground, pieces: int, charge_nc: int = 1_000, period_ns: int = SECOND) -> Ground:
    for _ in range(pieces):
        ground.felt(charge_nc, "low", PIECE_NS, charge_nc, period_ns)
    return ground


def quick(ground: Ground, pieces: int, charge_nc: int = 80) -> Ground:
    """50 Hz."""
    for _ in range(pieces):
        ground.felt(charge_nc, "high", PIECE_NS, charge_nc, 20 * MS)
    return ground


def test_slow_pieces_between_quick_ones_earn_no_ground() -> None:
    ground = Ground()
    for _ in range(50):
        quick(slow(ground, 1), 1)
    assert [ground.charge_nc(of) for of in ("low", "high")] == [0, 80]


def test_slow_pieces_in_one_go_earn_ground() -> None:
    assert slow(Ground(), 4).charge_nc("low") == 0
    assert slow(Ground(), 5).charge_nc("low") == 1_000


def test_the_time_in_which_a_pulse_was_waited_for_counts_once_it_has_fallen() -> None:
    """At 2 Hz the first is sure after three pieces; all five make a second."""
    assert slow(Ground(), 4, period_ns=500 * MS).charge_nc("low") == 0
    assert slow(Ground(), 5, period_ns=500 * MS).charge_nc("low") == 1_000


def test_what_waited_when_the_other_class_came_between_is_lost() -> None:
    ground = slow(quick(slow(Ground(), 4), 1), 4)
    assert ground.charge_nc("low") == 0
    assert slow(ground, 1).charge_nc("low") == 1_000


def test_what_is_too_weak_to_carry_charge_comes_between_nothing() -> None:
    ground = slow(Ground(), 4)
    ground.felt(0, "high", PIECE_NS, 0, 20 * MS)
    assert slow(ground, 1).charge_nc("low") == 1_000


@pytest.mark.parametrize(
    "happening",
    [Ground.forget, Ground.reset, Ground.halve, lambda ground: ground.hold_to(500)],
    ids=["forget", "reset", "halve", "hold to"],
)
def test_what_waits_does_not_outlive_a_down_a_stop_or_a_long_pause(happening) -> None:
    ground = slow(Ground(), 4)
    happening(ground)
    assert slow(ground, 1).charge_nc("low") == 0


def test_after_a_reset_the_first_pulse_is_waited_for_anew() -> None:
    ground = slow(Ground(), 25, period_ns=10 * SECOND)
    ground.reset()
    ground.felt(1_000, "low", SECOND, 1_000, 5 * SECOND)
    assert ground.charge_nc("low") == 0


def test_a_class_is_entered_before_a_pulse_of_it_has_surely_fallen() -> None:
    ground = quick(Ground(), 5, charge_nc=1_000)
    slow(ground, 1, charge_nc=10)
    quick(ground, 5, charge_nc=4_000)
    assert [ground.charge_nc(of) for of in ("low", "high")] == [500, 4_000]


# --- the same through the governor


def flowed(*periods_us: int) -> Bench:
    """Pieces of 0.2 mA, 40 nC, each reported with another pulse."""
    bench = Bench()
    assert isinstance(bench.put(200, pulse_period_us=20_000), Cleared)
    for number, period_us in enumerate(periods_us):
        assert isinstance(bench.put(200, pulse_period_us=period_us), Cleared)
        heard_ns = bench.end_ns[1] + 100 * MS
        bench.governor.heard(report(heard_ns=heard_ns, amplitude_ua=200, pulses=number + 1, pulse_period_us=period_us))
    return bench


def test_the_governor_counts_no_slow_pieces_between_quick_ones() -> None:
    ground = flowed(*[1_000_000, 20_000] * 12).governor.ground(1)
    assert [ground.charge_nc(of) for of in ("low", "high")] == [0, 40]


def test_the_governor_counts_slow_pieces_in_one_go() -> None:
    assert flowed(*[1_000_000] * 4).governor.ground(1).charge_nc("low") == 0
    assert flowed(*[1_000_000] * 5).governor.ground(1).charge_nc("low") == 40
