"""A scenario: one session with everything that will happen in it, drawn from one number.

Rule 1: family and number give the scenario, on any machine; a part that is taken out leaves the others as they were.
        A plan that the compiler refuses is drawn again, mostly: what is to be seen are sessions that run.
Rule 2: times are seconds since the unit was switched on; a plan begins some 6 s in (stimlink), or 12 s (openEMSstim,
        which boots first).
"""

from dataclasses import dataclass, replace
from random import Random

from phases import constant

from simulator.faults import (
    BrownOut,
    ClockSkew,
    ClockWrap,
    Corrupt,
    Delay,
    Direction,
    Drop,
    DropBytes,
    Duplicate,
    ElectrodeHalfOff,
    ElectrodeOff,
    FrontFrozen,
    FullDisk,
    HostStall,
    Noise,
    PadDrying,
    PlannedFault,
    Reboot,
    SlowDisk,
    Split,
    Stall,
    StuckOutput,
    Suspend,
    Trickle,
    Unplug,
)
from stimctl.clock import MS, SECOND
from stimctl.model.levels import Levels
from stimctl.model.limits import PROFILES
from stimctl.model.plan import (
    Depth,
    Drive,
    Envelope,
    EnvelopeKind,
    Phase,
    Plan,
    RampShape,
    Variation,
    Varying,
)
from stimctl.model.thresholds import Thresholds
from stimctl.program.compile import compile_plan
from stimctl.program.loader import library_names, load

__all__ = ["ACTS", "BEGINS_S", "FAMILIES", "Act", "Scenario", "draw", "draw_whole"]

