"""How far a unit that boots when its line is opened has come, told twice a second until it answers."""

from stimctl.clock import MS
from stimctl.drivers.driver import Driver
from stimctl.engine.messages import Waiting
from stimctl.engine.record import Record

__all__ = ["BootReport"]

_EVERY_NS = 500 * MS


class BootReport:
    """One session's. `next_wake_ns` is None for a unit that does not boot."""

    def __init__(self, driver: Driver, record: Record, now_ns: int) -> None:
        self._record, self._expected_ms = record, driver.boot_ms
        self._began_ns = now_ns
        self.next_wake_ns = now_ns if driver.boot_ms else None

    def advance(self, now_ns: int) -> None:
        """Tell it if it is time to."""
        if self.next_wake_ns is None or now_ns < self.next_wake_ns:
            return
        self.next_wake_ns = now_ns + _EVERY_NS
        waiting = Waiting(waited_ms=(now_ns - self._began_ns) // MS, expected_ms=self._expected_ms)
        self._record.tell(waiting, now_ns, may_drop=True)
