"""Finds and reads this room's files, programs above all: the only file of the room that touches the disk.

A program is found by its name (its file's name), by its title in any case, with spaces or hyphens, by its id, or by a
path that ends in .toml. The library comes before programs of one's own, which are kept in `<data>/programs`. Whatever
is wrong with a file is one `ConfigError` that says all of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from stimctl import places
from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.model.plan import Plan
from stimctl.program.compiled import Problem
from stimctl.program.delivered_file import Delivered, parse_delivered
from stimctl.program.examination import Faults, document_of, examined
from stimctl.program.timeline_file import Timeline, parse_timeline

__all__ = [
    "blamed",
    "LARGEST_FILE_BYTES",
    "Program",
    "check_file",
    "check_text",
    "find",
    "library_names",
    "load",
    "load_delivered",
    "load_timeline",
    "names",
    "own_directory",
    "own_names",
    "read_text",
]

# The longest program of the library is a fortieth of this; what is larger is some other file.
LARGEST_FILE_BYTES = 128 * 1024
# An hour on eight channels, a record every 10 ms on each, is half of this.
LARGEST_RECORD_BYTES = 1024 * 1024 * 1024
_LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program and what its file says about it.

    `id`, `aim`, `technique` and `evidence` are empty where it says nothing. `own`: it is kept in `own_directory()`.
    """

    name: str
    path: Path
    own: bool
    id: str
    aim: str
    technique: str
    evidence: str
    sources: tuple[str, ...]
    plan: Plan


def own_directory() -> Path:
    """Where a person's own programs are kept; it need not exist."""
    return places.data_dir() / "programs"


def library_names() -> tuple[str, ...]:
    """The names of the library, sorted."""
    return _names_in(_LIBRARY)


def own_names() -> tuple[str, ...]:
    """The names of a person's own programs, sorted, right or wrong; without those that the library has too."""
    return tuple(name for name in _names_in(own_directory()) if name not in library_names())


def names() -> tuple[str, ...]:
    """All names: the library's, then a person's own."""
    return library_names() + own_names()


def load(name: str) -> Program:
    """The program that `name` means (see above), checked. ConfigError: there is none, or its file is wrong;
    SafetyRefusal: the file is well-formed, and what it asks for is unsafe.
    """
    return check_file(find(name))


def check_file(path: Path) -> Program:
    """The program in this file. ConfigError: unreadable, or all that is wrong; SafetyRefusal: all that is unsafe."""
    return check_text(path, read_text(path))


def check_text(path: Path, text: str) -> Program:
    """The program that `path` would hold if `text` stood in it; nothing is read. Errors as of `check_file`."""
    program = examined(str(path), text)
    if isinstance(program, Faults):
        raise (SafetyRefusal if program.unsafe else ConfigError)(program.message)
    # pydantic takes a tenth of a second to import and must stay out of the engine
    from stimctl.program.resolve import to_plan

    return Program(
        name=path.stem if path.parent in (_LIBRARY, own_directory()) else _slug(program.title),
        path=path,
        own=path.parent == own_directory(),
        id=program.id or "",
        aim=program.aim or "",
        technique=program.technique or "",
        evidence=program.evidence or "",
        sources=tuple(program.sources),
        plan=to_plan(program, sha256(text.encode("utf-8", "surrogatepass")).hexdigest()),
    )


def find(name: str) -> Path:
    """The file that `name` means, for a path whether it is there or not. ConfigError: no program has this name."""
    if name.lower().endswith(".toml"):
        return Path(name)
    wanted = _slug(name)
    known: dict[str, Path] = {}
    for called, path in _known():
        if called == wanted:
            return path
        known.setdefault(called, path)
    near = get_close_matches(wanted, known, n=1)
    hint = f"did you mean {known[near[0]].stem!r}? " if near else ""
    raise ConfigError(f"no program {name!r}; {hint}allowed: {', '.join(names())}, or a path that ends in .toml")


def read_text(path: Path) -> str:
    """The text of a program's file as it is, right or wrong. ConfigError where it is no text."""
    return _text(path, _read(path, LARGEST_FILE_BYTES))


def blamed(program: Program, problems: Sequence[Problem]) -> str:
    """What compiling had against a program, as a message with the lines of its file."""
    from stimctl.program.blame import findings_of
    from stimctl.program.report import report

    text = read_text(program.path)
    document = document_of(str(program.path), text)
    if isinstance(document, Faults):
        raise ConfigError(document.message)
    return report(str(program.path), text, document, findings_of(problems, document))


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
        raise ConfigError(
            f"{path}: cannot be read: {failed.strerror if isinstance(failed, OSError) else failed}"
        ) from None
    if len(content) > at_most_bytes:
        raise ConfigError(f"{path}: larger than {at_most_bytes} bytes, the most that is allowed; is it the right file?")
    return content


def _names_in(directory: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in directory.glob("*.toml")))


def _known() -> Iterator[tuple[str, Path]]:
    """What every program is called, the one that counts first."""
    for directory, stems in ((_LIBRARY, library_names()), (own_directory(), own_names())):
        paths = [directory / f"{stem}.toml" for stem in stems]
        yield from zip(stems, paths, strict=True)
        for path in paths:
            try:
                document = document_of(str(path), read_text(path))
            except ConfigError:
                continue
            # its owner hears of what is wrong when it is asked for; the others are found all the same
            if isinstance(document, Faults):
                continue
            yield from ((_slug(said), path) for key in ("title", "id") if isinstance(said := document.get(key), str))


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as failed:
        line = content.count(b"\n", 0, failed.start) + 1
        raise ConfigError(f"{path}: not UTF-8 at byte {failed.start}, line {line}; save it as UTF-8") from None


def _slug(text: str) -> str:
    return "-".join(text.lower().split())
