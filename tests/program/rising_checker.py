"""The rules of rising, judged from outside: its own ground, its own arithmetic, nothing of the clip's.

Takes the segments of one channel in order and returns every way in which they break a rule.
"""

from collections import deque
from collections.abc import Sequence

from stimctl.model.limits import Limits
from stimctl.model.segment import Segment

_LATE_NS = 2_000_000_000
_SECOND = 1_000_000_000


class _Felt:
    """What one rate class has felt, and the ground that follows from it, in nC with fractions."""

    def __init__(self) -> None:
        self.ground = 0.0
        self.entered = False
        self._highest = 0.0
        self._times: dict[float, int] = {}

    def add(self, charge: float, lasted_ns: int) -> None:
        # what is too low to count for a ground above this one never counts again
        if charge < 0.9 * self.ground - 1:
            return
        self._times[charge] = self._times.get(charge, 0) + lasted_ns
        self._highest = max(self._highest, charge)
        if self._highest <= self.ground:
            return
        for top in sorted(self._times, reverse=True):
            if top <= self.ground:
                break
            if sum(lasted for charge, lasted in self._times.items() if charge >= 0.9 * top - 1) >= _SECOND:
                self.ground = top
                self._times = {one: lasted for one, lasted in self._times.items() if one >= 0.9 * top - 1}
                break


def broken_rules(segments: Sequence[Segment], limits: Limits) -> list[str]:
    """Sentences; none where all is well. Charges are rounded up, so ground may be 1 nC more; amplitudes are to 1 µA."""
    wrong: list[str] = []
    felt = {True: _Felt(), False: _Felt()}
    coming = deque(segments)
    end_ua, end_us, end_ns = 0, 0, segments[0].start_ns
    # the highest charge of the last stretch above zero, and the planned silence since
    stretch, rest = 0.0, 0.0
    for one in segments:
        while coming and coming[0].end_ns + _LATE_NS <= one.start_ns:
            _feel(felt, coming.popleft())
        is_slow = one.pulse_period_us >= 100_000
        ground = 1 + (felt[is_slow].ground if felt[is_slow].entered else felt[not is_slow].ground / 2)
        seconds = (one.end_ns - one.start_ns) / _SECOND
        a0, a1, us = one.amplitude_start_ua, one.amplitude_end_ua, one.phase_duration_us
        at = f"at {one.start_ns / _SECOND:.3f} s"
        if one.start_ns != end_ns:
            wrong.append(f"{at}: a hole")
        if not 0 < seconds <= 0.2:
            wrong.append(f"{at}: {seconds} s long")
        if a0 > end_ua:
            wrong.append(f"{at}: rises from {end_ua} to {a0} at a joint")
        if us > end_us and a0 * us / 1000 > max(ground, end_ua * end_us / 1000):
            wrong.append(
                f"{at}: charge {a0 * us / 1000} after a joint, ground {ground}, before {end_ua * end_us / 1000}"
            )
        slowly = a1 - a0 <= limits.rise_ua_per_s * seconds + 1
        ground_ua = ground * 1000 / us
        returning = a1 <= ground_ua + 1 and a1 - a0 <= ground_ua * limits.returns_per_s * seconds + 1
        grown = stretch + ground * limits.returns_per_s * (rest + seconds) + 1
        by_edge = one.step and seconds >= 0.02 and a0 == 0 < rest <= 1 + 1e-9 and a1 * us / 1000 <= min(ground, grown)
        if not (slowly or returning or by_edge):
            wrong.append(f"{at}: rises from {a0} to {a1} in {seconds} s, ground {ground_ua}")
        if a0 or a1:
            stretch = max(0.0 if rest else stretch, max(a0, a1) * us / 1000)
            rest = 0.0
        else:
            rest += seconds
        end_ua, end_us, end_ns = a1, us, one.end_ns
    return wrong


def _feel(felt: dict[bool, _Felt], one: Segment) -> None:
    """Pulse by pulse where one surely falls in each period; else only the lowest that it can have been."""
    is_slow = one.pulse_period_us >= 100_000
    own, other = felt[is_slow], felt[not is_slow]
    if not (one.amplitude_start_ua or one.amplitude_end_ua):
        return
    if not own.entered:
        own.entered, own.ground = True, other.ground / 2
    lasts_us = (one.end_ns - one.start_ns) / 1000
    a0, a1, us = one.amplitude_start_ua, one.amplitude_end_ua, one.phase_duration_us
    low, high = min(a0, a1), max(a0, a1)
    own.add(low * us / 1000, round(lasts_us % one.pulse_period_us * 1000))
    # the k-th pulse counted from the higher end is at most k periods away from it
    for period in range(1, int(lasts_us // one.pulse_period_us) + 1):
        at = high - (high - low) * period * one.pulse_period_us / lasts_us
        own.add(at * us / 1000, one.pulse_period_us * 1000)
