"""What compiling has against a program, with the place of the file that would have to change."""

import pytest

from stimctl.program.blame import findings_of
from stimctl.program.compiled import Problem

DOCUMENT = {"phase": [{"name": "one"}, {"name": "two", "channel": {"2": {"intensity_pct": 60}}}]}


def problem(rule: str, index: int | None = 0, channel: int | None = 1) -> Problem:
    return Problem(rule=rule, phase="one", index=index, channel=channel, asked="60 mA", allowed="50 mA")


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        ("amplitude", "intensity_pct"),
        ("charge per phase", "intensity_pct"),
        ("r.m.s. current", "intensity_pct"),
        ("phase duration", "phase_duration_us"),
        ("pulse rate", "rate_hz"),
        ("target reached in time", "minutes"),
    ],
)
def test_each_rule_has_its_key(rule: str, key: str) -> None:
    (found,) = findings_of([problem(rule)], DOCUMENT)
    assert found.place == ("phase", 0, key)


def test_a_channel_that_has_a_key_of_its_own_is_blamed_there() -> None:
    places = [one.place for one in findings_of([problem("amplitude", 1, 1), problem("amplitude", 1, 2)], DOCUMENT)]
    assert places == [("phase", 1, "intensity_pct"), ("phase", 1, "channel", "2", "intensity_pct")]


def test_channels_with_the_same_problem_are_told_of_once() -> None:
    (found,) = findings_of([problem("amplitude", 0, 1), problem("amplitude", 0, 2)], DOCUMENT)
    assert (found.found, found.allowed) == ("channels 1 and 2, amplitude: 60 mA", "50 mA")


def test_what_is_wrong_with_the_whole_is_said_of_the_file() -> None:
    (found,) = findings_of([problem("session length", None, None)], DOCUMENT)
    assert (found.place, found.found) == ((), "session length: 60 mA")
