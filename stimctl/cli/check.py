"""`stimctl check`: lint and compile a program for a person, rehearse it past the governor, and say what it will do."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from stimctl import units
from stimctl.cli.level_tables import level_json, level_lines
from stimctl.cli.person import SIMULATED_ONLY_LEVELS, SIMULATED_ONLY_MA, PersonFlags, Range, person_flags
from stimctl.cli.plot import columns_of, plot
from stimctl.cli.tables import output_lines, phase_lines
from stimctl.cli.talk import talk
from stimctl.cli.words import clock
from stimctl.clock import MS
from stimctl.drivers.nominal import NOMINAL
from stimctl.engine.messages import Prepare
from stimctl.engine.preparing import ANY_UNIT, Preparation, Ready, Unfit
from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.links.url import parse_device_url
from stimctl.model.as_json import json_line, plain
from stimctl.model.capabilities import Capabilities
from stimctl.model.plan import Plan
from stimctl.model.scale import Scale, read
from stimctl.program.loader import Program, blamed, load
from stimctl.program.output import PhaseOutput, output_of
from stimctl.program.timeline_file import timeline_lines

__all__ = ["check", "prepare_for", "ready_for", "say_what_is_taken", "write_lines"]

_PLOT_WIDTH = (40, 100)


@click.command()
@click.argument("program")
@person_flags
@click.option("--device", metavar="FAMILY|URL", help="What this unit would make of it; nothing is opened.")
@click.option("--timeline", type=click.Path(dir_okay=False, path_type=Path), help="Write the compiled segments here.")
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout.")
@click.option("--ascii", "ascii_only", is_flag=True, help="A plot of plain characters.")
def check(
    program: str,
    device: str | None,
    timeline: Path | None,
    as_json: bool,
    ascii_only: bool,
    **person: str | float | None,
) -> None:
    """Lint and compile PROGRAM, put every segment to the governor, and say what it will do; no unit is needed.

    Without thresholds it takes those of the simulated person (6 and 18 mA), and says so. Exit code 2: the file is
    wrong. 5: some rule forbids it.
    """
    flags = PersonFlags(**person)  # type: ignore[arg-type]  # click has checked them
    unit = None if device is None else nominal(device)
    found = load(program)
    plan = flags.plan_for(found.plan)
    found_range = flags.range_for(plan.channels, (unit or ANY_UNIT).scale, simulated=True)
    say_what_is_taken(flags, plan, (unit or ANY_UNIT).scale)
    ready = ready_for(plan, found_range, flags, unit or ANY_UNIT, found)
    if timeline is not None:
        write_lines(timeline, timeline_lines(plan, ready.compiled, ready.terms.thresholds, ready.terms.limits))
    if as_json:
        sys.stdout.write(json_line(_as_json(plan, ready, unit)) + "\n")
    else:
        _tell(plan, ready, unit, ascii_only=ascii_only)


def say_what_is_taken(flags: PersonFlags, plan: Plan, scale: Scale = Scale.CURRENT) -> None:
    """On stderr: what stands in for answers that nobody gave."""
    if scale is Scale.LEVEL and not flags.has_levels:
        sensory, comfort = SIMULATED_ONLY_LEVELS
        of_these = f"at {flags.at_us} µs and {flags.at_hz:g} Hz, those of the simulated person"
        talk(f"no levels given: {sensory:g} and {comfort:g} {of_these}\n")
    elif not flags.has_thresholds and scale is Scale.CURRENT:
        of_these = f"at {flags.at_us} µs and {flags.at_hz:g} Hz, those of the simulated person"
        talk(f"no thresholds given: {SIMULATED_ONLY_MA[0]:g} and {SIMULATED_ONLY_MA[1]:g} mA {of_these}\n")
    if plan.asks_for_pain and plan.pain_at_rest is None:
        talk("no --pain-at-rest given: it is taken as too high for what depends on it\n")


def nominal(device: str) -> Capabilities:
    """What a family's name or a device URL stands for, without opening anything. ConfigError for neither."""
    if device in NOMINAL:
        return NOMINAL[device]
    is_word = not set(device) & set("/:@\\") and not device.upper().startswith("COM")
    if is_word and not Path(device).exists():
        near = get_close_matches(device, NOMINAL, n=1, cutoff=0.7)
        hint = f"did you mean {near[0]}?" if near else f"supported so far: {', '.join(NOMINAL)}"
        raise ConfigError(f"--device {device}: no supported family, and no such port; {hint}")
    return NOMINAL[parse_device_url(device).family]


def prepare_for(plan: Plan, of: Range, flags: PersonFlags) -> Prepare:
    """What would be asked of an engine, with nobody's word given for anything."""
    return Prepare(
        plan=plan,
        thresholds=of.thresholds,
        levels=of.levels,
        rated_ua=of.rated_ua,
        pads_mm2=flags.pads_mm2(plan.channels),
        profile=flags.profile,
        pads_confirmed=False,
        doctor=None,
    )


