"""An ARM is for no more than limits and plan, and what the unit says it latched is compared."""

from dataclasses import replace
from struct import pack

import pytest
from audit_line import LIMITS, PEAK_UA, Line, arm, frame

from stimctl.safety.audit_stimlink import StimlinkAudit


def test_an_arm_may_ask_for_the_peak_and_the_limits() -> None:
    assert Line().audit.sent(arm(), 0) is None


@pytest.mark.parametrize(
    "more",
    [
        {"amplitude": 2_001},
        {"step": 2_001},
        {"phase_us": 301},
        {"charge_nc": 4_001},
        {"period_us": 8_332},
        {"slope": 2_002},
        {"channel": 3},
    ],
    ids=str,
)
def test_an_arm_for_more_is_refused(more: dict[str, int]) -> None:
    assert Line().audit.sent(arm(**more), 0) is not None


def test_an_arm_may_not_exceed_the_limit_even_where_the_peak_does() -> None:
    audit = StimlinkAudit()
    audit.agree(replace(LIMITS, amplitude_ua=10_000), {1: PEAK_UA})
    assert audit.sent(arm(amplitude=1_001, step=0, slope=1_000), 0) is not None


def test_the_slope_of_an_arm_may_be_that_on_new_ground_where_the_peak_is_low() -> None:
    audit = StimlinkAudit()
    audit.agree(LIMITS, {1: 100})
    assert audit.sent(arm(amplitude=10, step=10, slope=101), 0) is None
    assert audit.sent(arm(amplitude=10, step=10, slope=102), 0) is not None


def test_before_anything_was_agreed_no_arm_may_leave() -> None:
    assert StimlinkAudit().sent(arm(), 0) is not None


def armed_frame(amplitude: int = 2_000, channel: int = 1) -> bytes:
    return frame(0x83, pack("<IBHHHIHH", 9, channel, amplitude, 300, 4_000, 8_333, 2_000, 2_000))


def test_a_unit_that_latched_what_was_asked_is_as_agreed() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    assert audit.received(armed_frame(), 0) is None


@pytest.mark.parametrize("amplitude", [1_999, 2_001])
def test_a_unit_that_latched_something_else_is_seen(amplitude: int) -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    assert "latched" in (audit.received(armed_frame(amplitude), 0) or "")


@pytest.mark.parametrize("channel", [1, 3])
def test_a_unit_that_answers_what_was_not_asked_is_not_judged(channel: int) -> None:
    assert Line().audit.received(armed_frame(channel=channel), 0) is None


def test_after_a_stop_an_old_answer_is_not_judged() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    audit.forget()
    assert audit.received(armed_frame(1), 0) is None


def test_an_answer_that_comes_in_pieces_is_read() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    data = armed_frame(1)
    assert [audit.received(data[at : at + 1], 0) is None for at in range(len(data))] == [True] * (len(data) - 1) + [
        False
    ]


def test_noise_without_an_end_is_not_kept() -> None:
    audit = Line().audit
    audit.sent(arm(), 0)
    for _ in range(100):
        audit.received(b"\xff" * 100, 0)
    assert audit.received(b"\0" + armed_frame(1), 0) is not None
