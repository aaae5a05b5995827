"""From the models of a program file to a `Plan`: each channel's drive spelled out, in integers and base units."""

from dataclasses import replace
from typing import TypeVar

from stimctl.model.plan import (
    ActiveRest,
    Depth,
    Drive,
    Envelope,
    EnvelopeKind,
    OnlyIf,
    Phase,
    Plan,
    RampShape,
    Variation,
    Varying,
)
from stimctl.program.schema import (
    Alternate,
    Burst,
    ChannelTable,
    Continuous,
    Drift,
    OnlyIfTable,
    PhaseTable,
    ProgramFile,
    RaisedCosine,
    Steps,
    Sweep,
    Swell,
    ThenTable,
    Train,
)

__all__ = ["to_plan"]

# The edge of a burst: less than 20 ms is felt as a jolt, and a unit measures them by its own clock, which may be fast.
_EDGE_MS = 21

V = TypeVar("V", bound=float)


def to_plan(program: ProgramFile, sha256: str) -> Plan:
    """The same in frozen integers; `sha256` is that of the file's bytes."""
    channels = tuple(sorted(program.channels))
    names = [phase.name for phase in program.phases]
    return Plan(
        title=program.title,
        program_class=program.program_class,
        profiles=tuple(program.profiles),
        channels=channels,
        phases=tuple(
            Phase(
                name=phase.name,
                depth=Depth(phase.depth),
                lasts_ms=phase.lasts_ms,
                drives={channel: _drive(phase, channel, channels) for channel in channels},
                only_if=_condition(phase.only_if, names),
            )
            for phase in program.phases
        ),
        sha256=sha256,
    )


def _condition(only_if: OnlyIfTable | None, names: list[str]) -> OnlyIf | None:
    if only_if is None:
        return None
    return OnlyIf(pain_at_rest_at_most=only_if.pain_at_rest_at_most, else_repeat=names.index(only_if.else_repeat))


def _drive(phase: PhaseTable, channel: int, channels: tuple[int, ...]) -> Drive:
    own = phase.channel.get(str(channel), ChannelTable())
    intensity = phase.intensity_pct if own.intensity_pct is None else own.intensity_pct
    first, last = intensity if isinstance(intensity, list) else (intensity, intensity)
    ramp = own.ramp or phase.ramp
    seconds = ramp.seconds if ramp else 0.0
    envelope = _envelope(own.envelope or phase.envelope)
    delay_ms = _ms(phase.delay_s.get(str(channel), 0.0))
    if phase.alternate_channels:
        delay_ms = envelope.cycle_ms * channels.index(channel) // len(channels)
    return Drive(
        intensity_start_permille=round(first * 10),
        intensity_end_permille=round(last * 10),
        ramp_shape=RampShape(ramp.shape) if ramp else RampShape.LINEAR,
        ramp_ms=0 if isinstance(seconds, str) else _ms(seconds),
        ramp_to_end=isinstance(seconds, str),
        rate_mhz=_varying(phase.rate_hz if own.rate_hz is None else own.rate_hz, 1000),
        phase_duration_us=_varying(
            phase.phase_duration_us if own.phase_duration_us is None else own.phase_duration_us, 1
        ),
        envelope=replace(envelope, delay_ms=delay_ms),
    )


def _varying(value: V | Sweep[V] | Drift[V] | Steps[V] | Alternate[V], scale: int) -> Varying:
    period_ms = 0
    match value:
        case Sweep():
            variation, values, period_ms = Variation.SWEEP, value.sweep, _ms(value.period_s)
        case Drift():
            variation, values = Variation.DRIFT, value.drift
        case Steps():
            variation, values = Variation.STEPS, value.steps
        case Alternate():
            variation, values, period_ms = Variation.ALTERNATE, value.alternate, _ms(value.period_s)
        case _:
            variation, values = Variation.CONSTANT, [value]
    return Varying(variation=variation, values=tuple(round(one * scale) for one in values), period_ms=period_ms)


def _envelope(envelope: Continuous | Swell | Train | Burst | RaisedCosine) -> Envelope:
    match envelope:
        case Swell():
            return Envelope(
                kind=EnvelopeKind.SWELL, period_ms=_ms(envelope.period_s), depth_permille=round(envelope.depth_pct * 10)
            )
        case Train():
            return Envelope(
                kind=EnvelopeKind.TRAIN,
                up_ms=_ms(envelope.up_s),
                hold_ms=_ms(envelope.hold_s),
                down_ms=_ms(envelope.down_s),
                off_ms=_ms(envelope.off_s),
                then=_active_rest(envelope.then),
            )
        case Burst():
            return Envelope(
                kind=EnvelopeKind.BURST,
                up_ms=_EDGE_MS,
                hold_ms=_ms(envelope.on_s) - 2 * _EDGE_MS,
                down_ms=_EDGE_MS,
                off_ms=_ms(envelope.off_s),
            )
        case RaisedCosine():
            return Envelope(
                kind=EnvelopeKind.RAISED_COSINE, period_ms=_ms(envelope.period_s), off_ms=_ms(envelope.off_s)
            )
        case _:
            return Envelope(kind=EnvelopeKind.CONTINUOUS)


def _active_rest(then: ThenTable | None) -> ActiveRest | None:
    if then is None:
        return None
    return ActiveRest(
        rate_mhz=round(then.rate_hz * 1000), top_permille=round(then.top_pct * 10), lasts_ms=_ms(then.seconds)
    )


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
