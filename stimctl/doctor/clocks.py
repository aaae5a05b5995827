"""Clocks and waking: how fine the clock is, how late this system wakes who waits, what priority an engine would get."""

import subprocess
import sys
import time
from select import select

from stimctl.clock import MS, SECOND, US
from stimctl.doctor.finding import Finding, fine, warning

__all__ = ["ask_an_engine", "clock", "priority", "resolution_ns", "wakes", "worst_wake_ns"]

# Pulse times are in microseconds.
_COARSE_NS = 1 * US
# Segments are sent 250 ms early; a fifth of that lost in a short look is a system that is busy.
_LATE_NS = 50 * MS
_WAIT_NS = 2 * MS
_WAITS = 50
_ANSWER_S = 20.0
_ASK = "import sys; from stimctl.engine.realtime import ask_for_realtime as ask; sys.stdout.write(ask())"
_LIMITS = "/etc/security/limits.d/stimctl.conf"


def resolution_ns() -> int:
    """Of the monotonic clock."""
    return max(1, round(time.get_clock_info("monotonic").resolution * SECOND))


def worst_wake_ns() -> int:
    """How late the latest of some short waits ended, in about a tenth of a second."""
    worst_ns = 0
    for _ in range(_WAITS):
        due_ns = time.monotonic_ns() + _WAIT_NS
        select([], [], [], _WAIT_NS / SECOND)
        worst_ns = max(worst_ns, time.monotonic_ns() - due_ns)
    return worst_ns


def ask_an_engine() -> str:
    """What a process that asks as an engine does is given, in words; empty where that could not be found out."""
    try:
        asked = subprocess.run(
            [sys.executable, "-c", _ASK], stdin=subprocess.DEVNULL, capture_output=True, timeout=_ANSWER_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.decode("utf-8", "replace").strip() if asked.returncode == 0 else ""


def clock(resolution: int, *, sees_sleep: bool) -> Finding:
    """`resolution` in ns; `sees_sleep`: the system has a clock that goes on while it sleeps."""
    name = "clock"
    found = f"monotonic, in steps of {resolution} ns"
    if resolution > _COARSE_NS:
        advice = (
            "Too coarse for a real unit: timing would be off by as much. Run on the system itself, not in an emulator."
        )
        return warning(name, found, advice)
    if not sees_sleep:
        advice = "Do not let the computer sleep in a session; the unit lets go by itself if it does."
        return warning(name, f"{found}; a sleep of the computer is not noticed", advice)
    return fine(name, f"{found}; a sleep of the computer is noticed")


def wakes(worst_ns: int) -> Finding:
    """How late a waiting process was woken, at worst, just now."""
    name = "waking"
    found = f"at most {worst_ns / MS:.1f} ms late, in {_WAITS} waits"
    if worst_ns > _LATE_NS:
        advice = (
            "The system is busy, or its power saving is deep. End what works hard, take mains power, and look again."
        )
        return warning(name, found, advice)
    return fine(name, found)


def priority(given: str) -> Finding:
    """What an engine is given, as it says it itself (`realtime` in a session's record)."""
    name = "priority"
    if not given:
        return warning(name, "an engine could not be asked", "See what it says:", [f'{sys.executable} -c "{_ASK}"'])
    if "ordinary priority" not in given:
        return fine(name, given)
    return fine(
        name,
        given,
        "That is enough: a stimlink unit keeps time itself. A board that is paced from here is paced more evenly with "
        "this, from your next login on:",
        [f'printf \'%s\\n\' "$USER - rtprio 20" "$USER - memlock unlimited" | sudo tee {_LIMITS}'],
    )
