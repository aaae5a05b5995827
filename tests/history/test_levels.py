"""Past sessions of a unit that is driven in levels: levels, and nobody's milliamperes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from journals import header, kept, telling
from tui_bench import SESSION, level_sample

from stimctl.cli.history import history
from stimctl.engine import messages as say
from stimctl.history.index import sessions
from stimctl.history.replay import Story, open_session
from stimctl.history.summary import Summary
from stimctl.model.scale import Scale

IN_LEVELS = replace(SESSION, scale=Scale.LEVEL, peak_ma={}, peak_level={1: 36.0}, unit="openemsstim 7", title="Tap")
ENDED = say.Ended(exit_code=0, reason="the program is done", zero_confirmed=True, peak={1: 36.0}, journal="")
JOURNAL = header() + b"".join(
    [
        telling(IN_LEVELS),
        telling(say.Started(60_000)),
        telling(level_sample(1_000, 12.0), 1_000),
        telling(level_sample(2_000, 36.0), 2_000),
        telling(ENDED, 60_000),
    ]
)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    return kept(tmp_path / "data" / "sessions", JOURNAL)


def test_the_list_and_the_session_are_in_levels_and_no_line_is_damaged(journal: Path) -> None:
    (listed,) = sessions(journal.parent.parent)
    assert isinstance(listed, Summary)
    assert (listed.scale, listed.peak) == (Scale.LEVEL, {1: 36.0})
    story = open_session(journal)
    assert isinstance(story, Story)
    assert (story.bad_lines, story.summary.peak) == (0, {1: 36.0})
    assert story.tracks[1].delivered == ((1_000, 12_000), (2_000, 36_000))
    assert story.tracks[1].planned == story.tracks[1].delivered


def test_a_killed_session_has_the_highest_level_that_was_reported(tmp_path: Path) -> None:
    (cut_off,) = sessions(kept(tmp_path, JOURNAL[: JOURNAL.index(telling(ENDED, 60_000))]).parent.parent)
    assert isinstance(cut_off, Summary)
    assert (cut_off.scale, cut_off.peak) == (Scale.LEVEL, {1: 36.0})


def test_people_read_levels(journal: Path) -> None:
    assert "level 36" in CliRunner().invoke(history, []).stdout
    said = CliRunner().invoke(history, ["0badcafe"]).stdout
    assert "peak: level 36 on channel 1" in said
    assert " level └" in said
    assert "mA" not in said


def test_json_says_which_scale_it_is(journal: Path) -> None:
    said = json.loads(CliRunner().invoke(history, ["0badcafe", "--json"]).stdout)
    assert (said["scale"], said["peak_level"]) == ("level", {"1": 36.0})
    assert said["tracks"]["1"] == {
        "delivered_level": [[1000, 12.0], [2000, 36.0]],
        "planned_level": [[1000, 12.0], [2000, 36.0]],
    }
    assert "peak_ma" not in said


def test_a_scale_that_nobody_knows_is_damage_and_no_milliamperes(tmp_path: Path) -> None:
    path = kept(tmp_path, JOURNAL.replace(b'"scale":"level"', b'"scale":"bananas"'))
    story = open_session(path)
    assert isinstance(story, Story)
    assert story.bad_lines == 1
