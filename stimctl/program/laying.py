"""Lays a phase onto a track: level, envelope, and the way down to the border behind it.

Rule 1: what the phase asks is sampled at the joints of its pieces; the track clips it.
Rule 2: under an envelope the top follows ground: it reaches for a tenth more, or for what a train's hold can gain, and
        what lies above ground is climbed at the slope on new ground. So a first train is lower, and none loses its
        shape.
Rule 3: before a border the level falls in a straight line to half, to what the next phase's pulses may carry, or to
        zero where the next envelope begins there.
"""

from dataclasses import dataclass
from math import inf

from stimctl.model.plan import Drive, EnvelopeKind
from stimctl.program.asked import Asked
from stimctl.program.envelope import Factors
from stimctl.program.pieces import PhasePieces, Piece
from stimctl.program.track import Track

__all__ = ["lay_closing", "lay_phase"]

# Time within a tenth of the top counts as time at the top.
_AT_THE_TOP = 0.9
# A wave leaves zero slowly. What a unit may not tell from nothing is nothing: else pulses were planned that never fall.
_LEAST_UA = 100


def lay_phase(track: Track, stretch: PhasePieces, drive: Drive, asked: Asked, *, contraction: bool) -> None:
    """All pieces of a phase. `contraction` marks a phase that is meant to hold muscle."""
    factors = Factors(drive.envelope)
    top = _Top(track, drive)
    top.follow(stretch.pieces[0])
    fall: _Fall | None = None
    end_ua = int(min(asked.level_ua(0), top.ua) * factors.at(0))
    for piece in stretch.pieces:
        start_ua = end_ua
        offset_ns = piece.end_ns - stretch.start_ns
        factor = factors.at(offset_ns)
        if piece.start_ns >= stretch.dip_ns:
            if fall is None:
                level_ua = min(asked.level_ua(piece.start_ns - stretch.start_ns), top.ua)
                fall = _dip(track, stretch, int(level_ua) if top.shaped else track.end_ua)
                start_ua = track.end_ua
            end_ua = int(fall.level_ua(piece.end_ns) * factor)
        else:
            top.follow(piece)
            end_ua = int(min(asked.level_ua(offset_ns), top.ua) * factor)
        if top.shaped and end_ua < _LEAST_UA:
            end_ua = 0
        track.add(piece, start_ua, end_ua, contraction=contraction)


def lay_closing(track: Track, stretch: PhasePieces, *, from_silence: bool) -> None:
    """The last way to zero; an envelope that comes from silence goes back to it at once."""
    fall = _Fall(0 if from_silence else track.end_ua, 0, stretch.start_ns, stretch.end_ns)
    for piece in stretch.pieces:
        track.add(piece, fall.level_ua(piece.start_ns), fall.level_ua(piece.end_ns))


class _Top:
    """How high an envelope may reach by now (rule 2); without one there is nothing to hold back but the clip.

    A tenth above ground, or what a train's hold can gain: what lies above ground is climbed at the slope on new ground,
    and is the next ground.
    """

    def __init__(self, track: Track, drive: Drive) -> None:
        self._track = track
        envelope = drive.envelope
        self.shaped = envelope.kind is not EnvelopeKind.CONTINUOUS
        self._gain_ua = track.rise_ua_per_s * envelope.hold_ms // 1000
        # Without any ground an envelope climbs as far as its own ramp is slow enough for.
        climb_ms = envelope.period_ms // 3 if envelope.kind is EnvelopeKind.RAISED_COSINE else envelope.up_ms
        self.ua: float = max(track.end_ua, track.rise_ua_per_s * climb_ms // 1000) if self.shaped else inf

    def follow(self, piece: Piece) -> None:
        """Before `piece`: what is known to be felt by then."""
        if self.shaped and not piece.slow:
            ground_ua = self._track.ground_ua(piece.ahead_phase_us, piece.pulse_period_us)
            self.ua = max(self.ua, ground_ua / _AT_THE_TOP, ground_ua + self._gain_ua)


@dataclass(frozen=True, slots=True)
class _Fall:
    """A straight line down."""

    from_ua: int
    to_ua: int
    start_ns: int
    end_ns: int

    def level_ua(self, at_ns: int) -> int:
        if at_ns >= self.end_ns:
            return self.to_ua
        return self.from_ua + (self.to_ua - self.from_ua) * (at_ns - self.start_ns) // (self.end_ns - self.start_ns)


def _dip(track: Track, stretch: PhasePieces, from_ua: int) -> _Fall:
    """The way down to a border (rule 3). Before an envelope that begins from silence there is a moment of it."""
    last = stretch.pieces[-1]
    if stretch.dips_to_zero:
        return _Fall(from_ua, 0, stretch.dip_ns, last.start_ns)
    to_ua = from_ua // 2
    if last.ahead_phase_us > last.phase_duration_us:
        to_ua = min(to_ua, track.ground_ua(last.ahead_phase_us, last.ahead_period_us))
    return _Fall(from_ua, to_ua, stretch.dip_ns, stretch.end_ns)
