"""The program file as pydantic models. Imported lazily: the engine never sees it.

Rule 1: an unknown key is an error. Nothing is ignored.
Rule 2: the figures allowed here are the outermost of any profile; the profile of the session decides in `compile`.
"""

from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from stimctl.model.plan import EnvelopeKind

__all__ = [
    "Alternate",
    "Burst",
    "ChannelTable",
    "Continuous",
    "Drift",
    "OnlyIfTable",
    "PhaseTable",
    "ProgramFile",
    "RaisedCosine",
    "Ramp",
    "Steps",
    "Sweep",
    "Swell",
    "ThenTable",
    "Train",
]

# A border's dip takes 2 s; with less than a second beside it there is no phase left.
_SHORTEST_PHASE_MS = 3_000
# Ten pieces of 200 ms draw a period; one piece is the least on which an alternation can stay.
_SHORTEST_PERIOD_S = 2
_SHORTEST_ALTERNATION_S = 0.4
_LONGEST_PERIOD_S = 600

V = TypeVar("V", bound=float)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


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
    return f"?{kind}" if isinstance(kind, str) and kind in {one.value for one in EnvelopeKind} else None


Percent = Annotated[float, Field(ge=0, le=100)]
Seconds = Annotated[float, Field(ge=0.1, le=_LONGEST_PERIOD_S)]
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


class ThenTable(_Table):
    """Slow beats in a train's off time."""

    rate_hz: Rate
    top_pct: Annotated[float, Field(gt=0, le=100)] = 50
    seconds: Seconds


class Train(_Table):
    """On and off: up, hold, down, off, and perhaps an active rest."""

    kind: Literal["train"]
    up_s: Seconds
    hold_s: Annotated[float, Field(ge=0, le=_LONGEST_PERIOD_S)]
    down_s: Seconds
    off_s: Seconds
    then: ThenTable | None = None

    @model_validator(mode="after")
    def _has_a_cycle(self) -> Self:
        if self.then and self.then.seconds <= self.up_s + self.down_s + 0.1:
            said = "then.seconds is more than up_s and down_s, which shape it too"
            raise PydanticCustomError("then_too_short", said, {"place": ("then", "seconds")})
        return self


class Burst(_Table):
    """Packets of pulses. The edges, 21 ms each, are part of `on_s`."""

    kind: Literal["burst"]
    on_s: Annotated[float, Field(ge=0.06, le=1)]
    off_s: Annotated[float, Field(ge=0.05, le=1)]


class RaisedCosine(_Table):
    """A wave from zero to the top and back."""

    kind: Literal["raised_cosine"]
    period_s: Period
    off_s: Annotated[float, Field(ge=0, le=_LONGEST_PERIOD_S)] = 0


AnyEnvelope = Annotated[
    Annotated[Continuous, Tag("?continuous")]
    | Annotated[Swell, Tag("?swell")]
    | Annotated[Train, Tag("?train")]
    | Annotated[Burst, Tag("?burst")]
    | Annotated[RaisedCosine, Tag("?raised_cosine")],
    Discriminator(
        _kind_of_envelope,
        custom_error_type="envelope",
        custom_error_message='a table with kind = "continuous", "swell", "train", "burst" or "raised_cosine"',
    ),
]
Intensity = Annotated[
    Annotated[Percent, Tag("?number")] | Annotated[Pair[Percent], Tag("?pair")],
    Discriminator(_kind_of_value, custom_error_type="intensity", custom_error_message="a number, or two: [from, to]"),
]


ChannelKey = Annotated[str, Field(pattern="^[1-8]$")]


class OnlyIfTable(_Table):
    """A question that is answered before the unit is armed, and what comes where the answer is no."""

    pain_at_rest_at_most: Annotated[int, Field(ge=0, le=10)]
    else_repeat: Text


class ChannelTable(_Table):
    """What is different on one channel of a phase."""

    intensity_pct: Intensity | None = None
    ramp: Ramp | None = None
    rate_hz: ChangingRate | None = None
    phase_duration_us: ChangingPhaseDuration | None = None
    envelope: AnyEnvelope | None = None


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
    alternate_channels: bool = False
    delay_s: dict[ChannelKey, Annotated[float, Field(ge=0, le=_LONGEST_PERIOD_S)]] = {}
    channel: dict[ChannelKey, ChannelTable] = {}
    only_if: OnlyIfTable | None = None

    @property
    def lasts_ms(self) -> int:
        return round(self.minutes * 60_000)

    @model_validator(mode="after")
    def _is_long_enough(self) -> Self:
        if self.lasts_ms < _SHORTEST_PHASE_MS:
            said = "a phase lasts at least 3 s (minutes = 0.05)"
            raise PydanticCustomError("phase_too_short", said, {"place": ("minutes",)})
        ramps: dict[tuple[str, ...], Ramp | None] = {("ramp", "seconds"): self.ramp}
        ramps |= {("channel", key, "ramp", "seconds"): one.ramp for key, one in self.channel.items()}
        for place, ramp in ramps.items():
            seconds = ramp.seconds if ramp else 0
            if not isinstance(seconds, str) and seconds * 1000 > self.lasts_ms:
                said = 'a ramp is no longer than its phase (or seconds = "to-end")'
                raise PydanticCustomError("ramp_too_long", said, {"place": place})
        return self


class ProgramFile(_Table):
    """A whole file."""

    format: Literal[1]
    id: Text | None = None
    title: Text
    aim: Text | None = None
    technique: Text | None = None
    evidence: Annotated[str, Field(max_length=1_000)] | None = None
    sources: list[Text] = []
    injuries: Annotated[list[Literal["overuse", "blow", "strain", "any"]], AfterValidator(_distinct)] = []
    program_class: Annotated[Literal["sensory", "twitch", "contraction", "tetanic"], Field(alias="class")]
    profiles: Annotated[list[Literal["consumer", "clinical"]], Field(min_length=1), AfterValidator(_distinct)]
    channels: Annotated[list[Annotated[int, Field(ge=1, le=8)]], Field(min_length=1), AfterValidator(_distinct)]
    phases: Annotated[list[PhaseTable], Field(alias="phase", min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _names_only_its_own(self) -> Self:
        names = [phase.name for phase in self.phases]
        for index, phase in enumerate(self.phases):
            if phase.name in names[:index]:
                said = "each phase has a name of its own"
                raise PydanticCustomError("names", said, {"place": ("phase", index, "name")})
            for table, keys in (("channel", phase.channel), ("delay_s", phase.delay_s)):
                for key in keys:
                    if int(key) not in self.channels:
                        said = "a channel that the program has in `channels`"
                        raise PydanticCustomError("channels", said, {"place": ("phase", index, table, key)})
            unconditional = [one.name for one in self.phases[:index] if one.only_if is None]
            if phase.only_if and phase.only_if.else_repeat not in unconditional:
                said = "the name of a phase before this one that has no condition itself"
                place = ("phase", index, "only_if", "else_repeat")
                raise PydanticCustomError("else_repeat", said, {"place": place})
        return self
