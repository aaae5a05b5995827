"""What is no TOML: where, and one sentence, from what tomllib says and tree-sitter finds twice."""

import re

from stimctl.program.positions import Span, as_parsed, positions
from stimctl.program.report import where
from stimctl.program.snippet import Spot

__all__ = ["TOO_LONG", "spots_of_no_toml"]

# On 3.11 tomllib gives the position in its sentence only.
_SENTENCE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate inline table key")
TOO_LONG = "Exceeds the limit"
"""How Python begins, that converts no longer number; it is not tomllib's own and has no position."""
# How tomllib begins: what to do about it, for the mistakes that people make.
_ADVICE = {
    "Invalid value": "text goes in quotes, a list in [ ]; numbers have a dot and no unit; true and false are small",
    "Expected newline or end of document after a statement": "one key a line; numbers have a dot and no unit",
    "Expected '=' after a key": "a line is key = value, [[phase]] or # a comment",
    "Invalid statement": "a line is key = value, [[phase]] or # a comment",
    "Cannot declare": "tables that come several times are written [[ ]], every one",
    "Unclosed array": "a ] or a comma is missing before this",
    "Unclosed inline table": "a } or a comma is missing; a table in { } stays on one line",
    "Illegal character '\\n'": 'a " is missing at the end of the text',
    "Unterminated string": 'a " is missing at the end of the text',
}


def spots_of_no_toml(text: str, said: str) -> list[Spot]:
    """What stands where in `text`, of which tomllib says `said`; one at least."""
    if said.startswith(_TWICE) and (twice := _written_twice(text)):
        return twice
    found = _SENTENCE.fullmatch(said)
    what = found["what"] if found else said
    advice = next((words for begins, words in _ADVICE.items() if what.startswith(begins)), "")
    return [Spot(span=_span(text, found), sentence=f"not TOML: {what[:1].lower()}{what[1:]}", advice=advice)]


def _span(text: str, found: re.Match[str] | None) -> Span:
    if found and found["line"]:
        return Span(line=int(found["line"]), column=int(found["column"]), length=1)
    lines = as_parsed(text).rstrip().split("\n")
    return Span(line=len(lines), column=len(lines[-1]) + 1, length=1)


def _written_twice(text: str) -> list[Spot]:
    stands = positions(text)
    return [
        Spot(
            span=span,
            sentence=f"{where(place, {})}: written twice, allowed: once",
            advice=f"first on line {stands.key(place).line}",
        )
        for place, span in stands.repeated
    ]
