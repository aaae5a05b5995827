"""How much faster than life a session runs through every layer: core, audit, codec, cable, unit, skin, journal."""

import gc
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from world import World

from stimctl.clock import SECOND
from stimctl.program.loader import load

ROUNDS = 3


def ratio(channels: tuple[int, ...]) -> float:
    """Virtual seconds a second of processor time, for all of surface-to-deep."""
    plan = replace(load("surface-to-deep").plan, channels=channels)
    world = World(plan, channels=len(channels)).started()
    began_s, from_ns = time.process_time(), world.now_ns
    world.run_until(1_600 * SECOND)
    assert world.ended["exit_code"] == 0
    return (world.ended["t_ms"] / 1000 - from_ns / SECOND) / (time.process_time() - began_s)


def main() -> None:
    gc.disable()  # as the engine does
    for channels in ((1,), (1, 2)):
        ratios = sorted(ratio(channels) for _ in range(ROUNDS))
        print(
            f"surface-to-deep on {len(channels)} channel(s): {median(ratios):.0f}x real time "
            f"({ratios[0]:.0f} to {ratios[-1]:.0f})"
        )
