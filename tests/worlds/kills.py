"""`python tests/worlds/kills.py`: real processes on real ptys, killed, frozen and told to end at any moment.

Each round has a simulated unit, a front end (the command line, or the screen) and its engine. One of them, or front
end and engine together, gets a signal. Judged by the unit's own clock: zero in time; then that the journal can be
read, that nothing is left running or locked, and that the next session finds the unit. Where the simulator is the
victim nobody can see the skin: the session's own words, journal and exit code are judged instead.
"""

import argparse
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))

from processes import PYTHON, Served, served
from tui_terminal import TuiTerminal

__all__ = ["Round", "play"]

_SIGNALS = {"KILL": signal.SIGKILL, "STOP": signal.SIGSTOP, "TERM": signal.SIGTERM}
_VICTIMS = ("engine", "front", "both", "simulator")
# When, since the front end was started: before the unit is known, while the clock settles, while output flows.
_MOMENTS_S = {"stimlink": (0.3, 14.0), "openemsstim": (9.0, 26.0)}
_RANGE = {
    "stimlink": ("--sensory-ma", "6", "--comfort-ma", "18"),
    "openemsstim": (
        *("--sensory-level", "20", "--comfort-level", "60", "--confirm-pads"),
        *("--doctor-approved", "D", "--dials-set"),
    ),
}
# demo's surface phase alone needs one setting of the dials
_PROGRAMS = {"stimlink": "demo", "openemsstim": "surface-stroke"}
_RELEASE_MS = {"stimlink": 500, "openemsstim": 650}
# A front end that hangs: 1 s to a pause, 3 s to a stop.
_FROZEN_FRONT_MS = 3_000
# Between our looking at the clock and the signal's effect, on a machine that stalls.
_ROOM_MS = 60
_SETTLES_S = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What was done, and what came of it. `zero_ms` is None where nothing flowed, or nobody could see."""

    number: int
    what: str
    at_s: float
    zero_ms: float | None
    late_ms: float
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        zero = "nothing flowed" if self.zero_ms is None else f"zero after {self.zero_ms:.0f} ms"
        return f"round {self.number}: {self.what} at {self.at_s:.1f} s, {zero}, {'; '.join(self.wrong) or 'well'}"


def play(number: int, family: str, seed: int) -> Round:
    """One round, everything about it from seed and number."""
    dice = random.Random(f"{family} {seed} {number}")
    with tempfile.TemporaryDirectory(prefix="kill") as directory:
        return _Playing(number, family, dice, Path(directory)).run()


class _Playing:
    def __init__(self, number: int, family: str, dice: random.Random, home: Path) -> None:
        self.number, self.family, self.dice, self.place = number, family, dice, home
        self.home = home / "home"
        self.victim = dice.choice(_VICTIMS)
        self.signal = "KILL" if self.victim == "both" else dice.choice(tuple(_SIGNALS))
        # the screen is driven by keys, which takes the command line's place in one of four
        self.screen = family == "stimlink" and dice.random() < 0.25
        self.at_s = dice.uniform(*_MOMENTS_S[family])
        self.thaw_s = dice.choice((0.3, 1.5, 4.0, None))
        self.wrong: list[str] = []

    def run(self) -> Round:
        with served(self.place, family=self.family, seed=self.number + 1) as unit:
            zero_ms = self._with(unit)
            if self.victim == "simulator":
                with suppress(ProcessLookupError):
                    unit.process.kill()
        late_ms = 0.0 if self.victim == "simulator" else unit.worst_late_ns() / 1e6
        self._judge_zero(zero_ms, late_ms)
        who = f"{'screen' if self.screen else 'command line'}: {self.signal} of {self.victim}"
        return Round(
            number=self.number, what=who, at_s=self.at_s, zero_ms=zero_ms, late_ms=late_ms, wrong=tuple(self.wrong)
        )

    # -- the round

    def _with(self, unit: Served) -> float | None:
        device = f"openemsstim@{unit.port}" if self.family == "openemsstim" else str(unit.port)
        front = self._screen(device) if self.screen else self._command_line(device)
        try:
            self._wait(self.at_s)
            pids = self._victims(unit, front.process.pid)
            flowed = self.victim != "simulator" and unit.flowing()
            struck_ns = time.monotonic_ns()
            for pid in pids:
                os.kill(pid, _SIGNALS[self.signal])
            if self.signal == "STOP":
                self._thaw(pids, front)
            ended = self._until(lambda: front.process.poll() is not None, _SETTLES_S)
            if not ended:
                # a session that went on: a person ends it
                self._end(front)
                ended = self._until(lambda: front.process.poll() is not None, _SETTLES_S)
            if not ended:
                shows = f", and shows {front.seen[-1_500:]!r}" if isinstance(front, TuiTerminal) else ""
                self.wrong.append(f"the front end does not end{shows}")
            zero_ms = None
            if self.victim != "simulator":
                if not self._until(lambda: not unit.flowing(), 5.0):
                    self.wrong.append("output is still on")
                elif flowed:
                    zero_ms = self._zero_ms(unit, struck_ns)
        finally:
            front.close()
        self._judge_words(front)
        self._afterwards(device)
        return zero_ms

    def _judge_words(self, front: "TuiTerminal | _CommandLine") -> None:
        """What the command line said last is what it ended with; a unit that is gone is said to be."""
        killed = self.victim in ("front", "both") and self.signal == "KILL"
        if killed or isinstance(front, TuiTerminal):
            return
        lines = (self.place / "lines.jsonl").read_text(encoding="utf-8").splitlines()
        last = json.loads(lines[-1]) if lines else {}
        code = front.process.returncode
        if last.get("event") != "ended":
            # told to end before there was an engine
            early = not lines and code in (-signal.SIGTERM, -signal.SIGINT, 130, 143)
            self.wrong += [] if early else [f"no last words, exit {code}: {lines[-1:]}"]
        elif last["exit_code"] != code:
            self.wrong.append(f"it said {last['exit_code']} and ended with {code}")
        elif self.victim == "simulator" and self.signal != "STOP" and code != 3:
            self.wrong.append(f"the unit was gone, and exit {code}: {last['reason']}")

    def _victims(self, unit: Served, front: int) -> list[int]:
        engine = self._engine()
        wanted = {
            "engine": [engine],
            "front": [front],
            "both": [engine, front],
            "simulator": [unit.process.pid],
        }[self.victim]
        found = [pid for pid in wanted if pid is not None]
        return found or [front]

    def _thaw(self, pids: list[int], front: "TuiTerminal | _CommandLine") -> None:
        """Frozen for a while, or until everything else has had its time."""
        self._wait(6.0 if self.thaw_s is None else self.thaw_s)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self._wait(1.0)
        self._end(front)

    def _end(self, front: "TuiTerminal | _CommandLine") -> None:
        """As a person ends it; at the screen Ctrl-C is a key, and stops, and does not leave."""
        if front.process.poll() is None:
            front.process.send_signal(signal.SIGTERM if self.screen else signal.SIGINT)

    def _zero_ms(self, unit: Served, struck_ns: int) -> float | None:
        """How long current flowed on after the signal; a session that came back by itself is judged as the last."""
        return max(0.0, (_first_off_ns(unit, struck_ns) - struck_ns) / 1e6)

    def _judge_zero(self, zero_ms: float | None, late_ms: float) -> None:
        if zero_ms is None:
            return
        allowed_ms = _RELEASE_MS[self.family] + late_ms + _ROOM_MS
        if self.signal == "STOP" and self.victim == "front":
            # thawed before, it goes on, until our Ctrl-C
            allowed_ms += _FROZEN_FRONT_MS + 1_300
        if zero_ms > allowed_ms:
            self.wrong.append(f"zero after {zero_ms:.0f} ms, allowed {allowed_ms:.0f}")

    def _afterwards(self, device: str) -> None:
        left = [pid for pid in _pids_of(self.home) if self._until_gone(pid)]
        if left:
            self.wrong.append(f"left running: {left}")
        for path in sorted((self.home / "data" / "sessions").rglob("*.jsonl")):
            self._read_journal(path)
        stopped = self._call("stop")
        if (stopped.returncode, stopped.stdout) != (0, "nothing is running\n"):
            self.wrong.append(f"stimctl stop: {stopped.returncode} {stopped.stdout!r}")
        if self.victim != "simulator":
            found = self._call("devices", "identify", device, "--json")
            if found.returncode:
                self.wrong.append(f"the next session: exit {found.returncode} {found.stderr[-200:]!r}")

    def _read_journal(self, path: Path) -> None:
        *lines, _torn = path.read_text(encoding="utf-8").split("\n")
        try:
            for line in lines:
                json.loads(line)
        except ValueError as why:
            self.wrong.append(f"the journal cannot be read: {why}")

    # -- processes

    def _command_line(self, device: str) -> "_CommandLine":
        words = self.place / "lines.jsonl"
        arguments = ["run", _PROGRAMS[self.family], "--jsonl", "--device", device, *_RANGE[self.family]]
        return _CommandLine(words, arguments, self._environment)

    def _screen(self, device: str) -> TuiTerminal:
        terminal = TuiTerminal(self.home, "demo", "--device", device, "--ascii")
        # `a` when the unit is known, `s` when it is armed; a key that comes too early is told no, and nothing else
        for at_s in (2.5, 5.0, 8.5, 9.5):
            if at_s < self.at_s:
                self._later(at_s, lambda: terminal.type("as"))
        return terminal

    def _later(self, at_s: float, act: Callable[[], None]) -> None:
        self._plan = sorted([*getattr(self, "_plan", []), (at_s, act)], key=lambda one: one[0])

    def _wait(self, seconds: float) -> None:
        began = time.monotonic()
        for at_s, act in getattr(self, "_plan", []):
            if at_s < seconds:
                self._until(lambda at_s=at_s: time.monotonic() - began > at_s, at_s + 1)
                with suppress(OSError):
                    act()
        self._plan: list[tuple[float, Callable[[], None]]] = []
        self._until(lambda: False, seconds - (time.monotonic() - began))

    def _until(self, true: Callable[[], bool], within_s: float) -> bool:
        deadline = time.monotonic() + within_s
        while not true():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            select.select([], [], [], min(0.05, left))
        return True

    def _until_gone(self, pid: int) -> bool:
        """Whether it is still there after some seconds."""
        return not self._until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not _cmdline(pid), 6.0)

    def _engine(self) -> int | None:
        with suppress(OSError, ValueError):
            return int(json.loads((self.home / "run" / "session.lock").read_text())["pid"])
        return None

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "STIMCTL_HOME": str(self.home)}

    def _call(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [PYTHON, "-m", "stimctl", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


class _CommandLine:
    """`stimctl run`, its lines in a file: nobody has to read them for it to go on."""

    def __init__(self, words: Path, arguments: list[str], environment: dict[str, str]) -> None:
        with words.open("wb") as out:
            self.process = subprocess.Popen(
                [PYTHON, "-m", "stimctl", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                env=environment,
            )

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)


def _first_off_ns(unit: Served, struck_ns: int) -> int:
    """When, after this instant, the last channel that was on first went off."""
    off: dict[int, int] = {}
    on: set[int] = set()
    for record in unit.records()[1:]:
        if "channel" not in record:
            continue
        channel, at_ns = record["channel"], unit.start_ns + record["t_us"] * 1_000
        amount = record.get("amplitude_ua", record.get("level_permille"))
        if at_ns <= struck_ns:
            (on.add if amount else on.discard)(channel)
        elif not amount and channel in on:
            off.setdefault(channel, at_ns)
    return max(off.values(), default=struck_ns)


def _cmdline(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    return ""


def _pids_of(home: Path) -> list[int]:
    """Processes that were told to keep their things there."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    return [pid for pid in pids if str(home) in _cmdline(pid)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--family", choices=sorted(_RANGE), default="stimlink")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--number", type=int, help="this round alone")
    asked = parser.parse_args()
    numbers = range(asked.rounds) if asked.number is None else [asked.number]
    found: list[Round] = []
    with ThreadPoolExecutor(asked.at_once) as pool:
        for one in pool.map(lambda number: play(number, asked.family, asked.seed), numbers):
            found.append(one)
            if one.wrong or asked.number is not None:
                sys.stdout.write(f"{one}\n")
                sys.stdout.flush()
            if len(found) % 25 == 0:
                sys.stderr.write(f"{len(found)} of {len(numbers)}\n")
    for what in sorted({one.what for one in found}):
        own = [one for one in found if one.what == what]
        flowed = [one for one in own if one.zero_ms is not None]
        worst = max(flowed, key=lambda one: one.zero_ms or 0, default=None)
        told = "" if worst is None else f", zero after at most {worst.zero_ms:.0f} ms (round {worst.number})"
        sys.stdout.write(f"{what}: {len(own)}, {len(flowed)} while output flowed{told}\n")
    late_ms = max((one.late_ms for one in found), default=0.0)
    wrong = sum(bool(one.wrong) for one in found)
    sys.stdout.write(f"the simulator was at most {late_ms:.1f} ms late itself\n")
    sys.stdout.write(f"{asked.family}, seed {asked.seed}: kills {len(found)}, violations {wrong}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
