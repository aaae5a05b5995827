"""A segment as a stimlink device holds it: the frame as it came, and what LIMIT and REPLACE have made of it since."""

from dataclasses import dataclass, replace

from firmware_protocol.stimlink.events import SegmentFrame

__all__ = ["HIGHEST", "Promise", "unnumbered"]

# Above any u16: no limit.
HIGHEST = 0xFFFF


@dataclass(slots=True, kw_only=True)
class Promise:
    """Current from `start` until `end`, in tick64; `end` is earlier than the frame's once it is cut."""

    frame: SegmentFrame
    start: int
    end: int
    length: int
    ceiling: int

    @classmethod
    def of(cls, frame: SegmentFrame, start: int, length: int, ceiling: int) -> "Promise":
        """Held as it came; the number, which a repeat may change, is dropped."""
        return cls(frame=unnumbered(frame), start=start, end=start + length, length=length, ceiling=ceiling)

    @property
    def is_rest(self) -> bool:
        """Silence that was meant. Silence made by LIMIT is not."""
        return self.frame.amplitude_start == 0 and self.frame.amplitude_end == 0

    def amplitude_at(self, tick: int) -> int:
        """The straight line, rounded down, or the ceiling where that is lower."""
        first = self.frame.amplitude_start
        rise = self.frame.amplitude_end - first
        return min((first * self.length + rise * (tick - self.start)) // self.length, self.ceiling)

    def amplitudes_ua(self, ticks: range, most_ua: int) -> list[int]:
        """At each tick, what of the asked amplitude flows when no more than `most_ua` can, in µA."""
        first = self.frame.amplitude_start
        rise = self.frame.amplitude_end - first
        ceiling = self.ceiling
        if rise == 0:
            return [min(10 * min(first, ceiling), most_ua)] * len(ticks)
        length = self.length
        base = first * length - rise * self.start
        flowing = [10 * ((base + rise * tick) // length) for tick in ticks]
        highest = min(10 * ceiling, most_ua)
        if max(flowing[0], flowing[-1]) > highest:
            return [min(ua, highest) for ua in flowing]
        return flowing


def unnumbered(frame: SegmentFrame) -> SegmentFrame:
    """What makes two frames the same segment: all fields but the number."""
    return replace(frame, seq=0)
