"""The simulated board beyond the traces: what the measurements say in words and figures."""

import pytest

from simulator.devices.openemsstim import BYTE_NS, OpenEmsStimDevice

MS = 1_000_000
READY_MS = 12_000


class Board:
    """A board with a line at its pace, and what was seen of it: (ms since power-up, kind, value)."""

    def __init__(self, **options: bool) -> None:
        self.events: list[tuple[float, str, int | str]] = []
        self.levels: list[tuple[float, int, int]] = []
        self.device = OpenEmsStimDevice(
            seen=lambda t_us, kind, value: self.events.append((t_us / 1000, kind, value)),
            felt=lambda channel, t_us, permille: self.levels.append((t_us / 1000, channel, permille)),
            **options,
        )

    def write(self, at_ms: float, data: bytes) -> float:
        """When its last byte has arrived, in ms."""
        at_ns = round(at_ms * MS)
        for byte in data:
            at_ns += BYTE_NS
            self.device.receive(bytes([byte]), at_ns)
        return at_ns / MS

    def until(self, ms: float) -> "Board":
        self.device.advance(round(ms * MS))
        return self

    def of(self, *kinds: str) -> list[tuple[float, int | str]]:
        """After boot."""
        return [(t_ms, value) for t_ms, kind, value in self.events if kind in kinds and t_ms > READY_MS]

    @property
    def said(self) -> bytes:
        return b"".join(bytes.fromhex(str(value)) for _, value in self.of("uart_tx"))


def command(text: str) -> bytes:
    return b"WV,," + text.encode().hex().upper().encode() + b".\n"


@pytest.fixture
def board() -> Board:
    return Board().until(READY_MS)


def test_the_banner_is_as_long_as_measured_and_nothing_is_read_before_it() -> None:
    booted = Board()
    booted.write(3_000, b"WV,0018," + command("C0I50T500G")[4:])
    booted.until(READY_MS)
    text = b"".join(bytes.fromhex(str(value)) for t_ms, kind, value in booted.events if kind == "uart_tx")
    assert len(text.partition(b"LED 13 WILL BE ON)\r\n")[0]) + 20 == 408
    pins = [t_ms for t_ms, kind, value in booted.events if (kind, value) == ("pin5", 1)]
    assert pins == [pytest.approx(11_386, abs=2)]


@pytest.mark.parametrize(("text", "lasts_ms"), [("C0I50T220G", 220), ("C1I100T5000G", 5_000), ("C0I50T20000G", 5_000)])
def test_an_output_ends_by_itself_after_its_on_time(board: Board, text: str, lasts_ms: int) -> None:
    board.write(READY_MS, command(text))
    board.until(READY_MS + 10_000)
    (on_ms, channel, _), (off_ms, _, permille) = board.levels
    assert off_ms - on_ms == pytest.approx(lasts_ms, abs=2)
    assert (channel, permille) == (int(text[1]) + 1, 0)


def test_a_level_is_felt_when_the_switches_close_and_not_when_the_pot_moves(board: Board) -> None:
    board.write(READY_MS, command("C0I50T220G"))
    board.until(READY_MS + 1_000)
    (wiper_ms, wiper), *_ = board.of("wiper1")
    assert wiper == 122
    assert board.levels[0] == (pytest.approx(wiper_ms + 0.019, abs=0.001), 1, round(1000 * 133 / 255))


@pytest.mark.parametrize("text", ["C0I50T32768G", "C0I50T40000G", "C0I50T65535G"])
def test_an_on_time_beyond_32767_never_ends_on_a_young_board_but_a_bare_g_ends_it(board: Board, text: str) -> None:
    board.write(READY_MS, command(text))
    board.until(READY_MS + 30_000)
    if "65535" in text:
        # up for more than a millisecond: ends at once
        assert board.levels[-1][2] == 0
        return
    assert [permille for _, _, permille in board.levels] == [round(1000 * 133 / 255)]
    board.write(READY_MS + 30_000, command("G"))
    board.until(READY_MS + 31_000)
    assert board.levels[-1][2] == 0


def test_an_on_time_beyond_32767_ends_at_once_on_an_old_board() -> None:
    old = Board().until(45_000)
    old.write(45_000, command("C0I50T40000G"))
    old.until(46_000)
    assert old.levels[-1][2] == 0


@pytest.mark.parametrize("text", ["I50G", "T100G", "C2I5T100G", "C-1T100G", "CI5G"])
def test_an_on_time_or_an_intensity_without_a_channel_is_the_end_of_the_board(board: Board, text: str) -> None:
    board.write(READY_MS, command("C0I50T1000G"))
    board.until(READY_MS + 200)
    board.write(READY_MS + 200, command(text))
    board.write(READY_MS + 500, b"Connection End\n")
    board.until(READY_MS + 30_000)
    assert [permille for _, _, permille in board.levels] == [round(1000 * 133 / 255)], "outputs stay as they were"
    assert b"Disconnected" not in board.said
    board.device.reboot(round((READY_MS + 30_000) * MS))
    assert board.levels[-1][2] == 0


