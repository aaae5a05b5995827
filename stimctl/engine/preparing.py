"""From a plan to something that may be armed: terms, compiled segments, ceilings, and a rehearsal in slices.

The engine trusts no front end: it makes the limits itself, compiles itself, and rehearses every segment.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from stimctl import units
from stimctl.drivers.driver import ChannelCeilings
from stimctl.engine.by_hand import level_from_ns
from stimctl.engine.declared import level_limits, over_the_declared, unchecked
from stimctl.engine.messages import Prepare
from stimctl.engine.rehearsal import rehearse
from stimctl.model.capabilities import Capabilities
from stimctl.model.limits import PROFILES, Limits, tightest
from stimctl.model.plan import Drive, EnvelopeKind, Plan, Variation
from stimctl.model.scale import Scale
from stimctl.model.segment import Segment
from stimctl.model.thresholds import Felt, Found
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled, Problem
from stimctl.program.dials import DialSetting, OnDials, on_dials
from stimctl.safety.clearance import Refused
from stimctl.safety.rules import LATEST_END_NS, Terms

__all__ = ["ANY_UNIT", "Preparation", "Ready", "Unfit", "ceilings_of", "session_limits"]

_SLICE = 300
_PULSE_ENERGY_UJ = 300_000
_LARGEST_PAD_MM2 = 50_000
# What a schema holds already: so that a plan from elsewhere can neither mislead the compiler nor keep it busy.
_MOST_PHASES = 50
_MOST_STEPS = 20
_SHORTEST_PHASE_MS = 3_000
_SHORTEST_TURN_MS = 400
_SHORTEST_CYCLE_MS = 100
_CLASSES = ("sensory", "twitch", "contraction", "tetanic")

# For checking a program without a unit: it can do whatever the profile allows.
ANY_UNIT = Capabilities(
    family="any",
    serial_number="",
    firmware="",
    simulated=True,
    channels=8,
    balanced=True,
    reports_load=True,
    amplitude_ua=100_000,
    amplitude_step_ua=1,
    shortest_phase_us=1,
    phase_duration_us=400,
    charge_per_phase_nc=40_000,
    interphase_us=0,
    shortest_period_us=1_000,
    compliance_v=120,
    queue_depth=16,
    release_ms=1_000,
)


class Unfit(ValueError):
    """A plan that may not run here: the rule and a sentence; where compiling found them, its problems one by one."""

    def __init__(self, rule: str, why: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(why)
        self.rule = rule
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Ready:
    """What a preparation comes to. `by_hand_from_ns`: where in its plan a session by hand begins; else None.

    `dials` is what a person sets, each before its phase; `unchecked` what nothing measures, in sentences.
    """

    title: str
    compiled: Compiled
    terms: Terms
    ceilings: Mapping[int, ChannelCeilings]
    by_hand_from_ns: int | None = None
    dials: tuple[DialSetting, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def by_hand(self) -> bool:
        """Whether nothing flows until a person presses Up."""
        return self.by_hand_from_ns is not None


class Preparation:
    """One plan on its way. Unfit at once, or later from `step`."""

    def __init__(self, asked: Prepare, unit: Capabilities) -> None:
        limits = session_limits(asked.profile, unit)
        if asked.most_ua is not None:
            limits = replace(limits, amplitude_ua=min(limits.amplitude_ua, asked.most_ua))
        _check_person(asked, unit, limits)
        plan, felt = asked.plan, dict[int, Felt](asked.thresholds)
        dials = None
        if unit.scale is Scale.LEVEL:
            dials = _declared(asked, limits)
            plan, felt = dials.plan, dict(asked.levels)
            limits = level_limits(limits, {channel: asked.levels[channel] for channel in plan.channels}, unit)
        try:
            compiled = compile_plan(plan, felt, limits, interphase_us=unit.interphase_us)
        except (ArithmeticError, ValueError, IndexError) as why:
            raise Unfit("plan", f"the plan cannot be compiled: {why}") from None
        _check_queue(compiled.segments, unit)
        if compiled.problems:
            raise Unfit("program", "; ".join(map(str, compiled.problems)), compiled.problems)
        terms = Terms(
            limits=limits,
            thresholds={channel: felt[channel] for channel in asked.plan.channels},
            pads_mm2={channel: asked.pads_mm2[channel] for channel in asked.plan.channels},
            reports_load=unit.reports_load,
            scale=unit.scale,
        )
        from_ns = level_from_ns(compiled) if asked.by_hand else None
        if asked.by_hand and from_ns is None:
            raise Unfit("by hand", f"{asked.plan.title}: by hand there is one phase, of constant pulses and amplitude")
        self.ready = Ready(
            title=plan.title,
            compiled=compiled,
            terms=terms,
            ceilings=ceilings_of(compiled.segments, limits),
            by_hand_from_ns=from_ns,
            dials=dials.settings if dials else (),
            unchecked=unchecked(asked.rated_ua, dials) if dials else (),
        )
        self._rehearsal: Iterator[Refused | None] = rehearse(compiled.segments, terms)

    def step(self) -> bool:
        """Rehearse a slice; True when the whole plan has passed. Unfit when a rule refuses it."""
        for _ in range(_SLICE):
            try:
                refused = next(self._rehearsal)
            except StopIteration:
                return True
            if refused is not None:
                at_s = refused.segment.start_ns / 1e9
                raise Unfit(refused.rule, f"at {at_s:.1f} s, channel {refused.segment.channel}: {refused.sentence}")
        return False


def session_limits(profile: str, unit: Capabilities) -> Limits:
    """The tightest of profile and unit; Unfit when the unit must not be driven under this profile at all."""
    if profile not in PROFILES:
        raise Unfit("profile", f"there is no profile {profile!r}, there are {', '.join(PROFILES)}")
    if not unit.balanced:
        raise Unfit("charge-balance", "the unit does not balance its pulses, so no current may flow")
    if unit.scale is Scale.CURRENT:
        _check_energy(unit)
    limits = PROFILES[profile]
    if unit.release_ms > limits.release_ms:
        raise Unfit("release", f"the unit lets go after {unit.release_ms} ms, {profile} allows {limits.release_ms} ms")
    own = Limits(
        # a level's worst is declared, and judged against the profile's own
        amplitude_ua=unit.amplitude_ua if unit.scale is Scale.CURRENT else limits.amplitude_ua,
        phase_duration_us=unit.phase_duration_us,
        shortest_phase_us=unit.shortest_phase_us,
        charge_per_phase_nc=unit.charge_per_phase_nc,
        shortest_period_us=unit.shortest_period_us,
        rms_ua=limits.rms_ua,
        rms_density_ua_cm2=limits.rms_density_ua_cm2,
        power_density_uw_cm2=limits.power_density_uw_cm2,
        smallest_pad_mm2=limits.smallest_pad_mm2,
        rise_ua_per_s=limits.rise_ua_per_s,
        returns_per_s=limits.returns_per_s,
        fused_hold_ms=limits.fused_hold_ms,
        active_rest_permille=limits.active_rest_permille,
        session_ms=limits.session_ms,
        release_ms=unit.release_ms,
    )
    return tightest(limits, own)


def _check_energy(unit: Capabilities) -> None:
    energy_uj = (unit.amplitude_ua / 1e6) ** 2 * 500 * 2 * unit.phase_duration_us
    if energy_uj > _PULSE_ENERGY_UJ or unit.compliance_v > 500:
        raise Unfit(
            "unit", f"the unit can give {energy_uj / 1000:.0f} mJ and {unit.compliance_v} V, allowed 300 mJ, 500 V"
        )


def _declared(asked: Prepare, limits: Limits) -> OnDials:
    """The plan on dials; Unfit where the current that was declared is too much for it."""
    dials = on_dials(asked.plan)
    levels = {channel: asked.levels[channel] for channel in asked.plan.channels}
    problems = over_the_declared(asked.rated_ua, dials, levels, asked.pads_mm2, limits)
    if problems:
        raise Unfit("declared", "; ".join(map(str, problems)), tuple(problems))
    return dials


def ceilings_of(segments: tuple[Segment, ...], limits: Limits) -> dict[int, ChannelCeilings]:
    """What each channel needs of the unit, and no more: the plan's own maxima."""
    ceilings = {}
    for channel in sorted({segment.channel for segment in segments}):
        own = [segment for segment in segments if segment.channel == channel]
        flowing = [segment for segment in own if not segment.is_rest] or own
        top_ua = max(segment.top_ua for segment in own)
        charge_nc = max(units.charge_per_phase_nc(s.top_ua, s.phase_duration_us) for s in flowing)
        ceilings[channel] = ChannelCeilings(
            amplitude_ua=top_ua,
            phase_duration_us=max(segment.phase_duration_us for segment in own),
            charge_nc=charge_nc,
            shortest_period_us=_on_any_clock(min(segment.pulse_period_us for segment in own), limits),
            slope_ua_per_s=max(limits.rise_ua_per_s, top_ua * limits.returns_per_s),
            step_ua=max((segment.amplitude_end_ua for segment in own if segment.step), default=0),
        )
    return ceilings


