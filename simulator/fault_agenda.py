"""A fault plan as it unfolds: what begins or ends at which instant, and what becomes of a write meanwhile."""

from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from simulator.faults import (
    BrownOut,
    ClockSkew,
    Corrupt,
    Delay,
    Direction,
    Drop,
    DropBytes,
    Duplicate,
    ElectrodeHalfOff,
    ElectrodeOff,
    FaultPlan,
    LineFault,
    Noise,
    PadDrying,
    PlannedFault,
    Reboot,
    Split,
    Stall,
    StuckOutput,
    Trickle,
    Unplug,
)

__all__ = ["FaultAgenda", "Piece", "Turn"]

# Those that begin at an instant; of these, the ones that are over at another; and those that come again and again.
_TURNING = Unplug | Reboot | BrownOut | StuckOutput | ClockSkew | ElectrodeOff | ElectrodeHalfOff | PadDrying | Noise
_ENDING = Unplug | BrownOut | StuckOutput | ClockSkew | ElectrodeOff | ElectrodeHalfOff | PadDrying
_EVERY_NS: dict[type, int] = {Noise: 10_000_000, PadDrying: 1_000_000_000}
_LONGEST_BURST_BYTES = 8
# A plan may ask for a day between bytes; memory is shorter.
_MOST_PIECES = 4096


@dataclass(frozen=True, slots=True, order=True)
class Turn:
    """At this instant the plan's fault number `place` begins, or is over."""

    at_ns: int
    place: int
    over: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """What of a write sets out, and how much later than it was written."""

    data: bytes
    delay_ns: int = 0


class FaultAgenda:
    """Sans-IO: asks for instants, tells what turns then. Chance comes from `dice` only."""

    def __init__(self, plan: FaultPlan, dice: Random) -> None:
        self._faults: list[PlannedFault] = []
        self._dice = dice
        self._of_line: list[LineFault] = []
        self._turns: list[Turn] = []
        for fault in plan.faults:
            self.add(fault)

    def add(self, fault: PlannedFault) -> None:
        """One more; an instant that is past turns at the next one."""
        place = len(self._faults)
        self._faults.append(fault)
        if isinstance(fault, LineFault):
            self._of_line.append(fault)
        if isinstance(fault, _TURNING):
            heappush(self._turns, Turn(fault.at_ns, place, over=False))
        if isinstance(fault, _ENDING) and fault.end_ns is not None:
            heappush(self._turns, Turn(fault.end_ns, place, over=True))

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
            every_ns = _EVERY_NS.get(type(fault))
            if every_ns is not None and not turn.over and fault.holds(turn.at_ns + every_ns):
                heappush(self._turns, Turn(turn.at_ns + every_ns, turn.place, over=False))
        return turned

    def carried(self, data: bytes, direction: Direction, now_ns: int) -> list[Piece]:
        """What becomes of a write in this direction: the pieces that set out, in order; none where it is lost."""
        pieces = [Piece(data)]
        for fault in self._of_line:
            if fault.holds(now_ns) and fault.direction.covers(direction):
                pieces = [after for piece in pieces for after in self._befallen(piece, fault, now_ns)]
        return pieces[:_MOST_PIECES]

    def burst(self, noise: Noise) -> bytes:
        """Random bytes, or none."""
        if self._dice.random() >= noise.probability:
            return b""
        return self._dice.randbytes(self._dice.randint(1, _LONGEST_BURST_BYTES))

    def _befallen(self, piece: Piece, fault: LineFault, now_ns: int) -> list[Piece]:
        if isinstance(fault, Drop | Corrupt | Duplicate) and self._dice.random() >= fault.probability:
            return [piece]
        data, delay_ns = piece.data, piece.delay_ns
        match fault:
            case Drop():
                return []
            case DropBytes():
                return [Piece(bytes(byte for byte in data if self._dice.random() >= fault.probability), delay_ns)]
            case Corrupt():
                return [Piece(self._one_bit_changed(data), delay_ns)]
            case Duplicate():
                return [piece, piece]
            case Delay():
                return [Piece(data, delay_ns + fault.delay_ns)]
            case Stall():
                return [Piece(data, max(delay_ns, fault.at_ns + fault.for_ns - now_ns))]
            case Split() if len(data) > 1:
                cut = self._dice.randrange(1, len(data))
                return [Piece(data[:cut], delay_ns), Piece(data[cut:], delay_ns + fault.gap_ns)]
            case Trickle():
                return [Piece(bytes([byte]), delay_ns + n * fault.gap_ns) for n, byte in enumerate(data)]
            case _:
                return [piece]

    def _one_bit_changed(self, data: bytes) -> bytes:
        changed = bytearray(data)
        changed[self._dice.randrange(len(changed))] ^= 1 << self._dice.randrange(8)
        return bytes(changed)
