"""Numbers in another unit than the key's, as people mix them up: what was probably meant, and what to write then.

A row speaks only about a number that the schema has refused; only `fractions` refuses by itself.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from stimctl.program.finding import Finding, Place
from stimctl.program.quoting import quoted

__all__ = ["fractions", "probably_meant"]


@dataclass(frozen=True, slots=True)
class _Mixup:
    """`key = number` with a number from `least` to `most` may be a `unit`; then `instead` of it is right."""

    key: str
    least: float
    most: float
    unit: str
    instead: Callable[[float], float]


_MIXUPS = (
    # nobody plans a phase of more than an hour, and a phase of an hour has 3600 s
    _Mixup("minutes", 61, 3_600, "seconds", lambda given: given / 60),
    # the engine's own unit, copied from a journal: one minute to one hour
    _Mixup("minutes", 60_000, 3_600_000, "milliseconds", lambda given: given / 60_000),
    # units with a dial for pulse width mark it in ms: 30 to 400 µs
    _Mixup("phase_duration_us", 0.03, 0.4, "milliseconds", lambda given: round(given * 1_000)),
    # laboratory generators speak of ns: 30 to 400 µs
    _Mixup("phase_duration_us", 30_000, 400_000, "nanoseconds", lambda given: round(given / 1_000)),
    # units and journals count the period in µs: 1 to 150 Hz
    _Mixup("rate_hz", 6_667, 1_000_000, "a period in µs", lambda given: 1_000_000 / given),
    # carriers of interferential units are in kHz, and so some panels are: 1 to 150 Hz
    _Mixup("rate_hz", 0.001, 0.15, "kHz", lambda given: given * 1_000),
    # timers and other programs count in ms; no duration of a program in seconds is longer than an hour
    _Mixup("seconds", 1_000, 3_600_000, "milliseconds", lambda given: given / 1_000),
    _Mixup("_s", 1_000, 600_000, "milliseconds", lambda given: given / 1_000),
)

# The unit in a key's name, as people write it behind a number.
_OWN_UNITS = {
    "minutes": ("min", "mins", "minute", "minutes"),
    "phase_duration_us": ("us", "µs", "μs", "microseconds"),
    "rate_hz": ("hz", "hertz", "pps"),
    "_pct": ("%", "pct", "percent"),
    "seconds": ("s", "sec", "seconds"),
    "_s": ("s", "sec", "seconds"),
}
_NAMES = {
    "minutes": "minutes",
    "phase_duration_us": "µs",
    "rate_hz": "Hz",
    "_pct": "%",
    "seconds": "seconds",
    "_s": "seconds",
}
_NUMBER_AND_UNIT = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([^\W\d]+|%)?\s*")
# A unit counts current in µA; the least that a comfortable maximum can be is above this.
_SURELY_CURRENT = 1_000
_INTENSITY = "intensities are % of the range from sensory threshold to comfortable maximum"


def probably_meant(place: Place, value: object) -> str:
    """A question and what to write, or nothing."""
    key = next((name for name in map(str, reversed(place)) if name == "intensity_pct" or _row(name, _NAMES)), "")
    if isinstance(value, str):
        return _without_unit(value, key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if key == "intensity_pct":
        return f"microamperes? {_INTENSITY}" if value >= _SURELY_CURRENT else _INTENSITY if value > 100 else ""
    for mixup in _MIXUPS:
        if _names(mixup.key, key) and mixup.least <= value <= mixup.most:
            return f"{mixup.unit}? write {mixup.instead(value):.6g}"
    return ""


def fractions(document: Mapping[str, object]) -> list[Finding]:
    """Intensities that the schema allows and that are no percentages: every one above 0 and at most 1."""
    phases = document.get("phase")
    return [
        Finding(
            place=place,
            found=f"found {quoted(value)}",
            allowed="0 to 100, in percent",
            advice=_as_percentages(numbers),
        )
        for index, phase in enumerate(phases if isinstance(phases, list) else [])
        for place, value in _intensities(phase, ("phase", index))
        if (numbers := _fractions_only(value if isinstance(value, list) else [value]))
    ]


def _intensities(table: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Of a phase, and of each of its channels."""
    if not isinstance(table, Mapping):
        return
    if "intensity_pct" in table:
        yield (*place, "intensity_pct"), table["intensity_pct"]
    channels = table.get("channel")
    for number, channel in channels.items() if isinstance(channels, Mapping) else ():
        yield from _intensities(channel, (*place, "channel", number))


def _fractions_only(values: Sequence[object]) -> list[float]:
    """All of them, if each is above 0 and at most 1; none otherwise."""
    numbers = [one for one in values if isinstance(one, int | float) and not isinstance(one, bool) and 0 < one <= 1]
    return numbers if len(numbers) == len(values) else []


def _as_percentages(numbers: Sequence[float]) -> str:
    asked = " and ".join(f"{number * 100:g}" for number in numbers)
    # 1 may be 1 % as well: who believes the advice must not be led from hardly anything to everything
    return f"a fraction? write {asked}" if 1 not in numbers else f"a fraction? 1 % is 1.01 here, all of it is {asked}"


def _without_unit(text: str, key: str) -> str:
    found = _NUMBER_AND_UNIT.fullmatch(text)
    row = _row(key, _NAMES)
    if not found or not row:
        return ""
    number, unit = found.groups()
    if unit is None or unit.lower() in _OWN_UNITS[row]:
        return f"a number without {'quotes' if unit is None else 'a unit'}: write {number}"
    return f"a number without a unit, in {_NAMES[row]}"


def _row(key: str, rows: Mapping[str, object]) -> str:
    return next((row for row in rows if _names(row, key)), "")


def _names(row: str, key: str) -> bool:
    """A row that begins with `_` stands for every key that ends so."""
    return key.endswith(row) if row.startswith("_") else key == row
