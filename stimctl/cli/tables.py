"""Tables in text: what a plan puts out, and what a simulated session came to. stdout is data; these are for people."""

from collections.abc import Sequence

from stimctl import units
from stimctl.cli.words import clock
from stimctl.clock import MS, SECOND
from stimctl.engine.preparing import Ready
from stimctl.engine.trial import PhaseFelt
from stimctl.program.approach import Approach
from stimctl.program.compiled import PhaseMark
from stimctl.program.output import PhaseOutput

__all__ = ["approach_lines", "felt_lines", "output_lines", "phase_lines"]


def phase_lines(ready: Ready) -> list[str]:
    """Where the phases lie, what they aim at and when they are there."""
    lines = [f"{'phase':<18}{'depth':<12}{'from':>7}{'to':>7}{'target':>11}  reached"]
    for mark in ready.compiled.marks:
        reached = "never" if mark.reached_ns is None else f"after {(mark.reached_ns - mark.start_ns) / SECOND:.0f} s"
        span = f"{clock(mark.start_ns // MS):>7}{clock(mark.end_ns // MS):>7}"
        target_ua = max(target.amplitude_ua for target in mark.targets)
        target = f"{units.milliamperes(target_ua):.2f} mA"
        lines.append(f"{mark.name:<18}{mark.depth.value:<12}{span}{target:>11}  {reached}")
    return lines


def output_lines(rows: Sequence[PhaseOutput], marks: Sequence[PhaseMark]) -> list[str]:
    """The output table; channels that get the same share a line. Net charge is zero in every pulse."""
    head = (
        f"{'output':<18}{'channel':>8}{'peak':>8}{'phase':>7}{'rate':>7}{'charge':>8}{'net':>5}{'r.m.s.':>8}"
        f"{'density':>9}{'half pad':>10}{'power':>8}{'duty':>6}"
    )
    unit = (
        f"{'':<18}{'':>8}{'mA':>8}{'µs':>7}{'Hz':>7}{'µC':>8}{'µC':>5}{'mA':>8}{'mA/cm²':>9}{'mA/cm²':>10}"
        f"{'mW/cm²':>8}{'%':>6}"
    )
    lines = [head, unit]
    for mark in marks:
        of_phase = [row for row in rows if row.phase == mark.index]
        told: dict[str, list[int]] = {}
        for row in of_phase:
            told.setdefault(_figures(row), []).append(row.channel)
        for figures, channels in told.items():
            lines.append(f"{mark.name:<18}{','.join(map(str, channels)):>8}{figures}")
    return lines


def felt_lines(rows: Sequence[PhaseFelt]) -> list[str]:
    """What the skin got and what the body's model made of it, a line a phase and channel."""
    lines = [
        f"{'felt (a model)':<18}{'channel':>8}{'peak':>8}{'pulses':>8}{'felt':>7}{'feel':>11}{'too much':>10}"
        f"{'contraction':>13}{'strength':>10}{'load':>11}",
        f"{'':<18}{'':>8}{'mA':>8}{'':>8}{'s':>7}{'mean most':>11}{'s':>10}{'most':>13}{'left':>10}{'Ω':>11}",
    ]
    for row in rows:
        load = "-" if row.load_least_ohm is None else f"{row.load_least_ohm}-{row.load_most_ohm}"
        feel = f"{row.feel_mean:.2f} {row.feel_peak:.2f}"
        lines.append(
            f"{row.name:<18}{row.channel:>8}{units.milliamperes(row.peak_ua):>8.2f}{row.pulses:>8}{row.felt_s:>7.0f}"
            f"{feel:>11}{row.over_comfort_s:>10.1f}{row.contraction_peak:>13.2f}{row.strength_left:>10.2f}{load:>11}"
        )
    return lines


def approach_lines(approaches: Sequence[Approach]) -> list[str]:
    """How much of each limit was ever used."""
    return [
        f"  {one.limit:<24}{one.permille / 10:>6.1f} %  on channel {one.channel} at {one.at_us / 1e6:.1f} s"
        for one in approaches
    ]


def _figures(row: PhaseOutput) -> str:
    return (
        f"{units.milliamperes(row.peak_ua):>8.2f}{row.longest_us:>7}{1e6 / row.shortest_period_us:>7.4g}"
        f"{row.charge_nc / 1000:>8.2f}{0:>5}{units.milliamperes(row.rms_ua):>8.2f}{row.density_ua_cm2 / 1000:>9.3f}"
        f"{row.density_half_ua_cm2 / 1000:>10.3f}{row.power_uw_cm2 / 1000:>8.2f}{row.duty_permille / 10:>6.0f}"
    )
