"""What a person is asked one form at a time: name, approval, limits, a day's pain, how a session was, an end."""

from collections.abc import Mapping
from datetime import date, datetime

from stimctl.care.next_session import today
from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.person_file import stamp
from stimctl.care.questions import PAIN, question
from stimctl.care.records import (
    Approved,
    CourseClosed,
    Exported,
    FollowedUp,
    LimitsSet,
    Named,
    PadsPlaced,
    Ran,
    Scored,
    Skin,
)
from stimctl.history.deleting import delete_of
from stimctl.tui.people.form import Field, Form, Wrong, day, decimal, either, whole

__all__ = ["ApproveForm", "CloseForm", "DayForm", "DeleteForm", "LimitsForm", "NewPersonForm", "OutcomeForm"]

_WORST = 10
_MOST_CM, _MOST_CM2, _MOST_MA, _MOST_MINUTES = 100, 500, 100, 60
_SCORE = "0 to 10"
_SKINS = tuple(Skin)


class NewPersonForm(Form):
    """Somebody new."""

    def __init__(self, people: People, now: datetime) -> None:
        super().__init__()
        self._people, self._now = people, now
        self.made: Person | None = None

    def asks(self) -> str:
        return "Somebody new"

    def words(self) -> str:
        return "A name or a code of your own choosing. It stays on this computer, and is in no journal."

    def fields(self) -> tuple[Field, ...]:
        return (Field(id="name", label="Name", most_letters=60),)

    def take(self, said: Mapping[str, str]) -> None:
        self.made = self._people.new(Named(at=stamp(self._now), name=said["name"]))


class _OfPerson(Form):
    """One who is there already; `now` is when it is asked."""

    def __init__(self, people: People, one: Person, now: datetime) -> None:
        super().__init__()
        self._people, self._one, self._now = people, one, now

    @property
    def _today(self) -> date:
        return today(self._now)


class ApproveForm(_OfPerson):
    """A doctor's yes."""

    def asks(self) -> str:
        return f"A doctor has said that massage by current is all right for {self._one.name}"

    def words(self) -> str:
        return 'For "see a doctor" and "only with a doctor\'s yes": name the questions that it is for, as in 9,17.'

    def fields(self) -> tuple[Field, ...]:
        return (
            Field(id="by", label="Who", hint="the doctor's name"),
            Field(id="on", label="On which day", value=self._today.isoformat(), most_letters=10),
            Field(id="covers", label="For questions besides", hint="none"),
        )

    def take(self, said: Mapping[str, str]) -> None:
        covers = tuple(said["covers"].replace(",", " ").split())
        unknown = [number for number in covers if question(number) is None]
        if unknown:
            raise Wrong("covers", f"there is no question {', '.join(unknown)}")
        if not said["by"] or not said["by"].isprintable():
            raise Wrong("by", "the doctor's name is missing")
        on = day(said, "on", "the day", self._today)
        self._people.add(self._one, Approved(at=stamp(self._now), by=said["by"], on=on.isoformat(), covers=covers))


class LimitsForm(_OfPerson):
    """Pads, and what is never gone over. What is left empty is no limit of their own."""

    def asks(self) -> str:
        return f"Pads and limits of {self._one.name}"

    def words(self) -> str:
        return "A limit is over everything: the range ends there, and a program that needs more is refused."

    def fields(self) -> tuple[Field, ...]:
        pads, limits = self._one.pads, self._one.limits
        most_ua = limits.most_ua if limits is not None else None
        minutes = limits.most_minutes if limits is not None else None
        return (
            Field(id="pad", label="Smaller pad, cm²", value=f"{pads.pad_mm2 / 100:g}" if pads is not None else "25"),
            Field(id="where", label="Where they go", value=pads.placement if pads is not None else ""),
            Field(id="ma", label="Never over, mA", value=f"{most_ua / 1000:g}" if most_ua else "", hint="no limit"),
            Field(id="min", label="Never over, min", value=str(minutes) if minutes else "", hint="no limit"),
        )

    def take(self, said: Mapping[str, str]) -> None:
        pad_mm2 = round(decimal(said, "pad", "smaller pad", _MOST_CM2, "cm²") * 100)
        most_ua = round(decimal(said, "ma", "never over", _MOST_MA, "mA") * 1000) if said["ma"] else None
        minutes = whole(said, "min", "never over, min", 1, _MOST_MINUTES) if said["min"] else None
        at = stamp(self._now)
        self._people.add(
            self._one,
            PadsPlaced(at=at, pad_mm2=pad_mm2, placement=said["where"]),
            LimitsSet(at=at, most_ua=most_ua, most_minutes=minutes),
        )


