"""The host's connection: what is repeated and when, what is forgotten and why, and what a refused send leaves alone."""

from dataclasses import replace

import pytest
from vectors import STIMLINK

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.connection import RETRY_NS, Connection, ticks_ahead
from firmware_protocol.stimlink.events import (
    Ack,
    AskClock,
    Fault,
    FaultCode,
    Hello,
    KeepAlive,
    Limit,
    Limited,
    Malformed,
    Nack,
    NackReason,
    Stop,
    Stopped,
)
from firmware_protocol.stimlink.state import FORBIDDEN, State

MS = 1_000_000
ONE_OF_EACH = {vector.kind: vector.event for vector in reversed(STIMLINK)}
ARM, ARMED, WELCOME, SEGMENT = (ONE_OF_EACH[kind] for kind in ("Arm", "Armed", "Welcome", "SegmentFrame"))
STOPPED = Stopped(7, 0, output_off=True)
FAULT = Fault(FaultCode.OPEN_CIRCUIT, 1, 0, 7)
WAY_TO = {
    State.UNKNOWN: [],
    State.IDLE: [WELCOME],
    State.ARMING: [WELCOME, ARM],
    State.ARMED: [WELCOME, ARM, ARMED],
    State.STOPPING: [WELCOME, Stop()],
    State.TRIPPED: [WELCOME, FAULT],
}


def connection_in(state):
    """One that got there by its own doing, with nothing pending but what the state itself waits for."""
    connection = Connection()
    for event in WAY_TO[state]:
        if event in (ARM, Stop()):
            connection.send(event, 0, 10_000 * MS)
        else:
            connection.receive(encode(event))
    connection.drain()
    assert connection.state is state
    return connection


@pytest.fixture
def armed():
    return connection_in(State.ARMED)


def segment(seq, start_ms=100, end_ms=300, first=100, last=100, channel=1, **flags):
    return replace(
        SEGMENT,
        seq=seq,
        channel=channel,
        start=start_ms * 1000,
        end=end_ms * 1000,
        amplitude_start=first,
        amplitude_end=last,
        **flags,
    )


def sent(connection):
    """What has gone out since last asked."""
    return Decoder().receive(connection.drain())


def repeated(connection, now_ns=RETRY_NS):
    """What goes out again when its time has come."""
    connection.drain()
    connection.advance(now_ns)
    return sent(connection)


# -- repeating


@pytest.mark.parametrize(
    ("state", "event"), [(State.IDLE, ARM), (State.ARMED, segment(9)), (State.ARMED, Limit(1, 50, 300_000))]
)
def test_what_needs_an_answer_is_repeated_unchanged_every_40_ms_until_it_expires(state, event):
    connection = connection_in(state)
    connection.send(event, 0, 100 * MS)
    heard = []
    for now_ms in range(201):
        connection.advance(now_ms * MS)
        heard += [(now_ms, again) for again in sent(connection)]
    assert heard == [(0, event), (40, event), (80, event)]
    assert connection.retransmits == 2


@pytest.mark.parametrize("event", [KeepAlive(7), Hello(), Stop()])
def test_what_needs_no_answer_is_sent_once(armed, event):
    armed.send(event, 0, 1000 * MS)
    assert sent(armed) == [event]
    assert armed.next_wake_ns() is None
    assert repeated(armed, 500 * MS) == []


def test_what_expires_is_reported_once_by_its_number(armed):
    armed.send(segment(9), 0, 30 * MS)
    armed.send(segment(10, channel=2), 0, 50 * MS)
    assert [armed.advance(now_ms * MS) for now_ms in (29, 30, 31, 50, 51)] == [[], [9], [], [10], []]


def test_a_limit_that_expires_is_over_and_not_reported(armed):
    armed.send(Limit(1, 50, 300_000), 0, 30 * MS)
    assert armed.advance(30 * MS) == []
    assert armed.next_wake_ns() is None


@pytest.mark.parametrize("answer", [Ack(9, 1, 1), Nack(9, NackReason.LATE)])
def test_what_is_answered_is_never_repeated_nor_reported(armed, answer):
    armed.send(segment(9), 0, 1000 * MS)
    armed.receive(encode(answer))
    assert repeated(armed) == []
    assert armed.advance(2000 * MS) == []


@pytest.mark.parametrize("answer", [Ack(8, 1, 1), Nack(8, NackReason.LATE), Limited(1, 0, 300_000)])
def test_an_answer_to_something_else_does_not_count(armed, answer):
    armed.send(segment(9), 0, 1000 * MS)
    armed.receive(encode(answer))
    assert repeated(armed) == [segment(9)]


def test_an_arm_that_is_granted_is_not_repeated():
    connection = connection_in(State.ARMING)
    connection.receive(encode(ARMED))
    assert repeated(connection) == []


