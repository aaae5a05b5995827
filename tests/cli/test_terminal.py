"""`stimctl run` at a terminal of its own: its keys, its line, and a terminal that is closed."""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import PYTHON, served, wait_until


class Terminal:
    """A pseudo-terminal with `stimctl run` in it."""

    def __init__(self, home: Path, device: str, *flags: str) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "STIMCTL_HOME": str(home), "TERM": "xterm", "COLUMNS": "100"}
        self.process = subprocess.Popen(
            [PYTHON, "-m", "stimctl", "run", "surface-stroke", "--device", device, *flags],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            preexec_fn=_own_terminal,
        )
        os.close(slave)
        self.seen = ""

    def until(self, words: str, within_s: float = 20.0) -> None:
        """Read until these words have come, from here on."""
        deadline = time.monotonic() + within_s
        start = len(self.seen)
        while words not in self.seen[start:]:
            left = deadline - time.monotonic()
            assert left > 0, f"no {words!r} in …{self.seen[start:][-400:]!r}"
            if select.select([self.master], [], [], left)[0]:
                self.seen += self._read()

    def _read(self) -> str:
        try:
            return os.read(self.master, 65536).decode()
        except OSError:
            # the last process that had the terminal open has gone; what it said has been read
            return ""

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        if self.master >= 0:
            os.close(self.master)


def _own_terminal() -> None:
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.fixture
def unit(tmp_path: Path) -> Iterator:
    with served(tmp_path) as unit:
        yield unit


@pytest.fixture
def terminal(unit, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path / "home", str(unit.port))
    try:
        yield terminal
    finally:
        terminal.close()


def test_keys_pause_resume_and_stop_and_the_line_shows_phase_and_time_left(terminal: Terminal, unit) -> None:
    terminal.until("running")
    terminal.until("in all")
    assert re.search(r"warm-up \(surface\) \d:\d\d left, ramp \d:\d\d left", terminal.seen)
    terminal.type("p")
    terminal.until("pausing: a person asked for it")
    terminal.until("paused: a person asked for it")
    wait_until(lambda: not unit.flowing())
    terminal.type("r")
    terminal.until("resumed")
    terminal.type("-")
    terminal.until("down on channel 2")
    terminal.type(" ")
    terminal.until("zero confirmed by the unit")
    assert terminal.process.wait(10) == 4
    assert not unit.flowing()


def test_ctrl_c_at_the_terminal_is_zero_and_130(terminal: Terminal, unit) -> None:
    terminal.until("in all")
    terminal.type("\x03")
    terminal.until("zero confirmed by the unit")
    assert terminal.process.wait(10) == 130


def test_a_terminal_that_is_closed_is_zero_and_129(terminal: Terminal, unit) -> None:
    terminal.until("in all")
    wait_until(unit.flowing)
    closed_ns = time.monotonic_ns()
    os.close(terminal.master)
    terminal.master = -1
    assert terminal.process.wait(10) == 129
    wait_until(lambda: not unit.flowing())
    assert unit.off_ns() - closed_ns < 500_000_000


def test_space_before_anything_is_armed_stops(terminal: Terminal, unit) -> None:
    terminal.until("found:")
    terminal.type(" ")
    terminal.until("stopped by a person")
    assert terminal.process.wait(10) == 4
    assert not unit.flowing()


@pytest.fixture
def real_unit(tmp_path: Path) -> Iterator:
    with served(tmp_path, simulated=False) as unit:
        yield unit


@pytest.fixture
def at_the_checklist(real_unit, tmp_path: Path) -> Iterator[Terminal]:
    flags = ("--sensory-ma", "6", "--comfort-ma", "18")
    terminal = Terminal(tmp_path / "home", str(real_unit.port), *flags)
    try:
        terminal.until("Type arm")
        yield terminal
    finally:
        terminal.close()


def test_a_real_unit_is_armed_by_typing_arm_and_a_space_behind_it_stops(at_the_checklist: Terminal, real_unit) -> None:
    at_the_checklist.type("arm\r ")
    at_the_checklist.until("zero confirmed by the unit")
    assert at_the_checklist.process.wait(10) == 4
    assert not real_unit.flowing()


def test_a_real_unit_runs_after_arm_was_typed(at_the_checklist: Terminal, real_unit) -> None:
    at_the_checklist.type("arm\r")
    at_the_checklist.until("running")
    wait_until(real_unit.flowing)
    at_the_checklist.type(" ")
    assert at_the_checklist.process.wait(10) == 4


def test_ctrl_c_at_the_checklist_leaves(at_the_checklist: Terminal, real_unit) -> None:
    at_the_checklist.type("\x03")
    assert at_the_checklist.process.wait(10) == 130


def test_anything_but_arm_leaves(at_the_checklist: Terminal, real_unit) -> None:
    at_the_checklist.type("army\r")
    assert at_the_checklist.process.wait(10) == 4
    assert not real_unit.flowing()


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        ((), "--sensory-ma"),
        (("--sensory-ma", "6", "--comfort-ma", "18"), "--confirm-pads"),
        (("--sensory-ma", "6", "--comfort-ma", "18", "--confirm-pads"), "--doctor-approved"),
    ],
)
def test_a_real_unit_headless_needs_thresholds_and_confirmations(real_unit, tmp_path, flags, word) -> None:
    environment = {**os.environ, "STIMCTL_HOME": str(tmp_path / "home")}
    command = [PYTHON, "-m", "stimctl", "run", "demo", "--json", "--device", str(real_unit.port), *flags]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment, timeout=30, check=False
    )
    assert (done.returncode, word in done.stderr) == (5, True), done.stderr
    assert '"exit_code":5' in done.stdout
    assert not real_unit.flowing()
