"""One channel's timeline as it is laid, piece by piece: through the clip, with a ground that is counted late."""

from collections import deque

from stimctl.clock import MS, SECOND, US
from stimctl.model.limits import Limits
from stimctl.model.segment import Segment, rate_class
from stimctl.program.clip import Clip
from stimctl.program.pieces import Piece
from stimctl.safety.ground import Ground, charges_felt_nc

__all__ = ["Track"]

# Telemetry is slower than a plan: so much later than it will be delivered counts what was let through.
_GROUND_LATE_NS = 2 * SECOND
_TOUCH_NS = 20 * MS


class Track:
    """`segments` is what was laid so far; each goes on where the one before ended. `top_ua`: what the plan reaches."""

    def __init__(self, channel: int, limits: Limits, interphase_us: int, top_ua: int) -> None:
        self._channel = channel
        self._interphase_us = interphase_us
        self._ground = Ground()
        self._clip = Clip(limits, self._ground, top_ua)
        self._coming: deque[Segment] = deque()
        self.rise_ua_per_s = limits.rise_ua_per_s
        self.segments: list[Segment] = []

    @property
    def end_ua(self) -> int:
        """Where the timeline now ends, µA."""
        return self._clip.end_ua

    def ground_ua(self, phase_duration_us: int, pulse_period_us: int) -> int:
        """What is known to be felt by now, as an amplitude at these pulses."""
        return self._clip.ground_ua(phase_duration_us, pulse_period_us)

    def add(self, piece: Piece, start_ua: int, end_ua: int, *, contraction: bool = False) -> None:
        """One piece. Where output only touched zero it rests for a moment: what leaves zero is a stretch of its own."""
        touched = end_ua > 0 == self._clip.end_ua and self.segments and not self.segments[-1].is_rest
        if touched and piece.end_ns - piece.start_ns > _TOUCH_NS:
            rise_ns = piece.start_ns + _TOUCH_NS
            self._add(piece._replace(end_ns=rise_ns), 0, 0, contraction=contraction)
            piece, start_ua = piece._replace(start_ns=rise_ns), 0
        self._add(piece, start_ua, end_ua, contraction=contraction)

    def _add(self, piece: Piece, start_ua: int, end_ua: int, *, contraction: bool) -> None:
        while self._coming and self._coming[0].end_ns + _GROUND_LATE_NS <= piece.start_ns:
            self._feel(self._coming.popleft())
        ask = Segment(
            channel=self._channel,
            start_ns=piece.start_ns,
            end_ns=piece.end_ns,
            amplitude_start_ua=start_ua,
            amplitude_end_ua=end_ua,
            phase_duration_us=piece.phase_duration_us,
            interphase_us=self._interphase_us,
            pulse_period_us=piece.pulse_period_us,
            step=piece.edge,
            contraction=contraction and not piece.slow,
        )
        fitted = self._clip.fit(ask, piece.ahead_phase_us, piece.ahead_period_us)
        self._coming.append(fitted)
        self.segments.append(fitted)

    def _feel(self, segment: Segment) -> None:
        if segment.is_rest:
            return
        least_nc, top_nc = charges_felt_nc(segment, segment.top_ua)
        lasted_ns = segment.end_ns - segment.start_ns
        period_ns = segment.pulse_period_us * US
        self._ground.felt(least_nc, rate_class(segment.pulse_period_us), lasted_ns, top_nc, period_ns)
