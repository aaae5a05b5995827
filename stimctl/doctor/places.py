"""Where records go: may they be written, by nobody else read, and is there room. Nothing is made or written for it."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from stimctl.doctor.finding import Finding, fine, problem, warning

__all__ = ["free_bytes", "private", "room", "writable"]

_MB = 1_000_000
# A journal grows by some 7 kB a second: 12 MB in the longest session, of 28 minutes.
_ONE_SESSION, _MANY_SESSIONS = 15 * _MB, 500 * _MB
# What a path to a socket may have, on Linux; the name of a session's is 13 of them.
_LONGEST_SOCKET_PATH, _SOCKET_NAME = 107, "/01234567.sock"


def free_bytes(path: Path) -> int | None:
    """The room where a path is, or will be; None where nobody says."""
    try:
        return shutil.disk_usage(_nearest(path)).free
    except OSError:
        return None


def _may_write(path: Path) -> bool:
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def writable(places: Mapping[str, Path], run: Path, may_write: Callable[[Path], bool] = _may_write) -> Finding:
    """Each of the directories, by what it is for, is there or can be made; sockets in `run` can have a name."""
    name = "directories"
    shut = [f"{what} in {path}" for what, path in places.items() if not may_write(_nearest(path))]
    if shut:
        advice = "Make them yours, or take others, all below one directory:"
        return problem(name, f"cannot be written: {', '.join(shut)}", advice, ["export STIMCTL_HOME=~/stimctl-home"])
    too_long = len(os.fsencode(run)) + len(_SOCKET_NAME) - _LONGEST_SOCKET_PATH
    if too_long > 0:
        found = f"{run} is {too_long} bytes too long for the socket that a stop comes in by"
        return problem(name, found, "Take a shorter one:", ["export STIMCTL_HOME=~/stimctl-home"])
    return fine(name, "; ".join(f"{what} in {path}" for what, path in places.items()))


def private(data: Path) -> Finding:
    """Journals are nobody else's business."""
    name = "privacy"
    try:
        mode = data.stat().st_mode & 0o777
    except OSError:
        return fine(name, "no records yet; what will be kept is readable by you alone")
    if mode & 0o077:
        found = f"others may look into {data} (mode {mode:o}): journals and thresholds are in it"
        return warning(name, found, "Keep them out:", [f"chmod go-rwx {data}"])
    return fine(name, f"{data} is readable by you alone")


def room(data: Path, free: int | None) -> Finding:
    """Room for journals; a session whose journal cannot be written ramps down and ends."""
    name = "disk space"
    if free is None:
        return warning(name, f"the system does not say how much is free for {data}", "See for yourself:", ["df -h"])
    found = f"{free // _MB} MB free for {data}"
    if free < _ONE_SESSION:
        return problem(name, found, "A long session's journal takes 12 MB, and without it a session ends. Make room.")
    if free < _MANY_SESSIONS:
        return warning(name, found, "That is room for some sessions: a long one's journal takes 12 MB. Make room.")
    return fine(name, found)


def _nearest(path: Path) -> Path:
    """The path itself, or what is there above it."""
    return next((one for one in (path, *path.parents) if one.exists()), path)
