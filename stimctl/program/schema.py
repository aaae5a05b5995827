"""The program file as pydantic models, and the way from them to a `Plan`. Imported lazily: the engine never sees it.

Rule 1: an unknown key is an error; so is what the format has and this version does not run yet. Nothing is ignored.
Rule 2: the figures allowed here are the outermost of any profile; the profile of the session decides in `compile`.
"""

from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from stimctl.model.plan import Depth, Envelope, EnvelopeKind, Phase, Plan, RampShape, Variation, Varying

__all__ = ["TABLES", "ProgramFile", "to_plan"]

# A border's dip takes 2 s; with less than a second beside it there is no phase left.
_SHORTEST_PHASE_MS = 3_000
# Ten pieces of 200 ms draw a period; one piece is the least on which an alternation can stay.
_SHORTEST_PERIOD_S = 2
_SHORTEST_ALTERNATION_S = 0.4
_LONGEST_PERIOD_S = 600

V = TypeVar("V", bound=float)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def _not_supported_yet(value: object) -> object:
    if value is False:
        return value
    raise PydanticCustomError("not_supported_yet", "not supported yet; leave it out")


def _distinct(values: list[V]) -> list[V]:
    if any(value in values[:index] for index, value in enumerate(values)):
        raise PydanticCustomError("distinct", "each only once")
    return values


def _kind_of_value(value: object) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "?number"
    if isinstance(value, list):
        return "?pair"
    kinds = [kind for kind in ("sweep", "drift", "steps", "alternate") if isinstance(value, dict) and kind in value]
    return f"?{kinds[0]}" if len(kinds) == 1 else None


def _kind_of_envelope(value: object) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else None
    if kind in ("train", "burst", "raised_cosine"):
        return "?later"
    return f"?{kind}" if kind in ("continuous", "swell") else None


