"""The loop that keeps real time, on ports that are no terminals."""

import socket
from time import monotonic_ns

import pytest

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import Hello, Welcome
from simulator.catalog import make_unit
from simulator.delivered import MemorySink
from simulator.fault_file import parse_fault_plan
from simulator.serve.loop import serve
from simulator.serve.stream import StreamPort

DEADLINE_NS = 10_000_000_000


@pytest.fixture
def client():
    """Our end of a pair, and a port on the other."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with ours, theirs:
        yield ours, StreamPort(theirs)


def unit(plan=""):
    faults = parse_fault_plan(plan, "plan.toml")
    return make_unit("stimlink", seed=1, fault_plan=faults, delivered_sink=MemorySink(), start_ns=monotonic_ns())


def test_a_unit_answers_over_a_socket_pair(client):
    ours, port = client
    decoder = Decoder()
    welcomes = []
    until_ns = monotonic_ns() + DEADLINE_NS

    def heard_twice():
        try:
            welcomes.extend(event for event in decoder.receive(ours.recv(4096)) if isinstance(event, Welcome))
        except BlockingIOError:
            pass
        return len(welcomes) == 2 or monotonic_ns() > until_ns

    ours.send(encode(Hello()))
    serve(unit(), port, heard_twice)
    assert len(welcomes) == 2


def test_unplugged_the_other_end_reads_end_of_file(client):
    ours, port = client
    until_ns = monotonic_ns() + DEADLINE_NS
    serve(unit('[[fault]]\nkind = "unplug"\nat_s = 0\n'), port, lambda: port.closed or monotonic_ns() > until_ns)
    assert ours.recv(4096) == b""


def test_a_client_that_is_gone_closes_the_port(client):
    ours, port = client
    ours.close()
    until_ns = monotonic_ns() + DEADLINE_NS
    serve(unit(), port, lambda: port.closed or monotonic_ns() > until_ns)
    assert port.closed


def test_an_interrupt_cuts_a_sleep_short(client):
    _, port = client
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.send(b"!")
        turns = iter([False, False, True])
        started_ns = monotonic_ns()
        serve(unit(), port, lambda: next(turns), reader.fileno())
        assert monotonic_ns() - started_ns < DEADLINE_NS


class Chatterbox:
    """A unit with 1000 bytes to say at every turn, the turn's number in each."""

    unplugged = False
    output_on = False

    def __init__(self):
        self.turn = 0

    def advance(self, now_ns):
        self.turn += 1

    def receive(self, data, now_ns):
        pass

    def drain(self):
        return bytes([self.turn]) * 1000

    def outstanding(self, now_ns):
        return 0

    def next_wake_ns(self):
        return 0


class DeafPort:
    """Takes nothing until `hears`, then everything."""

    clients = 0

    def __init__(self):
        self.hears = False
        self.heard = b""

    def fileno(self):
        return -1

    def read(self, most):
        return b""

    def write(self, data):
        if self.hears:
            self.heard += data
        return len(data) if self.hears else 0


def test_of_what_a_client_does_not_read_the_oldest_is_dropped():
    talker, port = Chatterbox(), DeafPort()

    def after_ten_turns():
        port.hears = talker.turn == 10
        return talker.turn == 11

    serve(talker, port, after_ten_turns)
    # 4096 bytes were kept when turn 11 added its own
    assert port.heard == b"\x06" * 96 + b"".join(bytes([n]) * 1000 for n in (7, 8, 9, 10, 11))


class Backlogged(Chatterbox):
    """A unit whose adapter is more than half full."""

    def outstanding(self, now_ns):
        return 65

    def drain(self):
        return b""


class WatchedPort(DeafPort):
    """Counts what is taken from it."""

    reads = 0

    def read(self, most):
        self.reads += 1
        return b""


def test_nothing_is_taken_from_a_client_while_the_line_is_behind():
    port, talker = WatchedPort(), Backlogged()
    serve(talker, port, lambda: talker.turn == 5)
    assert port.reads == 0
