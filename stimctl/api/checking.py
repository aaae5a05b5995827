"""What a program will do to a person, without a unit: compiled, put to the governor, or refused with the rule."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from stimctl.api.person import Person, pads_mm2, thresholds
from stimctl.api.program import Program
from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, Preparation, Unfit
from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.model.limits import PROFILES
from stimctl.program import loader
from stimctl.program.timeline_file import Timeline, parse_timeline, timeline_lines

__all__ = ["Profile", "check", "load_program", "preparation"]

Profile = Literal["consumer", "clinical"]


def load_program(name: str | Path) -> loader.Program:
    """The program of this name (title and id work too) or in this file. ConfigError: there is none, or all its faults.

    A `Path` is always a file; a text is one if it ends in .toml.
    """
    return loader.check_file(name) if isinstance(name, Path) else loader.load(name)


def check(
    program: Program | loader.Program,
    person: Person,
    *,
    profile: Profile = "consumer",
    channels: Sequence[int] | None = None,
) -> Timeline:
    """The timeline that a session of this would deliver. SafetyRefusal: it may not run; ConfigError: it cannot be used.

    Every segment has been past the governor. A session asks again, with the unit's own limits.
    """
    asked = preparation(program, person, profile=profile, channels=channels)
    try:
        rehearsal = Preparation(asked, ANY_UNIT)
        while not rehearsal.step():
            pass
    except Unfit as why:
        raise SafetyRefusal(f"{asked.plan.title} may not run ({why.rule}): {why}") from None
    ready = rehearsal.ready
    lines = timeline_lines(asked.plan, ready.compiled, asked.thresholds, ready.terms.limits)
    return parse_timeline(lines, asked.plan.title)


def preparation(
    program: Program | loader.Program,
    person: Person,
    *,
    profile: Profile,
    channels: Sequence[int] | None,
    pads_confirmed: bool = False,
    doctor_approved: str | None = None,
) -> Prepare:
    """What the engine is asked for. ConfigError: it would make no sense on any unit; SafetyRefusal: by the linter."""
    if isinstance(program, Program) and program.unsafe:
        raise SafetyRefusal(program.unsafe)
    plan = program.plan
    if channels is not None and (isinstance(channels, str) or any(type(one) is not int for one in channels)):
        raise ConfigError(f"channels {channels!r}: allowed are numbers, as in [1, 2]")
    wanted = plan.channels if channels is None else tuple(channel for channel in plan.channels if channel in channels)
    if not wanted or (channels is not None and not set(channels) <= set(plan.channels)):
        listed = ", ".join(map(str, plan.channels))
        raise ConfigError(f"channels {channels!r}: {plan.title} is for channels {listed}, one or more of these")
    if profile not in PROFILES:
        raise ConfigError(f"profile {profile!r}: allowed are {' and '.join(PROFILES)}")
    return Prepare(
        plan=replace(plan, channels=wanted, pain_at_rest=person.pain_at_rest),
        thresholds=thresholds(person, wanted),
        pads_mm2=pads_mm2(person, wanted),
        profile=profile,
        pads_confirmed=pads_confirmed,
        doctor=doctor_approved or None,
    )
