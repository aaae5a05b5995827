"""openEMSstim lines against vectors from outside: what the real firmware was sent, and what it answered."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.openemsstim.codec import echo_of, encode
from firmware_protocol.openemsstim.events import AskPot, Drive, Stop

TRACES = Path(__file__).parents[1] / "vectors" / "openemsstim"
DRIVES = st.builds(
    Drive, channel=st.sampled_from([1, 2]), intensity=st.integers(1, 100), on_time_ms=st.integers(40, 5_000)
)


def answered(name: str) -> tuple[bytes, bytes]:
    """The last thing that a trace sends, and all that came back from then on."""
    trace = json.loads((TRACES / f"{name}.json").read_text())
    t_us, sent = trace["input"][-1]
    said = [bytes.fromhex(value) for at_us, kind, value in trace["events"] if kind == "uart_tx" and at_us > t_us]
    return bytes.fromhex(sent), b"".join(said)


def test_a_command_is_the_line_that_was_measured_and_its_echo_what_came_back():
    sent, said = answered("wv_letter_digits")
    command = Drive(channel=2, intensity=22, on_time_ms=212)
    assert encode(command) == sent
    assert echo_of(command) == said


def test_a_stop_is_the_line_that_was_measured_and_its_echo_what_came_back():
    sent, said = answered("stop_connection_end")
    assert encode(Stop()) == sent
    assert echo_of(Stop()) == said


def test_the_pot_is_asked_as_it_was_measured_of_the_other_channel():
    trace = json.loads((TRACES / "char_a_wraps_to_0.json").read_text())
    asked = bytes.fromhex(trace["input"][1][1])
    assert encode(AskPot()) == asked.replace(b"q", b"w")


@given(DRIVES)
def test_no_wrong_bit_makes_the_beginning_of_a_line_one_that_switches_on(command):
    for line in (encode(command), encode(Stop()), encode(AskPot())):
        assert not {line[0] ^ (1 << bit) for bit in range(8)} & set(b"12")


@given(DRIVES)
def test_no_line_has_a_character_in_it_that_switches_or_turns_anything_by_itself(command):
    line = encode(command)
    assert not set(line) & set(b"12qawsQAWSqw") - set(b"WA")
    assert line.count(b"W") == 1
    # what is in front of a cut is a line too: only its first character counts, or it lacks its G
    assert line.startswith(b"WV,,")
    assert line.endswith(b".\n")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", 0),
        ("channel", 3),
        ("channel", True),
        ("intensity", 0),
        ("intensity", 101),
        ("intensity", 50.5),
        ("on_time_ms", 39),
        ("on_time_ms", 5_001),
        ("on_time_ms", 40_000),
    ],
)
def test_what_the_board_does_not_check_cannot_be_written_down(field, value):
    values = {"channel": 1, "intensity": 50, "on_time_ms": 220, field: value}
    with pytest.raises(LocalProtocolError, match=field):
        Drive(**values)
