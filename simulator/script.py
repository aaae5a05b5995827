"""Plays a trace's input to an openEMSstim board in virtual time, and writes what the board did.

A script is a trace of the real firmware, of which `input`, `end_us` and `args` are read: `[[t_us, hex], …]`, the start
bit of each first byte, further bytes at 520 µs; when to end; options of the board.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from simulator.devices.openemsstim import BYTE_NS, OpenEmsStimDevice

__all__ = ["Script", "ScriptError", "play", "read_script"]

_US = 1_000
_LONGEST_US = 3_600_000_000
_POT_ABSENT = "--pot-absent"

Event = tuple[int, str, int | str]


class ScriptError(ValueError):
    """A script that cannot be played; the message says what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Script:
    """`writes`: (µs of the first start bit, bytes), in order."""

    name: str
    writes: tuple[tuple[int, bytes], ...]
    end_us: int
    pot_absent: bool


def read_script(path: Path) -> Script:
    """ScriptError for a file that is no script, OSError for one that cannot be read."""
    try:
        found = json.loads(path.read_bytes())
        writes = tuple(sorted((int(t_us), bytes.fromhex(data)) for t_us, data in found["input"]))
        end_us, options = int(found["end_us"]), list(found.get("args", ()))
        name = str(found.get("name", path.stem))
    except (ValueError, KeyError, TypeError) as why:
        raise ScriptError(f"{path} is no script: {why!r}; needed: input [[t_us, hex], …] and end_us") from None
    unknown = [option for option in options if option != _POT_ABSENT]
    if unknown:
        raise ScriptError(f"{path}: args has {unknown[0]!r}, allowed: {_POT_ABSENT}")
    if not 0 <= end_us <= _LONGEST_US:
        raise ScriptError(f"{path}: end_us is {end_us}, allowed: 0 to {_LONGEST_US}")
    return Script(name, writes, end_us, bool(options))


def play(script: Script) -> list[Event]:
    """What the board did up to the end, in order."""
    events: list[Event] = []
    board = OpenEmsStimDevice(
        seen=lambda t_us, kind, value: events.append((t_us, kind, value)), pot_absent=script.pot_absent
    )
    free_ns = 0
    for t_us, data in script.writes:
        free_ns = max(free_ns, t_us * _US)
        for byte in data:
            free_ns += BYTE_NS
            if free_ns <= script.end_us * _US:
                board.receive(bytes([byte]), free_ns)
    board.advance(script.end_us * _US)
    # events of one instant stay in the order in which the firmware made them
    return sorted((event for event in events if event[0] <= script.end_us), key=lambda event: event[0])
