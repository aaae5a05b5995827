"""Sessions from Python on a real pty: whatever a script does, or has done to it, the skin is left at zero.

Judged by the simulated unit's own record and clock, with the same room for a stalling machine as the other tests here.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import PYTHON, Served, served, wait_until

from stimctl.api import (
    ConfigError,
    DeviceError,
    Event,
    LockedOut,
    Person,
    SafetyRefusal,
    Sample,
    Session,
    User,
    load_program,
)

RELEASE_NS = 500_000_000
ROOM_NS = 100_000_000
# The last beat before a script forgets is so old at most, and some more on a machine that stalls.
BEAT_NS = 300_000_000
SCRIPT = """
import sys
from stimctl.api import Person, Session, load_program
with Session(load_program("demo"), device=sys.argv[1], person=Person(sensory_ma=6, comfort_ma=18)) as session:
    for event in session:
        pass
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as unit:
        yield unit


def session_on(unit: Served, **how: object) -> Session:
    person = Person(sensory_ma=6, comfort_ma=18)
    return Session(load_program("demo"), device=str(unit.port), person=person, **how)  # type: ignore[arg-type]


def until_flowing(events: Iterator[Event], unit: Served) -> None:
    assert any(isinstance(event, Sample) and unit.flowing() for event in events), "it ended before current flowed"


def until_paused(session: Session) -> None:
    assert any(isinstance(event, User) and event.action == "paused" for event in session), session.result


def last_of_journal(home: Path) -> dict:
    journals = list((home / "data" / "sessions").rglob("*.jsonl"))
    lines = journals[0].read_text(encoding="utf-8").split("\n")[:-1] if journals else []
    return json.loads(lines[-1]) if lines else {}


# -- leaving the block


def go_on() -> None:
    pass


def fail() -> None:
    raise ZeroDivisionError


def leave_the_script() -> None:
    sys.exit(7)


@pytest.mark.parametrize(
    ("leave", "raised", "code"),
    [(go_on, None, 4), (fail, ZeroDivisionError, 1), (leave_the_script, SystemExit, 4)],
    ids=["its end", "an exception", "SystemExit"],
)
def test_leaving_the_block_is_a_stop_that_is_waited_for(
    unit: Served, leave: Callable[[], None], raised: type[BaseException] | None, code: int
) -> None:
    went = None
    try:
        with session_on(unit) as session:
            until_flowing(session, unit)
            left_ns = time.monotonic_ns()
            leave()
    except (ZeroDivisionError, SystemExit) as error:
        went = type(error)
    assert not unit.flowing()
    assert unit.off_ns() - left_ns < ROOM_NS
    assert (went, session.result.exit_code, session.result.zero_confirmed) == (raised, code, True)


def test_a_generator_that_is_abandoned_leaves_its_block(unit: Served) -> None:
    def events() -> Iterator[Event]:
        with session_on(unit) as session:
            yield from session

    told = events()
    until_flowing(told, unit)
    left_ns = time.monotonic_ns()
    del told
    assert unit.off_ns() - left_ns < ROOM_NS


