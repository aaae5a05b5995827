"""One session a port, one session a user: locks in the user's runtime directory, taken before anything is opened.

Opening a port resets some boards, so the lock comes first. A lock is a file that is held by `flock`: it goes with its
process, whatever ends that, and is never stale.
"""

import fcntl
import os
from pathlib import Path

from stimctl.errors import PortBusy, SafetyRefusal

__all__ = ["Lock", "lock_port", "lock_session"]


class Lock:
    """A held lock; `release` or the end of the process lets go."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go. Idempotent."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def lock_port(run: Path, port: str) -> Lock:
    """Hold the port that `port` names, by what it really is; PortBusy if a session holds it already."""
    identity = os.path.realpath(port).strip("/").replace("/", "-")
    held = _hold(run / f"port-{identity}.lock", "")
    if held is None:
        raise PortBusy(f"{port} is in use by another stimctl session; end that one first (stimctl stop)")
    return held


def lock_session(run: Path, who: str) -> Lock:
    """Hold the one session that a user may run; SafetyRefusal if there is one. `who` is kept in the file to read."""
    held = _hold(run / "session.lock", who)
    if held is None:
        raise SafetyRefusal("a session is running already, and one person gets one at a time; stimctl stop ends it")
    return held


def _hold(path: Path, content: str) -> Lock | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, content.encode())
    return Lock(descriptor)
