"""A front end of two threads: one hears, one has the keys and the beat. Real processes, a real pty, real pipes."""

import array
import fcntl
import json
import os
import termios
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from select import select
from threading import Thread

import pytest
from processes import Served, front, served, wait_until

from stimctl.engine import messages as say
from stimctl.engine.client import EngineClient
from stimctl.engine.command_pipe import CommandPipe
from stimctl.model.thresholds import Thresholds
from stimctl.program.loader import load

PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
# Stalls of this machine.
ROOM_S = 0.5


class Hearing:
    """An engine with a thread that hears it and never beats; it prepares, arms and starts by itself."""

    def __init__(self, unit: Served) -> None:
        self.engine = EngineClient(str(unit.port), lambda _: None)
        self.engine.__enter__()
        self.heard: list[tuple[float, say.Telling]] = []
        self._thread = Thread(target=self._hear)
        self._thread.start()

    def _hear(self) -> None:
        engine = self.engine
        while engine.ended is None:
            for telling, _ in engine.tellings(time.monotonic_ns() + 200_000_000, beat=False):
                self.heard.append((time.monotonic(), telling))
                match telling:
                    case say.Unit():
                        engine.send(prepare())
                    case say.Session():
                        engine.send(say.Arm())
                    case say.Armed():
                        engine.send(say.Start())

    def all_of(self, kind: type) -> list:
        return [telling for _, telling in list(self.heard) if isinstance(telling, kind)]

    def actions(self) -> list[str]:
        return [user.action for user in self.all_of(say.User)]

    def beat_until(self, true: object, within_s: float = 20.0) -> None:
        def beaten() -> object:
            self.engine.beat()
            return true()  # type: ignore[operator]

        wait_until(beaten, within_s)

    def close(self) -> None:
        self.engine.hang_up()
        self._thread.join(20)
        self.engine.close()


def prepare() -> say.Prepare:
    return say.Prepare(
        plan=load("demo").plan,
        thresholds={1: PERSON, 2: PERSON},
        pads_mm2={1: 2_500, 2: 2_500},
        profile="consumer",
        pads_confirmed=True,
        doctor=None,
    )


@pytest.fixture
def unit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    with served(tmp_path) as unit:
        yield unit


@pytest.fixture
def hearing(unit: Served) -> Iterator[Hearing]:
    hearing = Hearing(unit)
    try:
        hearing.beat_until(unit.flowing)
        yield hearing
    finally:
        hearing.close()


def test_a_front_end_whose_keys_have_stopped_is_paused_after_a_second_though_it_hears_on(
    unit: Served, hearing: Hearing
) -> None:
    last_s = time.monotonic()
    hearing.engine.beat()
    wait_until(lambda: hearing.engine.ended is not None)
    at_s = {telling.action: at - last_s for at, telling in hearing.heard if isinstance(telling, say.User)}
    assert 0.8 < at_s["pausing"] < 1.2 + ROOM_S
    ended_s = hearing.heard[-1][0] - last_s
    assert 2.8 < ended_s < 3.2 + ROOM_S
    assert (hearing.engine.ended.exit_code, hearing.engine.ended.zero_confirmed) == (1, True)  # type: ignore[union-attr]
    assert not unit.flowing()


def test_keys_of_two_threads_arrive_whole_and_a_stop_among_them_stops(unit: Served, hearing: Hearing) -> None:
    def press(times: int) -> None:
        for _ in range(times):
            hearing.engine.send(say.Down(1))

    def chatter() -> None:
        # far longer than what a pipe takes at once
        line = say.Prepare(**{**vars_of(prepare()), "doctor": "x" * 200_000})
        for _ in range(20):
            hearing.engine.send(line)
            hearing.engine.beat()

    threads = [Thread(target=press, args=(100,)), Thread(target=press, args=(100,)), Thread(target=chatter)]
    for thread in threads:
        thread.start()
    hearing.beat_until(lambda: not any(thread.is_alive() for thread in threads))
    hearing.beat_until(lambda: hearing.actions().count("down") == 200)
    assert [refused.rule for refused in hearing.all_of(say.Refused) if refused.rule != "state"] == []
    pressing = Thread(target=press, args=(100,))
    pressing.start()
    hearing.engine.stop()
    wait_until(lambda: hearing.engine.ended is not None)
    pressing.join()
    assert [refused.why for refused in hearing.all_of(say.Refused) if refused.rule == "message"] == []
    assert (hearing.engine.ended.exit_code, hearing.engine.ended.zero_confirmed) == (4, True)  # type: ignore[union-attr]


