"""What is written down about one person: frozen values, each with the instant it was said.

Rule 1: none is ever changed; a later one says otherwise. A person is what their records come to (care/person.py).
Rule 2: instants are ISO 8601 in UTC, days are local dates. Of the person there is a code or a name that they chose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from stimctl.model.levels import Levels
from stimctl.model.thresholds import Found

__all__ = [
    "Answered",
    "Approved",
    "CalibratedLevels",
    "CalibratedMa",
    "CourseClosed",
    "CourseOpened",
    "Exported",
    "FollowedUp",
    "Injury",
    "LimitsSet",
    "Named",
    "PadsPlaced",
    "Ran",
    "Record",
    "Scored",
    "Skin",
]


class Injury(Enum):
    """What the pain came from."""

    OVERUSE = "overuse"
    BLOW = "blow"
    STRAIN = "strain"


class Skin(Enum):
    """The skin under the pads after a session."""

    FINE = "fine"
    RED_FADING = "red, fading"
    RED_STAYS = "red, and it stays"
    SORE = "blister, burn or sore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name or a code of the person's own choosing; the last one counts. `made_up`: a demonstration, nobody."""

    at: str
    name: str
    made_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PadsPlaced:
    """The pads used, the smaller one's area, and where they go, in the person's own words."""

    at: str
    pad_mm2: int
    placement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedMa:
    """One channel's range on a unit in milliamperes, at one phase duration and rate."""

    at: str
    channel: int
    sensory_ua: int
    comfort_ua: int
    at_phase_us: int
    at_period_us: int
    unit: str
    simulated: bool

    @classmethod
    def of(cls, found: Found, channel: int, at: str, *, unit: str, simulated: bool) -> "CalibratedMa":
        """To be written down at `at`; what a range says of another rate class is a record of its own."""
        return cls(
            at=at,
            channel=channel,
            sensory_ua=found.sensory_ua,
            comfort_ua=found.comfort_ua,
            at_phase_us=found.at_phase_us,
            at_period_us=found.at_period_us,
            unit=unit,
            simulated=simulated,
        )

    @property
    def found(self) -> Found:
        """As a range."""
        return Found(
            sensory_ua=self.sensory_ua,
            comfort_ua=self.comfort_ua,
            at_phase_us=self.at_phase_us,
            at_period_us=self.at_period_us,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedLevels:
    """One channel's range on a unit in levels of 1 to 100."""

    at: str
    channel: int
    sensory_level: int
    comfort_level: int
    at_phase_us: int
    at_period_us: int
    rated_ua: int
    unit: str
    simulated: bool

    @classmethod
    def of(
        cls, found: Levels, channel: int, at: str, *, rated_ua: int, unit: str, simulated: bool
    ) -> "CalibratedLevels":
        """To be written down at `at`."""
        return cls(
            at=at,
            channel=channel,
            sensory_level=found.sensory_level,
            comfort_level=found.comfort_level,
            at_phase_us=found.at_phase_us,
            at_period_us=found.at_period_us,
            rated_ua=rated_ua,
            unit=unit,
            simulated=simulated,
        )

    @property
    def found(self) -> Levels:
        """As a range."""
        return Levels(
            sensory_level=self.sensory_level,
            comfort_level=self.comfort_level,
            at_phase_us=self.at_phase_us,
            at_period_us=self.at_period_us,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsSet:
    """What this person never goes over, tighter than the profile; None for no limit of their own."""

    at: str
    most_ua: int | None
    most_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A doctor's yes: `by` whom, on which day, and for which questions of the screening besides."""

    at: str
    by: str
    on: str
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Answers to the screening given in one sitting, by question number."""

    at: str
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseOpened:
    """A course: why, how strong the pain is, when it began (a day), and what the person wants less of than the table.

    `id` is random. `clinical`: planned under the clinical profile.
    """

    at: str
    id: str
    injury: Injury
    pain: int
    began_on: str
    opened_on: str
    clinical: bool = False
    per_week: int | None = None
    weeks: int | None = None
    most_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseClosed:
    """A course ended by the person, in their own words."""

    at: str
    on: str
    id: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A session that was started for this person: the journal's id, the program, and which of a course it was.

    `course` is empty and `number` 0 for a session outside of any. `minutes` is how long it was to take.
    """

    at: str
    on: str
    session: str
    program: str
    minutes: float
    course: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """How a session was: pain before and after, 0 to 10; comfort, 0 to 10; the skin; what was measured and said.

    `session` is the journal's id; `course` is empty for a session outside of any. `unwell`: dizzy, a headache, or it
    was unpleasant even at the lowest level.
    """

    at: str
    session: str
    on: str
    before: int
    after: int
    course: str = ""
    comfort: int | None = None
    skin: Skin = Skin.FINE
    fingertip_cm: int | None = None
    function: str = ""
    unwell: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedUp:
    """Pain on a day without a session (0 to 10), as on the day after one or at a re-check."""

    at: str
    on: str
    pain: int
    course: str = ""
    fingertip_cm: int | None = None
    function: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file that was written for this person, so that deleting them can delete it."""

    at: str
    path: str


Record = (
    Named
    | PadsPlaced
    | CalibratedMa
    | CalibratedLevels
    | LimitsSet
    | Approved
    | Answered
    | CourseOpened
    | CourseClosed
    | Ran
    | Scored
    | FollowedUp
    | Exported
)
