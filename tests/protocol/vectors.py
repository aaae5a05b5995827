"""The vectors as data: what stands in tests/vectors, read once."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_protocol.stimlink import events
from firmware_protocol.stimlink.events import Ceilings, Event

__all__ = ["COBS", "CRC", "IGNORED", "STIMLINK", "Vector", "ids"]

_VECTORS = Path(__file__).parents[1] / "vectors"


@dataclass(frozen=True, slots=True)
class Vector:
    """A frame, what it means, and the type byte its file names."""

    name: str
    kind: str
    code: int
    fields: dict[str, Any]
    frame: bytes
    event: Event


def _event(kind: str, fields: dict[str, Any]) -> Event:
    values = dict(fields)
    if "ceilings" in values:
        values["ceilings"] = Ceilings(**values["ceilings"])
    return getattr(events, kind)(**values)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_VECTORS / name).read_text(encoding="utf-8"))


def _stimlink() -> list[Vector]:
    found = []
    for path in sorted((_VECTORS / "stimlink").glob("*.toml")):
        file = tomllib.loads(path.read_text(encoding="utf-8"))
        for case in file["case"]:
            name, kind, fields = f"{path.stem}: {case['name']}", file["event"], case.get("fields", {})
            frame = bytes.fromhex(case["bytes"])
            found.append(Vector(name, kind, file["type"], fields, frame, _event(kind, fields)))
    return found


def ids(cases: list[dict[str, Any]]) -> list[str]:
    """The names of cases, for pytest."""
    return [case["name"] for case in cases]


STIMLINK = _stimlink()
IGNORED = _read("stimlink-ignored.toml")["case"]
CRC = _read("framing/crc16.toml")["case"]
COBS = _read("framing/cobs.toml")["case"]