def script_on(unit: Served) -> subprocess.Popen[bytes]:
    """A script at a terminal, where Ctrl-C counts: tests that run in the background of a shell have it ignored."""
    return subprocess.Popen(
        [PYTHON, "-c", SCRIPT, str(unit.port)],
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def test_ctrl_c_in_the_loop_is_zero_first_and_then_the_interrupt(unit: Served, home: Path) -> None:
    script = script_on(unit)
    wait_until(unit.flowing, 30)
    sent_ns = time.monotonic_ns()
    script.send_signal(signal.SIGINT)
    assert script.wait(10) == -signal.SIGINT
    assert unit.off_ns() - sent_ns < RELEASE_NS
    ended = last_of_journal(home)
    assert (ended["exit_code"], ended["zero_confirmed"]) == (130, True)


def test_ctrl_c_while_the_block_is_entered_ends_the_session(unit: Served, home: Path) -> None:
    script = script_on(unit)
    wait_until(lambda: '"event":"unit"' in journal_text(home), 30)
    script.send_signal(signal.SIGINT)
    assert script.wait(10) == -signal.SIGINT
    ended = last_of_journal(home)
    assert (ended["exit_code"], ended["zero_confirmed"]) == (130, True)
    assert not any(record.get("amplitude_ua") for record in unit.records())


def journal_text(home: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in home.rglob("sessions/*/*.jsonl"))


def test_a_script_that_is_killed_is_noticed_by_the_engine(unit: Served, home: Path) -> None:
    script = script_on(unit)
    wait_until(unit.flowing, 30)
    killed_ns = time.monotonic_ns()
    script.kill()
    script.wait(10)
    wait_until(lambda: not unit.flowing())
    assert unit.off_ns() - killed_ns < ROOM_NS
    wait_until(lambda: last_of_journal(home).get("event") == "ended")
    assert last_of_journal(home)["zero_confirmed"]


# -- forgetting to iterate


def test_a_forgotten_iteration_is_a_pause_after_a_second_and_a_stop_after_three(unit: Served, home: Path) -> None:
    with session_on(unit) as session:
        until_flowing(session, unit)
        forgot_ns = time.monotonic_ns()
        wait_until(lambda: not unit.flowing())
        assert 1_000_000_000 - BEAT_NS < unit.off_ns() - forgot_ns < 3_000_000_000
        wait_until(lambda: last_of_journal(home).get("event") == "ended")
        assert time.monotonic_ns() - forgot_ns > 3_000_000_000 - BEAT_NS
        users = [event.why for event in session if isinstance(event, User)]
        assert users[0] == "the front end does not answer"
    assert (session.result.exit_code, session.result.zero_confirmed) == (1, True)
    with pytest.raises(Exception, match="the front end is gone"):
        session.raise_for_result()


def test_a_pause_of_its_own_can_be_resumed_and_one_that_came_unasked_ends_an_unattended_session(unit: Served) -> None:
    with session_on(unit) as session:
        until_flowing(session, unit)
        session.pause()
        until_paused(session)
        assert not unit.flowing()
        session.resume()
        until_flowing(session, unit)
        wait_until(lambda: not unit.flowing())
        assert any(isinstance(event, User) for event in session)
        for _ in session:
            session.resume()
    assert session.result.reason == "paused, and nobody is there to resume"
    assert not unit.flowing()


def test_where_a_person_is_there_an_unasked_pause_waits_for_them(unit: Served) -> None:
    with session_on(unit, attended=True) as session:
        until_flowing(session, unit)
        wait_until(lambda: not unit.flowing())
        until_paused(session)
        session.resume()
        until_flowing(session, unit)
    assert session.result.exit_code == 4


def test_less_and_back_up_reach_the_engine_and_a_channel_that_is_not_driven_does_not(unit: Served) -> None:
    with session_on(unit, channels=[1]) as session:
        until_flowing(session, unit)
        assert any(isinstance(event, Sample) and event.amplitude_ma > 1 for event in session)
        session.down(1)
        assert next(event for event in session if isinstance(event, User)) == User(action="down", channel=1)
        session.up(1)
        assert next(event for event in session if isinstance(event, User)) == User(action="up", channel=1)
        with pytest.raises(ConfigError, match="drives 1"):
            session.down(2)


# -- ends that nobody wanted


def test_a_dead_engine_raises_nothing_in_the_loop_and_the_result_says_it(unit: Served, home: Path) -> None:
    with session_on(unit) as session:
        until_flowing(session, unit)
        killed_ns = time.monotonic_ns()
        os.kill(json.loads((home / "run" / "session.lock").read_text())["pid"], signal.SIGKILL)
        for _ in session:
            pass
        assert unit.off_ns() - killed_ns < ROOM_NS
    assert (session.result.exit_code, session.result.zero_confirmed) == (1, True)


def test_a_unit_that_is_unplugged_is_warned_of_and_raises_when_asked(tmp_path: Path) -> None:
    warned: list[str] = []
    with served(tmp_path, faults='[[fault]]\nkind = "unplug"\nat_s = 9.0\n') as unit:
        with session_on(unit, warn=warned.append) as session:
            for _ in session:
                pass
        assert (session.result.exit_code, session.result.zero_confirmed) == (3, False)
        assert ["take the pads off" in words for words in warned] == [True]
        with pytest.raises(DeviceError, match="take the pads off"):
            session.raise_for_result()
        wait_until(lambda: not unit.flowing())


def test_a_unit_that_reboots_locks_the_session_out(tmp_path: Path) -> None:
    with served(tmp_path, faults='[[fault]]\nkind = "reboot"\nat_s = 8.0\n') as unit:
        with session_on(unit) as session:
            for _ in session:
                pass
        assert not unit.flowing()
    assert session.result.exit_code == 1
    with pytest.raises(LockedOut):
        session.raise_for_result()


# -- what is asked of real units, before anything flows


def test_a_real_unit_without_confirmations_is_refused_by_name(tmp_path: Path) -> None:
    with served(tmp_path, simulated=False) as unit:
        session = session_on(unit)
        with pytest.raises(SafetyRefusal, match=r"pads_confirmed=True and doctor_approved='NAME'"), session:
            pytest.fail("it was entered")
        assert (session.result.exit_code, session.result.zero_confirmed) == (5, True)


def test_a_real_unit_with_confirmations_is_armed(tmp_path: Path) -> None:
    with served(tmp_path, simulated=False) as unit:
        with session_on(unit, pads_confirmed=True, doctor_approved="Dr Example") as session:
            session.stop()
            names = [type(event).__name__ for event in session]
        assert names[-1] == "Ended"
        assert "Started" in names
    assert session.result.exit_code == 4


def test_a_port_that_is_not_there_is_a_device_error(tmp_path: Path) -> None:
    session = Session(load_program("demo"), device=str(tmp_path / "no"), person=Person(sensory_ma=6, comfort_ma=18))
    with pytest.raises(DeviceError, match="no"), session:
        pytest.fail("it was entered")


def test_a_unit_that_is_not_ready_in_time_is_a_device_error_and_left_at_zero(unit: Served) -> None:
    session = session_on(unit, ready_within_s=2)
    with pytest.raises(DeviceError, match="not ready within 2 s"), session:
        pytest.fail("it was entered")
    assert session.result.zero_confirmed


def test_a_person_whom_the_program_would_give_too_much_is_refused(unit: Served) -> None:
    session = Session(load_program("demo"), device=str(unit.port), person=Person(sensory_ma=6, comfort_ma=90))
    with pytest.raises(SafetyRefusal, match="90 mA"), session:
        pytest.fail("it was entered")
    assert session.result.exit_code == 5
