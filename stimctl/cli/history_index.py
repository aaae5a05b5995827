"""`stimctl history list`, `export` and `rebuild`: past sessions by their index."""

import sys
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stimctl.care.people import People
from stimctl.care.records import Exported
from stimctl.cli.dates import DAY, day, now_stamp
from stimctl.cli.talk import talk
from stimctl.cli.words import clock
from stimctl.errors import ConfigError
from stimctl.model.as_json import json_line, plain
from stimctl.new_file import write_new

if TYPE_CHECKING:
    from stimctl.history.catalog import Catalog, Found

__all__ = ["catalog", "export", "list_sessions", "rebuild"]

_LONGEST_TITLE = 18


def catalog() -> "Catalog":
    """The index, in the data directory or where STIMCTL_HISTORY_URL says."""
    # a tenth of a second to import, and only of use here
    from stimctl.history.catalog import Catalog

    return Catalog()


@click.command("list")
@click.option("--person", "name", metavar="NAME", help="Only theirs.")
@click.option("--since", metavar=DAY, help="Only from this day on.")
@click.option("--until", metavar=DAY, help="Only before this day.")
@click.option("--most", type=click.IntRange(1), default=200, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def list_sessions(name: str | None, since: str | None, until: str | None, most: int, as_json: bool) -> None:
    """Past sessions by person and days, newest first, however many there are."""
    found = catalog().sessions(person=_id(name), since=_begins(since), until=_begins(until), most=most)
    if as_json:
        sys.stdout.write(json_line({"version": 1, "sessions": [plain(one) for one in found]}) + "\n")
        return
    for one in found:
        sys.stdout.write(f"{_row(one)}\n")
    if not found:
        sys.stdout.write("no such sessions\n")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--person", "name", metavar="NAME", help="Only theirs; deleting them deletes the file too.")
@click.option("--since", metavar=DAY, help="Only from this day on.")
@click.option("--until", metavar=DAY, help="Only before this day.")
def export(file: Path, name: str | None, since: str | None, until: str | None) -> None:
    """Sessions into FILE.csv or FILE.jsonl, and beside it what each column is. Existing files are not overwritten."""
    from stimctl.history.exporting import csv_lines, dictionary_lines, json_lines

    kinds = {".csv": csv_lines, ".jsonl": json_lines}
    if file.suffix not in kinds:
        raise ConfigError(f"{file}: allowed are FILE.csv and FILE.jsonl")
    found = catalog().sessions(person=_id(name), since=_begins(since), until=_begins(until))
    dictionary = file.with_name(f"{file.name}.dictionary.csv")
    for path, lines in ((file, kinds[file.suffix](found)), (dictionary, dictionary_lines())):
        write_new(path, "".join(f"{line}\n" for line in lines))
    if name is not None:
        book = People()
        at = now_stamp()
        book.add(book.called(name), *(Exported(at=at, path=str(path.absolute())) for path in (file, dictionary)))
    talk(f"{len(found)} sessions in {file}; {dictionary} says what each column is\n")


@click.command()
def rebuild() -> None:
    """Make the index anew from the journals, which are the truth. Nothing is only in the index."""
    talk(f"{catalog().rebuild()} journals in the index\n")


def _id(name: str | None) -> str | None:
    return None if name is None else People().called(name).id


def _begins(text: str | None) -> str | None:
    """The instant at which a local day begins, UTC."""
    if text is None:
        return None
    begins = datetime.combine(day(text), time()).astimezone()
    return begins.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _row(one: "Found") -> str:
    if one.why:
        return f"{one.begun or '?':<20}  {one.path}: {one.why}"
    title = one.title if len(one.title) <= _LONGEST_TITLE else f"{one.title[: _LONGEST_TITLE - 1]}…"
    ran = f"{clock(one.duration_ms)}/{clock(one.planned_ms)}" if one.planned_ms else "-"
    unit = "mA" if one.scale == "current" else "level"
    peak = "-" if one.peak is None else f"{one.peak:.4g} {unit}"
    begun = datetime.fromisoformat(one.begun).astimezone()
    return f"{begun:%Y-%m-%d %H:%M}  {one.id:<8}  {title or '-':<{_LONGEST_TITLE}} {ran:>11} {peak:>10}  {one.reason}"
