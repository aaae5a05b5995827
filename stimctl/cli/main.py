"""`stimctl`: the list of commands, each loaded only when it is asked for."""

import sys
from importlib import import_module

import click

from stimctl import __version__
from stimctl.cli.talk import talk
from stimctl.errors import ExitCode, StimctlError

__all__ = ["main", "stimctl"]

# name: (module, help)
_COMMANDS = {
    "tui": ("tui", "The terminal interface; what opens without a command."),
    "run": ("run", "Run a program on a unit, headless."),
    "check": ("check", "Compile a program and say whether it may run, without a unit."),
    "simulate": ("simulate", "Run a program to its end in virtual time, on a simulated unit and body."),
    "compare": ("compare", "Hold what was delivered against the plan."),
    "devices": ("devices", "The serial ports and what may be behind them; `identify` asks one unit."),
    "programs": ("programs", "The program library, and programs of your own."),
    "person": ("people", "Who sessions are for: screening, approval, thresholds, limits."),
    "course": ("course", "A series of sessions: plan it, see how it goes, what is next."),
    "history": ("history", "Past sessions: a list, and one in full."),
    "report": ("report", "A person's course on one page, for whoever treats them."),
    "replay": ("replay", "What went over the line in a capture or a journal, and the session run again."),
    "schema": ("schema", "The formats of files as JSON Schema."),
    "demo": ("demo", "A made-up 40 s session on a simulated unit."),
    "doctor": ("doctor", "Whether this computer is fit for sessions, and what to do where it is not."),
    "stop": ("stop", "Stop whatever runs, from any terminal."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        room = "tui" if cmd_name == "tui" else "cli"
        module = "command" if cmd_name == "tui" else _COMMANDS[cmd_name][0]
        command: click.Command = getattr(import_module(f"stimctl.{room}.{module}"), _COMMANDS[cmd_name][0])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(
    cls=_Lazy,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def stimctl(context: click.Context) -> None:
    """Drive an EMS/TENS-style massage unit, and let go when anything fails.

    Comfort and research software, not a medical device: it treats nothing, and a doctor should have said that massage
    is all right for you.
    """
    if context.invoked_subcommand is not None:
        return
    if sys.stdin.isatty() and sys.stdout.isatty():
        context.exit(int(import_module("stimctl.tui.command").open_tui(None)))
    else:
        talk(context.get_help() + "\n")
        context.exit(int(ExitCode.USAGE))


def main() -> None:
    """The console script: a StimctlError becomes one sentence and its exit code."""
    try:
        stimctl(standalone_mode=True)
    except StimctlError as why:
        talk(f"stimctl: {why}\n")
        sys.exit(int(why.exit_code))
