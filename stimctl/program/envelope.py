"""How things change within a phase: ramp shapes, envelopes, values that vary. Pure functions of time.

Rule 1: offsets are nanoseconds from the phase's start; outside 0..end the nearer end's value holds.
Rule 2: fractions are floats here and nowhere else; whoever makes an amplitude of them rounds down.
"""

from math import cos, exp, expm1, tau

from stimctl.clock import MS
from stimctl.model.plan import ActiveRest, Envelope, EnvelopeKind, RampShape, Variation, Varying

__all__ = [
    "Factors",
    "corners_ns",
    "cut_points_ns",
    "in_active_rest",
    "ramp_fraction",
    "rises_by_an_edge",
    "value_at",
]

# The exponential ramp multiplies its slope by e³, about twenty, from its beginning to its end: plainly slow at first,
# and not yet half-way up at three quarters of its time.
_STEEPNESS = 3.0
_SILENT_MS = 100


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


class Factors:
    """What an envelope leaves of the amplitude over a phase. One cycle is like another, so each instant is kept."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._cycle_ns = envelope.cycle_ms * MS
        self._delay_ns = envelope.delay_ms * MS
        self._known: dict[int, float] = {}

    def at(self, offset_ns: int) -> float:
        """0..1. Before its first cycle an envelope stays where a cycle begins."""
        if not self._cycle_ns:
            return 1.0
        at_ns = max(0, offset_ns - self._delay_ns) % self._cycle_ns
        found = self._known.get(at_ns)
        if found is None:
            found = self._known[at_ns] = _factor(self._envelope, at_ns)
        return found


def in_active_rest(envelope: Envelope, offset_ns: int) -> bool:
    """Whether the slow beats of a train's active rest fall at this instant."""
    if envelope.then is None or offset_ns < envelope.delay_ms * MS:
        return False
    return _in_cycle_ns(envelope, offset_ns) >= (envelope.on_ms + envelope.off_ms) * MS


def rises_by_an_edge(envelope: Envelope, offset_ns: int) -> bool:
    """Whether this instant lies in the rising edge of a burst. The first burst of a phase comes by ordinary slopes."""
    if envelope.kind is not EnvelopeKind.BURST or offset_ns < (envelope.delay_ms + envelope.cycle_ms) * MS:
        return False
    return _in_cycle_ns(envelope, offset_ns) < envelope.up_ms * MS


def corners_ns(envelope: Envelope, lasts_ns: int) -> tuple[int, ...]:
    """The instants inside a phase at which the envelope turns, in order: ends of ramps, tops and bottoms of waves."""
    cycle_ns, delay_ns = envelope.cycle_ms * MS, envelope.delay_ms * MS
    if not cycle_ns:
        return ()
    in_cycle = _corners_of_cycle_ns(envelope)
    return tuple(
        at_ns
        for begin_ns in range(delay_ns, lasts_ns, cycle_ns)
        for at_ns in (begin_ns + corner_ns for corner_ns in in_cycle)
        if 0 < at_ns < lasts_ns
    )


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


def _in_cycle_ns(envelope: Envelope, offset_ns: int) -> int:
    return max(0, offset_ns - envelope.delay_ms * MS) % (envelope.cycle_ms * MS)


def _beats_ms(then: ActiveRest) -> int:
    """An active rest ends with a moment of silence, so that the next train begins from one."""
    return then.lasts_ms - _SILENT_MS


def _factor(envelope: Envelope, at_ns: int) -> float:
    """The same at an instant of a cycle."""
    turn = at_ns / (envelope.period_ms * MS) if envelope.period_ms else 0.0
    if envelope.kind is EnvelopeKind.SWELL:
        return 1.0 - envelope.depth_permille / 1000.0 * (1.0 - cos(tau * turn)) / 2.0
    if envelope.kind is EnvelopeKind.RAISED_COSINE:
        return (1.0 - cos(tau * turn)) / 2.0 if turn < 1.0 else 0.0
    slow_ns = at_ns - (envelope.on_ms + envelope.off_ms) * MS
    if envelope.then is None or slow_ns < 0:
        return _trapezoid(envelope, at_ns, envelope.on_ms * MS)
    return envelope.then.top_permille / 1000.0 * _trapezoid(envelope, slow_ns, _beats_ms(envelope.then) * MS)


def _trapezoid(envelope: Envelope, at_ns: int, lasts_ns: int) -> float:
    """Up by the envelope's ramp, hold, down again by the end of `lasts_ns`; then nothing."""
    if at_ns >= lasts_ns:
        return 0.0
    up_ns, down_ns = envelope.up_ms * MS, envelope.down_ms * MS
    if at_ns < up_ns:
        return at_ns / up_ns
    left_ns = lasts_ns - at_ns
    return left_ns / down_ns if left_ns < down_ns else 1.0


def _corners_of_cycle_ns(envelope: Envelope) -> list[int]:
    period_ns = envelope.period_ms * MS
    if envelope.kind is EnvelopeKind.SWELL:
        return [0, period_ns // 2]
    if envelope.kind is EnvelopeKind.RAISED_COSINE:
        # beside the crest, where a long straight piece would rise more steeply than new ground allows and never arrive
        beside_ns = period_ns // 40
        crest = [period_ns // 2 - beside_ns, period_ns // 2, period_ns // 2 + beside_ns]
        return [0, *crest, *([period_ns] if envelope.off_ms else [])]
    up_ms, down_ms = envelope.up_ms, envelope.down_ms
    corners_ms = [0, up_ms, envelope.on_ms - down_ms, envelope.on_ms]
    if envelope.then is not None:
        begin_ms = envelope.on_ms + envelope.off_ms
        end_ms = begin_ms + _beats_ms(envelope.then)
        corners_ms += [begin_ms, begin_ms + up_ms, end_ms - down_ms, end_ms]
    return [at_ms * MS for at_ms in sorted(set(corners_ms))]


def _between(first: int, last: int, done: int, whole: int) -> int:
    return first + (2 * (last - first) * done + whole) // (2 * whole)