NotYet = Annotated[None, BeforeValidator(_not_supported_yet)]
Percent = Annotated[float, Field(ge=0, le=100)]
Period = Annotated[float, Field(ge=_SHORTEST_PERIOD_S, le=_LONGEST_PERIOD_S)]
Pair = Annotated[list[V], Field(min_length=2, max_length=2)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Sweep(_Table, Generic[V]):
    """A triangle between two values and back."""

    sweep: Pair[V]
    period_s: Period


class Drift(_Table, Generic[V]):
    """From one value to another over the phase."""

    drift: Pair[V]


class Steps(_Table, Generic[V]):
    """Each value for an equal part of the phase."""

    steps: Annotated[list[V], Field(min_length=2, max_length=20)]


class Alternate(_Table, Generic[V]):
    """Half of the period on each of two values."""

    alternate: Pair[V]
    period_s: Annotated[float, Field(ge=_SHORTEST_ALTERNATION_S, le=_LONGEST_PERIOD_S)]


Rate = Annotated[float, Field(ge=1, le=150)]
PhaseDuration = Annotated[int, Field(ge=30, le=400)]
_by_kind = Discriminator(
    _kind_of_value,
    custom_error_type="changing",
    custom_error_message="a number, or a table with just one of sweep, drift, steps, alternate",
)
# Spelled out twice: a generic alias of a generic model would lose the bounds of its values.
ChangingRate = Annotated[
    Annotated[Rate, Tag("?number")]
    | Annotated[Sweep[Rate], Tag("?sweep")]
    | Annotated[Drift[Rate], Tag("?drift")]
    | Annotated[Steps[Rate], Tag("?steps")]
    | Annotated[Alternate[Rate], Tag("?alternate")],
    _by_kind,
]
ChangingPhaseDuration = Annotated[
    Annotated[PhaseDuration, Tag("?number")]
    | Annotated[Sweep[PhaseDuration], Tag("?sweep")]
    | Annotated[Drift[PhaseDuration], Tag("?drift")]
    | Annotated[Steps[PhaseDuration], Tag("?steps")]
    | Annotated[Alternate[PhaseDuration], Tag("?alternate")],
    _by_kind,
]


class Ramp(_Table):
    """How the intensity goes from the first value to the second."""

    shape: Literal["linear", "smooth", "exponential"]
    seconds: Annotated[float, Field(ge=0, le=3_600)] | Literal["to-end"]


class Continuous(_Table):
    """No envelope."""

    kind: Literal["continuous"]


class Swell(_Table):
    """A sine between the top and less."""

    kind: Literal["swell"]
    period_s: Period
    depth_pct: Annotated[float, Field(gt=0, le=100)] = 40


AnyEnvelope = Annotated[
    Annotated[Continuous, Tag("?continuous")] | Annotated[Swell, Tag("?swell")] | Annotated[NotYet, Tag("?later")],
    Discriminator(
        _kind_of_envelope,
        custom_error_type="envelope",
        custom_error_message='a table with kind = "continuous" or "swell"',
    ),
]
Intensity = Annotated[
    Annotated[Percent, Tag("?number")] | Annotated[Pair[Percent], Tag("?pair")],
    Discriminator(_kind_of_value, custom_error_type="intensity", custom_error_message="a number, or two: [from, to]"),
]


class PhaseTable(_Table):
    """One [[phase]]."""

    name: Text
    depth: Literal["surface", "transition", "deep", "cool-down"]
    minutes: Annotated[float, Field(gt=0, le=60)]
    intensity_pct: Intensity
    ramp: Ramp | None = None
    rate_hz: ChangingRate
    phase_duration_us: ChangingPhaseDuration
    envelope: AnyEnvelope = Continuous(kind="continuous")
    alternate_channels: Annotated[Literal[False], BeforeValidator(_not_supported_yet)] = False
    delay_s: NotYet = None

    @property
    def lasts_ms(self) -> int:
        return round(self.minutes * 60_000)

    @model_validator(mode="after")
    def _is_long_enough(self) -> Self:
        if self.lasts_ms < _SHORTEST_PHASE_MS:
            raise PydanticCustomError("too_short", "a phase lasts at least 3 s (minutes = 0.05)")
        seconds = self.ramp.seconds if self.ramp else 0
        if not isinstance(seconds, str) and seconds * 1000 > self.lasts_ms:
            raise PydanticCustomError("ramp_too_long", 'a ramp is no longer than its phase (or seconds = "to-end")')
        return self


class ProgramFile(_Table):
    """A whole file."""

    format: Literal[1]
    id: Text | None = None
    title: Text
    aim: Text | None = None
    technique: Text | None = None
    sources: list[Text] = []
    program_class: Annotated[Literal["sensory", "twitch", "contraction", "tetanic"], Field(alias="class")]
    profiles: Annotated[list[Literal["consumer", "clinical"]], Field(min_length=1), BeforeValidator(_distinct)]
    channels: Annotated[list[Annotated[int, Field(ge=1, le=8)]], Field(min_length=1), BeforeValidator(_distinct)]
    phases: Annotated[list[PhaseTable], Field(alias="phase", min_length=1, max_length=50)]


TABLES: dict[str, type[BaseModel]] = {
    "": ProgramFile,
    "phase": PhaseTable,
    "ramp": Ramp,
    "?continuous": Continuous,
    "?swell": Swell,
    "?sweep": Sweep,
    "?drift": Drift,
    "?steps": Steps,
    "?alternate": Alternate,
}
"""The model of each table of a file, by the last part of the place that pydantic gives for it."""


def to_plan(program: ProgramFile, sha256: str) -> Plan:
    """The same in frozen integers; `sha256` is that of the file's bytes."""
    return Plan(
        title=program.title,
        program_class=program.program_class,
        profiles=tuple(program.profiles),
        channels=tuple(sorted(program.channels)),
        phases=tuple(_phase(phase) for phase in program.phases),
        sha256=sha256,
    )


def _phase(phase: PhaseTable) -> Phase:
    intensity = phase.intensity_pct
    first, last = intensity if isinstance(intensity, list) else (intensity, intensity)
    seconds = phase.ramp.seconds if phase.ramp else 0.0
    return Phase(
        name=phase.name,
        depth=Depth(phase.depth),
        lasts_ms=phase.lasts_ms,
        intensity_start_permille=round(first * 10),
        intensity_end_permille=round(last * 10),
        ramp_shape=RampShape(phase.ramp.shape) if phase.ramp else RampShape.LINEAR,
        ramp_ms=0 if isinstance(seconds, str) else round(seconds * 1000),
        ramp_to_end=isinstance(seconds, str),
        rate_mhz=_varying(phase.rate_hz, 1000),
        phase_duration_us=_varying(phase.phase_duration_us, 1),
        envelope=_envelope(phase.envelope),
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


def _envelope(envelope: Continuous | Swell | None) -> Envelope:
    if isinstance(envelope, Swell):
        return Envelope(
            kind=EnvelopeKind.SWELL, period_ms=_ms(envelope.period_s), depth_permille=round(envelope.depth_pct * 10)
        )
    return Envelope(kind=EnvelopeKind.CONTINUOUS)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
