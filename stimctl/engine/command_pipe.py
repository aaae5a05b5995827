"""The pipe that commands go down by: whole lines, from any thread, and a stop that waits for nobody.

Rule 1: a line is written whole before the next one begins; the lock is held for that and for nothing else.
Rule 2: a stop waits at most 50 ms for the lock and then writes all the same. Whoever holds it then is in the middle of
a long line that the engine is slow to take. A stop is far shorter than what a pipe takes at once or not at all (4096
bytes on Linux), and it begins with the end of a line: the long one is spoilt and refused, the stop stands by itself.
Rule 3: an engine that takes no bytes, of a stop at once, of anything else for 3 s, is hung up on: the end of the pipe
is a stop as well, and it needs no room.
"""

import os
import time
from io import RawIOBase
from select import select
from threading import Lock

from stimctl.clock import SECOND

__all__ = ["CommandPipe"]

_STOP_WAITS_S = 0.05
_FULL_NS = 3 * SECOND


class CommandPipe:
    """Around the unbuffered stdin of an engine, which it owns."""

    def __init__(self, pipe: RawIOBase) -> None:
        self._pipe = pipe
        self._lock = Lock()
        os.set_blocking(pipe.fileno(), False)

    def put(self, line: bytes) -> None:
        """Write a line, with its end. An engine that is gone is found out by whoever reads from it."""
        with self._lock:
            until_ns = time.monotonic_ns() + _FULL_NS
            while line and not self._pipe.closed:
                line = line[self._written(line) :]
                left_ns = until_ns - time.monotonic_ns()
                if line and left_ns <= 0:
                    self.hang_up()
                elif line:
                    select([], [self._pipe], [], left_ns / SECOND)

    def put_first(self, line: bytes) -> None:
        """Write a short line now, whatever else is being written (rule 2)."""
        locked = self._lock.acquire(timeout=_STOP_WAITS_S)
        try:
            if not self._pipe.closed and self._written(b"\n" + line) == 0:
                self.hang_up()
        finally:
            if locked:
                self._lock.release()

    def hang_up(self) -> None:
        """End the pipe, for good. Its number goes on, to nowhere: no other thread ever writes into another file."""
        if self._pipe.closed:
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
        except OSError:
            # no number is left for it: then this one has to go
            self._pipe.close()
            return
        os.dup2(nowhere, self._pipe.fileno(), inheritable=False)
        os.close(nowhere)

    def close(self) -> None:
        """Nothing is written any more, from any thread."""
        with self._lock:
            self._pipe.close()

    def _written(self, data: bytes) -> int:
        """How much the pipe took; all of it, where nobody is left to read."""
        try:
            return os.write(self._pipe.fileno(), data)
        except BlockingIOError:
            return 0
        except (OSError, ValueError):
            # gone, or closed meanwhile
            return len(data)
