"""Pulse periods in whole ticks of a unit's clock, so that pulses neither gain nor lose over a session."""

from math import floor

from stimctl.drivers.clock_sync import MOST_PPM

__all__ = ["Pacer"]


class Pacer:
    """Keeps a channel's pulses at their rate in true time, on a clock that runs a little off (rule 3)."""

    def __init__(self, shortest_us: int) -> None:
        self._shortest_us = shortest_us
        self._behind_us = 0.0

    def period_ticks(self, period_us: int, length_us: int, rate: float) -> int:
        """The period of one segment in whole ticks, so that what it is off is made up for by the next ones."""
        ideal = period_us * (1 + min(max(rate, -MOST_PPM / 1e6), MOST_PPM / 1e6))
        pulses = length_us / period_us
        ticks = max(self._shortest_us, floor(ideal) + (self._behind_us < 0))
        self._behind_us += pulses * (ticks - ideal)
        return ticks
