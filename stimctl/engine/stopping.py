"""A stop under way: the unit's stop bytes, again and again, until it confirms or there is nothing left to hope for.

Rule 1: the first goes out at once; repeats wait as the family says, and the last wait goes on.
Rule 2: what is not confirmed `release_ms` + 200 after the first is said so, once, and the repeats go on.
Rule 3: repeats end 2 s after that, confirmed or not.
"""

from stimctl.clock import MS, SECOND

__all__ = ["Stopping"]

_SAY_AFTER_NS = 200 * MS
_HOPE_NS = 2 * SECOND


class Stopping:
    """One stop. Made when it begins."""

    def __init__(self, repeats_ms: tuple[int, ...], release_ms: int, now_ns: int) -> None:
        self._waits = repeats_ms
        self._sent = 0
        self._next_ns = now_ns
        self._began_ns = now_ns
        self._say_ns = now_ns + release_ms * MS + _SAY_AFTER_NS
        self._said = False
        self.confirmed_ns: int | None = None

    def due(self, now_ns: int) -> bool:
        """Whether the stop bytes are to go out now; asking counts as sending."""
        if self.confirmed_ns is not None or now_ns < self._next_ns or self.hopeless(now_ns):
            return False
        self._next_ns = now_ns + self._waits[min(self._sent, len(self._waits) - 1)] * MS
        self._sent += 1
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
        return self.confirmed_ns is None and now_ns >= self._say_ns + _HOPE_NS

    def elapsed_ms(self, now_ns: int) -> int:
        """Since the first stop bytes."""
        return (now_ns - self._began_ns) // MS

    def next_wake_ns(self) -> int:
        """When `due`, `overdue` or `hopeless` may next say yes."""
        end_ns = self._say_ns + _HOPE_NS
        return min(self._next_ns, end_ns if self._said else self._say_ns)
