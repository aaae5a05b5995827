"""What may go to an openEMSstim board, what it may say back, and what stops it: lines made here, without the codec."""

import ast
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_bench import MS, ROOMY, SECOND, segment

import stimctl.safety.audit_openemsstim
from simulator.devices.openemsstim import BYTE_NS, OpenEmsStimDevice
from simulator.devices.openemsstim_commands import fields_of, hex_decoded, hex_part
from stimctl.model.segment import Segment
from stimctl.safety.audit import Audit
from stimctl.safety.audit_openemsstim import OpenEmsStimAudit
from stimctl.safety.clearance import Cleared

LIMITS = replace(ROOMY, amplitude_ua=60_000)
PEAK = 50_000
STOP = b"Connection End\n"


def letters(text: str) -> bytes:
    """The line for this text, in letter digits."""
    return b"WV,," + text.encode().hex().encode().translate(bytes.maketrans(b"012345", b"ABCDEF")) + b".\n"


def drive(level: int, channel: int = 1, on_time_ms: int = 220) -> bytes:
    return letters(f"C{channel - 1}I{level}T{on_time_ms}G")


def reply(line: bytes, text: str) -> bytes:
    """All that the board answers to an output line that decodes to `text`."""
    digits = line[4:-2]
    return b"".join(
        one + b"\r\n"
        for one in (
            b"\tUSB: received command: " + line[:-1],
            b"\tEMS_CMD: HEX command length: ",
            str(len(digits)).encode(),
            digits,
            b"\tEMS_CMD: Converted HEX command: ",
            text.encode(),
        )
    )


LF_REPLY = b"\tUSB: received command: \r\n\tCommand NON HEX:\r\n\r\n\tERROR: SINGLE-CHAR Command Unknown\r\n"
STOP_REPLY = b"\tUSB: received command: Connection End\r\n\tBT: Disconnected\r\n"


class Line:
    """An audit that has agreed on a peak of 50 levels; each output line that leaves is answered as it should be."""

    def __init__(self, *channels: int) -> None:
        self.audit = OpenEmsStimAudit()
        self.audit.agree(LIMITS, dict.fromkeys(channels or (1,), PEAK))

    def cleared(self, *, replacing: bool = False, **changes: object) -> Segment:
        """From 0 to 10 s, a hold at 10 levels, unless changed."""
        fields: dict = {"start_ns": 0, "end_ns": 10 * SECOND, "amplitude_start_ua": 10_000, "amplitude_end_ua": 10_000}
        one = segment(**(fields | changes))
        self.audit.expect(Cleared(one, replacing))
        return one

    def sent(self, data: bytes, now_ms: float = 0) -> str | None:
        return self.audit.sent(data, round(now_ms * MS))

    def drive(self, level: int, now_ms: float = 0, channel: int = 1, on_time_ms: int = 220) -> str | None:
        line = drive(level, channel, on_time_ms)
        why = self.sent(line, now_ms)
        if why is None:
            assert self.audit.received(reply(line, f"C{channel - 1}I{level}T{on_time_ms}G"), round(now_ms * MS)) is None
        return why

    def climbed(self, level: int, channel: int = 1) -> float:
        """From 1 to this level, one each 100 ms from 0 ms on; when the next slot is, in ms."""
        assert [self.drive(one + 1, one * 100, channel) for one in range(level)] == [None] * level
        return level * 100


# --- which lines may leave at all


def test_it_answers_every_call_of_an_audit() -> None:
    assert {name for name in vars(Audit) if not name.startswith("_")} <= set(vars(OpenEmsStimAudit))


