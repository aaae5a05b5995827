"""What a person has chosen before a session: unit, program, range, pads and what they have said yes to."""

from dataclasses import dataclass, field, replace

from stimctl.care.finding import together
from stimctl.engine.messages import Prepare
from stimctl.links.url import TargetKind, parse_device_url
from stimctl.model.plan import Plan
from stimctl.model.thresholds import Found, Thresholds
from stimctl.program.loader import Program
from stimctl.tui.words import CHECKS

__all__ = ["SIMULATED_PERSON", "SIMULATED_UNIT", "Choices"]

SIMULATED_UNIT = "sim://stimlink"
# Stands in for calibration on simulated units, and nowhere else (docs/contracts.md).
SIMULATED_PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)


@dataclass(slots=True)
class Choices:
    """Everything that `Prepare` needs. `thresholds` are by channel, of this person; empty until found or taken.

    `range_from` says in words where they come from. `checked` are indexes of CHECKS.
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

    # what the unit itself said; None until it has answered
    unit_simulated: bool | None = None

    @property
    def simulated(self) -> bool:
        """Whether the unit is a simulated one; until a port has answered it counts as real."""
        if self.unit_simulated is None:
            return parse_device_url(self.device).kind is TargetKind.SIMULATOR
        return self.unit_simulated

    def as_they_are(self) -> "Choices":
        """A copy that changes no more."""
        return replace(self, thresholds=dict(self.thresholds), checked=set(self.checked))

    @property
    def plan(self) -> Plan | None:
        """The program's plan with the person's answer in it."""
        if self.program is None:
            return None
        plan = self.program.plan
        return Plan(
            title=plan.title,
            program_class=plan.program_class,
            profiles=plan.profiles,
            channels=plan.channels,
            phases=plan.phases,
            sha256=plan.sha256,
            pain_at_rest=self.pain_at_rest,
        )

    def take(self, program: Program) -> None:
        """Another program. The profile stays: who is there to help is not for a program to say."""
        self.program = program
        self.pain_at_rest = None

    def choose_unit(self, device: str) -> None:
        """Another unit, of which nothing is known yet."""
        was_simulated = self.simulated
        self.device, self.unit_simulated = device, None
        self._forget_if(self.simulated != was_simulated)

    def unit_answered(self, *, simulated: bool) -> None:
        """The unit says what it is."""
        was_simulated = self.simulated
        self.unit_simulated = simulated
        self._forget_if(simulated != was_simulated)

    def _forget_if(self, other_kind: bool) -> None:
        """What was found or confirmed with one kind of unit says nothing of the other."""
        if other_kind:
            self.thresholds, self.range_from = {}, ""
            self.checked, self.doctor = set(), ""

    def range_of(self, channel: int, *, simulated: bool) -> Thresholds | None:
        """This channel's thresholds; those of the simulated person where there are none and the unit is simulated."""
        return self.thresholds.get(channel, SIMULATED_PERSON if simulated else None)

    def missing(self, *, simulated: bool) -> list[str]:
        """What still has to be done before arming, as short sentences."""
        plan = self.plan
        if plan is None:
            return ["choose a program"]
        missing = []
        if self.profile not in plan.profiles:
            missing.append(f"checks: {plan.title} is for the {' or '.join(plan.profiles)} profile")
        unknown = [str(channel) for channel in plan.channels if not self.range_of(channel, simulated=simulated)]
        if unknown:
            missing.append(f"calibrate channel {' and '.join(unknown)}")
        if plan.asks_for_pain and self.pain_at_rest is None:
            missing.append("say how strong the pain is at rest")
        return missing + self.unconfirmed(simulated=simulated)

    def unconfirmed(self, *, simulated: bool) -> list[str]:
        """What a person has to say before any current flows from a real unit, as short sentences."""
        if simulated:
            return []
        unconfirmed = ["go through the checks"] if len(self.checked) < len(CHECKS) else []
        return unconfirmed + ([] if self.doctor.strip() else ["name the doctor who approved"])

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
            thresholds={channel: found for channel, found in of.items() if found is not None},
            pads_mm2=dict.fromkeys(plan.channels, self.pad_mm2),
            profile=self.profile,
            pads_confirmed=len(self.checked) == len(CHECKS),
            doctor=self.doctor.strip() or None,
        )
