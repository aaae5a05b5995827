"""The state table: total, stop never forbidden, a trip ended by nothing else, and a late answer arms nothing."""

import pytest
from vectors import STIMLINK

from firmware_protocol.stimlink.codec import FRAME_TYPES
from firmware_protocol.stimlink.events import Arm, KeepAlive, Limit, Malformed, SegmentFrame, Stop, Stopped
from firmware_protocol.stimlink.state import FORBIDDEN, MOVES, State, after

ONE_OF_EACH = {vector.kind: vector.event for vector in STIMLINK} | {"Malformed": Malformed("not COBS", b"\x09")}
# Every row that changes something, written out a second time
CHANGES = {
    (State.UNKNOWN, "Welcome"): State.IDLE,
    (State.IDLE, "Arm"): State.ARMING,
    (State.IDLE, "Stop"): State.STOPPING,
    (State.IDLE, "Fault"): State.TRIPPED,
    (State.ARMING, "Armed"): State.ARMED,
    (State.ARMING, "Nack"): State.IDLE,
    (State.ARMING, "Stop"): State.STOPPING,
    (State.ARMING, "Fault"): State.TRIPPED,
    (State.ARMED, "Stop"): State.STOPPING,
    (State.ARMED, "Fault"): State.TRIPPED,
    (State.STOPPING, "Stopped"): State.IDLE,
    (State.TRIPPED, "Stop"): State.STOPPING,
}

every_state = pytest.mark.parametrize("state", State, ids=lambda state: state.name)
every_event = pytest.mark.parametrize("kind", ONE_OF_EACH)


@every_state
@every_event
def test_every_event_in_every_state_leads_where_it_should(state, kind):
    assert after(state, ONE_OF_EACH[kind]) is CHANGES.get((state, kind), state)


@every_state
def test_every_state_has_its_row_in_both_tables(state):
    assert state in MOVES
    assert state in FORBIDDEN


def test_the_tables_name_frames_only():
    named = {kind for row in MOVES.values() for kind in row} | {kind for row in FORBIDDEN.values() for kind in row}
    assert named <= set(FRAME_TYPES)


@every_state
def test_stop_may_be_sent_in_every_state(state):
    assert Stop not in FORBIDDEN[state]


@every_state
def test_output_may_be_asked_for_only_where_armed(state):
    asking = {SegmentFrame, Limit, KeepAlive}
    assert FORBIDDEN[state] & asking == (set() if state is State.ARMED else asking)


@every_state
def test_an_arm_may_be_asked_for_only_of_an_idle_unit_or_one_that_is_being_armed(state):
    assert (Arm in FORBIDDEN[state]) is (state not in {State.IDLE, State.ARMING, State.ARMED})


@every_event
def test_a_trip_is_ended_by_nothing_but_a_stop(kind):
    assert (after(State.TRIPPED, ONE_OF_EACH[kind]) is State.TRIPPED) is (kind != "Stop")


@every_event
def test_stopping_is_ended_by_nothing_but_the_answer_to_it(kind):
    ended = after(State.STOPPING, ONE_OF_EACH[kind]) is not State.STOPPING
    assert ended is (type(ONE_OF_EACH[kind]) is Stopped)


@every_state
def test_armed_is_reached_only_by_an_answer_while_it_is_waited_for(state):
    if state is not State.ARMING:
        assert after(state, ONE_OF_EACH["Armed"]) is state
