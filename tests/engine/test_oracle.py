"""The judge itself: what it lets a skin feel at slow rates, and what not, by the records that a unit writes."""

import pytest
from oracle import violations

from simulator.delivered import Header, MemorySink, PulseShape, Recorder
from stimctl.model.limits import CONSUMER

HEADER = Header(model="stimlink", channels=1, seed=1, start_wall="", start_monotonic_ns=0)


def judged(*pulses: tuple[int, int, int]) -> list[str]:
    """Pulses of 200 µs: at so many ms, of so many µA, at a period of so many ms; with all that is recorded between."""
    sink = MemorySink()
    recorder = Recorder(sink, HEADER)
    for at_ms, amplitude_ua, period_ms in pulses:
        recorder.advance(at_ms * 1_000 - 1)
        recorder.train(1, [at_ms * 1_000], [amplitude_ua], PulseShape(200, 100, period_ms * 1_000))
    return violations(sink.felt(), CONSUMER, 10_000)


def climb(per_pulse_ua: int, period_ms: int, count: int = 10) -> list[tuple[int, int, int]]:
    """From zero, by as much from pulse to pulse."""
    return [(number * period_ms, number * per_pulse_ua, period_ms) for number in range(1, count)]


@pytest.mark.parametrize("period_ms", [20, 100, 500, 1_000])
def test_a_rise_of_a_milliampere_a_second_is_legal_at_any_rate(period_ms: int) -> None:
    assert judged(*climb(period_ms, period_ms)) == []


@pytest.mark.parametrize("period_ms", [100, 500, 1_000])
def test_a_rise_of_a_tenth_more_and_what_a_unit_rounds_is_not(period_ms: int) -> None:
    assert len(judged(*climb(period_ms * 11 // 10 + 65, period_ms, 3))) == 1


def test_a_rise_goes_on_through_a_change_from_a_slow_rate_to_a_quicker_one() -> None:
    """Between two pulses of 1 Hz the held value is recorded again and again; no pulse has fallen by that."""
    slow = climb(1_000, 1_000, 4)
    assert judged(*slow, (3_900, 3_900, 100), (4_000, 4_000, 100)) == []
    assert len(judged(*slow, (3_900, 4_100, 100))) == 1


def test_silence_is_no_time_to_have_risen_in() -> None:
    ground = climb(100, 100, 20)
    assert judged(*ground, (2_000, 0, 100), (7_000, 100, 100)) == []
    assert len(judged(*ground, (2_000, 0, 100), (7_000, 4_000, 100))) == 1


def test_a_first_pulse_is_no_higher_than_a_rise_of_two_periods() -> None:
    assert judged((5_000, 1_060, 500)) == []
    assert len(judged((5_000, 1_061, 500))) == 1
