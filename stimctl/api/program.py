"""Programs written in code: the tables of a program file as values, under the file's names and by the file's rules.

Rule 1: a program is checked when it is made, by the same models as a file; all that is wrong is one ConfigError.
Rule 2: nothing is left to chance: what is not given is left out, as in a file, and no key exists that a file has not.

Two names differ, because `class` is no name in Python: `program_class` and `phases` are `class` and `[[phase]]` there.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, fields, is_dataclass
from hashlib import sha256
from typing import Any, ClassVar, Literal

from stimctl.errors import ConfigError
from stimctl.model.plan import Plan
from stimctl.program.finding import Finding

__all__ = [
    "Alternate",
    "Burst",
    "Continuous",
    "Drift",
    "OnChannel",
    "OnlyIf",
    "Phase",
    "Program",
    "Ramp",
    "RaisedCosine",
    "Steps",
    "Sweep",
    "Swell",
    "Then",
    "Train",
]

FORMAT = 1
_IN_A_FILE = {"program_class": "class", "phases": "phase"}
_IN_CODE = {name: own for own, name in _IN_A_FILE.items()}


@dataclass(frozen=True, slots=True)
class Sweep:
    """A triangle between two values and back, once in `period_s`."""

    sweep: Sequence[float]
    _: KW_ONLY
    period_s: float


@dataclass(frozen=True, slots=True)
class Drift:
    """From one value to another over the phase."""

    drift: Sequence[float]


@dataclass(frozen=True, slots=True)
class Steps:
    """Each value for an equal part of the phase."""

    steps: Sequence[float]


@dataclass(frozen=True, slots=True)
class Alternate:
    """Half of `period_s` on each of two values."""

    alternate: Sequence[float]
    _: KW_ONLY
    period_s: float


@dataclass(frozen=True, slots=True)
class Ramp:
    """How the intensity goes from the first value to the second; `seconds` may be "to-end"."""

    shape: Literal["linear", "smooth", "exponential"]
    _: KW_ONLY
    seconds: float | Literal["to-end"]


@dataclass(frozen=True, slots=True)
class Continuous:
    """No envelope."""

    kind: ClassVar[str] = "continuous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swell:
    """A sine between the top and `depth_pct` less."""

    kind: ClassVar[str] = "swell"
    period_s: float
    depth_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """Slow beats in a train's off time."""

    rate_hz: float
    seconds: float
    top_pct: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Train:
    """On and off: up, hold, down, off, and perhaps slow beats `then`."""

    kind: ClassVar[str] = "train"
    up_s: float
    hold_s: float
    down_s: float
    off_s: float
    then: Then | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Packets of pulses with edges of 20 ms."""

    kind: ClassVar[str] = "burst"
    on_s: float
    off_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedCosine:
    """A wave from zero to the top and back in `period_s`, then `off_s` of silence."""

    kind: ClassVar[str] = "raised_cosine"
    period_s: float
    off_s: float | None = None


Changing = Sweep | Drift | Steps | Alternate
Envelope = Continuous | Swell | Train | Burst | RaisedCosine


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyIf:
    """A question that is answered before the unit is armed, and the phase that is repeated where the answer is no."""

    pain_at_rest_at_most: int
    else_repeat: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChannel:
    """What is different on one channel of a phase."""

    intensity_pct: float | Sequence[float] | None = None
    ramp: Ramp | None = None
    rate_hz: float | Changing | None = None
    phase_duration_us: int | Changing | None = None
    envelope: Envelope | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase: the same minutes for all channels. Intensities are percent of the range sensory..comfort.

    `delay_s` and `channel` go by channel number.
    """

    name: str
    depth: Literal["surface", "transition", "deep", "cool-down"]
    minutes: float
    intensity_pct: float | Sequence[float]
    rate_hz: float | Changing
    phase_duration_us: int | Changing
    ramp: Ramp | None = None
    envelope: Envelope | None = None
    alternate_channels: bool = False
    delay_s: Mapping[int, float] = field(default_factory=dict)
    channel: Mapping[int, OnChannel] = field(default_factory=dict)
    only_if: OnlyIf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A whole program. ConfigError says all that is wrong with it, as for a file."""

    title: str
    program_class: Literal["sensory", "twitch", "contraction", "tetanic"]
    phases: Sequence[Phase]
    # Current flows where somebody said so: a second channel is asked for.
    channels: Sequence[int] = (1,)
    profiles: Sequence[Literal["consumer", "clinical"]] = ("consumer", "clinical")
    aim: str | None = None
    plan: Plan = field(init=False, repr=False, compare=False)
    unsafe: str = field(init=False, repr=False, compare=False)
    """All that the linter says against it, in words; such a program is refused when it is checked or run."""

    def __post_init__(self) -> None:
        given = {one.name: getattr(self, one.name) for one in fields(self) if one.init}
        document = {"format": FORMAT, **{_IN_A_FILE.get(name, name): _plain(value) for name, value in given.items()}}
        document = {name: value for name, value in document.items() if value is not None}
        plan, unsafe = _checked(document, f"program {self.title!r}")
        object.__setattr__(self, "plan", plan)
        object.__setattr__(self, "unsafe", unsafe)


def _plain(value: object) -> Any:
    """As tomllib would give it, had it been written in a file."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": value.kind} if isinstance(value, Envelope) else {}
        own = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return kind | {name: given for name, given in own.items() if given is not None}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _checked(document: dict[str, Any], called: str) -> tuple[Plan, str]:
    # pydantic takes a tenth of a second to import: who runs a program of the library need not wait for it twice
    from pydantic import ValidationError

    from stimctl.program.complaints import complaints
    from stimctl.program.lint import lint
    from stimctl.program.mixups import fractions
    from stimctl.program.resolve import to_plan
    from stimctl.program.schema import ProgramFile

    wrong = fractions(document)
    try:
        program = ProgramFile.model_validate(document)
    except ValidationError as invalid:
        wrong += complaints(invalid, document)
    if wrong:
        raise ConfigError(_all_of(wrong, document, called))
    findings = lint(program)
    unsafe = _all_of(findings, document, called) if findings else ""
    return to_plan(program, sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()), unsafe


def _all_of(findings: Sequence[Finding], document: dict[str, Any], called: str) -> str:
    from stimctl.program.report import where

    said = [
        f"{_in_code(where(one.place, document))}: {one.found}"
        f"{f', allowed: {one.allowed}' if one.allowed else ''}{f'; {one.advice}' if one.advice else ''}"
        for one in findings
    ]
    return "\n  ".join([f"{called}: {_things(len(said))} wrong", *said])


def _in_code(place: str) -> str:
    return _IN_CODE.get(place, place)


def _things(count: int) -> str:
    return "1 thing is" if count == 1 else f"{count} things are"
