"""A session on a real pty, captured and run again: the same bytes; and what is refused before anything is opened."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import PYTHON, Front, Served, front, served, wait_until

PERSON = ("--sensory-ma", "6", "--comfort-ma", "18", "--doctor-approved", "Dr. Example")


@pytest.fixture
def unit(tmp_path: Path):
    with served(tmp_path) as unit:
        yield unit


def stimctl(
    home: Path, *arguments: str, capture: Path | None = None, preexec_fn: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command; `capture` is named by the environment."""
    named = {} if capture is None else {"STIMCTL_CAPTURE": str(capture)}
    return subprocess.run(
        [PYTHON, "-m", "stimctl", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "STIMCTL_HOME": str(home), **named},
        timeout=60,
        check=False,
        preexec_fn=preexec_fn,
    )


def flowing(unit: Served, running: Front) -> None:
    running.until("started")
    wait_until(unit.flowing)


def lines(path: Path) -> list[dict]:
    """The whole ones."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def bytes_of(entries: list[dict], *kinds: str) -> bytes:
    return b"".join(bytes.fromhex(one[kind]) for one in entries for kind in kinds if "at" in one and kind in one)


def again(home: Path, path: Path) -> dict:
    ran = stimctl(home, "replay", str(path), "--json")
    return {"exit_code": ran.returncode, **json.loads(ran.stdout)}


def test_a_session_on_a_port_is_captured_and_run_again_byte_by_byte(unit: Served, tmp_path: Path) -> None:
    home, path = tmp_path / "home", tmp_path / "a.capture"
    with front(home, "--device", str(unit.port), *PERSON, "--capture", str(path)) as running:
        flowing(unit, running)
        running.process.send_signal(signal.SIGINT)
        assert running.wait() == 130
        assert f"capture: {path}" in running.stderr()
        journal = running.journal()
    captured = lines(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    # every input and all that left, as the journal has it, and all of that the line took but what a stop overtook
    assert bytes_of(captured, "link") == bytes_of(journal, "link")
    assert bytes_of(captured, "sent", "stop first") == bytes_of(journal, "sent", "stop first")
    taken = bytes_of(captured, "took")
    assert taken.endswith(bytes_of(captured, "stop first"))
    assert bytes_of(captured, "sent")[:200] == taken[:200]
    told = [one for one in captured if "event" in one]
    assert [one["event"] for one in told] == [one["event"] for one in journal if "event" in one]
    # nobody is named
    assert "Example" in json.dumps(journal)
    assert "Example" not in path.read_text(encoding="utf-8")
    assert str(home) not in path.read_text(encoding="utf-8")
    found = again(home, path)
    assert (found["exit_code"], found["same"], found["ended"], found["torn"]) == (0, True, True, False)
    assert (found["tellings"], found["sent_bytes"]) == (len(told), len(bytes_of(captured, "sent", "stop first")))
    assert sum(row["way"] == "to unit" for row in found["line"]) >= taken.count(0) - 2
    (kept,) = (home / "data" / "sessions").rglob("*.jsonl")
    assert again(home, kept)["same"]


def test_a_capture_outlives_a_killed_engine(unit: Served, tmp_path: Path) -> None:
    home, path = tmp_path / "home", tmp_path / "a.capture"
    with front(home, "--device", str(unit.port), *PERSON, "--capture", str(path)) as running:
        flowing(unit, running)
        os.kill(running.engine_pid(), signal.SIGKILL)
        assert running.wait() == 1
    found = again(home, path)
    assert (found["exit_code"], found["same"], found["ended"]) == (0, True, False)
    assert found["turns"] > 100
    # as does the journal, to which the front end has added what it did
    (kept,) = (home / "data" / "sessions").rglob("*.jsonl")
    assert (again(home, kept)["same"], again(home, kept)["engine_died"] is not None) == (True, True)


# a port that is not there would be exit 3: what is exit 2 here has opened nothing
NO_PORT = ("run", "demo", "--device", "./there-is-none", *PERSON)


def test_a_capture_that_exists_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.capture"
    path.write_text("precious")
    for ran in (
        stimctl(tmp_path / "home", *NO_PORT, "--capture", str(path)),
        stimctl(tmp_path / "home", *NO_PORT, capture=path),
    ):
        assert (ran.returncode, "name another file" in ran.stderr) == (2, True), ran.stderr
    assert path.read_text() == "precious"


def test_a_full_disk_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    import resource

    def no_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20))

    ran = stimctl(tmp_path / "home", *NO_PORT, "--capture", str(tmp_path / "a.capture"), preexec_fn=no_files)
    assert (ran.returncode, "no capture can be written there" in ran.stderr) == (2, True), ran.stderr
    assert not (tmp_path / "a.capture").exists()


def test_a_session_that_never_began_leaves_no_capture_behind(tmp_path: Path) -> None:
    ran = stimctl(tmp_path / "home", *NO_PORT, capture=tmp_path / "a.capture")
    assert ran.returncode == 3, ran.stderr
    assert not (tmp_path / "a.capture").exists()
    assert "capture:" not in ran.stderr
