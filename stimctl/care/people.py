"""Everybody there is: found by name, made, deleted."""

import secrets
from pathlib import Path

from stimctl.care.person import Person, person
from stimctl.care.person_file import PersonFile
from stimctl.care.records import Named, Record
from stimctl.errors import ConfigError
from stimctl.places import data_dir

__all__ = ["People"]

_LONGEST_NAME = 60


class People:
    """Those in a directory, `<data>/people` unless given. Constructing touches nothing."""

    def __init__(self, directory: Path | None = None) -> None:
        self.directory = directory or data_dir() / "people"

    def all(self) -> tuple[tuple[Person, ...], tuple[str, ...]]:
        """By name, and what could not be read."""
        found: list[Person] = []
        notes: list[str] = []
        for path in sorted(self.directory.glob("*.jsonl")) if self.directory.is_dir() else ():
            try:
                read = PersonFile(path).read()
            except ConfigError as why:
                # nobody is kept out by somebody else's file
                notes.append(str(why))
                continue
            notes += (*read.torn, *read.damaged)
            if read.records:
                found.append(person(path.stem, read.records, damaged=read.damaged))
        return tuple(sorted(found, key=lambda one: one.name.casefold())), tuple(notes)

    def called(self, name: str) -> Person:
        """The one with this name or id; ConfigError if there is none, naming those there are."""
        found, notes = self.all()
        same = [one for one in found if name in (one.name, one.id) or one.name.casefold() == name.casefold()]
        if len(same) == 1:
            return same[0]
        if same:
            raise ConfigError(f"{len(same)} people are called {name!r}: use an id, {', '.join(one.id for one in same)}")
        names = ", ".join(one.name for one in found)
        hint = f"there are: {names}" if names else "nobody is there yet"
        raise ConfigError("; ".join([f"nobody is called {name!r}: {hint}; stimctl person new NAME", *notes]))

    def new(self, named: Named) -> Person:
        """Somebody new. ConfigError for a name that is taken, empty, too long or not to be shown."""
        name = named.name.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise ConfigError(f"{named.name!r}: a name has 1 to {_LONGEST_NAME} letters that can be shown")
        found, _ = self.all()
        if any(name.casefold() == one.name.casefold() or name == one.id for one in found):
            raise ConfigError(f"{name!r} is there already; choose another name or code")
        id = secrets.token_hex(8)
        PersonFile(self._path(id)).add([named], create=True)
        return self.called(id)

    def add(self, of: Person, *new: Record) -> Person:
        """Write it down, to the disk; the person with it."""
        file = PersonFile(self._path(of.id))
        file.add(new)
        read = file.read()
        return person(of.id, read.records, damaged=read.damaged)

    def delete(self, of: Person) -> None:
        """Their file."""
        PersonFile(self._path(of.id)).delete()

    def _path(self, id: str) -> Path:
        return self.directory / f"{id}.jsonl"
