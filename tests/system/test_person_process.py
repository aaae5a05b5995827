"""A session for somebody who is known here, in real processes: written down before anything flows, and one a day."""

import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from processes import Front, served, wait_until
from tui_terminal import SPACE, TuiTerminal, started

from stimctl.care.people import People
from stimctl.care.person_file import stamp
from stimctl.care.questions import QUESTIONS
from stimctl.care.records import Answered, Approved, LimitsSet, Named, Ran


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def known(approved: bool = True) -> People:
    people, now = People(), datetime.now(UTC)
    anna = people.new(Named(at=stamp(now), name="Anna"))
    answers = {one.number: one.harmless for one in QUESTIONS}
    people.add(anna, Answered(at=stamp(now), answers=answers))
    if approved:
        people.add(anna, Approved(at=stamp(now), by="Dr Example", on=now.date().isoformat()))
    return people


def test_a_session_is_written_down_before_current_flows_and_names_nobody(tmp_path: Path, home: Path) -> None:
    people = known()
    people.add(people.called("Anna"), LimitsSet(at=stamp(datetime.now(UTC)), most_ua=17_000, most_minutes=None))
    with served(tmp_path) as unit:
        front = Front(home, "--device", str(unit.port), "--person", "Anna")
        try:
            front.until("started")
            (ran,) = [one for one in people.called("Anna").records if isinstance(one, Ran)]
            wait_until(unit.flowing)
            front.process.send_signal(signal.SIGTERM)
            assert front.wait() == 143
            assert "course score Anna" in front.stderr()
        finally:
            front.close()
        (journal,) = (home / "data" / "sessions").rglob("*.jsonl")
        assert ran.session in journal.name
        text = journal.read_text()
        assert people.called("Anna").id in text
        assert "Anna" not in text
        assert "Dr Example" not in text
        assert r"\"most_ua\":17000" in text, "the engine was told what she never goes over"
        again = Front(home, "--device", str(unit.port), "--person", "Anna")
        try:
            assert again.wait() == 5
            assert "one a day" in again.stderr()
        finally:
            again.close()


def test_without_an_approval_the_port_is_not_even_opened(tmp_path: Path, home: Path) -> None:
    known(approved=False)
    front = Front(home, "--device", str(tmp_path / "no-such-port"), "--person", "Anna")
    try:
        assert front.wait() == 5
        assert "No doctor's approval" in front.stderr()
    finally:
        front.close()


def test_nothing_flows_where_it_cannot_be_written_down(tmp_path: Path, home: Path) -> None:
    people = known()
    with served(tmp_path) as unit:
        front = Front(home, "--device", str(unit.port), "--person", "Anna")
        try:
            front.until("session")
            people.delete(people.called("Anna"))
            assert front.wait() == 2
            assert not any(record.get("amplitude_ua") for record in unit.records())
            assert front.lines[-1]["event"] == "ended"
        finally:
            front.close()


@pytest.mark.parametrize("how", ["stopped by a key", "killed"])
def test_on_the_screen_a_session_is_written_down_before_current_flows_and_counts_however_it_ends(
    tmp_path: Path, home: Path, how: str
) -> None:
    people = known()
    with served(tmp_path) as unit:
        screen = TuiTerminal(home, "demo", "--person", "Anna", "--device", str(unit.port))
        try:
            screen.until("Anna")
            started(screen)
            wait_until(unit.flowing)
            (ran,) = [one for one in people.called("Anna").records if isinstance(one, Ran)]
            since = len(screen.seen)
            if how == "killed":
                screen.process.kill()
            else:
                screen.type(SPACE)
                screen.until("STOPPED", since=since)
                # how it was is asked by itself
                screen.type("\r")
                screen.until("How was it, Anna?", since=since)
            wait_until(lambda: not unit.flowing(), 10)
        finally:
            screen.close()
        (journal,) = (home / "data" / "sessions").rglob("*.jsonl")
        assert ran.session in journal.name
        assert "Anna" not in journal.read_text()
        again = Front(home, "--device", str(unit.port), "--person", "Anna")
        try:
            assert again.wait() == 5
        finally:
            again.close()
