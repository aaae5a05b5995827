"""`stimctl person`: who there is, and what is known of them; nothing here touches a unit."""

import sys
from pathlib import Path

import click

from stimctl.care.people import People
from stimctl.care.person import Person
from stimctl.care.questions import QUESTIONS, question
from stimctl.care.records import (
    Answered,
    Approved,
    CalibratedLevels,
    CalibratedMa,
    Exported,
    LimitsSet,
    Named,
    PadsPlaced,
    Record,
)
from stimctl.care.screening import screened
from stimctl.cli.dates import DAY, day, now, now_stamp
from stimctl.cli.history_index import catalog
from stimctl.cli.person import PersonFlags, person_flags
from stimctl.cli.screening import answers_in, ask, say_verdict
from stimctl.cli.talk import talk
from stimctl.errors import ConfigError, ExitCode
from stimctl.history.deleting import delete_of
from stimctl.history.lines import shown
from stimctl.model.as_json import json_line, plain
from stimctl.report.measured import measured

__all__ = ["people"]

_MOST_MA = 100
_LONGEST_MIN = 60


@click.group("person")
def people() -> None:
    """Who sessions are for: screening, approval, thresholds, limits. Kept on this computer and nowhere else."""


@people.command()
@click.argument("name")
def new(name: str) -> None:
    """Somebody new: NAME is a name or a code of their own choosing. It is in no journal."""
    one = People().new(Named(at=now_stamp(), name=name))
    talk(f"{one.name} is there. Next: stimctl person screen {one.name}\n")


@people.command("list")
def list_() -> None:
    """Who there is."""
    found, notes = People().all()
    for one in found:
        course = f"a course of {one.course.injury.value}" if one.course else "no course"
        approved = f"approved by {one.doctor}" if one.doctor else "no doctor's approval"
        sys.stdout.write(f"{one.name}  {one.id}  {course}, {approved}{', made up' if one.made_up else ''}\n")
    if not found:
        talk("nobody yet: stimctl person new NAME\n")
    for note in notes:
        talk(f"{note}\n")


@people.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="All records as JSON on stdout.")
def show(name: str, as_json: bool) -> None:
    """What is known of NAME."""
    one = People().called(name)
    if as_json:
        records = [{"record": type(record).__name__, **plain(record)} for record in one.records]
        sys.stdout.write(json_line({"version": 1, "id": one.id, "name": one.name, "records": records}) + "\n")
        return
    sys.stdout.write("".join(f"{line}\n" for line in _lines(one)))


@people.command()
@click.argument("name")
@click.option("--answers", type=click.Path(dir_okay=False, path_type=Path), help='Answers as JSON: {"1": "no", …}.')
@click.option("--all", "every", is_flag=True, help="Ask all of it, not only what has aged.")
def screen(name: str, answers: Path | None, every: bool) -> None:
    """Ask NAME what has to be asked before a session. Exit code 5: something stands in the way."""
    book = People()
    one = book.called(name)
    given = answers_in(answers) if answers is not None else None
    if given is None:
        to_ask = QUESTIONS if every else screened(one.answered, one.approvals, now()).to_ask
        given = ask(to_ask) if to_ask else {}
    if given:
        one = book.add(one, Answered(at=now_stamp(), answers=given))
    verdict = screened(one.answered, one.approvals, now())
    say_verdict(verdict)
    sys.exit(int(ExitCode.DONE if verdict.may_run else ExitCode.REFUSED))


@people.command()
@click.argument("name")
@click.option("--by", required=True, metavar="DOCTOR", help="Who said yes.")
@click.option("--on", metavar=DAY, help="On which day; today unless said.")
@click.option("--for", "covers", metavar="9,17", default="", help="Questions of the screening that it is for besides.")
def approve(name: str, by: str, on: str | None, covers: str) -> None:
    """A doctor has said that massage is all right for NAME."""
    numbers = tuple(number for number in covers.replace(",", " ").split() if number)
    unknown = [number for number in numbers if question(number) is None]
    if unknown:
        raise ConfigError(
            f"--for {covers}: there is no question {', '.join(unknown)}; stimctl person screen lists them"
        )
    if not by.strip():
        raise ConfigError("--by: a name is missing")
    book = People()
    one = book.add(book.called(name), Approved(at=now_stamp(), by=by.strip(), on=day(on).isoformat(), covers=numbers))
    talk(f"{one.name}: approved by {shown(by)}\n")


