"""How things change within a phase: ramp shapes, the swell, values that vary. Pure functions of time.

Rule 1: offsets are nanoseconds from the phase's start; outside 0..end the nearer end's value holds.
Rule 2: fractions are floats here and nowhere else; whoever makes an amplitude of them rounds down.
"""

from math import cos, exp, expm1, tau

from stimctl.clock import MS
from stimctl.model.plan import Envelope, EnvelopeKind, RampShape, Variation, Varying

__all__ = ["cut_points_ns", "ramp_fraction", "swell_factor", "value_at"]

# The exponential ramp multiplies its slope by e³, about twenty, from its beginning to its end: plainly slow at first,
# and not yet half-way up at three quarters of its time.
_STEEPNESS = 3.0


def ramp_fraction(shape: RampShape, elapsed_ns: int, lasts_ns: int) -> float:
    """How much of a ramp is done: 0 at its beginning, 1 at its end, never falling. A ramp of no time is done."""
    if elapsed_ns >= lasts_ns:
        return 1.0
    if elapsed_ns <= 0:
        return 0.0
    done = elapsed_ns / lasts_ns
    if shape is RampShape.SMOOTH:
        return done * done * (3.0 - 2.0 * done)
    if shape is RampShape.EXPONENTIAL:
        return (exp(_STEEPNESS * done) - 1.0) / expm1(_STEEPNESS)
    return done


def swell_factor(envelope: Envelope, offset_ns: int) -> float:
    """What the envelope leaves of the amplitude, 0..1. A swell begins at its top, so that it joins what was before."""
    if envelope.kind is EnvelopeKind.CONTINUOUS:
        return 1.0
    turn = offset_ns % (envelope.period_ms * MS) / (envelope.period_ms * MS)
    return 1.0 - envelope.depth_permille / 1000.0 * (1.0 - cos(tau * turn)) / 2.0


def value_at(varying: Varying, offset_ns: int, lasts_ns: int) -> int:
    """The value at an instant of a phase of `lasts_ns`, rounded to a whole unit; always within its own values."""
    values = varying.values
    match varying.variation:
        case Variation.CONSTANT:
            return values[0]
        case Variation.STEPS:
            part = len(values) * max(0, offset_ns) // lasts_ns
            return values[min(part, len(values) - 1)]
        case Variation.ALTERNATE:
            return values[2 * (offset_ns % (varying.period_ms * MS)) // (varying.period_ms * MS)]
        case Variation.DRIFT:
            return _between(values[0], values[1], min(max(0, offset_ns), lasts_ns), lasts_ns)
        case Variation.SWEEP:
            period_ns = varying.period_ms * MS
            there_and_back_ns = 2 * (offset_ns % period_ns)
            return _between(values[0], values[1], min(there_and_back_ns, 2 * period_ns - there_and_back_ns), period_ns)


def cut_points_ns(varying: Varying, lasts_ns: int) -> tuple[int, ...]:
    """The instants inside a phase at which the value jumps, in order."""
    match varying.variation:
        case Variation.STEPS:
            parts = len(varying.values)
            return tuple(-(-lasts_ns * part // parts) for part in range(1, parts))
        case Variation.ALTERNATE:
            half_ns = varying.period_ms * MS // 2
            return tuple(range(half_ns, lasts_ns, half_ns))
        case _:
            return ()


def _between(first: int, last: int, done: int, whole: int) -> int:
    return first + (2 * (last - first) * done + whole) // (2 * whole)
