"""What pydantic says about a document, as findings: the place, what was found, what is allowed, what to do."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from stimctl.program.allowed import allowed_at, keys_at
from stimctl.program.finding import Finding, Place
from stimctl.program.mixups import probably_meant
from stimctl.program.quoting import quoted

__all__ = ["complaints"]

# Errors of pydantic itself; all others have the schema's own words.
_PYDANTICS_OWN = frozenset(get_args(ErrorType))
# Which value below a table the schema's own words are about, where they do not say it as `place` in their context.
_ABOUT: Mapping[str, Place] = {
    "too_short": ("minutes",),
    "then_too_short": ("then", "seconds"),
    "envelope": ("kind",),
}
# A longer table is not repeated: its header is shown anyway.
_LONGEST_TABLE = 3
_WORDS = re.compile(r'"([^"]+)"')


def complaints(invalid: ValidationError, document: Mapping[str, object]) -> list[Finding]:
    """One finding for each place that is wrong."""
    found: dict[tuple[Place, str], Finding] = {}
    for error in invalid.errors(include_url=False):
        one = _finding(error, document)
        # a place that may hold one of two kinds has a complaint from each, and both say all that is allowed
        found.setdefault((one.place, one.found), one)
    return [one for one in found.values() if one.found != "missing" or not _misspelt(one, found.values())]


def _misspelt(missing: Finding, findings: Iterable[Finding]) -> bool:
    """Whether another key of the table has been asked whether it is this one: then that is the one mistake."""
    *table, key = missing.place
    asked = _did_you_mean(str(key))
    return any(one.at_key and [*one.place[:-1]] == table and one.advice == asked for one in findings)


def _finding(error: ErrorDetails, document: Mapping[str, object]) -> Finding:
    *table, key = error["loc"] or ("",)
    where = _within(error["loc"], document)
    place = _untagged(where)
    if error["type"] == "extra_forbidden":
        keys = keys_at(tuple(table))
        advice = _belongs(str(key)) or _nearest(str(key), keys)
        return Finding(place=place, found="unknown key", allowed=", ".join(keys), advice=advice, at_key=True)
    if key == "[key]":
        return Finding(place=place, found="unknown key", allowed=allowed_at((*table[:-1], "[key]")), at_key=True)
    if error["type"] == "missing":
        return Finding(place=place, found="missing", allowed=allowed_at(where))
    return _refused(error, where, document)


def _refused(error: ErrorDetails, where: Place, document: Mapping[str, object]) -> Finding:
    """About a value that stands there."""
    place, kind = _untagged(where), error["type"]
    value = _value_at(place, document)
    below = error.get("ctx", {}).get("place", _ABOUT.get(kind)) if isinstance(value, Mapping) else None
    in_own_words = below is not None or kind not in _PYDANTICS_OWN
    if below:
        place = _deepest((*place, *below), document)
        value = _value_at(place, document)
    is_long = isinstance(value, Mapping) and len(value) > _LONGEST_TABLE
    if in_own_words and is_long:
        return Finding(place=place, found=error["msg"])
    return Finding(
        place=place,
        found="found a table" if is_long else f"found {quoted(value)}",
        allowed=(allowed := error["msg"] if in_own_words else allowed_at(where) or error["msg"]),
        advice=probably_meant(place, value) or _nearest_word(value, allowed),
    )


def _within(where: Place, document: Mapping[str, object]) -> Place:
    """pydantic's place up to the last part that the file has, or just misses; the rest are names of its own."""
    inside: object = document
    for count, part in enumerate(where):
        if isinstance(part, str) and part.startswith("?"):
            continue
        if isinstance(inside, Mapping) and isinstance(part, str) and part != "[key]":
            inside = inside.get(part)
        elif isinstance(inside, list) and isinstance(part, int) and part < len(inside):
            inside = inside[part]
        else:
            return where[:count]
    return where


def _deepest(place: Place, document: Mapping[str, object]) -> Place:
    """`place` as far down as there is something."""
    while place and _value_at(place, document) is None:
        place = place[:-1]
    return place


def _untagged(where: Place) -> Place:
    return tuple(part for part in where if not str(part).startswith("?"))


def _value_at(place: Place, document: Mapping[str, object]) -> object:
    """What stands there; None, which TOML has not, where nothing does."""
    value: object = document
    for part in place:
        if isinstance(value, Mapping) and isinstance(part, str):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
        else:
            return None
    return value


def _belongs(key: str) -> str:
    """Where a key that is right but for its table belongs."""
    if key in keys_at(("phase", 0)):
        return "it belongs in a [[phase]], above its [phase.…]"
    return "it belongs at the top, above the first [[phase]]" if key in keys_at(()) else ""


def _nearest(key: str, keys: list[str]) -> str:
    near = get_close_matches(key, keys, n=1)
    return _did_you_mean(near[0]) if near else "remove it, or make it a comment with #"


def _nearest_word(value: object, allowed: str) -> str:
    """The word in quotes, of those allowed, that a word is like."""
    near = get_close_matches(value, _WORDS.findall(allowed), n=1) if isinstance(value, str) else []
    return _did_you_mean(f'"{near[0]}"') if near else ""


def _did_you_mean(this: str) -> str:
    return f"did you mean {this}?"
