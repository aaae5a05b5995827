"""The driver of openEMSstim boards by itself: what it sends when, and what it makes of what comes."""

from itertools import pairwise

import pytest
from hand_made_board import BANNER, CEILINGS, ECHO_MS, OFF, POT, STOP_MS, Board, armed, booted, flow, identified

from firmware_protocol.openemsstim.codec import echo_of
from firmware_protocol.openemsstim.events import Stop
from stimctl.clock import MS, SECOND
from stimctl.drivers.facts import (
    Accepted,
    Armed,
    ArmRefused,
    GapSeen,
    Heard,
    Identified,
    NoAnswer,
    Settled,
    UnitFault,
    WrongUnit,
    ZeroConfirmed,
)

# -- finding it


def test_nothing_leaves_before_the_banner_and_for_100_ms_after_it() -> None:
    board = booted()
    assert board.run(99).sent == []
    assert [line for _, line in board.run(2).sent] == [OFF[1][1:]]


def test_it_is_identified_when_it_was_stopped_and_its_pot_has_answered() -> None:
    board = booted().run(400)
    assert [line for _, line in board.sent] == [OFF[0], POT]
    (at_ms,) = [at for at, fact in board.facts if isinstance(fact, Identified)]
    # the stop's answer, 100 ms in which channel 2 is switched off, the pot's answer
    assert at_ms >= 150 + STOP_MS + 100 + STOP_MS
    assert board.told(ZeroConfirmed) == [ZeroConfirmed(output_off=True)]
    assert board.told(Settled) == [Settled(best_rtt_us=STOP_MS * 1_000, rate_ppm=0)]


@pytest.mark.parametrize("position", [255, 1_000])
def test_a_pot_that_does_not_answer_is_no_unit_to_work_with(position: int) -> None:
    board = booted()
    board.pot = position
    board.run(1_000)
    assert not board.told(Identified)
    assert board.told(WrongUnit)


def test_a_board_that_says_nothing_is_told_after_15_s() -> None:
    board = Board()
    board.driver.identify(0)
    assert board.run(14_999).facts == []
    assert board.run(2).told(NoAnswer) == [NoAnswer(15_000)]
    assert board.sent == []


def test_bytes_without_a_banner_are_another_firmware() -> None:
    board = Board()
    board.driver.identify(0)
    board.says(b"Grbl 1.1f ['$' for help]\r\n").run(15_001)
    (found,) = board.told(WrongUnit)
    assert "26 bytes came" in found.why
    assert board.sent == []


def test_half_a_banner_is_none() -> None:
    board = Board()
    board.driver.identify(0)
    board.says(b"\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n").run(15_001)
    assert board.told(WrongUnit)
    assert board.sent == []


@pytest.mark.parametrize("whole", [True, False], ids=["and boots", "and boots on"])
@pytest.mark.parametrize("after_ms", [10, 120, 200, 280])
def test_a_board_that_restarts_while_it_is_asked_who_it_is_is_sent_nothing_more(after_ms: int, whole: bool) -> None:
    board = booted().run(after_ms)
    sent = len(board.sent)
    board.says(BANNER if whole else b"\nSETUP:\r\n").run(2_000)
    (found,) = board.told(WrongUnit)
    assert "restarted" in found.why
    assert len(board.sent) == sent
    assert not board.told(Identified)


def test_a_banner_that_comes_in_one_piece_with_one_before_it_is_a_banner() -> None:
    board = Board()
    board.driver.identify(0)
    board.says(b"\nSETUP:\r\n\tBT: RESET" + BANNER).run(400)
    assert board.told(Identified)


def test_what_else_is_said_before_it_is_identified_is_another_program_and_no_fault() -> None:
    board = booted().run(10).says(b"hello\r\n").run(2_000)
    assert not board.told(UnitFault)
    (found,) = board.told(WrongUnit)
    assert "hello" in found.why
    assert "nobody else" in found.why
    assert board.sent == []


def test_a_board_that_does_not_answer_a_stop_is_told() -> None:
    board = booted()
    board.silent = True
    board.run(1_000)
    (found,) = board.told(WrongUnit)
    assert "does not answer a stop" in found.why


@pytest.mark.parametrize("when_ms", [110, 150, 200, 245, 255, 280])
@pytest.mark.parametrize("arms", [False, True], ids=["found", "armed"])
def test_an_answer_that_comes_twice_is_one(arms: bool, when_ms: int) -> None:
    board = identified() if arms else booted()
    if arms:
        board.driver.arm({1: CEILINGS}, board.now_ms * MS)
    board.sent.clear()
    board.facts.clear()
    board.run(when_ms).says(echo_of(Stop())).run(1_000)
    assert [line for _, line in board.sent].count(POT) == 1
    assert len(board.told(Armed if arms else Identified)) == 1
    assert not board.told(UnitFault)


