"""The clip: lowers what is asked until it obeys the rules of rising, for one channel.

It runs twice with the same code: in the compiler, with a ground counted late, and live, with the ground that telemetry
has really given. It only ever lowers.

Rule 1: the first amplitude is at most the end of what was let through last; at the beginning and after a gap, zero.
Rule 2: where the phase duration grows at a joint, the charge after it is at most ground, or the charge before it where
        that was more.
Rule 3: inside a segment the amplitude reaches ground at the return slope, or goes on as far as the slope on new ground
        carries it: one straight line, so never some of each.
Rule 4: a joint is prepared in the segment before it: where the next phase duration is longer, this segment already
        ends at what ground allows there. Only a growth of up to a tenth may instead keep its charge, by a step down of
        as much at the joint; otherwise a drift of one microsecond would fall all the way back to ground.
Rule 5: no ground is needed to rise slowly: the slope on new ground is allowed below ground too.
Rule 6: the edge of a burst may be a step of 20 ms or more, from a planned rest of at most 1 s, after a rise by ordinary
        slopes, up to ground, and no higher than the burst before it with the return slope since then. Else it rises by
        ordinary slopes, like anything else.
"""

from stimctl.clock import MS, SECOND
from stimctl.model.limits import Limits
from stimctl.model.segment import Segment, rate_class
from stimctl.safety.ground import Ground

__all__ = ["Clip"]

_SHORTEST_EDGE_NS = 20 * MS
_LONGEST_BURST_REST_NS = SECOND
# Less than this a unit may round to nothing, and then has not risen.
_RISEN_UA = 100


class Clip:
    """The clip of one channel. `ground` is read at each call; feeding it is the caller's business.

    `top_ua` is the highest amplitude of the plan: nothing returns faster than to there, the slope that a unit latches.
    At a short phase duration, ground as an amplitude may lie above it.
    """

    def __init__(self, limits: Limits, ground: Ground, top_ua: int | None = None) -> None:
        self._top_ua = limits.amplitude_ua if top_ua is None else top_ua
        self._rise_ua_per_s = limits.rise_ua_per_s
        self._returns_per_s = limits.returns_per_s
        self._ground = ground
        self._end_phase_us = 0
        self.to_zero()

    @property
    def end_ua(self) -> int:
        """Where the last segment that was let through ends; zero before the first."""
        return self._end_ua

    def to_zero(self) -> None:
        """Output went to zero (a gap, a pause, a stop): the next segment begins there."""
        self._end_ua = 0
        self._end_ns: int | None = None
        self._rest_ns = 0
        # the highest charge since output was last zero, in pA·s as amplitude times duration
        self._top = 0

    def held_to(self, ceiling_ua: int) -> None:
        """What was let through last is held under a ceiling: the next segment begins at no more."""
        self._end_ua = min(self._end_ua, ceiling_ua)
        self._top = min(self._top, ceiling_ua * self._end_phase_us)

    def ground_ua(self, phase_duration_us: int, pulse_period_us: int) -> int:
        """Ground as an amplitude at this phase duration, in this period's rate class, rounded down."""
        return self._ground.charge_nc(rate_class(pulse_period_us)) * 1000 // phase_duration_us

    def fit(self, ask: Segment, next_phase_duration_us: int | None, next_period_us: int | None) -> Segment:
        """`ask`, lowered where it must be; times and pulses stay.

        The two `next` values are those of the segment that will follow on this channel, None where none does.
        """
        phase_us = ask.phase_duration_us
        ground_ua = self.ground_ua(phase_us, ask.pulse_period_us)
        step = ask.step and self._may_step(ask)
        start_ua = min(ask.amplitude_start_ua, self._end_ua)
        if phase_us > self._end_phase_us:
            start_ua = min(start_ua, max(ground_ua, self._end_ua * self._end_phase_us // phase_us))
        lasts_ns = ask.end_ns - ask.start_ns
        reach_ua = self._edge_ua(ground_ua, ask) if step else self._reach_ua(start_ua, ground_ua, lasts_ns)
        end_ua = min(ask.amplitude_end_ua, reach_ua)
        if next_phase_duration_us is not None and next_phase_duration_us > phase_us:
            period_us = ask.pulse_period_us if next_period_us is None else next_period_us
            end_ua = self._before_joint_ua(end_ua, phase_us, next_phase_duration_us, period_us)
        self._let_through(ask, start_ua, end_ua)
        if start_ua == ask.amplitude_start_ua and end_ua == ask.amplitude_end_ua and step == ask.step:
            return ask
        return Segment(
            channel=ask.channel,
            start_ns=ask.start_ns,
            end_ns=ask.end_ns,
            amplitude_start_ua=start_ua,
            amplitude_end_ua=end_ua,
            phase_duration_us=phase_us,
            interphase_us=ask.interphase_us,
            pulse_period_us=ask.pulse_period_us,
            step=step,
            contraction=ask.contraction,
        )

    def _may_step(self, ask: Segment) -> bool:
        slow_enough = ask.end_ns - ask.start_ns >= _SHORTEST_EDGE_NS
        rested = slow_enough and self._end_ns == ask.start_ns and 0 < self._rest_ns <= _LONGEST_BURST_REST_NS
        return rested and self._top >= _RISEN_UA * self._end_phase_us and ask.amplitude_start_ua == 0

    def _edge_ua(self, ground_ua: int, ask: Segment) -> int:
        since_ns = self._rest_ns + ask.end_ns - ask.start_ns
        grown_ua = self._top // ask.phase_duration_us + ground_ua * self._returns_per_s * since_ns // SECOND
        return min(ground_ua, grown_ua)

    def _let_through(self, ask: Segment, start_ua: int, end_ua: int) -> None:
        if not (start_ua or end_ua):
            self._rest_ns += ask.end_ns - ask.start_ns
        else:
            if start_ua == 0:
                self._top = 0
            self._rest_ns = 0
            self._top = max(self._top, max(start_ua, end_ua) * ask.phase_duration_us)
        self._end_ua = end_ua
        self._end_ns = ask.end_ns
        self._end_phase_us = ask.phase_duration_us

    def _reach_ua(self, start_ua: int, ground_ua: int, lasts_ns: int) -> int:
        on_new_ground_ua = start_ua + self._rise_ua_per_s * lasts_ns // SECOND
        returning_ua = start_ua + min(ground_ua, self._top_ua) * self._returns_per_s * lasts_ns // SECOND
        return max(min(ground_ua, returning_ua), on_new_ground_ua)

    def _before_joint_ua(self, end_ua: int, phase_us: int, next_phase_us: int, next_period_us: int) -> int:
        ground_ua = self.ground_ua(next_phase_us, next_period_us)
        small_growth = next_phase_us * 10 <= phase_us * 11
        if small_growth and end_ua * phase_us // next_phase_us >= ground_ua:
            return end_ua
        return min(end_ua, ground_ua)
