"""What has to happen in time: beats of the front end, turns of the loop, keep-alives to the unit, the end of a pause.

Rule 1: a turn over 150 ms late while output may flow is a stall; at zero, one that comes near the unit's own lapse.
Rule 2: keep-alives come from the loop that advances the timeline, from nowhere else.
Rule 3: a pause that nobody ends ends the session.
"""

from stimctl.clock import MS, SECOND
from stimctl.engine.session_state import ARMED_STATES, FLOWING, WAITING, State
from stimctl.safety.watchdog import FRONT_PAUSE_NS, FRONT_STOP_NS, Silence, front_silence

__all__ = ["LONGEST_PAUSE_NS", "STALL_NS", "Vigil"]

STALL_NS = 150 * MS
LONGEST_PAUSE_NS = 600 * SECOND
_STALL_AT_ZERO_NS = SECOND
_KEEP_ALIVE_NS = 500 * MS


class Vigil:
    """The session's deadlines. It says what is overdue; the core does something about it."""

    def __init__(self, now_ns: int) -> None:
        self._beat_ns = now_ns
        self._alive_ns = now_ns
        self._paused_ns = now_ns
        self._wake_ns: int | None = None

    def beat(self, now_ns: int) -> None:
        """The front end lives."""
        self._beat_ns = now_ns

    def alive(self, now_ns: int) -> None:
        """The unit has accepted something: its arm does not lapse for a while."""
        self._alive_ns = now_ns

    def paused(self, now_ns: int) -> None:
        """A pause begins."""
        self._paused_ns = now_ns

    def pause_ns(self, now_ns: int) -> int:
        """How long the pause has lasted."""
        return now_ns - self._paused_ns

    def will_wake(self, wake_ns: int | None) -> None:
        """The loop has been told to come back by then."""
        self._wake_ns = wake_ns

    def stall(self, state: State, now_ns: int) -> str | None:
        """Why this turn is a stall. Each wake is judged once."""
        wake_ns, self._wake_ns = self._wake_ns, None
        if wake_ns is None or state not in ARMED_STATES:
            return None
        late_ns = now_ns - wake_ns
        if late_ns <= (STALL_NS if state in FLOWING else _STALL_AT_ZERO_NS):
            return None
        return f"the computer was {late_ns // MS} ms late"

    def front(self, now_ns: int) -> Silence:
        """What the front end's silence calls for."""
        return front_silence(now_ns - self._beat_ns)

    def keep_alive_due(self, now_ns: int) -> bool:
        """Whether the unit is to hear from us; asking counts as sending."""
        if now_ns - self._alive_ns < _KEEP_ALIVE_NS:
            return False
        self._alive_ns = now_ns
        return True

    def wakes(self, state: State) -> list[int | None]:
        """When any of this may next be overdue."""
        wakes: list[int | None] = []
        if state in ARMED_STATES:
            wakes += [self._beat_ns + FRONT_STOP_NS, self._alive_ns + _KEEP_ALIVE_NS]
        if state is State.RUNNING:
            wakes.append(self._beat_ns + FRONT_PAUSE_NS)
        if state in WAITING:
            wakes.append(self._paused_ns + LONGEST_PAUSE_NS)
        return wakes
