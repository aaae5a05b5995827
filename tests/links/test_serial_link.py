"""A serial link on a real pty: how much it takes, what it flushes, and what it says of ports that are none."""

import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from stimctl.errors import LinkLost, NotAnswering, PortBusy
from stimctl.links.link import MOST_OUTSTANDING, Line
from stimctl.links.serial_port import SerialLink

MS = 1_000_000


@pytest.fixture
def ends() -> Iterator[tuple[int, str]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    name = os.ttyname(slave)
    os.close(slave)
    try:
        yield master, name
    finally:
        os.close(master)


@pytest.fixture
def link(ends: tuple[int, str], tmp_path: Path) -> Iterator[SerialLink]:
    link = SerialLink(ends[1], 115_200, tmp_path)
    try:
        yield link
    finally:
        link.close()


def test_no_more_than_64_bytes_are_ever_on_their_way(link: SerialLink) -> None:
    assert link.write(b"x" * 500, 0) == MOST_OUTSTANDING
    assert link.write(b"x" * 500, 0) == 0
    assert link.outstanding(0) == MOST_OUTSTANDING


def test_a_byte_takes_as_long_as_the_line_takes_for_it(link: SerialLink) -> None:
    link.write(b"x" * 500, 0)
    assert link.write(b"x" * 500, 1 * MS) == 11
    assert link.room_ns(1 * MS) > 1 * MS


def test_after_a_flush_there_is_room_for_a_stop(link: SerialLink) -> None:
    link.write(b"x" * 500, 0)
    link.discard_unsent(1)
    assert link.write(b"STOPBYT", 1) == 7


def test_what_the_other_end_wrote_is_read_and_nothing_is_waited_for(link: SerialLink, ends: tuple[int, str]) -> None:
    assert link.read() == b""
    os.write(ends[0], b"hello")
    assert link.read() == b"hello"


def test_a_line_that_hung_up_is_lost(link: SerialLink, ends: tuple[int, str], tmp_path: Path) -> None:
    other, _ = pty.openpty()
    os.dup2(other, ends[0])
    with pytest.raises(LinkLost):
        link.read()


def test_a_port_is_held_by_one_link(link: SerialLink, ends: tuple[int, str], tmp_path: Path) -> None:
    with pytest.raises(PortBusy):
        SerialLink(ends[1], 115_200, tmp_path)
    with pytest.raises(PortBusy):
        SerialLink(ends[1], 115_200, tmp_path / ".." / tmp_path.name)


def test_a_closed_link_lets_go_of_its_port(ends: tuple[int, str], tmp_path: Path) -> None:
    SerialLink(ends[1], 115_200, tmp_path).close()
    SerialLink(ends[1], 115_200, tmp_path).close()


@pytest.mark.parametrize("what", ["nothing", "a file", "a directory", "/dev/null"])
def test_what_is_no_serial_port_is_said_so(what: str, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    (tmp_path / "a directory").mkdir()
    path = what if what.startswith("/") else str(tmp_path / what)
    with pytest.raises(NotAnswering, match=r"there is no|serial port"):
        SerialLink(path, 115_200, tmp_path)


def test_a_line_counts_what_is_on_it_by_the_clock() -> None:
    line = Line(115_200)
    line.wrote(10, 0)
    assert [line.outstanding(at) for at in (0, 86_805 * 5, 86_805 * 10)] == [10, 5, 0]
