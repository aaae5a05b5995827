"""`stimctl compare`: what the skin felt against the plan, by the rules of program/compare."""

import sys
from pathlib import Path

import click

from stimctl.cli.talk import talk
from stimctl.errors import ConfigError, ExitCode
from stimctl.model.as_json import json_line
from stimctl.program.compare import Comparison, Stray
from stimctl.program.compare import compare as compared
from stimctl.program.delivered_file import parse_delivered
from stimctl.program.timeline_file import parse_timeline

__all__ = ["compare", "comparison_of", "report"]

# A train has hundreds of stretches; what is wrong with all of them is seen in the first.
_STRETCHES_TOLD = 5


@click.command()
@click.argument("timeline", type=click.Path(path_type=Path))
@click.argument("delivered", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The result as JSON on stdout.")
def compare(timeline: Path, delivered: Path, as_json: bool) -> None:
    """Hold DELIVERED (what a simulator wrote) against TIMELINE (from `stimctl check --timeline`).

    Exit code 0: within what is allowed. 1: outside. 2: a file that cannot be used.
    """
    comparison = comparison_of(timeline, delivered)
    sys.stdout.write(json_line(_as_json(comparison)) + "\n" if as_json else report(comparison))
    sys.exit(int(ExitCode.DONE if comparison.within else ExitCode.FAULT))


def comparison_of(timeline: Path, delivered: Path) -> Comparison:
    """Read both and compare; ConfigError for a file that cannot be used."""
    plan = parse_timeline(_read(timeline).decode("utf-8", "replace").splitlines(), str(timeline))
    record = parse_delivered(_read(delivered), str(delivered))
    if record.torn:
        talk(f"{delivered}: the last line is cut off; its writer was killed\n")
    return compared(plan, record)


def report(comparison: Comparison) -> str:
    """The comparison in words, whole lines."""
    lines = [
        f"{comparison.judged} records; the plan begins {comparison.shift_us / 1e6:.4f} s into the delivery",
        f"largest deviation: {_stray(comparison.deviation)}",
        f"most above plan:   {_stray(comparison.above_plan)}",
    ]
    for channel in sorted({one.channel for one in comparison.pulses}):
        own = [one for one in comparison.pulses if one.channel == channel]
        planned, delivered = sum(one.planned for one in own), sum(one.delivered for one in own)
        most = max(abs(one.planned - one.delivered) for one in own)
        stretches = "one stretch" if len(own) == 1 else f"{len(own)} stretches, at most {most} off in one"
        lines.append(f"pulses on channel {channel}: {delivered} of {planned} planned, in {stretches}")
    strayed = comparison.pulses_outside
    for one in strayed[:_STRETCHES_TOLD]:
        span = f"{one.start_us / 1e6:.1f} to {one.end_us / 1e6:.1f} s"
        lines.append(f"channel {one.channel}, {span}: {one.delivered} of {one.planned} pulses  OUTSIDE")
    if len(strayed) > _STRETCHES_TOLD:
        lines.append(f"and {len(strayed) - _STRETCHES_TOLD} stretches more  OUTSIDE")
    counts = f"{len(comparison.outside)} records, {len(strayed)} stretches of pulses"
    lines.append("within the plan" if comparison.within else f"OUTSIDE the plan: {counts}")
    return "".join(f"{line}\n" for line in lines)


def _stray(stray: Stray | None) -> str:
    if stray is None:
        return "no record was judged"
    where = f"at {stray.at_us / 1e6:.3f} s on channel {stray.channel}"
    verdict = "" if stray.within else "  OUTSIDE"
    return f"{stray.by_ua} µA {where} ({stray.amplitude_ua / 1000:.2f} mA, allowed {stray.allowed_ua} µA){verdict}"


def _as_json(comparison: Comparison) -> dict[str, object]:
    return {
        "version": 1,
        "within": comparison.within,
        "shift_us": comparison.shift_us,
        "judged": comparison.judged,
        "deviation": _stray_json(comparison.deviation),
        "above_plan": _stray_json(comparison.above_plan),
        "pulses": [
            {
                "channel": pulses.channel,
                "start_us": pulses.start_us,
                "end_us": pulses.end_us,
                "planned": pulses.planned,
                "delivered": pulses.delivered,
            }
            for pulses in comparison.pulses
        ],
        "outside": len(comparison.outside),
    }


def _stray_json(stray: Stray | None) -> dict[str, int] | None:
    if stray is None:
        return None
    return {
        "at_us": stray.at_us,
        "channel": stray.channel,
        "amplitude_ua": stray.amplitude_ua,
        "by_ua": stray.by_ua,
        "allowed_ua": stray.allowed_ua,
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as why:
        raise ConfigError(f"{path}: {why.strerror}") from None
