"""The audit: reads again, as the unit would, every byte that is about to leave, and refuses what nobody cleared.

It sits below the driver and trusts none of its code: readers decode by offsets from the protocol's page, on their own.
Output is judged twice: against the session's limits, and against what was cleared for that channel. Fail closed: what
a reader does not know is refused.
"""

from collections.abc import Mapping
from typing import Protocol

from stimctl.model.limits import Limits
from stimctl.safety.clearance import Cleared

__all__ = ["Audit"]


class Audit(Protocol):
    """One unit's reader. Verdicts are sentences; None means that nothing is wrong."""

    def agree(self, limits: Limits, peaks_ua: Mapping[int, int]) -> None:
        """These are the bounds of the session from now on."""

    def expect(self, cleared: Cleared) -> None:
        """This was cleared, and may now be seen on the wire once."""

    def hold(self, channel: int, ceiling_ua: int) -> None:
        """From now on nothing already cleared on this channel may exceed the ceiling."""

    def forget(self, channel: int | None = None) -> None:
        """What was cleared before does not count any more (a gap on one channel, or a stop on all)."""

    def sent(self, data: bytes, now_ns: int) -> str | None:
        """Why these bytes must not leave, or None. Judge each piece once, in order."""

    def received(self, data: bytes, now_ns: int) -> str | None:
        """Why these bytes mean that the unit does not do what was agreed, or None."""

    def stop_is_sound(self, stop_bytes: bytes) -> str | None:
        """Why these would not stop the unit from every state of its receiver, or None."""
