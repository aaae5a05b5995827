"""`stimctl tui`: opens the screen, and leaves by way of zero whatever asks it to."""

import sys
from functools import partial

import click

from stimctl.care.people import People
from stimctl.links.opening import OVER_A_NETWORK
from stimctl.links.url import parse_device_url
from stimctl.program.loader import load
from stimctl.tui.app import StimApp, known_keys
from stimctl.tui.choices import SIMULATED_UNIT, Choices
from stimctl.tui.departures import watch
from stimctl.tui.engine_line import EngineLine
from stimctl.tui.keymap import load_keymap
from stimctl.tui.themes import DEFAULT_THEME, theme_names

__all__ = ["open_tui", "tui"]


@click.command()
@click.argument("program", required=False)
@click.option(
    "--device", envvar="STIMCTL_DEVICE", default=SIMULATED_UNIT, show_default=True, help="The unit to begin with."
)
@click.option("--allow-network", is_flag=True, help="The unit may be another computer's: socket:// or rfc2217://.")
@click.option(
    "--theme",
    envvar="STIMCTL_THEME",
    type=click.Choice(theme_names()),
    default=DEFAULT_THEME,
    metavar="NAME",
    help="Colours: stimctl, stimctl-contrast, ansi-dark or ansi-light for 16 colours, or one of Textual's.",
)
@click.option("--person", "name", metavar="NAME", help="Whose session it is; then their course counts.")
@click.option("--ascii", "ascii_only", is_flag=True, help="For terminals without braille and box characters.")
def tui(program: str | None, device: str, allow_network: bool, theme: str, name: str | None, ascii_only: bool) -> None:
    """Open the terminal interface; it begins with PROGRAM if one is named."""
    sys.exit(open_tui(program, device, allow_network=allow_network, theme=theme, ascii_only=ascii_only, name=name))


def open_tui(
    program: str | None,
    device: str = SIMULATED_UNIT,
    *,
    allow_network: bool = False,
    theme: str = DEFAULT_THEME,
    ascii_only: bool = False,
    name: str | None = None,
    people: People | None = None,
) -> int:
    """Run it to its end; the exit code. `people` are those in the data directory unless given."""
    # a device that cannot be meant, and somebody who is not there, is said before the screen opens
    away = parse_device_url(device).leaves_this_computer
    choices = Choices(device=device)
    choices.take(load(program or "surface-to-deep"))
    whose = (people or People()).called(name) if name is not None else None
    keymap = load_keymap(known_keys())

    def ready(app: StimApp) -> None:
        watch(app)
        if away and allow_network:
            app.notify(OVER_A_NETWORK, severity="warning", timeout=30)
        if whose is not None:
            app.desk.take(whose)
            if program is not None:
                choices.take(load(program))

    line = partial(EngineLine, allow_network=allow_network)
    app = StimApp(line, choices, ascii_only=ascii_only, theme=theme, keymap=keymap, on_ready=ready, people=people)
    try:
        code = app.run()
    finally:
        app.control.close()
    # a screen that crashed leaves by way of zero too, and says so
    return code if code is not None else app.signal_code or app.return_code or 0
