"""Links over a network: how much they take, slow and lost peers, reset, locks, and what is said of addresses."""

import os
import pty
import socket
import tty
from collections.abc import Iterator
from pathlib import Path
from select import select
from time import monotonic_ns

import pytest
from rfc2217_server import rfc2217_server

from stimctl.errors import ConfigError, LinkLost, NotAnswering, PortBusy
from stimctl.links.link import MOST_OUTSTANDING
from stimctl.links.opening import open_link
from stimctl.links.rfc2217 import Rfc2217Link
from stimctl.links.tcp import TcpLink
from stimctl.links.url import TargetKind, parse_device_url

SECOND = 1_000_000_000


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def ends(listener: socket.socket, tmp_path: Path) -> Iterator[tuple[TcpLink, socket.socket]]:
    link = TcpLink("socket://x", listener.getsockname(), 115_200, tmp_path)
    peer, _ = listener.accept()
    with peer:
        yield link, peer
    link.close()


def heard(link: TcpLink | Rfc2217Link, count: int) -> bytes:
    """So many bytes, within some seconds."""
    data = b""
    until_ns = monotonic_ns() + 10 * SECOND
    while len(data) < count and monotonic_ns() < until_ns:
        select([link], [], [], 0.1)
        data += link.read()
    return data


def test_no_more_than_64_bytes_are_ever_on_their_way(ends: tuple[TcpLink, socket.socket]) -> None:
    link, _ = ends
    assert link.write(b"x" * 500, 0) == MOST_OUTSTANDING
    assert link.write(b"x" * 500, 0) == 0
    assert link.write(b"x" * 500, SECOND) == MOST_OUTSTANDING


def test_bytes_go_both_ways_as_they_are(ends: tuple[TcpLink, socket.socket]) -> None:
    link, peer = ends
    link.write(bytes(range(60)), 0)
    assert peer.recv(100) == bytes(range(60))
    assert link.read() == b""
    peer.sendall(bytes(range(256)))
    assert heard(link, 256) == bytes(range(256))


def test_a_server_that_does_not_read_leaves_no_room_in_the_end(listener: socket.socket, tmp_path: Path) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    link = TcpLink("socket://x", listener.getsockname(), 115_200, tmp_path)
    peer, _ = listener.accept()
    with peer:
        taken = [link.write(b"x" * 500, turn * SECOND) for turn in range(200_000 // MOST_OUTSTANDING)]
        assert taken[-1] == 0
        assert link.outstanding(300_000 * SECOND) >= MOST_OUTSTANDING
    link.close()


def test_a_server_that_is_gone_is_a_lost_link(ends: tuple[TcpLink, socket.socket]) -> None:
    link, peer = ends
    peer.close()
    select([link], [], [], 5)
    with pytest.raises(LinkLost, match="has gone"):
        link.read()


def test_a_reset_leaves_and_comes_back(ends: tuple[TcpLink, socket.socket], listener: socket.socket) -> None:
    link, peer = ends
    link.reset(0)
    assert peer.recv(10) == b""
    again, _ = listener.accept()
    with again:
        link.write(b"hello", SECOND)
        assert again.recv(10) == b"hello"


def test_a_reset_without_a_server_is_a_lost_link(ends: tuple[TcpLink, socket.socket], listener: socket.socket) -> None:
    link, _ = ends
    listener.close()
    with pytest.raises(LinkLost):
        link.reset(0)


def test_an_address_is_held_by_one_link(ends: tuple[TcpLink, socket.socket], listener, tmp_path: Path) -> None:
    with pytest.raises(PortBusy):
        TcpLink("socket://x", listener.getsockname(), 115_200, tmp_path)
    # but for a stop, which takes no lock
    TcpLink("socket://x", listener.getsockname(), 115_200, None).close()


def test_a_lock_goes_with_a_server_that_is_not_there(listener: socket.socket, tmp_path: Path) -> None:
    address = listener.getsockname()
    listener.close()
    for _ in range(2):
        with pytest.raises(NotAnswering, match="is its server running"):
            TcpLink("socket://x", address, 115_200, tmp_path)


# -- RFC 2217


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[tuple[Rfc2217Link, int]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    with rfc2217_server(os.ttyname(slave)) as url:
        link = open_link(parse_device_url(url), 115_200, tmp_path)
        assert isinstance(link, Rfc2217Link)
        yield link, master
        link.close()
    os.close(slave)
    os.close(master)


def read_from(master: int, count: int) -> bytes:
    data = b""
    while len(data) < count and select([master], [], [], 5)[0]:
        data += os.read(master, 4096)
    return data


def test_over_rfc2217_bytes_go_both_ways_as_they_are(remote: tuple[Rfc2217Link, int]) -> None:
    link, master = remote
    sent = bytes(range(256))
    taken, until_ns = 0, monotonic_ns() + 10 * SECOND
    while taken < len(sent) and monotonic_ns() < until_ns:
        taken += link.write(sent[taken:], monotonic_ns())
        select([], [], [], 0.001)
    assert read_from(master, 256) == sent
    os.write(master, sent)
    assert heard(link, 256) == sent


def test_over_rfc2217_no_more_than_64_bytes_are_ever_on_their_way(remote: tuple[Rfc2217Link, int]) -> None:
    link, _ = remote
    assert link.write(b"x" * 500, 0) == MOST_OUTSTANDING
    assert link.write(b"x" * 500, 0) == 0


def test_over_rfc2217_a_reset_does_not_keep_the_loop_and_bytes_go_on(remote: tuple[Rfc2217Link, int]) -> None:
    link, master = remote
    before_ns = monotonic_ns()
    link.reset(before_ns)
    link.write(b"after", before_ns)
    assert read_from(master, 5) == b"after"


def test_a_server_of_something_else_is_said_so(listener: socket.socket, tmp_path: Path) -> None:
    host, port = listener.getsockname()
    url = parse_device_url(f"rfc2217://{host}:{port}")
    with pytest.raises(NotAnswering, match="does not answer as RFC 2217 has it"):
        open_link(url, 115_200, tmp_path)


# -- addresses


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
def test_loopback_stays_on_this_computer(host: str) -> None:
    assert not parse_device_url(f"socket://{host}:5000").leaves_this_computer


@pytest.mark.parametrize("host", ["192.0.2.1", "unit.example", "[2001:db8::1]", "0.0.0.0"])
@pytest.mark.parametrize("scheme", ["socket", "rfc2217"])
def test_another_computer_is_refused_unless_it_is_allowed(scheme: str, host: str, tmp_path: Path) -> None:
    url = parse_device_url(f"openemsstim@{scheme}://{host}:5000")
    assert (url.family, url.kind, url.leaves_this_computer) == ("openemsstim", TargetKind(scheme), True)
    with pytest.raises(ConfigError, match="--allow-network"):
        open_link(url, 115_200, tmp_path)
