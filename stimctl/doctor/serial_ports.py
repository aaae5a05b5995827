"""The serial ports: which are seen, may they be opened, is there an adapter without one, how soon do they answer.

Nothing is opened. `root` is the system's own, `/`, or a tree that a test has made.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from stimctl.doctor.account import Account
from stimctl.doctor.finding import Finding, fine, not_applicable, problem, warning
from stimctl.doctor.look import number_in
from stimctl.links.ports import Port
from stimctl.links.usb_guess import SERIAL_CHIPS

__all__ = ["adapters", "latency", "permission", "seen"]

# What a Linux distribution calls the group that may open serial ports: Debian and its kin, Arch and Fedora.
_GROUPS = ("dialout", "uucp")
# The shortest that the chip takes; the driver sets 16.
_BEST_MS = 1
_LATENCY_RULE = 'ACTION=="add", SUBSYSTEM=="usb-serial", DRIVER=="ftdi_sio", ATTR{latency_timer}="1"'
_LATENCY_FILE = "/etc/udev/rules.d/99-ftdi-latency.rules"


def seen(ports: Sequence[Port]) -> Finding:
    """What is there."""
    usb = [f"{port.path} ({port.usb_id})" for port in ports if port.usb_id]
    bare = [port.path for port in ports if not port.usb_id]
    if usb:
        return fine("serial ports", ", ".join([*usb, *bare]), "What may be behind them:", ["stimctl devices"])
    found = f"none on USB; of the computer's own: {', '.join(bare)}" if bare else "none"
    return warning(
        "serial ports",
        found,
        "For a unit on USB: plug it in, switch it on, and run stimctl doctor again. Without one, simulate:",
        ["stimctl run demo --device sim://stimlink"],
    )


def permission(may_open: Mapping[str, bool], groups: Mapping[str, str], who: Account) -> Finding:
    """Whether the user may open the ports that are there, and would be let in to one that is plugged in later.

    `may_open` and `groups` are by a port's path: whether it may be opened, and whose it is.
    """
    shut = [path for path, may in may_open.items() if not may]
    if not shut:
        return _later(who) if not may_open else fine("permission", f"you may open {', '.join(may_open)}")
    owners = sorted({groups.get(path, "") for path in shut} - {"", "root"})
    group = owners[0] if owners else ""
    found = f"you may not open {', '.join(shut)}"
    if not group:
        advice = "The system lets nobody in but root: a udev rule has to give them to a group that you are in."
        return problem("permission", found, advice)
    if group in who.listed and group not in who.held:
        return problem("permission", found, f"You are in the group {group} from your next login on: log out and in.")
    return problem(
        "permission", found, f"They belong to the group {group}. Join it, then log out and in:", _join(group)
    )


def adapters(root: Path) -> Finding:
    """USB serial chips that are plugged in and have no port."""
    bus = root / "sys" / "bus" / "usb" / "devices"
    found, without = 0, []
    for device in sorted(bus.glob("*")):
        ids = (number_in(device / "idVendor", 16), number_in(device / "idProduct", 16))
        if None in ids or ids not in SERIAL_CHIPS:
            continue
        found += 1
        if not any(device.glob(f"{device.name}:*/ttyUSB*")) and not any(device.glob(f"{device.name}:*/tty/tty*")):
            without.append(f"{SERIAL_CHIPS[ids]} ({ids[0]:04x}:{ids[1]:04x})")
    if without:
        return problem(
            "adapters",
            f"plugged in, but has no serial port: {', '.join(without)}",
            "Something took it away, often brltty, or its driver is missing. See what the system says of it:",
            ["sudo dmesg | tail -n 30"],
        )
    if not found:
        return not_applicable("adapters", "no USB serial chip of a kind known here is plugged in")
    return fine("adapters", "every USB serial chip that is plugged in has its port")


def latency(root: Path) -> Finding:
    """How long an FTDI chip keeps bytes back before it hands them over."""
    timers = {
        entry.parent.name: number_in(entry, 10)
        for entry in sorted((root / "sys" / "bus" / "usb-serial" / "devices").glob("*/latency_timer"))
    }
    if not timers:
        return not_applicable("latency timer", "no FTDI chip is plugged in; others have none")
    found = ", ".join(f"{name}: {'unknown' if ms is None else f'{ms} ms'}" for name, ms in timers.items())
    slow = [name for name, ms in timers.items() if ms is None or ms > _BEST_MS]
    if not slow:
        return fine("latency timer", found)
    now = [f"echo 1 | sudo tee /sys/bus/usb-serial/devices/{name}/latency_timer" for name in slow]
    return warning(
        "latency timer",
        found,
        "What a unit says comes up to that much later. For now; and with the last line, whenever it is plugged in:",
        [*now, f"echo '{_LATENCY_RULE}' | sudo tee {_LATENCY_FILE}"],
    )


def _later(who: Account) -> Finding:
    """Nothing is there to be opened; what will be, when it is."""
    group = next((name for name in _GROUPS if name in who.known), None)
    if who.root:
        return fine("permission", "root may open every port")
    if group is None:
        return not_applicable("permission", "no port is there, and no group that such ports mostly belong to")
    if group in who.held:
        return fine("permission", f"you are in the group {group}, which serial ports mostly belong to")
    if group in who.listed:
        return warning("permission", f"you are in the group {group} from your next login on", "Log out and in.")
    return warning(
        "permission",
        f"you are not in the group {group}, which serial ports mostly belong to",
        "You may not be let in when a unit is plugged in. Join it, then log out and in:",
        _join(group),
    )


def _join(group: str) -> list[str]:
    return [f'sudo usermod -aG {group} "$USER"']
