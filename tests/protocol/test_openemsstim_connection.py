"""A conversation with an openEMSstim board, against the board that is measured byte by byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.openemsstim.codec import echo_of
from firmware_protocol.openemsstim.connection import Connection, State
from firmware_protocol.openemsstim.events import (
    AskPot,
    Disconnected,
    Drive,
    Executed,
    PotAt,
    Ready,
    Restarted,
    Silent,
    Stop,
    Unexpected,
)
from simulator.cable import Cable
from simulator.devices.openemsstim import BAUD, OpenEmsStimDevice

MS = 1_000_000
HALF = Drive(channel=1, intensity=50, on_time_ms=300)


class Talk:
    """A connection, a cable and a board, on one clock."""

    def __init__(self, *, pot_absent: bool = False) -> None:
        self.levels: list[tuple[int, int, int]] = []
        self.board = OpenEmsStimDevice(
            pot_absent=pot_absent,
            felt=lambda channel, t_us, permille: self.levels.append((t_us // 1000, channel, permille)),
        )
        self.cable = Cable(BAUD, b"\n", device_hears_bytes=True)
        self.connection = Connection(0)
        self.heard: list[object] = []
        self.now_ms = 0

    def run(self, ms: int) -> "Talk":
        for _ in range(ms):
            self.now_ms += 1
            now_ns = self.now_ms * MS
            self.board.receive(self.cable.arrived_at_device(now_ns), now_ns)
            self.cable.device_wrote(self.board.drain(), now_ns)
            self.heard += self.connection.receive(self.cable.arrived_at_host(now_ns), now_ns)
            self.heard += self.connection.advance(now_ns)
            self.cable.host_wrote(self.connection.drain(), now_ns)
        return self

    def send(self, event: Drive | Stop | AskPot) -> None:
        self.connection.send(event, self.now_ms * MS)


@pytest.fixture
def talk() -> Talk:
    return Talk().run(11_400)


def booted() -> Connection:
    connection = Connection(0)
    connection.receive(b"\nSETUP:\r\n\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n", 0)
    return connection


def test_a_board_is_ready_when_its_banner_is_complete(talk):
    assert talk.heard == [Restarted(), Ready()]


def test_a_command_is_executed_when_its_whole_echo_has_come(talk):
    talk.send(HALF)
    talk.run(200)
    assert talk.heard[2:] == [Executed(HALF)]
    assert [permille for _, _, permille in talk.levels] == [522]


def test_a_stop_is_heard_also_while_a_command_is_in_flight(talk):
    talk.send(HALF)
    talk.run(60)
    talk.send(Stop())
    talk.run(300)
    assert talk.heard[2:] == [Disconnected()]
    assert talk.levels[-1][2] == 0
    assert talk.connection.state is State.IDLE


@pytest.mark.parametrize(("absent", "position"), [(False, 254), (True, 255)])
def test_a_board_that_is_off_says_where_its_pot_is_and_stays_off(absent: bool, position: int) -> None:
    talk = Talk(pot_absent=absent).run(11_400)
    talk.send(Stop(resync=True))
    talk.run(300)
    talk.send(AskPot())
    talk.run(200)
    assert talk.heard[2:] == [Disconnected(), PotAt(position)]
    assert (talk.levels, talk.connection.state) == ([], State.IDLE)


def test_the_pot_is_asked_right_after_a_stop_and_never_else(talk):
    with pytest.raises(LocalProtocolError, match="AskPot"):
        talk.send(AskPot())
    talk.send(HALF)
    talk.run(200)
    with pytest.raises(LocalProtocolError, match="AskPot"):
        talk.send(AskPot())


@pytest.mark.parametrize(
    "said",
    [
        b"\tEMS: Intensity Channel 2: 254\r\n",
        b"\tUSB: received command: w\r\n\tEMS: Intensity Channel 2: 254\r\n",
        b"\tUSB: received command: w\r\n\tCommand NON HEX:\r\nw\r\n\tEMS: Intensity Channel 1: 254\r\n",
        b"\tUSB: received command: w\r\n\tCommand NON HEX:\r\nw\r\n\tEMS: Intensity Channel 2: \r\n",
        b"\tUSB: received command: w\r\n\tCommand NON HEX:\r\nw\r\n\tEMS: Intensity Channel 2: 2540\r\n",
        b"\tUSB: received command: w\r\n\tCommand NON HEX:\r\nw\r\n\tERROR: SINGLE-CHAR Command Unknown\r\n",
    ],
)
def test_any_other_answer_to_where_the_pot_is_is_none(talk, said: bytes) -> None:
    talk.send(Stop(resync=True))
    talk.run(300)
    talk.send(AskPot())
    heard = talk.connection.receive(said, 0)
    assert not any(isinstance(event, PotAt) for event in heard)
    with pytest.raises(LocalProtocolError):
        talk.send(HALF)


def test_before_the_banner_nothing_may_be_sent():
    connection = Connection(0)
    for event in (HALF, Stop()):
        with pytest.raises(LocalProtocolError, match="booting"):
            connection.send(event, 0)
    assert connection.drain() == b""


def test_two_commands_are_never_in_flight(talk):
    talk.send(HALF)
    with pytest.raises(LocalProtocolError, match="busy"):
        talk.send(HALF)


@pytest.mark.parametrize(
    "banner",
    [
        b"SETUP DONE (LED 13 WILL BE ON)\r\n",
        b"\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n",
        b"\nSETUP:\r\nSETUP DONE (LED 13 WILL BE ON)\r\n",
        b"Grbl 1.1h ['$' for help]\r\n",
        b"\nSETUP:\r\n\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE",
    ],
)
def test_half_a_banner_or_another_one_is_no_board_and_that_is_said_after_15_seconds(banner):
    connection = Connection(0)
    assert set(connection.receive(banner, 1)) <= {Restarted()}
    assert connection.advance(14_999 * MS) == []
    assert connection.advance(15_000 * MS) == [Silent("no banner of an openEMSstim board in 15 s")]
    assert connection.state is State.BROKEN


@given(st.data())
def test_an_echo_with_one_byte_changed_is_a_fault_and_only_a_stop_may_follow(data):
    echo = echo_of(HALF)
    at = data.draw(st.integers(0, len(echo) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != echo[at]))
    connection = booted()
    connection.send(HALF, 0)
    connection.drain()
    heard = connection.receive(echo[:at] + bytes([other]) + echo[at + 1 :], 0)
    assert isinstance(heard[0], Unexpected)
    assert not any(isinstance(event, Executed) for event in heard)
    with pytest.raises(LocalProtocolError, match="broken"):
        connection.send(HALF, 0)
    connection.send(Stop(), 0)
    assert connection.drain() == b"Connection End\n"


def test_an_echo_that_does_not_come_in_full_is_a_fault():
    connection = booted()
    connection.send(HALF, 0)
    connection.receive(echo_of(HALF)[:-1], MS)
    assert connection.advance(249 * MS) == []
    assert connection.advance(250 * MS) == [Silent("no whole echo in 250 ms")]


def test_after_an_echo_that_did_not_come_a_stop_brings_back_commands_and_nothing_else_does():
    connection = booted()
    connection.send(HALF, 0)
    connection.advance(250 * MS)
    with pytest.raises(LocalProtocolError, match="lost"):
        connection.send(HALF, 300 * MS)
    connection.drain()
    connection.send(Stop(resync=True), 300 * MS)
    assert connection.drain() == b"\nConnection End\n"
    assert connection.receive(echo_of(Stop()), 400 * MS) == [Disconnected()]
    connection.send(HALF, 500 * MS)
    assert connection.receive(echo_of(HALF), 600 * MS) == [Executed(HALF)]


def test_repeated_stops_are_answered_one_by_one_and_that_is_no_fault():
    connection = booted()
    connection.send(Stop(), 0)
    assert connection.receive(echo_of(Stop()) * 3, MS) == [Disconnected()] * 3
    assert connection.state is State.IDLE


def test_an_answer_to_a_stop_is_heard_while_a_board_has_not_been_seen_to_boot():
    assert Connection(0).receive(echo_of(Stop()), MS) == [Disconnected()]


@pytest.mark.parametrize("values", [{"intensity": 50.0}, {"channel": True}, {"on_time_ms": "300"}])
def test_a_value_that_is_no_whole_number_is_refused(values):
    with pytest.raises(LocalProtocolError):
        Drive(**{"channel": 1, "intensity": 50, "on_time_ms": 300, **values})


def test_a_board_that_starts_anew_is_told(talk):
    talk.board.reboot(talk.now_ms * MS)
    talk.run(100)
    assert talk.heard[2:] == [Restarted()]
    assert talk.connection.state is State.BROKEN


def test_words_that_nobody_asked_for_are_a_fault():
    connection = booted()
    heard = connection.receive(b"\tERROR: SINGLE-CHAR Command Unknown\r\n", 0)
    assert [type(event) for event in heard] == [Unexpected]


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_whatever_comes_it_never_raises_and_keeps_little(pieces):
    connection = Connection(0)
    for number, piece in enumerate(pieces):
        connection.receive(piece, number)
    assert len(connection._line) <= 600
