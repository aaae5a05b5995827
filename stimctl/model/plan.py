"""A plan: what a program file says, checked and resolved, in integers. Made by program/schema, read by program/compile.

Frozen values only, so that it can cross from a front end to the engine as JSON and be trusted to be what it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

__all__ = [
    "CONTRACTING",
    "ActiveRest",
    "Depth",
    "Drive",
    "Envelope",
    "EnvelopeKind",
    "OnlyIf",
    "Phase",
    "Plan",
    "RampShape",
    "Variation",
    "Varying",
]


# The classes that fuse contractions, and the part of the range above which they do so even at the surface (proposed).
CONTRACTING = ("contraction", "tetanic")
_STRONG_PERMILLE = 500


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
    TRAIN = "train"
    BURST = "burst"
    RAISED_COSINE = "raised_cosine"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveRest:
    """Slow beats in a train's off time: from zero by the train's own ramps to `top_permille` of its top, and back."""

    rate_mhz: int
    top_permille: int
    lasts_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The shape laid over the amplitude, once a cycle; `delay_ms` after the phase's beginning the first cycle begins.

    SWELL: a sine between the top and `1 - depth` of it, once in `period_ms`; begins at the top. RAISED_COSINE: from
    zero to the top and back in `period_ms`, then `off_ms` of silence. TRAIN and BURST: up, hold, down, off, and for a
    TRAIN perhaps `then`. A BURST's ramps are edges of a little over 20 ms that may be steps.
    """

    kind: EnvelopeKind
    period_ms: int = 0
    depth_permille: int = 0
    up_ms: int = 0
    hold_ms: int = 0
    down_ms: int = 0
    off_ms: int = 0
    then: ActiveRest | None = None
    delay_ms: int = 0

    @property
    def on_ms(self) -> int:
        """Up, hold and down."""
        return self.up_ms + self.hold_ms + self.down_ms

    @property
    def cycle_ms(self) -> int:
        """A whole cycle; 0 where nothing comes round again."""
        return self.period_ms + self.on_ms + self.off_ms + (self.then.lasts_ms if self.then else 0)

    @property
    def begins_at_zero(self) -> bool:
        """Whether a cycle begins from silence."""
        return self.kind not in (EnvelopeKind.CONTINUOUS, EnvelopeKind.SWELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """What one channel is given in a phase. Intensities are permille of the range sensory..comfort; rates millihertz.

    `ramp_ms` 0: no ramp. `ramp_to_end`: the ramp takes the whole phase.
    """

    intensity_start_permille: int
    intensity_end_permille: int
    ramp_shape: RampShape
    ramp_ms: int
    ramp_to_end: bool
    rate_mhz: Varying
    phase_duration_us: Varying
    envelope: Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyIf:
    """A phase for which pain at rest (0 to 10) has to be at most this; else the phase numbered `else_repeat` comes."""

    pain_at_rest_at_most: int
    else_repeat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: the same time for all channels, to each its own drive.

    `from_zero`: it begins at zero, because something is set by hand before it (program/dials.py).
    """

    name: str
    depth: Depth
    lasts_ms: int
    drives: Mapping[int, Drive]
    only_if: OnlyIf | None = None
    from_zero: bool = False

    def begins_at_zero(self, channel: int) -> bool:
        """Whether this channel's output begins from silence."""
        return self.from_zero or self.drives[channel].envelope.begins_at_zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole program. `program_class` is sensory, twitch, contraction or tetanic.

    `pain_at_rest` is the person's answer, 0 to 10, to what conditions ask; None while nobody has answered.
    """

    title: str
    program_class: str
    profiles: tuple[str, ...]
    channels: tuple[int, ...]
    phases: tuple[Phase, ...]
    sha256: str
    pain_at_rest: int | None = None

    @property
    def asks_for_pain(self) -> bool:
        """Whether any phase depends on pain at rest."""
        return any(phase.only_if for phase in self.phases)

    def contracts(self, phase: Phase) -> bool:
        """Whether `phase` is meant to hold muscle: in a class that does, whatever is strong or below the surface."""
        strong = any(
            max(drive.intensity_start_permille, drive.intensity_end_permille) > _STRONG_PERMILLE
            for drive in phase.drives.values()
        )
        return self.program_class in CONTRACTING and (strong or phase.depth in (Depth.TRANSITION, Depth.DEEP))

    def to_run(self) -> tuple[Phase, ...]:
        """The phases as they will come, one for one; a condition that nobody has answered counts as not met."""
        return tuple(self._in_place_of(phase) for phase in self.phases)

    def _in_place_of(self, phase: Phase) -> Phase:
        condition = phase.only_if
        if condition is None:
            return phase
        if self.pain_at_rest is not None and self.pain_at_rest <= condition.pain_at_rest_at_most:
            return replace(phase, only_if=None)
        instead = self.phases[condition.else_repeat]
        return replace(instead, name=f"{instead.name} again", lasts_ms=phase.lasts_ms, only_if=None)
