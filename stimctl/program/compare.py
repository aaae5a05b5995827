"""Whether what was delivered is what was planned: the rules of `stimctl compare`.

Rule 1: one shift in time for all channels, between the first amplitudes above zero minus one pulse period and plus
        50 ms, the one that makes the largest deviation smallest.
Rule 2: a record is judged if it is a zero or its pulses grew: a value held between slow pulses is no deviation.
Rule 3: it is judged by the plan's least and greatest value within 20 ms: outside by at most 100 µA or 2 %, above by at
        most 20 µA or 1 %, whichever is larger.
Rule 4: in each stretch of plan above zero the pulses delivered are the planned number, give or take 2.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from stimctl.program.delivered_file import Delivered, DeliveredRecord
from stimctl.program.plan_track import PlanTrack
from stimctl.program.planned_pulses import planned_pulses, stretches_above_zero
from stimctl.program.shift import WINDOW_US, Reading, best_shift_us
from stimctl.program.timeline_file import Timeline, TimelineRecord

__all__ = ["Comparison", "Stray", "StretchPulses", "compare"]

_LATE_US = 50_000
_PULSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """One record against the plan: when (in the delivery's time), what flowed, by how much it is outside.

    `rule` is "deviation" or "above plan"; one record can be outside by both.
    """

    rule: str
    at_us: int
    channel: int
    amplitude_ua: int
    by_ua: int
    allowed_ua: int

    @property
    def within(self) -> bool:
        """Whether it is allowed."""
        return self.by_ua <= self.allowed_ua


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchPulses:
    """The pulses of one stretch of plan above zero, in plan time."""

    channel: int
    start_us: int
    end_us: int
    planned: int
    delivered: int

    @property
    def within(self) -> bool:
        """Whether they are as many as planned, give or take 2."""
        return abs(self.delivered - self.planned) <= _PULSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What `compare` found. `shift_us` is delivered time minus plan time.

    `deviation` and `above_plan` are the largest of each, None where no record was judged; the records and stretches
    that are not allowed are in `outside` and `pulses_outside`, in order.
    """

    shift_us: int
    judged: int
    deviation: Stray | None
    above_plan: Stray | None
    outside: tuple[Stray, ...]
    pulses: tuple[StretchPulses, ...]
    torn: bool

    @property
    def pulses_outside(self) -> tuple[StretchPulses, ...]:
        """The stretches whose number of pulses is not as planned."""
        return tuple(stretch for stretch in self.pulses if not stretch.within)

    @property
    def within(self) -> bool:
        """Whether the delivery is what was planned."""
        return not self.outside and not self.pulses_outside


def compare(timeline: Timeline, delivered: Delivered) -> Comparison:
    """The delivery judged by the plan."""
    channels = sorted({one.channel for one in timeline.records} | {one.channel for one in delivered.records})
    planned = {channel: [one for one in timeline.records if one.channel == channel] for channel in channels}
    given = {channel: [one for one in delivered.records if one.channel == channel] for channel in channels}
    readings = [
        Reading(record.t_us, channel, record.amplitude_ua, track)
        for channel, track in ((channel, PlanTrack(planned[channel])) for channel in channels)
        for record in _judged(given[channel])
    ]
    shift_us = _shift_us(timeline.records, delivered.records, readings)
    deviations, aboves = _strays(readings, shift_us)
    return Comparison(
        shift_us=shift_us,
        judged=len(readings),
        deviation=max(deviations, key=_by, default=None),
        above_plan=max(aboves, key=_by, default=None),
        outside=tuple(sorted((stray for stray in (*deviations, *aboves) if not stray.within), key=_at)),
        pulses=tuple(
            stretch
            for channel in channels
            for stretch in _pulses(channel, stretches_above_zero(planned[channel]), given[channel], shift_us)
        ),
        torn=delivered.torn,
    )


def _judged(records: Sequence[DeliveredRecord]) -> list[DeliveredRecord]:
    judged: list[DeliveredRecord] = []
    pulses = 0
    for record in records:
        if record.amplitude_ua == 0 or record.pulses > pulses:
            judged.append(record)
        pulses = record.pulses
    return judged


def _shift_us(
    planned: Sequence[TimelineRecord], delivered: Sequence[DeliveredRecord], readings: Sequence[Reading]
) -> int:
    above = [record for record in planned if record.amplitude_start_ua or record.amplitude_end_ua]
    flowed = [record.t_us for record in delivered if record.amplitude_ua]
    if not above or not flowed:
        return 0
    first = min(above, key=lambda record: record.start_us)
    apart_us = min(flowed) - first.start_us
    return best_shift_us(readings, apart_us - first.pulse_period_us, apart_us + _LATE_US)


def _strays(readings: Sequence[Reading], shift_us: int) -> tuple[list[Stray], list[Stray]]:
    deviations: list[Stray] = []
    aboves: list[Stray] = []
    for reading in readings:
        at_us = reading.at_us - shift_us
        least, greatest = reading.track.least_and_greatest(at_us - WINDOW_US, at_us + WINDOW_US)
        above_ua = max(0, round(reading.amplitude_ua - greatest))
        off_ua = max(above_ua, round(least - reading.amplitude_ua))
        deviations.append(_stray("deviation", reading, off_ua, max(100, int(greatest / 50))))
        aboves.append(_stray("above plan", reading, above_ua, max(20, int(greatest / 100))))
    return deviations, aboves


def _stray(rule: str, reading: Reading, by_ua: int, allowed_ua: int) -> Stray:
    return Stray(
        rule=rule,
        at_us=reading.at_us,
        channel=reading.channel,
        amplitude_ua=reading.amplitude_ua,
        by_ua=by_ua,
        allowed_ua=allowed_ua,
    )


def _pulses(
    channel: int, stretches: Sequence[Sequence[TimelineRecord]], given: Sequence[DeliveredRecord], shift_us: int
) -> list[StretchPulses]:
    """Counted from the middle of the silence before to the middle of the silence after: no edge is near."""
    if not stretches:
        return []
    times = [record.t_us for record in given]
    middles = [(one[-1].end_us + other[0].start_us) // 2 + shift_us for one, other in pairwise(stretches)]
    counts = [0, *(_count(given, bisect_right(times, middle)) for middle in middles), _count(given, len(given))]
    return [
        StretchPulses(
            channel=channel,
            start_us=stretch[0].start_us,
            end_us=stretch[-1].end_us,
            planned=planned,
            delivered=after - before,
        )
        for stretch, planned, (before, after) in zip(
            stretches, planned_pulses(stretches), pairwise(counts), strict=True
        )
    ]


def _count(given: Sequence[DeliveredRecord], index: int) -> int:
    return given[index - 1].pulses if index else 0


def _by(stray: Stray) -> int:
    return stray.by_ua


def _at(stray: Stray) -> tuple[int, int, str]:
    return stray.at_us, stray.channel, stray.rule
