"""Every decoder and every reader of files, as a function of bytes: it answers, or raises what it says it raises.

Used by atheris (`make fuzz`) and, with a kept corpus and hypothesis, by the ordinary tests.
"""

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from firmware_protocol.openemsstim.connection import Connection as BoardConnection
from firmware_protocol.openemsstim.events import Drive
from firmware_protocol.openemsstim.events import Stop as BoardStop
from firmware_protocol.stimlink.codec import Decoder, encode
from simulator.catalog import make_unit
from simulator.delivered import MemorySink
from simulator.fault_file import parse_fault_plan
from simulator.faults import FaultPlanError
from simulator.script import ScriptError, read_script
from stimctl.care.person_file import PersonFile
from stimctl.care.threshold_book import ThresholdBook
from stimctl.drivers.registry import FAMILIES
from stimctl.engine import messages as say
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.recorded import read_entry
from stimctl.errors import StimctlError
from stimctl.history.index import summary_of
from stimctl.history.recording import Recording, read_recording
from stimctl.history.replay import open_session
from stimctl.model.as_json import BadValue
from stimctl.model.limits import CONSUMER
from stimctl.model.who import Who
from stimctl.program.delivered_file import parse_delivered
from stimctl.program.examination import examined
from stimctl.program.timeline_file import parse_timeline
from stimctl.tui.keymap import parse_keymap

__all__ = ["READERS"]

_SECOND = 1_000_000_000
_NAMES = Names(id="1", journal="", device="x", realtime="")
_PLACES = [{"stop": "space", "arm": "a"}]
_HERE = Path(tempfile.mkdtemp(prefix="fuzz"))


def _pieces(data: bytes) -> list[bytes]:
    """As a line may bring them: in pieces whose lengths the bytes themselves decide."""
    pieces, at = [], 0
    while at < len(data):
        size = 1 + data[at] % 23
        pieces.append(data[at : at + size])
        at += size
    return pieces


def stimlink_decoder(data: bytes) -> None:
    decoder = Decoder()
    for piece in _pieces(data):
        for event in decoder.receive(piece):
            if type(event).__name__ != "Malformed":
                # what was understood can be said again
                encode(event)


def openemsstim_connection(data: bytes) -> None:
    board = BoardConnection(0)
    board.receive(b"SETUP:\r\n\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n", 0)
    for number, piece in enumerate(_pieces(data)):
        if number == 1:
            with suppress(Exception):
                board.send(BoardStop(resync=False), number)
        if number == 3:
            with suppress(Exception):
                board.send(Drive(channel=1, intensity=5, on_time_ms=220), number)
        board.receive(piece, number * _SECOND // 100)
        board.advance(number * _SECOND // 100)


def _unit(family: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        unit = make_unit(family, seed=1, delivered_sink=MemorySink(), start_ns=0)
        now_ns = 12 * _SECOND
        unit.advance(now_ns)
        for piece in _pieces(data):
            unit.receive(piece, now_ns)
            now_ns += _SECOND // 20
            unit.advance(now_ns)
            unit.drain()

    return read


def _audit(family: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        audit = FAMILIES[family].audit()
        audit.agree(CONSUMER, {1: 20_000, 2: 20_000})
        for number, piece in enumerate(_pieces(data)):
            (audit.sent if number % 2 else audit.received)(piece, number * _SECOND // 50)

    return read


def _core(family: str) -> Callable[[bytes], None]:
    """The whole engine with the unit's bytes; what it would send is asked for."""

    def read(data: bytes) -> None:
        kind = FAMILIES[family]
        core = EngineCore(kind.driver(Who(serial_number="1")), kind.audit(), _NAMES, 0)
        for number, piece in enumerate(_pieces(data)):
            now_ns = number * _SECOND // 50
            core.receive(piece, now_ns)
            core.advance(now_ns)
            core.drain(now_ns)

    return read


def engine_front(data: bytes) -> None:
    """What a front end may say to the engine."""
    kind = FAMILIES["stimlink"]
    core = EngineCore(kind.driver(Who()), kind.audit(), _NAMES, 0)
    for number, piece in enumerate(_pieces(data)):
        core.heard(piece + b"\n" * (number % 2), number)
        core.drain_front()


def commands(data: bytes) -> None:
    with suppress(BadValue):
        say.read_command(data)


def tellings(data: bytes) -> None:
    with suppress(BadValue):
        say.read_telling(data)


def program(data: bytes) -> None:
    examined("x.toml", data.decode("utf-8", "replace"))


def fault_plan(data: bytes) -> None:
    with suppress(FaultPlanError):
        parse_fault_plan(data.decode("utf-8", "replace"), "x.toml")


def keymap(data: bytes) -> None:
    with suppress(StimctlError):
        parse_keymap(data, "keys.toml", _PLACES)


def delivered(data: bytes) -> None:
    with suppress(StimctlError):
        parse_delivered(data, "x.jsonl")


def timeline(data: bytes) -> None:
    with suppress(StimctlError):
        parse_timeline(data.decode("utf-8", "replace").splitlines(), "x.jsonl")


def journal_line(data: bytes) -> None:
    with suppress(BadValue):
        read_entry(data)


def journal(data: bytes) -> None:
    path = _kept(data, "j.jsonl")
    summary_of(path)
    open_session(path)
    recording = read_recording(path)
    if isinstance(recording, Recording):
        for _ in recording.entries():
            pass


def person(data: bytes) -> None:
    with suppress(StimctlError):
        PersonFile(_kept(data, "p.jsonl")).read()


def thresholds(data: bytes) -> None:
    with suppress(StimctlError):
        ThresholdBook(_kept(data, "t.json")).read()


def board_script(data: bytes) -> None:
    with suppress(ScriptError, UnicodeDecodeError):
        read_script(_kept(data, "s.json"))


def _kept(data: bytes, name: str) -> Path:
    path = _HERE / name
    path.write_bytes(data)
    return path


READERS: dict[str, Callable[[bytes], None]] = {
    "stimlink_decoder": stimlink_decoder,
    "openemsstim_connection": openemsstim_connection,
    "stimlink_unit": _unit("stimlink"),
    "openemsstim_unit": _unit("openemsstim"),
    "stimlink_audit": _audit("stimlink"),
    "openemsstim_audit": _audit("openemsstim"),
    "stimlink_core": _core("stimlink"),
    "openemsstim_core": _core("openemsstim"),
    "engine_front": engine_front,
    "commands": commands,
    "tellings": tellings,
    "program": program,
    "fault_plan": fault_plan,
    "keymap": keymap,
    "delivered": delivered,
    "timeline": timeline,
    "journal_line": journal_line,
    "journal": journal,
    "person": person,
    "thresholds": thresholds,
    "board_script": board_script,
}


def noise(seed: int, most: int = 300) -> bytes:
    """Bytes of nobody."""
    dice = Random(seed)
    return dice.randbytes(dice.randrange(most))