def _on_any_clock(period_us: int, limits: Limits) -> int:
    """A period in ticks of a unit whose clock may be 500 ppm slow; never under the limit."""
    return max(limits.shortest_period_us, period_us - period_us // 2_000 - 1)


def _check_person(asked: Prepare, unit: Capabilities, limits: Limits) -> None:
    plan = asked.plan
    _check_plan(plan)
    if asked.profile not in plan.profiles:
        raise Unfit("profile", f"{plan.title} is for the profile {' or '.join(plan.profiles)}, not for {asked.profile}")
    for channel in plan.channels:
        if not 1 <= channel <= unit.channels:
            raise Unfit("channel", f"{plan.title} needs channel {channel}, the unit has {unit.channels}")
        _check_pad(asked, channel, limits)
        if unit.scale is Scale.LEVEL:
            _check_levels(asked, channel)
            continue
        if channel not in asked.thresholds:
            raise Unfit("thresholds", f"channel {channel} has no thresholds; find them first, or name them")
        _check_thresholds(asked, channel, limits)
    if not unit.simulated:
        missing = [
            what
            for what, given in (
                ("the pads confirmed", asked.pads_confirmed),
                ("a doctor's approval", asked.doctor),
                ("that the unit's dials are set", asked.dials_set or unit.scale is Scale.CURRENT),
                (
                    "an answer to how strong the pain is at rest",
                    not plan.asks_for_pain or plan.pain_at_rest is not None,
                ),
            )
            if not given
        ]
        if missing:
            raise Unfit("confirmation", f"for a real unit {' and '.join(missing)} is missing")


def _check_plan(plan: Plan) -> None:
    """What the front end's schema holds already; the engine does not take its word."""
    if plan.pain_at_rest is not None and not 0 <= plan.pain_at_rest <= 10:
        raise Unfit("plan", f"pain at rest is {plan.pain_at_rest}, allowed are 0 to 10")
    if not plan.channels or not plan.phases:
        raise Unfit("plan", f"{plan.title} has {len(plan.channels)} channels and {len(plan.phases)} phases")
    if plan.program_class not in _CLASSES:
        raise Unfit("plan", f"class {plan.program_class!r}, allowed are {', '.join(_CLASSES)}")
    if len(plan.phases) > _MOST_PHASES or len(set(plan.channels)) < len(plan.channels):
        raise Unfit(
            "plan", f"{len(plan.phases)} phases on channels {plan.channels}, allowed up to {_MOST_PHASES}, each once"
        )
    for index, phase in enumerate(plan.phases):
        if phase.lasts_ms < _SHORTEST_PHASE_MS:
            raise Unfit("plan", f"phase {phase.name!r} lasts {phase.lasts_ms} ms, allowed from {_SHORTEST_PHASE_MS} ms")
        if phase.only_if is not None:
            instead = phase.only_if.else_repeat
            if not 0 <= instead < index or plan.phases[instead].only_if is not None:
                why = "what is repeated instead has to come before it, and has no condition itself"
                raise Unfit("plan", f"phase {phase.name!r}: {why}")
        for channel in plan.channels:
            if channel not in phase.drives:
                raise Unfit("plan", f"phase {phase.name!r} says nothing for channel {channel}")
            _check_drive(phase.name, phase.drives[channel])


def _check_drive(phase: str, drive: Drive) -> None:
    for varying, least, most, unit in (
        (drive.rate_mhz, 1_000, 150_000, "mHz"),
        (drive.phase_duration_us, 30, 400, "µs"),
    ):
        if not varying.values or not least <= min(varying.values) <= max(varying.values) <= most:
            raise Unfit("plan", f"phase {phase!r}: {varying.values} {unit}, allowed are {least} to {most}")
        count = {Variation.CONSTANT: range(1, 2), Variation.STEPS: range(2, _MOST_STEPS + 1)}.get(
            varying.variation, range(2, 3)
        )
        turns = varying.variation in (Variation.SWEEP, Variation.ALTERNATE)
        if len(varying.values) not in count or (turns and varying.period_ms < _SHORTEST_TURN_MS):
            said = f"{varying.variation.value} of {len(varying.values)} values in turns of {varying.period_ms} ms"
            raise Unfit("plan", f"phase {phase!r}: {said}, allowed from {_SHORTEST_TURN_MS} ms")
    if drive.ramp_ms < 0:
        raise Unfit("plan", f"phase {phase!r}: a ramp of {drive.ramp_ms} ms")
    for permille in (drive.intensity_start_permille, drive.intensity_end_permille):
        if not 0 <= permille <= 1000:
            raise Unfit("plan", f"phase {phase!r}: intensity {permille / 10:g} %, allowed are 0 to 100 %")
    of = drive.envelope
    parts_ms = (of.period_ms, of.up_ms, of.hold_ms, of.down_ms, of.off_ms, of.delay_ms)
    if min(parts_ms) < 0 or not 0 <= of.depth_permille <= 1000:
        raise Unfit("plan", f"phase {phase!r}: an envelope of negative times, or deeper than itself")
    if of.kind is not EnvelopeKind.CONTINUOUS and of.cycle_ms < _SHORTEST_CYCLE_MS:
        raise Unfit("plan", f"phase {phase!r}: a cycle of {of.cycle_ms} ms, allowed from {_SHORTEST_CYCLE_MS} ms")
    if of.then is not None and not (
        0 <= of.then.top_permille <= 1000
        and of.then.lasts_ms > of.up_ms + of.down_ms + 100
        and 1_000 <= of.then.rate_mhz <= 10_000
    ):
        raise Unfit("plan", f"phase {phase!r}: an active rest above its train, too short for its ramps, or too quick")


def _check_queue(segments: tuple[Segment, ...], unit: Capabilities) -> None:
    """No more segments of a channel are ever ahead than the unit can hold."""
    for channel in {segment.channel for segment in segments}:
        starts = [segment.start_ns for segment in segments if segment.channel == channel]
        most = max(bisect_right(starts, at + LATEST_END_NS) - n for n, at in enumerate(starts))
        if most > unit.queue_depth:
            raise Unfit("queue", f"the plan needs {most} segments ahead, the unit holds {unit.queue_depth}")


def _check_levels(asked: Prepare, channel: int) -> None:
    of = asked.levels.get(channel)
    if of is None:
        raise Unfit("thresholds", f"channel {channel} has no levels; this unit is driven in levels of 1 to 100")
    if not of.sound:
        raise Unfit(
            "thresholds",
            f"channel {channel}: first tingling at level {of.sensory_level}, comfortable maximum at level "
            f"{of.comfort_level}; allowed are 1 to 100, the first below the second",
        )


def _check_thresholds(asked: Prepare, channel: int, limits: Limits) -> None:
    of = asked.thresholds[channel]
    _check_found(of, channel, limits)
    if of.other is not None:
        _check_found(of.other, channel, limits)
        if of.other.rate_class == of.rate_class:
            raise Unfit("thresholds", f"channel {channel}: found twice at {of.rate_class} rates, allowed is once each")


def _check_pad(asked: Prepare, channel: int, limits: Limits) -> None:
    pad_mm2 = asked.pads_mm2.get(channel, 0)
    if pad_mm2 > _LARGEST_PAD_MM2:
        raise Unfit("pads", f"channel {channel}: a pad of over {_LARGEST_PAD_MM2 // 100} cm² is no pad")
    if pad_mm2 < limits.smallest_pad_mm2:
        raise Unfit(
            "pads",
            f"channel {channel}: a pad of {pad_mm2 / 100:g} cm², the smallest allowed is "
            f"{limits.smallest_pad_mm2 / 100:g} cm²",
        )


def _check_found(of: Found, channel: int, limits: Limits) -> None:
    if not 0 < of.sensory_ua < of.comfort_ua:
        raise Unfit(
            "thresholds",
            f"channel {channel}: sensory threshold {of.sensory_ua / 1000:g} mA has to lie above 0 and below the "
            f"comfortable maximum, {of.comfort_ua / 1000:g} mA",
        )
    if of.comfort_ua > limits.amplitude_ua:
        raise Unfit(
            "thresholds",
            f"channel {channel}: a comfortable maximum of {of.comfort_ua / 1000:g} mA is over the "
            f"{limits.amplitude_ua / 1000:g} mA that may be given here",
        )
    if not limits.shortest_phase_us <= of.at_phase_us <= limits.phase_duration_us:
        raise Unfit(
            "thresholds",
            f"channel {channel}: found at {of.at_phase_us} µs, allowed are {limits.shortest_phase_us} to "
            f"{limits.phase_duration_us} µs",
        )
    if not limits.shortest_period_us <= of.at_period_us <= 1_000_000:
        raise Unfit("thresholds", f"channel {channel}: found at {1e6 / max(1, of.at_period_us):g} Hz, 1 Hz and up to "
                    f"{1e6 / limits.shortest_period_us:.0f} Hz are allowed")  # fmt: skip
