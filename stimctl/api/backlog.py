"""What a script has not asked for yet: everything in order, but samples only so many, the newest."""

from collections import deque

from stimctl.engine import messages as say

__all__ = ["MOST_WAITING", "Backlog", "Event"]

Event = (
    say.Session
    | say.Armed
    | say.Started
    | say.PhaseBegan
    | say.Sample
    | say.User
    | say.Refused
    | say.Gap
    | say.Fault
    | say.Stopped
    | say.Zero
    | say.Ended
)
"""What a session tells, `Ended` last."""

# Ten seconds of two channels. A script that is farther behind than that wants to know what is, not what was.
MOST_WAITING = 100


class Backlog:
    """Events in the order in which they came."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()

    def __bool__(self) -> bool:
        return bool(self._events)

    def add(self, event: Event) -> None:
        """The newest. The oldest sample makes room, nothing else ever does."""
        self._events.append(event)
        if len(self._events) > MOST_WAITING:
            oldest = next((index for index, one in enumerate(self._events) if isinstance(one, say.Sample)), None)
            if oldest is not None:
                del self._events[oldest]

    def take(self) -> Event:
        """The oldest; IndexError if there is none."""
        return self._events.popleft()
