"""`sim://`: a simulated unit in a thread of this process, at the other end of a pair of sockets. The one seam.

This is the only file of stimctl that imports the simulator.
"""

import os
import socket
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic_ns

from simulator.catalog import make_unit
from simulator.delivered import NoSink, Sink
from simulator.faults import NO_FAULTS, FaultPlanError, parse_fault_plan
from simulator.record_file import RecordFile
from simulator.serve.loop import serve
from simulator.serve.stream import StreamPort
from stimctl.errors import ConfigError, LinkLost
from stimctl.links.link import MOST_OUTSTANDING, Line
from stimctl.links.url import DeviceUrl

__all__ = ["SimLink"]

_READ_BYTES = 4096


class SimLink:
    """A simulated unit, running until the link is closed."""

    def __init__(self, url: DeviceUrl, baud: int) -> None:
        self.name = url.text
        self._line = Line(baud)
        plan = NO_FAULTS
        if url.faults is not None:
            try:
                plan = parse_fault_plan(Path(url.faults).read_text(encoding="utf-8"), url.faults)
            except OSError as why:
                raise ConfigError(f"{url.faults}: {why.strerror}") from None
            except (UnicodeDecodeError, FaultPlanError) as why:
                raise ConfigError(f"{url.faults}: {why}") from None
        self._opened = ExitStack()
        sink: Sink = self._opened.enter_context(RecordFile(Path(url.delivered))) if url.delivered else NoSink()
        self._unit = make_unit(
            url.target,
            seed=url.seed,
            fault_plan=plan,
            delivered_sink=sink,
            start_ns=monotonic_ns(),
            start_wall=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        )
        self._end, theirs = socket.socketpair()
        self._end.setblocking(False)
        self._interrupt_read, self._interrupt_write = os.pipe()
        self._closing = False
        self._thread = Thread(target=self._serve, args=(StreamPort(theirs),), name="simulated unit", daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        return self._end.fileno()

    def read(self) -> bytes:
        try:
            data = self._end.recv(_READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as why:
            raise LinkLost(f"{self.name}: {why.strerror}") from None
        if not data:
            raise LinkLost(f"{self.name} has gone")
        return data

    def write(self, data: bytes, now_ns: int) -> int:
        room = MOST_OUTSTANDING - self._line.outstanding(now_ns)
        if room <= 0:
            return 0
        try:
            taken = self._end.send(data[:room])
        except BlockingIOError:
            return 0
        except OSError as why:
            raise LinkLost(f"{self.name}: {why.strerror}") from None
        self._line.wrote(taken, now_ns)
        return taken

    def discard_unsent(self, now_ns: int) -> None:
        """A pair of sockets has no flush; at most 64 bytes are ever in it."""

    def outstanding(self, now_ns: int) -> int:
        return self._line.outstanding(now_ns)

    def room_ns(self, now_ns: int) -> int:
        return self._line.room_ns(now_ns, MOST_OUTSTANDING)

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        os.write(self._interrupt_write, b"\0")
        self._thread.join()
        self._end.close()
        os.close(self._interrupt_read)
        os.close(self._interrupt_write)

    def _serve(self, port: StreamPort) -> None:
        serve(self._unit, port, should_end=lambda: self._closing, interrupt_fd=self._interrupt_read)
        self._unit.close("closed", monotonic_ns())
        self._opened.close()
