"""`stimctl programs new` and `edit`: a person's own programs. Nothing that somebody wrote is ever overwritten."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click

from stimctl.cli.talk import talk
from stimctl.errors import ConfigError, StimctlError
from stimctl.places import private_directory
from stimctl.program import loader

__all__ = ["edit", "edited", "new"]


@click.command()
@click.argument("name")
@click.option(
    "--from", "source", required=True, metavar="PROGRAM", help="The program to copy: a name, an id or a path."
)
def new(name: str, source: str) -> None:
    """Copy PROGRAM to a program of your own called NAME, and print its path."""
    # positions are found by tree-sitter, which the list of programs does without
    from stimctl.program.copying import copied, is_name
    from stimctl.program.json_schema import program_schema_text

    if not is_name(name):
        raise ConfigError(f"name {name!r}: allowed: a-z, 0-9 and hyphens between them, at most 60, as in my-surface")
    if _is_of_the_library(name):
        raise ConfigError(f"name {name!r}: the library has a program of this name; choose another")
    program = loader.load(source)
    text = copied(loader.read_text(program.path), name)
    if text is None:
        raise ConfigError(f"{program.path}: its title cannot be changed without loss; copy it by hand")
    path = loader.own_directory() / f"{name}.toml"
    try:
        private_directory(path.parent)
    except OSError as why:
        raise ConfigError(f"{path.parent}: no programs can be kept there: {why.strerror}") from None
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        (path.parent / "program.schema.json").write_text(program_schema_text(), encoding="utf-8")
    except FileExistsError:
        raise ConfigError(f"{path}: is there already and stays as it is; choose another name") from None
    except OSError as why:
        raise ConfigError(f"{path}: cannot be written: {why.strerror}") from None
    sys.stdout.write(f"{path}\n")
    talk(f"change it with: stimctl programs edit {name}\n")


@click.command()
@click.argument("name")
@click.pass_context
def edit(context: click.Context, name: str) -> None:
    """Open your program NAME in $VISUAL or $EDITOR, and check it afterwards.

    What is wrong is shown, and on a terminal you are asked whether to edit again. The last text that was right is kept
    beside the file, with a ~ behind its name.
    """
    path = loader.find(name)
    if path.parent != loader.own_directory():
        kind = "a program of the library" if path.parent == loader.find("demo").parent else "no program of your own"
        raise ConfigError(f"{name} is {kind}; copy it first: stimctl programs new NAME --from {name}")
    editor = _editor()
    if not editor:
        raise ConfigError(f"no editor; set VISUAL or EDITOR, as in: EDITOR=nano stimctl programs edit {name} ({path})")
    on_a_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    wrong = edited(path, lambda: _in_editor([*editor, str(path)]), _asked if on_a_terminal else _not_again)
    if wrong is None:
        sys.stdout.write(f"{path}\n")
        talk(f"nothing is wrong in it; whether it may run: stimctl check {name}\n")
        return
    if not on_a_terminal:
        talk(f"{wrong}\n")
    talk(f"left as it is; the last text that was right is in {_kept(path)}\n")
    context.exit(int(wrong.exit_code))


def _editor() -> list[str]:
    """The words of $VISUAL or $EDITOR; none where neither says anything."""
    said = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        return shlex.split(said)
    except ValueError as why:
        raise ConfigError(f"VISUAL or EDITOR: found {said!r}, allowed: a command with its flags: {why}") from None


def edited(path: Path, open_editor: Callable[[], None], again: Callable[[StimctlError], bool]) -> StimctlError | None:
    """What is still wrong with `path` after editing it until it is right, or until `again` says no."""
    _keep_what_was_right(path)
    while True:
        open_editor()
        wrong = _wrong_with(path)
        if wrong is None or not again(wrong):
            return wrong


def _is_of_the_library(name: str) -> bool:
    try:
        return loader.find(name).parent != loader.own_directory()
    except ConfigError:
        return False


def _keep_what_was_right(path: Path) -> None:
    kept = _kept(path)
    if kept.exists() and _wrong_with(path) is not None:
        return
    try:
        kept.write_bytes(path.read_bytes())
    except OSError as why:
        raise ConfigError(f"{kept}: cannot be written, and without it nothing is edited: {why.strerror}") from None


def _kept(path: Path) -> Path:
    return path.with_name(f"{path.name}~")


def _wrong_with(path: Path) -> StimctlError | None:
    try:
        loader.check_file(path)
    except StimctlError as wrong:
        return wrong
    return None


def _in_editor(command: list[str]) -> None:
    # Ctrl-C is the editor's for as long as it is open; what is caught here, unlike what is ignored, it does not inherit
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.Popen(command).wait()
    except OSError as why:
        raise ConfigError(f"editor {command[0]!r} cannot be started: {why.strerror}; set VISUAL or EDITOR") from None
    finally:
        signal.signal(signal.SIGINT, before)
    if code:
        talk(f"{command[0]} ended with exit code {code}\n")


def _asked(wrong: StimctlError) -> bool:
    talk(f"{wrong}\n")
    try:
        return click.confirm("Edit again?", default=True, err=True)
    except click.Abort:
        return False


def _not_again(wrong: StimctlError) -> bool:
    return False
