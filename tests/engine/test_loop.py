"""The loop at its edges, on real descriptors and a link made for the test: what is raised, what blocks."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from processes import wait_until
from world import NAMES

from stimctl.clock import MS
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine import messages as say
from stimctl.engine.control import Control
from stimctl.engine.core import EngineCore, Outgoing
from stimctl.engine.journal import Journal
from stimctl.engine.loop import Loop
from stimctl.engine.outbox import Outbox
from stimctl.engine.session_state import State
from stimctl.errors import LinkLost
from stimctl.safety.audit_stimlink import StimlinkAudit


class FakeLink:
    """A line that keeps what is written to it; `full` takes nothing, `gone` raises."""

    name = "fake"

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self.log: list[bytes | str] = []
        self.full = False
        self.gone = False

    def fileno(self) -> int:
        return self._ours.fileno()

    def read(self) -> bytes:
        return self._ours.recv(4096)

    def write(self, data: bytes, now_ns: int) -> int:
        if self.gone:
            raise LinkLost("fake is gone")
        if self.full:
            return 0
        self.log.append(data)
        return len(data)

    def discard_unsent(self, now_ns: int) -> None:
        if self.gone:
            raise LinkLost("fake is gone")
        self.log.append("discarded")

    def outstanding(self, now_ns: int) -> int:
        return 0

    def room_ns(self, now_ns: int) -> int:
        return now_ns + MS

    def close(self) -> None:
        self._ours.close()
        self.theirs.close()


class Core(EngineCore):
    """A core that the test can hold by the hand."""

    def __init__(self) -> None:
        super().__init__(StimlinkDriver(), StimlinkAudit(), NAMES, time.monotonic_ns())
        self.lost: list[str] = []
        self.outgoing = Outgoing(b"")
        self.raises: Exception | None = None
        self.over = False
        self.ends_when_lost = True
        self.slept: list[int] = []

    def advance(self, now_ns: int) -> None:
        if self.raises is not None:
            raise self.raises

    def drain(self, now_ns: int) -> Outgoing:
        return self.outgoing

    def link_lost(self, why: str, now_ns: int) -> None:
        self.lost.append(why)
        self.over = self.ends_when_lost

    def suspended(self, slept_ns: int, now_ns: int) -> None:
        self.slept.append(slept_ns)
        self.over = True

    def next_wake_ns(self) -> int | None:
        return time.monotonic_ns() + 5 * MS

    @property
    def state(self) -> State:
        return State.RUNNING

    @property
    def stop_bytes(self) -> bytes:
        return b"STOP"

    @property
    def flowing(self) -> bool:
        return True

    @property
    def ended(self) -> bool:
        return self.over


class Bench:
    """A loop with all that it waits for."""

    def __init__(self, directory: Path) -> None:
        self.core, self.link = Core(), FakeLink()
        self.front_read, self.front_write = os.pipe()
        self.told_read, self.told_write = os.pipe()
        self.signals_read, self.signals_write = os.pipe()
        self.outbox = Outbox(self.told_write)
        self.journal = Journal(directory / "journal.jsonl")
        self.control = Control(directory / "s.sock")
        self.asleep_ns = 0
        self.loop = Loop(
            self.core,
            self.link,
            self.front_read,
            self.outbox,
            self.control,
            self.journal,
            self.signals_read,
            lambda: self.asleep_ns,
        )

    def close(self) -> None:
        self.journal.close()
        self.control.close()
        self.link.close()
        for descriptor in (
            self.front_read,
            self.front_write,
            self.told_read,
            self.told_write,
            self.signals_read,
            self.signals_write,
        ):
            os.close(descriptor)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    try:
        yield bench
    finally:
        bench.close()


def test_whatever_is_raised_in_a_turn_the_stop_bytes_leave_first(bench: Bench) -> None:
    bench.core.raises = ZeroDivisionError("our mistake")
    with pytest.raises(ZeroDivisionError):
        bench.loop.run()
    assert bench.link.log == ["discarded", b"STOP"]


def test_a_mistake_on_a_line_that_is_gone_is_still_told_as_the_mistake(bench: Bench) -> None:
    bench.core.raises = KeyError("our mistake")
    bench.link.gone = True
    with pytest.raises(KeyError):
        bench.loop.run()


def test_a_line_that_takes_nothing_for_100_ms_while_output_flows_is_lost(bench: Bench) -> None:
    bench.link.full = True
    bench.core.outgoing = Outgoing(b"x")
    bench.loop.run()
    assert "takes no bytes" in bench.core.lost[0]


def test_a_stop_discards_what_is_unsent_and_goes_first(bench: Bench) -> None:
    bench.link.full = True
    bench.core.outgoing = Outgoing(b"backlog")
    loop = Thread(target=bench.loop.run)
    loop.start()
    wait_until(lambda: bench.loop.unsent)
    bench.link.full = False
    bench.core.outgoing = Outgoing(b"STOP", stop_first=True)
    wait_until(lambda: b"STOP" in bench.link.log)
    bench.core.over = True
    loop.join()
    written = [entry for entry in bench.link.log if isinstance(entry, bytes)]
    assert bench.link.log.index("discarded") < bench.link.log.index(b"STOP")
    assert not any(b"backlog" in entry and b"STOP" in entry for entry in written)


def test_a_front_end_that_never_reads_loses_samples_and_no_facts(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    outbox = Outbox(writer)
    for number in range(5_000):
        outbox.put(f"sample {number} " + "x" * 200, may_drop=True)
        outbox.flush()
    outbox.put("fact", may_drop=False)
    assert outbox.waiting
    read = b""
    while outbox.waiting:
        read += os.read(reader, 65536)
        outbox.flush()
    os.set_blocking(reader, False)
    read += os.read(reader, 65536)
    lines = read.decode().splitlines()
    assert lines[-1] == "fact"
    assert len(lines) < 1_000
    for descriptor in (reader, writer):
        os.close(descriptor)


def test_a_journal_is_whole_lines_even_on_a_disk_that_fills(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    journal = Journal(tmp_path / "journal.jsonl")
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        failed = [journal.write(f'{{"line":{number},"text":"{"x" * 90}"}}\n') for number in range(20)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    journal.close()
    assert failed[0] is None
    assert failed[-1] is not None
    content = (tmp_path / "journal.jsonl").read_text()
    assert content.endswith("}\n")


def test_a_journal_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    Journal(tmp_path / "journal.jsonl").close()
    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o777 == 0o600


def test_the_control_socket_takes_the_word_stop_and_nothing_else(tmp_path: Path) -> None:
    control = Control(tmp_path / "s.sock")
    assert (tmp_path / "s.sock").stat().st_mode & 0o777 == 0o600
    for word, asked in ((b"start\n", False), (b"", False), (b"stop\n", True)):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(str(tmp_path / "s.sock"))
            line.sendall(word)
            if not word:
                line.shutdown(socket.SHUT_WR)
            # one turn to accept, one to read
            turns = [control.stop_asked() for _ in range(2)]
            assert any(turns) is asked, word
    control.close()
    assert not (tmp_path / "s.sock").exists()


def test_a_message_of_the_front_end_may_come_in_pieces(bench: Bench) -> None:
    core = EngineCore(StimlinkDriver(), StimlinkAudit(), NAMES, 0)
    for byte in say.command_line(say.Stop()):
        core.heard(bytes([byte]), 1)
    assert core.state is State.ENDED


def test_a_flush_that_fails_does_not_keep_the_stop_back(bench: Bench) -> None:
    def failing(now_ns: int) -> None:
        raise LinkLost("no flush")

    bench.link.discard_unsent = failing
    bench.core.outgoing = Outgoing(b"STOP", stop_first=True)
    loop = Thread(target=bench.loop.run)
    loop.start()
    wait_until(lambda: b"STOP" in bench.link.log)
    bench.core.over = True
    loop.join()


def test_a_line_that_takes_bytes_again_gets_the_stop(bench: Bench) -> None:
    bench.core.ends_when_lost = False
    bench.link.full = True
    bench.core.outgoing = Outgoing(b"x")
    loop = Thread(target=bench.loop.run)
    loop.start()
    wait_until(lambda: bench.core.lost)
    bench.core.outgoing = Outgoing(b"STOP", stop_first=True)
    bench.link.full = False
    wait_until(lambda: b"STOP" in bench.link.log)
    bench.core.over = True
    loop.join()


def test_clients_who_say_nothing_make_room_for_one_who_asks_for_a_stop(tmp_path: Path) -> None:
    control = Control(tmp_path / "s.sock")
    idle = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(12)]
    for client in idle:
        client.connect(str(tmp_path / "s.sock"))
        control.stop_asked()
    assert len(control.filenos()) <= 9
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(str(tmp_path / "s.sock"))
        line.sendall(b"stop\n")
        assert any(control.stop_asked() for _ in range(2))
    for client in idle:
        client.close()
    control.close()


def test_the_last_words_wait_for_a_front_end_that_reads_late(bench: Bench) -> None:
    for number in range(200):
        bench.outbox.put(f"{number} " + "x" * 1_000, may_drop=False)
    bench.core.over = True
    loop = Thread(target=bench.loop.run)
    loop.start()
    read = b""
    while loop.is_alive() or b"199 x" not in read:
        read += os.read(bench.told_read, 65536)
        if b"199 x" in read and read.endswith(b"\n"):
            break
    loop.join()
    assert read.count(b"\n") == 200


def test_clocks_that_come_apart_by_more_than_100_ms_are_a_sleep(bench: Bench) -> None:
    loop = Thread(target=bench.loop.run)
    loop.start()
    bench.asleep_ns = 90 * MS
    bench.asleep_ns = 5_000 * MS
    loop.join(10)
    assert bench.core.slept == [5_000 * MS]
