"""The conversions between what people type and the integers inside, each in one place.

Inside everything is an integer in base units: microamperes, microseconds, nanoseconds, nanocoulombs.
"""

from math import isqrt

__all__ = [
    "charge_per_phase_nc",
    "milliamperes",
    "microamperes",
    "period_us",
    "power_density_uw_cm2",
    "rms_ua",
]


def microamperes(milliamperes: float) -> int:
    """18.5 mA is 18 500 µA."""
    return round(milliamperes * 1000)


def milliamperes(microamperes: int) -> float:
    """18 500 µA is 18.5 mA."""
    return microamperes / 1000


def period_us(rate_hz: float) -> int:
    """The pulse period of a rate, in whole microseconds; never shorter than asked."""
    return -int(-1_000_000 // rate_hz)


def charge_per_phase_nc(amplitude_ua: int, phase_duration_us: int) -> int:
    """Charge of one phase of a rectangular pulse, rounded up: 20 mA for 200 µs is 4 000 nC."""
    return -(-amplitude_ua * phase_duration_us // 1000)


def rms_ua(amplitude_ua: int, phase_duration_us: int, pulse_period_us: int) -> int:
    """R.m.s. current of symmetrical biphasic pulses, rounded up.

    I_rms = I_peak x sqrt(2 x phase duration x rate): the formula that makers print for pulsed current, with the
    phase duration doubled because both phases flow (Enraf-Nonius Endomed 484, instructions of 2019, p. 47).
    """
    return isqrt(amplitude_ua * amplitude_ua * 2 * phase_duration_us // pulse_period_us) + 1 if amplitude_ua else 0


def power_density_uw_cm2(rms_current_ua: int, pad_mm2: int) -> int:
    """Power density in µW/cm² that an r.m.s. current makes in 500 Ω under a pad, rounded up (FDA guidance of 1999)."""
    return -(-rms_current_ua * rms_current_ua * 500 * 100 // (1_000_000 * pad_mm2))
