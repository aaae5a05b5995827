"""Journals as kills and full disks leave them, and as nobody ever wrote them: always an answer, never an exception."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from journals import done, header, kept, paused

from stimctl.engine.messages import TELLINGS
from stimctl.history.index import summary_of
from stimctl.history.replay import Story, open_session
from stimctl.history.summary import Fate, Summary, Unreadable

# The folder is the same for all examples, and so is the file in it.
in_one_folder = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NAMES = ["event", "t_ms", "channel", "amplitude_ma", "planned_ma", "plan_ms", "warning", "action", "why", "peak"]
NAMES += ["duration_ms", "exit_code", "reason", "zero_confirmed", "title", "unit", "simulated", "name", "depth"]
NAMES += ["lasts_ms", "ramp_ms", "family", "serial_number", "firmware", "confirmed", "after_ms", "advice", "cause"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([10**400, -1, 0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["1", "2", "-1", "x"]), inner),
    max_leaves=4,
)


def both(tmp_path: Path, content: bytes) -> tuple[Summary | Unreadable, Story | Unreadable]:
    path = kept(tmp_path, content)
    found = summary_of(path), open_session(path)
    assert isinstance(found[0], Unreadable) == isinstance(found[1], Unreadable)
    return found


@in_one_folder
@given(at=st.integers(min_value=0, max_value=len(done()) - 2))
def test_a_journal_cut_at_any_byte_is_a_session_that_was_killed(tmp_path: Path, at: int) -> None:
    summary, story = both(tmp_path, done()[:at])
    if at < len(header()) - 1:
        assert isinstance(summary, Unreadable)
        assert summary.why.startswith(("empty", "cut off"))
        return
    assert isinstance(summary, Summary)
    assert isinstance(story, Story)
    assert summary.fate is story.summary.fate is Fate.KILLED
    assert (story.summary.title, story.summary.duration_ms) == (summary.title, summary.duration_ms)
    assert story.bad_lines == 0
    assert story.torn == (done()[at - 1 : at] != b"\n" and done()[at : at + 1] != b"\n")


@pytest.mark.parametrize("at", range(0, len(header()) + 1))
def test_a_first_line_cut_at_any_byte_is_a_sentence(tmp_path: Path, at: int) -> None:
    both(tmp_path, header()[:at])


@in_one_folder
@given(at=st.integers(min_value=0, max_value=len(paused()) - 1), damage=st.binary(min_size=1, max_size=300))
def test_a_journal_with_a_hole_of_anything_is_read_around_it(tmp_path: Path, at: int, damage: bytes) -> None:
    both(tmp_path, paused()[:at] + damage + paused()[at + len(damage) :])


@in_one_folder
@given(content=st.binary(max_size=2_000))
def test_bytes_of_any_kind_are_no_journal_and_raise_nothing(tmp_path: Path, content: bytes) -> None:
    both(tmp_path, content)
    both(tmp_path, header() + content)


@in_one_folder
@given(
    tellings=st.lists(
        st.tuples(st.sampled_from([*TELLINGS, "moon"]), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=12)),
        max_size=12,
    )
)
def test_tellings_with_values_of_any_kind_are_taken_or_counted(
    tmp_path: Path, tellings: list[tuple[str, dict[str, object]]]
) -> None:
    lines = [json_of({"version": 1, "event": event, **values}) for event, values in tellings]
    _, story = both(tmp_path, header() + b"".join(lines))
    assert isinstance(story, Story)
    assert story.bad_lines <= len(lines)


def json_of(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"