FAMILIES = ("stimlink", "openemsstim")
BEGINS_S = {"stimlink": 5.4, "openemsstim": 11.6}
ACTS = ("pause", "resume", "up", "down", "stop", "host dies", "hang up")
_LONGEST_S = 60
_DRAWS = 12
# What a person presses, and how often among all that is pressed; only one in some sessions loses its host.
_WEIGHTS = {"pause": 3, "resume": 4, "up": 4, "down": 4, "stop": 2, "host dies": 1, "hang up": 1}


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does this at that moment; `channel` where it is of one."""

    at_ns: int
    what: str
    channel: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`of` is the person's range. `resumes`: who is paused by something presses resume, after so long."""

    family: str
    number: int
    plan: Plan
    of: Thresholds | Levels
    profile: str
    faults: tuple[PlannedFault, ...]
    acts: tuple[Act, ...]
    resumes_ns: int | None

    @property
    def begins_ns(self) -> int:
        return round(BEGINS_S[self.family] * SECOND)

    @property
    def lasts_ns(self) -> int:
        """The plan alone."""
        return sum(phase.lasts_ms for phase in self.plan.phases) * MS

    def without(self, parts: frozenset[str]) -> "Scenario":
        """Less of it: `fault 2`, `act 0`, `phase 1`, counted from 0 in the whole."""
        plan = self.plan
        phases = tuple(phase for n, phase in enumerate(plan.phases) if f"phase {n}" not in parts)
        channels = plan.channels[:1] if "channel 2" in parts else plan.channels
        return replace(
            self,
            plan=replace(plan, phases=phases or plan.phases[:1], channels=channels),
            faults=tuple(fault for n, fault in enumerate(self.faults) if f"fault {n}" not in parts),
            acts=tuple(act for n, act in enumerate(self.acts) if f"act {n}" not in parts),
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """What can be taken out."""
        found = [f"fault {n}" for n in range(len(self.faults))] + [f"act {n}" for n in range(len(self.acts))]
        found += [f"phase {n}" for n in range(len(self.plan.phases))] if len(self.plan.phases) > 1 else []
        return (*found, "channel 2") if len(self.plan.channels) > 1 else tuple(found)


def draw(family: str, number: int, *, longest_s: int = _LONGEST_S) -> Scenario:
    """The scenario of that number."""
    dice = Random(f"{family} {number}")
    of = _person(dice, family, longest_s)
    profile = dice.choice(("consumer", "consumer", "clinical"))
    for _ in range(dice.choice((1, *[_DRAWS] * 19))):
        plan = _plan(dice, family, of, longest_s)
        if not compile_plan(plan, dict.fromkeys(plan.channels, of), PROFILES[profile]).problems:
            break
    begins_ns = round(BEGINS_S[family] * SECOND)
    until_ns = begins_ns + sum(phase.lasts_ms for phase in plan.phases) * MS + 3 * SECOND
    # one in eight strikes before the plan has begun
    moments = [
        dice.randrange(0, begins_ns) if dice.random() < 0.12 else dice.randrange(begins_ns, until_ns) for _ in range(4)
    ]
    return Scenario(
        family=family,
        number=number,
        plan=plan,
        of=of,
        profile=profile,
        faults=tuple(_fault(dice, family, plan, at_ns) for at_ns in moments[: dice.choice((0, 1, 1, 1, 2, 2, 3))]),
        acts=tuple(sorted(_acts(dice, plan, begins_ns, until_ns), key=lambda act: act.at_ns)),
        resumes_ns=dice.choice((None, dice.randrange(100, 4_000) * MS)),
    )


def _person(dice: Random, family: str, longest_s: int) -> Thresholds | Levels:
    if family == "openemsstim":
        low = dice.randrange(5, 30)
        return Levels(
            sensory_level=low,
            comfort_level=low + dice.randrange(10, 60),
            at_phase_us=250,
            at_period_us=12_500,
        )
    # low enough that some of the range is reached at 1 mA/s within half of a phase
    sensory_ua = dice.randrange(600, 4_000, 100)
    return Thresholds(
        sensory_ua=sensory_ua,
        comfort_ua=sensory_ua + dice.randrange(2_000, 14_000, 100),
        at_phase_us=dice.choice((150, 200, 250)),
        at_period_us=12_500,
    )


def _acts(dice: Random, plan: Plan, from_ns: int, until_ns: int) -> list[Act]:
    return [
        Act(
            dice.randrange(from_ns - SECOND, until_ns),
            dice.choices(ACTS, [_WEIGHTS[what] for what in ACTS])[0],
            dice.choice(plan.channels),
        )
        for _ in range(dice.choice((0, 0, 1, 1, 2, 3, 5)))
    ]


def _plan(dice: Random, family: str, of: Thresholds | Levels, longest_s: int) -> Plan:
    channels = dice.choice(((1,), (1, 2), (1, 2)))
    count = dice.choice((1, 1, 2, 3))
    total_ms = dice.randrange(5_000, longest_s * 1_000 + 1)
    each_ms = max(3_000, total_ms // count)
    highest = round(dice.uniform(0, 1) * _reach(of, each_ms))
    phases = []
    for n in range(count):
        before, highest = highest, max(0, highest - dice.randrange(0, 200))
        phases.append(_phase(dice, family, n, each_ms, channels, (before, highest)))
    return Plan(
        title="A world",
        program_class="twitch",
        profiles=("consumer", "clinical"),
        channels=channels,
        phases=tuple(phases),
        sha256="0" * 64,
    )


def _reach(of: Thresholds | Levels, lasts_ms: int) -> int:
    """About how much of the range, in permille, a first phase of this length can come to in its first half."""
    if isinstance(of, Levels):
        return 1_000
    # 1 mA/s, and what is lost to shorter phase durations, to shapes that rest, and to waiting for telemetry
    within_ua = max(0, lasts_ms // 2 - 1_500) * 6 // 10
    return min(1_000, max(0, 1_000 * (within_ua - of.sensory_ua) // (of.comfort_ua - of.sensory_ua)))


def _phase(
    dice: Random, family: str, number: int, lasts_ms: int, channels: tuple[int, ...], intensity: tuple[int, int]
) -> Phase:
    slow = dice.random() < 0.15
    rate = _varying(dice, 1_000, 10_000) if slow else _varying(dice, 15_000, 110_000)
    duration = _varying(dice, 60, 300)
    if family == "openemsstim":
        # what its dials set stays as it is: one setting for the whole program
        rate, duration = constant(80_000), constant(250)
    ramp_ms = dice.randrange(0, lasts_ms // 2)
    envelope = _envelope(dice)
    drives = {
        channel: Drive(
            intensity_start_permille=intensity[0],
            intensity_end_permille=intensity[1],
            ramp_shape=dice.choice(tuple(RampShape)),
            ramp_ms=ramp_ms,
            ramp_to_end=False,
            rate_mhz=rate,
            phase_duration_us=duration,
            envelope=replace(envelope, delay_ms=dice.choice((0, 0, 700))) if envelope.begins_at_zero else envelope,
        )
        for channel in channels
    }
    return Phase(name=f"part {number}", depth=Depth.SURFACE, lasts_ms=lasts_ms, drives=drives)


def _varying(dice: Random, low: int, high: int) -> Varying:
    value = dice.randrange(low, high)
    if dice.random() < 0.7:
        return constant(value)
    other = min(high, max(low, round(value * dice.uniform(0.7, 1.3))))
    kind = dice.choice((Variation.SWEEP, Variation.DRIFT, Variation.STEPS, Variation.ALTERNATE))
    period_ms = dice.randrange(1_000, 8_000) if kind in (Variation.SWEEP, Variation.ALTERNATE) else 0
    return Varying(variation=kind, values=(value, other), period_ms=period_ms)


def _envelope(dice: Random) -> Envelope:
    kind = dice.choice((EnvelopeKind.CONTINUOUS, EnvelopeKind.CONTINUOUS, *EnvelopeKind))
    match kind:
        case EnvelopeKind.CONTINUOUS:
            return Envelope(kind=kind)
        case EnvelopeKind.SWELL:
            return Envelope(kind=kind, period_ms=dice.randrange(2_000, 8_000), depth_permille=dice.randrange(100, 700))
        case EnvelopeKind.TRAIN:
            return Envelope(
                kind=kind,
                up_ms=dice.randrange(1_000, 2_500),
                hold_ms=dice.randrange(500, 4_000),
                down_ms=dice.randrange(500, 2_000),
                off_ms=dice.randrange(1_000, 4_000),
            )
        case EnvelopeKind.BURST:
            return Envelope(
                kind=kind, up_ms=21, hold_ms=dice.randrange(30, 400), down_ms=21, off_ms=dice.randrange(100, 900)
            )
        case _:
            return Envelope(kind=kind, period_ms=dice.randrange(2_000, 8_000), off_ms=dice.randrange(500, 2_000))


def _fault(dice: Random, family: str, plan: Plan, at_ns: int) -> PlannedFault:
    """Any of them, as long as it is likely to matter within a minute."""
    direction = dice.choice(tuple(Direction))
    channel = dice.choice(plan.channels)
    probability = dice.choice((0.05, 0.2, 0.5, 1.0))
    for_ns = dice.choice((dice.randrange(20, 400), dice.randrange(400, 3_000), dice.randrange(3_000, 15_000))) * MS
    wait_ns = dice.choice((dice.randrange(1, 60), dice.randrange(60, 900))) * MS
    choices: list[PlannedFault] = [
        Drop(at_ns=at_ns, for_ns=for_ns, direction=direction, probability=probability),
        DropBytes(at_ns=at_ns, for_ns=for_ns, direction=direction, probability=probability / 5),
        Corrupt(at_ns=at_ns, for_ns=for_ns, direction=direction, probability=probability),
        Duplicate(at_ns=at_ns, for_ns=for_ns, direction=direction, probability=probability),
        Delay(at_ns=at_ns, for_ns=for_ns, direction=direction, delay_ns=wait_ns),
        Split(at_ns=at_ns, for_ns=for_ns, direction=direction, gap_ns=wait_ns),
        Trickle(at_ns=at_ns, for_ns=for_ns, direction=direction, gap_ns=min(wait_ns, 20 * MS)),
        Stall(at_ns=at_ns, for_ns=for_ns, direction=direction),
        Noise(at_ns=at_ns, for_ns=for_ns, direction=direction, probability=probability),
        Unplug(at_ns=at_ns, for_ns=dice.choice((None, for_ns))),
        Reboot(at_ns=at_ns),
        BrownOut(at_ns=at_ns, for_ns=for_ns),
        StuckOutput(at_ns=at_ns, for_ns=dice.choice((None, for_ns)), channel=channel),
        ElectrodeOff(at_ns=at_ns, for_ns=dice.choice((None, for_ns)), channel=channel),
        HostStall(at_ns=at_ns, for_ns=for_ns),
        Suspend(at_ns=at_ns, for_ns=for_ns),
        SlowDisk(at_ns=at_ns, for_ns=for_ns, delay_ns=min(wait_ns, 300 * MS)),
        FullDisk(at_ns=at_ns),
        FrontFrozen(at_ns=at_ns, for_ns=dice.choice((None, for_ns))),
    ]
    if family == "stimlink":
        choices += [
            ClockSkew(at_ns=at_ns, for_ns=for_ns, ppm=dice.choice((-800, -300, -60, 60, 300, 800, 5_000))),
            ClockWrap(at_ns=at_ns),
            ElectrodeHalfOff(at_ns=at_ns, for_ns=for_ns, channel=channel, contact_permille=dice.randrange(0, 900)),
            PadDrying(at_ns=at_ns, for_ns=max(for_ns, SECOND), channel=channel),
        ]
    return dice.choice(choices)


def draw_whole(family: str, number: int) -> Scenario:
    """One of the library's programs at its full length, for a person with an ordinary range."""
    dice = Random(f"whole {family} {number}")
    profile = dice.choice(("consumer", "clinical"))
    of: Thresholds | Levels = Levels(sensory_level=20, comfort_level=60, at_phase_us=250, at_period_us=12_500)
    if family == "stimlink":
        of = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
    plans = [load(name).plan for name in library_names()]
    plan = dice.choice([plan for plan in plans if profile in plan.profiles and not plan.asks_for_pain])
    begins_ns = round(BEGINS_S[family] * SECOND)
    until_ns = begins_ns + sum(phase.lasts_ms for phase in plan.phases) * MS
    moments = [dice.randrange(begins_ns, until_ns) for _ in range(dice.choice((0, 1, 2, 4)))]
    return Scenario(
        family=family,
        number=number,
        plan=plan,
        of=of,
        profile=profile,
        faults=tuple(_fault(dice, family, plan, at_ns) for at_ns in moments),
        acts=tuple(sorted(_acts(dice, plan, begins_ns, until_ns), key=lambda act: act.at_ns)),
        resumes_ns=dice.choice((None, 500 * MS, 8 * SECOND, 8 * SECOND)),
    )
