"""Frozen values as JSON and back, strictly: what does not fit the types is refused, with its place.

Dataclasses become objects (the fields by name), enums their values, tuples lists, mappings objects with text keys.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

__all__ = ["BadValue", "from_json", "json_line", "plain"]

T = TypeVar("T")
_AS_IS = frozenset({int, float, str, bool})


class BadValue(ValueError):
    """JSON that is not the value that was expected: where, what was found, what is allowed."""


def plain(value: object) -> Any:
    """`value` as what the json module writes."""
    if value is None or type(value) in _AS_IS:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def json_line(value: object) -> str:
    """One line of JSON, without its end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(kind: type[T], found: object, at: str = "") -> T:
    """The value of type `kind` that `found` (as json.loads gives it) spells; BadValue if it does not."""
    return _read(kind, found, at or kind.__name__)  # type: ignore[no-any-return]  # _read follows `kind`


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, found: object, at: str) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _read_optional(args, found, at)
    if origin is tuple:
        if not isinstance(found, list):
            raise BadValue(f"{at}: found {found!r}, expected a list")
        return tuple(_read(args[0], item, f"{at}[{n}]") for n, item in enumerate(found))
    if origin in (dict, Mapping):
        if not isinstance(found, dict):
            raise BadValue(f"{at}: found {found!r}, expected an object")
        return {_key(args[0], key, at): _read(args[1], item, f"{at}.{key}") for key, item in found.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        return _read_dataclass(kind, found, at)
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(found)
        except ValueError:
            raise BadValue(f"{at}: found {found!r}, allowed {[member.value for member in kind]}") from None
    # A bool is an int to Python, not to us.
    if type(found) is not kind:
        raise BadValue(f"{at}: found {found!r}, expected {kind.__name__}")
    return found


def _read_optional(args: tuple[Any, ...], found: object, at: str) -> Any:
    if found is None and NoneType in args:
        return None
    (kind,) = (arg for arg in args if arg is not NoneType)
    return _read(kind, found, at)


def _read_dataclass(kind: Any, found: object, at: str) -> Any:
    if not isinstance(found, dict):
        raise BadValue(f"{at}: found {found!r}, expected an object")
    hints = _hints(kind)
    unknown = found.keys() - hints.keys()
    if unknown:
        raise BadValue(f"{at}: unknown {sorted(unknown)}, allowed {sorted(hints)}")
    try:
        return kind(**{name: _read(hints[name], item, f"{at}.{name}") for name, item in found.items()})
    except TypeError as why:
        raise BadValue(f"{at}: {why}") from None


def _key(kind: Any, key: str, at: str) -> Any:
    if kind is not int:
        return key
    try:
        return int(key)
    except ValueError:
        raise BadValue(f"{at}: key {key!r} is no number") from None
