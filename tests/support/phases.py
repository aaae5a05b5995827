"""Phases built and changed in tests: the same drive on every channel unless told otherwise."""

from dataclasses import fields, replace

from stimctl.model.plan import Depth, Drive, Envelope, EnvelopeKind, Phase, RampShape, Variation, Varying

_OF_A_DRIVE = {field.name for field in fields(Drive)}


def constant(value: int) -> Varying:
    return Varying(variation=Variation.CONSTANT, values=(value,))


STEADY = Drive(
    intensity_start_permille=200,
    intensity_end_permille=200,
    ramp_shape=RampShape.LINEAR,
    ramp_ms=0,
    ramp_to_end=False,
    rate_mhz=constant(80_000),
    phase_duration_us=constant(200),
    envelope=Envelope(kind=EnvelopeKind.CONTINUOUS),
)


def steady(**changes: object) -> Phase:
    """A minute at a fifth of the range, changed."""
    whole = Phase(name="steady", depth=Depth.SURFACE, lasts_ms=60_000, drives=dict.fromkeys(range(1, 9), STEADY))
    return changed(whole, **changes)


def changed(phase: Phase, channel: int | None = None, **changes: object) -> Phase:
    """`phase` with other fields of its own or of its drives: all of them, or those of one channel."""
    of_drive = {name: value for name, value in changes.items() if name in _OF_A_DRIVE}
    own = {name: value for name, value in changes.items() if name not in _OF_A_DRIVE}
    drives = {
        number: replace(drive, **of_drive) if channel in (None, number) else drive
        for number, drive in phase.drives.items()
    }
    return replace(phase, drives=drives, **own)