class DayForm(_OfPerson):
    """Pain on a day without a session: `on`, unless another one is typed."""

    def __init__(self, people: People, one: Person, now: datetime, on: date) -> None:
        super().__init__(people, one, now)
        self._on = on

    def asks(self) -> str:
        return f"The pain of {self._one.name} on a day"

    def words(self) -> str:
        after = "The day after a session counts: was it up by 2, nothing is earned by it."
        return f"{after} 0 is none, 10 the worst there can be."

    def fields(self) -> tuple[Field, ...]:
        return (
            Field(id="on", label="Day", value=self._on.isoformat(), most_letters=10),
            Field(id="pain", label="Pain", hint=_SCORE, most_letters=2),
            Field(id="cm", label="Fingertips to floor, cm", hint="not measured", most_letters=3),
            Field(id="said", label="What goes, what does not", hint="one sentence", most_letters=200),
        )

    def take(self, said: Mapping[str, str]) -> None:
        self._people.add(
            self._one,
            FollowedUp(
                at=stamp(self._now),
                on=day(said, "on", "the day", self._today).isoformat(),
                pain=whole(said, "pain", "pain", 0, _WORST),
                course=self._one.course.id if self._one.course is not None else "",
                fingertip_cm=_fingertip(said),
                function=said["said"],
            ),
        )


class OutcomeForm(_OfPerson):
    """How the last session was. Pain before it is what was answered that day, unless something else is typed."""

    def __init__(self, people: People, one: Person, now: datetime, ran: Ran) -> None:
        super().__init__(people, one, now)
        self._ran = ran

    def asks(self) -> str:
        number = f"session {self._ran.number}, " if self._ran.number else ""
        return f"How was it, {self._one.name}? ({number}{self._ran.on})"

    def fields(self) -> tuple[Field, ...]:
        return (
            Field(id="before", label="Pain before it", value=self._before(), hint=_SCORE, most_letters=2),
            Field(id="after", label="Pain after it", hint=_SCORE, most_letters=2),
            Field(id="comfort", label="How comfortable", hint=_SCORE, most_letters=2),
            Field(id="skin", label="Skin under the pads", hint="1 fine, 2 red, 3 stays red, 4 sore", most_letters=1),
            Field(id="unwell", label="Dizzy, a headache, or unpleasant", hint="y or n", most_letters=3),
            Field(id="cm", label="Fingertips to floor, cm", hint="not measured", most_letters=3),
            Field(id="said", label="What goes, what does not", hint="one sentence", most_letters=200),
        )

    def take(self, said: Mapping[str, str]) -> None:
        scored = Scored(
            at=stamp(self._now),
            session=self._ran.session,
            on=self._ran.on,
            before=whole(said, "before", "pain before it", 0, _WORST),
            after=whole(said, "after", "pain after it", 0, _WORST),
            course=self._ran.course,
            comfort=whole(said, "comfort", "how comfortable", 0, _WORST),
            skin=_SKINS[whole(said, "skin", "skin", 1, len(_SKINS)) - 1],
            fingertip_cm=_fingertip(said),
            function=said["said"],
            unwell=either(said, "unwell", "dizzy, a headache, or unpleasant even at the lowest"),
        )
        self._people.add(self._one, scored)

    def _before(self) -> str:
        """What was answered on that day, before the session."""
        asked = [one for one in self._one.answered if PAIN in one.answers and one.at <= self._ran.at]
        on_that_day = asked and today(datetime.fromisoformat(asked[-1].at)).isoformat() == self._ran.on
        return asked[-1].answers[PAIN] if on_that_day else ""


class CloseForm(_OfPerson):
    """The end of a course, in one's own words."""

    def asks(self) -> str:
        return f"End the course of {self._one.name}?"

    def words(self) -> str:
        return "What paused or stopped it is not lifted by that: only a doctor's newer yes does."

    def fields(self) -> tuple[Field, ...]:
        return (Field(id="why", label="Why", hint="closed by hand", most_letters=200),)

    def take(self, said: Mapping[str, str]) -> None:
        course = self._one.course
        if course is None:
            raise Wrong("why", f"{self._one.name} has no course")
        closed = CourseClosed(
            at=stamp(self._now), on=self._today.isoformat(), id=course.id, why=said["why"] or "closed by hand"
        )
        self._people.add(self._one, closed)


class DeleteForm(_OfPerson):
    """All that is kept of somebody. The name is typed: no key that is held down deletes."""

    # in words, once it is done
    told = ""

    def asks(self) -> str:
        return f"Delete all that is kept of {self._one.name}?"

    def words(self) -> str:
        return (
            "Their file, the journals of their sessions, and what was exported for them here. Not reached: copies that "
            "you made, backups, captures, and what a disk keeps of deleted files."
        )

    def fields(self) -> tuple[Field, ...]:
        return (Field(id="name", label="Type the name", hint=self._one.name, most_letters=60),)

    def take(self, said: Mapping[str, str]) -> None:
        if said["name"] != self._one.name:
            raise Wrong("name", f"{said['name'] or 'nothing'} is not {self._one.name}; nothing was deleted")
        exports = [record.path for record in self._one.records if isinstance(record, Exported)]
        gone, kept = delete_of(self._one.id, exports)
        self._people.delete(self._one)
        left = "".join(f" NOT deleted: {path}: {why}." for path, why in kept)
        self.told = f"{self._one.name} is deleted: their file, {gone} journals and exports.{left}"


def _fingertip(said: Mapping[str, str]) -> int | None:
    return whole(said, "cm", "fingertips to floor", 0, _MOST_CM) if said["cm"] else None
