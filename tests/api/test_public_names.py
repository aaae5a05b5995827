"""What `stimctl.api` offers: the list, and that each name is explained to those who will use it."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

from stimctl import api

ROOT = Path(__file__).parents[2]
NAMES = [
    *("AboutToRun", "Alternate", "Armed", "Burst", "Comparison", "ConfigError", "Continuous", "Delivered"),
    *("DeviceError", "Drift", "Ended", "Event", "ExitCode", "Fault", "Gap", "LoadedProgram", "LockedOut"),
    *("OnChannel", "OnlyIf", "Person", "Phase", "PhaseBegan", "Program", "RaisedCosine", "Ramp", "Refused"),
    *("SafetyRefusal", "Sample", "Session", "Started", "Steps", "StimctlError", "Stopped", "Sweep", "Swell"),
    *("Then", "Timeline", "Train", "User", "Zero", "check", "compare", "load_delivered", "load_program"),
]


def test_the_public_names_are_these():
    assert api.__all__ == NAMES


def test_a_session_offers_these():
    offered = [name for name in vars(api.Session) if not name.startswith("_")]
    assert offered == ["result", "raise_for_result", "pause", "resume", "down", "up", "stop"]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Event"])
def test_each_says_what_it_is(name):
    # what dataclass writes where nobody has written anything is a signature
    assert not (getattr(api, name).__doc__ or f"{name}(").startswith(f"{name}(")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_on_the_page(name):
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\b", page)


# -- what it costs to import


def loaded_by(code):
    tell = "; import sys; sys.stderr.write(' '.join(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code + tell], capture_output=True, text=True, check=True, timeout=60)
    return {name.partition(".")[0] for name in ran.stderr.split()}


def test_importing_stimctl_loads_nothing_but_itself():
    assert loaded_by("import stimctl") & {"pydantic", "click", "textual", "serial", "simulator", "json"} == set()


def test_the_api_needs_no_schema_until_there_is_a_program_and_never_a_terminal():
    assert loaded_by("import stimctl.api") & {"pydantic", "click", "textual", "simulator"} == set()


# -- what a type checker says to those who use it

USES = """
from stimctl.api import Ended, Person, Phase, Program, Sample, Session, Sweep, Train, check, load_program

person = Person(sensory_ma={1: 6, 2: 7.5}, comfort_ma=18)
phase = Phase(name="a", depth="deep", minutes=1, intensity_pct=[0, 20], rate_hz=Sweep([80, 110], period_s=12),
              phase_duration_us=100, envelope=Train(up_s=1, hold_s=2, down_s=1, off_s=4), delay_s={2: 1})
program = Program(title="Mine", program_class="sensory", phases=[phase], channels=[1, 2])
seconds: float = check(program, person).duration_us / 1e6
with Session(load_program("demo"), device="sim://stimlink", person=person) as session:
    for event in session:
        match event:
            case Sample():
                milliamperes: float = event.amount
            case Ended():
                code: int = event.exit_code
reason: str = session.result.reason
"""
MISUSES = """
from stimctl.api import Phase, Program, Session, load_program
Session(load_program("demo"), device="sim://stimlink")
Program(title="Mine", program_class="massage", phases=[])
Phase(name="a", depth="deep", minutes=1, intensity_pct=0, rate_hz="80", phase_duration_us=100)
"""


def checked(tmp_path, text):
    script = tmp_path / "script.py"
    script.write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache")]
    return subprocess.run([*command, str(script), *map(str, (ROOT / "examples").glob("*.py"))],
                          cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)  # fmt: skip


def test_page_scripts_and_examples_are_clean_under_mypy_strict_and_misuses_are_not(tmp_path):
    page = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)
    right = checked(tmp_path, "".join(page) + "def used() -> None:\n" + indent(USES, "    "))
    assert right.returncode == 0, right.stdout
    wrong = checked(tmp_path, MISUSES)
    assert re.findall(r"script\.py:(\d+): error", wrong.stdout) == ["3", "4", "5"]
