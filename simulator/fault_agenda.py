"""A fault plan as it unfolds: what begins or ends at which instant, and what chance does to a write meanwhile."""

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random

from simulator.faults import (
    Delay,
    Direction,
    Drop,
    ElectrodeOff,
    FaultPlan,
    Noise,
    PlannedFault,
    Reboot,
    Unplug,
)

__all__ = ["FaultAgenda", "Turn"]

_NOISE_EVERY_NS = 10_000_000
_LONGEST_BURST_BYTES = 8


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """At this instant the plan's fault number `place` begins, or is over."""

    at_ns: int
    place: int
    over: bool


class FaultAgenda:
    """Sans-IO: asks for instants, tells what turns then. Chance comes from `dice` only."""

    def __init__(self, plan: FaultPlan, dice: Random) -> None:
        self._faults = plan.faults
        self._dice = dice
        self._drops = [fault for fault in plan.faults if isinstance(fault, Drop)]
        self._delays = [fault for fault in plan.faults if isinstance(fault, Delay)]
        self._turns: list[Turn] = []
        for place, fault in enumerate(plan.faults):
            if isinstance(fault, Unplug | Reboot | ElectrodeOff | Noise):
                self._turns.append(Turn(fault.at_ns, place, over=False))
            if isinstance(fault, Unplug | ElectrodeOff) and fault.end_ns is not None:
                self._turns.append(Turn(fault.end_ns, place, over=True))
        heapify(self._turns)

    def next_wake_ns(self) -> int | None:
        """When something turns."""
        return self._turns[0].at_ns if self._turns else None

    def due(self, now_ns: int) -> list[tuple[PlannedFault, bool]]:
        """What turns by now, in order: the fault, and whether it is over."""
        turned = []
        while self._turns and self._turns[0].at_ns <= now_ns:
            turn = heappop(self._turns)
            fault = self._faults[turn.place]
            turned.append((fault, turn.over))
            again_ns = turn.at_ns + _NOISE_EVERY_NS
            if isinstance(fault, Noise) and fault.holds(again_ns):
                heappush(self._turns, Turn(again_ns, turn.place, over=False))
        return turned

    def loses(self, direction: Direction, now_ns: int) -> bool:
        """Whether a write in this direction is lost."""
        return any(
            drop.holds(now_ns) and drop.direction.covers(direction) and self._dice.random() < drop.probability
            for drop in self._drops
        )

    def delay_ns(self, direction: Direction, now_ns: int) -> int:
        """By how much a write in this direction is held up."""
        return sum(
            delay.delay_ns for delay in self._delays if delay.holds(now_ns) and delay.direction.covers(direction)
        )

    def burst(self, noise: Noise) -> bytes:
        """Random bytes, or none."""
        if self._dice.random() >= noise.probability:
            return b""
        return self._dice.randbytes(self._dice.randint(1, _LONGEST_BURST_BYTES))
