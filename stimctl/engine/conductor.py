"""Plays all channels of a plan through the only door: piece, governor, driver, audit; and takes up after gaps.

Rule 1: nothing is sent earlier than the family's look-ahead, nothing that the governor did not clear.
Rule 2: a gap leaves a channel at zero; it is taken up from zero when all that was sent for it before is over. Several
reports of one gap are one gap, but each empties the unit's queue, so each puts the taking up off.
Rule 3: two gaps of a channel in 10 s, or one that lasts over 1 s, are a reason to pause.
Rule 4: at a barrier, a time of the plan at which it is at zero, nothing more is sent until it is lifted.
Rule 5: by hand, every beginning is one from a trim of zero and without ground (stimctl/engine/by_hand.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stimctl.clock import MS, SECOND
from stimctl.drivers.driver import Driver
from stimctl.engine.player import Player
from stimctl.model.segment import Segment
from stimctl.safety.audit import Audit
from stimctl.safety.clearance import Refused
from stimctl.safety.governor import Governor

__all__ = ["LEAD_NS", "Conductor"]

# From start or resume to the first pulse: long enough for two lost frames to be sent again.
LEAD_NS = 150 * MS
_REPLACE_AFTER_NS = 60 * MS
_GAP_TOO_LONG_NS = SECOND
_GAPS_WITHIN_NS = 10 * SECOND
_UP_EVERY_NS = 500 * MS
_NEVER_NS = 1 << 62


@dataclass(slots=True)
class _Gap:
    """An open gap: since when, and the host time from which on segments are new ones."""

    since_ns: int
    again_ns: int


class Conductor:
    """All channels of one session. `by_hand_from_ns`: where in its plan a session by hand begins; else None.
    `barriers_ns`: times of the plan, in order.
    """

    def __init__(
        self,
        segments: tuple[Segment, ...],
        governor: Governor,
        driver: Driver,
        audit: Audit,
        by_hand_from_ns: int | None = None,
        barriers_ns: tuple[int, ...] = (),
    ) -> None:
        self._governor, self._driver, self._audit = governor, driver, audit
        limits = governor.terms.limits
        channels = sorted({segment.channel for segment in segments})
        self.players: Mapping[int, Player] = {
            channel: Player(
                tuple(s for s in segments if s.channel == channel),
                limits,
                governor.ground(channel),
                governor.terms.scale,
            )
            for channel in channels
        }
        self.duration_ns = max(segment.end_ns for segment in segments)
        # when it was last begun or taken up, in host time
        self.begun_ns = 0
        self._origin_ns = 0
        self._by_hand = by_hand_from_ns is not None
        self._paused_at_ns = by_hand_from_ns or 0
        self._barriers_ns = barriers_ns
        self._lifted = 0
        self._gaps: dict[int, _Gap] = {}
        self._gap_times: dict[int, list[int]] = {}
        self._last_up_ns: dict[int, int] = {}
        # what the unit was last told to hold each channel to, and until when
        self._held: dict[int, tuple[int, int]] = {}

    def begin(self, now_ns: int) -> None:
        """Start the plan, or take it up where a fade or a halt left it, from zero."""
        from_ns = now_ns + LEAD_NS
        self.begun_ns = from_ns
        self._origin_ns = from_ns - self._paused_at_ns
        self._gaps.clear()
        self._gap_times.clear()
        for channel, player in self.players.items():
            player.begin(self._origin_ns, from_ns)
            if self._by_hand:
                player.trim_to_zero()
                self._governor.less(channel, 0)

    def plan_ns(self, now_ns: int) -> int:
        """Where the plan is at a host time."""
        return now_ns - self._origin_ns

    def halt(self, now_ns: int) -> None:
        """The unit was stopped here; the plan waits."""
        self._paused_at_ns = min(max(0, self.plan_ns(now_ns)), self._barrier_ns, self.duration_ns)

    def play(self, now_ns: int) -> Refused | None:
        """Send what is due; the first refusal, after which nothing more is sent."""
        horizon_ns = min(now_ns + self._driver.look_ahead_ns, self._origin_ns + self._barrier_ns - 1)
        for player in self.players.values():
            while not player.done and player.next_ns <= horizon_ns:
                refused = self._send(player.next_piece(), now_ns, replace=False)
                if refused is not None:
                    return refused
        return None

    def fade(self, now_ns: int) -> Refused | None:
        """Ramp everything down from here; `done` says when it is over."""
        self.halt(now_ns)
        for channel, player in self.players.items():
            at_ns = now_ns + _REPLACE_AFTER_NS
            picture = self._governor.picture(channel)
            if picture.end_ns is None or picture.end_ns <= at_ns:
                # nothing is queued that far ahead: what was sent, if anything, ends first
                player.restart_at_zero(max(at_ns, player.next_ns))
                continue
            # The unit's clock may be off by a little; where amplitude falls, it may already be lower there.
            low_ua = min(picture.amplitude_at(at_ns + shift) for shift in (-5 * MS, 0, 5 * MS)) - 10
            player.fade(at_ns, max(0, low_ua))
            refused = self._send(player.next_piece(), now_ns, replace=True)
            if refused is not None:
                return refused
        return None

    @property
    def waits_at(self) -> int | None:
        """The barrier that the plan has come to, by its number; None where it may go on."""
        return self._lifted if self._paused_at_ns >= self._barrier_ns else None

    def at_barrier(self, now_ns: int) -> bool:
        """Whether the plan may not go on from here."""
        return self.plan_ns(now_ns) >= self._barrier_ns

    def lift(self) -> None:
        """The barrier is no more: the next is the next."""
        self._lifted += 1

    @property
    def _barrier_ns(self) -> int:
        return self._barriers_ns[self._lifted] if self._lifted < len(self._barriers_ns) else _NEVER_NS

    @property
    def done(self) -> bool:
        """Every channel has played to its end."""
        return all(player.done for player in self.players.values())

    def ends_ns(self) -> int:
        """When what was sent will be over."""
        return max(player.next_ns for player in self.players.values())

    def next_wake_ns(self) -> int:
        """When `play` has something to do, or everything is over."""
        if self.done:
            return self.ends_ns()
        ahead, barrier_ns = self._driver.look_ahead_ns, self._origin_ns + self._barrier_ns
        return min(
            player.next_ns - ahead if player.next_ns < barrier_ns else barrier_ns
            for player in self.players.values()
            if not player.done
        )

    def gap(self, channel: int, now_ns: int) -> bool:
        """This channel lost its chain. True when this is a new gap, not another report of one."""
        player = self.players.get(channel)
        if player is None:
            return False
        open_gap = self._gaps.get(channel)
        again_ns = max(now_ns + LEAD_NS, player.next_ns + 20 * MS)
        self._gaps[channel] = _Gap(open_gap.since_ns if open_gap else now_ns, again_ns)
        self._governor.gap(channel)
        self._audit.forget(channel)
        if not player.done:
            player.restart(again_ns)
        if open_gap is not None and now_ns < open_gap.again_ns:
            return False
        times = self._gap_times.get(channel, [])
        self._gap_times[channel] = [at for at in times if now_ns - at < _GAPS_WITHIN_NS] + [now_ns]
        return True

    def accepted(self, channel: int, end_ns: int) -> None:
        """The unit took a segment: a gap that it belongs to the other side of is over."""
        open_gap = self._gaps.get(channel)
        if open_gap is not None and end_ns > open_gap.again_ns:
            del self._gaps[channel]

    def too_many_gaps(self, now_ns: int) -> str | None:
        """Why to pause for gaps, or None (rule 3)."""
        for channel, times in self._gap_times.items():
            if len(times) > 1:
                return f"{len(times)} gaps on channel {channel} in {_GAPS_WITHIN_NS // SECOND} s"
        for channel, gap in self._gaps.items():
            if now_ns - gap.since_ns > _GAP_TOO_LONG_NS:
                return f"channel {channel} has been silent for more than {_GAP_TOO_LONG_NS // SECOND} s"
        return None

    def down(self, channel: int, now_ns: int) -> None:
        """One step less, at the next pulse. Never refused."""
        player, picture = self.players[channel], self._governor.picture(channel)
        # between two bursts nothing flows, and it is the burst that was too much
        back_ns = SECOND if picture.bursts else 0
        flowing_ua = picture.top_between(now_ns - back_ns, now_ns) if back_ns else picture.amplitude_at(now_ns)
        ceiling_ua = player.down(now_ns, flowing_ua, back_ns)
        if player.fading:
            # already falling, and faster than a step; the trim counts from the next start on
            self._governor.less(channel, ceiling_ua)
            return
        held_ua, until_ns = self._held.get(channel, (ceiling_ua, 0))
        if now_ns < until_ns:
            # the unit keeps the lower of two ceilings that overlap
            ceiling_ua = min(ceiling_ua, held_ua)
            player.held_to(ceiling_ua)
        self._held[channel] = (ceiling_ua, player.next_ns)
        self._governor.down(channel, ceiling_ua, now_ns)
        self._audit.hold(channel, ceiling_ua)
        self._driver.hold(channel, ceiling_ua, now_ns)

    def up(self, channel: int, now_ns: int) -> str | None:
        """One step back towards the plan; why not, or None."""
        if now_ns - self._last_up_ns.get(channel, -_UP_EVERY_NS) < _UP_EVERY_NS:
            return "one step up in half a second is all that is allowed"
        if not self.players[channel].up():
            return "already at the plan; nothing goes above it"
        self._last_up_ns[channel] = now_ns
        return None

    def _send(self, piece: Segment, now_ns: int, *, replace: bool) -> Refused | None:
        verdict = self._governor.admit(piece, now_ns, replace=replace)
        if isinstance(verdict, Refused):
            return verdict
        self._audit.expect(verdict)
        self._driver.send(verdict, now_ns)
        return None
