"""What a channel will do as far as it has been cleared: the governor's picture, one a channel.

The picture is pessimistic where it can be: what was cleared counts as flowing until its end, and a gap makes it zero.
"""

from collections import deque
from copy import copy
from dataclasses import dataclass, replace

from stimctl import units
from stimctl.clock import SECOND
from stimctl.model.segment import Segment
from stimctl.safety.ground import Ground

__all__ = ["Hold", "Picture"]

# Reports tell of the past: of the last pulse, which at 1 Hz is a second old.
_KEPT_NS = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Hold:
    """How a muscle stands: contracted for so long without a rest, at most so strongly, and whether it is strained."""

    lasts_ns: int
    top_ua: int
    strains: bool


class Picture:
    """One channel: what is cleared, where it ends, what was felt, what touches the skin.

    `rest_ns` is the length of the planned silence that the chain ends with, `stretch_ns` and `stretch_top_pc` the
    length and the highest charge of what flowed last without touching zero; `steps_allowed` is the device's own rule
    for edges of bursts, kept here too. What counts for a whole session outlives gaps: `planned_ns`, all that was
    cleared; `held_ns`, how long of it fused muscle without a break, and `held_ua`, how high; `strained_until_ns`, when
    that which is no rest for a muscle ends at the latest; `bursts`, whether edges are what this channel comes back by.
    """

    def __init__(self, pad_mm2: int) -> None:
        self.ground = Ground()
        self.pad_mm2 = pad_mm2
        self.contact_mm2 = pad_mm2
        self.contact: bool | None = None
        self.planned_ns = 0
        self.held_ns = 0
        self.held_ua = 0
        self.strained_until_ns = 0
        self.bursts = False
        self._cleared: deque[tuple[Segment, int]] = deque()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Zero, and no chain: after arm, gap and stop."""
        self._cleared.clear()
        self._ran_ns = 0
        self.end_ns: int | None = None
        self.end_ua = 0
        self.end_phase_us = 0
        self.rest_ns = 0
        self.stretch_ns = 0
        self.stretch_top_pc = 0
        self.steps_allowed = False

    def extend(self, segment: Segment, hold: "Hold", now_ns: int) -> None:
        """`segment` was cleared, and brings the muscle to `hold`: the picture goes on to the segment's end."""
        length_ns = segment.end_ns - segment.start_ns
        if self.end_ns != segment.start_ns:
            # Silence that nobody planned: edges come back as after a gap.
            self.rest_ns = 0
            self.stretch_ns = 0
            self.stretch_top_pc = 0
            self.steps_allowed = False
        if segment.is_rest:
            self.rest_ns += length_ns
        else:
            if segment.amplitude_start_ua == 0:
                self.steps_allowed = True
            self._flow(segment, length_ns)
        self.planned_ns += length_ns
        self.held_ns, self.held_ua = hold.lasts_ns, hold.top_ua
        if hold.strains:
            self.strained_until_ns = segment.end_ns
        while self._cleared and self._cleared[0][0].end_ns < now_ns - _KEPT_NS:
            self._cleared.popleft()
        self._cleared.append((segment, segment.top_ua))
        self.end_ns = segment.end_ns
        self.end_ua = segment.amplitude_end_ua
        self.end_phase_us = segment.phase_duration_us

    def held_to(self, ceiling_ua: int, now_ns: int) -> None:
        """A ceiling lies over everything cleared from now on; what has flowed stays what it was."""
        cleared: deque[tuple[Segment, int]] = deque()
        for segment, ceiling in self._cleared:
            if segment.start_ns < now_ns:
                cleared.append((_until(segment, now_ns), ceiling))
            if segment.end_ns > now_ns:
                cleared.append((_from(segment, now_ns), min(ceiling, ceiling_ua)))
        self._cleared = cleared
        self.end_ua = min(self.end_ua, ceiling_ua)
        self.stretch_top_pc = min(self.stretch_top_pc, ceiling_ua * self.end_phase_us)

    def cut_at(self, at_ns: int) -> "Picture":
        """Another picture, in which what reaches past `at_ns` ends there, at the amplitude that it has by then."""
        twin = copy(self)
        twin.end_ua = self.amplitude_at(at_ns)
        twin.end_ns = at_ns
        twin.rest_ns = 0
        twin.steps_allowed = False
        twin.strained_until_ns = min(self.strained_until_ns, at_ns)
        twin._cleared = deque(
            (_until(segment, at_ns), ceiling) for segment, ceiling in self._cleared if segment.start_ns < at_ns
        )
        if twin._cleared:
            twin.end_phase_us = twin._cleared[-1][0].phase_duration_us
        return twin

    def amplitude_at(self, at_ns: int) -> int:
        """The amplitude cleared for an instant, µA; 0 where nothing is."""
        for segment, ceiling in self._cleared:
            if segment.start_ns <= at_ns < segment.end_ns:
                return min(segment.amplitude_at(at_ns), ceiling)
        return self.end_ua if at_ns == self.end_ns else 0

    def top_between(self, from_ns: int, to_ns: int) -> int:
        """The highest amplitude cleared anywhere in a span, µA; no less than what really flows there."""
        return max(
            (min(s.top_ua, ceiling) for s, ceiling in self._cleared if s.start_ns < to_ns and s.end_ns > from_ns),
            default=0,
        )

    def rms_between(self, from_ns: int, to_ns: int) -> int:
        """The highest r.m.s. current cleared anywhere in a span, µA."""
        return max(
            (
                units.rms_ua(min(s.top_ua, ceiling), s.phase_duration_us, s.pulse_period_us)
                for s, ceiling in self._cleared
                if s.start_ns < to_ns and s.end_ns > from_ns
            ),
            default=0,
        )

    def least_between(self, from_ns: int, to_ns: int) -> int:
        """The lowest amplitude cleared anywhere in a span, µA; 0 if nothing is."""
        return min(
            (
                min(s.amplitude_start_ua, s.amplitude_end_ua, ceiling)
                for s, ceiling in self._cleared
                if s.start_ns < to_ns and s.end_ns > from_ns
            ),
            default=0,
        )

    def ran(self, until_ns: int) -> list[tuple[Segment, int]]:
        """Segments that have come to their end by `until_ns` and were not given before, each with its ceiling."""
        ended = [pair for pair in self._cleared if self._ran_ns < pair[0].end_ns <= until_ns]
        self._ran_ns = max(self._ran_ns, until_ns)
        return ended

    def _flow(self, segment: Segment, length_ns: int) -> None:
        if segment.amplitude_start_ua == 0:
            self.stretch_ns = 0
            self.stretch_top_pc = 0
        self.rest_ns = 0
        self.stretch_ns += length_ns
        self.stretch_top_pc = max(self.stretch_top_pc, segment.top_ua * segment.phase_duration_us)
        self.bursts = segment.step or (self.bursts and self.stretch_ns <= SECOND)


def _until(segment: Segment, at_ns: int) -> Segment:
    if segment.end_ns <= at_ns:
        return segment
    return replace(segment, end_ns=at_ns, amplitude_end_ua=segment.amplitude_at(at_ns))


def _from(segment: Segment, at_ns: int) -> Segment:
    if segment.start_ns >= at_ns:
        return segment
    return replace(segment, start_ns=at_ns, amplitude_start_ua=segment.amplitude_at(at_ns))
