"""One rule, one function, one sentence. A rule says why not, or says nothing.

Every rule looks at the segment asked for (`ask`), the picture of its channel before it (`then`) and the session's
terms. The order in RULES is the order in which a person would want to hear of them.

A unit that is driven in levels has rules of its own: the level, its slope, the session and the hold. What its current
may come to is declared by a person and judged before anything is armed (engine/declared.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stimctl import units
from stimctl.clock import MS, SECOND
from stimctl.model.limits import Limits
from stimctl.model.scale import Scale
from stimctl.model.segment import LOW_RATE_PERIOD_US, Segment, rate_class
from stimctl.model.thresholds import Felt
from stimctl.safety.picture import Hold, Picture

__all__ = [
    "LATEST_END_NS",
    "LONGEST_NS",
    "RULES",
    "Rule",
    "Terms",
    "allowed_rise_ua",
    "amplitude_within_limit",
    "charge_within_limit",
    "density_within_limits",
    "edge_ok",
    "hold_after",
    "phase_duration_within_limits",
    "rate_within_limit",
]

# Longer segments are cut; with 250 ms of look-ahead nothing ends later than 450 ms after it was sent, and the unit
# itself refuses what ends later than 500.
LONGEST_NS = 200 * MS
LATEST_END_NS = 450 * MS
# An edge of a burst shorter than this is felt as a jolt; a rest longer than this is no gap between bursts.
SHORTEST_EDGE_NS = 20 * MS
LONGEST_BURST_REST_NS = SECOND
# Raising past 10 mA into an open circuit is what units on the market refuse (Globus Elite manual, p. 23).
NO_LOAD_UA = 10_000
# Fused contraction begins near 20 Hz; it needs 1 s off (FDA guidance of 1999: at least 1 s on, 1 s off).
FUSED_PERIOD_US = 50_000
OFF_NS = SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one session agreed to: its limits, the person's thresholds and pads, and what the unit can see."""

    limits: Limits
    thresholds: Mapping[int, Felt]
    pads_mm2: Mapping[int, int]
    reports_load: bool
    scale: Scale = Scale.CURRENT


Rule = Callable[[Segment, Picture, Terms], str | None]


def ends_soon(ask: Segment, then: Picture, terms: Terms) -> str | None:
    length_ns = ask.end_ns - ask.start_ns
    if not 0 < length_ns <= LONGEST_NS:
        return f"a segment of {length_ns / MS:.3f} ms, allowed are more than 0 and at most {LONGEST_NS // MS} ms"
    return None


def amplitude_within_limit(ask: Segment, then: Picture, terms: Terms) -> str | None:
    if ask.amplitude_start_ua < 0 or ask.amplitude_end_ua < 0:
        return "an amplitude below zero; amplitudes are peaks of one phase, 0 and up"
    if ask.top_ua > terms.limits.amplitude_ua:
        said = terms.scale.said
        return f"amplitude {said(ask.top_ua)} is over {said(terms.limits.amplitude_ua)}"
    return None


def amplitude_within_comfort(ask: Segment, then: Picture, terms: Terms) -> str | None:
    comfort_ua = terms.thresholds[ask.channel].amplitude_ua(1000, ask.phase_duration_us, ask.pulse_period_us)
    if ask.top_ua > comfort_ua:
        return (
            f"amplitude {terms.scale.said(ask.top_ua)} is over the person's comfortable maximum on channel "
            f"{ask.channel}, {terms.scale.said(comfort_ua)} at {ask.phase_duration_us} µs and "
            f"{1e6 / ask.pulse_period_us:.4g} Hz"
        )
    return None


def phase_duration_within_limits(ask: Segment, then: Picture, terms: Terms) -> str | None:
    shortest, longest = terms.limits.shortest_phase_us, terms.limits.phase_duration_us
    if not shortest <= ask.phase_duration_us <= longest:
        return f"phase duration {ask.phase_duration_us} µs, allowed are {shortest} to {longest} µs"
    return None


def rate_within_limit(ask: Segment, then: Picture, terms: Terms) -> str | None:
    if ask.interphase_us < 0:
        return f"an interphase interval of {ask.interphase_us} µs, allowed are 0 and more"
    shortest = max(terms.limits.shortest_period_us, 2 * ask.phase_duration_us + ask.interphase_us + 1)
    if ask.pulse_period_us < shortest:
        return f"pulse period {ask.pulse_period_us} µs is under {shortest} µs ({1e6 / shortest:.0f} Hz)"
    return None


