"""The device's own clock: true time to ticks and back, exactly.

Rule 1: a tick is 1 µs by a crystal that is `skew_ppm` too fast; the count starts at `first_tick`.
Rule 2: inside, ticks are a count that does not wrap (tick64); it wraps at 2**32 only on the wire.
Rule 3: both directions are monotone, and `tick64_at(true_ns_of(tick)) == tick`.
"""

from dataclasses import dataclass
from random import Random

__all__ = ["WRAP", "DeviceClock", "any_clock", "on_wire", "unwrapped"]

WRAP = 1 << 32

_MILLION = 1_000_000
_NS_PER_MILLION_TICKS = 1_000_000_000

# A crystal's tolerance over temperature; ceramic resonators are worse, and refused by the host at 500.
_WORST_SKEW_PPM = 50
# Near the wrap: it then happens within the first minute of a session.
_NEAR_WRAP_TICKS = 60_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceClock:
    """A counter that was `first_tick` at the true time `origin_ns`."""

    origin_ns: int
    first_tick: int
    skew_ppm: int

    def tick64_at(self, true_ns: int) -> int:
        """The tick that has begun by `true_ns`."""
        return self.first_tick + (true_ns - self.origin_ns) * (_MILLION + self.skew_ppm) // _NS_PER_MILLION_TICKS

    def true_ns_of(self, tick64: int) -> int:
        """The first true nanosecond of a tick."""
        return self.origin_ns - (self.first_tick - tick64) * _NS_PER_MILLION_TICKS // (_MILLION + self.skew_ppm)

    def true_us_of(self, ticks64: range) -> list[int]:
        """The true microsecond in which each of many ticks begins."""
        rate = _MILLION + self.skew_ppm
        origin_ns, first = self.origin_ns, self.first_tick
        return [(origin_ns - (first - tick) * _NS_PER_MILLION_TICKS // rate) // 1000 for tick in ticks64]


def any_clock(dice: Random, origin_ns: int) -> DeviceClock:
    """A clock as it might be found: some skew, and every second one about to wrap."""
    first_tick = dice.randrange(WRAP - _NEAR_WRAP_TICKS, WRAP) if dice.random() < 0.5 else dice.randrange(WRAP)
    return DeviceClock(
        origin_ns=origin_ns, first_tick=first_tick, skew_ppm=dice.randint(-_WORST_SKEW_PPM, _WORST_SKEW_PPM)
    )


def on_wire(tick64: int) -> int:
    """A tick as 32 bits."""
    return tick64 % WRAP


def unwrapped(tick32: int, near64: int) -> int:
    """The tick64 that reads as `tick32` and lies less than half a wrap from `near64`; exactly half counts as past."""
    return near64 + (tick32 - near64 + WRAP // 2) % WRAP - WRAP // 2
