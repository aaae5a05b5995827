"""Limits: the bounds of one session, combined by minimum only.

Rule 1: a bound may be tightened by anybody and loosened by nobody: `tightest` is the only way to combine.
Rule 2: the two profiles are figures of docs/safety-case.md's envelope; each says where it comes from.
"""

from dataclasses import dataclass, fields
from functools import reduce

__all__ = ["CLINICAL", "CONSUMER", "PROFILES", "Limits", "tightest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What no segment of a session may exceed. Larger is looser in every field but `shortest_period_us`,
    `shortest_phase_us` and `smallest_pad_mm2`.
    """

    amplitude_ua: int
    phase_duration_us: int
    shortest_phase_us: int
    charge_per_phase_nc: int
    shortest_period_us: int
    rms_ua: int
    rms_density_ua_cm2: int
    power_density_uw_cm2: int
    smallest_pad_mm2: int
    rise_ua_per_s: int
    returns_per_s: int
    fused_hold_ms: int
    active_rest_permille: int
    session_ms: int
    release_ms: int


_TIGHTER_IS_LARGER = frozenset({"shortest_period_us", "shortest_phase_us", "smallest_pad_mm2"})


def tightest(first: Limits, *others: Limits) -> Limits:
    """The tightest of each bound."""
    return reduce(_tighter, others, first)


def _tighter(one: Limits, other: Limits) -> Limits:
    return Limits(
        **{
            field.name: (max if field.name in _TIGHTER_IS_LARGER else min)(
                getattr(one, field.name), getattr(other, field.name)
            )
            for field in fields(Limits)
        }
    )


# Proposals of this project, inside what is on the market (peak 50 to 100 mA: Enraf TensMed S84, TensCare Touch TENS).
# Density: half of, and equal to, the 2 mA r.m.s./cm² above which IEC 60601-2-10 asks makers to warn. Power density: a
# tenth of, and just under, FDA's 0.25 W/cm² (guidance of 1999). The rest: docs/safety-case.md.
CONSUMER = Limits(
    amplitude_ua=50_000,
    phase_duration_us=300,
    shortest_phase_us=50,
    charge_per_phase_nc=15_000,
    shortest_period_us=8_333,
    rms_ua=15_000,
    rms_density_ua_cm2=1_000,
    power_density_uw_cm2=25_000,
    smallest_pad_mm2=1_600,
    rise_ua_per_s=1_000,
    returns_per_s=1,
    fused_hold_ms=30_000,
    active_rest_permille=0,
    session_ms=30 * 60_000,
    release_ms=1_000,
)
CLINICAL = Limits(
    amplitude_ua=100_000,
    phase_duration_us=400,
    shortest_phase_us=30,
    charge_per_phase_nc=40_000,
    shortest_period_us=6_666,
    rms_ua=50_000,
    rms_density_ua_cm2=2_000,
    power_density_uw_cm2=249_999,
    smallest_pad_mm2=900,
    rise_ua_per_s=2_000,
    returns_per_s=2,
    fused_hold_ms=60_000,
    active_rest_permille=500,
    session_ms=60 * 60_000,
    release_ms=1_500,
)
PROFILES = {"consumer": CONSUMER, "clinical": CLINICAL}