def test_when_one_channel_is_refused_the_other_is_not_armed_behind_our_back():
    connection = connection_in(State.ARMING)
    connection.send(replace(ARM, seq=6, channel=2), 0, 1000 * MS)
    connection.receive(encode(Nack(ARM.seq, NackReason.OVER_CEILING)))
    assert connection.state is State.IDLE
    assert repeated(connection) == []


def test_a_segment_that_is_refused_leaves_the_others_alone(armed):
    armed.send(segment(9), 0, 1000 * MS)
    armed.send(segment(10, channel=2), 0, 1000 * MS)
    armed.receive(encode(Nack(9, NackReason.TOO_STEEP)))
    assert armed.state is State.ARMED
    assert repeated(armed) == [segment(10, channel=2)]


def test_forgotten_numbers_are_neither_repeated_nor_reported(armed):
    armed.send(segment(9), 0, 1000 * MS)
    armed.send(segment(10, channel=2), 0, 1000 * MS)
    armed.forget({9, 77})
    assert repeated(armed) == [segment(10, channel=2)]
    assert armed.advance(1000 * MS) == [10]


def test_it_asks_to_be_woken_for_the_next_repeat_or_expiry_whichever_is_first(armed):
    assert armed.next_wake_ns() is None
    armed.send(segment(9), 0, 1000 * MS)
    assert armed.next_wake_ns() == 40 * MS
    armed.send(segment(10, channel=2), 5 * MS, 30 * MS)
    assert armed.next_wake_ns() == 30 * MS
    armed.send(Limit(1, 5, 300_000), 6 * MS, 20 * MS)
    assert armed.next_wake_ns() == 20 * MS
    armed.advance(45 * MS)
    assert armed.next_wake_ns() == 85 * MS


def test_an_expiry_at_the_zero_of_the_clock_is_one(armed):
    armed.send(segment(9), -5 * MS, 0)
    assert armed.advance(-1) == []
    assert armed.advance(0) == [9]


# -- stop, and the end of an arm


@pytest.mark.parametrize("end", [STOPPED, FAULT])
def test_when_the_unit_disarms_all_that_waits_is_forgotten(armed, end):
    armed.send(segment(9), 0, 1000 * MS)
    armed.send(Limit(1, 50, 300_000), 0, 1000 * MS)
    armed.receive(encode(end))
    assert armed.next_wake_ns() is None
    assert repeated(armed) == []
    assert armed.advance(2000 * MS) == []


def test_stop_forgets_what_waits_and_what_is_not_yet_on_the_wire(armed):
    armed.send(segment(9), 0, 1000 * MS)
    armed.drain()
    armed.send(segment(10), 0, 1000 * MS)
    armed.send(Limit(1, 50, 300_000), 0, 1000 * MS)
    armed.send(Stop(), 0)
    assert sent(armed) == [Stop()]
    assert repeated(armed) == []
    assert armed.advance(2000 * MS) == []


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_stop_goes_out_in_every_state(state):
    connection = connection_in(state)
    connection.send(Stop(), 0)
    assert sent(connection) == [Stop()]
    assert connection.state in {State.STOPPING, State.UNKNOWN}


def test_a_late_grant_arms_nothing():
    connection = connection_in(State.ARMING)
    connection.send(Stop(), 0)
    connection.receive(encode(STOPPED) + encode(ARMED))
    assert connection.state is State.IDLE
    with pytest.raises(LocalProtocolError):
        connection.send(segment(9), 0, 1000 * MS)


# -- LIMIT and REPLACE


@pytest.mark.parametrize(
    ("first", "last", "held"), [(100, 100, (30, 30)), (10, 100, (10, 30)), (100, 10, (30, 10)), (10, 20, (10, 20))]
)
def test_a_limit_holds_what_is_not_acknowledged_to_its_ceiling(armed, first, last, held):
    armed.send(segment(9, first=first, last=last), 0, 1000 * MS)
    armed.send(Limit(1, 30, 300_000), 0, 1 * MS)
    [again] = repeated(armed)
    assert again == segment(9, first=held[0], last=held[1])


def test_a_limit_leaves_the_other_channel_alone(armed):
    armed.send(segment(9, channel=2), 0, 1000 * MS)
    armed.send(Limit(1, 30, 300_000), 0, 1 * MS)
    assert repeated(armed) == [segment(9, channel=2)]


def test_a_higher_limit_gives_nothing_back(armed):
    armed.send(segment(9), 0, 1000 * MS)
    armed.send(Limit(1, 30, 300_000), 0, 1 * MS)
    armed.send(Limit(1, 90, 300_000), 0, 1 * MS)
    assert repeated(armed) == [segment(9, first=30, last=30)]


