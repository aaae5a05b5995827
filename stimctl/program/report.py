"""All that is wrong with a program file as one message, in the order of the file."""

import re
from collections.abc import Mapping, Sequence

from stimctl.program.finding import Finding, Place
from stimctl.program.positions import positions
from stimctl.program.quoting import quoted
from stimctl.program.snippet import pointed

__all__ = ["report", "where"]

_BARE_KEY = re.compile(r"[\w-]+", re.ASCII)


def report(path: str, text: str, document: Mapping[str, object], findings: Sequence[Finding]) -> str:
    """How many things are wrong, and each with its line and a caret. `document` is what `text` was read as."""
    stands = positions(text)
    spans = [stands.key(one.place) if one.at_key else stands.value(one.place) for one in findings]
    in_order = sorted(zip(spans, findings, strict=True), key=lambda pair: (pair[0].line, pair[0].column))
    return "\n".join(
        [
            f"{path}: {len(findings)} {'thing is' if len(findings) == 1 else 'things are'} wrong",
            *(pointed(path, text, span, _sentence(one, document), one.advice) for span, one in in_order),
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
