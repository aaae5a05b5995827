"""`stimctl programs`: what is in the library, and what one program says."""

import sys

import click

from stimctl.cli.words import clock
from stimctl.clock import MS
from stimctl.model.as_json import json_line, plain
from stimctl.model.plan import Phase, Varying
from stimctl.program.loader import Program, load, names
from stimctl.program.pieces import CLOSING_NS

__all__ = ["programs"]


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_context
def programs(context: click.Context, as_json: bool) -> None:
    """The program library."""
    if context.invoked_subcommand is not None:
        return
    library = [load(name) for name in names()]
    if as_json:
        sys.stdout.write(json_line({"version": 1, "programs": [_as_json(program) for program in library]}) + "\n")
        return
    for program in library:
        minutes = clock(_duration_ms(program))
        sys.stdout.write(f"{program.name:<20}{program.id:<5}{minutes:>6}  {program.aim}\n")


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
    for label, text in (("aim", found.aim), ("technique", found.technique), ("sources", ", ".join(found.sources))):
        if text:
            sys.stdout.write(f"{label}: {text}\n")
    for phase in plan.phases:
        sys.stdout.write(f"  {_phase(phase)}\n")


def _phase(phase: Phase) -> str:
    start, end = phase.intensity_start_permille / 10, phase.intensity_end_permille / 10
    intensity = f"{end:g} %" if start == end else f"{start:g} to {end:g} %"
    rate = _varying(phase.rate_mhz, 1000)
    duration = _varying(phase.phase_duration_us, 1)
    return (
        f"{phase.name} ({phase.depth.value}), {clock(phase.lasts_ms)}: {intensity} of the range, {rate} Hz, "
        f"{duration} µs, {phase.envelope.kind.value}"
    )


def _varying(varying: Varying, scale: int) -> str:
    values = [f"{value / scale:g}" for value in varying.values]
    return values[0] if len(values) == 1 else f"{varying.variation.value} {'-'.join(values)}"


def _duration_ms(program: Program) -> int:
    """With the closing way to zero."""
    return sum(phase.lasts_ms for phase in program.plan.phases) + CLOSING_NS // MS


def _as_json(program: Program) -> dict[str, object]:
    return {
        "name": program.name,
        "id": program.id,
        "title": program.plan.title,
        "class": program.plan.program_class,
        "profiles": list(program.plan.profiles),
        "channels": list(program.plan.channels),
        "duration_ms": _duration_ms(program),
        "aim": program.aim,
        "technique": program.technique,
        "path": str(program.path),
    }
