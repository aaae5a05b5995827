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
from stimctl.program import loader, own_programs

__all__ = ["edit", "edited", "new"]


@click.command()
@click.argument("name")
@click.option(
    "--from", "source", required=True, metavar="PROGRAM", help="The program to copy: a name, an id or a path."
)
def new(name: str, source: str) -> None:
    """Copy PROGRAM to a program of your own called NAME, and print its path."""
    path = own_programs.copy(source, name)
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
    talk(f"left as it is; the last text that was right is in {own_programs.kept(path)}\n")
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
    own_programs.keep_what_was_right(path)
    while True:
        open_editor()
        wrong = own_programs.wrong_with(path)
        if wrong is None or not again(wrong):
            return wrong


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
