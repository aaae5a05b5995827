"""Writers of a person's file that are killed at random moments: each says what was acknowledged before it died.

`python tests/support/killed_writers.py FILE TIMES SEED` prints a line of JSON a writer: what was acknowledged.
"""

import json
import os
import select
import signal
import sys
from pathlib import Path
from random import Random

from stimctl.care.person_file import PersonFile
from stimctl.care.records import FollowedUp

_LONGEST_S = 0.02


def main(path: Path, times: int, seed: int) -> None:
    dice = Random(seed)
    number = 0
    for _ in range(times):
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            _write_on(path, number, writes)
        os.close(writes)
        select.select([], [], [], dice.random() * _LONGEST_S)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said = b""
        while data := os.read(reads, 65536):
            said += data
        os.close(reads)
        acknowledged = [int(line) for line in said.split(b"\n")[:-1]]
        number = max([number, *acknowledged])
        sys.stdout.write(json.dumps({"acknowledged": number}) + "\n")
        # what was written and not acknowledged may be there: the next one goes on after it
        number += 1


def _write_on(path: Path, number: int, writes: int) -> None:
    file = PersonFile(path)
    while True:
        number += 1
        file.add([FollowedUp(at="2026-03-04T12:00:00.000Z", on="2026-03-04", pain=number % 11, function=str(number))])
        os.write(writes, f"{number}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
