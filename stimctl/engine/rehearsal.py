"""The whole plan past the governor on a virtual clock, before anything is armed.

What it would refuse live it refuses now. The unit is taken to deliver what it is sent; what was delivered counts as
felt half a second later than it flowed, as it would by telemetry.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

from stimctl.clock import MS, US
from stimctl.model.segment import Segment, rate_class
from stimctl.safety.clearance import Refused
from stimctl.safety.governor import Governor
from stimctl.safety.ground import charges_felt_nc
from stimctl.safety.rules import Terms

__all__ = ["rehearse"]

_LEAD_NS = 250 * MS
_HEARD_AFTER_NS = 500 * MS


def rehearse(segments: tuple[Segment, ...], terms: Terms) -> Iterator[Refused | None]:
    """One verdict a segment, in order: None, or the rule that would stop the session there. Step through it at will."""
    governor = Governor(terms)
    governor.armed()
    for channel in terms.thresholds:
        governor.picture(channel).contact = True
    felt: list[tuple[int, int, int, str, int, int, int]] = []
    for segment in segments:
        now_ns = segment.start_ns - _LEAD_NS
        while felt and felt[0][0] <= now_ns:
            _, channel, charge_nc, of, lasted_ns, top_nc, period_ns = heappop(felt)
            governor.felt(channel, charge_nc, of, lasted_ns, top_nc, period_ns)
        verdict = governor.admit(segment, now_ns)
        if isinstance(verdict, Refused):
            yield verdict
            continue
        least_nc, top_nc = charges_felt_nc(segment, segment.top_ua)
        lasted_ns = segment.end_ns - segment.start_ns
        of = rate_class(segment.pulse_period_us)
        heard_ns, period_ns = segment.end_ns + _HEARD_AFTER_NS, segment.pulse_period_us * US
        heappush(felt, (heard_ns, segment.channel, least_nc, of, lasted_ns, top_nc, period_ns))
        yield None
