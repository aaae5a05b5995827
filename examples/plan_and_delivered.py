"""What was planned and what flowed, one above the other: compile a program, run it, read what the skin received.

    python examples/plan_and_delivered.py

It runs on a simulated unit, which writes down what the skin receives; with --device, --delivered is that unit's file.
"""
# ruff: noqa: T201  # a script talks

import argparse
import sys
from bisect import bisect_right
from pathlib import Path
from tempfile import TemporaryDirectory

from stimctl.api import Person, Session, StimctlError, check, compare, load_delivered, load_program

CHANNEL, COLUMNS, BLOCKS = 1, 72, " ▁▂▃▄▅▆▇█"


def row(values: list[float], top: float) -> str:
    """Values as blocks, the highest for `top`."""
    return "".join(BLOCKS[max(0, min(8, round(8 * value / top)))] for value in values)


def main(directory: Path) -> None:
    flags = argparse.ArgumentParser(description="Plot the plan against what was delivered.")
    flags.add_argument("--device", default=f"sim://stimlink?delivered={directory / 'skin.jsonl'}")
    flags.add_argument("--delivered", type=Path, default=directory / "skin.jsonl")
    asked = flags.parse_args()

    program, person = load_program("demo"), Person(sensory_ma=6, comfort_ma=18)
    timeline = check(program, person)
    with Session(program, device=asked.device, person=person) as session:
        for _ in session:
            pass
    session.raise_for_result()
    delivered = load_delivered(asked.delivered)
    found = compare(timeline, delivered)

    instants = [timeline.duration_us * column // COLUMNS for column in range(COLUMNS)]
    plan = [one for one in timeline.records if one.channel == CHANNEL]
    skin = [one for one in delivered.records if one.channel == CHANNEL]
    starts, times = [one.start_us for one in plan], [one.t_us - found.shift_us for one in skin]
    planned = [float(plan[max(0, bisect_right(starts, at) - 1)].amplitude_start_ua) for at in instants]
    flowed = [float(skin[max(0, bisect_right(times, at) - 1)].amplitude_ua) for at in instants]
    top = max(planned)
    print(f"planned    {row(planned, top)}")
    print(f"delivered  {row(flowed, top)}")
    print(f"           0 to {top / 1000:.2f} mA on channel {CHANNEL}")
    if found.deviation is not None:
        at_s = (found.deviation.at_us - found.shift_us) / 1e6
        print(f"largest deviation: {found.deviation.by_ua} µA, {at_s:.1f} s into the plan; within: {found.within}")


if __name__ == "__main__":
    try:
        with TemporaryDirectory() as scratch:
            main(Path(scratch))
    except StimctlError as why:
        print(why, file=sys.stderr)
        sys.exit(why.exit_code)
