"""What a board delivered against the timeline that `check` predicted: wipers by level, and switches.

Rule 1: a stretch begins wherever the plan rises from zero, and has a shift in time of its own: before it a person may
        have been waited for.
Rule 2: a level is judged by the plan's least and greatest value in the slot before it (100 ms for each channel) and the
        100 ms until it is felt.

`python tests/support/level_match.py TIMELINE EVENTS` prints it for files.
"""

import json
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

__all__ = ["Stretch", "matched"]

_OFF, _ASKED = 255, 254
_LEAST_PERMILLE = 10
_WIPERS = {1: ("wiper1", "pin5"), 2: ("wiper3", "pin6")}
_STILL_US = 1_000_000
_STEP_US = 5_000
_LONGEST_SHIFT_US = 600_000
_FELT_US = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One channel from off to off. `outside_permille` is by how much a level was ever outside of the plan."""

    channel: int
    start_s: float
    commands: int
    outside_permille: float
    above_permille: float
    largest_gap_ms: float
    planned_on_s: float
    on_s: float


@dataclass(frozen=True, slots=True)
class _Piece:
    start_us: int
    end_us: int
    start: float
    end: float

    def at(self, at_us: float) -> float:
        return self.start + (self.end - self.start) * (at_us - self.start_us) / (self.end_us - self.start_us)


def matched(timeline: Iterable[str], events: Sequence[tuple[int, str, int | str]]) -> list[Stretch]:
    """Every stretch of every channel, in order. `events` are of one boot: t_us, kind, value."""
    lines = [json.loads(line) for line in timeline]
    found: list[Stretch] = []
    for channel in lines[0]["channels"]:
        pieces = [_piece(line) for line in lines[1:] if line["channel"] == channel]
        planned = _planned(sorted(pieces, key=lambda one: one.start_us))
        delivered = _delivered(events, *_WIPERS[channel])
        assert len(planned) == len(delivered), (len(planned), [one[0][0] for one in delivered])
        slot_us = 100_000 * len(lines[0]["channels"])
        found += [_match(channel, *both, slot_us) for both in zip(planned, delivered, strict=True)]
    return found


def _piece(line: dict) -> _Piece:
    return _Piece(line["start_us"], line["end_us"], line["level_start_permille"], line["level_end_permille"])


def _planned(pieces: Sequence[_Piece]) -> list[list[_Piece]]:
    """What is not off, split by rule 1."""
    stretches: list[list[_Piece]] = []
    last: _Piece | None = None
    for piece in pieces:
        if max(piece.start, piece.end) < _LEAST_PERMILLE:
            continue
        if last is None or piece.start == 0 or last.end >= _LEAST_PERMILLE > piece.start:
            stretches.append([])
        stretches[-1].append(piece)
        last = piece
    return stretches


def _delivered(events: Sequence[tuple[int, str, int | str]], wiper: str, pin: str) -> list[list[tuple[int, str, int]]]:
    """Wiper and pin, split where the switches were open for a while."""
    own = [(at_us, kind, int(value)) for at_us, kind, value in events if kind in (wiper, pin) and value != _ASKED]
    stretches: list[list[tuple[int, str, int]]] = []
    open_us: int | None = None
    on = False
    for at_us, kind, value in own:
        if kind == pin:
            on, open_us = bool(value), at_us
        elif value != _OFF and not on and (open_us is None or at_us - open_us > _STILL_US):
            stretches.append([])
        if stretches:
            stretches[-1].append((at_us, kind, value))
    return stretches


def _match(channel: int, plan: list[_Piece], events: list[tuple[int, str, int]], slot_us: int) -> Stretch:
    starts = [piece.start_us for piece in plan]
    ends_us = plan[-1].end_us

    def at(at_us: float) -> float:
        index = bisect_right(starts, at_us) - 1
        return plan[index].at(at_us) if index >= 0 and at_us < plan[index].end_us else 0.0

    levels = [(at_us, _permille(value)) for at_us, kind, value in events if kind.startswith("wiper") and value != _OFF]
    begins_us = next(t for t in range(starts[0], ends_us, 1_000) if at(t) >= _LEAST_PERMILLE)
    off_us = max(t for t in range(max(starts[0], ends_us - 20_000_000), ends_us, 1_000) if at(t) >= _LEAST_PERMILLE)
    first_us = levels[0][0] - begins_us
    window = range(0, slot_us + _FELT_US + 1, 20_000)

    def outside(shift_us: int) -> tuple[float, float]:
        worst = above = 0.0
        for at_us, level in levels:
            if at_us - shift_us >= ends_us:
                # on its way down to where a person is waited for
                continue
            around = [at(at_us - shift_us - back) for back in window]
            worst = max(worst, min(around) - _LEAST_PERMILLE - level, level - max(around))
            above = max(above, level - max(around))
        return worst, above

    shifts = range(first_us - _LONGEST_SHIFT_US, first_us + _LONGEST_SHIFT_US // 4, _STEP_US)
    by_permille, above_permille = min(outside(shift) for shift in shifts)
    switched = [(at_us, value) for at_us, kind, value in events if kind.startswith("pin")]
    on_us = sum(late - early for (early, value), (late, _) in pairwise(switched) if value)
    return Stretch(
        channel=channel,
        start_s=starts[0] / 1e6,
        commands=len(levels),
        outside_permille=by_permille,
        above_permille=above_permille,
        largest_gap_ms=max((late - early for (early, _), (late, _) in pairwise(levels)), default=0) / 1000,
        planned_on_s=(off_us - begins_us) / 1e6,
        on_s=on_us / 1e6,
    )


def _permille(wiper: int) -> float:
    """The level of a wiper's position, by the firmware's own formula read backwards."""
    level = next(level for level in range(1, 101) if 255 - min(255, (160 * (level - 1) + 50) // 100 + 55) <= wiper)
    return level * 10.0


def _of_one_boot(path: Path) -> list[tuple[int, str, int | str]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    last = max((number for number, line in enumerate(lines) if line[1] == "reset"), default=-1)
    return [(line[0], line[1], line[2]) for line in lines[last + 1 :]]


if __name__ == "__main__":
    timeline_file, events_file = map(Path, sys.argv[1:])
    for stretch in matched(timeline_file.read_text(encoding="utf-8").splitlines(), _of_one_boot(events_file)):
        sys.stdout.write(f"{stretch}\n")
