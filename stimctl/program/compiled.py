"""What compiling gives: segments, where the phases lie, and what stands against running them. Values only."""

from dataclasses import dataclass

from stimctl.model.plan import Depth
from stimctl.model.segment import Segment

__all__ = ["Compiled", "PhaseMark", "Problem", "Target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A reason not to run: the rule, where, what was asked, what is allowed.

    `phase` is empty, and `index` None, for the whole program.
    """

    rule: str
    phase: str
    index: int | None
    channel: int | None
    asked: str
    allowed: str

    def __str__(self) -> str:
        where = f"phase {self.phase!r}" if self.phase else "program"
        if self.channel is not None:
            where = f"{where}, channel {self.channel}"
        return f"{where}: {self.rule}: {self.asked}, allowed {self.allowed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The highest amplitude a phase asks of a channel, and when the timeline is there; None: it never is."""

    channel: int
    amplitude_ua: int
    reached_ns: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseMark:
    """Where a phase lies in the timeline. `ramp_end_ns`: when entry and ramp are over, by plan, on the last channel."""

    index: int
    name: str
    depth: Depth
    start_ns: int
    end_ns: int
    ramp_end_ns: int
    targets: tuple[Target, ...]

    def target_ua(self, channel: int) -> int:
        """The target of one channel; KeyError for a channel that the plan does not drive."""
        for target in self.targets:
            if target.channel == channel:
                return target.amplitude_ua
        raise KeyError(channel)

    @property
    def reached_ns(self) -> int | None:
        """When the last channel reaches its target; None where one never does."""
        latest = 0
        for target in self.targets:
            if target.reached_ns is None:
                return None
            latest = max(latest, target.reached_ns)
        return latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A timeline from plan zero. `segments` is empty when the plan is over a limit: such a plan has no timeline.

    `segments` are sorted by start, then channel; each channel's are contiguous from 0 to `end_ns`, begin and end at
    zero, and none is longer than 200 ms. `closing_start_ns` is where the last phase ends and the way to zero begins.
    """

    segments: tuple[Segment, ...]
    marks: tuple[PhaseMark, ...]
    problems: tuple[Problem, ...]
    closing_start_ns: int
    end_ns: int
