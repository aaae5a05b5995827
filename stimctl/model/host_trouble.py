"""What may befall the computer in virtual time, as values."""

from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["HostTrouble", "Trouble"]


class Trouble(Enum):
    """It stands still, it sleeps, its disk is slow or full, its front end hangs."""

    STALL = auto()
    SUSPEND = auto()
    SLOW_DISK = auto()
    FULL_DISK = auto()
    FRONT_FROZEN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTrouble:
    """From `at_ns` until `end_ns`, or for good. `delay_ns`: how long each write of a slow disk takes."""

    kind: Trouble
    at_ns: int
    end_ns: int | None = None
    delay_ns: int = 0

    def holds(self, now_ns: int) -> bool:
        return self.at_ns <= now_ns and (self.end_ns is None or now_ns < self.end_ns)