def test_a_board_that_does_not_say_where_its_pot_is_is_told() -> None:
    board = booted().run(260)
    board._coming.clear()
    board.says(echo_of(Stop())).run(1_000)
    (found,) = board.told(WrongUnit)
    assert "does not say where" in found.why


# -- arming


def test_arming_is_a_stop_that_is_answered_and_a_pot_that_answers() -> None:
    board = identified()
    board.sent.clear()
    board.driver.arm({1: CEILINGS}, board.now_ms * MS)
    board.run(300)
    assert [line for _, line in board.sent][:2] == [OFF[0], POT]
    assert board.told(Armed)


def test_a_pot_that_answers_no_more_is_not_armed() -> None:
    board = identified()
    board.pot = 255
    board.driver.arm({1: CEILINGS}, board.now_ms * MS)
    board.run(1_000)
    assert board.told(ArmRefused)
    assert not board.told(Armed)


def test_a_board_that_does_not_answer_is_not_armed() -> None:
    board = identified()
    board.silent = True
    board.driver.arm({1: CEILINGS}, board.now_ms * MS)
    board.run(1_000)
    assert board.told(ArmRefused)


def test_a_board_that_is_armed_and_gives_nothing_is_asked_two_or_three_times_a_second() -> None:
    board = armed(1)
    at = [at_ms for at_ms, _ in board.run(5_000).sent]
    assert all(400 <= late - early <= 600 for early, late in pairwise(at))
    assert at[0] < board.now_ms - 4_000


# -- slots


@pytest.mark.parametrize(("channels", "on_time_ms"), [((1,), 220), ((1, 2), 300)])
def test_each_command_has_the_on_time_of_its_number_of_channels(channels: tuple[int, ...], on_time_ms: int) -> None:
    board = armed(*channels)
    flow(board, dict.fromkeys(channels, 5))
    board.run(3_000)
    assert {one.on_time_ms for _, one in board.drives()} == {on_time_ms}


def test_a_command_leaves_every_100_ms_and_never_two_at_once() -> None:
    board = armed(1, 2)
    flow(board, {1: 5, 2: 5})
    board.run(3_000)
    at = [at_ms for at_ms, _ in board.drives()]
    assert all(100 <= late - early <= 102 for early, late in pairwise(at))


def test_a_late_echo_holds_the_next_command_back() -> None:
    board = armed(1)
    flow(board, {1: 5})
    board.run(500)
    board.late_ms = 60
    board.run(200)
    sent = len(board.drives())
    last_ms = board.drives()[-1][0]
    board.run(last_ms + ECHO_MS + 59 - board.now_ms)
    assert len(board.drives()) == sent


def test_levels_rise_one_by_one_and_channels_take_turns() -> None:
    board = armed(1, 2)
    flow(board, {1: 4, 2: 4})
    board.run(1_200)
    assert [(one.channel, one.intensity) for _, one in board.drives()][:8] == [
        *((1, 1), (2, 1), (1, 2), (2, 2)),
        *((1, 3), (2, 3), (1, 4), (2, 4)),
    ]


@pytest.mark.parametrize(("to", "first"), [(2, 2), (9, 1)], ids=["falls", "rises"])
def test_what_falls_goes_before_what_begins_and_what_begins_before_what_rises(to: int, first: int) -> None:
    board = armed(1, 2)
    flow(board, {2: 6})
    board.run(1_000)
    before = len(board.drives())
    flow(board, {1: 3, 2: to})
    board.run(210)
    (_, one), (_, two) = board.drives()[before : before + 2]
    assert (one.channel, two.channel) == (first, 3 - first)


def test_what_is_about_to_run_out_goes_before_all() -> None:
    board = armed(1, 2)
    flow(board, {1: 9, 2: 9})
    board.run(1_000)
    before = len(board.drives())
    last = board.drives()[-1][1].channel
    flow(board, {last: 2})
    board.run(110)
    assert board.drives()[before][1].channel == 3 - last


def test_nothing_cleared_any_more_is_a_stop() -> None:
    board = armed(1)
    flow(board, {1: 3}, lasts_ms=500)
    board.run(1_000)
    after = [line for at_ms, line in board.sent if at_ms > board.drives()[-1][0]]
    assert after[0] in OFF
    assert not board.told(GapSeen)


def test_one_channel_of_two_ends_by_the_floor_and_the_shortest_time() -> None:
    board = armed(1, 2)
    flow(board, {1: 3}, lasts_ms=1_000)
    flow(board, {2: 3})
    board.run(2_000)
    last = [one for _, one in board.drives() if one.channel == 1][-1]
    assert (last.intensity, last.on_time_ms) == (1, 40)


