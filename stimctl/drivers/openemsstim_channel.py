"""One channel of a board that is paced: what was cleared for it, and what the board was last seen to do.

Rule 1: nothing is queued: `wanted` is what the cleared timeline says for this very instant, rounded down to a level.
Rule 2: a level goes up by one; where the board may have switched off meanwhile it begins at the floor.
Rule 3: the board tells of nothing: a channel counts as on until its on-time is surely over, and as certain to be on
        only while a command cannot come too late for it.
"""

from collections import deque
from dataclasses import replace

from stimctl.clock import MS
from stimctl.model.scale import LEVEL
from stimctl.model.segment import Segment
from stimctl.model.telemetry import Reported
from stimctl.safety.clearance import Cleared

__all__ = ["Channel"]

# An expiry is late by the 50 ms of switching off and by what the board is printing, up to 150 ms.
_LATE_MS = 200
# From a command to its effect: 15 ms on the line and 46 to 53 ms of echo; and the same once more for a busy host.
_EFFECT_MS = 110
_KEPT_NS = 200 * MS
# A channel of two has its turn every second slot; one that has waited so long goes first.
_DUE_NS = 190 * MS
# Executed 33 ms before the echo ends.
_BEFORE_ECHO_NS = 33 * MS


class Channel:
    """`level` is what the board was last told, 0 when it is off; `sent_ns` when. `ending`: it is on its way to off."""

    def __init__(self, number: int, on_time_ms: int) -> None:
        self.number = number
        self.on_time_ms = on_time_ms
        self.level = 0
        self.ending = False
        self.sent_ns = 0
        self.commands = 0
        self.last: Segment | None = None
        self._until_ns = 0
        self._gone_ns = 0
        self._cleared: deque[Segment] = deque()

    def clear(self, cleared: Cleared) -> None:
        """Take a cleared segment; one that replaces takes the place of all that lies after its start."""
        segment = cleared.segment
        if cleared.replace:
            kept = (one for one in self._cleared if one.start_ns < segment.start_ns)
            self._cleared = deque(_cut(one, segment.start_ns) for one in kept)
        self._cleared.append(segment)

    def hold(self, ceiling_ua: int) -> None:
        """Nothing that was cleared so far is more than this any more."""
        self._cleared = deque(
            replace(
                one,
                amplitude_start_ua=min(one.amplitude_start_ua, ceiling_ua),
                amplitude_end_ua=min(one.amplitude_end_ua, ceiling_ua),
            )
            for one in self._cleared
        )

    def lost(self) -> None:
        """Nobody knows whether it is on: nothing is cleared for it any more, and it is left to run out."""
        self._cleared.clear()
        self.ending = self.level > 0

    def segment_at(self, now_ns: int) -> Segment | None:
        """What is cleared for this instant."""
        while self._cleared and self._cleared[0].end_ns <= now_ns - _KEPT_NS:
            self._cleared.popleft()
        found = next((one for one in self._cleared if one.start_ns <= now_ns < one.end_ns), None)
        self.last = found or self.last
        return found

    def wanted(self, now_ns: int) -> int:
        """The level to send now: at most one more than there surely is, 0 for off."""
        segment = self.segment_at(now_ns)
        most = self.level + 1 if self.surely_on(now_ns) else 1
        return 0 if segment is None else min(segment.amplitude_at(now_ns) // LEVEL, most)

    def told(self, level: int, on_time_ms: int, now_ns: int) -> None:
        """A command for it leaves now; level 0 is the floor for the shortest time."""
        self.level, self.ending, self.sent_ns = max(1, level), level == 0, now_ns
        self.commands += 1
        self._gone_ns = now_ns + (on_time_ms + _LATE_MS + _EFFECT_MS) * MS
        self._until_ns = now_ns + (on_time_ms - _EFFECT_MS) * MS

    def done(self, on_time_ms: int, now_ns: int) -> None:
        """The command was carried out by now: its on-time began a moment ago."""
        self._until_ns = now_ns + (on_time_ms - _EFFECT_MS) * MS
        self._gone_ns = now_ns + (on_time_ms + _LATE_MS) * MS

    def reported(self, now_ns: int, last: Segment | None) -> Reported:
        """What an answer tells that comes now: `last` was carried out a moment ago. Nothing else is measured."""
        return Reported(
            channel=self.number,
            made_ns=now_ns - _BEFORE_ECHO_NS,
            heard_ns=now_ns,
            amplitude_ua=0 if self.ending else self.level * LEVEL,
            phase_duration_us=last.phase_duration_us if last else 0,
            pulse_period_us=last.pulse_period_us if last else 0,
            pulses=self.commands,
            contact=False,
            load_ohm=None,
            queued=0,
            battery_percent=None,
        )

    def urgency(self, now_ns: int) -> tuple[int, int, int]:
        """Of several channels the one with the least has the next turn."""
        due = self.level > 0 and now_ns - self.sent_ns >= _DUE_NS
        falls = self.wanted(now_ns) < self.level
        return (0 if due else 1, 0 if falls else 1, self.sent_ns)

    def off(self) -> None:
        """The board has switched it off."""
        self.level, self.ending = 0, False

    def surely_on(self, now_ns: int) -> bool:
        """Whether a command that leaves now still finds it on."""
        return self.level > 0 and not self.ending and now_ns <= self._until_ns

    def surely_off(self, now_ns: int) -> bool:
        """Whether its on-time is over, however late."""
        return self.level == 0 or now_ns >= self._gone_ns


def _cut(segment: Segment, at_ns: int) -> Segment:
    if segment.end_ns <= at_ns:
        return segment
    return replace(segment, end_ns=at_ns, amplitude_end_ua=segment.amplitude_at(at_ns))
