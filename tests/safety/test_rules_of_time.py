"""How long: a session, and a contraction before its rest."""

from dataclasses import replace

import pytest
from safety_bench import ROOMY, Bench

from stimctl.safety.clearance import Cleared


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