@pytest.mark.parametrize(("stall_ms", "gap"), [(100, False), (150, True)])
def test_what_may_have_run_out_while_the_host_was_stalled_begins_at_the_floor_again(stall_ms: int, gap: bool) -> None:
    board = armed(1)
    flow(board, {1: 5})
    board.run(1_000)
    while board.driver._connection.state.value != "idle":
        board.run(1)
    before = len(board.drives())
    board.now_ms += stall_ms
    board.run(1)
    assert bool(board.told(GapSeen)) is gap
    flow(board, {1: 5})
    board.run(500)
    assert board.drives()[before][1].intensity == (1 if gap else 5)


def test_an_echo_that_does_not_come_is_a_gap_and_a_stop() -> None:
    board = armed(1)
    flow(board, {1: 5})
    board.run(1_000)
    board.silent = True
    # so long from the last command that was not answered
    board.run(250 + 100)
    assert board.told(GapSeen)
    assert board.sent[-1][1] in OFF
    assert not board.told(UnitFault)


def test_a_board_that_goes_on_saying_nothing_is_a_fault() -> None:
    board = armed(1)
    flow(board, {1: 5})
    board.run(1_000)
    board.silent = True
    board.run(1_000)
    assert board.told(UnitFault)


def test_after_a_wrong_byte_nothing_more_is_sent_by_it() -> None:
    board = armed(1)
    flow(board, {1: 5})
    board.run(1_000)
    board.says(b"X").run(1)
    assert board.told(UnitFault)
    sent = len(board.sent)
    assert len(board.run(2_000).sent) == sent


def test_a_restart_while_output_flows_is_a_fault() -> None:
    board = armed(1)
    flow(board, {1: 5})
    # between the echo of one command and the next
    board.run(1_000)
    while board.driver._connection.state.value != "idle":
        board.run(1)
    board.says(b"\nSETUP:\r\n").run(1)
    assert "restarted" in board.told(UnitFault)[0].why


def test_what_was_carried_out_is_reported_and_was_taken() -> None:
    board = armed(1)
    flow(board, {1: 2})
    board.run(500)
    heard = board.told(Heard)[-1].reported
    assert (heard.amplitude_ua, heard.phase_duration_us, heard.pulse_period_us) == (2_000, 200, 12_500)
    assert heard.heard_ns - heard.made_ns == 33 * MS
    assert board.told(Accepted)


def test_what_is_held_is_sent_no_higher_at_once() -> None:
    board = armed(1)
    flow(board, {1: 9})
    board.run(1_500)
    assert board.drives()[-1][1].intensity == 9
    board.driver.hold(1, 4_000, board.now_ms * MS)
    board.run(110)
    assert board.drives()[-1][1].intensity == 4
    board.run(1_000)
    assert board.drives()[-1][1].intensity == 4


def test_a_board_has_no_clock_and_is_settled_anew_at_once() -> None:
    board = identified()
    board.facts.clear()
    board.driver.resync(board.now_ms * MS)
    assert board.run(2).told(Settled)


# -- stopping


def stopping() -> Board:
    board = armed(1, 2)
    flow(board, {1: 5, 2: 5})
    board.run(1_000)
    board.facts.clear()
    board.driver.stopped(board.now_ms * MS)
    return board


def test_zero_is_told_100_ms_after_the_board_has_said_so_and_not_before() -> None:
    board = stopping().says(echo_of(Stop()))
    assert not board.run(99).told(ZeroConfirmed)
    assert board.run(2).told(ZeroConfirmed) == [ZeroConfirmed(output_off=True)]


def test_a_stopping_driver_sends_nothing_of_its_own() -> None:
    board = stopping()
    sent = len(board.sent)
    assert len(board.run(3_000).sent) == sent
    board.says(echo_of(Stop()))
    assert len(board.run(3_000).sent) == sent


def test_the_banner_of_a_board_that_was_reset_is_its_zero() -> None:
    board = stopping()
    board.driver.line_reset(board.now_ms * MS)
    board.says(b"\nSETUP:\r\n").run(1)
    assert board.told(ZeroConfirmed)


def test_three_stops_then_silence_until_the_longest_on_time_is_over_then_a_reset() -> None:
    for channels, on_time_ms in (((1,), 220), ((1, 2), 300)):
        repeats = armed(*channels).driver.stop_repeats
        assert (repeats.most, repeats.reset_after_ms) == (3, on_time_ms + 350)


def test_wrong_bytes_while_stopping_are_no_second_fault() -> None:
    board = stopping().says(b"garbage\r\n").run(10)
    assert not board.told(UnitFault)
    assert board.says(echo_of(Stop())).run(120).told(ZeroConfirmed)


def test_an_identified_board_is_asked_nothing_more_until_it_is_armed() -> None:
    board = identified()
    sent = len(board.sent)
    assert len(board.run(int(20 * SECOND / MS)).sent) == sent
