"""A driver and a unit made by hand, segments for them, and what was sent."""

from hand_made_unit import MS, HandMadeUnit

from firmware_protocol.stimlink.events import (
    SegmentFrame,
)
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.model.segment import Segment
from stimctl.safety.clearance import Cleared


def unit(**changes: object) -> HandMadeUnit:
    return HandMadeUnit(StimlinkDriver(), **changes)


def cleared(start_ns: int, lasts_ms: float = 200, *, replacing: bool = False, **changes: int | bool) -> Cleared:
    fields: dict = {
        "channel": 1,
        "start_ns": start_ns,
        "end_ns": start_ns + round(lasts_ms * MS),
        "amplitude_start_ua": 0,
        "amplitude_end_ua": 1_000,
        "phase_duration_us": 200,
        "interphase_us": 100,
        "pulse_period_us": 12_500,
    }
    return Cleared(Segment(**(fields | changes)), replacing)


def sent(at: HandMadeUnit, *segments: Cleared) -> list[SegmentFrame]:
    for one in segments:
        at.driver.send(one, at.now_ns)
    before = len(at.of(SegmentFrame))
    at.run_for(0)
    return at.of(SegmentFrame)[before:]


def chain(at: HandMadeUnit, pieces: int, lasts_ms: float = 200) -> list[SegmentFrame]:
    """Pieces end to end, each sent 200 ms ahead."""
    start_ns = at.now_ns + 200 * MS
    frames = []
    for _ in range(pieces):
        one = cleared(start_ns, lasts_ms, amplitude_end_ua=0)
        frames += sent(at, one)
        start_ns = one.segment.end_ns
        at.run_for(lasts_ms)
    return frames
