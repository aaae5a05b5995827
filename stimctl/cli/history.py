"""`stimctl history`: past sessions, newest first, and one of them with a plot and its log."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from stimctl.cli.history_index import export, list_sessions, rebuild
from stimctl.cli.plot import plot
from stimctl.cli.talk import talk
from stimctl.cli.words import clock
from stimctl.clock import MS
from stimctl.errors import ConfigError
from stimctl.history.index import find_sessions, sessions
from stimctl.history.lines import shown
from stimctl.history.replay import Pause, Story, Track, open_session
from stimctl.history.series import Point
from stimctl.history.summary import Fate, Summary, Unreadable
from stimctl.model.as_json import json_line, plain
from stimctl.model.scale import Scale, read

__all__ = ["history"]

_PLOT_WIDTH = (40, 100)
_LONGEST_TITLE = 18
# One line each: what is wrong with a folder of foreign files is seen in the first.
_UNREADABLE_TOLD = 5
# A unit that has not reported for so long is taken to be gone, by the engine too.
_REPORT_MS = 1_000


class _History(click.Group):
    """Without a command it lists; with the beginning of an id, or a path, it shows that session."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [one for one in args if not one.startswith("-")]
        if words and words[0] not in self.commands and not _is_value(args, words[0]):
            args = ["show", *args]
        return super().parse_args(ctx, args)


def _is_value(args: list[str], word: str) -> bool:
    """Whether a word is what an option before it takes."""
    at = args.index(word)
    return at > 0 and args[at - 1] == "--most"