def charge_within_limit(ask: Segment, then: Picture, terms: Terms) -> str | None:
    if ask.charge_per_phase_nc > terms.limits.charge_per_phase_nc:
        return f"charge {ask.charge_per_phase_nc} nC per phase is over {terms.limits.charge_per_phase_nc} nC"
    return None


def density_within_limits(ask: Segment, then: Picture, terms: Terms) -> str | None:
    rms_ua = units.rms_ua(ask.top_ua, ask.phase_duration_us, ask.pulse_period_us)
    allowed = terms.limits.rms_density_ua_cm2
    if not terms.reports_load:
        allowed //= 2
    density = -(-rms_ua * 100 // then.contact_mm2)
    if density > allowed:
        return f"r.m.s. density {density} µA/cm² over the {then.contact_mm2 / 100:.1f} cm² in contact is over {allowed}"
    power = units.power_density_uw_cm2(rms_ua, then.contact_mm2)
    if power > terms.limits.power_density_uw_cm2:
        return f"power density {power} µW/cm² is over {terms.limits.power_density_uw_cm2} µW/cm²"
    return None


def starts_from_zero_or_joins(ask: Segment, then: Picture, terms: Terms) -> str | None:
    if then.end_ns is not None and ask.start_ns < then.end_ns:
        return f"a segment that starts {(then.end_ns - ask.start_ns) / MS:.3f} ms before the one ahead of it ends"
    allowed_ua = then.end_ua if ask.start_ns == then.end_ns else 0
    if ask.amplitude_start_ua > allowed_ua:
        said = terms.scale.said
        return f"a step from {said(allowed_ua)} up to {said(ask.amplitude_start_ua)}; starts are from 0"
    return None


def joint_onto_ground_only(ask: Segment, then: Picture, terms: Terms) -> str | None:
    if ask.phase_duration_us <= then.end_phase_us or not ask.amplitude_start_ua:
        return None
    charge_nc = units.charge_per_phase_nc(ask.amplitude_start_ua, ask.phase_duration_us)
    before_nc = units.charge_per_phase_nc(then.end_ua, then.end_phase_us)
    allowed_nc = max(then.ground.charge_nc(rate_class(ask.pulse_period_us)), before_nc)
    if charge_nc > allowed_nc:
        return f"a longer phase at the joint makes {charge_nc} nC of {before_nc}, felt so far are {allowed_nc} nC"
    return None


def rises_slowly(ask: Segment, then: Picture, terms: Terms) -> str | None:
    rise_ua = ask.amplitude_end_ua - ask.amplitude_start_ua
    if rise_ua <= 0 or ask.step:
        return None
    allowed_ua = allowed_rise_ua(ask, then, terms.limits)
    if rise_ua > allowed_ua:
        seconds = (ask.end_ns - ask.start_ns) / SECOND
        return (
            f"rise of {terms.scale.said(rise_ua)} in {seconds:.3f} s is {terms.scale.said(int(rise_ua / seconds))}/s, "
            f"allowed {terms.scale.said(int(allowed_ua / seconds))}/s"
        )
    return None


def edge_ok(ask: Segment, then: Picture, terms: Terms) -> str | None:
    """A STEP is the edge of a burst: from a short planned rest, onto ground that was felt."""
    if not ask.step:
        return None
    if ask.end_ns - ask.start_ns < SHORTEST_EDGE_NS:
        return f"an edge of {(ask.end_ns - ask.start_ns) / MS:.1f} ms, allowed from {SHORTEST_EDGE_NS // MS} ms"
    rested = ask.start_ns == then.end_ns and 0 < then.rest_ns <= LONGEST_BURST_REST_NS
    if ask.amplitude_start_ua or not rested or not then.steps_allowed:
        return "an edge may only follow a planned rest of at most 1 s, after a rise by ordinary slopes"
    ground_nc = then.ground.charge_nc(rate_class(ask.pulse_period_us))
    since_ns = then.rest_ns + ask.end_ns - ask.start_ns
    # in pC, so that nothing is rounded: the clip works with amplitudes
    grown_pc = then.stretch_top_pc + ground_nc * 1000 * terms.limits.returns_per_s * since_ns // SECOND
    if ask.charge_per_phase_nc > ground_nc or ask.top_ua * ask.phase_duration_us > grown_pc:
        return (
            f"an edge up to {ask.charge_per_phase_nc} nC, felt so far are {ground_nc} nC, and {since_ns / MS:.0f} ms "
            f"after a burst of {then.stretch_top_pc // 1000} nC no more than {grown_pc // 1000} nC"
        )
    return None


def no_edges(ask: Segment, then: Picture, terms: Terms) -> str | None:
    """Levels go up one by one: there is no edge that is a step."""
    return "an edge, on a unit whose levels go up in single steps" if ask.step else None


def rises_only_into_load(ask: Segment, then: Picture, terms: Terms) -> str | None:
    if not terms.reports_load or then.contact or ask.amplitude_end_ua <= ask.amplitude_start_ua:
        return None
    if ask.amplitude_end_ua > NO_LOAD_UA:
        return f"a rise to {_ma(ask.amplitude_end_ua)} with no load reported; above {_ma(NO_LOAD_UA)} contact is needed"
    return None


def session_not_too_long(ask: Segment, then: Picture, terms: Terms) -> str | None:
    if then.planned_ns + ask.end_ns - ask.start_ns > terms.limits.session_ms * MS:
        return f"channel {ask.channel} has been driven for {terms.limits.session_ms // 60_000} min, the longest session"
    return None


def fused_contraction_rests(ask: Segment, then: Picture, terms: Terms) -> str | None:
    held_ns = hold_after(ask, then, terms.limits).lasts_ns
    if _is_fused(ask) and held_ns > terms.limits.fused_hold_ms * MS:
        allowed_s = terms.limits.fused_hold_ms / 1000
        return f"contraction held for {held_ns / SECOND:.1f} s, allowed {allowed_s:.0f} s, then 1 s off"
    return None


def hold_after(ask: Segment, then: Picture, limits: Limits) -> Hold:
    """How the muscle stands at the end of `ask`. A rest is 1 s off; where limits allow it, 1 s of slow, weak beats.

    Off is what the clock says: silence that was planned, or that followed a gap, a pause or a stop, alike.
    """
    rested = ask.start_ns - then.strained_until_ns >= OFF_NS
    held_ns, held_ua = (0, 0) if rested else (then.held_ns, then.held_ua)
    if _is_fused(ask):
        return Hold(held_ns + ask.end_ns - ask.start_ns, max(held_ua, ask.top_ua), strains=True)
    weak = ask.top_ua * 1000 <= then.held_ua * limits.active_rest_permille
    eases = ask.is_rest or (weak and ask.pulse_period_us >= LOW_RATE_PERIOD_US)
    return Hold(held_ns, then.held_ua if eases else held_ua, strains=not eases)


def _is_fused(ask: Segment) -> bool:
    return ask.contraction and not ask.is_rest and ask.pulse_period_us <= FUSED_PERIOD_US


def allowed_rise_ua(ask: Segment, then: Picture, limits: Limits) -> int:
    """How far this segment may rise: at the new-ground slope, or quicker while it stays on ground.

    Rounded down: rounding up would let many short segments climb a microampere each.
    """
    length_ns = ask.end_ns - ask.start_ns
    per_s = limits.rise_ua_per_s
    ground_nc = then.ground.charge_nc(rate_class(ask.pulse_period_us))
    if units.charge_per_phase_nc(ask.amplitude_end_ua, ask.phase_duration_us) <= ground_nc:
        per_s = max(per_s, ground_nc * 1000 // ask.phase_duration_us * limits.returns_per_s)
    return per_s * length_ns // SECOND


def _ma(amplitude_ua: int) -> str:
    return f"{units.milliamperes(amplitude_ua):.2f} mA"


_CURRENT = (
    ends_soon,
    amplitude_within_limit,
    phase_duration_within_limits,
    rate_within_limit,
    amplitude_within_comfort,
    charge_within_limit,
    density_within_limits,
    starts_from_zero_or_joins,
    joint_onto_ground_only,
    rises_slowly,
    edge_ok,
    rises_only_into_load,
    session_not_too_long,
    fused_contraction_rests,
)
_LEVEL = (
    ends_soon,
    amplitude_within_limit,
    phase_duration_within_limits,
    rate_within_limit,
    amplitude_within_comfort,
    starts_from_zero_or_joins,
    rises_slowly,
    no_edges,
    session_not_too_long,
    fused_contraction_rests,
)
RULES: dict[Scale, dict[str, Rule]] = {
    scale: {rule.__name__.replace("_", "-"): rule for rule in rules}
    for scale, rules in ((Scale.CURRENT, _CURRENT), (Scale.LEVEL, _LEVEL))
}
