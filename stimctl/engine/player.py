"""Plays one channel of a plan: cuts the next piece out of it, trims it, clips it, and places it in host time.

Rule 1: the plan keeps its time. After a gap it is taken up where the clock is, from zero.
Rule 2: a fade replaces the plan until somebody resumes; it only falls.
Rule 3: a trim is a fraction of the plan that the plan never undoes.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace

from stimctl.clock import MS, SECOND
from stimctl.model.limits import Limits
from stimctl.model.scale import Scale
from stimctl.model.segment import Segment
from stimctl.program.clip import Clip
from stimctl.safety.ground import Ground

__all__ = ["FADE_NS", "Player"]

# A pause takes a second: short enough to be at zero before a frozen front end counts as gone, long enough not to jolt.
FADE_NS = SECOND
_PIECE_NS = 200 * MS
# What takes the place of a queue that has not begun to rise yet.
_REST_NS = 50 * MS
_FULL = 1_000_000


class Player:
    """One channel. `next_ns` is the host time at which the next piece starts."""

    def __init__(self, plan: tuple[Segment, ...], limits: Limits, ground: Ground, scale: Scale = Scale.CURRENT) -> None:
        self._plan = plan
        self._starts = [segment.start_ns for segment in plan]
        self._peak_ua = max(1, *(segment.top_ua for segment in plan))
        self._clip = Clip(limits, ground, self._peak_ua)
        self._step_ua = scale.step
        self._step = -(-self._step_ua * _FULL // self._peak_ua)
        self._index = 0
        self._origin_ns = 0
        self._trim = _FULL
        self._fade: _Fade | None = None
        self.next_ns = 0

    def begin(self, origin_ns: int, from_ns: int) -> None:
        """The plan's zero lies at host time `origin_ns`; play from `from_ns` on, from zero amplitude."""
        self._origin_ns = origin_ns
        self._fade = None
        self.restart(from_ns)

    def restart(self, from_ns: int) -> None:
        """The channel is at zero: go on from there at host time `from_ns`. A fade is over with that."""
        self.next_ns = from_ns
        self._clip.to_zero()
        if self._fade is not None:
            # at zero already: nothing is left of it
            self._fade = _Fade(from_ns, from_ns, 0, self._fade.like)
        self._index = max(0, bisect_right(self._starts, from_ns - self._origin_ns) - 1)

    @property
    def done(self) -> bool:
        """Nothing more to play: the plan is over, or a fade has reached zero."""
        if self._fade is not None:
            return self.next_ns >= self._fade.until_ns
        return self.next_ns - self._origin_ns >= self._plan[-1].end_ns

    def planned_ua(self, at_ns: int) -> int:
        """What the plan says for a host time, trimmed."""
        if self._fade is not None:
            return self._fade.amplitude_ua(min(max(at_ns, self._fade.from_ns), self._fade.until_ns))
        plan_ns = at_ns - self._origin_ns
        if not 0 <= plan_ns < self._plan[-1].end_ns:
            return 0
        return self._trimmed(self._plan[bisect_right(self._starts, plan_ns) - 1].amplitude_at(plan_ns))

    def next_piece(self) -> Segment:
        """The next piece, in host time; it starts at `next_ns`. Not to be called when `done`."""
        piece = self._plan_piece() if self._fade is None else self._fade_piece(self._fade)
        self.next_ns = piece.end_ns
        return piece

    @property
    def fading(self) -> bool:
        """On the way to zero, or there, until somebody resumes."""
        return self._fade is not None

    def down(self, at_ns: int, flowing_ua: int, back_ns: int = 0) -> int:
        """One step less than what flows: the ceiling in µA to which everything already sent is to be held.

        `flowing_ua` is what is cleared for now, 0 if nothing is; now is the last `back_ns`. The trim falls by a step of
        the plan's peak, and where the plan is high enough to tell by, to what the person now has.
        """
        planned_ua = max(self._plan_ua(at_ns), self._plan_top_ua(at_ns - back_ns, at_ns))
        ceiling_ua = max(0, min(self._trimmed(planned_ua), flowing_ua or planned_ua) - self._step_ua)
        self._trim = max(0, self._trim - self._step)
        if 2 * planned_ua >= self._peak_ua:
            self._trim = min(self._trim, ceiling_ua * _FULL // planned_ua)
        self._clip.held_to(ceiling_ua)
        return ceiling_ua

    def held_to(self, ceiling_ua: int) -> None:
        """What was sent is held to a ceiling: the next piece begins at no more."""
        self._clip.held_to(ceiling_ua)

    def up(self) -> bool:
        """One step of the plan's peak back towards the plan; False when it is already there."""
        if self._trim == _FULL:
            return False
        self._trim = min(_FULL, self._trim + self._step)
        return True

    def trim_to_zero(self) -> None:
        """Nothing of the plan, until somebody presses Up."""
        self._trim = 0

    def fade(self, from_ns: int, from_ua: int) -> None:
        """From `from_ns` on, down from `from_ua` to zero, or a short rest where that is zero; then nothing."""
        like = self._plan[max(0, bisect_right(self._starts, from_ns - self._origin_ns) - 1)]
        self._fade = _Fade(from_ns, from_ns + (FADE_NS if from_ua else _REST_NS), from_ua, like)
        self.next_ns = from_ns

    def restart_at_zero(self, from_ns: int) -> None:
        """As after a fade that is over at `from_ns`: nothing more until somebody resumes."""
        self.fade(from_ns, 0)
        self.restart(from_ns)

    def _plan_ua(self, at_ns: int) -> int:
        """The untrimmed plan at a host time; during a pause, where the pause began."""
        plan_ns = (at_ns if self._fade is None else self._fade.from_ns) - self._origin_ns
        return self._plan[max(0, bisect_right(self._starts, plan_ns) - 1)].amplitude_at(plan_ns)

    def _plan_top_ua(self, from_ns: int, to_ns: int) -> int:
        first = max(0, bisect_right(self._starts, from_ns - self._origin_ns) - 1)
        last = bisect_right(self._starts, to_ns - self._origin_ns)
        return max((segment.top_ua for segment in self._plan[first:last]), default=0) if from_ns < to_ns else 0

    def _trimmed(self, amplitude_ua: int) -> int:
        return amplitude_ua * self._trim // _FULL

    def _plan_piece(self) -> Segment:
        at_ns = self.next_ns - self._origin_ns
        while self._plan[self._index].end_ns <= at_ns:
            self._index += 1
        piece = self._plan[self._index]
        start_ua = piece.amplitude_start_ua if at_ns == piece.start_ns else piece.amplitude_at(at_ns)
        after = self._plan[self._index + 1] if self._index + 1 < len(self._plan) else None
        asked = Segment(
            channel=piece.channel,
            start_ns=self.next_ns,
            end_ns=piece.end_ns + self._origin_ns,
            amplitude_start_ua=self._trimmed(start_ua),
            amplitude_end_ua=self._trimmed(piece.amplitude_end_ua),
            phase_duration_us=piece.phase_duration_us,
            interphase_us=piece.interphase_us,
            pulse_period_us=piece.pulse_period_us,
            step=piece.step and at_ns == piece.start_ns,
            contraction=piece.contraction,
        )
        if after is None:
            return self._clip.fit(asked, None, None)
        return self._clip.fit(asked, after.phase_duration_us, after.pulse_period_us)

    def _fade_piece(self, fade: "_Fade") -> Segment:
        end_ns = min(self.next_ns + _PIECE_NS, fade.until_ns)
        return replace(
            fade.like,
            start_ns=self.next_ns,
            end_ns=end_ns,
            amplitude_start_ua=fade.amplitude_ua(self.next_ns),
            amplitude_end_ua=fade.amplitude_ua(end_ns),
            step=False,
        )


@dataclass(frozen=True, slots=True)
class _Fade:
    """A straight fall to zero, with the pulses of the segment that it falls from."""

    from_ns: int
    until_ns: int
    from_ua: int
    like: Segment

    def amplitude_ua(self, at_ns: int) -> int:
        return self.from_ua * (self.until_ns - at_ns) // max(1, self.until_ns - self.from_ns)
