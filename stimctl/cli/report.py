"""`stimctl report`: one person's course as one HTML file that opens anywhere and prints."""

from pathlib import Path

import click

from stimctl.care.people import People
from stimctl.cli.dates import now
from stimctl.cli.talk import talk
from stimctl.report.of_person import write_report

__all__ = ["report"]


@click.command()
@click.argument("name")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="NAME-report-DAY.html here unless said.")
def report(name: str, out: Path | None) -> None:
    """The course of NAME on one page, for whoever treats them: pain, dose, delivery, range, notes. HTML, no script."""
    book = People()
    path = write_report(book, book.called(name), now(), out)
    talk(f"{path}: open it in a browser, and print it from there\n")
