"""The judge: what the skin felt against the rules of current, by its own book-keeping and nobody else's.

It knows pulses and times only. It shares no code with the governor, the clip or the ground that they keep.
"""

from itertools import pairwise

from simulator.delivered import Felt
from stimctl.model.limits import Limits

STEP_UA = 60
"""Device steps at both ends of a rise, and the amplitude taken at the pulse: half a millisecond of slope."""


def violations(felt: list[Felt], limits: Limits, comfort_nc: int, *, bursts: bool = False) -> list[str]:
    """Everything that no skin should have felt, in words; empty if all was well. `bursts`: edges were planned."""
    found = []
    for channel in sorted({one.channel for one in felt}):
        own = [one for one in felt if one.channel == channel]
        found += _over_limits(own, limits, comfort_nc)
        found += _too_quick(own, limits, bursts=bursts)
        found += _too_close(own, limits)
    return found


def _over_limits(felt: list[Felt], limits: Limits, comfort_nc: int) -> list[str]:
    found = []
    for one in felt:
        charge_nc = one.amplitude_ua * one.phase_duration_us / 1000
        if one.amplitude_ua > limits.amplitude_ua or charge_nc > min(limits.charge_per_phase_nc, comfort_nc):
            found.append(f"{one}: {charge_nc:.0f} nC")
        if one.amplitude_ua and one.phase_duration_us > limits.phase_duration_us:
            found.append(f"{one}: phase duration")
    return found


def _too_close(felt: list[Felt], limits: Limits) -> list[str]:
    found = []
    for before, after in pairwise(felt):
        most = (after.t_us - before.t_us) / (limits.shortest_period_us - 5) + 1
        if after.pulses - before.pulses > most:
            found.append(f"{after}: {after.pulses - before.pulses} pulses since {before.t_us}")
    return found


def _too_quick(felt: list[Felt], limits: Limits, *, bursts: bool) -> list[str]:
    """No step onto ground not felt: above it charge rises slowly; up to it, no quicker than from zero in 1 s."""
    found = []
    ground = {"low": _Felt(), "high": _Felt()}
    last = since = None
    edge = _Edge()
    for one in felt:
        if last is not None and last.amplitude_ua:
            kind = "low" if last.pulse_period_us >= 100_000 else "high"
            ground[kind].add(last.amplitude_ua * last.phase_duration_us / 1000, one.t_us - last.t_us)
        edge.follow(one)
        if one.amplitude_ua and since is not None:
            kind, other = ("low", "high") if one.pulse_period_us >= 100_000 else ("high", "low")
            ground[kind].enter(ground[other].charge_nc / 2)
            by_edge_nc = edge.reach_nc(one, ground[kind].charge_nc, limits) if bursts else 0.0
            found += _rise(since, one, ground[kind].charge_nc, by_edge_nc, limits)
        elif one.amplitude_ua > limits.rise_ua_per_s * 2 * one.pulse_period_us / 1e6 + STEP_UA:
            found.append(f"{one}: began above zero")
        if last is None or one.pulses > last.pulses or not one.amplitude_ua:
            since = one
        last = one
    return found


def _rise(last: Felt, one: Felt, ground_nc: float, by_edge_nc: float, limits: Limits) -> list[str]:
    """`last` is the last pulse on record, not a value that was held since, or the silence after it.

    Out of silence a rise has gone on for a period: earlier its first pulse would have fallen.
    """
    longest_us = one.t_us - last.t_us if last.amplitude_ua else 2 * one.pulse_period_us
    seconds = min(one.t_us - last.t_us, longest_us) / 1e6
    charge_nc = one.amplitude_ua * one.phase_duration_us / 1000
    before_nc = last.amplitude_ua * last.phase_duration_us / 1000
    returning_nc = min(ground_nc, before_nc + ground_nc * limits.returns_per_s * seconds)
    slow_nc = (limits.rise_ua_per_s * seconds + STEP_UA) * one.phase_duration_us / 1000
    at_joint_nc = ground_nc if one.phase_duration_us > last.phase_duration_us else 0
    allowed_nc = max(before_nc, returning_nc, by_edge_nc, at_joint_nc) + slow_nc
    if charge_nc > allowed_nc:
        return [f"{one}: {charge_nc:.0f} nC after {before_nc:.0f}, felt {ground_nc:.0f}, allowed {allowed_nc:.0f}"]
    return []


class _Edge:
    """How far a burst may come back at once: after a rest of at most 1 s, the return slope above the burst before."""

    def __init__(self) -> None:
        self.zero_us: int | None = None
        self.began_us = 0
        self.rest_us = 0
        self.top_nc = 0.0
        self.before_nc = 0.0

    def follow(self, one: Felt) -> None:
        if not one.amplitude_ua:
            self.zero_us = one.t_us if self.zero_us is None else self.zero_us
            return
        if self.zero_us is not None:
            self.began_us, self.rest_us, self.zero_us = one.t_us, one.t_us - self.zero_us, None
            self.before_nc, self.top_nc = self.top_nc, 0.0
        self.top_nc = max(self.top_nc, one.amplitude_ua * one.phase_duration_us / 1000)

    def reach_nc(self, one: Felt, ground_nc: float, limits: Limits) -> float:
        if one.t_us - self.began_us > 30_000 or not 0 < self.rest_us <= 1_000_000 + 2 * one.pulse_period_us:
            return 0.0
        since_s = (self.rest_us + 30_000 + one.pulse_period_us) / 1e6
        return min(ground_nc, self.before_nc + ground_nc * limits.returns_per_s * since_s)


class _Felt:
    """The highest charge that was felt for a second in all, within a tenth."""

    def __init__(self) -> None:
        self.spans: list[tuple[float, int]] = []
        self.highest_nc = 0.0
        self.charge_nc = 0.0
        self.entered = False

    def enter(self, inherited_nc: float) -> None:
        """A rate class that is entered for the first time inherits half of the other's."""
        if not self.entered:
            self.entered, self.charge_nc = True, inherited_nc

    def add(self, charge_nc: float, lasted_us: int) -> None:
        self.spans.append((charge_nc, lasted_us))
        self.highest_nc = max(self.highest_nc, charge_nc)
        # what comes within a tenth of the highest counts for it, also when it comes later
        if self.highest_nc <= self.charge_nc:
            return
        self.spans = [span for span in self.spans if span[0] >= 0.8 * self.charge_nc]
        for candidate in sorted({span[0] for span in self.spans}, reverse=True):
            if candidate <= self.charge_nc:
                break
            if sum(us for nc, us in self.spans if nc >= 0.9 * candidate) >= 1_000_000:
                self.charge_nc = candidate
                break
