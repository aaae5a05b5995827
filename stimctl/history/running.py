"""Which session runs now: its journal has no end yet, and nobody was killed.

Rule 1: nothing is locked, asked or connected to: a look at the history never stands in the way of a session.
"""

import os
from pathlib import Path

from stimctl.history.lines import object_of
from stimctl.places import run_dir

__all__ = ["running_id"]

_LONGEST = 4096


def running_id(run: Path | None = None) -> str | None:
    """The id of the session of this user whose engine is alive, by what it wrote into its lock; None if none is."""
    try:
        with open((run or run_dir()) / "session.lock", "rb") as lock:
            said = object_of(lock.read(_LONGEST))
    except OSError:
        return None
    if said is None or not isinstance(said.get("id"), str):
        return None
    return str(said["id"]) if _alive(said.get("pid")) else None


def _alive(pid: object) -> bool:
    # elsewhere than on POSIX no session can run, and signal 0 would be more than a question
    if os.name != "posix" or type(pid) is not int or pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return True
