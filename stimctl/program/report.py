"""All that is wrong with a program file as one message, in the order of the file."""

import re
from collections.abc import Mapping, Sequence

from stimctl.program.finding import Finding, Place
from stimctl.program.positions import positions
from stimctl.program.quoting import quoted
from stimctl.program.snippet import Spot, pointed

__all__ = ["listed", "report", "spots_of", "where"]

_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


def report(path: str, text: str, document: Mapping[str, object], findings: Sequence[Finding]) -> str:
    """How many things are wrong, and each with its line and a caret. `document` is what `text` was read as."""
    return listed(path, text, spots_of(text, document, findings))


def spots_of(text: str, document: Mapping[str, object], findings: Sequence[Finding]) -> list[Spot]:
    """The findings with where they stand in `text` and in words, in the order of the file."""
    stands = positions(text)
    spots = [
        Spot(
            span=stands.key(one.place) if one.at_key else stands.value(one.place),
            sentence=_sentence(one, document),
            advice=one.advice,
        )
        for one in findings
    ]
    return sorted(spots, key=lambda spot: (spot.span.line, spot.span.column))


def listed(path: str, text: str, spots: Sequence[Spot]) -> str:
    """How many they are, and each with its line and a caret."""
    return "\n".join(
        [
            f"{path}: {len(spots)} {'thing is' if len(spots) == 1 else 'things are'} wrong",
            *(pointed(path, text, spot) for spot in spots),
        ]
    )


def _sentence(finding: Finding, document: Mapping[str, object]) -> str:
    allowed = f", allowed: {finding.allowed}" if finding.allowed else ""
    rule = f" ({finding.rule})" if finding.rule else ""
    return f"{where(finding.place, document)}: {finding.found}{allowed}{rule}"


def where(place: Place, document: Mapping[str, object]) -> str:
    """A place in words: `phase 2 "work", ramp.seconds`. Lists count from 1."""
    words: list[str] = []
    parts = place
    if len(place) > 1 and place[0] == "phase" and isinstance(place[1], int):
        words.append(_phase(place[1], document))
        parts = place[2:]
    key = ""
    for part in parts:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        else:
            name = part if _BARE_KEY.fullmatch(part) else quoted(part)
            key += f".{name}" if key else name
    return ", ".join([*words, key] if key else words) or "the file"


def _phase(index: int, document: Mapping[str, object]) -> str:
    phases = document.get("phase")
    phase = phases[index] if isinstance(phases, list) and index < len(phases) else None
    name = phase.get("name") if isinstance(phase, dict) else None
    return f"phase {index + 1} {quoted(name)}" if isinstance(name, str) else f"phase {index + 1}"
