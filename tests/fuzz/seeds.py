"""What each reader is fed to begin with: things as they really are, to be damaged from there."""

from pathlib import Path

from firmware_protocol.openemsstim.codec import encode as board_line
from firmware_protocol.openemsstim.events import Drive
from firmware_protocol.openemsstim.events import Stop as BoardStop
from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.events import AskClock, Hello, KeepAlive, Stop, Stopped, Time

__all__ = ["CORPUS", "seeds"]

CORPUS = Path(__file__).parent / "corpus"
_LIBRARY = Path(__file__).parents[2] / "stimctl" / "program" / "library"

_LINE = b"".join(encode(event) for event in (Hello(), AskClock(7), KeepAlive(9), Stop(), Time(7, 1, 2)))
_LINE += encode(Stopped(5, 6, output_off=True))
_BOARD = board_line(Drive(channel=1, intensity=5, on_time_ms=220)) + board_line(BoardStop(resync=True))
_SAID = b"\tUSB: received command: Connection End\r\r\n\tBT: Disconnected\r\n\nSETUP:\r\n\tEMS: STARTED\r\n"
_JOURNAL = (
    b'{"format":"stimctl.journal","version":1,"id":"1","stimctl":"0.1","device":"x","started":"2026-01-01T00:00:00Z",'
    b'"who":{"serial_number":"1","simulated":true},"at":5}\n{"at":6,"sent":"00ff"}\n{"at":7,"link":"09"}\n'
    b'{"version":1,"event":"ended","t_ms":5,"seq":1,"exit_code":0,"reason":"x","zero_confirmed":true,"peak":{},'
    b'"journal":""}\n'
)
_DELIVERED = (
    b'{"format":"stimctl.delivered","version":1,"model":"stimlink","channels":2,"seed":7,"start_wall":"x",'
    b'"start_monotonic_ns":1}\n{"t_us":5,"channel":1,"amplitude_ua":100,"phase_duration_us":200,"interphase_us":0,'
    b'"pulse_period_us":12500,"pulses":1}\n{"t_us":9,"end":"closed","worst_late_us":0}\n'
)
_SEEDS: dict[str, list[bytes]] = {
    "stimlink_decoder": [_LINE],
    "stimlink_unit": [_LINE],
    "stimlink_audit": [_LINE],
    "stimlink_core": [_LINE],
    "openemsstim_connection": [_SAID],
    "openemsstim_unit": [_BOARD, b"2\n", b"w\n"],
    "openemsstim_audit": [_BOARD, _SAID],
    "openemsstim_core": [_SAID],
    "engine_front": [b'{"version":1,"do":"beat"}\n'],
    "commands": [b'{"version":1,"do":"down","channel":1}', b'{"version":1,"do":"stop","cause":"person"}'],
    "tellings": [b'{"version":1,"event":"zero","t_ms":1,"seq":2,"confirmed":true,"after_ms":3,"advice":null}'],
    "fault_plan": [b'[[fault]]\nkind = "drop"\nat_s = 1\nfor_s = 2.5\nprobability = 0.5\n'],
    "keymap": [b'[keys]\nstop = "space,enter"\n'],
    "delivered": [_DELIVERED],
    "journal_line": _JOURNAL.splitlines(),
    "journal": [_JOURNAL],
    "board_script": [b'{"name":"x","input":[[1,"00"]],"end_us":5,"args":[]}'],
}


def seeds(reader: str) -> list[bytes]:
    """Those of this reader, with what once went wrong in it."""
    found = list(_SEEDS.get(reader, []))
    if reader == "program":
        found += [path.read_bytes() for path in sorted(_LIBRARY.glob("*.toml"))[:4]]
    return found + [path.read_bytes() for path in sorted(CORPUS.glob(f"{reader}-*"))]
