"""Sessions that run now, and locks of sessions. Nothing is locked, asked or connected to for it.

A lock of stimctl is held by the kernel for as long as its process lives: a lock file that nobody holds means nothing.
"""

import json
from pathlib import Path

from stimctl.doctor.finding import Finding, fine, problem, warning
from stimctl.doctor.look import Process, processes, text_of
from stimctl.history.lines import shown

__all__ = ["sessions"]

_STOP = ("stimctl stop",)
_SUSPENDED = "T"


def sessions(root: Path, run: Path) -> Finding:
    """Engines that run, and who holds a lock in the runtime directory `run`."""
    name = "sessions"
    everybodys = [one for one in processes(root) if "stimctl.engine" in one.arguments]
    # a unit that cannot be stopped is everybody's business; who runs with another directory is in nobody's way
    asleep = [one for one in everybodys if _state(one) == _SUSPENDED]
    engines = [one for one in everybodys if _asked(one, "run") in ("", str(run))]
    if asleep:
        return problem(
            name,
            f"suspended, and cannot stop its unit: {', '.join(map(_said, asleep))}",
            "Take the pads off, then end it:",
            [f"kill -KILL {one.pid}" for one in asleep],
        )
    if engines:
        advice = "One person gets one session at a time. To end it, at zero:"
        return warning(name, f"running: {', '.join(map(_said, engines))}", advice, _STOP)
    locks = sorted(run.glob("*.lock"))
    held = _held(root, locks)
    if held:
        said = ", ".join(f"{lock.name} by process {pid}" for lock, pid in held.items())
        advice = "No session runs that could hold it. See what that process is, and end it:"
        return problem(name, f"a lock is held: {said}", advice, [f"ps -p {pid}" for pid in held.values()])
    left = len(list(run.glob("*.sock")))
    if left:
        return warning(
            name,
            f"none runs; {left} left a control socket behind when killed",
            "It holds nothing up. This takes it away:",
            _STOP,
        )
    return fine(name, "none runs, and no lock is held" if locks else "none runs")


def _state(one: Process) -> str:
    """The letter behind the name, which may itself hold brackets."""
    return text_of(one.entry / "stat").rpartition(")")[2].strip()[:1]


def _said(one: Process) -> str:
    return f"{shown(_asked(one, 'device')) or 'a unit'} (process {one.pid})"


def _asked(one: Process, name: str) -> str:
    """What an engine was started with, by its name; empty where that cannot be read."""
    try:
        return str(json.loads(one.arguments[-1])[name])
    except (ValueError, KeyError, TypeError):
        return ""


def _held(root: Path, locks: list[Path]) -> dict[Path, int]:
    """Which lock files are held, and by which process, as the kernel lists it."""
    holders: dict[int, int] = {}
    for line in text_of(root / "proc" / "locks").splitlines():
        fields = line.split()
        # number, kind, advisory, read or write, process, device:inode, from, to; a waiting one has an arrow
        if len(fields) == 8 and fields[1] == "FLOCK" and fields[4].isdecimal():
            inode = fields[5].rpartition(":")[2]
            holders[int(inode)] = int(fields[4])
    found = {}
    for lock in locks:
        try:
            pid = holders.get(lock.stat().st_ino)
        except OSError:
            # its session has ended meanwhile
            continue
        if pid is not None:
            found[lock] = pid
    return found
