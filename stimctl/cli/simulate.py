"""`stimctl simulate`: a whole session in virtual time on a simulated unit and body, and what it came to."""

import sys
from pathlib import Path

import click

from stimctl.cli.check import prepare_for, say_what_is_taken, write_lines
from stimctl.cli.compare import report
from stimctl.cli.person import PersonFlags, person_flags
from stimctl.cli.tables import approach_lines, felt_lines
from stimctl.cli.talk import talk
from stimctl.cli.words import MODEL, clock
from stimctl.clock import MS
from stimctl.drivers.nominal import NOMINAL
from stimctl.engine.messages import Fault, Refused
from stimctl.engine.trial import Trial, try_out
from stimctl.errors import ExitCode
from stimctl.links.sim import BODIES
from stimctl.links.url import FAMILIES
from stimctl.model.as_json import json_line, plain
from stimctl.model.scale import Scale
from stimctl.program.loader import load

__all__ = ["exit_code_of", "simulate"]


# A body of a model feels milliamperes; of levels it knows nothing.
_SIMULATED = [name for name in FAMILIES if NOMINAL[name].scale is Scale.CURRENT]


@click.command()
@click.argument("program")
@person_flags
@click.option("--family", type=click.Choice(_SIMULATED), default=_SIMULATED[0], show_default=True, help="Which unit.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="The same seed, the same session.")
@click.option(
    "--body",
    type=click.Choice(list(BODIES)),
    default="ordinary",
    show_default=True,
    help="Whose skin and muscle, by the model.",
)
@click.option("--faults", type=click.Path(dir_okay=False), help="What is to go wrong, a TOML file.")
@click.option(
    "--delivered", type=click.Path(dir_okay=False, path_type=Path), help="Write what the skin got, as JSON lines."
)
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout.")
def simulate(
    program: str,
    family: str,
    seed: int,
    body: str,
    faults: str | None,
    delivered: Path | None,
    as_json: bool,
    **person: str | float | None,
) -> None:
    """Run PROGRAM to its end in virtual time: what was delivered, felt, refused. No unit, no waiting.

    The session is the real thing, from file to line; the unit is simulated; skin, feeling and muscle are a model. Exit
    codes are those of `run`; 1 as well where what was delivered is outside the plan.
    """
    flags = PersonFlags(**person)  # type: ignore[arg-type]  # click has checked them
    plan = flags.plan_for(load(program).plan)
    of = flags.range_for(plan.channels, NOMINAL[family].scale, simulated=True)
    say_what_is_taken(flags, plan)
    trial = try_out(prepare_for(plan, of, flags), family=family, seed=seed, body=body, faults=faults)
    if delivered is not None:
        write_lines(delivered, trial.delivered)
    if as_json:
        sys.stdout.write(json_line(_as_json(plan.title, seed, body, trial)) + "\n")
    else:
        _tell(plan.title, seed, body, trial)
    sys.exit(exit_code_of(trial))


def exit_code_of(trial: Trial) -> int:
    """The session's, or 1 where it was done and strayed from its plan.

    After a gap output is below the plan and climbs back, which is no fault of the session's; more pulses are.
    """
    code = trial.simulated.ended.exit_code
    if code or trial.comparison is None or trial.comparison.within:
        return code
    more = any(stretch.delivered > stretch.planned for stretch in trial.comparison.pulses_outside)
    return code if trial.gaps and not more else int(ExitCode.FAULT)


def _as_json(title: str, seed: int, body: str, trial: Trial) -> dict[str, object]:
    comparison = trial.comparison
    return {
        "version": 1,
        "program": title,
        "seed": seed,
        "body": body,
        "model": "skin, feeling and muscle are a model and predict nobody",
        **{key: value for key, value in plain(trial.simulated.ended).items() if key != "journal"},
        "within_plan": comparison is not None and comparison.within,
        "deviation_ua": comparison.deviation.by_ua if comparison and comparison.deviation else None,
        "above_plan_ua": comparison.above_plan.by_ua if comparison and comparison.above_plan else None,
        "phases": [plain(phase) for phase in trial.phases],
        "approaches": [plain(one) for one in trial.approaches],
        "gaps": [plain(gap) for gap in trial.gaps],
        "warnings": sorted({one.warning for one in trial.warnings if one.warning}),
        "refused": _sentences(trial, Refused),
        "faults": _sentences(trial, Fault),
    }


def _sentences(trial: Trial, kind: type[Refused] | type[Fault]) -> list[str]:
    return [telling.why for telling in trial.simulated.tellings if isinstance(telling, kind)]


def _tell(title: str, seed: int, body: str, trial: Trial) -> None:
    talk(f"{MODEL}\n")
    ended = trial.simulated.ended
    lines = [f"{title}, body {body}, seed {seed}: {ended.reason}", _how_far(trial)]
    if trial.phases:
        lines += ["", *felt_lines(trial.phases)]
    if trial.approaches:
        lines += ["", "closest approach to each limit", *approach_lines(trial.approaches)]
    told = [*_sentences(trial, Fault), *(f"gap on channel {gap.channel}: {gap.why}" for gap in trial.gaps)]
    told += sorted({one.warning for one in trial.warnings if one.warning})
    told += [f"refused: {why}" for why in _sentences(trial, Refused)]
    lines += ["", *(told or ["no fault, no gap, no warning, nothing refused"])]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    if trial.comparison is not None:
        sys.stdout.write("\n" + report(trial.comparison))
        if trial.gaps and not trial.comparison.within:
            sys.stdout.write("after a gap output climbs back from zero; the shift in time is found by the gap\n")


def _how_far(trial: Trial) -> str:
    simulated = trial.simulated
    if simulated.plan_ns is None:
        return "it never began; nothing was delivered"
    zero = "zero confirmed by the unit" if simulated.ended.zero_confirmed else "zero was NOT confirmed by the unit"
    return f"ended after {clock((simulated.over_ns - simulated.plan_ns) // MS)}, {zero}"
