"""One person as their records have it: what counts of each kind, and nothing that they do not say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from stimctl.care.records import (
    Answered,
    Approved,
    CalibratedLevels,
    CalibratedMa,
    CourseOpened,
    LimitsSet,
    Named,
    PadsPlaced,
    Ran,
    Record,
    Scored,
)
from stimctl.model.levels import Levels
from stimctl.model.segment import rate_class
from stimctl.model.thresholds import Found, Thresholds

__all__ = ["Person", "person"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`id` is random and in the journals; `name` is the person's own choice and in no journal.

    `records` are all there are, oldest first; what is here besides is the last of its kind, None before there is one.
    `damaged` says of which lines of their file nobody knows what they said.
    """

    id: str
    records: tuple[Record, ...]
    name: str
    made_up: bool
    pads: PadsPlaced | None
    limits: LimitsSet | None
    answered: tuple[Answered, ...]
    approvals: tuple[Approved, ...]
    course: CourseOpened | None
    damaged: tuple[str, ...] = ()

    @property
    def doctor(self) -> str | None:
        """Who approved last; None if nobody did."""
        return self.approvals[-1].by if self.approvals else None

    @property
    def unscored(self) -> Ran | None:
        """The last session, while nobody has said how it was."""
        ran = [one for one in self.records if isinstance(one, Ran)]
        scored = {one.session for one in self.records if isinstance(one, Scored)}
        return ran[-1] if ran and ran[-1].session not in scored else None

    def thresholds(self, channels: Iterable[int], *, simulated: bool) -> dict[int, Thresholds]:
        """Of these channels, as far as they were found on this kind of unit: in both rate classes where they were."""
        found: dict[int, dict[object, Found]] = {}
        for one in self.records:
            if isinstance(one, CalibratedMa) and one.simulated is simulated:
                # the last one of a class counts, and is put last
                of = found.setdefault(one.channel, {})
                of.pop(rate_class(one.at_period_us), None)
                of[rate_class(one.at_period_us)] = one.found
        return {channel: _together(tuple(found[channel].values())) for channel in channels if channel in found}

    def levels(self, channels: Iterable[int], *, simulated: bool) -> dict[int, Levels]:
        """The same of a unit in levels."""
        last = {
            one.channel: one for one in self.records if isinstance(one, CalibratedLevels) and one.simulated is simulated
        }
        return {channel: last[channel].found for channel in channels if channel in last}

    def capped(self, of: Thresholds) -> Thresholds:
        """A range that ends where the person never goes over. Where even tingling lies above, the engine refuses it."""
        most_ua = self.most_ua
        if most_ua is None:
            return of
        other = of.other and replace(of.other, comfort_ua=min(of.other.comfort_ua, most_ua))
        return replace(of, comfort_ua=min(of.comfort_ua, most_ua), other=other)

    @property
    def most_ua(self) -> int | None:
        """What they never go over; None for no limit of their own."""
        return self.limits.most_ua if self.limits is not None else None


def person(id: str, records: Sequence[Record], *, damaged: tuple[str, ...] = ()) -> Person:
    """What the records come to."""
    last: Mapping[type, Record] = {type(one): one for one in records}
    named, pads, limits, opened = (last.get(kind) for kind in (Named, PadsPlaced, LimitsSet, CourseOpened))
    return Person(
        id=id,
        records=tuple(records),
        name=named.name if isinstance(named, Named) else "",
        made_up=isinstance(named, Named) and named.made_up,
        pads=pads if isinstance(pads, PadsPlaced) else None,
        limits=limits if isinstance(limits, LimitsSet) else None,
        answered=tuple(one for one in records if isinstance(one, Answered)),
        approvals=tuple(one for one in records if isinstance(one, Approved)),
        course=opened if isinstance(opened, CourseOpened) else None,
        damaged=damaged,
    )


def _together(found: tuple[Found, ...]) -> Thresholds:
    newest, *others = reversed(found)
    return Thresholds(
        sensory_ua=newest.sensory_ua,
        comfort_ua=newest.comfort_ua,
        at_phase_us=newest.at_phase_us,
        at_period_us=newest.at_period_us,
        other=others[0] if others else None,
    )
