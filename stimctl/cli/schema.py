"""`stimctl schema`: the formats of files as JSON Schema, for editors and other programs."""

import sys
from pathlib import Path

import click

from stimctl.errors import ConfigError
from stimctl.program.json_schema import program_schema_text

__all__ = ["schema"]


@click.group()
def schema() -> None:
    """The formats of files as JSON Schema."""


@schema.command()
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it here, not to stdout.")
def program(output: Path | None) -> None:
    """The format of program files.

    A file whose first line is `#:schema ./program.schema.json` is then completed and checked by editors that know TOML.
    """
    if output is None:
        sys.stdout.write(program_schema_text())
        return
    try:
        output.write_text(program_schema_text(), encoding="utf-8")
    except OSError as why:
        raise ConfigError(f"{output}: cannot be written: {why.strerror}") from None
