"""Who else takes serial ports: ModemManager, brltty, any program that has one open, and lock files of others.

`root` is the system's own, `/`, or a tree that a test has made.
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from stimctl.doctor.finding import Finding, fine, not_applicable, warning
from stimctl.doctor.look import number_in, processes, text_of
from stimctl.links.ports import Port

__all__ = ["braille", "modem_manager", "open_elsewhere"]

# Where udev finds rules; a file of the same name in an earlier one takes the place of one in a later one.
_RULE_PLACES = (
    *("etc/udev/rules.d", "run/udev/rules.d"),
    *("usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d"),
)
_MM_FILE = "/etc/udev/rules.d/99-stimulators.rules"
# ModemManager leaves alone what udev marks so, whatever its filter policy is.
_MM_MARK = re.compile(r"^E:ID_MM_(DEVICE|PORT)_IGNORE=1$", re.MULTILINE)
_RELOAD = "sudo udevadm control --reload && sudo udevadm trigger"
# A rule that is in force, and names the CH340 as a braille display (Baum NLS eReader Zoomax).
_BRAILLE_RULE = re.compile(r"^[^#\n]*1a86/7523[^\n]*BRLTTY", re.MULTILINE)
_LOCKS = ("var/lock", "run/lock")


def modem_manager(root: Path, ports: Sequence[Port]) -> Finding:
    """Whether it runs, and may send its own commands to a port to see if it is a modem."""
    name = "ModemManager"
    running = [one for one in processes(root) if one.name == name]
    if not running:
        return fine(name, "does not run")
    usb = [port for port in ports if port.usb_id]
    left = [port for port in usb if not _told_off(root, port)]
    if usb and not left:
        return fine(name, "runs, and is told to leave the USB serial ports alone")
    found = "runs, and may write to a port to see whether a modem answers"
    if not left:
        return warning(
            name,
            found,
            "Plug the unit in and run stimctl doctor again: it then writes out the rule that keeps it away. "
            "Where no modem is used, it can be switched off altogether:",
            ["sudo systemctl disable --now ModemManager"],
        )
    ids = sorted({port.usb_id for port in left})
    rules = [_mm_rule(*usb_id.split(":")) for usb_id in ids]
    return warning(
        name,
        f"{found}: {', '.join(port.path for port in left)}",
        "Versions before 1.14 try every port, newer ones few. Keep it away, then plug the unit in anew:",
        [*(f"echo '{rule}' | sudo tee -a {_MM_FILE}" for rule in rules), _RELOAD],
    )


def braille(root: Path) -> Finding:
    """Whether brltty takes the CH340 for a braille display, and its port away."""
    name = "brltty"
    rules: dict[str, Path] = {}
    for place in reversed(_RULE_PLACES):
        rules |= {file.name: file for file in sorted((root / place).glob("*brltty*.rules"))}
    for file in rules.values():
        if not _BRAILLE_RULE.search(text_of(file)):
            continue
        shown = f"/{file.relative_to(root)}"
        return warning(
            name,
            f"may take a CH340 (1a86:7523) for a braille display, and its port away, by {shown}",
            "Where nobody uses a braille display, the first line takes it off; the second takes off only its hold on "
            "the CH340. Then plug the unit in anew:",
            ["sudo apt remove brltty", f"sed '/1a86.7523/s/^/# /' {shown} | sudo tee /etc/udev/rules.d/{file.name}"],
        )
    if any(one.name == name for one in processes(root)):
        advice = "Where nobody uses a braille display:"
        return warning(name, "runs, and may take a serial port", advice, ["sudo systemctl mask --now brltty"])
    return fine(name, "does not run, and has no rule for the CH340")


def open_elsewhere(root: Path, ports: Sequence[Port], own_pid: int) -> Finding:
    """Which programs have a port open or a lock file for one, as far as this user may see."""
    name = "port in use"
    if not ports:
        return not_applicable(name, "no port is there")
    paths = {port.path for port in ports}
    users = sorted({(path, one.name, one.pid) for one in processes(root) for path in paths & _open_files(one.entry)})
    others = [f"{path} by {who} (process {pid})" for path, who, pid in users if pid != own_pid]
    if others:
        first = next(pid for _, _, pid in users if pid != own_pid)
        advice = "Close it there first. If it is a session: stimctl stop. Else, if it does not close by itself:"
        return warning(name, f"open: {', '.join(others)}", advice, [f"kill {first}"])
    stale = [lock for lock in _lock_files(root, ports) if not _alive(root, lock)]
    if stale:
        return warning(
            name,
            f"locks that another program left behind: {', '.join(f'/{lock.relative_to(root)}' for lock in stale)}",
            "stimctl does not mind them; other programs may. Their writers are gone, they may go too:",
            [f"sudo rm /{lock.relative_to(root)}" for lock in stale],
        )
    return fine(name, "no other program has a port open, as far as this user may see")


def _mm_rule(vendor: str, product: str) -> str:
    return f'ATTRS{{idVendor}}=="{vendor}", ATTRS{{idProduct}}=="{product}", ENV{{ID_MM_DEVICE_IGNORE}}="1"'


def _told_off(root: Path, port: Port) -> bool:
    """What udev noted for the port, by its device number."""
    number = text_of(root / "sys" / "class" / "tty" / Path(port.path).name / "dev").strip()
    return bool(number) and bool(_MM_MARK.search(text_of(root / "run" / "udev" / "data" / f"c{number}")))


def _open_files(entry: Path) -> set[str]:
    try:
        return {os.readlink(file) for file in (entry / "fd").iterdir()}
    except OSError:
        # another user's, or just gone
        return set()


def _lock_files(root: Path, ports: Sequence[Port]) -> list[Path]:
    names = [f"LCK..{Path(port.path).name}" for port in ports]
    found = [root / place / name for place in _LOCKS for name in names if (root / place / name).exists()]
    # one of the two places is mostly a link to the other
    return list({os.path.realpath(lock): lock for lock in found}.values())


def _alive(root: Path, lock: Path) -> bool:
    pid = number_in(lock, 10)
    return pid is not None and (root / "proc" / str(pid)).exists()
