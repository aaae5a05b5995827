"""What waits to be read by the front end: facts are kept, samples are dropped oldest first. Never waits."""

import os
from collections import deque

__all__ = ["Outbox"]

_MOST_SAMPLES = 64


class Outbox:
    """Lines for a pipe that may be slow, full, or gone."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        os.set_blocking(descriptor, False)
        self._lines: deque[tuple[bytes, bool]] = deque()
        self._samples = 0
        self._part = b""
        self._gone = False

    def fileno(self) -> int:
        """What to wait on while something is `waiting`."""
        return self._descriptor

    def put(self, line: str, *, may_drop: bool) -> None:
        """Add a line, without its end."""
        if self._gone:
            return
        if may_drop:
            self._samples += 1
            if self._samples > _MOST_SAMPLES:
                self._drop_oldest_sample()
        self._lines.append((line.encode(errors="backslashreplace") + b"\n", may_drop))

    def flush(self) -> None:
        """Write as much as the pipe takes."""
        while self._lines or self._part:
            if not self._part:
                self._part, may_drop = self._lines.popleft()
                self._samples -= may_drop
            try:
                written = os.write(self._descriptor, self._part)
            except BlockingIOError:
                return
            except OSError:
                # Nobody reads any more; end of file on the other pipe says so too, and that is the stop.
                self._gone = True
                self._lines.clear()
                self._part = b""
                return
            self._part = self._part[written:]

    @property
    def waiting(self) -> bool:
        """Whether something is left for a pipe that was full."""
        return bool(self._lines or self._part)

    def _drop_oldest_sample(self) -> None:
        for index, (_, may_drop) in enumerate(self._lines):
            if may_drop:
                del self._lines[index]
                self._samples -= 1
                return
