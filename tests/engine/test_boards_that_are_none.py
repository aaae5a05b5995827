"""What is found at a port where an openEMSstim board should be, end to end: recognised, said, and zero.

Each sentence says what was found and what to do; the skin of a simulated board is the judge where there is one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from board_desk import Desk, named

from firmware_protocol.openemsstim.codec import encode
from firmware_protocol.openemsstim.events import Drive
from simulator.cable import Cable
from simulator.catalog import make_unit
from simulator.delivered import Header, MemorySink, Recorder
from simulator.devices.openemsstim import BAUD, DELIMITER, MODEL, OpenEmsStimDevice
from simulator.faults import NO_FAULTS, FaultPlan, Noise
from simulator.output_stage import OutputStage
from simulator.skin import ResistiveSkin
from simulator.unit import Unit
from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say

BANNER_ENDS_MS = 11_269
GRBL = b"\r\nGrbl 1.1f ['$' for help]\r\n"


@dataclass
class Peer:
    """Something else at the other end: it says what it says, at its times, and what `answers` to each write."""

    says: list[tuple[int, bytes]] = field(default_factory=list)
    answers: Callable[[bytes], bytes] = lambda data: b""
    received: bytes = b""
    unplugged: bool = False
    _out: bytes = b""

    def receive(self, data: bytes, now_ns: int) -> None:
        if data:
            self.received += data
            self._out += self.answers(data)

    def advance(self, now_ns: int) -> None:
        while self.says and self.says[0][0] * MS <= now_ns:
            self._out += self.says.pop(0)[1]

    def drain(self) -> bytes:
        out, self._out = self._out, b""
        return out

    def next_wake_ns(self) -> int | None:
        return self.says[0][0] * MS if self.says else None

    def outstanding(self, now_ns: int) -> int:
        return 0

    def discard_unsent(self, now_ns: int) -> None: ...

    def client_opened(self, now_ns: int) -> None: ...


def board(sink: MemorySink, *, pot_absent: bool = False, plan: FaultPlan = NO_FAULTS) -> Unit:
    header = Header(model=MODEL, channels=2, seed=1, start_wall="", start_monotonic_ns=0)
    output = OutputStage(Recorder(sink, header), 2)
    return Unit(
        device=OpenEmsStimDevice(felt=output.level, pot_absent=pot_absent),
        cable=Cable(BAUD, DELIMITER, device_hears_bytes=True),
        skin=ResistiveSkin(2, 1_000),
        channels=range(1, 3),
        output=output,
        plan=plan,
        dice=Random(1),
        start_ns=0,
        resets_on_open=True,
    )


def ended(desk: Desk) -> say.Ended:
    last = desk.run_until(lambda telling: isinstance(telling, say.Ended))
    assert isinstance(last, say.Ended)
    return last


def felt(sink: MemorySink) -> list[int]:
    return [one.level_permille for channel in (1, 2) for one in sink.levels(channel)]


@pytest.mark.parametrize(
    ("peer", "found", "to_do"),
    [
        (Peer(), "nothing answered within 15 s", "is the unit switched on?"),
        (
            Peer([(2_000, GRBL)], lambda data: b"error:1\r\n"),
            "28 bytes came, and no whole banner",
            "is this its firmware",
        ),
        (Peer([(11_000, b"\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n")]), "no whole banner", "nobody else"),
        (
            Peer([(ms, b"\nSETUP:\r\n\tBT: RESETTING\r\n") for ms in range(0, 16_000, 3_000)]),
            "no whole banner",
            "powered",
        ),
        (Peer([(ms, Random(ms).randbytes(20)) for ms in range(0, 16_000, 50)]), "no whole banner", "nobody else"),
    ],
    ids=["never boots", "another firmware", "half a banner", "boots for ever", "noise and nothing else"],
)
def test_what_is_no_board_is_said_and_sent_nothing(peer: Peer, found: str, to_do: str) -> None:
    last = ended(Desk(peer))
    assert (last.exit_code, peer.received) == (3, b"")
    assert found in last.reason
    assert to_do in last.reason


def test_a_banner_that_answers_no_stop_is_said() -> None:
    peer = Peer([(100, b"\nSETUP:\r\n\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n")])
    last = ended(Desk(peer))
    assert last.exit_code == 3
    assert "does not answer a stop: switch it off and on" in last.reason
    assert peer.received == b"\nConnection End\n"


def test_a_pot_that_does_not_answer_is_said_and_nothing_is_switched_on() -> None:
    sink = MemorySink()
    last = ended(Desk(board(sink, pot_absent=True)))
    assert last.exit_code == 3
    assert "its potentiometer does not answer" in last.reason
    assert "repaired" in last.reason
    assert felt(sink) == []


def test_without_that_question_such_a_board_would_let_half_of_the_signal_through() -> None:
    sink = MemorySink()
    bare = board(sink, pot_absent=True)
    bare.advance(12 * SECOND)
    bare.receive(encode(Drive(channel=1, intensity=1, on_time_ms=220)), 12 * SECOND)
    bare.advance(13 * SECOND)
    assert max(felt(sink)) == 498


@pytest.mark.parametrize(
    "at_ms", [3_000, 6_000, 11_200, BANNER_ENDS_MS - 30, BANNER_ENDS_MS + 20, BANNER_ENDS_MS + 150]
)
def test_noise_while_it_boots_is_outlived_or_said_and_nothing_is_switched_on(at_ms: int) -> None:
    sink = MemorySink()
    plan = FaultPlan((Noise(at_ns=at_ms * MS, for_ns=100 * MS),))
    desk = Desk(board(sink, plan=plan))
    told = desk.run_until(lambda telling: isinstance(telling, say.Unit | say.Ended))
    assert isinstance(told, say.Unit) or (told.exit_code == 3 and ": " in told.reason)
    assert felt(sink) == []


@pytest.mark.parametrize("after_ms", [20, 120, 200, 260])
def test_another_program_that_speaks_before_it_is_identified_is_said(after_ms: int) -> None:
    sink = MemorySink()
    unit = board(sink)
    desk = Desk(unit)
    desk.session.run_until((BANNER_ENDS_MS + after_ms) * MS)
    unit.receive(b"hello\n", desk.session.now_ns)
    last = ended(desk)
    assert last.exit_code == 3
    assert "is the port used by nobody else?" in last.reason
    assert felt(sink) == []


@pytest.mark.parametrize("line", [b"hello\n", encode(Drive(channel=1, intensity=100, on_time_ms=5_000)), b"1\n"])
def test_another_program_that_speaks_in_the_middle_of_a_session_is_a_fault_and_ends_at_zero(line: bytes) -> None:
    sink = MemorySink()
    unit = make_unit("openemsstim", seed=1, delivered_sink=sink, start_ns=0, ohms=1_000)
    desk = Desk(unit)
    desk.running()
    desk.let_run(3)
    assert unit.output_on
    unit.receive(line, desk.session.now_ns)
    last = ended(desk)
    assert (last.exit_code, last.zero_confirmed) == (1, True)
    assert "the board" in last.reason
    assert not unit.output_on


def test_a_hub_through_which_nothing_comes_back_any_more_is_said_and_ends_at_zero() -> None:
    sink = MemorySink()
    unit = make_unit("openemsstim", seed=1, delivered_sink=sink, start_ns=0, ohms=1_000)
    desk = Desk(unit)
    desk.running()
    desk.let_run(3)
    assert unit.output_on
    deaf_ns = desk.session.now_ns
    unit.drain = lambda: b""  # type: ignore[method-assign]
    last = ended(desk)
    assert (last.exit_code, last.zero_confirmed) == (3, False)
    assert "does not answer" in last.reason
    assert not unit.output_on
    off_us = max(one.t_us for channel in (1, 2) for one in sink.levels(channel))
    assert off_us * 1_000 - deaf_ns < 2 * SECOND


def test_dials_that_nobody_says_are_set_are_waited_for_at_zero() -> None:
    desk = Desk()
    desk.running()
    desk.run_until(named("paused"))
    desk.let_run(30)
    assert not desk.pins_on