@pytest.mark.parametrize(
    ("told", "settled"),
    [
        (Limited(1, 30, 300_000), True),
        (Limited(1, 20, 400_000), True),
        (Limited(1, 50, 300_000), False),
        (Limited(1, 30, 299_999), False),
        (Limited(2, 30, 300_000), False),
    ],
    ids=["as asked", "tighter and longer", "the answer to an earlier one", "too short", "another channel"],
)
def test_a_limit_is_settled_only_by_one_at_least_as_tight_and_as_long(armed, told, settled):
    limit = Limit(1, 30, 300_000)
    armed.send(limit, 0, 1000 * MS)
    armed.receive(encode(told))
    assert repeated(armed) == ([] if settled else [limit])


def test_a_replacing_segment_drops_what_outlasts_its_start_on_its_channel(armed):
    kept, cut, later = segment(1, 100, 200), segment(2, 200, 301), segment(3, 301, 400)
    other = segment(4, 301, 400, channel=2)
    by = segment(5, 200, 400, first=50, last=0, replace=True)
    for event in (kept, cut, later, other, by):
        armed.send(event, 0, 1000 * MS)
    assert repeated(armed) == [kept, other, by]


def test_replacing_is_judged_across_the_wrap_of_the_units_clock(armed):
    before = replace(segment(1), start=0xFFFF_0000, end=0xFFFF_FFFF)
    beyond = replace(segment(2), start=0xFFFF_FFFF, end=50_000)
    by = replace(segment(3, replace=True), start=10, end=50_000)
    for event in (before, beyond, by):
        armed.send(event, 0, 1000 * MS)
    assert repeated(armed) == [before, by]


@pytest.mark.parametrize(
    ("tick", "of", "ahead"),
    [(5, 3, 2), (3, 5, -2), (1, 0xFFFF_FFFF, 2), (0xFFFF_FFFF, 1, -2), (0x7FFF_FFFF, 0, 0x7FFF_FFFF)],
)
def test_one_tick_is_ahead_of_another_by_the_shorter_way_round(tick, of, ahead):
    assert ticks_ahead(tick, of) == ahead


# -- sending what is forbidden


FORBIDDEN_SENDS = [(state, kind.__name__) for state in State for kind in FORBIDDEN[state]]


@pytest.mark.parametrize(("state", "kind"), sorted(FORBIDDEN_SENDS, key=str))
def test_a_send_that_the_state_forbids_is_our_error_and_changes_nothing(state, kind):
    connection = connection_in(state)
    wake_ns = connection.next_wake_ns()
    with pytest.raises(LocalProtocolError):
        connection.send(ONE_OF_EACH[kind], 0, 1000 * MS)
    assert (connection.state, connection.drain(), connection.next_wake_ns()) == (state, b"", wake_ns)


def test_a_value_that_does_not_fit_changes_nothing_either(armed):
    waiting = segment(9)
    armed.send(waiting, 0, 1000 * MS)
    armed.drain()
    for event in (Limit(1, -1, 300_000), replace(segment(10), replace=True, start=-1)):
        with pytest.raises(LocalProtocolError):
            armed.send(event, 0, 1000 * MS)
    assert armed.drain() == b""
    assert repeated(armed) == [waiting]


def test_an_arm_that_does_not_fit_leaves_the_state_as_it_was():
    connection = connection_in(State.IDLE)
    with pytest.raises(LocalProtocolError):
        connection.send(replace(ARM, nonce=-1), 0, 1000 * MS)
    assert connection.state is State.IDLE


def test_a_number_that_waits_for_its_answer_is_not_sent_again_as_another(armed):
    armed.send(segment(9), 0, 1000 * MS)
    with pytest.raises(LocalProtocolError):
        armed.send(segment(9, channel=2), 0, 1000 * MS)
    assert repeated(armed) == [segment(9)]


# -- numbers


def test_a_number_is_not_given_out_while_it_waits_for_its_answer(armed):
    for _ in range(255):
        armed.send(segment(armed.next_seq()), 0, 10_000 * MS)
    armed.receive(encode(Ack(77, 1, 1)))
    assert {armed.next_seq() for _ in range(2)} == {0, 77}


def test_256_frames_without_an_answer_are_our_error(armed):
    for _ in range(256):
        armed.send(segment(armed.next_seq()), 0, 10_000 * MS)
    with pytest.raises(LocalProtocolError):
        armed.next_seq()


# -- receiving


@pytest.mark.parametrize("state", State, ids=lambda state: state.name)
def test_noise_is_reported_and_moves_nothing(state):
    connection = connection_in(state)
    [event] = connection.receive(b"\x09noise\0")
    assert isinstance(event, Malformed)
    assert connection.state is state


@pytest.mark.parametrize("event", [Hello(), Stop(), AskClock(3), KeepAlive(7), Limit(1, 2, 3)])
def test_a_line_that_echoes_is_malformed_and_moves_nothing(event):
    connection = Connection()
    before = connection.state
    (heard,) = connection.receive(encode(event))
    assert isinstance(heard, Malformed)
    assert connection.state is before
