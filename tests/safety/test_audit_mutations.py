"""The real driver with one conversion wrong upwards: the audit below it must see each of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from audit_bench import AuditBench, untouched
from hand_made_unit import CEILINGS

from firmware_protocol.stimlink.events import Arm, Event, SegmentFrame

SegmentChange = Callable[[SegmentFrame], dict[str, object]]


def in_segments(change: SegmentChange) -> Callable[[Event], Event]:
    return lambda event: replace(event, **change(event)) if isinstance(event, SegmentFrame) else event


def in_ceilings(**factors: float) -> Callable[[Event], Event]:
    def corrupt(event: Event) -> Event:
        if not isinstance(event, Arm):
            return event
        wrong = {name: round(getattr(event.ceilings, name) * factor) for name, factor in factors.items()}
        return replace(event, ceilings=replace(event.ceilings, **wrong))

    return corrupt


def second_piece(bench: AuditBench) -> AuditBench:
    """A rise, and right after it a fall: every field of the second is above zero."""
    bench.play()
    first = bench.piece()
    return bench.play(
        start_ns=first.end_ns, end_ns=first.end_ns + 150_000_000, amplitude_start_ua=2_000, amplitude_end_ua=1_000
    )


def test_the_true_driver_is_let_through() -> None:
    assert second_piece(AuditBench(untouched)).refusals == []


WRONG: dict[str, SegmentChange] = {
    "first amplitude x 1.1": lambda s: {"amplitude_start": s.amplitude_start * 11 // 10},
    "last amplitude x 1.1": lambda s: {"amplitude_end": s.amplitude_end * 11 // 10},
    "amplitude one step up": lambda s: {"amplitude_end": s.amplitude_end + 1},
    "microamperes as units": lambda s: {"amplitude_end": s.amplitude_end * 10},
    "phase duration x 1.1": lambda s: {"phase_duration_us": s.phase_duration_us * 11 // 10},
    "phase duration 1 µs longer": lambda s: {"phase_duration_us": s.phase_duration_us + 1},
    "interphase longer": lambda s: {"interphase_us": s.interphase_us + 1},
    "period / 1.1": lambda s: {"pulse_period_us": s.pulse_period_us * 10 // 11},
    "milliseconds as microseconds": lambda s: {"pulse_period_us": s.pulse_period_us // 1000},
    "end x 1.1 too late": lambda s: {"end": (s.start + (s.end - s.start) * 11 // 10) % 2**32},
    "end 1 ms too late": lambda s: {"end": (s.end + 1_000) % 2**32},
    "end before start": lambda s: {"end": (s.start - 1) % 2**32},
    "start 1 ms too early": lambda s: {"start": (s.start - 1_000) % 2**32},
    "other channel": lambda s: {"channel": 3 - s.channel},
    "channel that is not planned": lambda s: {"channel": 3},
    "replace that nobody cleared": lambda s: {"replace": True},
    "step that nobody cleared": lambda s: {"step": True},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_driver_that_is_wrong_upwards_is_refused(wrong: str) -> None:
    assert second_piece(AuditBench(in_segments(WRONG[wrong]))).refusals != []


def test_a_whole_run_placed_too_late_is_refused() -> None:
    def late(s: SegmentFrame) -> dict[str, object]:
        return {"start": (s.start + 40_000) % 2**32, "end": (s.end + 40_000) % 2**32}

    assert AuditBench(in_segments(late)).play().refusals != []


def test_a_whole_run_placed_too_early_is_refused() -> None:
    def early(s: SegmentFrame) -> dict[str, object]:
        return {"start": (s.start - 40_000) % 2**32, "end": (s.end - 40_000) % 2**32}

    assert AuditBench(in_segments(early)).play().refusals != []


@pytest.mark.parametrize(
    "factors",
    [
        {"amplitude": 1.1},
        {"phase_duration_us": 1.6},
        {"charge_nc": 1.1},
        {"shortest_period_us": 0.5},
        {"slope": 1.1},
        {"amplitude": 10},
    ],
    ids=str,
)
def test_an_arm_with_a_ceiling_too_high_is_refused(factors: dict[str, float]) -> None:
    refusals = AuditBench(in_ceilings(**factors)).refusals
    assert any("an ARM" in why for why in refusals)


def test_an_arm_with_a_step_too_high_is_refused() -> None:
    def stepping(event: Event) -> Event:
        wrong = CEILINGS.amplitude_ua // 10 + 1
        return replace(event, ceilings=replace(event.ceilings, step=wrong)) if isinstance(event, Arm) else event

    assert any("steps" in why for why in AuditBench(stepping).refusals)


def test_an_arm_of_a_channel_that_is_not_planned_is_refused() -> None:
    def other(event: Event) -> Event:
        return replace(event, channel=3) if isinstance(event, Arm) else event

    assert any("nothing is planned" in why for why in AuditBench(other).refusals)
