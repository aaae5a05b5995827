"""The simulated openEMSstim board as a process: opened like a port, it boots, and says what it did."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

BOOT_S = 20.0


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Path]:
    port, events = tmp_path / "board", tmp_path / "events.jsonl"
    command = [sys.executable, "-m", "simulator", "openemsstim", "--pty", port, "--events", events]
    command += ["--delivered", tmp_path / "delivered.jsonl"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == f"ready openemsstim {port}\n"
    yield tmp_path
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    process.stdout.close()


def until(board: int, words: bytes, within_s: float) -> bytes:
    """All that it says up to these words."""
    said, deadline = b"", time.monotonic() + within_s
    while words not in said:
        assert time.monotonic() < deadline, said
        if select.select([board], [], [], 0.1)[0]:
            said += os.read(board, 4096)
    return said


def lines(path: Path) -> list:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_opening_it_resets_it_and_a_command_is_felt_and_ends(served: Path) -> None:
    board = os.open(served / "board", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        banner = until(board, b"SETUP DONE (LED 13 WILL BE ON)\r\n", BOOT_S)
        # what it had begun to say before the line was opened may come first
        assert banner[-408:].startswith(b"\nSETUP:\r\n\tBT: RESETTING\r\n")
        assert banner.count(b"RESET DONE") == 1
        select.select([], [], [], 0.2)
        os.write(board, b"WV,,EDDAE9DFDAFEDDDADAE7.\n")
        until(board, b"C0I50T300G\r\n", 5)
        select.select([], [], [], 0.6)
    finally:
        os.close(board)
    header, *events = lines(served / "events.jsonl")
    assert header == {"format": "stimctl.events", "version": 1, "model": "openemsstim"}
    pins = [(t_us, value) for t_us, kind, value in events if kind == "pin5"]
    assert [value for _, value in pins] == [1, 0]
    felt = [(entry["level_permille"], entry["t_us"]) for entry in lines(served / "delivered.jsonl")[1:]]
    assert {level for level, _ in felt} == {522, 0}
    on_us, off_us = felt[0][1], next(t_us for level, t_us in felt if level == 0)
    assert 290_000 < off_us - on_us < 310_000
