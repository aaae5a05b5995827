"""A session for somebody who is known here: what their records allow (care/next_session.py), with the flags over it.

Rule 1: what they never go over is over everything: the range ends there, wherever it comes from, and so do the limits.
Rule 2: a range that was found on a simulated unit is none for a real one, nor the other way round; recorded levels are
        none for a real unit at all.
"""

from dataclasses import dataclass, replace

from stimctl.care.course import Course
from stimctl.care.next_session import First, NextSession, NotNow, next_session
from stimctl.care.next_session import course_of as standing_of
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.records import Record
from stimctl.cli.dates import now
from stimctl.cli.person import PersonFlags, Range
from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.model.plan import Plan
from stimctl.model.scale import Scale
from stimctl.program.loader import load

__all__ = ["ForPerson", "course_of", "for_person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForPerson:
    """It stands in for the flags where a session asks about a person. `asked` is the program that was named."""

    of: NextSession
    flags: PersonFlags
    asked: str | None

    @property
    def person(self) -> Person:
        """Whose it is."""
        return self.of.person

    @property
    def plan(self) -> Plan:
        """As dosed."""
        return self.of.plan

    @property
    def profile(self) -> str:
        """That of the flags."""
        return self.flags.profile

    @property
    def has_thresholds(self) -> bool:
        """Whether there are some is said by `range_for`."""
        return True

    @property
    def has_levels(self) -> bool:
        """The same."""
        return True

    @property
    def doctor(self) -> str:
        """Who approved is with the person, and in no journal."""
        return f"as recorded of {self.person.id}"

    def range_for(self, channels: tuple[int, ...], scale: Scale, *, simulated: bool) -> Range:
        """The person's own, unless flags say otherwise; SafetyRefusal where there is none for a real unit."""
        found = self._range_for(channels, scale, simulated=simulated)
        return replace(found, thresholds={channel: self.person.capped(of) for channel, of in found.thresholds.items()})

    def _range_for(self, channels: tuple[int, ...], scale: Scale, *, simulated: bool) -> Range:
        if self.flags.has_levels or self.flags.has_thresholds:
            return self.flags.range_for(channels, scale, simulated=simulated)
        if scale is Scale.LEVEL and not simulated:
            raise SafetyRefusal(
                "levels of a real unit are said anew for each session, --sensory-level and --comfort-level: nothing "
                "tells that the same unit with the same dials is behind the board"
            )
        found: dict[int, object] = (
            dict(self.person.levels(channels, simulated=simulated))
            if scale is Scale.LEVEL
            else dict(self.person.thresholds(channels, simulated=simulated))
        )
        missing = [str(channel) for channel in channels if channel not in found]
        if missing and simulated:
            # the simulated person's, as for everybody
            return self.flags.range_for(channels, scale, simulated=True)
        if missing:
            raise SafetyRefusal(
                f"nothing is known of {self.person.name}'s range on channel {', '.join(missing)} of a real unit: "
                "stimctl person thresholds, or calibrate on the screen"
            )
        if scale is Scale.LEVEL:
            return replace(self.flags.range_for(channels, scale, simulated=True), levels=found)  # type: ignore[arg-type]
        return Range(thresholds=found)  # type: ignore[arg-type]

    def pads_mm2(self, channels: tuple[int, ...]) -> dict[int, int]:
        """The person's pads, or those of the flags."""
        pads = self.person.pads
        return self.flags.pads_mm2(channels) if pads is None else dict.fromkeys(channels, pads.pad_mm2)

    def started(self, session: str) -> Record:
        """What is written down before any current flows. SafetyRefusal where their records say otherwise by now."""
        again = for_person(self.person.id, self.asked, self.flags)
        if again.person != self.person or again.plan != self.plan:
            # whatever it is, a limit perhaps: what was armed was prepared without it
            raise SafetyRefusal(
                f"{self.person.name}: records say something else than when it was prepared; run it again"
            )
        return again.of.started(session, now())


def for_person(name: str, program: str | None, flags: PersonFlags) -> ForPerson:
    """What is to run for `name` now. SafetyRefusal and ConfigError say why not, and what to do."""
    one = People().called(name)
    found = next_session(
        one,
        load(program) if program is not None else None,
        now(),
        clinical=flags.profile == "clinical",
        pain_at_rest=flags.pain_at_rest,
        adapted=flags.plan_for,
    )
    if isinstance(found, NextSession):
        return ForPerson(of=found, flags=flags, asked=program)
    said = f"{one.name}: {found.why}"
    match found.first:
        case First.SCREEN:
            raise SafetyRefusal(f"{said} stimctl person screen {one.name}")
        case First.APPROVE:
            raise SafetyRefusal(f"{said} stimctl person approve {one.name} --by NAME")
        case First.CHOOSE:
            raise ConfigError(f"{said} Name a PROGRAM, or: stimctl course plan --person {one.name}")
        case _:
            raise SafetyRefusal(said)


def course_of(one: Person) -> Course | None:
    """Their last course as it stands now; None if there is none. SafetyRefusal for one that the table has no more."""
    found = standing_of(one, now())
    if isinstance(found, NotNow):
        raise SafetyRefusal(f"{one.name}: {found.why} stimctl course close {one.name}")
    return found
