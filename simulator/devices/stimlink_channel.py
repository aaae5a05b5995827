"""One channel of a stimlink device: its queue, its chain of segments, and the pulses that fall in them.

Rule 1: a segment runs from its start, and its end belongs to what follows.
Rule 2: when its start comes, a segment runs only as SPEC.md 7 allows; else the queue is emptied and output is zero.
Rule 3: a pulse falls one period after the last; when that is past, at the joint, and none is made up.
Everything is in tick64. Pulses are worked out when asked for, in trains; nothing here is done pulse by pulse unless
no current flows.
"""

from dataclasses import dataclass

from firmware_protocol.stimlink.events import (
    UA_PER_UNIT,
    Ceilings,
    Discontinuity,
    DiscontinuityReason,
    NackReason,
    SegmentFrame,
)
from simulator.delivered import PulseShape
from simulator.device_clock import DeviceClock, on_wire
from simulator.devices.stimlink_promise import HIGHEST, Promise, unnumbered
from simulator.output_stage import OutputStage
from simulator.skin import Skin

__all__ = ["Channel", "Measured"]

_LONGEST_REST = 1_000_000
_FURTHEST_LIMIT = 500_000

# One pulse without current may be a contact that bounced.
_PULSES_WITHOUT_CURRENT = 2
_OPEN_OHM = 65535

_NO_PULSE = PulseShape(0, 0, 0)


@dataclass(slots=True)
class Measured:
    """What the output stage saw, for STATUS."""

    contact: bool = False
    load_ohm: int = 0
    amplitude: int = 0
    pulses: int = 0
    without_current: int = 0


