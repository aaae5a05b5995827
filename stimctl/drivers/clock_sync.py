"""What time it is on the unit: a minimum-RTT filter over round trips, and a line through the best of them.

Rule 1: of each 2 s only the quickest round trip counts; the device's time belongs to its middle.
Rule 2: it is settled after at least 25 round trips over 5 s, with the best under 30 ms and half of it plus what the
line leaves over under 10 ms. Nothing is armed before.
Rule 3: a rate beyond 500 ppm, or a reading further from the line than 5 ms beyond what the round trips leave open, is
no clock to be followed: it is a fault, never a correction.
"""

from dataclasses import dataclass

from stimctl.clock import MS, SECOND

__all__ = ["ASK_EVERY_NS", "MOST_PPM", "ClockSync"]

ASK_EVERY_NS = 200 * MS
MOST_PPM = 500
_BUCKET_NS = 2 * SECOND
_BUCKETS = 30
_SETTLED_TRIPS = 25
_SETTLED_NS = 5 * SECOND
_SETTLED_RTT_NS = 30 * MS
_SETTLED_ERROR_NS = 10 * MS
_JUMP_NS = 5 * MS
_FORGOTTEN_NS = SECOND


@dataclass(frozen=True, slots=True)
class _Trip:
    """A round trip: its middle on the host, the device's time there (unwrapped µs), and how long it took."""

    host_ns: int
    tick: int
    rtt_ns: int


class ClockSync:
    """Feed it questions and answers; ask it for ticks."""

    def __init__(self) -> None:
        self._asked: dict[int, int] = {}
        self._token = 0
        self._trips = 0
        self._first_ns = 0
        self._last_ns = 0
        self._best: list[_Trip] = []
        self._rate = 0.0
        self._origin: _Trip | None = None
        self._unsure = 0.0
        self._residual_ns = 0
        # the last round trip, and questions that nobody answered within a second
        self.last_rtt_ns: int | None = None
        self.unanswered = 0

    def ask(self, now_ns: int) -> int:
        """The token of a question that leaves now."""
        self._token = (self._token + 1) % 0x10000
        waiting = {token: at for token, at in self._asked.items() if now_ns - at < _FORGOTTEN_NS}
        self.unanswered += len(self._asked) - len(waiting)
        self._asked = waiting
        self._asked[self._token] = now_ns
        return self._token

    def answer(self, token: int, received: int, sent: int, now_ns: int) -> str | None:
        """Take an answer in; why this clock cannot be followed, or None."""
        asked_ns = self._asked.pop(token, None)
        if asked_ns is None:
            return None
        inside_us = (sent - received) % 0x1_0000_0000
        rtt_ns = now_ns - asked_ns - inside_us * 1000
        if rtt_ns < 0:
            return "the unit says that it held a question for longer than the answer took"
        middle_ns = asked_ns + rtt_ns // 2
        expected = self.tick_at(middle_ns) if self._best else received
        trip = _Trip(middle_ns, expected + _signed(received - expected), rtt_ns)
        why = self._jumped(trip)
        if why is not None:
            return why
        self._trips += 1
        self.last_rtt_ns = rtt_ns
        self._last_ns = trip.host_ns
        self._take(trip)
        return self._too_fast()

    @property
    def settled(self) -> bool:
        """Whether the clock is known well enough to arm (rule 2)."""
        if self._trips < _SETTLED_TRIPS or self._last_ns - self._first_ns < _SETTLED_NS:
            return False
        best_ns = self.best_rtt_ns
        return best_ns < _SETTLED_RTT_NS and best_ns // 2 + self._residual_ns < _SETTLED_ERROR_NS

    @property
    def best_rtt_ns(self) -> int:
        """The quickest round trip of the last minute."""
        return min(trip.rtt_ns for trip in self._best)

    @property
    def rate(self) -> float:
        """How much faster the unit's clock runs than ours, as a fraction."""
        return self._rate

    @property
    def rate_ppm(self) -> int:
        """How much faster the unit's clock runs than ours."""
        return round(self._rate * 1e6)

    def tick_at(self, host_ns: int) -> int:
        """The unit's time at a host time: unwrapped µs; mask to 32 bits for the wire."""
        if self._origin is None:
            raise RuntimeError("no round trip yet: nothing is known of the unit's clock")
        elapsed_ns = host_ns - self._origin.host_ns
        return self._origin.tick + round(elapsed_ns * (1 + self._rate) / 1000)

    def _take(self, trip: _Trip) -> None:
        if not self._best:
            self._first_ns = trip.host_ns
            self._best.append(trip)
        elif self._bucket(trip) == self._bucket(self._best[-1]):
            if trip.rtt_ns >= self._best[-1].rtt_ns:
                return
            self._best[-1] = trip
        else:
            self._best.append(trip)
            del self._best[:-_BUCKETS]
        self._fit()

    def _bucket(self, trip: _Trip) -> int:
        return (trip.host_ns - self._first_ns) // _BUCKET_NS

    def _fit(self) -> None:
        """A least-squares line. The longer a round trip, the less it counts: it may be off by half of that."""
        origin = self._best[0]
        xs = [(trip.host_ns - origin.host_ns) / 1000 for trip in self._best]
        ys = [(trip.tick - origin.tick) - x for trip, x in zip(self._best, xs, strict=True)]
        weights = [(MS / (trip.rtt_ns + MS)) ** 2 for trip in self._best]
        whole = sum(weights)
        mean_x = sum(w * x for w, x in zip(weights, xs, strict=True)) / whole
        mean_y = sum(w * y for w, y in zip(weights, ys, strict=True)) / whole
        pulls = [w * (x - mean_x) for w, x in zip(weights, xs, strict=True)]
        # Under two seconds a slope is noise; the clocks are taken to run alike until then.
        if xs[-1] * 1000 >= _BUCKET_NS:
            spread = sum(pull * (x - mean_x) for pull, x in zip(pulls, xs, strict=True))
            self._rate = sum(pull * (y - mean_y) for pull, y in zip(pulls, ys, strict=True)) / spread
            # What the slope is off by when every reading is off by half its round trip, the worst way round.
            half_us = (trip.rtt_ns / 2000 for trip in self._best)
            self._unsure = sum(abs(pull) * half for pull, half in zip(pulls, half_us, strict=True)) / spread
        offset_us = mean_y - self._rate * mean_x
        self._origin = _Trip(origin.host_ns, origin.tick + round(offset_us), 0)
        self._residual_ns = round(1000 * max(abs(y - offset_us - self._rate * x) for x, y in zip(xs, ys, strict=True)))

    def _jumped(self, trip: _Trip) -> str | None:
        if not self._best:
            return None
        off_ns = abs(trip.tick - self.tick_at(trip.host_ns)) * 1000
        open_ns = _JUMP_NS + self.best_rtt_ns // 2 + trip.rtt_ns // 2
        if off_ns > open_ns:
            return f"the unit's clock jumped by {off_ns / MS:.1f} ms, the round trips leave {open_ns / MS:.1f} ms open"
        return None

    def _too_fast(self) -> str | None:
        if abs(self._rate) - self._unsure > MOST_PPM / 1e6:
            return f"the unit's clock runs {self.rate_ppm} ppm off, allowed are {MOST_PPM} ppm"
        return None


def _signed(difference: int) -> int:
    return (difference + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