def ready_for(
    plan: Plan,
    of: Range,
    flags: PersonFlags,
    unit: Capabilities = ANY_UNIT,
    program: Program | None = None,
) -> Ready:
    """What a session of this plan would come to on a unit; SafetyRefusal if some rule forbids it.

    With the program that the plan is of, it says which lines are to blame where that can be said.
    """
    try:
        preparation = Preparation(prepare_for(plan, of, flags), unit)
        while not preparation.step():
            pass
    except Unfit as why:
        if program is not None and why.problems:
            told = blamed(program, why.problems)
            raise SafetyRefusal(f"{plan.title} may not run for this person:\n{told}") from None
        raise SafetyRefusal(f"{plan.title} may not run ({why.rule}): {why}") from None
    return preparation.ready


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write text lines to a file; ConfigError where that cannot be."""
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as why:
        raise ConfigError(f"{path}: {why.strerror}") from None


def _peaks(ready: Ready) -> dict[str, object]:
    peaks = {str(channel): read(of.amplitude_ua) for channel, of in sorted(ready.ceilings.items())}
    if ready.terms.scale is Scale.LEVEL:
        return {"peak_level": peaks}
    return {"peak_ma": peaks, "charge_nc": {str(n): of.charge_nc for n, of in sorted(ready.ceilings.items())}}


def _as_json(plan: Plan, ready: Ready, unit: Capabilities | None) -> dict[str, object]:
    named = "ma" if ready.terms.scale is Scale.CURRENT else "level"
    return {
        "version": 1,
        "program": plan.title,
        "sha256": plan.sha256,
        "duration_ms": ready.compiled.end_ns // MS,
        "segments": len(ready.compiled.segments),
        **_peaks(ready),
        "phases": [
            {
                "name": mark.name,
                "depth": mark.depth.value,
                "start_ms": mark.start_ns // MS,
                "end_ms": mark.end_ns // MS,
                f"target_{named}": {str(t.channel): read(t.amplitude_ua) for t in mark.targets},
                "reached_ms": _ms(mark.reached_ns),
            }
            for mark in ready.compiled.marks
        ],
        # what levels come to in milliamperes nobody knows
        "output": [_output_json(row, ready) for row in output_of(ready.compiled, ready.terms.pads_mm2)]
        if named == "ma"
        else [],
        "device": None if unit is None else _device_json(ready, unit),
    }


def _output_json(row: PhaseOutput, ready: Ready) -> dict[str, object]:
    """Times are from plan zero, as those of the phases."""
    figures: dict[str, object] = plain(row)
    del figures["reached_ns"]
    name = ready.compiled.marks[row.phase].name
    return {**figures, "phase": name, "net_charge_nc": 0, "reached_ms": _ms(row.reached_ns)}


def _ms(at_ns: int | None) -> int | None:
    return None if at_ns is None else at_ns // MS


def _device_json(ready: Ready, unit: Capabilities) -> dict[str, object]:
    if unit.scale is Scale.LEVEL:
        return level_json(ready, unit)
    return {
        "family": unit.family,
        "amplitude_step_ua": unit.amplitude_step_ua,
        "lowered_by_at_most_ua": _lowered_ua(ready, unit),
        "carries_up_to_ohm": _most_ohm(ready, unit),
        "release_ms": unit.release_ms,
    }


def _lowered_ua(ready: Ready, unit: Capabilities) -> int:
    """The most that rounding down to the unit's steps takes off any amplitude."""
    step_ua = unit.amplitude_step_ua
    return max(max(one.amplitude_start_ua % step_ua, one.amplitude_end_ua % step_ua) for one in ready.compiled.segments)


def _most_ohm(ready: Ready, unit: Capabilities) -> int:
    """The load up to which the unit's voltage carries the highest amplitude."""
    return unit.compliance_v * 1_000_000 // max(1, max(of.amplitude_ua for of in ready.ceilings.values()))


def _tell(plan: Plan, ready: Ready, unit: Capabilities | None, *, ascii_only: bool) -> None:
    lasts = clock(ready.compiled.end_ns // MS)
    lines = [f"{plan.title}: may run, {lasts}, {_channels(plan.channels)}", *phase_lines(ready)]
    width = min(_PLOT_WIDTH[1], max(_PLOT_WIDTH[0], shutil.get_terminal_size((80, 24)).columns - 10))
    tracks: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for channel in plan.channels:
        own = [segment for segment in ready.compiled.segments if segment.channel == channel]
        tracks.setdefault(tuple(columns_of(own, ready.compiled.end_ns, width)), []).append(channel)
    for columns, together in tracks.items():
        lines += ["", f"plan on {_channels(together)}"]
        unit_name = "mA" if ready.terms.scale is Scale.CURRENT else "level"
        lines += plot(columns, ready.compiled.end_ns, ascii_only=ascii_only, unit=unit_name)
    if ready.terms.scale is Scale.LEVEL:
        lines += ["", *level_lines(ready, unit or ANY_UNIT)]
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        return
    lines += ["", *output_lines(output_of(ready.compiled, ready.terms.pads_mm2), ready.compiled.marks)]
    for channel, of in sorted(ready.ceilings.items()):
        peak = f"{units.milliamperes(of.amplitude_ua):.2f} mA"
        lines.append(f"channel {channel}: at most {peak} and {of.charge_nc / 1000:.2f} µC per phase")
    if unit is not None:
        lines += ["", *_device_lines(ready, unit)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _channels(channels: Sequence[int]) -> str:
    return f"channel{'s' if len(channels) > 1 else ''} {', '.join(map(str, channels))}"


def _device_lines(ready: Ready, unit: Capabilities) -> list[str]:
    return [
        f"on a {unit.family} unit, as its family says (nothing was opened):",
        f"  amplitudes in steps of {unit.amplitude_step_ua} µA, rounded down by up to {_lowered_ua(ready, unit)} µA",
        f"  {unit.compliance_v} V carry the highest amplitude through up to {_most_ohm(ready, unit)} Ω",
        "  rates, phase durations and ramps as planned: nothing is flattened",
        f"  if the host is lost, output ends within {unit.release_ms} ms",
    ]
