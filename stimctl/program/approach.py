"""How near what was delivered came to each limit: the closest approach, in permille of the limit. Pure.

It judges pulses that flowed, not plans: amplitude, phase duration, charge and pulse rate of each record, r.m.s. and its
densities over the pad, all channels together where they overlap, and the person's own comfortable maximum.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Protocol

from stimctl import units
from stimctl.model.limits import Limits
from stimctl.model.thresholds import Thresholds

__all__ = ["Approach", "Pulses", "approaches"]


class Pulses(Protocol):
    """A record of the skin under one channel at one instant."""

    @property
    def t_us(self) -> int: ...
    @property
    def channel(self) -> int: ...
    @property
    def amplitude_ua(self) -> int: ...
    @property
    def phase_duration_us(self) -> int: ...
    @property
    def pulse_period_us(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """The largest share of one limit that was ever used; over 1000 is over the limit. `at_us` is when."""

    limit: str
    permille: int
    channel: int
    at_us: int


def approaches(
    felt: Iterable[Pulses], limits: Limits, thresholds: Mapping[int, Thresholds], pads_mm2: Mapping[int, int]
) -> tuple[Approach, ...]:
    """The closest approach to each limit, in a fixed order; only what flowed counts. `felt` is in order of time."""
    closest: dict[str, Approach] = {}
    squares: dict[int, int] = {}
    for one in felt:
        if not one.amplitude_ua:
            squares.pop(one.channel, None)
            continue
        rms_ua = units.rms_ua(one.amplitude_ua, one.phase_duration_us, one.pulse_period_us)
        squares[one.channel] = rms_ua * rms_ua
        pad_mm2 = pads_mm2[one.channel]
        comfort_ua = thresholds[one.channel].amplitude_ua(1000, one.phase_duration_us, one.pulse_period_us)
        for limit, used, allowed in (
            ("amplitude", one.amplitude_ua, limits.amplitude_ua),
            ("comfortable maximum", one.amplitude_ua, comfort_ua),
            ("phase duration", one.phase_duration_us, limits.phase_duration_us),
            (
                "charge per phase",
                units.charge_per_phase_nc(one.amplitude_ua, one.phase_duration_us),
                limits.charge_per_phase_nc,
            ),
            ("pulse rate", limits.shortest_period_us, one.pulse_period_us),
            ("r.m.s. density", -(-rms_ua * 100 // pad_mm2), limits.rms_density_ua_cm2),
            ("power density", units.power_density_uw_cm2(rms_ua, pad_mm2), limits.power_density_uw_cm2),
            ("r.m.s. of all channels", isqrt(sum(squares.values()) - 1) + 1, limits.rms_ua),
        ):
            permille = -(-used * 1000 // allowed)
            if limit not in closest or permille > closest[limit].permille:
                closest[limit] = Approach(limit=limit, permille=permille, channel=one.channel, at_us=one.t_us)
    return tuple(closest.values())
