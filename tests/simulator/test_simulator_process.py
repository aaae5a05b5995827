"""`python -m simulator` as another program meets it: a real process and a real pseudo-terminal."""

import json
import os
import select
import signal
import subprocess
import sys
import time

import pytest

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.connection import STOP_BYTES
from firmware_protocol.stimlink.events import Hello, Welcome

DEADLINE_S = 10


def welcome(client):
    """What the unit says to HELLO on an open terminal; asked again after a silence only."""
    decoder = Decoder()
    until = time.monotonic() + DEADLINE_S
    os.write(client, encode(Hello()))
    while time.monotonic() < until:
        ready, _, _ = select.select([client], [], [], 0.2)
        if not ready:
            os.write(client, encode(Hello()))
        # the first may be the rest of a frame whose beginning nobody heard
        for event in decoder.receive(os.read(client, 4096)) if ready else []:
            if isinstance(event, Welcome):
                return event
    raise AssertionError("no answer")


def hung_up(client):
    """Reads until the line ends: end of file, or an input/output error."""
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        ready, _, _ = select.select([client], [], [], 0.2)
        try:
            if ready and not os.read(client, 4096):
                return True
        except OSError:
            return True
    return False


@pytest.fixture
def start(tmp_path):
    """Starts the simulator in `tmp_path`; whatever still runs at the end is killed."""
    started = []

    def _start(*arguments):
        command = [sys.executable, "-m", "simulator", *arguments]
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield _start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def welcomed(client):
    """Whether the unit answers HELLO on an open terminal."""
    decoder = Decoder()
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        os.write(client, encode(Hello()))
        ready, _, _ = select.select([client], [], [], 0.2)
        # the first may be the rest of a frame whose beginning nobody heard
        if ready and any(isinstance(event, Welcome) for event in decoder.receive(os.read(client, 4096))):
            return True
    return False


def test_a_client_finds_a_unit_and_a_signal_ends_it_in_good_order(start, tmp_path):
    link = tmp_path / "unit"
    link.symlink_to("/nowhere")
    process = start("stimlink", "--pty", "unit", "--delivered", "felt.jsonl", "--seed", "7")
    assert process.stdout.readline() == "ready stimlink unit\n"

    client = os.open(link, os.O_RDWR | os.O_NOCTTY)
    assert welcome(client).simulated
    os.close(client)
    client = os.open(link, os.O_RDWR | os.O_NOCTTY)
    assert welcome(client).simulated
    os.close(client)

    process.send_signal(signal.SIGTERM)
    rest, talk = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, rest, talk) == (0, "", "")
    assert not os.path.lexists(link)
    header, *_, ending = [json.loads(line) for line in (tmp_path / "felt.jsonl").read_text().splitlines()]
    assert (header["format"], header["seed"]) == ("stimctl.delivered", 7)
    assert ending["end"] == "signal"


def test_stop_bytes_are_heard_from_a_client_that_opens_writes_and_leaves(start, tmp_path):
    process = start("stimlink", "--pty", "unit")
    process.stdout.readline()
    link = tmp_path / "unit"
    first = os.open(link, os.O_RDWR | os.O_NOCTTY)
    before = welcome(first).nonce
    os.close(first)
    hasty = os.open(link, os.O_RDWR | os.O_NOCTTY)
    os.write(hasty, STOP_BYTES)
    os.close(hasty)
    last = os.open(link, os.O_RDWR | os.O_NOCTTY)
    # answers to the first client may still be on their way
    nonces = {welcome(last).nonce for _ in range(5)}
    assert nonces - {before}
    os.close(last)


def test_unplugged_the_client_sees_its_line_end(start, tmp_path):
    (tmp_path / "plan.toml").write_text('[[fault]]\nkind = "unplug"\nat_s = 0.3\n')
    process = start("stimlink", "--pty", "unit", "--faults", "plan.toml")
    process.stdout.readline()
    client = os.open(tmp_path / "unit", os.O_RDWR | os.O_NOCTTY)
    assert hung_up(client)
    os.close(client)
    process.send_signal(signal.SIGINT)
    assert process.wait(DEADLINE_S) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["stimlink", "--pty", "file"], "simulator: file is there and is no symlink\n"),
        (["stimlink", "--tcp", "127.0.0.1"], "simulator: '127.0.0.1' is no HOST:PORT, as 127.0.0.1:5000 is"),
        (["stimlink", "--tcp", "0.0.0.0:0"], "simulator: 0.0.0.0 can be reached by others"),
        (["stimlink", "--tcp", "192.0.2.1:5000", "--listen-anywhere"], "simulator: no password"),
        (["stimlink", "--pty", "unit", "--faults", "none.toml"], "none.toml"),
        (["stimlink", "--pty", "unit", "--faults", "file"], "simulator: file: not TOML"),
        (["stimlink", "--pty", "no/unit"], "simulator: no is no directory"),
        (["toaster", "--pty", "unit"], "invalid choice: 'toaster'"),
        (["stimlink"], "required"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_served_is_refused_with_a_sentence(start, tmp_path, arguments, sentence):
    (tmp_path / "file").write_text("not a plan")
    process = start(*arguments)
    out, talk = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out) == (2, "")
    assert sentence in talk
    assert (tmp_path / "file").read_text() == "not a plan"
