"""A unit that is driven in levels: what has to be declared of it, and the limits of a session in levels.

Rule 1: the current that the other unit can give at most, at each dial setting of the plan and on these pads, is judged
as if every level were that current, by the rules for current; over the profile is refused.
Rule 2: no load is read: the density that is allowed is half (safety/rules.py).
Rule 3: a level goes up by one at a time, and from the floor to the person's comfortable maximum in no less than 10 s.
Rule 4: what a person's levels say nothing of is refused: a longer phase duration than they were found at.
Rule 5: what nobody can check is listed, before anything is armed.
"""

from collections.abc import Mapping
from dataclasses import replace

from stimctl import units
from stimctl.clock import MS
from stimctl.model.capabilities import Capabilities
from stimctl.model.levels import Levels
from stimctl.model.limits import Limits
from stimctl.model.scale import LEVEL, LEVELS
from stimctl.model.segment import Segment
from stimctl.program.compiled import Problem
from stimctl.program.dials import DialSetting, OnDials
from stimctl.safety.picture import Picture
from stimctl.safety.rules import (
    Rule,
    Terms,
    amplitude_within_limit,
    charge_within_limit,
    density_within_limits,
    phase_duration_within_limits,
    rate_within_limit,
)

__all__ = ["level_limits", "over_the_declared", "unchecked"]

_FLOOR_TO_COMFORT_S = 10
_JUDGED: tuple[tuple[str, Rule], ...] = (
    ("declared current", amplitude_within_limit),
    ("phase duration", phase_duration_within_limits),
    ("pulse rate", rate_within_limit),
    ("charge of the declared current", charge_within_limit),
    ("density of the declared current", density_within_limits),
)


def level_limits(limits: Limits, levels: Mapping[int, Levels], unit: Capabilities) -> Limits:
    """`limits` with amplitudes and slopes in levels (rule 3): nothing returns faster than it first rose."""
    commands_per_s = 1000 // (unit.slot_ms * len(levels))
    slowest = min((of.comfort_level - 1) * LEVEL // _FLOOR_TO_COMFORT_S for of in levels.values())
    rise_ua_per_s = max(1, min(commands_per_s * LEVEL, slowest))
    return replace(limits, amplitude_ua=LEVELS * LEVEL, rise_ua_per_s=rise_ua_per_s, returns_per_s=0)


def over_the_declared(
    rated_ua: int, on: OnDials, levels: Mapping[int, Levels], pads_mm2: Mapping[int, int], limits: Limits
) -> list[Problem]:
    """What stands against the plan's dial settings at the declared current (rules 1, 2 and 4)."""
    problems: list[Problem] = []
    for setting in on.settings:
        period_us = units.period_us(setting.rate_hz)
        total = 0
        for channel, of in levels.items():
            ask = _at_most(channel, rated_ua, setting.phase_duration_us, period_us)
            picture = Picture(pads_mm2[channel])
            terms = Terms(limits=limits, thresholds={}, pads_mm2=pads_mm2, reports_load=False)
            found = ((name, rule(ask, picture, terms)) for name, rule in _JUDGED)
            problems += [_problem(name, setting, channel, why, "less") for name, why in found if why is not None]
            if not of.holds_at(setting.phase_duration_us):
                asked = f"{setting.phase_duration_us} µs, the levels were found at {of.at_phase_us} µs"
                problems.append(_problem("levels", setting, channel, asked, "the longest of the program, or shorter"))
            total += units.rms_ua(rated_ua, setting.phase_duration_us, period_us) ** 2
        if total > limits.rms_ua**2:
            asked = f"{total**0.5 / 1000:.1f} mA of all channels"
            problems.append(
                _problem("r.m.s. of the declared current", setting, None, asked, f"{limits.rms_ua / 1000:.1f} mA")
            )
    return problems


def unchecked(rated_ua: int, on: OnDials) -> tuple[str, ...]:
    """What a person says and nothing measures (rule 5), each a sentence."""
    return (
        f"that the current is never more than {rated_ua / 1000:g} mA: it is whatever the other unit gives",
        "that its pulses are balanced, and what its dials for rate and phase duration are set to",
        "that its intensity dial is where level 1 is just below the first tingling",
        "whether the pads touch the skin, and how well: nothing reads the load",
        "whether output is off: nothing measures it; the board says what it was told, and its time runs out",
        *on.flattened,
    )


def _at_most(channel: int, rated_ua: int, phase_us: int, period_us: int) -> Segment:
    return Segment(
        channel=channel,
        start_ns=0,
        end_ns=100 * MS,
        amplitude_start_ua=rated_ua,
        amplitude_end_ua=rated_ua,
        phase_duration_us=phase_us,
        interphase_us=0,
        pulse_period_us=period_us,
    )


def _problem(rule: str, setting: DialSetting, channel: int | None, asked: str, allowed: str) -> Problem:
    return Problem(rule=rule, phase=setting.name, index=setting.phase, channel=channel, asked=asked, allowed=allowed)
