"""The thread that reads the keyboard: what it makes of bytes, however they come, and of stdin that is no terminal."""

import os
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest
from textual import events
from textual.message import Message

from stimctl.tui.stop_driver import StopDriver
from stimctl.tui.stop_gate import StopGate, StopPressed


class UntilAllIsRead(Event):
    """At the end of its input the thread waits; here it is over then."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True


class Driver(StopDriver):
    """Reads a descriptor as it reads a terminal, in pieces of so many bytes, and keeps what it would send on."""

    def __init__(self, fileno: int, piece: int = 4096) -> None:
        self.fileno, self._piece = fileno, piece
        self._debug, self.exit_event, self.cursor_origin = False, UntilAllIsRead(), None
        self.sent: list[Message] = []
        self.gate = StopGate(lambda: 0)
        self._app = SimpleNamespace(gate=self.gate, post_message=self.sent.append)

    def _read(self) -> bytes:
        return os.read(self.fileno, self._piece)

    def send_message(self, message: Message) -> None:
        self.sent.append(message)


def read(file: Path, content: bytes, piece: int = 4096, *, may_flow: bool = False) -> list[Message]:
    """From a file, as when stdin is one."""
    file.write_bytes(content)
    with file.open("rb") as opened:
        driver = Driver(opened.fileno(), piece)
        driver.gate.may_flow = may_flow
        driver.run_input_thread()
    return driver.sent


def test_a_file_for_stdin_is_read_like_a_terminal(tmp_path):
    assert [key.character for key in read(tmp_path / "keys", b"ab")] == ["a", "b"]


def test_a_character_that_comes_in_two_pieces_is_one_and_no_stop(tmp_path):
    sent = read(tmp_path / "keys", "é!".encode(), piece=1, may_flow=True)
    assert [key.character for key in sent] == ["é", "!"]


@pytest.mark.parametrize("piece", [1, 4096])
def test_what_is_pasted_while_output_flows_goes_no_further(tmp_path, piece):
    sent = read(tmp_path / "keys", b"\x1b[200~a b\x1b[201~", piece, may_flow=True)
    assert {type(message) for message in sent} == {StopPressed}


def test_at_zero_what_is_pasted_is_a_paste(tmp_path):
    (paste,) = read(tmp_path / "keys", b"\x1b[200~a b\x1b[201~")
    assert isinstance(paste, events.Paste)
    assert paste.text == "a b"


def test_a_terminal_is_gone_when_it_hangs_up_and_not_when_the_system_cannot_say():
    ours, theirs = os.pipe()
    driver = Driver(ours)
    assert not driver.terminal_is_gone()
    os.close(theirs)
    assert driver.terminal_is_gone()
    os.close(ours)
    # POLLNVAL, as for /dev/tty on macOS
    assert not driver.terminal_is_gone()
