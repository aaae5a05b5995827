"""A person's own programs on disk: made from another, saved, and kept. Nothing that somebody wrote is ever lost.

Rule 1: no file that is there is overwritten by another program; a copy goes to a name that is free.
Rule 2: a save is whole or not at all: written beside, synced, and renamed into place.
Rule 3: beside `name.toml`, `name.toml~` is the last text that was right, and `name.toml~draft` one never saved.
"""

import os
from pathlib import Path

from stimctl.errors import ConfigError, StimctlError
from stimctl.places import private_directory
from stimctl.program import loader

__all__ = [
    "copy",
    "draft",
    "drop_draft",
    "keep_draft",
    "keep_what_was_right",
    "kept",
    "path_of",
    "refused_name",
    "save",
    "wrong_with",
]


def copy(source: str, name: str) -> Path:
    """Copy the program that `source` means to one of one's own called `name`; where it is now.

    ConfigError: the name may not be taken, or it cannot be written; and whatever is wrong with the source.
    """
    # positions are found by tree-sitter, which the list of programs does without
    from stimctl.program.copying import copied
    from stimctl.program.json_schema import program_schema_text

    refused = refused_name(name)
    if refused:
        raise ConfigError(refused)
    program = loader.load(source)
    text = copied(loader.read_text(program.path), name)
    if text is None:
        raise ConfigError(f"{program.path}: its title cannot be changed without loss; copy it by hand")
    path = path_of(name)
    try:
        private_directory(path.parent)
    except OSError as why:
        raise ConfigError(f"{path.parent}: no programs can be kept there: {why.strerror}") from None
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        (path.parent / "program.schema.json").write_text(program_schema_text(), encoding="utf-8")
    except FileExistsError:
        raise ConfigError(f"{path}: is there already and stays as it is; choose another name") from None
    except OSError as why:
        raise ConfigError(f"{path}: cannot be written: {why.strerror}") from None
    return path


def refused_name(name: str) -> str:
    """Why a new program may not be called so, as a sentence; empty where it may. Whether it is taken, `copy` finds."""
    from stimctl.program.copying import is_name

    if not is_name(name):
        return f"name {name!r}: allowed: a-z, 0-9 and hyphens between them, at most 60, as in my-surface"
    return f"name {name!r}: the library has a program of this name; choose another" if _is_of_the_library(name) else ""


def path_of(name: str) -> Path:
    """Where the own program of this name is kept, or would be."""
    return loader.own_directory() / f"{name}.toml"


def save(path: Path, text: str) -> None:
    """Put `text` in the place of what is in `path`, right or wrong; see the rules. ConfigError: nothing has changed."""
    if path.exists():
        keep_what_was_right(path)
    _replace(path, text)


def keep_what_was_right(path: Path) -> None:
    """Copy `path` to `kept(path)`, unless it is wrong and there is one already. ConfigError where that cannot be."""
    beside = kept(path)
    if beside.exists() and wrong_with(path) is not None:
        return
    try:
        beside.write_bytes(path.read_bytes())
    except OSError as why:
        raise ConfigError(f"{beside}: cannot be written, and without it nothing is edited: {why.strerror}") from None


def kept(path: Path) -> Path:
    """Where the last text of `path` that was right is kept."""
    return path.with_name(f"{path.name}~")


def wrong_with(path: Path) -> StimctlError | None:
    """What is wrong with the program in this file, if anything."""
    try:
        loader.check_file(path)
    except StimctlError as wrong:
        return wrong
    return None


def keep_draft(path: Path, text: str) -> Path:
    """Keep a text that was not saved; where. ConfigError where that cannot be."""
    beside = _draft(path)
    _replace(beside, text)
    return beside


def draft(path: Path) -> str | None:
    """The text that was not saved, if there is one that can be read."""
    try:
        return loader.read_text(_draft(path))
    except ConfigError:
        return None


def drop_draft(path: Path) -> None:
    """It is saved now, or its owner does not want it."""
    try:
        _draft(path).unlink(missing_ok=True)
    except OSError as why:
        raise ConfigError(f"{_draft(path)}: cannot be removed: {why.strerror}") from None


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}~draft")


def _replace(path: Path, text: str) -> None:
    # a link stays one: what it points to is replaced
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        content = text.encode("utf-8")
        with beside.open("wb") as file:
            if target.exists():
                beside.chmod(target.stat().st_mode & 0o777)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
        _sync(target.parent)
    except (OSError, UnicodeEncodeError) as why:
        beside.unlink(missing_ok=True)
        reason = why.strerror if isinstance(why, OSError) else "half of a character is in it"
        raise ConfigError(f"{path}: cannot be written: {reason}") from None


def _sync(directory: Path) -> None:
    """So that the new name outlives a loss of power; Windows has no such thing."""
    if os.name == "nt":
        return
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _is_of_the_library(name: str) -> bool:
    try:
        return loader.find(name).parent != loader.own_directory()
    except ConfigError:
        return False
