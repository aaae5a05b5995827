"""Tables in text: what a plan puts out, and what a simulated session came to. stdout is data; these are for people.

Rule 1: with names of phases as the library has them, and channels 1 and 2, no line is longer than 80 columns.
"""

from collections.abc import Sequence

from stimctl import units
from stimctl.cli.words import clock
from stimctl.clock import MS, SECOND
from stimctl.engine.preparing import Ready
from stimctl.engine.trial import PhaseFelt
from stimctl.program.approach import Approach
from stimctl.program.compiled import PhaseMark
from stimctl.program.output import PhaseOutput

__all__ = ["aligned", "approach_lines", "felt_lines", "output_lines", "phase_lines"]

# A name may have 200 letters; a line of a table may not.
_LONGEST_NAME = 18


def phase_lines(ready: Ready) -> list[str]:
    """Where the phases lie, what they aim at and when they are there."""
    lines = [f"{'phase':<{_LONGEST_NAME}} {'depth':<11}{'from':>7}{'to':>7}{'target':>11}  reached"]
    for mark in ready.compiled.marks:
        reached = "never" if mark.reached_ns is None else f"after {(mark.reached_ns - mark.start_ns) / SECOND:.0f} s"
        span = f"{clock(mark.start_ns // MS):>7}{clock(mark.end_ns // MS):>7}"
        target_ua = max(target.amplitude_ua for target in mark.targets)
        target = ready.terms.scale.said(target_ua)
        lines.append(f"{_short(mark.name):<{_LONGEST_NAME}} {mark.depth.value:<11}{span}{target:>11}  {reached}")
    return lines


def output_lines(rows: Sequence[PhaseOutput], marks: Sequence[PhaseMark]) -> list[str]:
    """The output table; channels that get the same share a line."""
    table = [
        (
            "output",
            "ch",
            f"{'peak':>7}{'phase':>6}{'rate':>6}{'charge':>7}{'r.m.s.':>7}{'density':>8}{'½ pad':>7}{'power':>7}"
            f"{'duty':>5}",
        ),
        ("", "", f"{'mA':>7}{'µs':>6}{'Hz':>6}{'µC':>7}{'mA':>7}{'mA/cm²':>8}{'mA/cm²':>7}{'mW/cm²':>7}{'%':>5}"),
    ]
    for mark in marks:
        told: dict[str, list[int]] = {}
        for row in rows:
            if row.phase == mark.index:
                told.setdefault(_figures(row), []).append(row.channel)
        table += [(mark.name, ",".join(map(str, channels)), figures) for figures, channels in told.items()]
    return [*aligned(table), "net charge: 0 in every pulse; they are symmetrical and biphasic"]


def felt_lines(rows: Sequence[PhaseFelt]) -> list[str]:
    """What the skin got and what the body's model made of it, a line a phase and channel."""
    table = [
        (
            "felt",
            "ch",
            f"{'peak':>6}{'pulses':>7}{'felt':>6}{'feel':>10}{'over':>6}{'contraction':>12}{'strength':>9}{'load':>10}",
        ),
        ("", "", f"{'mA':>6}{'':>7}{'s':>6}{'mean most':>10}{'s':>6}{'most':>12}{'left':>9}{'Ω':>10}"),
    ]
    for row in rows:
        load = "-" if row.load_least_ohm is None else f"{row.load_least_ohm}-{row.load_most_ohm}"
        feel = f"{row.feel_mean:.2f} {row.feel_peak:.2f}"
        figures = (
            f"{units.milliamperes(row.peak_ua):>6.2f}{row.pulses:>7}{row.felt_s:>6.0f}{feel:>10}"
            f"{row.over_comfort_s:>6.1f}{row.contraction_peak:>12.2f}{row.strength_left:>9.2f}{load:>10}"
        )
        table.append((row.name, str(row.channel), figures))
    return ["by the model, 1 is the comfortable maximum; over: the time above it", *aligned(table)]


def approach_lines(approaches: Sequence[Approach]) -> list[str]:
    """How much of each limit was ever used."""
    return [
        f"  {one.limit:<24}{one.permille / 10:>6.1f} %  on channel {one.channel} at {one.at_us / 1e6:.1f} s"
        for one in approaches
    ]


def _figures(row: PhaseOutput) -> str:
    return (
        f"{units.milliamperes(row.peak_ua):>7.2f}{row.longest_us:>6}{1e6 / row.shortest_period_us:>6.4g}"
        f"{row.charge_nc / 1000:>7.2f}{units.milliamperes(row.rms_ua):>7.2f}{row.density_ua_cm2 / 1000:>8.3f}"
        f"{row.density_half_ua_cm2 / 1000:>7.3f}{row.power_uw_cm2 / 1000:>7.2f}{row.duty_permille / 10:>5.0f}"
    )


def aligned(table: Sequence[tuple[str, str, str]]) -> list[str]:
    """Name, channels and figures; the first two as wide as they have to be."""
    names = [_short(name) for name, _, _ in table]
    wide, wide_channels = max(map(len, names)), max(len(channels) for _, channels, _ in table)
    return [
        f"{name:<{wide}} {channels:>{wide_channels}}{figures}"
        for name, (_, channels, figures) in zip(names, table, strict=True)
    ]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
