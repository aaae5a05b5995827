"""What crosses the pipe between a front end and its engine: frozen values as JSON lines, version 1.

Commands go down, tellings come up. A telling is also a line of `run --jsonl` and a record of the journal, so its field
names are a contract: `event` is the class in lower case, `t_ms` counts from the engine's start, `seq` from 1.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stimctl.engine.commands import (
    Arm,
    Beat,
    Command,
    DialsSet,
    Down,
    Note,
    Pain,
    Pause,
    Prepare,
    Resume,
    Start,
    Stop,
    Up,
)
from stimctl.model.as_json import BadValue, from_json, json_line, plain
from stimctl.model.capabilities import Capabilities
from stimctl.model.scale import Scale
from stimctl.program.dials import DialSetting

__all__ = [
    "COMMANDS",
    "TELLINGS",
    "VERSION",
    "Arm",
    "Armed",
    "Beat",
    "Command",
    "Dials",
    "DialsSet",
    "Down",
    "Ended",
    "Fault",
    "Gap",
    "Link",
    "Note",
    "Pain",
    "Pause",
    "PhaseBegan",
    "Prepare",
    "Refused",
    "Resume",
    "Sample",
    "Session",
    "Start",
    "Started",
    "Stop",
    "Stopped",
    "Telling",
    "Unit",
    "Up",
    "User",
    "Waiting",
    "Zero",
    "command_line",
    "read_command",
    "read_telling",
    "telling_line",
]

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The unit boots, and nothing may be sent to it yet: so long so far, of about so long. Twice a second, may be
    dropped. Not printed by `run --jsonl`.
    """

    waited_ms: int
    expected_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The unit is identified and at zero. `stop_bytes` (hex) are for the front end, should the engine die.

    `capabilities` is what it says that it can do; None in records of before they were told. `boots`: it was reset when
    its line was opened.
    """

    family: str
    serial_number: str
    firmware: str
    simulated: bool
    channels: int
    release_ms: int
    stop_bytes: str
    port: str
    capabilities: Capabilities | None = None
    boots: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The line to the unit so far, at most once a second; may be dropped. Not printed by `run --jsonl`.

    `rtt_us` is the last round trip; `lost` what was never answered; `crc_errors` frames that came damaged; `retries`
    frames sent again. None: not known (a unit on mains has no battery to tell of).
    """

    rtt_us: int | None
    frames_in: int
    frames_out: int
    lost: int
    crc_errors: int
    retries: int
    battery_percent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The plan was compiled, rehearsed and found fit: what is about to run, on what, and where its journal is.

    On a unit that is driven in levels `peak_level` takes the place of `peak_ma`, which is empty; `dials` is what a
    person sets by hand, the first before it starts, and `unchecked` what nothing measures.
    """

    id: str
    journal: str
    device: str
    unit: str
    simulated: bool
    realtime: str
    title: str
    duration_ms: int
    peak_ma: Mapping[int, float]
    scale: Scale = Scale.CURRENT
    peak_level: Mapping[int, float] = field(default_factory=dict)
    dials: tuple[DialSetting, ...] = ()
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dials:
    """The next phase needs another setting of the unit's own dials; output is at zero until a person has set them."""

    setting: DialSetting


@dataclass(frozen=True, slots=True)
class Armed:
    """Armed, at zero."""


@dataclass(frozen=True, slots=True)
class Started:
    """The plan runs from here."""

    duration_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseBegan:
    """A phase of the plan begins."""

    index: int
    name: str
    depth: str
    lasts_ms: int
    ramp_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One channel as the unit reports it; may be dropped.

    A unit that is driven in levels has `level` and `planned_level` instead of milliamperes and charge, and does not
    report pulses, load or contact; its rate and phase duration are those that its dials were to be set to.
    """

    channel: int
    amplitude_ma: float | None
    planned_ma: float | None
    phase_duration_us: int
    rate_hz: float
    charge_nc: int | None
    pulses: int | None
    load_ohm: int | None
    contact: bool | None
    battery_percent: int | None
    plan_ms: int
    link_rtt_us: int
    warning: str | None
    level: float | None = None
    planned_level: float | None = None

    @property
    def amount(self) -> float:
        """What flows, in the unit's scale: milliamperes or levels."""
        return self.level if self.level is not None else self.amplitude_ma or 0.0

    @property
    def planned(self) -> float:
        """What the plan says, in the same scale."""
        return self.planned_level if self.planned_level is not None else self.planned_ma or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """What a person asked for, or was done for them: pausing (ramping down), paused (at zero), resumed, down, up.

    Or said: note and pain, with the words or the score in `why`.
    """

    action: str
    channel: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A rule or the state of the session forbids what was asked."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Silence that was not meant, on one channel."""

    channel: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something is wrong: the session stops and stays locked out."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Stop bytes have been sent."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Zero:
    """Whether the unit confirmed that its output is off; `advice` is what to do if not."""

    confirmed: bool
    after_ms: int
    advice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The last line."""

    exit_code: int
    reason: str
    zero_confirmed: bool
    peak: Mapping[int, float]
    journal: str


Telling = (
    Waiting
    | Unit
    | Link
    | Session
    | Dials
    | Armed
    | Started
    | PhaseBegan
    | Sample
    | User
    | Refused
    | Gap
    | Fault
    | Stopped
    | Zero
    | Ended
)

COMMANDS: dict[str, type] = {
    kind.__name__.lower(): kind
    for kind in (Prepare, Arm, Start, Pause, Resume, DialsSet, Down, Up, Stop, Beat, Note, Pain)
}
TELLINGS: dict[str, type] = {
    "waiting": Waiting,
    "session": Session,
    "dials": Dials,
    "unit": Unit,
    "link": Link,
    "armed": Armed,
    "started": Started,
    "phase": PhaseBegan,
    "sample": Sample,
    "user": User,
    "refused": Refused,
    "gap": Gap,
    "fault": Fault,
    "stopped": Stopped,
    "zero": Zero,
    "ended": Ended,
}
_EVENT = {kind: name for name, kind in TELLINGS.items()}


def command_line(command: Command) -> bytes:
    """A command as a line for the engine."""
    return (json_line({"version": VERSION, "do": type(command).__name__.lower(), **plain(command)}) + "\n").encode()


def read_command(line: bytes) -> Command:
    """The command on a line; BadValue if there is none."""
    command: Command = _read(line, "do", COMMANDS)
    return command


def telling_line(telling: Telling, t_ms: int, seq: int) -> str:
    """A telling as a line, without its end."""
    return json_line({"version": VERSION, "event": _EVENT[type(telling)], "t_ms": t_ms, "seq": seq, **plain(telling)})


def read_telling(line: bytes) -> Telling:
    """The telling on a line; BadValue if there is none."""
    telling: Telling = _read(line, "event", TELLINGS)
    return telling


def _read(line: bytes, tag: str, kinds: dict[str, type]) -> Any:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as why:
        raise BadValue(f"not a line of JSON: {why}") from None
    if not isinstance(found, dict) or found.pop("version", None) != VERSION:
        raise BadValue(f"not a message of version {VERSION}: {line[:80]!r}")
    found.pop("t_ms", None)
    found.pop("seq", None)
    kind = kinds.get(str(found.pop(tag, None)))
    if kind is None:
        raise BadValue(f"unknown message: {line[:80]!r}")
    return from_json(kind, found)