def test_it_imports_nothing_of_the_protocol_or_of_the_drivers() -> None:
    tree = ast.parse(Path(stimctl.safety.audit_openemsstim.__file__).read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    own = {str(module) for module in modules if str(module).startswith(("stimctl", "firmware", "simulator"))}
    assert own == {"stimctl.clock", "stimctl.model.limits", "stimctl.model.segment", "stimctl.safety.clearance"}


def test_the_line_of_the_boards_page_is_the_one_made_here() -> None:
    assert letters("C0I50T300G") == b"WV,,EDDAE9DFDAFEDDDADAE7.\n"


HARMLESS = [b"", b"\n", STOP, b"\n" + STOP, STOP + STOP]


@pytest.mark.parametrize("data", HARMLESS)
def test_a_stop_and_an_empty_line_may_leave_at_any_time(data: bytes) -> None:
    assert OpenEmsStimAudit().sent(data, 0) is None


def test_where_the_pot_is_may_be_asked_of_a_board_that_was_stopped_and_sent_nothing_since() -> None:
    line = Line()
    assert line.sent(b"w\n") is not None
    line = Line()
    assert line.sent(STOP + b"w\n") is None
    assert line.audit.received(b"\tUSB: received command: w\r\n", 0) is None
    line.cleared()
    assert line.sent(drive(1)) is None
    assert "not stopped" in (line.sent(b"w\n") or "")


def test_where_the_pot_is_is_asked_once_after_a_stop_and_heard_once() -> None:
    line = Line()
    assert line.sent(STOP + b"w\n") is None
    assert line.sent(b"w\n") is not None
    line = Line()
    assert line.sent(STOP + b"w\n") is None
    heard = b"\tUSB: received command: w\r\n"
    assert line.audit.received(heard, 0) is None
    assert "received b'w'" in (line.audit.received(heard, 0) or ""), "somebody else has asked"


def test_where_the_pot_is_is_not_asked_after_stop_bytes_that_the_audit_did_not_see() -> None:
    line = Line()
    assert line.sent(STOP) is None
    line.audit.forget()
    assert line.sent(b"w\n") is not None


@pytest.mark.parametrize("data", [b"q\n", b"ww\n", b"w \n", b" w\n", b"W\n", b"s\n", b"a\n"])
def test_no_other_wiper_command_may_leave_even_then(data: bytes) -> None:
    assert Line().sent(STOP + data) is not None


def test_what_was_cleared_may_leave() -> None:
    line = Line()
    line.cleared()
    assert line.sent(drive(1)) is None


def test_an_empty_line_may_go_before_an_output_line() -> None:
    line = Line()
    line.cleared()
    assert line.sent(b"\n" + drive(1)) is None


NONE_OF_OURS = {
    "plain text": b"C0I1T220G\n",
    "digits": b"WV,,433049315432323047.\n",
    "one digit": b"WV,,E" + b"3" + letters("C0I1T220G")[6:],
    "small letters": letters("C0I1T220G").replace(b"E", b"e"),
    "a handle": b"WV,0018," + letters("C0I1T220G")[4:],
    "no comma": b"WV" + letters("C0I1T220G")[4:],
    "no full stop": letters("C0I1T220G")[:-2] + b"\n",
    "CR": letters("C0I1T220G")[:-1] + b"\r\n",
    "a blank before": b" " + letters("C0I1T220G"),
    "a digit too few": letters("C0I1T220G")[:-3] + b".\n",
    "no text": b"WV,,.\n",
    "I0": letters("C0I0T220G"),
    "I101": letters("C0I101T220G"),
    "I01": letters("C0I01T220G"),
    "I-1": letters("C0I-1T220G"),
    "no I": letters("C0T220G"),
    "no number": letters("C0IT220G"),
    "no C": letters("I1T220G"),
    "C2": letters("C2I1T220G"),
    "C00": letters("C00I1T220G"),
    "C65536": letters("C65536I1T220G"),
    "no T": letters("C0I1G"),
    "T0220": letters("C0I1T0220G"),
    "a T that no int is made of": letters("C0I1T" + "9" * 5000 + "G"),
    "no G": letters("C0I1T220"),
    "bare G": letters("G"),
    "keep-alive": letters("C0G"),
    "other order": letters("C0T220I1G"),
    "two commands": letters("C0I1T220GC1I1T220G"),
    "a blank inside": letters("C0I1 T220G"),
    "channel 1 without limit": b"1\n",
    "stronger": b"q\n",
    "another stop": b"connection end\n",
    "a stop with a blank": b"Connection End \n",
    "a stop with CR": b"Connection End\r\n",
}


@pytest.mark.parametrize("data", NONE_OF_OURS.values(), ids=NONE_OF_OURS)
def test_any_other_line_is_refused(data: bytes) -> None:
    line = Line()
    line.cleared()
    assert "none of ours" in (line.sent(data) or "")


@pytest.mark.parametrize("data", [b"Connection", STOP[:-1], drive(1)[:-1], STOP + b"x", drive(1) + drive(2)[:9]])
def test_bytes_that_end_inside_a_line_are_refused(data: bytes) -> None:
    line = Line()
    line.cleared()
    assert "end inside a line" in (line.sent(data) or "")


def test_every_line_of_a_write_is_judged() -> None:
    assert Line().sent(STOP + b"1\n" + STOP) is not None


def test_two_output_lines_in_one_piece_are_refused() -> None:
    line = Line(1, 2)
    line.cleared()
    line.cleared(channel=2)
    assert "0.0 ms after" in (line.sent(drive(1) + drive(1, channel=2)) or "")


# --- against what was agreed


def test_before_anything_was_agreed_no_output_line_may_leave() -> None:
    assert "nothing is planned" in (OpenEmsStimAudit().sent(drive(1), 0) or "")


def test_a_channel_without_a_plan_is_refused() -> None:
    line = Line(1)
    line.cleared()
    assert "channel 2, on which nothing is planned" in (line.sent(drive(1, channel=2)) or "")


@pytest.mark.parametrize(("channels", "longest"), [((1,), 220), ((1, 2), 300)])
def test_the_on_time_lets_go_in_time(channels: tuple[int, ...], longest: int) -> None:
    for on_time_ms, fine in ((39, False), (40, True), (longest, True), (longest + 1, False), (5_000, False)):
        line = Line(*channels)
        line.cleared()
        assert (line.sent(drive(1, on_time_ms=on_time_ms)) is None) is fine, on_time_ms


def test_an_on_time_that_never_ends_is_refused_for_what_it_is() -> None:
    line = Line()
    line.cleared()
    assert line.sent(drive(1, on_time_ms=40_000)) == "an on-time of 40000 ms, allowed 40 to 220 ms"


@pytest.mark.parametrize(
    ("peak", "limit", "why"),
    [(5_000, 60_000, None), (4_999, 60_000, "planned is 4.999"), (60_000, 4_999, "the limit is 4.999")],
)
def test_a_level_may_not_exceed_the_peak_or_the_limits_whatever_was_cleared(peak, limit, why) -> None:
    line = Line()
    line.audit.agree(replace(LIMITS, amplitude_ua=limit), {1: peak})
    line.cleared()
    at_ms = line.climbed(4)
    said = line.drive(5, at_ms)
    assert said is None if why is None else why in (said or "")


# --- against what was cleared


def test_what_nobody_cleared_is_refused() -> None:
    assert Line().sent(drive(1)) == "level 1 on channel 1, cleared now is 0"


@pytest.mark.parametrize(("cleared", "fine"), [(5_000, True), (5_999, True), (4_999, False)])
def test_a_level_is_one_that_is_reached(cleared: int, fine: bool) -> None:
    line = Line()
    line.cleared(amplitude_start_ua=cleared, amplitude_end_ua=cleared)
    at_ms = line.climbed(4)
    assert (line.drive(5, at_ms) is None) is fine


def test_on_a_rise_a_level_may_not_come_before_its_time() -> None:
    for at_ms, fine in ((99, False), (100, True)):
        line = Line()
        line.cleared(amplitude_start_ua=0, end_ns=SECOND)
        assert (line.drive(1, at_ms) is None) is fine


def test_before_a_segment_starts_it_allows_nothing() -> None:
    for at_ms, fine in ((299, False), (300, True)):
        line = Line()
        line.cleared(start_ns=300 * MS)
        assert (line.drive(1, at_ms) is None) is fine


def test_on_a_fall_a_sample_may_be_10_ms_old() -> None:
    # four levels until 400 ms, and then down by one in 100 ms
    for at_ms, fine in ((510, True), (511, False)):
        line = Line()
        line.cleared(end_ns=400 * MS, amplitude_start_ua=4_000, amplitude_end_ua=4_000)
        line.cleared(start_ns=400 * MS, end_ns=800 * MS, amplitude_start_ua=4_000, amplitude_end_ua=0)
        line.climbed(4)
        assert (line.drive(3, at_ms) is None) is fine


def test_what_has_ended_counts_for_10_ms() -> None:
    for at_ms, fine in ((1_010, True), (1_011, False)):
        line = Line()
        line.cleared(end_ns=SECOND)
        assert (line.drive(1, at_ms) is None) is fine


def test_what_was_cleared_for_one_channel_is_not_for_the_other() -> None:
    line = Line(1, 2)
    line.cleared()
    assert "channel 2, cleared now is 0" in (line.sent(drive(1, channel=2)) or "")


def test_the_highest_of_two_that_meet_counts() -> None:
    for levels in ((0, 1), (1, 0)):
        line = Line()
        for level in levels:
            line.cleared(amplitude_start_ua=level * 1_000, amplitude_end_ua=level * 1_000)
        assert line.drive(1, 100) is None


def test_what_is_held_leaves_no_higher() -> None:
    line = Line()
    line.cleared()
    at_ms = line.climbed(4)
    line.audit.hold(1, 3_000)
    assert line.drive(3, at_ms) is None
    assert "cleared now is 3" in (line.drive(4, at_ms + 100) or "")


def test_a_hold_never_raises_and_leaves_the_other_channel_alone() -> None:
    line = Line(1, 2)
    line.cleared()
    line.cleared(channel=2)
    line.audit.hold(1, 900)
    line.audit.hold(1, 5_000)
    assert line.drive(1, 0, channel=2) is None
    assert "cleared now is 0.9" in (line.drive(1, 100) or "")


def test_what_is_cleared_after_a_hold_is_not_held() -> None:
    line = Line()
    line.audit.hold(1, 0)
    line.cleared()
    assert line.drive(1) is None


@pytest.mark.parametrize("channel", [1, None])
def test_after_a_gap_or_a_stop_nothing_is_cleared(channel: int | None) -> None:
    line = Line()
    line.cleared()
    line.audit.forget(channel)
    assert "cleared now is 0" in (line.drive(1) or "")


def test_a_gap_on_one_channel_leaves_the_other_alone() -> None:
    line = Line(1, 2)
    line.cleared()
    line.audit.forget(2)
    assert line.drive(1) is None


@pytest.mark.parametrize(("at_ms", "level", "fine"), [(299, 4, True), (320, 3, False), (320, 2, True), (420, 3, False)])
def test_a_replace_takes_the_place_of_what_was_cleared_from_its_start_on(at_ms: int, level: int, fine: bool) -> None:
    line = Line()
    line.cleared(end_ns=350 * MS)
    line.cleared(start_ns=350 * MS)
    line.cleared(replacing=True, start_ns=300 * MS, amplitude_start_ua=2_000, amplitude_end_ua=2_000)
    line.climbed(3)
    assert (line.drive(level, at_ms) is None) is fine


def test_what_ended_long_ago_is_not_kept() -> None:
    line = Line()
    for part in range(10_000):
        line.cleared(start_ns=part * 200 * MS, end_ns=(part + 1) * 200 * MS)
    state = line.audit._channels[1]
    assert len(state.cleared) <= 302
    assert line.drive(1, 10_000 * 200 - 60_000) is None


# --- one level at a time


def test_a_level_rises_by_one() -> None:
    line = Line()
    line.cleared()
    at_ms = line.climbed(3)
    assert "level 5 on channel 1 after 3, allowed one more" in (line.drive(5, at_ms) or "")


def test_a_level_falls_by_any_number_and_rises_from_there() -> None:
    line = Line()
    line.cleared()
    at_ms = line.climbed(5)
    assert line.drive(2, at_ms) is None
    assert "after 2" in (line.drive(4, at_ms + 100) or "")


def test_each_channel_rises_by_itself() -> None:
    line = Line(1, 2)
    line.cleared()
    line.cleared(channel=2)
    at_ms = line.climbed(2)
    assert "channel 2 after 0" in (line.drive(2, at_ms, channel=2) or "")


def test_it_begins_with_the_floor() -> None:
    line = Line()
    line.cleared()
    assert "after 0" in (line.drive(2) or "")


@pytest.mark.parametrize(
    "between",
    [lambda line: line.audit.forget(1), lambda line: line.audit.forget(), lambda line: line.sent(STOP, 300)],
    ids=["gap", "arm", "stop line"],
)
def test_from_off_it_begins_with_the_floor_again(between) -> None:
    for level, fine in ((1, True), (2, False)):
        line = Line()
        line.cleared()
        at_ms = line.climbed(3)
        between(line)
        line.cleared()
        assert (line.drive(level, at_ms) is None) is fine


def test_after_an_expiry_it_begins_with_the_floor_again() -> None:
    for after_ms, fine in ((220 + 50, True), (220 + 51, False)):
        line = Line()
        line.cleared()
        at_ms = line.climbed(3) - 100
        assert (line.drive(4, at_ms + after_ms) is None) is fine
        assert line.drive(1, at_ms + after_ms + 100) is None or not fine


# --- never more than the board keeps


def test_output_lines_are_90_ms_apart_on_the_line_as_a_whole() -> None:
    for apart_ms, fine in ((89.9, False), (90, True)):
        line = Line(1, 2)
        line.cleared()
        line.cleared(channel=2)
        assert line.drive(1) is None
        assert (line.drive(1, apart_ms, channel=2) is None) is fine


@pytest.mark.parametrize("cause", ["gap", "arm", "agree"])
def test_nothing_makes_the_board_quicker(cause: str) -> None:
    line = Line()
    line.cleared()
    line.drive(1)
    if cause == "agree":
        line.audit.agree(LIMITS, {1: PEAK})
    else:
        line.audit.forget(1 if cause == "gap" else None)
    line.cleared()
    assert "80.0 ms after" in (line.drive(1, 80) or "")


def test_an_output_line_waits_for_the_answer_to_the_one_before() -> None:
    one, answer = drive(1), reply(drive(1), "C0I1T220G")
    for heard, fine in ((answer, True), (answer[:-1], False), (b"", False)):
        line = Line()
        line.cleared()
        line.sent(one)
        line.audit.received(heard, 80 * MS)
        assert (line.sent(drive(2), 100) is None) is fine


def test_a_gap_does_not_answer() -> None:
    line = Line()
    line.cleared()
    line.sent(drive(1))
    line.audit.forget(1)
    line.cleared()
    assert "was answered" in (line.sent(drive(1), 100) or "")


def test_what_was_sent_before_a_stop_needs_no_answer_after_it() -> None:
    line = Line()
    line.cleared()
    line.sent(drive(1))
    line.audit.forget()
    line.cleared()
    assert line.sent(drive(1), 1_000) is None


def test_the_line_holds_no_more_than_the_board_keeps() -> None:
    size = len(drive(1))
    for stops, more, fine in ((2, 63 - size - 30, True), (2, 64 - size - 30, False)):
        line = Line()
        line.cleared()
        assert line.sent(STOP * stops + b"\n" * more) is None
        assert (line.sent(drive(1)) is None) is fine


def test_what_the_board_has_echoed_it_has_read() -> None:
    for more, fine in ((63 - 30 - len(drive(1)), True), (64 - 30 - len(drive(1)), False)):
        line = Line()
        line.cleared()
        line.sent(STOP * 3)
        line.audit.received(STOP_REPLY * 5, 0)
        assert line.sent(STOP * 2 + b"\n" * more) is None
        assert (line.sent(drive(1)) is None) is fine


def test_what_was_sent_before_an_arm_does_not_count() -> None:
    line = Line()
    line.sent(STOP * 9)
    line.audit.forget()
    line.cleared()
    assert line.sent(drive(1)) is None


# --- after something went wrong


@pytest.mark.parametrize("wrong", [b"1\n", b"WV", drive(9), STOP + b"\0\n"])
def test_after_a_refusal_only_stops_leave(wrong: bytes) -> None:
    line = Line()
    line.cleared()
    assert line.sent(wrong) is not None
    line.audit.forget()
    line.cleared()
    assert "what went wrong before" in (line.sent(drive(1), 1_000) or "")
    assert [line.sent(data, 1_000) for data in HARMLESS] == [None] * len(HARMLESS)


def test_after_a_difference_only_stops_leave() -> None:
    line = Line()
    line.cleared()
    line.drive(1)
    line.audit.received(b"SETUP:\r\n", 0)
    assert "what went wrong before" in (line.sent(drive(1), 100) or "")
    assert line.sent(STOP, 100) is None


def test_a_new_agreement_is_a_new_session() -> None:
    line = Line()
    line.sent(b"1\n")
    line.audit.agree(LIMITS, {1: PEAK})
    line.cleared()
    assert line.drive(1) is None


# --- what the board says


def in_flight() -> Line:
    line = Line()
    line.cleared()
    assert line.sent(drive(1)) is None
    return line


def received(line: Line, data: bytes, size: int = 1) -> list[str]:
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return [why for why in (line.audit.received(piece, 0) for piece in pieces) if why is not None]


ANSWER = reply(drive(1), "C0I1T220G")


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_the_answer_to_what_was_sent_is_in_order(size: int) -> None:
    assert received(in_flight(), ANSWER, size) == []


def test_the_answer_to_the_longest_line_is_read_in_pieces() -> None:
    line = Line(1, 2)
    line.audit.agree(replace(LIMITS, amplitude_ua=100_000), {1: 100_000, 2: 100_000})
    line.cleared(channel=2, end_ns=20 * SECOND, amplitude_start_ua=100_000, amplitude_end_ua=100_000)
    assert [line.drive(one, one * 100, 2, 300) for one in range(1, 100)] == [None] * 99
    assert line.sent(drive(100, 2, 300), 10_000) is None
    assert received(line, reply(drive(100, 2, 300), "C1I100T300G")) == []
    assert line.drive(100, 10_100, 2, 300) is None


def test_the_answer_comes_once() -> None:
    line = in_flight()
    assert received(line, ANSWER) == []
    assert "sent was b''" in received(line, ANSWER)[0]


WRONG_ANSWERS = {
    "another line": (reply(drive(2), "C0I1T220G"), "the board received"),
    "the start is lost": (ANSWER.replace(b"d: WV,,", b"d: V,,"), "the board received"),
    "a fragment before": (ANSWER.replace(b"d: WV", b"d: xWV"), "the board received"),
    "another CR": (ANSWER.replace(b".\r\n", b".\r\r\n", 1), "the board received"),
    "another level": (ANSWER.replace(b"I1T", b"I2T"), "the board understood"),
    "another decoder": (ANSWER.replace(b"C0I1T220G", b"\xed\xda"), "the board understood"),
    "no command": (ANSWER[:60] + b"\r\nUnknown command: C0I1T220\r\n", "the board answered"),
    "an error": (ANSWER + b"\tERROR: SINGLE-CHAR Command Unknown\r\n", "the board answered"),
    "a restart": (ANSWER[:20] + b"\nSETUP:\r\n", "restarted"),
}


@pytest.mark.parametrize("size", [1, 1_000])
@pytest.mark.parametrize("what", WRONG_ANSWERS)
def test_an_answer_to_something_else_is_seen(what: str, size: int) -> None:
    answer, why = WRONG_ANSWERS[what]
    assert why in received(in_flight(), answer, size)[0]


def test_a_text_that_answers_nothing_is_seen() -> None:
    line = Line()
    line.sent(b"\n")
    assert "sent was b''" in received(line, b"\tEMS_CMD: Converted HEX command: \r\nC0I1T220G\r\n")[0]


def test_the_answers_to_empty_lines_and_stops_are_in_order() -> None:
    line = in_flight()
    assert line.sent(b"\n" + STOP) is None
    assert received(line, ANSWER + LF_REPLY + STOP_REPLY) == []


def test_an_error_after_a_stop_line_is_seen() -> None:
    line = Line()
    line.sent(STOP)
    assert "the board answered" in received(line, STOP_REPLY + b"\tERROR: x\r\n")[0]


NOT_JUDGED = ANSWER + b"Unknown command: x\r\n\nSETUP:\r\n"


def test_before_the_first_line_nothing_is_judged() -> None:
    assert received(Line(), NOT_JUDGED) == []


def test_between_a_stop_and_the_next_line_nothing_is_judged() -> None:
    line = in_flight()
    line.audit.forget()
    assert received(line, NOT_JUDGED) == []
    line.sent(b"\n")
    assert received(line, LF_REPLY) == []
    assert received(line, ANSWER) != []


def test_a_line_without_an_end_is_not_kept() -> None:
    line = in_flight()
    for _ in range(100):
        assert line.audit.received(b"\xff" * 100, 0) is None
    assert len(line.audit._inbound) <= 256
    assert received(line, b"\r\nSETUP:\r\n") == ["the board has restarted"]


@settings(derandomize=True, deadline=None)
@given(pieces=st.lists(st.one_of(st.binary(max_size=100), st.sampled_from([ANSWER, LF_REPLY, b"\n"])), max_size=8))
def test_nothing_that_is_received_raises(pieces: list[bytes]) -> None:
    line = in_flight()
    for piece in pieces:
        line.audit.received(piece, 0)


# --- stop bytes


@pytest.mark.parametrize("stop_bytes", [b"\n" + STOP, b"\n\n" + STOP, b"\n" + STOP + STOP])
def test_stop_bytes_that_begin_with_an_end_of_line_are_sound(stop_bytes: bytes) -> None:
    assert OpenEmsStimAudit().stop_is_sound(stop_bytes) is None


@pytest.mark.parametrize(
    "stop_bytes",
    [
        b"",
        b"\n",
        b"\n\n",
        STOP,
        STOP + STOP,
        b"\n" + STOP + b"\n",
        b"\n" + STOP[:-1],
        b"\n" + STOP + b"x",
        b"\nconnection end\n",
        b"\n1\n" + STOP,
        b"\nx\n" + STOP,
        b"\n" + drive(1) + STOP,
        b"\n" + drive(100, 2, 300) + STOP,
        b"\n" + STOP + drive(1),
        b"\nWV,,E7.\n",
        b"\nWV,,E7.\n" + STOP,
        b".\n" + STOP,
    ],
)
def test_stop_bytes_that_might_not_stop_are_unsound(stop_bytes: bytes) -> None:
    assert "does not read as Connection End" in (OpenEmsStimAudit().stop_is_sound(stop_bytes) or "")


class Board:
    """A simulated board that has booted, `now_ns` on; `wipers` and `pins` say what its outputs are."""

    def __init__(self) -> None:
        self.seen: dict[str, int | str] = {}
        self.device = OpenEmsStimDevice(seen=lambda at_us, kind, value: self.seen.__setitem__(kind, value))
        self.now_ns = 12 * SECOND
        self.device.advance(self.now_ns)
        self.device.drain()

    def take(self, data: bytes) -> None:
        for byte in data:
            self.now_ns += BYTE_NS
            self.device.receive(bytes([byte]), self.now_ns)

    def rest(self, for_ns: int) -> bytes:
        self.now_ns += for_ns
        self.device.advance(self.now_ns)
        return self.device.drain()

    @property
    def on(self) -> bool:
        return any(self.seen.get(pin) for pin in ("pin5", "pin4", "pin6", "pin7"))


@pytest.mark.parametrize("whole", [drive(100, 2, 300)[:-1], drive(9, 1, 220)[:-1], STOP[:-1]])
def test_a_simulated_board_is_off_after_sound_stop_bytes_from_every_cut(whole: bytes) -> None:
    for length in range(len(whole) + 1):
        for pause_ms in (0, 60):
            board = Board()
            board.take(drive(20, 1, 5_000))
            board.rest(150 * MS)
            assert board.on
            board.take(whole[:length])
            board.rest(pause_ms * MS)
            board.take(b"\n" + STOP)
            board.rest(400 * MS)
            assert not board.on, (length, pause_ms)


@pytest.mark.parametrize("data", [b"\n" + STOP, drive(42), drive(100, 2, 300), drive(33, 1, 122)])
def test_a_line_that_may_leave_switches_nothing_on_without_limit_wherever_it_is_cut(data: bytes) -> None:
    for cut in range(len(data)):
        board = Board()
        board.take(data[:cut])
        board.rest(60 * MS)
        board.take(data[cut:])
        board.rest(700 * MS)
        assert not board.on, cut


# --- wrong drivers


def three_slots(wrong: bytes) -> list[str | None]:
    """Both channels cleared for 45.6 and 20.3 levels; the first at 45 and the second at 20; and then this line."""
    line = Line(1, 2)
    for at_ms in range(45):
        line.cleared(start_ns=at_ms * 200 * MS, end_ns=(at_ms + 1) * 200 * MS, amplitude_start_ua=45_600,
                     amplitude_end_ua=45_600)  # fmt: skip
    line.cleared(channel=2, amplitude_start_ua=20_300, amplitude_end_ua=20_300)
    slots = [
        line.drive(min(at + 1, top), at * 200 + 100 * (channel - 1), channel, 300)
        for at in range(44)
        for channel, top in ((1, 45), (2, 20))
    ]
    return [*slots, line.sent(wrong, 44 * 200)]


def test_a_driver_that_is_right_is_let_through() -> None:
    assert three_slots(drive(45, 1, 300)) == [None] * 89


WRONG = {
    "level + 1": drive(46, 1, 300),
    "level + 2": drive(47, 1, 300),
    "level x 1.1": drive(49, 1, 300),
    "thousandths of all as levels": drive(100, 1, 300),
    "percent of ten": letters("C0I450T300G"),
    "thousandths of a level": letters("C0I45600T300G"),
    "level of the other channel": drive(45, 2, 300),
    "level + 1 on the other channel": drive(21, 2, 300),
    "T 5000": drive(45, 1, 5_000),
    "T 301": drive(45, 1, 301),
    "T in µs": letters("C0I45T300000G"),
    "T below 40": drive(45, 1, 39),
    "channel not counted from 0": letters("C2I20T300G"),
    "channel swapped": letters("C1I45T300G"),
    "digits for letters": b"WV,,433049343554333030" + b"47.\n",
    "plain text": b"C0I45T300G\n",
    "I0": letters("C0I0T300G"),
    "no C": letters("I45T300G"),
    "no G": letters("C0I45T300"),
    "no T": letters("C0I45G"),
    "no line end": drive(45, 1, 300)[:-1],
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_driver_that_is_wrong_upwards_is_refused(wrong: str) -> None:
    *before, last = three_slots(WRONG[wrong])
    assert before == [None] * 88
    assert last is not None


# --- drivers that are right, at random


class PacedDriver:
    """Samples the timeline at each slot, rounds down, and rises by one at most. It keeps its own picture of both."""

    def __init__(self, random: Random, channels: tuple[int, ...]) -> None:
        self.random, self.channels = random, channels
        self.line = Line(*channels)
        self.on_time_ms = 220 if len(channels) == 1 else 300
        self.timeline: dict[int, list[tuple[Segment, int, int]]] = {channel: [] for channel in channels}
        self.ends_ns, self.end = dict.fromkeys(channels, 0), dict.fromkeys(channels, 0)
        self.level, self.at_ns = dict.fromkeys(channels, 0), dict.fromkeys(channels, -SECOND)
        self.last_ns = -SECOND
        self.outputs = 0

    def clear(self, channel: int, start_ns: int, *, replacing: bool = False) -> None:
        """From `start_ns` on: rise, hold, fall, jump down or rest."""
        begin = self.random.randint(0, self.end[channel]) if self.random.random() < 0.3 else self.end[channel]
        end = self.random.choice((0, begin, self.random.randint(0, PEAK)))
        end_ns = start_ns + self.random.randint(20, 400) * MS
        one = self.line.cleared(
            channel=channel, start_ns=start_ns, end_ns=end_ns, amplitude_start_ua=begin, amplitude_end_ua=end,
            replacing=replacing,
        )  # fmt: skip
        if replacing:
            self.timeline[channel] = [
                (was, min(until, start_ns), ceiling)
                for was, until, ceiling in self.timeline[channel]
                if was.start_ns < start_ns
            ]
        self.timeline[channel].append((one, end_ns, PEAK))
        self.ends_ns[channel], self.end[channel] = end_ns, end

    def hold(self, channel: int, ceiling: int) -> None:
        self.line.audit.hold(channel, ceiling)
        self.timeline[channel] = [(one, until, min(was, ceiling)) for one, until, was in self.timeline[channel]]
        self.end[channel] = min(self.end[channel], ceiling)

    def gap(self, channel: int | None, now_ns: int) -> None:
        self.line.audit.forget(channel)
        for one in self.channels if channel is None else (channel,):
            self.timeline[one].clear()
            self.level[one], self.end[one], self.ends_ns[one] = 0, 0, now_ns

    def sample(self, channel: int, at_ns: int) -> int:
        for one, until_ns, ceiling in reversed(self.timeline[channel]):
            if one.start_ns <= at_ns < until_ns:
                return min(one.amplitude_at(at_ns), ceiling)
        return 0

    def slot(self, slot_ns: int, number: int) -> str | None:
        """The sample is of the slot; the turn may come up to 10 ms after it."""
        channel = self.channels[number % len(self.channels)]
        now_ns = slot_ns + self.random.randint(0, 10 * MS)
        last = self.level[channel] if now_ns - self.at_ns[channel] <= self.on_time_ms * MS else 0
        level = min(self.sample(channel, slot_ns) // 1_000, last + 1)
        if level == 0:
            return None
        self.level[channel], self.at_ns[channel] = level, now_ns
        self.outputs += 1
        return self.line.drive(level, now_ns / MS, channel, self.on_time_ms)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32), channels=st.sampled_from([(1,), (2,), (1, 2)]))
def test_a_paced_driver_that_is_right_is_never_refused(seed: int, channels: tuple[int, ...]) -> None:
    random = Random(seed)
    driver = PacedDriver(random, channels)
    for number in range(150):
        now_ns = number * 100 * MS
        for channel in channels:
            event = random.random()
            if event < 0.03:
                driver.hold(channel, random.randint(0, PEAK))
            elif event < 0.05:
                driver.gap(random.choice((channel, None)), now_ns)
            elif event < 0.08:
                driver.clear(channel, now_ns + 60 * MS, replacing=True)
            while driver.ends_ns[channel] < now_ns + 300 * MS:
                driver.clear(channel, max(driver.ends_ns[channel], now_ns))
        assert driver.slot(now_ns, number) is None, (seed, number)
    assert driver.outputs > 20, seed


def test_a_driver_that_is_right_drives_a_simulated_board() -> None:
    board, line = Board(), Line()
    base_ms = board.now_ns // MS
    line.cleared(start_ns=board.now_ns, end_ns=board.now_ns + 2 * SECOND, amplitude_start_ua=0, amplitude_end_ua=20_000)
    assert line.sent(b"\n", base_ms) is None
    board.take(b"\n")
    for slot in range(1, 19):
        heard = board.rest((base_ms + slot * 100) * MS - board.now_ns)
        assert line.audit.received(heard, board.now_ns) is None
        assert line.sent(drive(slot), base_ms + slot * 100) is None
        board.take(drive(slot))
    assert board.on
    assert line.sent(STOP, base_ms + 1_900) is None
    board.take(STOP)
    assert line.audit.received(board.rest(SECOND), board.now_ns) is None
    assert not board.on


# --- anything at all


PIECES = st.sampled_from([STOP, b"\n", b"WV,,", b".\n", b"1", b"G\n", drive(1), drive(2), letters("C1I5T300G")])


@settings(derandomize=True, deadline=None)
@given(data=st.lists(st.one_of(st.binary(max_size=40), PIECES), max_size=5).map(b"".join))
def test_only_what_cannot_raise_leaves_where_nothing_was_cleared(data: bytes) -> None:
    harmless = all(one in (b"\n", STOP) for one in data.splitlines(keepends=True))
    assert (Line().sent(data) is None) == harmless


@settings(derandomize=True, deadline=None, max_examples=400)
@given(at=st.integers(0, 22), byte=st.one_of(st.sampled_from(b"ABCDEF6789.,WV"), st.integers(0, 255)))
def test_a_line_with_a_wrong_byte_is_refused_or_is_another_that_was_allowed(at: int, byte: int) -> None:
    data = bytearray(drive(4))
    data[at % len(data)] = byte
    line = Line()
    line.cleared()
    at_ms = line.climbed(3)
    if line.sent(bytes(data), at_ms) is None:
        read = fields_of(hex_decoded(hex_part(bytes(data[:-1]))))
        assert read.channel == 0
        assert read.intensity in range(1, 5)
        assert read.on_time_ms in range(40, 221)
