"""The simulated openEMSstim board does what the real firmware did, trace by trace."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRACES = Path(__file__).parents[1] / "vectors" / "openemsstim"
COMPARE = TRACES / "compare_trace.py"
NAMES = sorted(path.stem for path in TRACES.glob("*.json"))


def compared(golden: Path, produced: Path) -> str:
    """What the measuring tool says."""
    run = subprocess.run([sys.executable, COMPARE, golden, produced], capture_output=True, text=True, check=False)
    return run.stdout


@pytest.mark.parametrize("name", NAMES)
def test_a_trace_is_the_same(name: str, tmp_path: Path) -> None:
    golden, out = TRACES / f"{name}.json", tmp_path / "out.json"
    command = [sys.executable, "-m", "simulator", "openemsstim", "--script", golden, "--events", out]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    words = compared(golden, out)
    undefined = "undefined_behaviour" in json.loads(golden.read_text())
    assert ("undefined behaviour, not compared" if undefined else ": same (") in words, words


def test_the_tool_sees_a_difference(tmp_path: Path) -> None:
    golden = TRACES / "wv_lf.json"
    content = json.loads(golden.read_text())
    at = next(number for number, event in enumerate(content["events"]) if event[1:] == ["wiper1", 42])
    content["events"][at][0] -= 3_000
    out = tmp_path / "out.json"
    out.write_text(json.dumps(content))
    assert "want 12073.511 ms, got 12070.511 ms" in compared(golden, out)


def test_there_are_fifty_two_traces() -> None:
    assert len(NAMES) == 52
