"""The examples, as a reader would run them: all at once, each for its own simulated unit, judged by what that one gave.

One test for all: each waits out a session, and together they wait as long as the longest.
"""

import csv
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import PYTHON

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ("find_threshold", "log_to_csv", "plan_and_delivered", "two_channels")


class Run:
    """One example in a directory of its own."""

    def __init__(self, directory: Path, name: str) -> None:
        directory.mkdir()
        self.directory = directory
        self.skin = directory / "skin.jsonl"
        own_record = ["--delivered", str(self.skin)] if name == "plan_and_delivered" else []
        self.process = subprocess.Popen(
            [PYTHON, str(EXAMPLES / f"{name}.py"), "--device", f"sim://stimlink?delivered={self.skin}", *own_record],
            cwd=directory,
            # short, because a socket's path has to be
            env={**os.environ, "STIMCTL_HOME": str(directory.parent / name[0]), "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def finish(self) -> str:
        """What it said; it must have ended well."""
        said = self.process.communicate(timeout=90)[0].decode()
        assert self.process.returncode == 0, said
        return said

    def flowing(self) -> Iterator[dict[int, int]]:
        """What flows on each channel, µA, after every record."""
        now = {1: 0, 2: 0}
        for line in self.skin.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if "channel" in record:
                now[record["channel"]] = record["amplitude_ua"]
                yield dict(now)


def test_all_files_of_the_directory_are_run_here():
    assert tuple(sorted(path.stem for path in EXAMPLES.glob("*.py"))) == NAMES


def test_every_example_does_what_its_first_line_says(tmp_path: Path):
    runs = {name: Run(tmp_path / name, name) for name in NAMES}
    try:
        said = {name: run.finish() for name, run in runs.items()}
    finally:
        for run in runs.values():
            run.process.kill()
            run.process.wait()
    for run in runs.values():
        assert [*run.flowing()][-1] == {1: 0, 2: 0}

    assert "felt at 2.6 mA; stopped by a person" in said["find_threshold"]
    assert max(flowing[1] for flowing in runs["find_threshold"].flowing()) <= 3_000

    with open(runs["log_to_csv"].directory / "samples.csv", newline="", encoding="utf-8") as file:
        samples = list(csv.DictReader(file))
    assert len(samples) > 300
    peak_ma = max(max(flowing.values()) for flowing in runs["log_to_csv"].flowing()) / 1000
    assert max(float(sample["amplitude_ma"]) for sample in samples) == pytest.approx(peak_ma, abs=0.2)

    assert "within: True" in said["plan_and_delivered"]
    assert said["plan_and_delivered"].count("█") >= 2

    flowing = [*runs["two_channels"].flowing()]
    apart = flowing[flowing.index({1: 0, 2: 0}, len(flowing) // 4) :]
    turns = apart[: next(n for n, now in enumerate(apart) if now[1] and now[2])]
    # both flow again in the cool-down only, after each has had its turns
    assert all(any(now[channel] > 3_000 for now in turns) for channel in (1, 2))
    assert len(turns) > 100
