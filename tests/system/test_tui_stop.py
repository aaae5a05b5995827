"""STOP of the screen by keys that a terminal really sends, and every way of losing it: judged by the skin."""

import os
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes import Served, served, wait_until
from tui_terminal import CTRL_C, CTRL_P, CTRL_Z, ESC, F12, SPACE, TuiTerminal, click, started

from stimctl.clock import MS
from stimctl.history.index import sessions
from stimctl.history.summary import Summary

BLOCKED = (str(Path(__file__).parent.parent / "support" / "blocked_tui.py"),)
# Esc is read 100 ms late: a terminal's other keys begin with it. The machine may stall for some ten more.
SOON_MS = 400


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as unit:
        yield unit


def last_session(home: Path) -> Summary:
    os.environ["STIMCTL_HOME"] = str(home)
    try:
        found = sessions(home / "data" / "sessions")[0]
    finally:
        del os.environ["STIMCTL_HOME"]
    assert isinstance(found, Summary)
    return found


def running(unit: Served, home: Path, program: tuple[str, ...] = ()) -> TuiTerminal:
    terminal = TuiTerminal(home, "surface-stroke", "--device", str(unit.port), program=program)
    started(terminal)
    wait_until(unit.flowing)
    return terminal


PLACES = {
    "session": ("", ""),
    "note bar": ("n", "pleasant"),
    "log": ("l", "Log of this session"),
    "help": ("?", "A session"),
    "palette": (CTRL_P, "Search for commands"),
    "history": ("\x1b[15~", "Read again"),
}


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ("session", SPACE),
        ("session", CTRL_C),
        ("note bar", ESC),
        ("log", ESC),
        ("palette", SPACE),
        ("palette", F12),
        ("history", SPACE),
        ("help", SPACE),
        ("log", click(40, 1)),
    ],
)
def test_a_stop_from_anywhere_is_zero_on_the_skin_at_once(unit: Served, tmp_path: Path, place: str, key: str) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        opens, shows = PLACES[place]
        since = len(terminal.seen)
        if opens:
            terminal.type(opens)
            terminal.until(shows, since=since)
        pressed_ns = time.monotonic_ns()
        terminal.type(key)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - pressed_ns < SOON_MS * MS
        wait_until(lambda: last_session(tmp_path / "home").ended)
        ended = last_session(tmp_path / "home")
        assert (ended.exit_code, ended.zero_confirmed) == (4, True)
        assert terminal.process.poll() is None, "the screen is to live on"
    finally:
        terminal.close()


@pytest.mark.parametrize("sent", ["\x1b[200~ab", "\x1b[27;1:1u", "\x1b[32;2u"], ids=["paste", "garbled", "shift"])
def test_what_hides_a_stop_key_is_one(unit: Served, tmp_path: Path, sent: str) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        sent_ns = time.monotonic_ns()
        terminal.type(sent)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - sent_ns < SOON_MS * MS
        wait_until(lambda: last_session(tmp_path / "home").ended)
        assert "person" in last_session(tmp_path / "home").reason
    finally:
        terminal.close()


def test_a_stop_does_not_wait_for_a_ui_that_hangs(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home", BLOCKED)
    try:
        terminal.type("b")
        # the two must not arrive together: then the loop would take the second before it is blocked
        select.select([], [], [], 0.5)
        pressed_ns = time.monotonic_ns()
        terminal.type(SPACE)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - pressed_ns < SOON_MS * MS
        wait_until(lambda: last_session(tmp_path / "home").ended)
        # a stop for want of beats would have code 4 too, and another reason
        assert "person" in last_session(tmp_path / "home").reason
    finally:
        terminal.close()


def test_a_signal_does_not_wait_for_a_ui_that_hangs(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home", BLOCKED)
    try:
        terminal.type("b")
        select.select([], [], [], 0.5)
        sent_ns = time.monotonic_ns()
        terminal.process.send_signal(signal.SIGTERM)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - sent_ns < SOON_MS * MS
        wait_until(lambda: last_session(tmp_path / "home").ended)
        assert last_session(tmp_path / "home").exit_code == 143
    finally:
        terminal.close()


def test_a_ui_that_hangs_is_at_zero_without_anybody_pressing(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home", BLOCKED)
    try:
        terminal.type("b")
        blocked_ns = time.monotonic_ns()
        wait_until(lambda: not unit.flowing())
        # a second of silence, a second of ramp, and what machines stall
        assert unit.off_ns() - blocked_ns < 3_000 * MS
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)], ids=lambda of: str(of)
)
def test_a_signal_is_zero_and_then_the_way_out(unit: Served, tmp_path: Path, number: int, code: int) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        sent_ns = time.monotonic_ns()
        terminal.process.send_signal(number)
        assert terminal.process.wait(20) == code
        assert not unit.flowing()
        assert unit.off_ns() - sent_ns < SOON_MS * MS
        assert last_session(tmp_path / "home").zero_confirmed
    finally:
        terminal.close()


