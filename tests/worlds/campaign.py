"""`python tests/worlds/campaign.py`: thousands of sessions in which things go wrong, judged by what the skin received.

A violation is shrunk, and printed with the command that shows it again. The last line counts both. Exit code 1 where
there is one.
"""

import argparse
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from judge import judge
from scenario import FAMILIES, Scenario, draw, draw_whole
from telling import Told, tell

from stimctl.clock import MS

__all__ = ["Outcome", "play", "shrunk"]

_CHUNK = 20
_OF_A_SEED = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One session's, small enough to cross from one process to another."""

    family: str
    number: int
    whole: bool
    exit: str
    started: bool
    faults: tuple[str, ...]
    acts: tuple[str, ...]
    wrong: tuple[str, ...]
    apart: tuple[str, ...]
    release_ns: int
    virtual_s: float


@dataclass(slots=True)
class Tally:
    """What a family's sessions came to."""

    sessions: int = 0
    started: int = 0
    virtual_s: float = 0.0
    worst: Outcome | None = None
    exits: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    apart: Counter[str] = field(default_factory=Counter)
    shown: dict[str, str] = field(default_factory=dict)

    def add(self, one: Outcome) -> None:
        self.sessions += 1
        self.started += one.started
        self.virtual_s += one.virtual_s
        self.exits[one.exit] += 1
        self.faults.update(one.faults)
        if self.worst is None or one.release_ns > self.worst.release_ns:
            self.worst = one
        for what in {what.split(":")[0] for what in one.apart}:
            self.apart[what] += 1
            self.shown.setdefault(what, f"{one.number}: {next(a for a in one.apart if a.startswith(what))}")


def play(family: str, number: int, *, whole: bool = False, without: frozenset[str] = frozenset()) -> Outcome:
    """One session, judged; whatever is raised in it is a violation."""
    scenario = _scenario(family, number, whole=whole).without(without)
    told: Told | None = None
    try:
        told = tell(scenario)
        verdict = judge(told)
        wrong, apart, release_ns = tuple(verdict.wrong), tuple(verdict.apart), verdict.release_ns
    except Exception as raised:  # noqa: BLE001  # the campaign goes on, and says so
        wrong, apart, release_ns = (f"raised {raised!r}",), (), 0
    ended = told.ended if told else None
    return Outcome(
        family=family,
        number=number,
        whole=whole,
        exit="the host died" if ended is None else str(ended.exit_code),
        started=told is not None and told.started,
        faults=tuple(type(fault).__name__ for fault in scenario.faults),
        acts=tuple(act.what for act in scenario.acts),
        wrong=wrong,
        apart=apart,
        release_ns=release_ns,
        virtual_s=told.until_ns / 1e9 if told else 0.0,
    )


def shrunk(family: str, number: int, *, whole: bool = False) -> frozenset[str]:
    """The parts of a scenario that can be taken out, and it still goes wrong."""
    out: frozenset[str] = frozenset()
    for part in _scenario(family, number, whole=whole).parts:
        if play(family, number, whole=whole, without=out | {part}).wrong:
            out |= {part}
    return out


def _scenario(family: str, number: int, *, whole: bool) -> Scenario:
    return (draw_whole if whole else draw)(family, number)


def _chunk(of: list[tuple[str, int, bool]]) -> list[Outcome]:
    gc.disable()
    found = [play(family, number, whole=whole) for family, number, whole in of]
    gc.collect()
    return found


def _command(one: Outcome, without: frozenset[str]) -> str:
    whole = " --whole" if one.whole else ""
    less = f' --without "{",".join(sorted(without))}"' if without else ""
    return f"python tests/worlds/campaign.py --family {one.family} --number {one.number}{whole}{less}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _report(tallies: dict[str, Tally]) -> None:
    for family, tally in tallies.items():
        _say(f"{family}: {tally.sessions} sessions of {tally.virtual_s / 3_600:.1f} h, {tally.started} had current")
        _say("  exits: " + ", ".join(f"{code} x{count}" for code, count in sorted(tally.exits.items())))
        _say("  faults: " + ", ".join(f"{kind} x{count}" for kind, count in sorted(tally.faults.items())))
        if tally.worst is not None:
            _say(f"  longest output after a last byte: {tally.worst.release_ns / MS:.1f} ms ({tally.worst.number})")
        for what, count in sorted(tally.apart.items()):
            _say(f"  apart, {count} sessions: {what}, as in {tally.shown[what]}")


def _campaign(sessions: int, seed: int, whole: int) -> int:
    began_s = time.monotonic()
    jobs = [(FAMILIES[n % len(FAMILIES)], seed * _OF_A_SEED + n, False) for n in range(sessions)]
    jobs += [(FAMILIES[n % len(FAMILIES)], seed * _OF_A_SEED + n, True) for n in range(whole)]
    tallies = {family: Tally() for family in FAMILIES}
    violations = done = 0
    for one in _all(jobs):
        done += 1
        tallies[one.family].add(one)
        if one.wrong:
            violations += 1
            _say(f"VIOLATION {one.family} {one.number}: {one.wrong[0]}")
            _say(f"  {_command(one, shrunk(one.family, one.number, whole=one.whole))}")
        if done % 500 == 0:
            sys.stderr.write(f"{done} of {len(jobs)}, {time.monotonic() - began_s:.0f} s\n")
    _report(tallies)
    _say(f"seed {seed}, {time.monotonic() - began_s:.0f} s on {os.cpu_count()} processors, {whole} of whole programs")
    _say(f"sessions {done}, violations {violations}")
    return 1 if violations else 0


def _all(jobs: list[tuple[str, int, bool]]) -> Iterator[Outcome]:
    # whole programs take a hundred times as long: few to a chunk
    short = [job for job in jobs if not job[2]]
    chunks = [short[at : at + _CHUNK] for at in range(0, len(short), _CHUNK)] + [[job] for job in jobs if job[2]]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for found in pool.map(_chunk, chunks):
            yield from found


def _one(family: str, number: int, *, whole: bool, without: frozenset[str]) -> int:
    """Show a session again."""
    scenario = _scenario(family, number, whole=whole).without(without)
    for what in (*scenario.faults, *scenario.acts):
        _say(str(what))
    told = tell(scenario)
    for at_ns, telling in told.heard:
        if type(telling).__name__ not in ("Sample", "Session", "Unit"):
            _say(f"{at_ns / 1e9:9.3f} s  {telling}")
    verdict = judge(told)
    for what in verdict.apart:
        _say(f"apart: {what}")
    for what in verdict.wrong:
        _say(f"VIOLATION {what}")
    return 1 if verdict.wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--whole-programs", type=int, default=100, help="sessions of the library's programs, besides")
    parser.add_argument("--family", choices=FAMILIES)
    parser.add_argument("--number", type=int, help="show this one again")
    parser.add_argument("--whole", action="store_true", help="it is one of the library's programs")
    parser.add_argument("--without", default="", help="less of it: fault 0,act 2,phase 1,channel 2")
    asked = parser.parse_args()
    if asked.number is None:
        return _campaign(asked.sessions, asked.seed, asked.whole_programs)
    without = frozenset(filter(None, asked.without.split(",")))
    return _one(asked.family or FAMILIES[0], asked.number, whole=asked.whole, without=without)


if __name__ == "__main__":
    sys.exit(main())
