"""What a person has chosen before a session: unit, program, range, pads and what they have said yes to."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from stimctl.care.finding import together
from stimctl.care.next_session import First, NextSession, NotNow
from stimctl.care.person import Person
from stimctl.drivers.nominal import NOMINAL
from stimctl.engine.commands import RATED_UA
from stimctl.engine.declared import unchecked
from stimctl.engine.messages import Prepare, Unit
from stimctl.engine.preparing import ANY_UNIT
from stimctl.links.url import TargetKind, parse_device_url
from stimctl.model.capabilities import Capabilities
from stimctl.model.levels import Levels
from stimctl.model.plan import Plan
from stimctl.model.scale import Scale
from stimctl.model.thresholds import Found, Thresholds
from stimctl.program.dials import DialSetting, OnDials, on_dials
from stimctl.program.loader import Program, load
from stimctl.tui.whose import Whose, whose
from stimctl.tui.words import CHECKS, dial_checks

__all__ = ["SIMULATED_BOARD", "SIMULATED_LEVELS", "SIMULATED_PERSON", "SIMULATED_UNIT", "Choices", "capabilities_of"]

SIMULATED_UNIT = "sim://stimlink"
SIMULATED_BOARD = "sim://openemsstim"
# Stands in for calibration on simulated units, and nowhere else (docs/contracts.md).
SIMULATED_PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
# Levels say nothing of longer pulses than those that they were found at; these, at the longest, of every program.
SIMULATED_LEVELS = Levels(sensory_level=20, comfort_level=60, at_phase_us=400, at_period_us=12_500)


@dataclass(slots=True)
class Choices:
    """Everything that `Prepare` needs. `thresholds` are by channel, of this person; empty until found or taken.

    `range_from` says in words where they come from. `checked` are indexes of CHECKS. For a unit that is driven in
    levels there are `levels` and `levels_from` instead, `rated_ua` (what it can give at most), and `dials_said`: what
    was said yes to of its dials, word by word. `whose` is None for nobody who is known here; `by_hand` says that the
    program is not the one that comes next in their course by itself.
    """

    device: str = SIMULATED_UNIT
    program: Program | None = None
    thresholds: dict[int, Thresholds] = field(default_factory=dict)
    range_from: str = ""
    pad_mm2: int = 2_500
    profile: str = "consumer"
    checked: set[int] = field(default_factory=set)
    doctor: str = ""
    pain_at_rest: int | None = None
    levels: dict[int, Levels] = field(default_factory=dict)
    levels_from: str = ""
    rated_ua: int = RATED_UA
    dials_said: set[str] = field(default_factory=set)
    whose: Whose | None = None
    by_hand: bool = False

    # what the unit itself said; None until it has answered
    unit_simulated: bool | None = None
    unit_can: Capabilities | None = None

    @property
    def simulated(self) -> bool:
        """Whether the unit is a simulated one; until a port has answered it counts as real."""
        if self.unit_simulated is None:
            return parse_device_url(self.device).kind is TargetKind.SIMULATOR
        return self.unit_simulated

    @property
    def can(self) -> Capabilities:
        """What the unit says that it can do; until it has answered, what its family says."""
        return self.unit_can or NOMINAL[parse_device_url(self.device).family]

    @property
    def scale(self) -> Scale:
        """Milliamperes or levels."""
        return self.can.scale

    @property
    def previewed_on(self) -> Capabilities:
        """What a program is looked at on before a unit is asked."""
        return self.can if self.scale is Scale.LEVEL else ANY_UNIT

    @property
    def range_words(self) -> str:
        """Where the range comes from; empty while there is none of this person's."""
        typed = self.levels_from if self.scale is Scale.LEVEL else self.range_from
        plan = self.plan
        recorded = plan is not None and any(self._recorded(channel) for channel in plan.channels)
        return typed or ("as recorded" if recorded else "")

    @property
    def dials(self) -> tuple[DialSetting, ...]:
        """What a person sets on the unit, each before its phase; empty for a unit without dials."""
        on = self._on_dials()
        return on.settings if on else ()

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What nothing measures on this unit, in sentences."""
        on = self._on_dials()
        return unchecked(self.rated_ua, on) if on else ()

    @property
    def dials_set(self) -> bool:
        """Whether all was said yes to of this unit's dials, for this program."""
        asked = dial_checks(self.dials)
        return bool(asked) and self.dials_said >= set(asked)

    def _on_dials(self) -> OnDials | None:
        plan = self.plan
        return on_dials(plan) if plan is not None and self.scale is Scale.LEVEL else None

    def as_they_are(self) -> "Choices":
        """A copy that changes no more."""
        return replace(
            self,
            thresholds=dict(self.thresholds),
            checked=set(self.checked),
            levels=dict(self.levels),
            dials_said=set(self.dials_said),
        )

    @property
    def plan(self) -> Plan | None:
        """The program's plan with the person's answer in it; of somebody who is known, as it is dosed for them now."""
        if self.whose is not None and isinstance(self.whose.found, NextSession):
            return self.whose.found.plan
        return replace(self.program.plan, pain_at_rest=self.pain_at_rest) if self.program is not None else None

    @property
    def person_now(self) -> Person | None:
        """Whose session it is, with their records as they were looked at last; None for nobody who is known here."""
        return self.whose.person if self.whose is not None else None

    @property
    def approved_by(self) -> str:
        """Who approved: as typed, or as recorded of the person, without a name; empty if nobody did."""
        recorded = self.whose is not None and self.whose.person.approvals
        return self.doctor.strip() or (f"as recorded of {self.whose.person.id}" if self.whose and recorded else "")

    def take(self, program: Program) -> None:
        """Another program. The profile stays: who is there to help is not for a program to say."""
        self.program, self.by_hand = program, True
        self.pain_at_rest = None

    def take_person(self, one: Person | None, now: datetime) -> None:
        """Whose session it is. Nothing that was found on, or said by, the one before holds for another body."""
        before = self.whose.person.id if self.whose is not None else ""
        if before != (one.id if one is not None else ""):
            self.thresholds, self.range_from = {}, ""
            self.checked, self.doctor, self.pain_at_rest = set(), "", None
            self._forget_levels()
            # what comes next by itself, until another program is chosen for them
            self.by_hand = False
        self.look_again(one, now)

    def look_again(self, one: Person | None, now: datetime) -> None:
        """What their records, perhaps others now, allow at this time; and the program that comes next by itself."""
        if one is None:
            self.whose = None
            return
        clinical = self.profile == "clinical"
        by_hand = self.program if self.by_hand else None
        found = whose(one, by_hand, now, clinical=clinical, pain_at_rest=self.pain_at_rest)
        if isinstance(found.found, NotNow) and found.found.first is First.CHOOSE:
            found = whose(one, self.program, now, clinical=clinical, pain_at_rest=self.pain_at_rest)
        elif isinstance(found.found, NextSession) and not self.by_hand:
            self.program = load(found.found.program)
        self.whose = found

    def choose_unit(self, device: str) -> None:
        """Another unit, of which nothing is known yet."""
        was_simulated = self.simulated
        self.device, self.unit_simulated, self.unit_can = device, None, None
        # a level is what another unit's dial makes of it
        self._forget_levels()
        self._forget_if(self.simulated != was_simulated)

    def found_again(self, path: str) -> None:
        """The same unit, at this path: its range holds, and what was said yes to of pads and dials is asked again."""
        self.device = f"{parse_device_url(self.device).family}@{path}"
        self.checked, self.dials_said = set(), set()

    def unit_answered(self, *, simulated: bool, can: Capabilities | None = None) -> None:
        """The unit says what it is."""
        was_simulated = self.simulated
        self.unit_simulated, self.unit_can = simulated, can
        self._forget_if(simulated != was_simulated)

    def _forget_if(self, other_kind: bool) -> None:
        """What was found or confirmed with one kind of unit says nothing of the other."""
        if other_kind:
            self.thresholds, self.range_from = {}, ""
            self.checked, self.doctor = set(), ""
            self._forget_levels()

    def _forget_levels(self) -> None:
        self.levels, self.levels_from = {}, ""
        self.rated_ua, self.dials_said = RATED_UA, set()

    def range_of(self, channel: int, *, simulated: bool) -> Thresholds | Levels | None:
        """This channel's thresholds, or levels where the unit is driven in levels; those of the simulated person where
        there are none and the unit is simulated.
        """
        if self.scale is Scale.LEVEL:
            levels = self.levels.get(channel) or self._recorded(channel)
            return levels or (SIMULATED_LEVELS if simulated else None)
        found = self.thresholds.get(channel) or self._recorded(channel) or (SIMULATED_PERSON if simulated else None)
        capped = isinstance(found, Thresholds) and self.whose is not None
        return self.whose.person.capped(found) if capped and self.whose and isinstance(found, Thresholds) else found

    def _recorded(self, channel: int) -> Thresholds | Levels | None:
        """What is recorded of the person, as it was found on this kind of unit.

        Levels of a real one are said anew each time: nothing tells which unit, with which dials, is behind the board.
        """
        if self.whose is None:
            return None
        one, kind = self.whose.person, self.simulated
        if self.scale is Scale.LEVEL:
            return one.levels((channel,), simulated=True).get(channel) if kind else None
        return one.thresholds((channel,), simulated=kind).get(channel)

    def missing(self, *, simulated: bool) -> list[str]:
        """What still has to be done before arming, as short sentences."""
        plan = self.plan
        if plan is None:
            return ["choose a program"]
        missing = [f"{self.whose.person.name}: {self.whose.refused}"] if self.whose and self.whose.refused else []
        if self.profile not in plan.profiles:
            missing.append(f"checks: {plan.title} is for the {' or '.join(plan.profiles)} profile")
        unknown = [str(channel) for channel in plan.channels if not self.range_of(channel, simulated=simulated)]
        if unknown:
            how = "type in the levels of" if self.scale is Scale.LEVEL else "calibrate"
            missing.append(f"{how} channel {' and '.join(unknown)}")
        if plan.asks_for_pain and plan.pain_at_rest is None:
            missing.append("say how strong the pain is at rest")
        return missing + self.unconfirmed(simulated=simulated)

    @property
    def unfit(self) -> list[str]:
        """Why nothing at all may flow for this person now, finding their range included; empty when it may."""
        return [f"{self.whose.person.name}: {self.whose.held}"] if self.whose is not None and self.whose.held else []

    def unconfirmed(self, *, simulated: bool) -> list[str]:
        """What a person has to say before any current flows from a real unit, as short sentences."""
        if simulated:
            return []
        unconfirmed = ["go through the checks"] if len(self.checked) < len(CHECKS) else []
        if self.scale is Scale.LEVEL and not self.dials_set:
            unconfirmed.append("say in the checks that the unit's dials are set")
        return unconfirmed + ([] if self.approved_by else ["name the doctor who approved"])

    def keep(self, channel: int, found: Found) -> None:
        """What was found on a channel, beside what is known of it in the other rate class."""
        before = self.thresholds.get(channel)
        known = [] if before is None else [one for one in (before, before.other) if one is not None]
        others = [one for one in known if one.rate_class != found.rate_class]
        self.thresholds[channel] = together(found, *others)

    def prepare(self, *, simulated: bool) -> Prepare:
        """What the engine is asked. ValueError while something is `missing`."""
        plan = self.plan
        if plan is None or self.missing(simulated=simulated):
            raise ValueError(f"nothing to prepare: {self.missing(simulated=simulated)}")
        of = {channel: self.range_of(channel, simulated=simulated) for channel in plan.channels}
        return Prepare(
            plan=plan,
            thresholds={channel: found for channel, found in of.items() if isinstance(found, Thresholds)},
            levels={channel: found for channel, found in of.items() if isinstance(found, Levels)},
            rated_ua=self.rated_ua,
            dials_set=self.dials_set,
            pads_mm2=self.pads_mm2(plan.channels),
            profile=self.profile,
            pads_confirmed=len(self.checked) == len(CHECKS),
            doctor=self.approved_by or None,
            person=self.whose.person.id if self.whose is not None else "",
            course=self.whose.found.course_id if self.whose and isinstance(self.whose.found, NextSession) else "",
            most_ua=self.most_ua,
        )

    def pads_mm2(self, channels: Iterable[int]) -> dict[int, int]:
        """The person's pads as recorded, or those of everybody."""
        pads = self.whose.person.pads if self.whose is not None else None
        return dict.fromkeys(channels, pads.pad_mm2 if pads is not None else self.pad_mm2)

    @property
    def most_ua(self) -> int | None:
        """What the person never goes over; None for no limit of their own."""
        return self.whose.person.most_ua if self.whose is not None else None


def capabilities_of(unit: Unit) -> Capabilities | None:
    """What a unit says that it can do, or what its family says; None of a family that is not known."""
    return unit.capabilities or NOMINAL.get(unit.family)
