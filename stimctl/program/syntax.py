"""What is no TOML: one sentence, the line and a caret, from what tomllib says and tree-sitter finds twice."""

import re

from stimctl.program.positions import Span, as_parsed, positions
from stimctl.program.report import where
from stimctl.program.snippet import pointed

__all__ = ["not_toml"]

# On 3.11 tomllib gives the position in its sentence only.
_SENTENCE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL)
_TWICE = ("Cannot overwrite", "Cannot declare", "Cannot mutate", "Cannot redefine", "Duplicate inline table key")
# Not tomllib's own: Python converts no longer number.
_TOO_LONG = "Exceeds the limit"
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


def not_toml(path: str, text: str, said: str) -> str:
    """The message for `text`, of which tomllib says `said`."""
    if said.startswith(_TWICE) and (twice := _written_twice(path, text)):
        return twice
    if said.startswith(_TOO_LONG):
        return f"{path}: a whole number in it has more than 4300 digits; is it the right file?"
    found = _SENTENCE.fullmatch(said)
    what = found["what"] if found else said
    advice = next((words for begins, words in _ADVICE.items() if what.startswith(begins)), "")
    sentence = f"not TOML: {what[:1].lower()}{what[1:]}"
    return pointed(path, text, _span(text, found), sentence, advice)


def _span(text: str, found: re.Match[str] | None) -> Span:
    if found and found["line"]:
        return Span(line=int(found["line"]), column=int(found["column"]), length=1)
    lines = as_parsed(text).rstrip().split("\n")
    return Span(line=len(lines), column=len(lines[-1]) + 1, length=1)


def _written_twice(path: str, text: str) -> str:
    stands = positions(text)
    return "\n".join(
        pointed(
            path,
            text,
            span,
            f"{where(place, {})}: written twice, allowed: once",
            f"first on line {stands.key(place).line}",
        )
        for place, span in stands.repeated
    )
