"""Other keys for those who want them: `keymap.toml` in the configuration directory, by the ids of the bindings.

    [keys]
    "channels.less" = "j,down"

Rule 1: a stop key is a stop key: none of them can be given another meaning, or taken away.
Rule 2: what cannot be used is one error that says all of it, and nothing of the file is taken.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from stimctl.errors import ConfigError
from stimctl.places import config_dir
from stimctl.tui.stop_gate import STOP_KEYS

__all__ = ["keymap_path", "load_keymap", "parse_keymap"]

_LARGEST_BYTES = 64 * 1024


def keymap_path() -> Path:
    """Where the file is; it need not exist."""
    return config_dir() / "keymap.toml"


def load_keymap(places: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The file's keys by binding id; empty where there is none. `places` have ids with their own keys, each its own."""
    path = keymap_path()
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as why:
        raise ConfigError(f"{path}: cannot be read: {why.strerror}") from None
    if len(content) > _LARGEST_BYTES:
        raise ConfigError(f"{path}: larger than {_LARGEST_BYTES} bytes; is it the right file?")
    return parse_keymap(content, str(path), places)


def parse_keymap(content: bytes, path: str, places: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Binding ids and the keys that they are given, several divided by commas. ConfigError for anything else."""
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as why:
        raise ConfigError(f"{path}: not TOML in UTF-8: {why}") from None
    keys = document.get("keys", {})
    wrong = [f"{name!r} is not allowed, only [keys]" for name in document if name != "keys"]
    if not isinstance(keys, dict):
        raise ConfigError(f'{path}: keys is a table: [keys], then "channels.less" = "j,down"')
    known = {name: own for place in places for name, own in place.items()}
    wrong += [problem for name, value in keys.items() for problem in _wrong(name, value, known)]
    texts = {name: value for name, value in keys.items() if isinstance(value, str)}
    wrong += dict.fromkeys(problem for place in places for problem in _twice(texts, place))
    if wrong:
        raise ConfigError(
            "\n  ".join([f"{path}: {len(wrong)} {'thing is' if len(wrong) == 1 else 'things are'} wrong", *wrong])
        )
    return {name: ",".join(_split(value)) for name, value in keys.items()}


def _wrong(name: str, value: object, known: Mapping[str, str]) -> Iterable[str]:
    if name not in known:
        near = get_close_matches(name, known, n=1)
        yield f"{name!r}: there is no such binding" + (
            f"; did you mean {near[0]!r}?" if near else "; docs/tui.md lists them"
        )
        return
    if not isinstance(value, str) or not _split(value):
        yield f'{name!r}: found {value!r}, allowed are names of keys, as in "j" or "j,down"'
        return
    for key in _split(value):
        if key in STOP_KEYS and key not in known[name].split(","):
            yield f"{name!r}: {key} stops, everywhere and always; choose another key"


def _twice(keys: Mapping[str, str], place: Mapping[str, str]) -> Iterable[str]:
    """Two bindings of one place with one key: which would it be?"""
    taken: dict[str, str] = {}
    for name, own in place.items():
        for key in _split(keys.get(name, own)):
            if key in taken and (name in keys or taken[key] in keys):
                first, second = sorted((name, taken[key]))
                yield f"{first!r} and {second!r} would both have the key {key}"
            taken.setdefault(key, name)


def _split(value: str) -> list[str]:
    return [key.strip() for key in value.split(",") if key.strip()]