def vars_of(value: object) -> dict:
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


def test_hanging_up_from_another_thread_is_a_stop_with_last_words(unit: Served, hearing: Hearing) -> None:
    hearing.engine.hang_up()
    hearing.engine.send(say.Down(1))
    hearing.engine.stop()
    wait_until(lambda: hearing.engine.ended is not None)
    assert hearing.engine.ended.zero_confirmed  # type: ignore[union-attr]
    assert not unit.flowing()


def test_beats_more_often_than_is_of_use_are_not_sent(tmp_path: Path, unit: Served, hearing: Hearing) -> None:
    for _ in range(500):
        hearing.engine.beat()
    hearing.engine.stop()
    wait_until(lambda: hearing.engine.ended is not None)
    (journal,) = (tmp_path / "home" / "data" / "sessions").rglob("*.jsonl")
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    beats = sum(line["front"].count('"beat"') for line in lines if "front" in line)
    assert beats < 150


def test_what_is_told_of_the_line_is_not_printed(tmp_path: Path, unit: Served) -> None:
    with front(tmp_path / "home", "--device", str(unit.port), "--sensory-ma", "6", "--comfort-ma", "18") as running:
        running.until("sample")
        assert {"unit", "link"} & {line["event"] for line in running.lines} == set()
        assert {"unit", "link"} < {line.get("event") for line in running.journal()}


# -- the pipe by itself


@pytest.fixture
def ends() -> Iterator[tuple[int, CommandPipe]]:
    reader, writer = os.pipe()
    pipe = CommandPipe(FileIO(writer, "wb"))
    yield reader, pipe
    pipe.close()
    os.close(reader)


def test_a_stop_does_not_wait_behind_a_line_that_nobody_takes(ends: tuple[int, CommandPipe]) -> None:
    """The pipe is full, so the stop is its end; the engine takes that for a stop."""
    reader, pipe = ends
    stuck = Thread(target=pipe.put, args=(b"x" * 1_000_000 + b"\n",))
    stuck.start()
    wait_until(lambda: full(reader))
    asked_s = time.monotonic()
    pipe.put_first(b"stop\n")
    assert 0.04 < time.monotonic() - asked_s < 0.1 + ROOM_S
    assert 0 < taken_to_the_end(reader) < 1_000_000
    stuck.join(5)
    assert not stuck.is_alive()


def taken_to_the_end(reader: int) -> int:
    """How many bytes come before the end; -1 where none comes."""
    taken = 0
    while select([reader], [], [], 1)[0]:
        data = os.read(reader, 65536)
        if not data:
            return taken
        taken += len(data)
    return -1


def full(reader: int) -> bool:
    waiting = array.array("i", [0])
    fcntl.ioctl(reader, termios.FIONREAD, waiting)
    return waiting[0] >= 65536


def test_a_stop_stands_on_a_line_of_its_own() -> None:
    reader, writer = os.pipe()
    pipe = CommandPipe(FileIO(writer, "wb"))
    pipe.put(b"one\n")
    pipe.put_first(b"stop\n")
    pipe.put(b"two\n")
    pipe.close()
    pipe.put(b"three\n")
    pipe.put_first(b"stop\n")
    pipe.hang_up()
    assert os.read(reader, 100) == b"one\n\nstop\ntwo\n"
    os.close(reader)


def test_what_is_said_after_hanging_up_goes_nowhere(ends: tuple[int, CommandPipe]) -> None:
    reader, pipe = ends
    pipe.put(b"one\n")
    pipe.hang_up()
    pipe.put(b"two\n")
    pipe.put_first(b"stop\n")
    assert (os.read(reader, 100), os.read(reader, 100)) == (b"one\n", b"")


def test_an_engine_that_is_gone_raises_nothing() -> None:
    reader, writer = os.pipe()
    pipe = CommandPipe(FileIO(writer, "wb"))
    os.close(reader)
    pipe.put(b"one\n")
    pipe.put_first(b"stop\n")
    pipe.close()
