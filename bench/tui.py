"""The whole screen at 120x40 with a session on a real line: its processor time against an app with only a clock, and
the engine's lateness with the screen against without it, in one run.

Lateness is taken from the journal: a continuous plan is sent in pieces of exactly 200 ms, so how far a sending lies
behind that grid is how late the engine's turn was.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from processes import front, served
from tui_terminal import started, tui

from bench.plot import on_a_terminal
from stimctl.clock import MS

PROGRAM = "surface-to-deep"
LASTS_S = 20.0
_PIECE_NS = 200 * MS
# A frame that carries a segment is longer than any other, in hexadecimal digits.
_SEGMENT_DIGITS = 40


def cpu_s(pid: int) -> float:
    """Processor time that a process has taken, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lateness_ms(home: Path) -> list[float]:
    """How late each sending was, sorted; the earliest by the grid is 0."""
    (journal,) = (home / "data" / "sessions").rglob("*.jsonl")
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").split("\n")[:-1]]
    sent_ns = [line["at"] for line in lines if len(line.get("sent", "")) > _SEGMENT_DIGITS]
    # the first are sent at once, to fill the unit's queue
    sent_ns = sent_ns[10:]
    offsets = [at % _PIECE_NS for at in sent_ns]
    origin = min(offsets, key=lambda candidate: sum((offset - candidate) % _PIECE_NS for offset in offsets))
    return sorted(((offset - origin) % _PIECE_NS) / MS for offset in offsets)


def without_screen(directory: Path) -> list[float]:
    with served(directory) as unit, front(
        directory / "home", "--device", str(unit.port), "--sensory-ma", "6", "--comfort-ma", "18", program=PROGRAM
    ) as run:  # fmt: skip
        run.until("started")
        time.sleep(LASTS_S)
        run.process.terminate()
        run.wait()
    return lateness_ms(directory / "home")


def with_screen(directory: Path) -> tuple[list[float], float]:
    with served(directory) as unit, tui(
        directory / "home", PROGRAM, "--device", str(unit.port), size=(120, 40)
    ) as terminal:  # fmt: skip
        started(terminal)
        time.sleep(1)
        began_cpu_s, began_s = cpu_s(terminal.process.pid), time.monotonic()
        time.sleep(LASTS_S)
        took = (cpu_s(terminal.process.pid) - began_cpu_s) / (time.monotonic() - began_s)
        terminal.process.terminate()
        terminal.process.wait(20)
    return lateness_ms(directory / "home"), took


def at_99(values: list[float]) -> float:
    return values[min(len(values) - 1, len(values) * 99 // 100)]


def main() -> None:
    empty, _ = on_a_terminal("clock")
    with tempfile.TemporaryDirectory() as directory:
        alone = without_screen(Path(directory))
    with tempfile.TemporaryDirectory() as directory:
        beside, took = with_screen(Path(directory))
    print(f"processor: an app with a clock {empty:.1%}, the screen {took:.1%}: {took / empty:.1f}x (target 4x)")
    print(
        f"engine's lateness, p99 of {len(alone)} and {len(beside)} sendings: {at_99(alone):.2f} ms without the screen, "
        f"{at_99(beside):.2f} ms with it: {at_99(beside) / max(0.01, at_99(alone)):.2f}x (target 1.5x); "
        f"max {alone[-1]:.2f} and {beside[-1]:.2f} ms"
    )


if __name__ == "__main__":
    main()
