"""Real journals for tests of history: the virtual world's, with the first line that an engine's process puts there."""

import json
from functools import cache
from pathlib import Path

from world import World

from stimctl.engine import messages as say

BEGUN = "2026-03-04T05:06:07.000008Z"
ID = "0badcafe"


def header(**changed: object) -> bytes:
    """The first line."""
    fields = {"format": "stimctl.journal", "version": 1, "id": ID, "device": "./unit", "started": BEGUN, "at": 0}
    return json.dumps(fields | changed, separators=(",", ":")).encode() + b"\n"


def journal_of(world: World) -> bytes:
    """What the disk would hold of a session in the virtual world."""
    return header() + "".join(world.session.journal).encode()


@cache
def done() -> bytes:
    """The demo to its end."""
    return journal_of(World().started().run_for(45))


@cache
def paused() -> bytes:
    """The demo, paused from about 6 s on for 20 s, gone on with, less on channel 2, stopped by a person."""
    world = World().started().run_for(6).say(say.Pause()).run_for(20).say(say.Resume()).run_for(8)
    return journal_of(world.say(say.Down(2)).run_for(2).say(say.Stop()).run_for(1))


@cache
def refused() -> bytes:
    """Ended before it was armed: the pads are too small."""
    return journal_of(World().prepared(pad_mm2=100))


def telling(what: say.Telling, t_ms: int = 0) -> bytes:
    """A line of a journal, in the bytes that the journal makes of it."""
    return say.telling_line(what, t_ms, 1).encode(errors="backslashreplace") + b"\n"


def without(journal: bytes, *events: str) -> bytes:
    """The journal but for tellings of these kinds."""
    marks = [f'"event":"{event}"'.encode() for event in events]
    return b"".join(line for line in journal.splitlines(True) if not any(mark in line for mark in marks))


def kept(directory: Path, content: bytes, name: str = f"2026-03-04/050607-{ID}.jsonl") -> Path:
    """A journal where journals are: below `directory`."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