@people.command()
@click.argument("name")
@person_flags
@click.option("--simulated", is_flag=True, help="They were found on a simulated unit.")
@click.option("--unit", default="", metavar="SERIAL", help="The unit that they were found on.")
def thresholds(name: str, simulated: bool, unit: str, **flags: str | float | None) -> None:
    """The range of NAME: --sensory-ma and --comfort-ma, or levels, with --at-us, --at-hz and --channels."""
    found = PersonFlags(**flags)  # type: ignore[arg-type]  # click has checked them
    book, at = People(), now_stamp()
    one = book.called(name)
    channels = found.listed_channels((1, 2))
    new: list[Record] = []
    if found.has_levels:
        rated_ua = round(found.rated_ma * 1000)
        for channel, level in found.levels(channels, simulated=False).items():
            new.append(CalibratedLevels.of(level, channel, at, rated_ua=rated_ua, unit=unit, simulated=simulated))
    else:
        for channel, of in found.thresholds(channels, simulated=False).items():
            new.append(CalibratedMa.of(of, channel, at, unit=unit, simulated=simulated))
    book.add(one, *new)
    talk(f"{one.name}: kept for channel {', '.join(map(str, channels))}\n")


@people.command()
@click.argument("name")
@click.option("--pad-cm2", type=float, required=True, help="Area of the smaller pad.")
@click.option("--where", "placement", default="", metavar="TEXT", help="Where they go, in words.")
def pads(name: str, pad_cm2: float, placement: str) -> None:
    """The pads of NAME, and where they go."""
    if not 0 < pad_cm2 <= 500:
        raise ConfigError(f"--pad-cm2 {pad_cm2:g}: allowed are more than 0 and up to 500 cm²")
    book = People()
    book.add(book.called(name), PadsPlaced(at=now_stamp(), pad_mm2=round(pad_cm2 * 100), placement=placement.strip()))


@people.command()
@click.argument("name")
@click.option("--most-ma", type=float, help="Never more current than this; without it no limit of their own.")
@click.option("--most-minutes", type=click.IntRange(1, _LONGEST_MIN), help="No session longer than this.")
def limits(name: str, most_ma: float | None, most_minutes: int | None) -> None:
    """What NAME never goes over, tighter than the profile."""
    if most_ma is not None and not 0 < most_ma <= _MOST_MA:
        raise ConfigError(f"--most-ma {most_ma:g}: allowed are more than 0 and up to {_MOST_MA} mA")
    book = People()
    most_ua = None if most_ma is None else round(most_ma * 1000)
    book.add(book.called(name), LimitsSet(at=now_stamp(), most_ua=most_ua, most_minutes=most_minutes))


@people.command()
@click.argument("name")
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
def delete(name: str, sure: bool) -> None:
    """Delete NAME: their file, the journals of their sessions, and what was exported for them here."""
    book = People()
    one = book.called(name)
    if not sure and not (sys.stdin.isatty() and click.confirm(f"Delete all that is kept of {one.name}?", err=True)):
        raise ConfigError(f"{one.name} was not deleted; --yes does not ask")
    gone, kept = delete_of(one.id, [record.path for record in one.records if isinstance(record, Exported)])
    book.delete(one)
    # rows of journals that are gone go with them
    catalog().refresh()
    talk(f"{one.name} is deleted: their file, {gone} journals and exports\n")
    for path, why in kept:
        talk(f"NOT deleted: {path}: {why}\n")
    talk("Not reached: copies that you made, backups, captures, and what a disk keeps of deleted files.\n")


def _lines(one: Person) -> list[str]:
    lines = [f"{one.name}{' (made up)' if one.made_up else ''}, id {one.id}"]
    lines.append(f"approved by {one.doctor} on {one.approvals[-1].on}" if one.approvals else "no doctor's approval yet")
    verdict = screened(one.answered, one.approvals, now())
    lines += [f"screening: {sentence}" for sentence in verdict.sentences or ("nothing stands in the way today",)]
    return lines + measured(one)
