"""Stops a unit whose engine is gone: its stop bytes straight to the port, until it answers or may be given up.

The front end does this. It is the only writing to a unit that does not come from an engine, and it can only stop.
"""

import time
from collections.abc import Callable
from contextlib import closing
from select import select

from stimctl.clock import SECOND
from stimctl.drivers.driver import Driver
from stimctl.drivers.facts import ZeroConfirmed
from stimctl.drivers.registry import FAMILIES
from stimctl.engine.ending import TAKE_PADS_OFF
from stimctl.engine.messages import Unit
from stimctl.engine.stopping import Stopping
from stimctl.errors import StimctlError
from stimctl.links.link import Link
from stimctl.links.opening import open_link
from stimctl.links.url import TargetKind, parse_device_url
from stimctl.model.who import Who

__all__ = ["stop_by_hand"]


def stop_by_hand(unit: Unit, warn: Callable[[str], None]) -> bool:
    """Whether the unit confirmed that it is at zero. A simulator inside the engine died with it.

    `warn` is told what to do as soon as the unit should have confirmed and has not; the repeats go on.
    """
    url = parse_device_url(unit.port)
    if url.kind is TargetKind.SIMULATOR:
        return True
    family = FAMILIES[url.family]
    driver = family.driver(Who())
    now_ns = time.monotonic_ns()
    driver.identify(now_ns)
    driver.stopped(now_ns)
    stopping = Stopping(driver.stop_repeats, unit.release_ms, now_ns)
    try:
        # whoever holds a lock, a unit that is on has to be stopped; and it was allowed when the session began
        with closing(open_link(url, family.baud, None, allow_network=True)) as link:
            return _until_confirmed(link, bytes.fromhex(unit.stop_bytes), stopping, driver, warn)
    except (StimctlError, OSError):
        # the cable is out too: the unit lets go by itself, and nobody can see it
        warn(TAKE_PADS_OFF)
        return False


def _until_confirmed(
    link: Link,
    stop_bytes: bytes,
    stopping: Stopping,
    driver: Driver,
    warn: Callable[[str], None],
) -> bool:
    while True:
        now_ns = time.monotonic_ns()
        if stopping.hopeless(now_ns):
            return False
        if stopping.due(now_ns):
            link.write(stop_bytes, now_ns)
        # opening the port was one
        stopping.reset_due(now_ns)
        if stopping.overdue(now_ns):
            warn(TAKE_PADS_OFF)
        wake_ns = min(at_ns for at_ns in (stopping.next_wake_ns(), driver.next_wake_ns()) if at_ns is not None)
        ready, _, _ = select([link.fileno()], [], [], max(0, wake_ns - now_ns) / SECOND)
        data = link.read() if ready else b""
        if _confirms(driver, data, time.monotonic_ns()):
            return True


def _confirms(driver: Driver, data: bytes, now_ns: int) -> bool:
    """Whether with these bytes, or by now, the unit has said that its output is off; nothing it asks for is sent."""
    facts = [*driver.receive(data, now_ns), *driver.advance(now_ns)]
    driver.drain()
    return any(isinstance(fact, ZeroConfirmed) and fact.output_off for fact in facts)
