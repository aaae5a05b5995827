"""SIGKILL of engine and front end together, at random moments: how long current outlives them, by the unit's clock."""

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from processes import front, served, wait_until

KILLS, SEED = 20, 1


def one(dice: random.Random) -> tuple[float, float]:
    """Milliseconds from the kill to zero, and the simulator's own worst lateness."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        with served(home) as unit:
            with front(home / "home", "--device", str(unit.port), "--sensory-ma", "6", "--comfort-ma", "18") as run:
                run.until("started")
                wait_until(unit.flowing)
                time.sleep(dice.uniform(0, 6))
                engine = run.engine_pid()
                killed_ns = time.monotonic_ns()
                os.kill(engine, signal.SIGKILL)
                run.process.kill()
                wait_until(lambda: not unit.flowing())
                after_ms = (unit.off_ns() - killed_ns) / 1e6
        return after_ms, unit.worst_late_ns() / 1e6


def main() -> None:
    dice = random.Random(SEED)
    found = [one(dice) for _ in range(KILLS)]
    after = sorted(after_ms for after_ms, _ in found)
    late = max(late_ms for _, late_ms in found)
    print(
        f"{KILLS} kills of engine and front end: zero after p50 {median(after):.0f} ms, max {after[-1]:.0f} ms "
        f"(at most 500; the simulator was at most {late:.1f} ms late)"
    )
