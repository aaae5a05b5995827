"""`stimctl replay`: what went over the line, and whether the same core does the same again with what it was given."""

import sys
from pathlib import Path

import click

from stimctl import __version__
from stimctl.cli.talk import talk
from stimctl.clock import SECOND, US
from stimctl.drivers.registry import FAMILIES
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.replay import Difference, Replay, Verdict
from stimctl.errors import ConfigError, ExitCode
from stimctl.history.crossings import Crossings, Row, Way
from stimctl.history.lines import shown
from stimctl.history.recording import Damaged, Recording, Torn, read_recording
from stimctl.links.url import parse_device_url
from stimctl.model.as_json import BadValue, json_line

__all__ = ["replay"]

_ARROWS = {Way.TO_UNIT: "->", Way.FROM_UNIT: "<-", Way.NOTE: "--"}


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--from", "from_s", type=float, metavar="S", help="Show the line from so many seconds on.")
@click.option("--to", "to_s", type=float, metavar="S", help="Show the line up to so many seconds.")
def replay(file: Path, as_json: bool, from_s: float | None, to_s: float | None) -> None:
    """Show what went over the line in FILE (a capture or a journal), and run the session again without a unit.

    All of it is run again, whatever part is shown. Exit code 0: the same bytes and the same words came out; 1: they
    differ; 2: FILE cannot be used.
    """
    recording = read_recording(file)
    if isinstance(recording, str):
        raise ConfigError(f"{_name(file)}: {recording}")
    shows = _Shows(recording, as_json=as_json, from_s=from_s, to_s=to_s)
    replayed, ends = _run_again(recording, shows)
    verdict = replayed.verdict()
    if isinstance(ends, Damaged):
        so_far = "nothing differs up to there" if verdict.same else _differs(verdict, recording)
        raise ConfigError(f"{_name(file)}: line {ends.number} cannot be read: {ends.why}; {so_far}")
    if not verdict.turns:
        raise ConfigError(f"{_name(file)}: nothing was recorded in it")
    if as_json:
        sys.stdout.write(json_line(_as_json(recording, shows.rows, verdict, torn=ends is not None)) + "\n")
    else:
        sys.stdout.write(f"{_so_many(verdict)}: {'the same' if verdict.same else _differs(verdict, recording)}\n")
    if ends is not None:
        talk("the last line is cut off; its writer was killed\n")
    elif not verdict.ended:
        talk("it ends before the session did\n")
    if verdict.engine_died is not None:
        talk(f"told by the front end, without an engine: {shown(verdict.engine_died)}\n")
    sys.exit(int(ExitCode.DONE if verdict.same else ExitCode.FAULT))


class _Shows:
    """The table, as it comes, or kept for JSON."""

    def __init__(self, recording: Recording, *, as_json: bool, from_s: float | None, to_s: float | None) -> None:
        self.rows: list[Row] = []
        self._opened_ns, self._as_json = recording.opened_ns, as_json
        self._from_ns = None if from_s is None else recording.opened_ns + round(from_s * SECOND)
        self._to_ns = None if to_s is None else recording.opened_ns + round(to_s * SECOND)
        if not as_json:
            kind = "capture" if recording.captured else "journal"
            sys.stdout.write(f"{kind} of session {recording.id} on {recording.device}, {recording.started}\n")

    def take(self, row: Row) -> None:
        if self._from_ns is not None and row.at_ns < self._from_ns:
            return
        if self._to_ns is not None and row.at_ns > self._to_ns:
            return
        if self._as_json:
            self.rows.append(row)
        else:
            sys.stdout.write(f"{(row.at_ns - self._opened_ns) / SECOND:12.6f}  {_ARROWS[row.way]}  {row.text}\n")


def _run_again(recording: Recording, shows: _Shows) -> tuple[Replay, Torn | Damaged | None]:
    name = parse_device_url(recording.device).family
    family = FAMILIES[name]
    names = Names(id=recording.id, journal="", device=recording.device, realtime="")
    again = Replay(
        EngineCore(family.driver(recording.who), family.audit(), names, recording.start_ns), recording.start_ns
    )
    crossings = Crossings(name, recording.start_ns, captured=recording.captured)
    number = recording.first_entry
    for entry in recording.entries():
        if isinstance(entry, Torn | Damaged):
            return again, entry
        try:
            again.take(entry)
        except BadValue as why:
            return again, Damaged(number, shown(str(why)))
        for row in crossings.take(entry):
            shows.take(row)
        number += 1
    return again, None


def _so_many(verdict: Verdict) -> str:
    return f"{verdict.turns} turns, {verdict.sent_bytes} bytes to the unit, {verdict.tellings} tellings run again"


def _differs(verdict: Verdict, recording: Recording) -> str:
    first = verdict.first
    assert first is not None
    many = f"{verdict.differences} differences" if verdict.differences > 1 else "1 difference"
    other = (
        ""
        if recording.stimctl in ("", __version__)
        else f"\nrecorded by stimctl {recording.stimctl}, this is {__version__}"
    )
    return f"{many}, the first at {_t_us(first, recording) / 1e6:.6f} s\n{_both(first)}{other}"


def _both(first: Difference) -> str:
    return f"  recorded: {shown(first.recorded) or 'nothing'}\n  replayed: {shown(first.replayed) or 'nothing'}"


def _t_us(first: Difference, recording: Recording) -> int:
    return (first.at_ns - recording.opened_ns) // US


def _as_json(recording: Recording, rows: list[Row], verdict: Verdict, *, torn: bool) -> dict[str, object]:
    first = verdict.first
    return {
        "version": 1,
        "kind": "capture" if recording.captured else "journal",
        "session": recording.id,
        "device": recording.device,
        "started": recording.started,
        "stimctl": recording.stimctl,
        "line": [
            {"t_us": (row.at_ns - recording.opened_ns) // US, "way": row.way.value, "text": row.text} for row in rows
        ],
        "turns": verdict.turns,
        "sent_bytes": verdict.sent_bytes,
        "tellings": verdict.tellings,
        "same": verdict.same,
        "differences": verdict.differences,
        "first": first
        and {
            "t_us": _t_us(first, recording),
            "recorded": shown(first.recorded),
            "replayed": shown(first.replayed),
        },
        "ended": verdict.ended,
        "engine_died": verdict.engine_died,
        "torn": torn,
    }


def _name(path: Path) -> str:
    """A path fit to be shown."""
    return shown(str(path))
