"""What is wrong with a program file, as sentences: the key, what was found, what is allowed, what to do."""

from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError

from stimctl.program.schema import TABLES

__all__ = ["complaints"]

_LONGEST_QUOTE = 60


def complaints(invalid: ValidationError, document: Mapping[str, object]) -> list[str]:
    """One sentence for each thing that is wrong, in the order of the file's phases."""
    return [
        _sentence(error["type"], error["loc"], error["msg"], error["input"], document)
        for error in invalid.errors(include_url=False)
    ]


def _sentence(
    kind: str, place: tuple[int | str, ...], message: str, found: object, document: Mapping[str, object]
) -> str:
    where = _where(place, document)
    if kind == "extra_forbidden":
        return f"{where}: unknown key; {_suggestion(str(place[-1]), _keys(place[:-1]))}"
    if kind == "missing":
        return f"{where}: missing; write it"
    if kind == "not_supported_yet":
        return f"{where}: found {_quoted(found)}, which is {message}"
    return f"{where}: found {_quoted(found)}; allowed: {_allowed(message)}"


def _where(place: tuple[int | str, ...], document: Mapping[str, object]) -> str:
    words: list[str] = []
    parts = [part for part in place if not str(part).startswith("?")]
    if len(parts) > 1 and parts[0] == "phase" and isinstance(parts[1], int):
        words.append(_phase_name(parts[1], document))
        parts = parts[2:]
    key = ""
    for part in parts:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return ", ".join([*words, key] if key else words) or "file"


def _phase_name(index: int, document: Mapping[str, object]) -> str:
    phases = document.get("phase")
    phase = phases[index] if isinstance(phases, list) else None
    name = phase.get("name") if isinstance(phase, dict) else None
    return f'phase {index + 1} "{name}"' if isinstance(name, str) else f"phase {index + 1}"


def _keys(place: tuple[int | str, ...]) -> list[str]:
    named = [part for part in place if isinstance(part, str)]
    table: type[BaseModel] | None = TABLES.get(named[-1] if named else "")
    return [field.alias or name for name, field in table.model_fields.items()] if table else []


def _suggestion(key: str, keys: list[str]) -> str:
    near = get_close_matches(key, keys, n=1)
    allowed = f"allowed: {', '.join(keys)}"
    return f"did you mean {near[0]!r}? ({allowed})" if near else f"remove it ({allowed})"


def _quoted(found: object) -> str:
    text = repr(found)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 1]}…"


def _allowed(message: str) -> str:
    return message.removeprefix("Input should be ").removeprefix("Value error, ")
