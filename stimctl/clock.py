"""Where time comes from: one method, so that a test can own it."""

from typing import Protocol

__all__ = ["Clock", "VirtualClock", "MS", "SECOND", "US"]

US = 1_000
MS = 1_000_000
SECOND = 1_000_000_000


class Clock(Protocol):
    """Anything that says what time it is."""

    def now_ns(self) -> int:
        """Monotonic time in nanoseconds; its zero means nothing."""
        ...


class VirtualClock:
    """Time that moves when told to, and never back."""

    def __init__(self, now_ns: int = 0) -> None:
        self._now_ns = now_ns

    def now_ns(self) -> int:
        return self._now_ns

    def move_to(self, now_ns: int) -> None:
        if now_ns < self._now_ns:
            raise ValueError(f"time cannot go back from {self._now_ns} to {now_ns}")
        self._now_ns = now_ns
