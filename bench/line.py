"""How much of the line a steady hold takes, per channel and direction."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

import json

from world import World

from stimctl.clock import SECOND

LINE_BYTES_PER_S = 11_520
HOLD_S = 60


def main() -> None:
    world = World("surface-to-deep").started()
    world.run_until(200 * SECOND)
    before = len(world.session.journal)
    world.run_until((200 + HOLD_S) * SECOND)
    sent = heard = 0
    for line in "".join(world.session.journal[before:]).splitlines():
        record = json.loads(line)
        sent += len(record.get("sent", "")) // 2
        heard += len(record.get("link", "")) // 2
    for what, count in (("to the unit", sent), ("from the unit", heard)):
        share = count / HOLD_S / LINE_BYTES_PER_S
        print(f"{what}: {count / HOLD_S:.0f} bytes/s, {share:.1%} of 115200 baud, {share / 2:.1%} per channel")
