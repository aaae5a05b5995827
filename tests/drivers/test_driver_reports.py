"""What the unit reports, and what anybody else may say on the line."""

from dataclasses import replace

import pytest
from driver_bench import cleared, sent, unit
from hand_made_unit import CEILINGS, MS, WELCOME, status
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.events import (
    Ack,
    Discontinuity,
    DiscontinuityReason,
    Event,
    Fault,
    FaultCode,
    Hello,
    Limited,
    Nack,
    NackReason,
    Stop,
    Stopped,
    Time,
)
from stimctl.drivers import facts


def test_a_report_comes_in_microamperes_with_the_time_it_was_heard() -> None:
    armed = unit().armed()
    (heard,) = armed.status(
        amplitude=123, phase_duration_us=200, pulse_period_us=12_500, pulses=7, load_ohm=950, queued=2, battery=80
    )
    reported = heard.reported
    assert (reported.heard_ns, reported.amplitude_ua, reported.load_ohm) == (armed.now_ns, 1_230, 950)
    assert (reported.channel, reported.phase_duration_us, reported.pulse_period_us) == (1, 200, 12_500)
    assert (reported.pulses, reported.queued, reported.battery_percent, reported.contact) == (7, 2, 80, True)


@pytest.mark.parametrize("load_ohm", [0, 0xFFFF])
def test_no_reading_and_an_open_circuit_are_no_load(load_ohm: int) -> None:
    (heard,) = unit().armed().status(load_ohm=load_ohm)
    assert heard.reported.load_ohm is None


def test_a_unit_on_mains_has_no_battery() -> None:
    (heard,) = unit().armed().status(battery=255)
    assert heard.reported.battery_percent is None


def test_a_unit_that_is_not_armed_any_more_is_a_fault() -> None:
    assert unit().armed().status(armed=False) == [facts.UnitFault("the unit is not armed any more")]


def test_a_unit_that_restarted_is_a_fault() -> None:
    assert unit().armed().tell(replace(WELCOME, boot=8)) == [facts.UnitFault("the unit has restarted")]


def test_the_same_welcome_again_is_nothing() -> None:
    assert unit().armed().tell(WELCOME) == []


def test_a_trip_is_a_fault_with_its_name() -> None:
    armed = unit().armed()
    assert armed.tell(Fault(FaultCode.OPEN_CIRCUIT, 2, 0, 777)) == [
        facts.UnitFault("the unit tripped: open circuit on channel 2")
    ]


def test_noise_is_counted() -> None:
    armed = unit().armed()
    assert armed.tell_bytes(b"x\0") == [facts.NoiseHeard(1)]
    assert armed.tell_bytes(encode(Ack(1, 1, 1))[:-2] + b"\x55\0") == [facts.NoiseHeard(2)]


EVENTS: list[Event] = [
    WELCOME,
    replace(WELCOME, version=9),
    replace(WELCOME, boot=1),
    Stopped(1, 2, False),
    Time(1, 2, 3),
    Time(26, 2**32 - 1, 0),
    Ack(3, 1, 1),
    Ack(200, 9, 1),
    Nack(3, NackReason.LATE),
    Nack(1, NackReason.BAD_FIELD),
    Limited(9, 1, 1),
    Discontinuity(0, DiscontinuityReason.BAD_STEP, 0, 0),
    Fault(FaultCode.LAPSED, 255, 0, 0),
    status(200, amplitude=65_535, armed=False),
    status(1, discontinuities=7),
    Hello(),
    Stop(),
]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(pieces=st.lists(st.one_of(st.binary(max_size=70), st.sampled_from(EVENTS).map(encode)), max_size=12))
@pytest.mark.parametrize("stage", ["fresh", "settled", "armed"])
def test_no_bytes_make_it_raise(stage: str, pieces: list[bytes]) -> None:
    at = unit()
    if stage != "fresh":
        at.settled()
    if stage == "armed":
        at.driver.arm({1: CEILINGS}, at.now_ns)
        at.run_for(20)
        sent(at, cleared(at.now_ns + 100 * MS))
    for piece in pieces:
        at.tell_bytes(piece)
        at.run_for(10)
