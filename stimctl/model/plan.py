"""A plan: what a program file says, checked and resolved, in integers. Made by program/schema, read by program/compile.

Frozen values only, so that it can cross from a front end to the engine as JSON and be trusted to be what it says.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Depth", "Envelope", "EnvelopeKind", "Phase", "Plan", "RampShape", "Variation", "Varying"]


class Depth(Enum):
    SURFACE = "surface"
    TRANSITION = "transition"
    DEEP = "deep"
    COOL_DOWN = "cool-down"


class RampShape(Enum):
    LINEAR = "linear"
    SMOOTH = "smooth"
    EXPONENTIAL = "exponential"


class Variation(Enum):
    CONSTANT = "constant"
    SWEEP = "sweep"
    DRIFT = "drift"
    STEPS = "steps"
    ALTERNATE = "alternate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Varying:
    """A value that may change over a phase.

    CONSTANT: `values[0]`. SWEEP: a triangle between two values and back, once in `period_ms`. DRIFT: from the first to
    the second over the phase. STEPS: each for an equal part of the phase. ALTERNATE: half of `period_ms` on each.
    """

    variation: Variation
    values: tuple[int, ...]
    period_ms: int = 0


class EnvelopeKind(Enum):
    CONTINUOUS = "continuous"
    SWELL = "swell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The shape laid over the amplitude. SWELL: a sine between the top and `1 - depth` of it, once in `period_ms`."""

    kind: EnvelopeKind
    period_ms: int = 0
    depth_permille: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase. Intensities are permille of the range sensory..comfort; rates are millihertz.

    `ramp_ms` 0: no ramp. `ramp_to_end`: the ramp takes the whole phase.
    """

    name: str
    depth: Depth
    lasts_ms: int
    intensity_start_permille: int
    intensity_end_permille: int
    ramp_shape: RampShape
    ramp_ms: int
    ramp_to_end: bool
    rate_mhz: Varying
    phase_duration_us: Varying
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole program. `program_class` is sensory, twitch, contraction or tetanic."""

    title: str
    program_class: str
    profiles: tuple[str, ...]
    channels: tuple[int, ...]
    phases: tuple[Phase, ...]
    sha256: str
