"""`stimctl programs`: what is in the library and among one's own, and what one program says."""

import sys
from collections.abc import Sequence

import click

from stimctl.cli.own_programs import edit, new
from stimctl.cli.words import clock
from stimctl.clock import MS
from stimctl.errors import StimctlError
from stimctl.model.as_json import json_line, plain
from stimctl.model.plan import Drive, Envelope, EnvelopeKind, Phase, Varying
from stimctl.program.loader import Program, find, load, names, own_names
from stimctl.program.pieces import CLOSING_NS

__all__ = ["programs"]


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_context
def programs(context: click.Context, as_json: bool) -> None:
    """The program library, and programs of your own (marked with a star)."""
    if context.invoked_subcommand is not None:
        return
    found = {name: _loaded(name) for name in names()}
    if as_json:
        listed = [_as_json(one) if isinstance(one, Program) else _wrong_as_json(name) for name, one in found.items()]
        sys.stdout.write(json_line({"version": 1, "programs": listed}) + "\n")
        return
    for name, one in found.items():
        own = "*" if name in own_names() else " "
        if isinstance(one, Program):
            minutes = clock(_duration_ms(one))
            sys.stdout.write(f"{name:<20}{own} {one.id:<5}{minutes:>6}  {one.aim}\n")
        else:
            sys.stdout.write(f"{name:<20}{own} cannot be used; what is wrong with it: stimctl check {name}\n")


@programs.command()
@click.argument("program")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def show(program: str, as_json: bool) -> None:
    """What PROGRAM asks for, phase by phase."""
    found = load(program)
    if as_json:
        sys.stdout.write(json_line({"version": 1, **_as_json(found), "plan": plain(found.plan)}) + "\n")
        return
    plan = found.plan
    sys.stdout.write(f"{plan.title} ({found.id or 'no id'}): {plan.program_class}; {' and '.join(plan.profiles)}\n")
    for label, text in (
        ("aim", found.aim),
        ("technique", found.technique),
        ("evidence", found.evidence),
        ("sources", "; ".join(found.sources)),
    ):
        if text:
            sys.stdout.write(f"{label}: {text}\n")
    for phase in plan.phases:
        sys.stdout.write(f"  {_phase(phase, plan.phases)}\n")


programs.add_command(new)
programs.add_command(edit)


def _loaded(name: str) -> Program | StimctlError:
    """One may be wrong, and the others are listed all the same."""
    try:
        return load(name)
    except StimctlError as wrong:
        return wrong


def _wrong_as_json(name: str) -> dict[str, object]:
    return {"name": name, "own": name in own_names(), "usable": False, "id": "", "path": str(find(name))}


def _phase(phase: Phase, phases: Sequence[Phase]) -> str:
    drives: dict[Drive, list[int]] = {}
    for channel, drive in phase.drives.items():
        drives.setdefault(drive, []).append(channel)
    same = "; ".join(
        _drive(drive) if len(drives) == 1 else f"channel {', '.join(map(str, channels))}: {_drive(drive)}"
        for drive, channels in drives.items()
    )
    return f"{phase.name} ({phase.depth.value}), {clock(phase.lasts_ms)}: {same}{_condition(phase, phases)}"


def _condition(phase: Phase, phases: Sequence[Phase]) -> str:
    if phase.only_if is None:
        return ""
    instead = phases[phase.only_if.else_repeat].name
    return f"; only if pain at rest is {phase.only_if.pain_at_rest_at_most} or less, else {instead} again"


def _drive(drive: Drive) -> str:
    start, end = drive.intensity_start_permille / 10, drive.intensity_end_permille / 10
    intensity = f"{end:g} %" if start == end else f"{start:g} to {end:g} %"
    rate = _varying(drive.rate_mhz, 1000)
    duration = _varying(drive.phase_duration_us, 1)
    return f"{intensity} of the range, {rate} Hz, {duration} µs, {_envelope(drive.envelope)}"


def _envelope(of: Envelope) -> str:
    up, hold, down, off = (f"{ms / 1000:g}" for ms in (of.up_ms, of.hold_ms, of.down_ms, of.off_ms))
    match of.kind:
        case EnvelopeKind.SWELL:
            said = f"swell of {of.period_ms / 1000:g} s, {of.depth_permille / 10:g} % deep"
        case EnvelopeKind.RAISED_COSINE:
            said = f"waves of {of.period_ms / 1000:g} s" + (f", {off} s off" if of.off_ms else "")
        case EnvelopeKind.BURST:
            said = f"bursts: {of.on_ms / 1000:g} s on, {off} s off"
        case EnvelopeKind.TRAIN:
            said = f"train: {up} s up, {hold} s held, {down} s down, {off} s off"
        case EnvelopeKind.CONTINUOUS:
            said = "continuous"
    if of.then is not None:
        top, seconds = of.then.top_permille / 10, of.then.lasts_ms / 1000
        said += f", then {of.then.rate_mhz / 1000:g} Hz at {top:g} % for {seconds:g} s"
    return said + (f", {of.delay_ms / 1000:g} s later" if of.delay_ms else "")


def _varying(varying: Varying, scale: int) -> str:
    values = [f"{value / scale:g}" for value in varying.values]
    return values[0] if len(values) == 1 else f"{varying.variation.value} {'-'.join(values)}"


def _duration_ms(program: Program) -> int:
    """With the closing way to zero."""
    return sum(phase.lasts_ms for phase in program.plan.phases) + CLOSING_NS // MS


def _as_json(program: Program) -> dict[str, object]:
    return {
        "name": program.name,
        "own": program.own,
        "usable": True,
        "id": program.id,
        "title": program.plan.title,
        "class": program.plan.program_class,
        "profiles": list(program.plan.profiles),
        "channels": list(program.plan.channels),
        "duration_ms": _duration_ms(program),
        "aim": program.aim,
        "technique": program.technique,
        "evidence": program.evidence,
        "sources": list(program.sources),
        "path": str(program.path),
    }
