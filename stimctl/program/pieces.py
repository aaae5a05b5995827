"""One channel's time, cut into pieces, before anybody's thresholds are known.

Rule 1: no piece is longer than 200 ms, each is a whole number of microseconds, and together they leave no hole.
Rule 2: rate and phase duration are constant in a piece: their value at its middle.
Rule 3: a jump of either, and a corner of the envelope, falls on a joint; between two of them the pieces are 200 ms and
        one remainder.
Rule 4: a border where either changes by more than a tenth, or the rate its class, or after which an envelope begins
        from zero, is a dip: its last 2 s are pieces of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from stimctl import units
from stimctl.clock import MS, SECOND, US
from stimctl.model.plan import Drive, Envelope, EnvelopeKind, Phase, Variation
from stimctl.model.segment import rate_class
from stimctl.program.envelope import corners_ns, cut_points_ns, in_active_rest, rises_by_an_edge, value_at

__all__ = ["CLOSING_NS", "PIECE_NS", "PhasePieces", "Piece", "cut_channel", "shortest_period_us"]

PIECE_NS = 200 * MS
CLOSING_NS = 10 * SECOND
DIP_NS = 2 * SECOND
_NO_ENVELOPE = Envelope(kind=EnvelopeKind.CONTINUOUS)


class Piece(NamedTuple):
    """A stretch of constant pulses. The `ahead` values are the pulses that its end must be ready for: those of the next
    piece, or the longest of an alternation, whose milliamperes stay the same through the modulation. `edge` marks the
    rising edge of a burst, `slow` the active rest of a train.
    """

    start_ns: int
    end_ns: int
    phase_duration_us: int
    pulse_period_us: int
    ahead_phase_us: int
    ahead_period_us: int
    edge: bool
    slow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhasePieces:
    """One phase of one channel in pieces. The closing has no drive.

    `dip_ns` is where its dip begins, its end where there is none; `dips_to_zero`: all the way, not to half.
    """

    drive: Drive | None
    start_ns: int
    end_ns: int
    dip_ns: int
    dips_to_zero: bool
    pieces: tuple[Piece, ...]


def cut_channel(phases: Sequence[Phase], channel: int) -> tuple[PhasePieces, ...]:
    """Every phase in pieces for `channel`, and last the closing: 10 s of the pulses that the last phase ends with."""
    drafts = [_draft(phase, after, channel) for phase, after in zip(phases, [*phases[1:], None], strict=True)]
    drafts.append(_closing(drafts[-1].pulses[-1]))
    stretches: list[PhasePieces] = []
    start_ns = 0
    for draft, after in zip(drafts, [*drafts[1:], drafts[-1]], strict=True):
        end_ns = start_ns + draft.joints[-1]
        stretches.append(
            PhasePieces(
                drive=draft.drive,
                start_ns=start_ns,
                end_ns=end_ns,
                dip_ns=start_ns + draft.dip_after_ns,
                dips_to_zero=draft.to_zero,
                pieces=_pieces(draft, start_ns, after),
            )
        )
        start_ns = end_ns
    return tuple(stretches)


def shortest_period_us(drive: Drive) -> int:
    """The pulse period of a drive's highest rate."""
    return _period_us(max(drive.rate_mhz.values))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A phase cut, before it is known what follows. Joints are offsets; `pulses` are (phase duration, period)."""

    drive: Drive | None
    dip_after_ns: int
    joints: list[int]
    pulses: list[tuple[int, int]]
    alternation_us: int
    to_zero: bool

    @property
    def first(self) -> tuple[int, int]:
        """What its first piece asks the joint before it to be ready for."""
        return max(self.pulses[0][0], self.alternation_us), self.pulses[0][1]


def _draft(phase: Phase, following: Phase | None, channel: int) -> _Draft:
    drive, lasts_ns = phase.drives[channel], phase.lasts_ms * MS
    to_zero = following is not None and following.begins_at_zero(channel)
    dips = to_zero or (
        following is not None and _is_border(_pulses(drive, lasts_ns - 1, lasts_ns), _first(following.drives[channel]))
    )
    dip_after_ns = max(0, lasts_ns - DIP_NS) if dips else lasts_ns
    jumps = {
        *cut_points_ns(drive.rate_mhz, lasts_ns),
        *cut_points_ns(drive.phase_duration_us, lasts_ns),
        *corners_ns(drive.envelope, lasts_ns),
        dip_after_ns,
    }
    joints = _joints([0, *sorted({-(-jump // US) * US for jump in jumps if 0 < jump < lasts_ns}), lasts_ns])
    alternates = drive.phase_duration_us.variation is Variation.ALTERNATE
    return _Draft(
        drive=drive,
        dip_after_ns=dip_after_ns,
        joints=joints,
        pulses=_all_pulses(drive, joints, lasts_ns),
        alternation_us=max(drive.phase_duration_us.values) if alternates else 0,
        to_zero=to_zero,
    )


def _closing(pulses: tuple[int, int]) -> _Draft:
    joints = _joints([0, CLOSING_NS])
    return _Draft(
        drive=None,
        dip_after_ns=CLOSING_NS,
        joints=joints,
        pulses=[pulses] * (len(joints) - 1),
        alternation_us=0,
        to_zero=False,
    )


def _pieces(draft: _Draft, start_ns: int, following: _Draft) -> tuple[Piece, ...]:
    ahead = [(max(phase_us, draft.alternation_us), period_us) for phase_us, period_us in draft.pulses[1:]]
    envelope = draft.drive.envelope if draft.drive else _NO_ENVELOPE
    bursts, rests = envelope.kind is EnvelopeKind.BURST, envelope.then is not None
    return tuple(
        Piece(
            start_ns + joint,
            start_ns + end,
            *pulses,
            *after,
            bursts and rises_by_an_edge(envelope, joint),
            rests and in_active_rest(envelope, joint),
        )
        for (joint, end), pulses, after in zip(
            pairwise(draft.joints), draft.pulses, (*ahead, following.first), strict=True
        )
    )


def _joints(corners: Sequence[int]) -> list[int]:
    joints = [joint for corner, following in pairwise(corners) for joint in range(corner, following, PIECE_NS)]
    return [*joints, corners[-1]]


def _all_pulses(drive: Drive, joints: list[int], lasts_ns: int) -> list[tuple[int, int]]:
    constant = drive.rate_mhz.variation is drive.phase_duration_us.variation is Variation.CONSTANT
    if constant and drive.envelope.then is None:
        return [_pulses(drive, 0, lasts_ns)] * (len(joints) - 1)
    return [_pulses(drive, (joint + end) // 2, lasts_ns) for joint, end in pairwise(joints)]


def _pulses(drive: Drive, offset_ns: int, lasts_ns: int) -> tuple[int, int]:
    then = drive.envelope.then
    rate_mhz = value_at(drive.rate_mhz, offset_ns, lasts_ns)
    if then is not None and in_active_rest(drive.envelope, offset_ns):
        rate_mhz = then.rate_mhz
    return value_at(drive.phase_duration_us, offset_ns, lasts_ns), _period_us(rate_mhz)


def _first(drive: Drive) -> tuple[int, int]:
    """The pulses with which a drive begins; what changes over a phase begins with its first value."""
    return drive.phase_duration_us.values[0], _period_us(drive.rate_mhz.values[0])


def _is_border(before: tuple[int, int], after: tuple[int, int]) -> bool:
    if rate_class(before[1]) != rate_class(after[1]):
        return True
    return any(abs(old - new) * 10 > old for old, new in zip(before, after, strict=True))


def _period_us(rate_mhz: int) -> int:
    return units.period_us(rate_mhz / 1000)
