"""What crosses the pipe between a front end and its engine: frozen values as JSON lines, version 1.

Commands go down, tellings come up. A telling is also a line of `run --jsonl` and a record of the journal, so its field
names are a contract: `event` is the class in lower case, `t_ms` counts from the engine's start, `seq` from 1.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stimctl.model.as_json import BadValue, from_json, json_line, plain
from stimctl.model.capabilities import Capabilities
from stimctl.model.plan import Plan
from stimctl.model.thresholds import Thresholds

__all__ = [
    "COMMANDS",
    "TELLINGS",
    "VERSION",
    "Arm",
    "Armed",
    "Beat",
    "Command",
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
    "Zero",
    "command_line",
    "read_command",
    "read_telling",
    "telling_line",
]

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """This is the plan, and this is who it is for. `doctor` is who approved; None if nobody was named.

    `by_hand`: nothing flows until Up is pressed; the plan is one phase of constant pulses (stimctl/engine/by_hand.py).
    """

    plan: Plan
    thresholds: Mapping[int, Thresholds]
    pads_mm2: Mapping[int, int]
    profile: str
    pads_confirmed: bool
    doctor: str | None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Arm:
    """Arm the unit for what was prepared."""


@dataclass(frozen=True, slots=True)
class Start:
    """Let the plan run."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Ramp down and wait."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on from zero."""


@dataclass(frozen=True, slots=True)
class Down:
    """Less on this channel, at once."""

    channel: int


@dataclass(frozen=True, slots=True)
class Up:
    """One step back towards the plan on this channel."""

    channel: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Zero, now. `cause`: person, elsewhere, hangup, interrupt, terminated, front gone."""

    cause: str = "person"


@dataclass(frozen=True, slots=True)
class Beat:
    """The front end's own loop turns."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the person's own words for the record, up to 200 characters; told as a User `note`."""

    text: str


@dataclass(frozen=True, slots=True)
class Pain:
    """How strong the pain is now, 0 to 10, for the record; told as a User `pain`."""

    score: int


Command = Prepare | Arm | Start | Pause | Resume | Down | Up | Stop | Beat | Note | Pain


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The unit is identified and at zero. `stop_bytes` (hex) are for the front end, should the engine die.

    `capabilities` is what it says that it can do; None in records of before they were told.
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
    """The plan was compiled, rehearsed and found fit: what is about to run, on what, and where its journal is."""

    id: str
    journal: str
    device: str
    unit: str
    simulated: bool
    realtime: str
    title: str
    duration_ms: int
    peak_ma: Mapping[int, float]


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
    """One channel as the unit reports it; may be dropped."""

    channel: int
    amplitude_ma: float
    planned_ma: float
    phase_duration_us: int
    rate_hz: float
    charge_nc: int
    pulses: int
    load_ohm: int | None
    contact: bool
    battery_percent: int | None
    plan_ms: int
    link_rtt_us: int
    warning: str | None


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
    Unit
    | Link
    | Session
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
    kind.__name__.lower(): kind for kind in (Prepare, Arm, Start, Pause, Resume, Down, Up, Stop, Beat, Note, Pain)
}
TELLINGS: dict[str, type] = {
    "session": Session,
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
