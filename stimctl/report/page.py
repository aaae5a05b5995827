"""The report's page from plain values: what is told, and the template that tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Course", "Day", "Page", "Session", "Threshold", "page"]

_TEMPLATE = Path(__file__).parent / "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A row, and a figure of plan against delivered; texts are as people typed them. Empty where nothing is known."""

    on: str
    program: str
    unit: str
    minutes: str
    peak: str
    before: str
    after: str
    comfort: str
    skin: str
    said: str
    ended: str
    figure: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day without a session: the pain on it, and what was said and measured."""

    on: str
    pain: int
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """What was found on a channel, when, at which pulses, on what."""

    on: str
    channel: int
    span: str
    pulses: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How it stands, in words, and its plan line by line with where each line comes from."""

    injury: str
    began_on: str
    opened_on: str
    standing: str
    why: str
    done: str
    change: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything on it. Figures are SVG of ours; every text is escaped by the template."""

    name: str
    made_up: bool
    made_on: str
    version: str
    approvals: tuple[str, ...]
    screening: tuple[str, ...]
    course: Course | None
    pain_figure: str
    dose_figure: str
    sessions: Sequence[Session]
    days: Sequence[Day]
    thresholds: Sequence[Threshold]
    pads: str


def page(of: Page) -> str:
    """The whole file."""
    # only here
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(of=of)
