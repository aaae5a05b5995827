"""Every check in its order, on this computer: what each looks at is gathered here, and nowhere else."""

import locale
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from stimctl.doctor import clocks, places, rivals, serial_ports, sessions, terminal, versions
from stimctl.doctor.account import account_here, group_of
from stimctl.doctor.finding import Finding, Status, not_applicable
from stimctl.places import config_dir, data_dir, run_dir

__all__ = ["examination", "packages"]

_ROOT = Path("/")
_ANSWER_S = 2.0


def packages() -> dict[str, str | None]:
    """What stimctl is built on, with the versions that are here."""
    return versions.installed(versions.required())


def examination() -> Iterator[Finding]:
    """One finding after the other; where a package is missing, none of what needs it."""
    yield versions.python(sys.version_info[:3])
    yield versions.platform(sys.platform)
    built_on = versions.dependencies(versions.required(), packages())
    yield built_on
    if built_on.status is Status.PROBLEM:
        return
    yield from _ports()
    yield from _terminal()
    yield from _places()
    yield from _clocks()
    # it loads what the front ends load, which no other check needs
    from stimctl.doctor.self_test import self_test

    yield self_test()


def _ports() -> Iterator[Finding]:
    # pyserial may be what is missing
    from stimctl.links.ports import may_open, ports

    found = ports()
    yield serial_ports.seen(found)
    if not sys.platform.startswith("linux"):
        why = "only looked at on Linux"
        names = ("permission", "adapters", "latency timer", "ModemManager", "brltty", "port in use", "sessions")
        yield from (not_applicable(name, why) for name in names)
        return
    paths = [port.path for port in found if port.usb_id]
    yield serial_ports.permission(
        {path: may_open(path) for path in paths}, {path: group_of(path) for path in paths}, account_here()
    )
    yield serial_ports.adapters(_ROOT)
    yield serial_ports.latency(_ROOT)
    yield rivals.modem_manager(_ROOT, found)
    yield rivals.braille(_ROOT)
    yield rivals.open_elsewhere(_ROOT, found, os.getpid())
    yield sessions.sessions(_ROOT, run_dir())


def _terminal() -> Iterator[Finding]:
    size = _terminal_size()
    yield terminal.kind(os.environ, is_terminal=size is not None)
    yield terminal.size(size)
    yield terminal.encoding(sys.stdout.encoding if sys.stdout.isatty() else locale.getencoding())
    yield terminal.tmux(os.environ, _escape_ms() if os.environ.get("TMUX") else None)


def _places() -> Iterator[Finding]:
    data, run = data_dir(), run_dir()
    yield places.writable({"records": data, "settings": config_dir(), "locks": run}, run)
    yield places.private(data)
    yield places.room(data, places.free_bytes(data))


def _clocks() -> Iterator[Finding]:
    yield clocks.clock(clocks.resolution_ns(), sees_sleep=hasattr(time, "CLOCK_BOOTTIME"))
    if os.name == "posix":
        yield clocks.wakes(clocks.worst_wake_ns())
        yield clocks.priority(clocks.ask_an_engine())
    else:
        yield from (not_applicable(name, "no unit can be driven here") for name in ("waking", "priority"))


def _terminal_size() -> tuple[int, int] | None:
    """Of the terminal that any of the three is; None where none is, or it does not say."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        try:
            size = os.get_terminal_size(stream.fileno())
        except (OSError, ValueError):
            continue
        return (size.columns, size.lines) if size.columns and size.lines else None
    return None


def _escape_ms() -> int | None:
    """What tmux says; None where it does not."""
    try:
        asked = subprocess.run(
            ["tmux", "show-options", "-sv", "escape-time"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_S,
            check=False,
        )
        return int(asked.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
