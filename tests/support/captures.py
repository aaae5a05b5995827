"""Captures of the virtual world: its journal through the real masking, and what a line took that took everything."""

import json
from functools import cache

from journals import header
from world import World

from stimctl.engine import messages as say
from stimctl.engine.capture import FORMAT, VERSION
from stimctl.engine.masking import Masking

OPENED_NS = -1_500_000


def first_line(**changed: object) -> bytes:
    """The first line of a capture."""
    fields = {
        "format": FORMAT,
        "version": VERSION,
        "stimctl": "0.1.0",
        "device": "./unit",
        "family": "stimlink",
        "start_wall": "2026-03-04T05:06:07.000000Z",
        "start_monotonic_ns": OPENED_NS,
    }
    return json.dumps(fields | changed, separators=(",", ":")).encode() + b"\n"


def capture_of(world: World) -> bytes:
    """What a capture would hold of a session in the virtual world."""
    text = header().decode() + "".join(world.session.journal)
    return first_line() + Masking(OPENED_NS, {}).masked("".join(map(_and_taken, text.splitlines(True)))).encode()


@cache
def done() -> bytes:
    """The demo to its end, with a doctor's name and a note."""
    return capture_of(World().started().run_for(5).say(say.Note("Anna: ouch, größer?")).run_for(40))


def _and_taken(line: str) -> str:
    if line.startswith('{"at":') and ('"sent":' in line or '"stop first":' in line):
        said = json.loads(line)
        data = said.get("sent") or said.get("stop first")
        return f'{line}{{"at":{said["at"]},"took":"{data}"}}\n'
    return line
