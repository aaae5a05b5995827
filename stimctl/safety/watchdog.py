"""Watches what nobody says: silence of front end and unit, a load that changed, output that should not be there.

Rule 1: the front end beats; 1 s without a beat is a pause, 3 s are a stop.
Rule 2: while armed the unit reports; 1 s without a report is a lost link.
Rule 3: against the least that it was, at the same phase duration and about the same amplitude, load 1.3 times as high
is a warning and 1.6 times a fault: half a lifted pad raises it by 1.76 at 20 mA. The contact that is taken to be left
falls with the square of the rise.
Rule 4: more current reported than anything cleared lately allows, or any at all where nothing is, is a stuck output.
"""

from dataclasses import dataclass
from enum import Enum

from stimctl.clock import MS, SECOND
from stimctl.model.telemetry import Reported

__all__ = [
    "FRONT_PAUSE_NS",
    "FRONT_STOP_NS",
    "REPORT_NS",
    "Load",
    "LoadWatch",
    "Silence",
    "StuckWatch",
    "front_silence",
]

FRONT_PAUSE_NS = SECOND
FRONT_STOP_NS = 3 * SECOND
REPORT_NS = SECOND
_WARN_PERMILLE = 1_300
_CUT_PERMILLE = 1_600
_FOLLOWS = 50
# Reports are up to 200 ms old when they come; a device step and rounding come on top.
_STUCK_FOR_NS = 300 * MS
_TOLERANCE_UA = 100


class Silence(Enum):
    """How long the front end has been quiet, as what is to be done about it."""

    NONE = "none"
    PAUSE = "pause"
    STOP = "stop"


def front_silence(quiet_ns: int) -> Silence:
    """What `quiet_ns` without a beat of the front end call for."""
    if quiet_ns >= FRONT_STOP_NS:
        return Silence.STOP
    return Silence.PAUSE if quiet_ns >= FRONT_PAUSE_NS else Silence.NONE


@dataclass(frozen=True, slots=True)
class Load:
    """What a reading means: the share of the pad taken to touch, a warning, and a reason to cut."""

    contact_permille: int
    warning: str | None
    cut: str | None


class LoadWatch:
    """The load of one channel against the least that it was at this phase duration and about this amplitude.

    Skin wets within minutes, and its resistance falls as current grows: the first reading, taken near zero, would hide
    a pad that lifts later. So each doubling of the amplitude has a baseline of its own, which begins at that of the
    next lower one and follows what is less, by a fiftieth a report: a single bad reading moves it little.
    """

    def __init__(self) -> None:
        self._baseline_ohm: dict[tuple[int, int], int] = {}
        self._latest: dict[tuple[int, int], list[int]] = {}

    def judge(self, reported: Reported) -> Load | None:
        """What this report says of the pads; None without a reading."""
        if not reported.load_ohm or not reported.amplitude_ua:
            return None
        baseline = self._follow(reported.phase_duration_us, reported.amplitude_ua.bit_length(), reported.load_ohm)
        rise = reported.load_ohm * 1000 // baseline
        told = f"load of channel {reported.channel} rose from {baseline} to {reported.load_ohm} Ω"
        contact = min(1000, 1_000_000_000 // (rise * rise) if rise else 1000)
        cut = f"{told}: a pad is coming off" if rise >= _CUT_PERMILLE else None
        warning = f"{told}: check the pads" if rise >= _WARN_PERMILLE else None
        return Load(contact, warning, cut)

    def _follow(self, phase_duration_us: int, doublings: int, load_ohm: int) -> int:
        of = phase_duration_us, doublings
        before = self._known(phase_duration_us, doublings, load_ohm)
        latest = self._latest[of] = [*self._latest.get(of, [])[-2:], load_ohm]
        # the highest of three, so that noise does not wear the baseline down
        self._baseline_ohm[of] = max(min(before, max(latest)), before - before // _FOLLOWS, 1)
        return self._baseline_ohm[of]

    def _known(self, phase_duration_us: int, doublings: int, load_ohm: int) -> int:
        """The baseline so far. A duration that is new begins at the most that a whole pad can have there, by the
        nearest that is known: load grows with the duration, and no more than in proportion.
        """
        known = [(abs(us - phase_duration_us), -n, us) for us, n in self._baseline_ohm if n <= doublings]
        if not known:
            return load_ohm
        _, lower, us = min(known)
        return self._baseline_ohm[us, -lower] * max(us, phase_duration_us) // us


class StuckWatch:
    """Output that nobody cleared, on one channel."""

    def __init__(self) -> None:
        self._since_ns: int | None = None

    def judge(self, reported: Reported, allowed_ua: int) -> str | None:
        """Why the output is stuck, once it has been too high for longer than a report can be late."""
        if reported.amplitude_ua <= allowed_ua + _TOLERANCE_UA:
            self._since_ns = None
            return None
        if self._since_ns is None:
            self._since_ns = reported.heard_ns
        if reported.heard_ns - self._since_ns < _STUCK_FOR_NS:
            return None
        return f"channel {reported.channel} reports {reported.amplitude_ua} µA where {allowed_ua} µA were cleared"
