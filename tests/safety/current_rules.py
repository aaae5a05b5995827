"""The rules of current once more, by plain arithmetic on everything that was admitted; nothing of the governor's.

It is told what happens on one governor (`admitted`, `felt`, `gap`, `down`, `armed`) and collects every broken rule.
Milliseconds, milliamperes and fractions throughout; what the governor rounds, this does not.
"""

from dataclasses import dataclass, field
from math import ceil, sqrt

from stimctl.model.segment import Segment
from stimctl.safety.rules import Terms


@dataclass
class One:
    """A channel as the person has it."""

    cleared: list[tuple[Segment, float]] = field(default_factory=list)
    end: tuple[int, float, int] | None = None
    felt: dict[bool, dict[float, float]] = field(default_factory=dict)
    ground: dict[bool, float] = field(default_factory=dict)
    strained_until_ns: int = -(10**18)
    held_ns: int = 0
    held_ua: int = 0
    planned_ns: int = 0
    rest_ns: int = 0
    has_risen: bool = False
    # what flowed since it was last zero: its length and its highest charge; and whether it came by edges
    stretch_ns: int = 0
    stretch_nc: float = 0
    by_edges: bool = False


class CurrentRules:
    """`broken` stays empty as long as nothing was admitted that the rules forbid."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.broken: list[str] = []
        self._channels = {channel: One() for channel in terms.thresholds}

    def felt(self, channel: int, charge_nc: int, is_slow: bool, lasted_ms: float) -> None:
        one = self._channels[channel]
        if is_slow not in one.ground:
            one.ground[is_slow] = one.ground.get(not is_slow, 0) / 2
        spans = one.felt.setdefault(is_slow, {})
        spans[charge_nc] = spans.get(charge_nc, 0) + lasted_ms
        for top in spans:
            if sum(ms for nc, ms in spans.items() if nc >= 0.9 * top - 1) >= 1_000:
                one.ground[is_slow] = max(one.ground[is_slow], top)

    def gap(self, channel: int) -> None:
        one = self._channels[channel]
        one.end, one.cleared, one.rest_ns, one.has_risen = None, [], 0, False
        one.stretch_ns, one.stretch_nc = 0, 0

    def armed(self) -> None:
        for channel, one in self._channels.items():
            self.gap(channel)
            one.felt, one.ground = {}, {}

    def down(self, channel: int, ceiling_ua: int) -> None:
        one = self._channels[channel]
        one.cleared = [(segment, min(ceiling, ceiling_ua)) for segment, ceiling in one.cleared]
        ceiling_nc = 0.0
        if one.end is not None:
            one.end = (one.end[0], min(one.end[1], ceiling_ua), one.end[2])
            ceiling_nc = ceiling_ua * one.end[2] / 1000
        one.stretch_nc = min(one.stretch_nc, ceiling_nc)
        one.felt = {}
        kept_nc = ceil(ceiling_nc) if one.by_edges else 0
        one.ground = {is_slow: min(nc, kept_nc) for is_slow, nc in one.ground.items()}

    def admitted(self, segment: Segment, now_ns: int, *, replacing: bool) -> None:
        one = self._channels[segment.channel]
        if replacing:
            self._cut(one, segment.start_ns)
        for rule, fine in self._judge(segment, one, now_ns).items():
            if not fine:
                self.broken.append(f"{rule}: {segment}")
        self._go_on(segment, one)

    def _cut(self, one: One, at_ns: int) -> None:
        at_ua, phase_us = 0.0, one.end[2] if one.end else 0
        for segment, ceiling in one.cleared:
            if segment.start_ns < at_ns <= segment.end_ns:
                part = (at_ns - segment.start_ns) / (segment.end_ns - segment.start_ns)
                at_ua = segment.amplitude_start_ua + part * (segment.amplitude_end_ua - segment.amplitude_start_ua)
                at_ua, phase_us = min(at_ua, ceiling), segment.phase_duration_us
        one.cleared = [(segment, ceiling) for segment, ceiling in one.cleared if segment.start_ns < at_ns]
        one.end, one.rest_ns, one.has_risen = (at_ns, at_ua, phase_us), 0, False
        one.strained_until_ns = min(one.strained_until_ns, at_ns)

    def _judge(self, s: Segment, one: One, now_ns: int) -> dict[str, bool]:
        limits = self.terms.limits
        start_ua, end_ua, top_ua = (
            s.amplitude_start_ua,
            s.amplitude_end_ua,
            max(s.amplitude_start_ua, s.amplitude_end_ua),
        )
        seconds = (s.end_ns - s.start_ns) / 1e9
        ground_nc = self._ground(one, s.pulse_period_us)
        ground_ua = ground_nc * 1000 / s.phase_duration_us
        joined = one.end is not None and one.end[0] == s.start_ns
        before_ua, before_us = one.end[1:] if one.end is not None and joined else (0, 0)
        rms_ua = self._rms(s, top_ua)
        slow = end_ua - start_ua <= limits.rise_ua_per_s * seconds
        back = end_ua <= ground_ua and end_ua - start_ua <= ground_ua * limits.returns_per_s * seconds
        grown_nc = ceil(one.stretch_nc) + ground_nc * limits.returns_per_s * (one.rest_ns / 1e9 + seconds)
        edge = (
            seconds >= 0.02
            and start_ua == 0
            and joined
            and 0 < one.rest_ns <= 1e9
            and one.has_risen
            and end_ua <= ground_ua + 0.01
            and end_ua * s.phase_duration_us / 1000 <= grown_nc + 0.01
        )
        return {
            "ends": 0 < seconds <= 0.2,
            "reach": now_ns < s.start_ns and s.end_ns <= now_ns + 450_000_000,
            "not negative": min(start_ua, end_ua, s.interphase_us) >= 0,
            "amplitude": top_ua <= limits.amplitude_ua,
            "comfort": top_ua <= self._comfort_ua(s) + 1e-6,
            "phase": limits.shortest_phase_us <= s.phase_duration_us <= limits.phase_duration_us,
            "period": s.pulse_period_us >= limits.shortest_period_us,
            "pulse fits": s.pulse_period_us > 2 * s.phase_duration_us + s.interphase_us,
            "charge": top_ua * s.phase_duration_us / 1000 <= limits.charge_per_phase_nc,
            "density": rms_ua * 100 / self.terms.pads_mm2[s.channel] <= limits.rms_density_ua_cm2,
            "power": (rms_ua / 1e6) ** 2 * 500 * 1e8 / self.terms.pads_mm2[s.channel] <= limits.power_density_uw_cm2,
            "total": sqrt(rms_ua**2 + self._others(s)) <= limits.rms_ua,
            "no overlap": one.end is None or s.start_ns >= one.end[0],
            "start or joint": start_ua <= before_ua + 1e-6,
            "longer phase": s.phase_duration_us <= before_us
            or start_ua * s.phase_duration_us <= max(ground_nc * 1000, before_ua * before_us) + 1000,
            "rise": edge if s.step else slow or back,
            "session": one.planned_ns + s.end_ns - s.start_ns <= limits.session_ms * 1e6,
            "hold": self._held_ns(s, one) <= limits.fused_hold_ms * 1e6 or not self._fused(s),
        }

    def _go_on(self, s: Segment, one: One) -> None:
        resting = not (s.amplitude_start_ua or s.amplitude_end_ua)
        joined = one.end is not None and one.end[0] == s.start_ns
        if resting:
            one.rest_ns = one.rest_ns * joined + s.end_ns - s.start_ns
            one.has_risen = one.has_risen and joined
            if not joined:
                one.stretch_ns, one.stretch_nc = 0, 0
        else:
            if not joined or s.amplitude_start_ua == 0:
                one.stretch_ns, one.stretch_nc = 0, 0
            one.stretch_ns += s.end_ns - s.start_ns
            one.stretch_nc = max(
                one.stretch_nc, max(s.amplitude_start_ua, s.amplitude_end_ua) * s.phase_duration_us / 1e3
            )
            one.by_edges = s.step or (one.by_edges and one.stretch_ns <= 1_000_000_000)
            held_ns = self._held_ns(s, one)
            top_ua = max(s.amplitude_start_ua, s.amplitude_end_ua)
            rested = s.start_ns - one.strained_until_ns >= 1_000_000_000
            weak = top_ua * 1000 <= one.held_ua * self.terms.limits.active_rest_permille
            if not (weak and s.pulse_period_us >= 100_000 and not self._fused(s)):
                one.strained_until_ns = s.end_ns
                one.held_ua = 0 if rested else one.held_ua
            if self._fused(s):
                one.held_ua = max(one.held_ua, top_ua)
            one.held_ns = held_ns
            one.has_risen = (one.has_risen and joined) or (s.amplitude_start_ua == 0 and not s.step)
            one.rest_ns = 0
        one.planned_ns += s.end_ns - s.start_ns
        one.cleared.append((s, 10**9))
        one.end = (s.end_ns, s.amplitude_end_ua, s.phase_duration_us)

    @staticmethod
    def _fused(s: Segment) -> bool:
        flows = bool(s.amplitude_start_ua or s.amplitude_end_ua)
        return s.contraction and flows and s.pulse_period_us <= 50_000

    def _held_ns(self, s: Segment, one: One) -> int:
        before_ns = 0 if s.start_ns - one.strained_until_ns >= 1_000_000_000 else one.held_ns
        return before_ns + (s.end_ns - s.start_ns if self._fused(s) else 0)

    def _others(self, s: Segment) -> float:
        total = 0.0
        for channel, one in self._channels.items():
            at_once = [c for c in one.cleared if c[0].start_ns < s.end_ns and c[0].end_ns > s.start_ns]
            if channel != s.channel and at_once:
                tops = (self._rms(c, min(max(c.amplitude_start_ua, c.amplitude_end_ua), most)) for c, most in at_once)
                total += max(tops) ** 2
        return total

    @staticmethod
    def _rms(s: Segment, top_ua: float) -> float:
        return top_ua * sqrt(2 * s.phase_duration_us / s.pulse_period_us)

    @staticmethod
    def _ground(one: One, period_us: int) -> float:
        is_slow = period_us >= 100_000
        return one.ground[is_slow] if is_slow in one.ground else one.ground.get(not is_slow, 0) / 2

    def _comfort_ua(self, s: Segment) -> float:
        of = self.terms.thresholds[s.channel]

        def at_phase(found_ua: int, tau_us: int) -> float:
            ratio = (1 + tau_us / s.phase_duration_us) / (1 + tau_us / of.at_phase_us)
            return found_ua * min(ratio, 1.25 if s.phase_duration_us < of.at_phase_us else ratio)

        comfort_ua, sensory_ua = at_phase(of.comfort_ua, 459), at_phase(of.sensory_ua, 665)
        if (s.pulse_period_us >= 100_000) == (of.at_period_us >= 100_000):
            return comfort_ua
        return sensory_ua + 0.6 * (comfort_ua - sensory_ua)
