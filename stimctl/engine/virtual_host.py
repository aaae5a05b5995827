"""What befalls a computer in virtual time: it stands still, sleeps, writes slowly or not at all, its front end hangs.

Rule 1: while it stands still or sleeps nothing of the engine runs; bytes wait for it in the system's buffer.
Rule 2: its monotonic clock goes on while it stands still, and not while it sleeps.
Rule 3: what a front end says while it hangs is heard when it goes on, in order.
Times are those of the virtual clock, but for what `clock_ns` gives: the computer's own.
"""

from collections.abc import Sequence

from stimctl.model.host_trouble import HostTrouble, Trouble

__all__ = ["VirtualHost"]

# What the kernel keeps of a terminal that nobody reads.
_KEPT_BYTES = 4095


class VirtualHost:
    """The computer that the engine runs on."""

    def __init__(self, troubles: Sequence[HostTrouble] = ()) -> None:
        self._troubles = troubles
        self._back_ns = 0
        self._slept_ns = 0
        self._told_ns = 0
        self._waiting = b""
        self._unheard: list[bytes] = []

    def clock_ns(self, now_ns: int) -> int:
        """Its monotonic clock, which stood while it slept."""
        return now_ns - self._slept_ns

    def true_ns(self, clock_ns: int) -> int:
        """When its monotonic clock will show this, if it does not sleep again."""
        return clock_ns + self._slept_ns

    def is_away(self, now_ns: int) -> bool:
        """Whether nothing runs."""
        for trouble in self._troubles:
            if trouble.kind in (Trouble.STALL, Trouble.SUSPEND) and trouble.at_ns <= now_ns:
                end_ns = now_ns + 1 if trouble.end_ns is None else trouble.end_ns
                self._back_ns = max(self._back_ns, end_ns)
        return now_ns < self._back_ns

    def back_ns(self, now_ns: int) -> int | None:
        """When it goes on, if it is away."""
        return self._back_ns if now_ns < self._back_ns else None

    def slept_ns(self, now_ns: int) -> int:
        """How long it has slept since it was last asked; from now on its clock says so too."""
        self._slept_ns = sum(
            trouble.end_ns - trouble.at_ns
            for trouble in self._troubles
            if trouble.kind is Trouble.SUSPEND and trouble.end_ns is not None and trouble.end_ns <= now_ns
        )
        new_ns, self._told_ns = self._slept_ns - self._told_ns, self._slept_ns
        return new_ns

    def keep(self, data: bytes) -> None:
        """Bytes from the unit, for an engine that does not run."""
        self._waiting = (self._waiting + data)[:_KEPT_BYTES]

    def kept(self, data: bytes) -> bytes:
        """What had waited, and what comes now."""
        data, self._waiting = self._waiting + data, b""
        return data

    def said(self, data: bytes) -> None:
        """The front end has said something, or has closed its pipe; it waits for `heard`."""
        self._unheard.append(data)

    def heard(self, now_ns: int) -> list[bytes]:
        """What the front end has said, unless it hangs."""
        if self._frozen_until_ns(now_ns) is not None:
            return []
        said, self._unheard = self._unheard, []
        return said

    def speaks_ns(self, now_ns: int) -> int | None:
        """When the front end will be heard; None where it has nothing to say or hangs for good."""
        if not self._unheard:
            return None
        until_ns = self._frozen_until_ns(now_ns)
        return now_ns if until_ns is None else until_ns if until_ns > 0 else None

    def writes(self, now_ns: int) -> str | None:
        """The journal is written: why it cannot be, or None; a slow disk takes its time."""
        for trouble in self._troubles:
            if trouble.kind is Trouble.FULL_DISK and trouble.holds(now_ns):
                return "no space is left on the disk"
            if trouble.kind is Trouble.SLOW_DISK and trouble.holds(now_ns):
                self._back_ns = max(self._back_ns, now_ns + trouble.delay_ns)
        return None

    def _frozen_until_ns(self, now_ns: int) -> int | None:
        """None: it does not hang. 0: it hangs for good."""
        ends = [
            0 if trouble.end_ns is None else trouble.end_ns
            for trouble in self._troubles
            if trouble.kind is Trouble.FRONT_FROZEN and trouble.holds(now_ns)
        ]
        return None if not ends else 0 if 0 in ends else max(ends)
