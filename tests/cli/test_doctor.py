"""`stimctl doctor` as somebody calls it: what it prints, with which exit code it ends, and that it opens no port.

What it finds depends on the computer that the tests run on; what follows from a finding does not.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from processes import PYTHON

from stimctl.cli.doctor import finding_lines
from stimctl.doctor.finding import fine, not_applicable, problem, warning

CHECKS = [
    *("python", "platform", "dependencies", "serial ports", "permission", "adapters", "latency timer"),
    *("ModemManager", "brltty", "port in use", "sessions", "terminal", "terminal size", "encoding", "tmux"),
    *("directories", "privacy", "disk space", "clock", "waking", "priority", "self-test"),
]


def examined(home: Path, *flags: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`stimctl doctor` in a process of its own, without a terminal."""
    return subprocess.run(
        [PYTHON, "-m", "stimctl", "doctor", *flags],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**os.environ, "STIMCTL_HOME": str(home), **environment},
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doctor") / "home"


@pytest.fixture(scope="module")
def as_json(home: Path) -> dict:
    done = examined(home, "--json")
    found = json.loads(done.stdout)
    assert (done.stderr, done.returncode) == ("", 1 if found["verdict"] == "problem" else 0)
    return found


def test_every_check_is_told_in_its_order(as_json: dict) -> None:
    assert [check["name"] for check in as_json["checks"]] == CHECKS


def test_as_json_it_carries_a_version_and_the_versions_of_everything(as_json: dict) -> None:
    assert as_json["version"] == 1
    assert {"stimctl", "python", "pyserial", "textual"} <= set(as_json["versions"])


def test_every_check_is_on_the_page(as_json: dict) -> None:
    page = (Path(__file__).parents[2] / "docs" / "set-up.md").read_text(encoding="utf-8")
    listed = {name for row in re.findall(r"^\| ([a-zA-Z, -]+) \| ", page, re.MULTILINE) for name in row.split(", ")}
    assert [name for name in CHECKS if name not in listed] == []


def test_a_check_has_a_status_what_was_found_and_what_to_do(as_json: dict) -> None:
    for check in as_json["checks"]:
        assert set(check) == {"name", "status", "found", "advice", "commands"}
        assert check["status"] in ("ok", "warn", "problem", "not applicable")
        assert check["found"]
        assert check["advice"] or check["status"] in ("ok", "not applicable")


def test_the_simulator_is_well_here(as_json: dict) -> None:
    (check,) = (check for check in as_json["checks"] if check["name"] == "self-test")
    assert check["status"] == "ok"


def test_nothing_is_made_where_records_go(as_json: dict, home: Path) -> None:
    assert not home.exists()


def test_in_words_it_has_a_line_a_check_and_a_summary(home: Path) -> None:
    done = examined(home)
    assert [name for name in CHECKS if name not in done.stdout] == []
    summary = done.stdout.rstrip().splitlines()[-1]
    assert summary == "all well" or "problem" in summary
    talked = [line for line in done.stdout.splitlines() if "$ " not in line]
    # a path that is longer than a line is not broken
    assert [line for line in talked if len(line) > 80 and max(map(len, line.split())) < 50] == []


def test_a_problem_is_exit_1_and_comes_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = examined(tmp_path / "file" / "home")
    assert done.returncode == 1
    assert "PROBLEM directories" in done.stdout
    assert "$ export STIMCTL_HOME=" in done.stdout
    assert "to be put right" in done.stdout


def test_a_terminal_of_plain_letters_can_show_it(home: Path) -> None:
    done = examined(home, PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert done.returncode in (0, 1)
    assert "--ascii" in done.stdout
    assert done.stdout.isascii()


def test_no_port_is_opened(home: Path) -> None:
    """The same check in a process in which opening one ends it."""
    guard = (
        "import builtins, os, sys, serial\n"
        "def refuse(*a, **k): raise AssertionError(f'opened: {a}')\n"
        "def guarded(real):\n"
        "    def opened(file, *a, **k):\n"
        "        if not isinstance(file, int) and os.fspath(file).startswith('/dev/tty'): refuse(file)\n"
        "        return real(file, *a, **k)\n"
        "    return opened\n"
        "serial.Serial = serial.serial_for_url = refuse\n"
        "os.open, builtins.open = guarded(os.open), guarded(builtins.open)\n"
        "from stimctl.cli.main import stimctl; stimctl(['doctor', '--json'])"
    )
    environment = {**os.environ, "STIMCTL_HOME": str(home)}
    done = subprocess.run(
        [PYTHON, "-c", guard], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert "opened:" not in done.stderr
    assert json.loads(done.stdout)["version"] == 1


# -- how a finding is put


def test_long_words_are_wrapped_and_what_is_to_be_typed_is_not() -> None:
    command = "echo " + "x" * 100
    lines = finding_lines(warning("latency timer", "word " * 40, "do " * 60, [command]))
    assert [line for line in lines if len(line) > 80] == [f"{' ' * 24}$ {command}"]
    assert lines[0].startswith("warn    latency timer word")
    assert all(line.startswith(" " * 22) for line in lines[1:])


@pytest.mark.parametrize(
    ("finding", "mark"),
    [
        (fine("clock", "well"), "ok "),
        (not_applicable("tmux", "nothing"), "- "),
        (warning("tmux", "may", "do"), "warn "),
        (problem("tmux", "is", "do"), "PROBLEM "),
    ],
)
def test_how_it_is_stands_first_in_words(finding, mark: str) -> None:
    assert finding_lines(finding)[0].startswith(mark)


def test_what_is_not_plain_is_shown_as_plain_letters() -> None:
    assert all(line.isascii() and line.isprintable() for line in finding_lines(fine("x", "m\u00b5 \x1b[2J")))