class Channel:
    """Promises in, pulses and discontinuities out."""

    def __init__(
        self, number: int, *, depth: int, compliance_v: int, clock: DeviceClock, skin: Skin, output: OutputStage
    ) -> None:
        self.number = number
        self.ceilings: Ceilings | None = None
        self.measured = Measured()
        self.discontinuities = 0
        self.step_allowed = False
        # when the second pulse in a row found no current
        self.open_since: int | None = None
        self.out: list[Discontinuity] = []
        self._depth = depth
        self._compliance_v = compliance_v
        self.clock = clock
        self._skin = skin
        self._output = output
        self._queue: list[Promise] = []
        self._running: Promise | None = None
        # when it began, in true µs: the skin is taken as it was then, or pulses would depend on how often one asks
        self._began_us = 0
        self._ended_at: int | None = None
        self._ended_amplitude = 0
        self._rest_since: int | None = None
        self._limit = HIGHEST
        self._limit_until: int | None = None
        # The last instant at which a pulse fell, be it at zero. Periods are never under the latched one, and a new arm
        # begins with a pulse at zero: so this alone keeps pulses apart.
        self._last_fall: int | None = None
        self._due = 0
        self._shape = _NO_PULSE

    # -- what the session asks of it

    def latch(self, ceilings: Ceilings) -> None:
        """Armed: these hold until `disarm`."""
        self.ceilings = ceilings

    def disarm(self, now: int) -> None:
        """Zero; queue, chain, limit and ceilings forgotten."""
        self._end_output(now)
        self._queue.clear()
        self.ceilings = None
        self._forget_chain()
        self._limit, self._limit_until = HIGHEST, None
        self._last_fall = None
        self.open_since = None
        self.measured.without_current = 0

    def holds(self, frame: SegmentFrame) -> bool:
        """Whether an equal segment, but for its number, is queued or in force."""
        same_start = [promise.frame for promise in self._held() if promise.frame.start == frame.start]
        return bool(same_start) and unnumbered(frame) in same_start

    def offer(self, frame: SegmentFrame, start: int, length: int) -> NackReason | None:
        """Queue an admissible segment, replacing what it says it replaces; or why there is no place for it."""
        held = self._held()
        if frame.replace:
            held = [promise for promise in held if promise.start < start]
        elif any(promise.start < start + length and start < promise.end for promise in held):
            return NackReason.OVERLAP
        if len(held) >= self._depth:
            return NackReason.QUEUE_FULL
        if frame.replace:
            self._queue = [promise for promise in self._queue if promise.start < start]
            for promise in held:
                promise.end = min(promise.end, start)
        limited = self._limit_until is not None and start < self._limit_until
        self._queue.append(Promise.of(frame, start, length, self._limit if limited else HIGHEST))
        self._queue.sort(key=lambda promise: promise.start)
        return None

    def limit(self, ceiling: int, until: int, now: int) -> tuple[int, int]:
        """Hold what is here, and what starts before `until`, to `ceiling`; the ceiling and instant now in force."""
        until = min(until, now + _FURTHEST_LIMIT)
        if self._limit_until is not None and now < self._limit_until:
            ceiling, until = min(ceiling, self._limit), max(until, self._limit_until)
        self._limit, self._limit_until = ceiling, until
        for promise in self._held():
            promise.ceiling = min(promise.ceiling, ceiling)
        return ceiling, until

    # -- what it says of itself

    @property
    def queued(self) -> int:
        """Segments held, the one in force included: it takes room too."""
        return len(self._held())

    @property
    def flowing(self) -> tuple[int, PulseShape]:
        """What the output stage measures: amplitude in wire units and the pulse's shape; zeros while nothing flows."""
        unasked = self._output.stuck_pulse(self.number)
        if unasked is not None:
            amplitude_ua, shape = unasked
            return amplitude_ua // UA_PER_UNIT, shape
        if self._running is None or self._running.is_rest:
            return 0, _NO_PULSE
        return self.measured.amplitude, self._shape

    @property
    def flows_at_zero(self) -> bool:
        """Whether current is measured where none was asked for."""
        return (self._running is None or self._running.is_rest) and self._output.flows_unasked(self.number)

    def next_tick(self) -> int | None:
        """When a segment starts or ends; at an open electrode, each pulse, since the second one trips."""
        running = self._running
        if running is None:
            return self._queue[0].start if self._queue else None
        if not running.is_rest and self._due < running.end and not self._most_ua(running):
            return self._due
        return running.end

    # -- time

    def advance(self, now: int) -> None:
        """Everything up to and including `now`, in order."""
        while self.open_since is None:
            running = self._running
            if running is not None:
                if now < running.end:
                    self._pulses_before(running, now + 1)
                    return
                self._pulses_before(running, running.end)
                if self._running is not None:
                    self._finish(running)
            elif self._queue and self._queue[0].start <= now:
                self._begin(self._queue.pop(0))
            else:
                return

    def _begin(self, promise: Promise) -> None:
        joined = self._ended_at == promise.start
        why = self._why_not(promise, joined)
        if why is not None:
            self._break_chain(why, promise.start)
            return
        if promise.is_rest:
            if not joined or self._rest_since is None:
                self._rest_since = promise.start
            self._silence(promise.start)
        else:
            self._rest_since = None
            self._began_us = self.clock.true_ns_of(promise.start) // 1000
            self._set_phase(promise)
        self._running = promise

    def _why_not(self, promise: Promise, joined: bool) -> DiscontinuityReason | None:
        first = promise.amplitude_at(promise.start)
        if promise.frame.step:
            rested = joined and self._rest_since is not None and promise.start - self._rest_since <= _LONGEST_REST
            from_zero = promise.frame.amplitude_start == 0
            return None if self.step_allowed and rested and from_zero else DiscontinuityReason.BAD_STEP
        if first == 0:
            return None
        if not joined:
            return DiscontinuityReason.NO_CHAIN
        return DiscontinuityReason.RISE_AT_JOINT if first > self._ended_amplitude else None

    def _finish(self, promise: Promise) -> None:
        self._running = None
        self._ended_at = promise.end
        self._ended_amplitude = promise.amplitude_at(promise.end)
        if self._ended_amplitude > 0:
            # The first one since ARM or a discontinuity: it rose from zero, for what else could it have gone on from?
            self.step_allowed = True
        if not self._queue or self._queue[0].start != promise.end:
            if self._ended_amplitude > 0:
                self._break_chain(DiscontinuityReason.UNDERRUN, promise.end)
            else:
                self._silence(promise.end)

    def _break_chain(self, why: DiscontinuityReason, at: int) -> None:
        self._queue.clear()
        self._end_output(at)
        self._forget_chain()
        self.discontinuities += 1
        self.out.append(Discontinuity(self.number, why, on_wire(at), self.discontinuities % 256))

    def _forget_chain(self) -> None:
        self._ended_at = None
        self._ended_amplitude = 0
        self._rest_since = None
        self.step_allowed = False

    def _end_output(self, at: int) -> None:
        self._running = None
        self._silence(at)

    def _silence(self, at: int) -> None:
        self.measured.amplitude = 0
        self._output.off(self.number, self.clock.true_ns_of(at) // 1000)

    # -- pulses

    def _set_phase(self, promise: Promise) -> None:
        frame = promise.frame
        self._due = promise.start
        if self._last_fall is not None:
            self._due = max(self._due, self._last_fall + frame.pulse_period_us)

    def _most_ua(self, promise: Promise) -> int:
        return self._skin.most_ua(self.number, promise.frame.phase_duration_us, self._compliance_v, self._began_us)

    def _pulses_before(self, promise: Promise, limit: int) -> None:
        if promise.is_rest or self._due >= limit:
            return
        frame = promise.frame
        ticks = range(self._due, limit, frame.pulse_period_us)
        most_ua = self._most_ua(promise)
        if most_ua == 0:
            self._pulses_into_nothing(promise, ticks)
            return
        flowing = promise.amplitudes_ua(ticks, most_ua)
        self._last_fall = ticks[-1]
        self._due = ticks[-1] + frame.pulse_period_us
        self._shape = PulseShape(frame.phase_duration_us, frame.interphase_us, frame.pulse_period_us)
        self._measure(flowing)
        self._output.train(self.number, self.clock.true_us_of(ticks), flowing, self._shape)

    def _measure(self, flowing: list[int]) -> None:
        measured = self.measured
        measured.amplitude = flowing[-1] // UA_PER_UNIT
        above_zero = len(flowing) - flowing.count(0)
        if above_zero:
            measured.pulses += above_zero
            measured.contact = True
            measured.without_current = 0
            latest_ua = next(ua for ua in reversed(flowing) if ua)
            load_ohm = self._skin.load_ohm(self.number, self._shape.phase_duration_us, latest_ua, self._began_us)
            measured.load_ohm = _OPEN_OHM if load_ohm is None else min(load_ohm, _OPEN_OHM - 1)

    def _pulses_into_nothing(self, promise: Promise, ticks: range) -> None:
        """No current flows: nothing is felt, and the second such pulse in a row trips the device."""
        measured = self.measured
        for tick in ticks:
            self._last_fall = tick
            self._due = tick + promise.frame.pulse_period_us
            if promise.amplitude_at(tick) == 0:
                continue
            measured.amplitude = 0
            measured.contact = False
            measured.load_ohm = _OPEN_OHM
            measured.without_current += 1
            if measured.without_current == _PULSES_WITHOUT_CURRENT:
                self.open_since = tick
                self._end_output(tick)
                return

    def _held(self) -> list[Promise]:
        return self._queue if self._running is None else [self._running, *self._queue]