@pytest.mark.parametrize("text", ["G", "CG", "C2G", "C9G"])
def test_a_command_without_a_channel_time_or_intensity_is_all_off(board: Board, text: str) -> None:
    board.write(READY_MS, command("C0I50T5000G"))
    board.write(READY_MS + 200, command("C1I50T5000G"))
    board.write(READY_MS + 400, command(text))
    board.until(READY_MS + 1_000)
    last = {channel: permille for _, channel, permille in board.levels}
    assert last == {1: 0, 2: 0}


def test_connection_end_says_so_before_the_second_channel_is_off(board: Board) -> None:
    board.write(READY_MS, command("C0I50T5000G"))
    board.write(READY_MS + 200, command("C1I50T5000G"))
    sent_ms = board.write(READY_MS + 500, b"Connection End\n")
    board.until(READY_MS + 1_000)
    said_ms = next(t_ms for t_ms, line in board.of("uart_tx") if b"Disconnected" in bytes.fromhex(str(line)))
    off = {channel: t_ms for t_ms, channel, permille in board.levels if permille == 0}
    assert 1.0 <= off[1] - sent_ms <= 61.4, "as measured"
    assert 0 < off[2] - said_ms < 30
    low = {name: board.of(name)[-1][0] for name in ("pin5", "pin6")}
    assert low["pin6"] - said_ms < 100, "confirmed 100 ms after the text"


def test_bytes_without_a_line_end_hold_an_output_on(board: Board) -> None:
    """The one hole that no on-time closes: a host that has faulted has to fall silent."""
    board.write(READY_MS, command("C0I50T300G"))
    for number in range(100):
        board.write(READY_MS + 300 + 40 * number, b"x")
    board.until(READY_MS + 10_000)
    off_ms = board.levels[-1][0]
    assert off_ms - READY_MS > 300 + 40 * 99
    assert off_ms - READY_MS < 300 + 40 * 99 + 300, "and ends when they do"


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_line_in_letters_that_is_cut_anywhere_switches_nothing_on(board: Board, cut: int) -> None:
    line = b"WV,,EDDBE9DCDCFEDBDCDBE7.\n"
    board.write(READY_MS, line[:cut])
    board.write(READY_MS + 200, line[cut:])
    board.until(READY_MS + 2_000)
    assert board.levels == []


def test_a_line_in_figures_that_is_cut_may_switch_an_output_on_for_ever(board: Board) -> None:
    line = b"WV,0018,433149323254313030" + b"47.\n"
    board.write(READY_MS, line[:5])
    board.write(READY_MS + 60, line[5:])
    board.until(READY_MS + 30_000)
    assert [(name, board.of(name)[-1][1]) for name in ("pin5", "pin4")] == [("pin5", 1), ("pin4", 1)]


def test_the_receiver_keeps_63_bytes_and_loses_the_newest() -> None:
    asleep = Board()
    # 21 bytes each: the third one loses its end, and the board waits for it as for any line
    asleep.write(3_000, b"1" + b"x" * 61 + b"\n" + b"2\n")
    asleep.until(READY_MS)
    lines = b"".join(bytes.fromhex(str(value)) for _, kind, value in asleep.events if kind == "uart_tx")
    assert lines.count(b"received command") == 1


def test_a_board_without_its_pot_closes_its_switches_all_the_same() -> None:
    bare = Board(pot_absent=True).until(READY_MS)
    bare.write(READY_MS, command("C0I50T220G"))
    bare.until(READY_MS + 150)
    assert bare.of("wiper1") == []
    assert bare.of("pin5")[-1][1] == 1


def test_a_reset_opens_the_switches_at_once_and_boots_anew(board: Board) -> None:
    board.write(READY_MS, command("C0I50T5000G"))
    board.until(READY_MS + 300)
    board.device.reboot((READY_MS + 300) * MS)
    assert board.levels[-1] == (READY_MS + 300, 1, 0)
    board.device.drain()
    board.until(READY_MS + 300 + 11_400)
    assert b"SETUP DONE" in board.device.drain()


def test_any_bytes_at_all_and_it_never_raises(board: Board) -> None:
    at_ms = READY_MS
    for number in range(0, 2_000, 7):
        at_ms = max(at_ms + 30, board.write(at_ms, bytes((number * k) % 256 for k in range(1, 20))))
    board.until(at_ms + 10_000)
