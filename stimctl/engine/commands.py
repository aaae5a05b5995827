"""What a front end asks of its engine: frozen values, one a line of the pipe (stimctl/engine/messages.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from stimctl.model.levels import Levels
from stimctl.model.plan import Plan
from stimctl.model.thresholds import Thresholds

__all__ = [
    "RATED_UA",
    "Arm",
    "Beat",
    "Command",
    "DialsSet",
    "Down",
    "Note",
    "Pain",
    "Pause",
    "Prepare",
    "Resume",
    "Start",
    "Stop",
    "Up",
]

# What a unit that says nothing of it is taken to give at most: what the consumer profile allows.
RATED_UA = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """This is the plan, and this is who it is for. `doctor` is who approved; None if nobody was named.

    `by_hand`: nothing flows until Up is pressed; the plan is one phase of constant pulses (stimctl/engine/by_hand.py).
    For a unit that is driven in levels there are `levels` instead of thresholds, what current it can give at most
    (`rated_ua`), and whether its dials are set for the first phase (`dials_set`). `person` and `course` are random
    ids, empty for nobody who is known here: they stand in the journal, and nobody's name does. `most_ua` is what this
    person never goes over, whatever the program and the range say; None for no limit of their own.
    """

    person: str = ""
    course: str = ""
    plan: Plan
    thresholds: Mapping[int, Thresholds]
    pads_mm2: Mapping[int, int]
    profile: str
    pads_confirmed: bool
    doctor: str | None
    by_hand: bool = False
    levels: Mapping[int, Levels] = field(default_factory=dict)
    rated_ua: int = RATED_UA
    dials_set: bool = False
    most_ua: int | None = None


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
class DialsSet:
    """The unit's dials are set as they were told to be; told as a User `dials set`."""


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


Command = Prepare | Arm | Start | Pause | Resume | DialsSet | Down | Up | Stop | Beat | Note | Pain
