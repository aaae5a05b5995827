"""A program as it is being written: what is wrong where, or what it will do with the person at hand.

Rule 1: pure; the text, its name and what is chosen are arguments, and `choices` are not changed.
Rule 2: what the file says is judged first; only what is right is worked out for a person.
Rule 3: where the person's range is not known, the preview is of the simulated person, and nothing is blamed for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import Preparation, Unfit
from stimctl.model.capabilities import Capabilities
from stimctl.model.levels import Levels
from stimctl.model.thresholds import Thresholds
from stimctl.program.blame import findings_of
from stimctl.program.compiled import Problem
from stimctl.program.examination import Faults, document_of, examined
from stimctl.program.loader import Program, check_text
from stimctl.program.own_programs import path_of
from stimctl.program.report import spots_of
from stimctl.program.snippet import Spot
from stimctl.tui.choices import Choices
from stimctl.tui.preview import Preview, preview_of

__all__ = ["Linted", "Wrong", "for_whom", "linted", "previewed", "wrong_in"]

# Stands in for an answer that nobody gave, as in `stimctl check`: too high for what depends on it.
_WORST_PAIN = 10
# Messages begin with the name of a file; here nobody needs to be told which.
_NAMELESS = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One thing that is wrong, and where: line and column from 1, and how many characters it is about."""

    line: int
    column: int
    length: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What a text comes to. `program` where the file is right; `preview` where it was worked out too."""

    wrong: tuple[Wrong, ...] = ()
    program: Program | None = None
    preview: Preview | None = None


def wrong_in(text: str) -> tuple[Wrong, ...]:
    """Everything that is wrong by what the text says, in its order."""
    found = examined(_NAMELESS, text)
    if not isinstance(found, Faults):
        return ()
    # what is about the text as a whole stands at its top
    whole = Wrong(line=1, column=1, length=1, sentence=found.message.removeprefix(f"{_NAMELESS}: "))
    return _wrongs(found.spots) or (whole,)


def linted(name: str, text: str, choices: Choices) -> Linted:
    """All that is wrong with `text`, of one's own program `name`, for the person of `choices` too; or a preview."""
    wrong = wrong_in(text)
    if wrong:
        return Linted(wrong=wrong)
    program = check_text(path_of(name), text)
    preview = previewed(program, choices)
    if not preview.refused or not _range_is_known(program, choices):
        return Linted(program=program, preview=preview)
    blamed = _blamed(text, _problems(_asked(program, choices), choices.previewed_on))
    return Linted(wrong=blamed, program=program, preview=preview)


def previewed(program: Program, choices: Choices) -> Preview:
    """What this program would do with the person of `choices`, with the simulated one where the range is not known."""
    return preview_of(_asked(program, choices), choices.previewed_on)


def for_whom(program: Program, choices: Choices) -> str:
    """Whom a preview is for, in words."""
    own = sum(choices.range_of(channel, simulated=False) is not None for channel in program.plan.channels)
    whom = "your range" if own == len(program.plan.channels) else "the simulated person"
    return f"for {whom}, {_profile(program, choices)} profile"


def _asked(program: Program, choices: Choices) -> Prepare:
    plan, pain = program.plan, choices.pain_at_rest
    felt = {channel: choices.range_of(channel, simulated=True) for channel in plan.channels}
    return Prepare(
        plan=replace(plan, pain_at_rest=_WORST_PAIN if pain is None and plan.asks_for_pain else pain),
        thresholds={channel: of for channel, of in felt.items() if isinstance(of, Thresholds)},
        levels={channel: of for channel, of in felt.items() if isinstance(of, Levels)},
        rated_ua=choices.rated_ua,
        most_ua=choices.most_ua,
        pads_mm2=choices.pads_mm2(plan.channels),
        profile=_profile(program, choices),
        pads_confirmed=False,
        doctor=None,
    )


def _profile(program: Program, choices: Choices) -> str:
    """The one that is chosen; where the program is not for it, one that it is for."""
    profiles = program.plan.profiles
    return choices.profile if choices.profile in profiles else profiles[0]


def _range_is_known(program: Program, choices: Choices) -> bool:
    return all(choices.range_of(channel, simulated=choices.simulated) for channel in program.plan.channels)


def _problems(asked: Prepare, unit: Capabilities) -> tuple[Problem, ...]:
    try:
        Preparation(asked, unit)
    except Unfit as why:
        return why.problems
    return ()


def _blamed(text: str, problems: Sequence[Problem]) -> tuple[Wrong, ...]:
    document = document_of(_NAMELESS, text)
    return () if isinstance(document, Faults) else _wrongs(spots_of(text, document, findings_of(problems, document)))


def _wrongs(spots: Sequence[Spot]) -> tuple[Wrong, ...]:
    return tuple(
        Wrong(
            line=spot.span.line,
            column=spot.span.column,
            length=spot.span.length,
            sentence=f"{spot.sentence}; {spot.advice}" if spot.advice else spot.sentence,
        )
        for spot in spots
    )