@click.group(cls=_History, invoke_without_command=True)
@click.option("--most", type=click.IntRange(1), default=200, show_default=True, help="How many to list.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_context
def history(context: click.Context, most: int, as_json: bool) -> None:
    """Past sessions, newest first; with the beginning of an ID or the PATH of a journal, that one in full."""
    if context.invoked_subcommand is None:
        _list(sessions(most=most), as_json=as_json)


@history.command()
@click.argument("session", metavar="ID|PATH")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.option("--ascii", "ascii_only", is_flag=True, help="A plot of plain characters.")
@click.option("--most", type=click.IntRange(1), hidden=True)
def show(session: str, as_json: bool, ascii_only: bool, most: int | None) -> None:
    """One session in full. Exit code 2: there is no such session, or its journal cannot be read."""
    path = _path_of(session)
    story = open_session(path)
    if isinstance(story, Unreadable):
        raise ConfigError(f"{_name(path)}: {story.why}")
    if as_json:
        sys.stdout.write(json_line({"version": 1, **_story_json(story)}) + "\n")
        return
    _tell_damage(story)
    sys.stdout.write("".join(f"{line}\n" for line in _story_lines(story, ascii_only=ascii_only)))


history.add_command(list_sessions)
history.add_command(export)
history.add_command(rebuild)


def _path_of(session: str) -> Path:
    path = Path(session)
    if path.name != session or path.suffix == ".jsonl":
        return path
    found = find_sessions(session)
    if not found:
        raise ConfigError(f"{shown(session)}: no session has this id; stimctl history lists them")
    if len(found) > 1:
        ids = ", ".join(shown(one.stem.partition("-")[2]) for one in found[:_UNREADABLE_TOLD])
        raise ConfigError(f"{shown(session)}: {len(found)} sessions begin so, among them {ids}")
    return found[0]


def _list(found: Sequence[Summary | Unreadable], *, as_json: bool) -> None:
    readable = [one for one in found if isinstance(one, Summary)]
    others = [one for one in found if isinstance(one, Unreadable)]
    if as_json:
        listed = {"sessions": [_summary_json(one) for one in readable], "unreadable": [_other_json(o) for o in others]}
        sys.stdout.write(json_line({"version": 1, **listed}) + "\n")
        return
    for one in readable:
        sys.stdout.write(f"{_row(one)}\n")
    if not readable:
        sys.stdout.write("no sessions yet\n")
    for other in others[:_UNREADABLE_TOLD]:
        talk(f"{_name(other.path)}: {other.why}\n")
    if len(others) > _UNREADABLE_TOLD:
        talk(f"and {len(others) - _UNREADABLE_TOLD} more that cannot be read\n")


def _row(one: Summary) -> str:
    title = one.title if len(one.title) <= _LONGEST_TITLE else f"{one.title[: _LONGEST_TITLE - 1]}…"
    ran = f"{clock(one.duration_ms)}/{clock(one.planned_ms)}" if one.planned_ms else "-"
    peak = _said(max(one.peak.values()), one.scale) if one.peak else "-"
    zero = "; zero NOT confirmed" if one.ended and one.planned_ms and not one.zero_confirmed else ""
    return (
        f"{one.begun:%Y-%m-%d %H:%M}  {one.id:<8}  {title or '-':<{_LONGEST_TITLE}} {ran:>11} {peak:>9}  "
        f"{one.reason}{zero}"
    )


def _tell_damage(story: Story) -> None:
    if story.bad_lines:
        talk(f"{story.bad_lines} line{'s' if story.bad_lines > 1 else ''} of the journal could not be read\n")
    if story.torn and story.summary.fate is not Fate.RUNNING:
        talk("the journal's last line is cut off; its writer was killed\n")


def _story_lines(story: Story, *, ascii_only: bool) -> list[str]:
    lines = _head_lines(story.summary)
    width = min(_PLOT_WIDTH[1], max(_PLOT_WIDTH[0], shutil.get_terminal_size((80, 24)).columns - 10))
    end_ms, scale = max(1, story.ends_ms), story.summary.scale
    for channel, track in story.tracks.items():
        most = f"at most {scale.said(_highest(track))}" if track.delivered else "nothing"
        lines += ["", f"delivered on channel {channel}, as the unit reported it: {most}"]
        columns = _columns(track.delivered, story.pauses, end_ms, width)
        unit = "mA" if scale is Scale.CURRENT else "level"
        lines += plot(columns, end_ms * MS, ascii_only=ascii_only, unit=unit)
    if story.pauses:
        spans = ", ".join(f"{clock(one.from_ms)} to {clock(one.to_ms)}" for one in story.pauses)
        lines += ["", f"paused at zero: {spans}"]
    lines.append("")
    lines += [f"{_signed(entry.t_ms):>7}  {entry.text}" for entry in story.log]
    if story.left_out:
        lines.append(f"{'':>7}  ({story.left_out} entries from the middle are left out)")
    return lines


def _head_lines(one: Summary) -> list[str]:
    unit = f"{'simulated ' if one.simulated else ''}{one.unit}" if one.unit else "no unit"
    lines = [f"{one.title or 'no program'}, {one.begun:%Y-%m-%d %H:%M:%S}, session {one.id}, on {unit}"]
    code = "" if one.exit_code is None else f" (exit code {one.exit_code})"
    lines.append(f"{one.reason}{code}")
    if one.planned_ms:
        lines.append(f"ran {clock(one.duration_ms)} of {clock(one.planned_ms)}")
    if one.ended and one.unit:
        lines.append("zero confirmed by the unit" if one.zero_confirmed else "zero was NOT confirmed by the unit")
    if one.peak:
        said = (f"{_said(peak, one.scale)} on channel {channel}" for channel, peak in one.peak.items())
        lines.append(f"peak: {', '.join(said)}")
    if one.pains:
        lines.append(f"pain, 0 to 10: {', '.join(map(str, one.pains))}")
    return lines + [f"note: {note}" for note in one.notes]


def _columns(series: Iterable[Point], pauses: Sequence[Pause], end_ms: int, width: int) -> list[tuple[int, int]]:
    """The lowest and the highest in each of `width` equal parts of the time.

    Between two reports a column has the value of the one before; in a pause, and where reports have ended, nothing.
    """
    found: list[tuple[int, int] | None] = [None] * width
    last_ua, last_ms = [0] * width, [-_REPORT_MS] * width
    for at_ms, value_ua in series:
        column = min(width - 1, max(0, at_ms) * width // end_ms)
        low, high = found[column] or (value_ua, value_ua)
        found[column] = min(low, value_ua), max(high, value_ua)
        last_ua[column], last_ms[column] = value_ua, at_ms
    columns: list[tuple[int, int]] = []
    held_ua, held_ms = 0, -_REPORT_MS
    for number, seen in enumerate(found):
        middle_ms = (2 * number + 1) * end_ms // (2 * width)
        paused = any(pause.from_ms <= middle_ms < pause.to_ms for pause in pauses)
        if paused or middle_ms - held_ms >= _REPORT_MS:
            held_ua = 0
        columns.append(seen or (held_ua, held_ua))
        if seen:
            held_ua, held_ms = last_ua[number], last_ms[number]
    return columns


def _highest(track: Track) -> int:
    return max(value_ua for _, value_ua in track.delivered)


def _said(peak: float, scale: Scale) -> str:
    return scale.said(round(peak * 1000))


def _signed(ms: int) -> str:
    """-0:05, 12:10."""
    return f"-{clock(-ms)}" if ms <= -1000 else clock(ms)


def _name(path: Path) -> str:
    """A path fit to be shown."""
    return shown(str(path))


def _summary_json(one: Summary) -> dict[str, object]:
    return {
        "id": one.id,
        "path": _name(one.path),
        "begun": one.begun.isoformat(),
        "title": one.title,
        "unit": one.unit,
        "simulated": one.simulated,
        "duration_ms": one.duration_ms,
        "planned_ms": one.planned_ms,
        "fate": one.fate.value,
        "exit_code": one.exit_code,
        "reason": one.reason,
        "zero_confirmed": one.zero_confirmed,
        "scale": one.scale.value,
        "peak_ma" if one.scale is Scale.CURRENT else "peak_level": plain(one.peak),
        "notes": list(one.notes),
        "pains": list(one.pains),
        "whole": one.whole,
    }


def _other_json(other: Unreadable) -> dict[str, object]:
    return {"path": _name(other.path), "why": other.why, "begun": other.begun.isoformat() if other.begun else None}


def _track_json(track: Track, scale: Scale) -> dict[str, object]:
    if scale is Scale.CURRENT:
        return {"delivered_ua": plain(track.delivered), "planned_ua": plain(track.planned)}
    in_levels = {"delivered_level": track.delivered, "planned_level": track.planned}
    return {name: [[at_ms, read(value)] for at_ms, value in series] for name, series in in_levels.items()}


def _story_json(story: Story) -> dict[str, object]:
    return {
        **_summary_json(story.summary),
        "ends_ms": story.ends_ms,
        "tracks": {str(channel): _track_json(track, story.summary.scale) for channel, track in story.tracks.items()},
        "phases": plain(story.phases),
        "pauses": plain(story.pauses),
        "log": plain(story.log),
        "left_out": story.left_out,
        "bad_lines": story.bad_lines,
        "torn": story.torn,
    }
