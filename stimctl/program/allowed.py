"""What the schema allows at a place, in words: read from its types, so that it is said in one place only.

Places here are pydantic's own, with the tags of unions (`?sweep`) among the keys.
"""

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Discriminator, Tag
from pydantic.fields import FieldInfo

from stimctl.program.finding import Place
from stimctl.program.quoting import quoted
from stimctl.program.schema import ProgramFile

__all__ = ["allowed_at", "keys_at"]

# A pattern is for machines.
_PATTERNS = {"^[1-8]$": "a channel, 1 to 8"}


def allowed_at(place: Place) -> str:
    """What may stand there; empty where the schema has no such place or no words for it."""
    return next((words for kind in _kinds_at(place) if (words := _words(kind))), "")


def keys_at(place: Place) -> list[str]:
    """The keys of the table there; none where there is no table."""
    return next((list(_fields(model)) for kind in _kinds_at(place) if (model := _model(kind))), [])


def _kinds_at(place: Place) -> list[object]:
    kinds: list[object] = [ProgramFile]
    for part in place:
        kinds = [below for kind in kinds for below in _below(kind, part)]
    return kinds


def _below(kind: object, part: str | int) -> Iterator[object]:
    plain, _ = _taken_apart(kind)
    if get_origin(plain) in (Union, UnionType):
        tagged = isinstance(part, str) and part.startswith("?")
        for member in get_args(plain):
            if tagged and Tag(str(part)) in _taken_apart(member)[1]:
                yield member
            elif not tagged or get_origin(_taken_apart(member)[0]) in (Union, UnionType):
                yield from _below(member, part)
    elif isinstance(part, int):
        yield from get_args(plain)[:1] if get_origin(plain) is list else ()
    elif get_origin(plain) is dict:
        yield get_args(plain)[0 if part == "[key]" else 1]
    elif (model := _model(kind)) and part in _fields(model):
        field = _fields(model)[part]
        yield Annotated[field.annotation, field]


def _words(kind: object) -> str:
    plain, notes = _taken_apart(kind)
    chosen = next((note.custom_error_message for note in notes if isinstance(note, Discriminator)), None)
    if chosen:
        return chosen
    if get_origin(plain) in (Union, UnionType):
        return " or ".join(_words(member) for member in get_args(plain) if member is not NoneType)
    if get_origin(plain) is Literal:
        return _listed([quoted(value) for value in get_args(plain)])
    if get_origin(plain) is list:
        (item,) = get_args(plain)
        return f"{_count(notes, 'table')} in [[ ]]" if _model(item) else f"{_count(notes)} in [ ], each {_words(item)}"
    if get_origin(plain) is dict:
        return f"a table, its keys each {_words(get_args(plain)[0])}"
    if plain is str:
        pattern = next((note.pattern for note in notes if hasattr(note, "pattern")), "")
        return _PATTERNS.get(pattern, f"text of {_range(notes, 'min_length', 'max_length')} characters in quotes")
    if plain is bool:
        return "true or false"
    if plain in (int, float):
        return f"{'a whole number, ' if plain is int else ''}{_bounds(notes)}"
    model = _model(kind)
    return f"a table with {_listed(list(_fields(model)), 'and')}" if model else ""


def _taken_apart(kind: object) -> tuple[object, list[object]]:
    """A type without what is annotated to it, and that."""
    plain, *outer = get_args(kind) if get_origin(kind) is Annotated else (kind,)
    notes: list[object] = []
    for note in outer:
        notes += [note, *note.metadata] if isinstance(note, FieldInfo) else [note]
    return plain, notes


def _model(kind: object) -> type[BaseModel] | None:
    plain, _ = _taken_apart(kind)
    for one in (plain, *(_taken_apart(member)[0] for member in get_args(plain))):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _bounds(notes: list[object]) -> str:
    found = {key: f"{getattr(note, key):g}" for note in notes for key in ("ge", "gt", "le", "lt") if hasattr(note, key)}
    if set(found) == {"ge", "le"}:
        return f"{found['ge']} to {found['le']}"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    return ", ".join(f"{word} {found[key]}" for key, word in words.items() if key in found) or "a number"


def _count(notes: list[object], what: str = "value") -> str:
    said = _range(notes, "min_length", "max_length")
    return f"{said} {what}{'' if said == '1' else 's'}"


def _range(notes: list[object], least: str, most: str) -> str:
    low = next((getattr(note, least) for note in notes if hasattr(note, least)), 0)
    high = next((getattr(note, most) for note in notes if hasattr(note, most)), None)
    if low == high:
        return f"{low}"
    return f"{low} to {high}" if high is not None else f"{low} or more"


def _listed(words: list[str], last: str = "or") -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else words[0]
