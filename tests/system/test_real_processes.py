"""A real engine process, a real front end, a real pty: what happens when any of them is stopped, frozen or killed.

Judged by the simulated unit's own clock. These machines stall for 10 ms and more, and the simulator says by how much it
was late itself; the bounds have room for that.
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from processes import PYTHON, Front, Served, front, served, wait_until

RELEASE_NS = 500_000_000
# Stalls of this machine between a signal's sending and its effect.
ROOM_NS = 100_000_000
PERSON = ("--sensory-ma", "6", "--comfort-ma", "18")


@pytest.fixture
def unit(tmp_path: Path):
    with served(tmp_path) as unit:
        yield unit


def flowing(unit: Served, running: Front) -> None:
    running.until("started")
    wait_until(unit.flowing)


def stop_of(unit: Served, running: Front, number: int) -> tuple[int, int]:
    """The exit code, and how long after the signal current ended."""
    flowing(unit, running)
    sent_ns = time.monotonic_ns()
    running.process.send_signal(number)
    code = running.wait()
    wait_until(lambda: not unit.flowing())
    return code, unit.off_ns() - sent_ns


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["INT", "TERM", "HUP"]
)
def test_a_signal_to_the_front_end_is_zero_first_and_then_its_exit_code(
    unit: Served, tmp_path: Path, number: int, code: int
) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        ended, after_ns = stop_of(unit, running, number)
        assert ended == code
        assert running.lines[-1]["zero_confirmed"]
    assert after_ns < RELEASE_NS


def test_ctrl_z_stops_before_it_suspends(unit: Served, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        running.process.send_signal(signal.SIGTSTP)
        _, status = os.waitpid(running.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert not unit.flowing()
        running.process.send_signal(signal.SIGCONT)
        assert running.wait() == 4


def test_a_killed_front_end_is_noticed_by_the_engine(unit: Served, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        killed_ns = time.monotonic_ns()
        running.process.kill()
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - killed_ns < ROOM_NS
        wait_until(lambda: running.journal()[-1].get("event") == "ended")
        assert running.journal()[-1]["zero_confirmed"]


def test_a_killed_engine_is_stopped_for_by_its_front_end(unit: Served, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        killed_ns = time.monotonic_ns()
        os.kill(running.engine_pid(), signal.SIGKILL)
        assert running.wait() == 1
        assert unit.off_ns() - killed_ns < ROOM_NS
        last = running.lines[-1]
        assert (last["event"], last["exit_code"], last["zero_confirmed"]) == ("ended", 1, True)
        assert running.journal()[-1]["event"] == "ended"


def test_when_both_are_killed_the_unit_lets_go_by_itself(unit: Served, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        engine = running.engine_pid()
        killed_ns = time.monotonic_ns()
        os.kill(engine, signal.SIGKILL)
        running.process.kill()
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - killed_ns < RELEASE_NS
        assert running.journal()[-1]


def test_a_frozen_engine_is_off_by_itself_and_stalls_when_it_thaws(unit: Served, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        engine = running.engine_pid()
        frozen_ns = time.monotonic_ns()
        os.kill(engine, signal.SIGSTOP)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - frozen_ns < RELEASE_NS
        os.kill(engine, signal.SIGCONT)
        assert running.wait() == 1
        paused = [line for line in running.lines if line["event"] == "user" and line["action"] == "paused"]
        assert "late" in paused[0]["why"]
        assert running.lines[-1]["zero_confirmed"]


def test_an_engine_that_stays_frozen_is_killed_and_the_unit_stopped(unit: Served, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        engine = running.engine_pid()
        os.kill(engine, signal.SIGSTOP)
        assert running.wait() == 1
        assert "does not answer" in running.lines[-1]["reason"]
        assert not unit.flowing()


def test_a_frozen_front_end_is_a_pause_after_a_second(unit: Served, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        frozen_ns = time.monotonic_ns()
        running.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: not unit.flowing())
        off_ns = unit.off_ns() - frozen_ns
        assert 1_000_000_000 < off_ns < 3_000_000_000 + ROOM_NS
        wait_until(lambda: running.journal()[-1].get("event") == "ended")
        running.process.send_signal(signal.SIGCONT)
        assert running.wait() == 1


def test_stimctl_stop_from_elsewhere(unit: Served, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with front(home, "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        asked_ns = time.monotonic_ns()
        stopped = stimctl(home, "stop")
        assert (stopped.returncode, "zero confirmed" in stopped.stdout) == (0, True)
        assert running.wait() == 4
        assert unit.off_ns() - asked_ns < 5 * RELEASE_NS
    assert "nothing is running" in stimctl(home, "stop").stdout


def test_stimctl_stop_kills_an_engine_that_does_not_answer(unit: Served, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with front(home, "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        os.kill(running.engine_pid(), signal.SIGSTOP)
        stopped = stimctl(home, "stop")
        assert (stopped.returncode, "take the pads off" in stopped.stdout) == (3, True)
        assert running.wait() == 1
        # not by the front end's own patience, which is longer
        assert running.lines[-1]["reason"].startswith("the engine died")
        assert not unit.flowing()


def test_a_second_session_on_the_port_is_told_so(unit: Served, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with front(home, "--device", str(unit.port), *PERSON) as running:
        flowing(unit, running)
        second = stimctl(home, "run", "demo", "--device", str(unit.port), *PERSON)
        assert (second.returncode, "in use" in second.stderr) == (3, True)
        elsewhere = stimctl(tmp_path / "other", "run", "demo", "--device", str(unit.port), *PERSON)
        assert (elsewhere.returncode, "in use" in elsewhere.stderr) == (3, True)
        other = stimctl(home, "run", "demo", "--device", "sim://stimlink")
        assert (other.returncode, "one person" in other.stderr) == (5, True)
        assert unit.flowing()


def test_a_unit_that_is_unplugged_is_exit_3_and_says_what_to_do(tmp_path: Path) -> None:
    with served(tmp_path, faults='[[fault]]\nkind = "unplug"\nat_s = 9.0\n') as unit:
        with front(tmp_path / "home", "--device", str(unit.port), *PERSON) as running:
            flowing(unit, running)
            assert running.wait() == 3
            assert "take the pads off" in running.stderr()
        wait_until(lambda: not unit.flowing())


def test_a_disk_that_is_full_ramps_down_and_says_so(unit: Served, tmp_path: Path) -> None:
    import resource

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    with front(tmp_path / "home", "--device", str(unit.port), *PERSON, preexec_fn=small_files) as running:
        flowing(unit, running)
        assert running.wait(60) == 1
        told = [line for line in running.lines if line["event"] not in ("sample", "session")]
        assert "disk" in running.lines[-1]["reason"], told
        assert running.lines[-1]["zero_confirmed"]
        assert running.journal()[-1]
    assert not unit.flowing()


def test_the_simulator_inside_the_engine_is_a_unit_like_any_other(tmp_path: Path) -> None:
    skin = tmp_path / "skin.jsonl"
    with front(tmp_path / "home", "--device", f"sim://stimlink?seed=5&delivered={skin}") as running:
        running.until("started")
        wait_until(lambda: skin.exists() and skin.read_text().count('"pulses": ') > 5)
        running.process.send_signal(signal.SIGINT)
        assert running.wait() == 130
    last = [json.loads(line) for line in skin.read_text().splitlines()]
    assert last[-1]["end"] == "closed"
    assert {r["channel"]: r["amplitude_ua"] for r in last if "channel" in r} == {1: 0, 2: 0}


def stimctl(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "STIMCTL_HOME": str(home)}
    return subprocess.run(
        [PYTHON, "-m", "stimctl", *arguments], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
