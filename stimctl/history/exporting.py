"""Past sessions as tables for other programs: CSV or JSON lines, with a dictionary that says what each column is."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from stimctl.history.catalog import Found
from stimctl.model.as_json import json_line

__all__ = ["COLUMNS", "csv_lines", "dictionary_lines", "json_lines"]

# column: type, unit, what it says
COLUMNS: dict[str, tuple[str, str, str]] = {
    "id": ("text", "", "random, the journal's"),
    "person": ("text", "", "random id of the person, empty for nobody who was known"),
    "course": ("text", "", "random id of the course, empty outside of any"),
    "begun": ("instant", "UTC, ISO 8601", "when the session's engine began"),
    "title": ("text", "", "the program, empty where none was asked for"),
    "unit": ("text", "", "family and serial number, or port, of the unit"),
    "simulated": ("true or false", "", "whether no current flowed anywhere"),
    "duration_ms": ("whole number", "ms", "how far the plan came, pauses left out"),
    "planned_ms": ("whole number", "ms", "how long the plan is"),
    "fate": ("ended, running, killed or unreadable", "", "how the journal ends"),
    "exit_code": (
        "whole number or empty",
        "",
        "0 done, 1 fault, 2 usage, 3 device, 4 stopped, 5 refused, 129 on a signal",
    ),
    "reason": ("text", "", "why it ended"),
    "zero_confirmed": ("true or false", "", "whether the unit confirmed that it was at zero"),
    "scale": ("current or level", "", "what peak is"),
    "peak": ("number or empty", "mA, or levels of 1 to 100", "the highest that the unit reported on any channel"),
    "why": ("text", "", "why the file cannot be read as a session"),
}


def csv_lines(found: Iterable[Found]) -> Iterator[str]:
    """A heading, then a line a session. A text that a spreadsheet would take for a formula begins with a quote."""
    yield _csv(list(COLUMNS))
    for one in found:
        values = asdict(one)
        yield _csv([_plain(values[name]) for name in COLUMNS])


def json_lines(found: Iterable[Found]) -> Iterator[str]:
    """A line a session."""
    for one in found:
        values = asdict(one)
        yield json_line({name: values[name] for name in COLUMNS})


def dictionary_lines() -> Iterator[str]:
    """What each column is, as CSV."""
    yield _csv(["column", "type", "unit", "meaning"])
    for name, said in COLUMNS.items():
        yield _csv([name, *said])


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@") else text


def _csv(values: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(values)
    return out.getvalue()
