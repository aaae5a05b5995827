"""The governor: every segment, every time. It clears or refuses, and nothing else may clear.

It keeps a picture of each channel (what is cleared, what was felt) and asks every rule of rules.py, and two of its
own that need the time and all channels at once. Refusing changes nothing.
"""

from stimctl import units
from stimctl.clock import MS, SECOND, US
from stimctl.model.scale import Scale
from stimctl.model.segment import Segment, rate_class
from stimctl.model.telemetry import Reported
from stimctl.safety.clearance import Cleared, Refused
from stimctl.safety.ground import Ground, charges_felt_nc
from stimctl.safety.picture import Picture
from stimctl.safety.rules import LATEST_END_NS, RULES, Terms, hold_after

__all__ = ["Governor"]

# A long pause dulls memory.
_LONG_PAUSE_NS = 60 * SECOND
_REPORTED_EVERY_NS = 200 * MS
# From the unit's measurement to here: its frame on the line, an adapter's latency timer, and a turn of the loop.
_IN_FLIGHT_NS = 50 * MS
# Rounding and device steps; what is further below what was cleared did not all flow.
_SHORT_UA = 100


class Governor:
    """One session's governor."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._pictures = {channel: Picture(terms.pads_mm2[channel]) for channel in terms.thresholds}
        self._pulses: dict[int, int] = {}
        self._rules = RULES[terms.scale]

    def admit(self, ask: Segment, now_ns: int, *, replace: bool = False) -> Cleared | Refused:
        """Clear `ask`, or say which rule forbids it. Refusing changes nothing.

        `replace`: it takes the place of everything cleared from its start on (safety: REPLACE).
        """
        then = self._pictures.get(ask.channel)
        if then is None:
            return Refused("channel-known", f"channel {ask.channel} has no thresholds, so nothing may flow on it", ask)
        if not (now_ns < ask.start_ns and ask.end_ns <= now_ns + LATEST_END_NS):
            sentence = (
                f"a segment from {(ask.start_ns - now_ns) / MS:.1f} to {(ask.end_ns - now_ns) / MS:.1f} ms from now; "
                f"it has to lie ahead, and to end within {LATEST_END_NS // MS} ms"
            )
            return Refused("ends-within-reach", sentence, ask)
        seen = then.cut_at(ask.start_ns) if replace else then
        refused = self._forbidden(ask, seen)
        if refused is not None:
            return refused
        seen.extend(ask, hold_after(ask, seen, self.terms.limits), now_ns)
        self._pictures[ask.channel] = seen
        return Cleared(ask, replace)

    def picture(self, channel: int) -> Picture:
        """The picture of a channel; to read."""
        return self._pictures[channel]

    def ground(self, channel: int) -> Ground:
        """The ground of a channel, which the clip reads too."""
        return self._pictures[channel].ground

    def armed(self) -> None:
        """A new arm: no ground, no chain, no contact known."""
        for picture in self._pictures.values():
            picture.begin_anew()
            picture.ground.reset()
            picture.contact = None

    def gap(self, channel: int) -> None:
        """Silence that was not meant: this channel is at zero and starts from there."""
        self._pictures[channel].begin_anew()

    def down(self, channel: int, ceiling_ua: int, now_ns: int) -> None:
        """The person wants less: everything cleared is held to the ceiling, and the count of what was felt restarts."""
        picture = self._pictures[channel]
        picture.held_to(ceiling_ua, now_ns)
        picture.ran(now_ns)
        self.less(channel, ceiling_ua)

    def less(self, channel: int, ceiling_ua: int) -> None:
        """A Down: what was felt before it does not count. In bursts, which have no other way back, it counts up to the
        ceiling.
        """
        picture = self._pictures[channel]
        if picture.bursts:
            picture.ground.hold_to(units.charge_per_phase_nc(ceiling_ua, picture.end_phase_us))
        else:
            picture.ground.forget()

    def paused_for(self, lasted_ns: int) -> None:
        """A pause has ended; a long one halves the ground."""
        if lasted_ns > _LONG_PAUSE_NS:
            for picture in self._pictures.values():
                picture.ground.halve()

    def heard(self, report: Reported) -> None:
        """What the unit delivered becomes ground; what it sees of the skin becomes contact.

        A report proves what ended before it, if pulses have fallen since the one before: a lost segment would have been
        a gap. Each counts with its lowest charge and its highest, and with no more than the report's own where that
        shows less than was cleared.
        """
        picture = self._pictures[report.channel]
        flowed = report.pulses != self._pulses.get(report.channel)
        self._pulses[report.channel] = report.pulses
        picture.contact = report.contact and report.load_ohm is not None
        window_ns = max(_REPORTED_EVERY_NS, report.pulse_period_us * US)
        least_ua = picture.least_between(report.heard_ns - window_ns - _IN_FLIGHT_NS, report.heard_ns)
        short = report.amplitude_ua + _SHORT_UA < least_ua
        reported_nc = units.charge_per_phase_nc(report.amplitude_ua, report.phase_duration_us)
        for segment, ceiling_ua in picture.ran(report.heard_ns - _IN_FLIGHT_NS):
            least_nc, top_nc = charges_felt_nc(segment, ceiling_ua) if flowed else (0, 0)
            if short:
                least_nc = top_nc = min(least_nc, reported_nc)
            lasted_ns = segment.end_ns - segment.start_ns
            period_ns = segment.pulse_period_us * US
            self.felt(report.channel, least_nc, rate_class(segment.pulse_period_us), lasted_ns, top_nc, period_ns)

    def felt(self, channel: int, charge_nc: int, of: str, lasted_ns: int, top_nc: int = 0, period_ns: int = 0) -> None:
        """So much charge per phase and more, `top_nc` at the most, was delivered, for so long, in this rate class."""
        if charge_nc or top_nc:
            self._pictures[channel].ground.felt(charge_nc, of, lasted_ns, top_nc, period_ns)

    def contact_left(self, channel: int, contact_mm2: int) -> None:
        """So much of the pad still touches the skin."""
        self._pictures[channel].contact_mm2 = max(1, contact_mm2)

    def _forbidden(self, ask: Segment, then: Picture) -> Refused | None:
        for name, rule in self._rules.items():
            why = rule(ask, then, self.terms)
            if why is not None:
                return Refused(name, why, ask)
        why = self._total_over(ask) if self.terms.scale is Scale.CURRENT else None
        return Refused("total-within-limit", why, ask) if why is not None else None

    def _total_over(self, ask: Segment) -> str | None:
        own = units.rms_ua(ask.top_ua, ask.phase_duration_us, ask.pulse_period_us)
        others = sum(
            picture.rms_between(ask.start_ns, ask.end_ns) ** 2
            for channel, picture in self._pictures.items()
            if channel != ask.channel
        )
        allowed = self.terms.limits.rms_ua
        if own * own + others > allowed * allowed:
            return f"r.m.s. current of all channels together is over {units.milliamperes(allowed):.1f} mA"
        return None
