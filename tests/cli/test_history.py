"""`stimctl history` as somebody calls it: a list, one session in full, and what is said of what cannot be read."""

import json
import os
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from processes import PYTHON
from world import World

from stimctl.cli.history import history
from stimctl.engine import messages as say
from stimctl.errors import StimctlError

HEADER = '{"format":"stimctl.journal","version":1,"id":"%s","started":"2026-03-04T05:06:07Z","at":0}\n'


def call(*arguments: str) -> Result:
    return CliRunner().invoke(history, arguments)


def refusal(*arguments: str) -> tuple[int, str]:
    """The exit code and the sentence of what cannot be shown."""
    why = call(*arguments).exception
    assert isinstance(why, StimctlError)
    return int(why.exit_code), str(why)


@pytest.fixture(autouse=True)
def journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    day = tmp_path / "data" / "sessions" / "2026-03-04"
    day.mkdir(parents=True)
    return day


@pytest.fixture(scope="module")
def demo() -> str:
    """What a journal holds of the demo with a pause, behind its first line."""
    world = World().started().run_for(6).say(say.Pause()).run_for(10).say(say.Resume()).run_for(40)
    return "".join(world.session.journal)


def test_before_the_first_session_there_is_nothing_and_it_says_so() -> None:
    assert call().output == "no sessions yet\n"
    assert json.loads(call("--json").stdout) == {"version": 1, "sessions": [], "unreadable": []}


def test_a_session_is_a_line_with_its_id_and_how_it_ended(journals: Path, demo: str) -> None:
    (journals / "050607-0badcafe.jsonl").write_text(HEADER % "0badcafe" + demo)
    (journals / "060708-feedbeef.jsonl").write_text(HEADER % "feedbeef" + demo[: len(demo) // 3])
    killed, whole = call().stdout.splitlines()
    assert "0badcafe  Demo                 0:40/0:40   7.15 mA  the program is done" in whole
    assert "feedbeef  Demo" in killed
    assert killed.endswith("-  ended without a word: the program was killed")


def test_what_cannot_be_read_is_talk_and_not_data(journals: Path, demo: str) -> None:
    (journals / "050607-0badcafe.jsonl").write_text(HEADER % "0badcafe" + demo)
    for number in range(7):
        (journals / f"05060{number}-other.jsonl").write_text("")
    result = call()
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 1)
    assert len(result.stderr.splitlines()) == 6
    assert result.stderr.endswith("and 2 more that cannot be read\n")
    assert len(json.loads(call("--json").stdout)["unreadable"]) == 7


def test_one_session_in_full_has_a_plot_a_channel_its_pause_and_its_log(journals: Path, demo: str) -> None:
    (journals / "050607-0badcafe.jsonl").write_text(HEADER % "0badcafe" + demo)
    result = call("0bad", "--ascii")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.count("as the unit reported it: at most 7.15 mA") == 2
    assert "paused at zero: 0:07 to 0:16" in result.stdout
    assert result.stdout.isascii()
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[-1].endswith("ended: the program is done (exit code 0)")
    foot = next(one for one, below in pairwise(lines) if below.startswith("    mA +"))
    assert "#" + " " * 5 in foot, "a pause is a hole in the plot"


def test_where_the_reports_of_a_unit_ended_the_plot_is_empty(journals: Path) -> None:
    world = World(faults='[[fault]]\nkind = "drop"\nat_s = 12\ndirection = "both"').started().run_for(20)
    (journals / "050607-0badcafe.jsonl").write_text(HEADER % "0badcafe" + "".join(world.session.journal))
    lines = call("0badcafe", "--ascii").stdout.splitlines()
    foot = next(one for one, below in pairwise(lines) if below.startswith("    mA +"))
    assert foot.endswith("#" + " " * 20)


def test_a_path_is_as_good_as_an_id(tmp_path: Path, demo: str) -> None:
    mine = tmp_path / "mine.jsonl"
    mine.write_text(HEADER % "0badcafe" + demo)
    assert "Demo, 2026-03-04" in call(str(mine)).stdout


def test_as_json_one_session_has_its_series(journals: Path, demo: str) -> None:
    (journals / "050607-0badcafe.jsonl").write_text(HEADER % "0badcafe" + demo)
    found = json.loads(call("0badcafe", "--json").stdout)
    assert (found["version"], found["id"], found["bad_lines"], found["fate"]) == (1, "0badcafe", 0, "ended")
    assert list(found["tracks"]) == ["1", "2"]
    assert {len(point) for point in found["tracks"]["1"]["delivered_ua"]} == {2}
    assert found["log"][-1] == {
        "t_ms": found["ends_ms"],
        "kind": "step",
        "text": "ended: the program is done (exit code 0)",
    }


def test_damage_is_said_beside_what_could_be_read(journals: Path, demo: str) -> None:
    (journals / "050607-0badcafe.jsonl").write_text(HEADER % "0badcafe" + "nonsense\n" + demo[:20_000])
    result = call("0badcafe")
    assert result.stderr == (
        "1 line of the journal could not be read\nthe journal's last line is cut off; its writer was killed\n"
    )
    assert "the program was killed" in result.stdout


@pytest.mark.parametrize("name", ["feedbeef", "feed*", ""])
def test_an_id_that_there_is_not_or_not_only_once_is_exit_2(journals: Path, name: str) -> None:
    (journals / "050607-0badcafe.jsonl").write_text(HEADER % "0badcafe")
    (journals / "050608-0badf00d.jsonl").write_text(HEADER % "0badf00d")
    code, words = refusal(name or "0bad")
    assert code == 2
    assert ("no session has this id" if name else "2 sessions begin so, among them 0badf00d, 0badcafe") in words


def test_a_newer_journal_is_exit_2_with_its_sentence(journals: Path) -> None:
    (journals / "050607-0badcafe.jsonl").write_text((HEADER % "0badcafe").replace('"version":1', '"version":7'))
    code, words = refusal("0badcafe")
    assert (code, "version 7" in words) == (2, True)


def test_a_session_of_a_real_engine_is_in_the_history(tmp_path: Path) -> None:
    # one that is refused is over at once: its place, its first line and its last are the engine's own
    environment = {**os.environ, "STIMCTL_HOME": str(tmp_path)}
    subprocess.run(
        [PYTHON, "-m", "stimctl", "run", "demo", "--device", "sim://stimlink", "--pad-cm2", "1"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    (found,) = json.loads(call("--json").stdout)["sessions"]
    assert (found["exit_code"], found["simulated"], found["planned_ms"]) == (5, True, 0)
    assert found["title"] == "Demo"
    assert found["id"] in found["path"]
