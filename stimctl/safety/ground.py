"""Ground: the charge per phase that a person has really felt on one channel, and may be brought back to at once.

Rule 1: ground is the highest charge *delivered*, per rate class, counted once there has been 1 s of it in all (not in
one piece) since the last Down; time within a tenth of it counts as time at it.
Rule 2: a rate class entered for the first time inherits half of the other's.
Rule 3: arm, electrode change, fault and stop leave no ground; a long pause halves it; a Down starts the count anew
(in bursts: above its ceiling).
"""

from stimctl import units
from stimctl.clock import SECOND, US
from stimctl.model.segment import RateClass, Segment

__all__ = ["FELT_NS", "Ground", "charges_felt_nc"]

FELT_NS = SECOND
_BUCKET_NC = 8


class Ground:
    """The ground of one channel, both rate classes."""

    def __init__(self) -> None:
        self.reset()

    def felt(self, charge_nc: int, of: RateClass, lasted_ns: int, top_nc: int = 0, period_ns: int = 0) -> None:
        """`lasted_ns` of pulses of `charge_nc` and more, the highest of them `top_nc`, were delivered in this class.

        At a period of `period_ns` a pulse need not have fallen in less: time in a class counts once it has gone on for
        as long without the other class in between.
        """
        ground = self._of[of]
        if not ground.entered:
            ground.entered = True
            ground.nc = self._inherited(of)
        if not (charge_nc or top_nc):
            return
        self._turn.add(of, charge_nc, lasted_ns, max(charge_nc, top_nc))
        if self._turn.lasted_ns < period_ns:
            return
        for waited in self._turn.waiting:
            ground.add(*waited)
        self._turn.waiting.clear()

    def charge_nc(self, of: RateClass) -> int:
        """Up to this charge per phase a return may be quick, in this rate class."""
        ground = self._of[of]
        return ground.nc if ground.entered else self._inherited(of)

    def halve(self) -> None:
        """After a pause of more than a minute."""
        self._turn.waiting.clear()
        for ground in self._of.values():
            nc = ground.nc // 2
            ground.forget()
            ground.nc = nc

    def forget(self) -> None:
        """After a Down: what was felt before it does not count."""
        self._turn.waiting.clear()
        for ground in self._of.values():
            ground.forget()

    def hold_to(self, charge_nc: int) -> None:
        """After a Down in bursts: what was felt above so much does not count, and the rest still does."""
        self._turn.waiting.clear()
        for ground in self._of.values():
            nc = min(ground.nc, charge_nc)
            ground.forget()
            ground.nc = nc

    def reset(self) -> None:
        """After arm, electrode change, fault or stop: nothing is known."""
        self._of = {"low": _ClassGround(), "high": _ClassGround()}
        self._turn = _Turn()

    def _inherited(self, by: RateClass) -> int:
        return self._of["high" if by == "low" else "low"].nc // 2


def charges_felt_nc(segment: Segment, ceiling_ua: int) -> tuple[int, int]:
    """The lowest charge of all pulses of a segment under a ceiling, and the highest that surely was among them.

    The last pulse, or the first, may be a whole period away from the segment's end. The lowest is rounded down: 71.02
    nC are not within a tenth of 80.
    """
    least_ua = min(segment.amplitude_start_ua, segment.amplitude_end_ua, ceiling_ua)
    period_ns = segment.pulse_period_us * US
    top_ua = least_ua
    if segment.end_ns - segment.start_ns > period_ns:
        rises = segment.amplitude_end_ua > segment.amplitude_start_ua
        sure_ns = segment.end_ns - period_ns if rises else segment.start_ns + period_ns
        top_ua = max(least_ua, min(segment.amplitude_at(sure_ns), ceiling_ua))
    phase_us = segment.phase_duration_us
    return least_ua * phase_us // 1000, units.charge_per_phase_nc(top_ua, phase_us)


class _Turn:
    """One class's time without the other in between, and what of it is `waiting` for a pulse that has surely fallen."""

    def __init__(self) -> None:
        self.lasted_ns = 0
        self.waiting: list[tuple[int, int, int]] = []
        self._of = ""

    def add(self, of: RateClass, charge_nc: int, lasted_ns: int, top_nc: int) -> None:
        if of != self._of:
            self._of, self.lasted_ns = of, 0
            self.waiting.clear()
        self.lasted_ns += lasted_ns
        self.waiting.append((charge_nc, lasted_ns, top_nc))


class _ClassGround:
    """`_lasted`: the time at each charge, or above it; `_tops`: the highest charges of all that was delivered."""

    def __init__(self) -> None:
        self.nc = 0
        self.entered = False
        self._highest = 0
        self._lasted: dict[int, int] = {}
        self._tops: dict[int, int] = {}

    def forget(self) -> None:
        self.nc = 0
        self._highest = 0
        self._lasted.clear()
        self._tops.clear()

    def add(self, charge_nc: int, lasted_ns: int, top_nc: int) -> None:
        if top_nc <= self.nc and charge_nc * 10 < self.nc * 9:
            # too low to count for anything higher than ground
            return
        bucket = charge_nc // _BUCKET_NC
        self._lasted[bucket] = self._lasted.get(bucket, 0) + lasted_ns
        if top_nc > self.nc:
            self._tops[top_nc // _BUCKET_NC] = max(top_nc, self._tops.get(top_nc // _BUCKET_NC, 0))
        self._highest = max(self._highest, top_nc)
        if self._highest > self.nc:
            self._raise()

    def _raise(self) -> None:
        for charge_nc in sorted(self._tops.values(), reverse=True):
            if charge_nc <= self.nc:
                return
            if self._within_a_tenth_ns(charge_nc) >= FELT_NS:
                self.nc = charge_nc
                too_low = charge_nc * 9 // 10 // _BUCKET_NC
                for kept in (self._lasted, self._tops):
                    for bucket in [b for b in kept if b < too_low]:
                        del kept[bucket]
                return

    def _within_a_tenth_ns(self, top_nc: int) -> int:
        # exact: a tenth that is rounded would let 72 nC count as 81
        return sum(lasted for bucket, lasted in self._lasted.items() if bucket * _BUCKET_NC * 10 >= top_nc * 9)