def test_a_terminal_that_is_closed_is_zero(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        closed_ns = time.monotonic_ns()
        terminal.hang_up()
        assert terminal.process.wait(20) == 129
        assert unit.off_ns() - closed_ns < SOON_MS * MS
    finally:
        terminal.close()


# A shell that the terminal belongs to, and that keeps its signal for itself.
DEAF = """
import signal, subprocess, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
sys.exit(subprocess.call([sys.executable, "-m", "stimctl", "tui", *sys.argv[1:]]))
"""


def test_a_terminal_that_is_closed_without_a_word_is_zero_and_nothing_lingers(unit: Served, tmp_path: Path) -> None:
    shell = tmp_path / "shell.py"
    shell.write_text(DEAF)
    terminal = running(unit, tmp_path / "home", (str(shell),))
    try:
        closed_ns = time.monotonic_ns()
        terminal.hang_up()
        assert terminal.process.wait(20) == 129
        # it is looked for five times a second
        assert unit.off_ns() - closed_ns < (200 + SOON_MS) * MS
        assert last_session(tmp_path / "home").zero_confirmed
    finally:
        terminal.close()


def test_a_killed_ui_is_zero(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        killed_ns = time.monotonic_ns()
        terminal.process.kill()
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - killed_ns < SOON_MS * MS
    finally:
        terminal.close()


def test_a_frozen_ui_is_at_zero_after_a_second_and_a_ramp(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        frozen_ns = time.monotonic_ns()
        terminal.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - frozen_ns < 3_000 * MS
    finally:
        terminal.process.send_signal(signal.SIGCONT)
        terminal.close()


def test_a_ui_that_was_frozen_and_thawed_has_its_keys_and_leaves(unit: Served, tmp_path: Path) -> None:
    """Continued, it has its terminal already: threads that are started anew would keep the process for ever."""
    terminal = running(unit, tmp_path / "home")
    try:
        for _ in range(2):
            os.kill(terminal.process.pid, signal.SIGSTOP)
            select.select([], [], [], 0.3)
            os.kill(terminal.process.pid, signal.SIGCONT)
            select.select([], [], [], 0.7)
        since = len(terminal.seen)
        terminal.type("l")
        terminal.until("Log of this session", since=since)
        terminal.type(SPACE)
        wait_until(lambda: not unit.flowing())
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(15) == 143
    finally:
        terminal.close()


def test_ctrl_z_stops_before_it_suspends_and_the_screen_comes_back(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        pressed_ns = time.monotonic_ns()
        terminal.type(CTRL_Z)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - pressed_ns < SOON_MS * MS
        wait_until(lambda: _state(terminal.process.pid) == "T")
        since = len(terminal.seen)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.until("STOPPED", since=since)
    finally:
        terminal.process.send_signal(signal.SIGCONT)
        terminal.close()


def _state(pid: int) -> str:
    """R, S, T and so on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()[0]


def test_the_signal_to_suspend_stops_first_though_the_ui_hangs(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home", BLOCKED)
    try:
        terminal.type("b")
        select.select([], [], [], 0.2)
        told_ns = time.monotonic_ns()
        terminal.process.send_signal(signal.SIGTSTP)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - told_ns < SOON_MS * MS
    finally:
        terminal.close()


def test_ctrl_q_is_zero_and_then_the_way_out(unit: Served, tmp_path: Path) -> None:
    terminal = running(unit, tmp_path / "home")
    try:
        terminal.type("\x11")
        assert terminal.process.wait(20) == 0
        assert not unit.flowing()
    finally:
        terminal.close()


def test_an_engine_that_dies_is_told_and_the_unit_is_at_zero(unit: Served, tmp_path: Path) -> None:
    import json

    terminal = running(unit, tmp_path / "home")
    try:
        pid = int(json.loads((tmp_path / "home" / "run" / "session.lock").read_text())["pid"])
        since = len(terminal.seen)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not unit.flowing())
        terminal.until("engine died", since=since)
    finally:
        terminal.close()
