"""The plan's time, cut into pieces: the same for every channel, before anybody's thresholds are known.

Rule 1: no piece is longer than 200 ms, each is a whole number of microseconds, and together they leave no hole.
Rule 2: rate and phase duration are constant in a piece: their value at its middle.
Rule 3: a jump of either falls on a joint; between two jumps the pieces are 200 ms and one remainder.
Rule 4: a border where either changes by more than a tenth is a dip: its last 2 s are pieces of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from stimctl import units
from stimctl.clock import MS, SECOND, US
from stimctl.model.plan import Phase, Plan, Variation
from stimctl.program.envelope import cut_points_ns, value_at

__all__ = ["CLOSING_NS", "PIECE_NS", "PhasePieces", "Piece", "cut_plan", "shortest_period_us"]

PIECE_NS = 200 * MS
CLOSING_NS = 10 * SECOND
DIP_NS = 2 * SECOND


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of constant pulses. The `ahead` values are the pulses that its end must be ready for: those of the next
    piece, or the longest of an alternation, whose milliamperes stay the same through the modulation.
    """

    start_ns: int
    end_ns: int
    phase_duration_us: int
    pulse_period_us: int
    ahead_phase_us: int
    ahead_period_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PhasePieces:
    """One phase in pieces; `dip_ns` is where its dip begins, its end where there is none. The closing has no phase."""

    phase: Phase | None
    start_ns: int
    end_ns: int
    dip_ns: int
    pieces: tuple[Piece, ...]


def cut_plan(plan: Plan) -> tuple[PhasePieces, ...]:
    """Every phase of `plan` in pieces, and last the closing: 10 s of the pulses that the last phase ends with."""
    drafts = [_draft(phase, following) for phase, following in zip(plan.phases, (*plan.phases[1:], None), strict=True)]
    drafts.append(_closing(drafts[-1].pulses[-1]))
    stretches: list[PhasePieces] = []
    start_ns = 0
    for draft, following in zip(drafts, (*drafts[1:], drafts[-1]), strict=True):
        end_ns = start_ns + draft.joints[-1]
        stretches.append(
            PhasePieces(
                phase=draft.phase,
                start_ns=start_ns,
                end_ns=end_ns,
                dip_ns=start_ns + draft.dip_after_ns,
                pieces=_pieces(draft, start_ns, following),
            )
        )
        start_ns = end_ns
    return tuple(stretches)


def shortest_period_us(phase: Phase) -> int:
    """The pulse period of a phase's highest rate."""
    return _period_us(max(phase.rate_mhz.values))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A phase cut, before it is known what follows. Joints are offsets; `pulses` are (phase duration, period)."""

    phase: Phase | None
    dip_after_ns: int
    joints: list[int]
    pulses: list[tuple[int, int]]
    alternation_us: int

    @property
    def first(self) -> tuple[int, int]:
        """What its first piece asks the joint before it to be ready for."""
        return max(self.pulses[0][0], self.alternation_us), self.pulses[0][1]


def _draft(phase: Phase, following: Phase | None) -> _Draft:
    lasts_ns = phase.lasts_ms * MS
    dips = following is not None and _is_border(_pulses(phase, lasts_ns - 1), _pulses(following, 0))
    dip_after_ns = max(0, lasts_ns - DIP_NS) if dips else lasts_ns
    jumps = {*cut_points_ns(phase.rate_mhz, lasts_ns), *cut_points_ns(phase.phase_duration_us, lasts_ns), dip_after_ns}
    joints = _joints([0, *sorted({-(-jump // US) * US for jump in jumps if 0 < jump < lasts_ns}), lasts_ns])
    alternates = phase.phase_duration_us.variation is Variation.ALTERNATE
    return _Draft(
        phase=phase,
        dip_after_ns=dip_after_ns,
        joints=joints,
        pulses=[_pulses(phase, (joint + following) // 2) for joint, following in pairwise(joints)],
        alternation_us=max(phase.phase_duration_us.values) if alternates else 0,
    )


def _closing(pulses: tuple[int, int]) -> _Draft:
    joints = _joints([0, CLOSING_NS])
    return _Draft(
        phase=None, dip_after_ns=CLOSING_NS, joints=joints, pulses=[pulses] * (len(joints) - 1), alternation_us=0
    )


def _pieces(draft: _Draft, start_ns: int, following: _Draft) -> tuple[Piece, ...]:
    ahead = [(max(phase_us, draft.alternation_us), period_us) for phase_us, period_us in draft.pulses[1:]]
    return tuple(
        Piece(start_ns + joint, start_ns + end, *pulses, *after)
        for (joint, end), pulses, after in zip(
            pairwise(draft.joints), draft.pulses, (*ahead, following.first), strict=True
        )
    )


def _joints(corners: Sequence[int]) -> list[int]:
    joints = [joint for corner, following in pairwise(corners) for joint in range(corner, following, PIECE_NS)]
    return [*joints, corners[-1]]


def _pulses(phase: Phase, offset_ns: int) -> tuple[int, int]:
    lasts_ns = phase.lasts_ms * MS
    return (
        value_at(phase.phase_duration_us, offset_ns, lasts_ns),
        _period_us(value_at(phase.rate_mhz, offset_ns, lasts_ns)),
    )


def _is_border(before: tuple[int, int], after: tuple[int, int]) -> bool:
    return any(abs(old - new) * 10 > old for old, new in zip(before, after, strict=True))


def _period_us(rate_mhz: int) -> int:
    return units.period_us(rate_mhz / 1000)
