"""Units at the other end of a network, with real processes: a simulator that listens, a server of RFC 2217."""

import os
import signal
import socket
import time
from pathlib import Path

import pytest
from processes import front, served, wait_until
from rfc2217_server import rfc2217_server

from stimctl.model.as_json import json_line

RANGE = ("--sensory-ma", "6", "--comfort-ma", "18")
ZERO_WITHIN_NS = 500_000_000


def test_a_session_over_tcp_flows_and_stops(tmp_path: Path) -> None:
    with served(tmp_path, tcp=True) as unit, front(tmp_path / "home", "--device", unit.url, *RANGE) as run:
        run.until("started")
        wait_until(unit.flowing)
        run.process.send_signal(signal.SIGINT)
        ended = run.until("ended")
        assert (ended["zero_confirmed"], run.wait()) == (True, 130)
        wait_until(lambda: not unit.flowing())


def test_over_tcp_a_killed_engine_is_stopped_for_by_its_front_end(tmp_path: Path) -> None:
    with served(tmp_path, tcp=True) as unit, front(tmp_path / "home", "--device", unit.url, *RANGE) as run:
        run.until("started")
        wait_until(unit.flowing)
        killed_ns = time.monotonic_ns()
        os.kill(run.engine_pid(), signal.SIGKILL)
        ended = run.until("ended")
        assert (ended["exit_code"], ended["zero_confirmed"]) == (1, True)
        wait_until(lambda: not unit.flowing())
        assert unit.off_ns() - killed_ns < ZERO_WITHIN_NS


def test_over_tcp_when_both_are_killed_the_unit_lets_go_by_itself(tmp_path: Path) -> None:
    with served(tmp_path, tcp=True) as unit:
        with front(tmp_path / "home", "--device", unit.url, *RANGE) as run:
            run.until("started")
            wait_until(unit.flowing)
            engine = run.engine_pid()
            killed_ns = time.monotonic_ns()
            os.kill(engine, signal.SIGKILL)
            run.process.kill()
            wait_until(lambda: not unit.flowing())
        late_ns = unit.off_ns() - killed_ns
    assert late_ns < ZERO_WITHIN_NS + unit.worst_late_ns() + 5_000_000


def test_a_simulator_has_one_client_and_turns_the_next_away(tmp_path: Path) -> None:
    with served(tmp_path, tcp=True) as unit, front(tmp_path / "home", "--device", unit.url, *RANGE) as run:
        run.until("started")
        host, _, port = unit.url.removeprefix("socket://").rpartition(":")
        with socket.create_connection((host, int(port)), 5) as second:
            assert second.recv(10) == b""
        run.process.send_signal(signal.SIGINT)
        assert run.until("ended")["zero_confirmed"]


def test_a_session_over_rfc2217_flows_and_stops(tmp_path: Path) -> None:
    with (
        served(tmp_path) as unit,
        rfc2217_server(str(unit.port)) as url,
        front(tmp_path / "home", "--device", url, *RANGE) as run,
    ):
        run.until("started")
        wait_until(unit.flowing)
        run.process.send_signal(signal.SIGINT)
        ended = run.until("ended")
        assert (ended["zero_confirmed"], run.wait()) == (True, 130)
        wait_until(lambda: not unit.flowing())


@pytest.mark.parametrize("url", ["socket://192.0.2.1:5000", "rfc2217://192.0.2.1:5000"])
def test_another_computer_is_exit_2_and_says_what_would_be_understood(url: str, tmp_path: Path) -> None:
    with front(tmp_path / "home", "--device", url, *RANGE) as run:
        ended = run.until("ended")
        assert (ended["exit_code"], run.wait()) == (2, 2)
        assert "--allow-network" in ended["reason"], json_line(ended)
