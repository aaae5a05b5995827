"""How many pulses a stretch of plan holds, counted as a unit would: one period after the last, whatever the joints.

A pulse that falls at amplitude 0 keeps the phase and is not counted.
"""

from collections.abc import Sequence

from stimctl.program.timeline_file import TimelineRecord

__all__ = ["planned_pulses", "stretches_above_zero"]


def stretches_above_zero(records: Sequence[TimelineRecord]) -> list[list[TimelineRecord]]:
    """The records of one channel that are above zero, in runs without a hole."""
    stretches: list[list[TimelineRecord]] = []
    for record in records:
        if not (record.amplitude_start_ua or record.amplitude_end_ua):
            continue
        if stretches and stretches[-1][-1].end_us == record.start_us:
            stretches[-1].append(record)
        else:
            stretches.append([record])
    return stretches


def planned_pulses(stretches: Sequence[Sequence[TimelineRecord]]) -> list[int]:
    """The pulses above zero in each stretch of one channel."""
    counts: list[int] = []
    last_us: int | None = None
    for stretch in stretches:
        count = 0
        for record in stretch:
            due_us = record.start_us if last_us is None else max(record.start_us, last_us + record.pulse_period_us)
            if due_us >= record.end_us:
                continue
            pulses = (record.end_us - 1 - due_us) // record.pulse_period_us + 1
            last_us = due_us + (pulses - 1) * record.pulse_period_us
            at_zero = {at_us for at_us in (due_us, last_us) if not _amplitude_ua(record, at_us)}
            count += pulses - len(at_zero)
        counts.append(count)
    return counts


def _amplitude_ua(record: TimelineRecord, at_us: int) -> int:
    rise_ua = record.amplitude_end_ua - record.amplitude_start_ua
    return record.amplitude_start_ua + rise_ua * (at_us - record.start_us) // (record.end_us - record.start_us)
