"""The loop that keeps real time for a simulated unit, on whatever port it is served.

Rule 1: it sleeps until the unit's next wake, the port or an interrupt, whichever is first; never longer than 20 ms
while output is on or nobody is there, so that records stay fresh and a client is noticed.
Rule 2: it never blocks on a client: what one does not read is kept up to a bound, then the oldest is dropped.
Rule 3: it takes from the client no more than the line has room for, so that a backlog stays in the client's own buffer.
Lateness, as the record's `worst_late_us` has it: over the timed sleeps that began with output on, the most by which
waking up came after the planned instant.
"""

from collections.abc import Callable
from select import select
from time import monotonic_ns

from simulator.serve.port import Port
from simulator.unit import Unit

__all__ = ["serve"]

_PATIENCE_NS = 20_000_000
_LONGEST_SLEEP_NS = 1_000_000_000
_KEPT_BYTES = 4096
# An adapter's FIFO towards the line; it takes more when it is half empty.
_LINE_ROOM_BYTES = 128
_LEAST_READ_BYTES = 64


def serve(unit: Unit, port: Port, should_end: Callable[[], bool], interrupt_fd: int | None = None) -> None:
    """Serve until `should_end()`, which is asked after every sleep; `interrupt_fd` becoming readable cuts one short.

    The unit's own clock must be CLOCK_MONOTONIC. Neither the unit nor the port is closed.
    """
    kept = bytearray()
    plugged, clients = True, 0
    while not should_end():
        now_ns = monotonic_ns()
        unit.advance(now_ns)
        if unit.unplugged is plugged:
            plugged = not plugged
            kept.clear()
            (port.plug_in if plugged else port.unplug)()
        room = _LINE_ROOM_BYTES - unit.outstanding(now_ns)
        if room >= _LEAST_READ_BYTES:
            data = port.read(room)
            if port.clients != clients:
                clients = port.clients
                unit.client_opened(now_ns)
            unit.receive(data, now_ns)
        kept += unit.drain()
        if kept:
            del kept[: port.write(bytes(kept))]
            del kept[: max(0, len(kept) - _KEPT_BYTES)]
        _sleep(unit, port, wants_read=room >= _LEAST_READ_BYTES, wants_write=bool(kept), interrupt_fd=interrupt_fd)


def _sleep(unit: Unit, port: Port, *, wants_read: bool, wants_write: bool, interrupt_fd: int | None) -> None:
    from_ns = monotonic_ns()
    port_fd = port.fileno()
    on = unit.output_on
    until_ns = from_ns + (_PATIENCE_NS if on or port_fd < 0 else _LONGEST_SLEEP_NS)
    wake_ns = unit.next_wake_ns()
    if wake_ns is not None:
        until_ns = min(until_ns, wake_ns)
    readers = [
        fd for fd, wanted in ((port_fd, wants_read), (interrupt_fd, True)) if fd is not None and fd >= 0 and wanted
    ]
    writers = [port_fd] if wants_write and port_fd >= 0 else []
    ready = select(readers, writers, [], max(0, until_ns - from_ns) / 1e9)
    if on and not any(ready):
        unit.late_by(monotonic_ns() - until_ns)
