"""`stimctl demo`: forty seconds on a simulated unit, what its skin felt held against the plan, and a made-up course."""

import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from stimctl.care.made_up import made_up
from stimctl.care.people import People
from stimctl.cli.check import ready_for
from stimctl.cli.compare import comparison_of, report
from stimctl.cli.course import course_lines
from stimctl.cli.dates import now
from stimctl.cli.person import PersonFlags
from stimctl.cli.run import Confirmed, Runner
from stimctl.cli.talk import talk
from stimctl.cli.words import NOT_A_MEDICAL_DEVICE
from stimctl.model.scale import Scale
from stimctl.program.loader import load
from stimctl.program.timeline_file import timeline_lines

__all__ = ["demo"]

_SIMULATED_PERSON = PersonFlags(
    sensory_ma=None,
    comfort_ma=None,
    at_us=200,
    at_hz=80.0,
    pad_cm2=25.0,
    channels=None,
    profile="consumer",
    pain_at_rest=None,
)


@click.command()
@click.option("--seed", type=int, default=1, show_default=True, help="Which simulated unit.")
@click.option("--headless", is_flag=True, help="Without the screen, also at a terminal.")
def demo(seed: int, headless: bool) -> None:
    """The 40 s program on a simulated unit; no hardware, no current. At a terminal it opens the screen.

    F6 has a made-up course of somebody made up; what is done with it there is gone afterwards.
    """
    if not headless and sys.stdin.isatty() and sys.stdout.isatty():
        with TemporaryDirectory(prefix="stimctl-demo-") as directory:
            people = People(Path(directory))
            made_up(people, now())
            open_tui = import_module("stimctl.tui.command").open_tui
            sys.exit(open_tui("demo", f"sim://stimlink?seed={seed}", people=people))
    talk(f"{NOT_A_MEDICAL_DEVICE}\nA simulated unit and a simulated person: no current flows anywhere.\n")
    plan = load("demo").plan
    of = _SIMULATED_PERSON.range_for(plan.channels, Scale.CURRENT, simulated=True)
    ready = ready_for(plan, of, _SIMULATED_PERSON)
    with TemporaryDirectory(prefix="stimctl-demo-") as directory:
        timeline, skin = Path(directory, "timeline.jsonl"), Path(directory, "skin.jsonl")
        lines = timeline_lines(plan, ready.compiled, ready.terms.thresholds, ready.terms.limits)
        timeline.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        runner = Runner(plan, _SIMULATED_PERSON, Confirmed(pads=False, doctor=None, dials=False), lines="none")
        code = runner.run(f"sim://stimlink?seed={seed}&delivered={skin}")
        if code:
            sys.exit(code)
        comparison = comparison_of(timeline, skin)
        sys.stdout.write(f"what the simulated skin felt, against the plan:\n{report(comparison)}")
        people = People(Path(directory, "people"))
        one = made_up(people, now())
        sys.stdout.write(f"\na course of sessions, made up, of nobody:\n{''.join(course_lines(one, now()))}")
        talk("your own begins with: stimctl person new NAME\n")
        sys.exit(0 if comparison.within else 1)
