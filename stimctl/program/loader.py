"""Finds and reads this room's files, programs above all: the only file of the room that touches the disk.

A program is found by its name (the title in lower case with hyphens, which is also its file's name), by its title, by
its id, or by a path that ends in .toml. Whatever is wrong with a file is one `ConfigError` that says all of it.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from stimctl.errors import ConfigError
from stimctl.model.plan import Plan
from stimctl.program.delivered_file import Delivered, parse_delivered
from stimctl.program.timeline_file import Timeline, parse_timeline

__all__ = ["LARGEST_FILE_BYTES", "Program", "load", "load_delivered", "load_timeline", "names"]

# The longest program of the library is a fortieth of this; what is larger is some other file.
LARGEST_FILE_BYTES = 128 * 1024
# An hour on eight channels, a record every 10 ms on each, is half of this.
LARGEST_RECORD_BYTES = 1024 * 1024 * 1024
_LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program and what its file says about it. `id`, `aim` and `technique` are empty where it says nothing."""

    name: str
    path: Path
    id: str
    aim: str
    technique: str
    sources: tuple[str, ...]
    plan: Plan


def names() -> tuple[str, ...]:
    """The names of the library, sorted."""
    return tuple(sorted(path.stem for path in _LIBRARY.glob("*.toml")))


def load(name: str) -> Program:
    """The program that `name` means (see above), checked. ConfigError: there is none, or its file is wrong."""
    path = _find(name)
    content = _read(path, LARGEST_FILE_BYTES)
    document = _document(path, content)
    # pydantic takes a tenth of a second to import and must stay out of the engine
    from pydantic import ValidationError

    from stimctl.program.complaints import complaints
    from stimctl.program.schema import ProgramFile, to_plan

    try:
        program = ProgramFile.model_validate(document)
    except ValidationError as invalid:
        raise ConfigError(_list(path, complaints(invalid, document))) from None
    return Program(
        name=_slug(program.title),
        path=path,
        id=program.id or "",
        aim=program.aim or "",
        technique=program.technique or "",
        sources=tuple(program.sources),
        plan=to_plan(program, sha256(content).hexdigest()),
    )


def load_timeline(path: Path) -> Timeline:
    """The timeline in a file. ConfigError where there is none."""
    content = _read(path, LARGEST_RECORD_BYTES)
    return parse_timeline(_text(path, content).splitlines(), str(path))


def load_delivered(path: Path) -> Delivered:
    """The delivered file at `path`, a torn last line left out. ConfigError where there is none."""
    return parse_delivered(_read(path, LARGEST_RECORD_BYTES), str(path))


def _read(path: Path, at_most_bytes: int) -> bytes:
    """The bytes of a regular file. ConfigError where there is none, it cannot be read, or it is larger."""
    try:
        if path.is_dir():
            raise ConfigError(f"{path}: is a directory; name a file in it")
        if not path.exists():
            raise ConfigError(f"{path}: no such file; check the path")
        if not path.is_file():
            raise ConfigError(f"{path}: is not a regular file; copy it into one")
        with path.open("rb") as file:
            content = file.read(at_most_bytes + 1)
    except (OSError, ValueError) as failed:
        raise ConfigError(f"{path}: cannot be read: {failed}") from failed
    if len(content) > at_most_bytes:
        raise ConfigError(f"{path}: larger than {at_most_bytes} bytes, the most that is allowed; is it the right file?")
    return content


def _find(name: str) -> Path:
    if name.lower().endswith(".toml"):
        return Path(name)
    wanted = _slug(name)
    known = dict(_known())
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, n=1)
    hint = f"did you mean {known[near[0]].stem!r}? " if near else ""
    raise ConfigError(f"no program {name!r}; {hint}allowed: {', '.join(names())}, or a path that ends in .toml")


def _known() -> Iterator[tuple[str, Path]]:
    for name in names():
        path = _LIBRARY / f"{name}.toml"
        document = _document(path, _read(path, LARGEST_FILE_BYTES))
        yield name, path
        for key in ("title", "id"):
            if isinstance(said := document.get(key), str):
                yield _slug(said), path


def _document(path: Path, content: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(_text(path, content))
    except tomllib.TOMLDecodeError as failed:
        raise ConfigError(f"{path}: not TOML: {failed}") from failed
    except RecursionError:
        raise ConfigError(f"{path}: not TOML that can be read: nested too deeply") from None


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as failed:
        raise ConfigError(f"{path}: not UTF-8 at byte {failed.start}; save it as UTF-8") from failed


def _slug(text: str) -> str:
    return "-".join(text.lower().split())


def _list(path: Path, wrong: list[str]) -> str:
    return "\n".join(
        [
            f"{path}: {len(wrong)} {'thing is' if len(wrong) == 1 else 'things are'} wrong",
            *(f"  {one}" for one in wrong),
        ]
    )
