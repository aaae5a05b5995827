"""How the line to the unit does, told once a second from the moment a unit is known, armed or not.

It takes no wake of its own: a driver asks its unit for the time several times a second, and rides on that.
"""

from stimctl.clock import SECOND
from stimctl.drivers.driver import Driver
from stimctl.engine.messages import Link
from stimctl.engine.record import Record

__all__ = ["LinkReport"]

_EVERY_NS = SECOND


class LinkReport:
    """One session's."""

    def __init__(self, driver: Driver, record: Record) -> None:
        self._driver, self._record = driver, record
        self._next_ns = 0

    def advance(self, now_ns: int) -> None:
        """Tell it if it is time to."""
        if now_ns < self._next_ns:
            return
        self._next_ns = now_ns + _EVERY_NS
        counts = self._driver.line
        link = Link(
            rtt_us=counts.rtt_us,
            frames_in=counts.frames_in,
            frames_out=counts.frames_out,
            lost=counts.lost,
            crc_errors=counts.damaged,
            retries=counts.retries,
            battery_percent=counts.battery_percent,
        )
        self._record.tell(link, now_ns, may_drop=True)
