"""A stop under way: the unit's stop bytes, again and again, until it confirms or there is nothing left to hope for.

Rule 1: the first goes out at once; repeats wait as the family says, and the last wait goes on, as often as it says.
Rule 2: what is not confirmed `release_ms` + 200 after the first is said so, once, and the repeats go on.
Rule 3: where the family has it, the line is reset once, some silence after the last of them.
Rule 4: all of that ends when the family's hope does, confirmed or not.
"""

from stimctl.clock import MS
from stimctl.drivers.driver import StopRepeats

__all__ = ["Stopping"]

_SAY_AFTER_NS = 200 * MS


class Stopping:
    """One stop. Made when it begins."""

    def __init__(self, repeats: StopRepeats, release_ms: int, now_ns: int) -> None:
        self._repeats = repeats
        self._sent = 0
        self._next_ns: int | None = now_ns
        self._reset_ns: int | None = None
        self._began_ns = now_ns
        self._say_ns = now_ns + release_ms * MS + _SAY_AFTER_NS
        self._said = False
        self.confirmed_ns: int | None = None

    def due(self, now_ns: int) -> bool:
        """Whether the stop bytes are to go out now; asking counts as sending."""
        if self._next_ns is None or now_ns < self._next_ns or self._is_over(now_ns):
            return False
        self._sent += 1
        repeats = self._repeats
        if self._sent == repeats.most:
            self._next_ns = None
            self._reset_ns = None if repeats.reset_after_ms is None else now_ns + repeats.reset_after_ms * MS
        else:
            self._next_ns = now_ns + repeats.waits_ms[min(self._sent, len(repeats.waits_ms)) - 1] * MS
        return True

    def reset_due(self, now_ns: int) -> bool:
        """Whether the line is to be reset now; asking counts as doing."""
        if self._reset_ns is None or now_ns < self._reset_ns or self._is_over(now_ns):
            return False
        self._reset_ns = None
        return True

    def confirm(self, now_ns: int) -> None:
        """The unit says that it is at zero."""
        if self.confirmed_ns is None:
            self.confirmed_ns = now_ns

    def overdue(self, now_ns: int) -> bool:
        """True once: when it has to be said that zero is not confirmed."""
        if self._said or self.confirmed_ns is not None or now_ns < self._say_ns:
            return False
        self._said = True
        return True

    def hopeless(self, now_ns: int) -> bool:
        """The repeats have ended without an answer."""
        return self.confirmed_ns is None and now_ns >= self._end_ns

    def elapsed_ms(self, now_ns: int) -> int:
        """Since the first stop bytes."""
        return (now_ns - self._began_ns) // MS

    def next_wake_ns(self) -> int:
        """When `due`, `reset_due`, `overdue` or `hopeless` may next say yes."""
        wakes = (self._next_ns, self._reset_ns, self._end_ns if self._said else self._say_ns)
        return min(at_ns for at_ns in wakes if at_ns is not None)

    @property
    def _end_ns(self) -> int:
        return self._say_ns + self._repeats.hope_ms * MS

    def _is_over(self, now_ns: int) -> bool:
        return self.confirmed_ns is not None or self.hopeless(now_ns)
