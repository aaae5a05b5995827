"""`stimctl devices`: the serial ports and what may be behind each, with nothing opened; `identify` asks one unit."""

import sys
from collections.abc import Sequence

import click

from stimctl.cli.identify import identify
from stimctl.cli.talk import talk
from stimctl.history.lines import shown
from stimctl.links.ports import Port, may_open, ports
from stimctl.links.url import FAMILIES
from stimctl.links.usb_guess import Guess, guesses
from stimctl.model.as_json import json_line

__all__ = ["devices", "hint_lines", "listed_json", "table_lines", "url_of"]

_WIDTH = 80
_LONGEST_SERIAL = 12
_SHORTEST_NAME = 8
# What a device URL means that names no family.
_DEFAULT_FAMILY = "stimlink"

_NO_PORT = """\
Is the unit plugged in and switched on, with a cable that carries data and not power alone?
  stimctl doctor                              looks for what may be in the way
Without a unit, everything runs against a simulated one:
  stimctl devices identify sim://stimlink
  stimctl run demo --device sim://stimlink
"""


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_context
def devices(context: click.Context, as_json: bool) -> None:
    """The serial ports, and what may be behind each. Nothing is opened.

    What a port may be is guessed from the ids of its USB chip, and marked as a guess: many other things have the same
    chip. `stimctl devices identify PORT` asks the unit itself.
    """
    if context.invoked_subcommand is not None:
        return
    found = ports()
    if as_json:
        sys.stdout.write(json_line({"version": 1, "ports": [listed_json(port) for port in found]}) + "\n")
        return
    if not found:
        sys.stdout.write("no serial port found\n")
        talk(_NO_PORT)
        return
    sys.stdout.write("".join(f"{line}\n" for line in table_lines(found)))
    closed = [port.path for port in found if not may_open(port.path)]
    talk("".join(f"{line}\n" for line in ["", *hint_lines(found, closed)]))


devices.add_command(identify)


def url_of(port: Port, family: str = _DEFAULT_FAMILY) -> str:
    """What to type behind --device for a unit of this family at this port."""
    return port.path if family == _DEFAULT_FAMILY else f"{family}@{port.path}"


def table_lines(found: Sequence[Port]) -> list[str]:
    """A line a port, at most 80 columns but for a path that alone is too long for that."""
    rows = [("port", "USB id", "serial", "perhaps", "called")]
    for port in found:
        first = next(iter(guesses(port.vendor_id, port.product_id)), None)
        rows.append(
            (
                port.path,
                port.usb_id or "-",
                _short(shown(port.serial_number), _LONGEST_SERIAL) or "-",
                f"{first.family}?" if first is not None else "-",
                shown(port.description) or "-",
            )
        )
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    left = max(_SHORTEST_NAME, _WIDTH - sum(wide) - 2 * len(wide))
    return [
        "  ".join([*(text.ljust(width) for text, width in zip(row[:4], wide, strict=True)), _short(row[4], left)])
        for row in rows
    ]


def hint_lines(found: Sequence[Port], closed: Sequence[str]) -> list[str]:
    """What the guesses are worth, what to type next, and which ports (`closed`) this user may not open."""
    lines: list[str] = []
    if any(guesses(port.vendor_id, port.product_id) for port in found):
        lines += [
            '"perhaps" is a guess by the USB chip alone, and many other things have the same',
            "one; nothing was opened. A unit says itself what it is, and switches nothing on:",
        ]
    else:
        lines += [
            "No port is one that a known unit would have. There may be a unit behind any; it",
            "says itself what it is, and switches nothing on for that:",
        ]
    for port in found:
        lines += _ways(port)
    example = next((url_of(port, family) for port in found for family in _driven(port)), url_of(found[0]))
    lines += ["", f"A session: stimctl run PROGRAM --device {example}"]
    lines += [f"{path} may not be opened by you; see stimctl doctor" for path in closed]
    return lines


def _ways(port: Port) -> list[str]:
    """A command for each family that it may be and that is driven, and a word on the others."""
    found = guesses(port.vendor_id, port.product_id)
    if not _driven(port) and not found:
        return [f"  stimctl devices identify {url_of(port)}"]
    lines = []
    for guess in found:
        said = f"{guess.family} ({guess.sure.value}): {guess.why}"
        if guess.family in FAMILIES:
            lines += [f"  stimctl devices identify {url_of(port, guess.family)}", f"      {said}"]
        else:
            lines += [f"  {port.path} may be of a family that stimctl does not drive", f"      {said}"]
    return lines


def _driven(port: Port) -> list[str]:
    return [guess.family for guess in guesses(port.vendor_id, port.product_id) if guess.family in FAMILIES]


def listed_json(port: Port) -> dict[str, object]:
    """A port for other programs; `device` is what --device takes where nothing is guessed."""
    return {
        "path": port.path,
        "device": url_of(port),
        "usb_id": port.usb_id or None,
        "serial_number": shown(port.serial_number) or None,
        "manufacturer": shown(port.manufacturer) or None,
        "description": shown(port.description) or None,
        "may_open": may_open(port.path),
        "guesses": [_guess_json(port, guess) for guess in guesses(port.vendor_id, port.product_id)],
    }


def _guess_json(port: Port, guess: Guess) -> dict[str, object]:
    driven = guess.family in FAMILIES
    return {
        "family": guess.family,
        "sure": guess.sure.value,
        "why": guess.why,
        "driven": driven,
        "device": url_of(port, guess.family) if driven else None,
    }


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."
