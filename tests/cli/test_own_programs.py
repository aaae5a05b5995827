"""Programs of one's own: made from another, found by name, edited until they are right, and never lost."""

import json
import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from processes import PYTHON

from stimctl.cli.main import stimctl
from stimctl.cli.own_programs import edited
from stimctl.errors import ConfigError, StimctlError
from stimctl.program import loader


def call(*arguments: str) -> Result:
    return CliRunner().invoke(stimctl, arguments)


def refusal(*arguments: str) -> str:
    """The sentence of a command that ends with exit code 2."""
    result = call(*arguments)
    assert isinstance(result.exception, ConfigError), result.output
    return str(result.exception)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    return tmp_path / "home"


@pytest.fixture
def mine(home: Path) -> Path:
    assert call("programs", "new", "mine", "--from", "P01").exit_code == 0
    return home / "data" / "programs" / "mine.toml"


# -- new


def test_new_prints_the_path_and_nothing_else_on_stdout(home: Path) -> None:
    path = home / "data" / "programs" / "mine.toml"
    assert call("programs", "new", "mine", "--from", "P01").stdout == f"{path}\n"
    assert path.is_file()


def test_a_copy_has_its_own_title_and_no_id(mine: Path) -> None:
    copy = loader.load("mine")
    assert (copy.plan.title, copy.id, copy.own) == ("Mine", "", True)


def test_a_copy_has_its_schema_beside_it(mine: Path) -> None:
    assert mine.read_text(encoding="utf-8").startswith("#:schema ./program.schema.json\n")
    assert json.loads((mine.parent / "program.schema.json").read_text(encoding="utf-8"))["title"] == "ProgramFile"


def test_only_their_owner_reads_own_programs(mine: Path) -> None:
    assert mine.parent.stat().st_mode & 0o777 == 0o700


def test_a_copy_can_be_copied(mine: Path) -> None:
    assert call("programs", "new", "other", "--from", "mine").exit_code == 0
    assert loader.load("other").plan.title == "Other"


def test_a_path_can_be_copied(mine: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    elsewhere.write_text("# a note\n" + mine.read_text(encoding="utf-8"), encoding="utf-8")
    assert call("programs", "new", "other", "--from", str(elsewhere)).exit_code == 0
    assert "# a note\n" in mine.with_name("other.toml").read_text(encoding="utf-8")


def test_a_program_that_is_wrong_is_not_copied(mine: Path) -> None:
    mine.write_text("format = 2", encoding="utf-8")
    assert "format: found 2" in refusal("programs", "new", "other", "--from", "mine")
    assert not mine.with_name("other.toml").exists()


def test_what_is_there_is_not_overwritten(mine: Path) -> None:
    mine.write_text("precious", encoding="utf-8")
    assert "is there already" in refusal("programs", "new", "mine", "--from", "P02")
    assert mine.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("name", ["Mine", "../mine", "a b", "mine.toml", "", "é"])
def test_a_name_is_small_letters_digits_and_hyphens(name: str) -> None:
    assert "a-z, 0-9 and hyphens" in refusal("programs", "new", name, "--from", "P01")


@pytest.mark.parametrize("name", ["demo", "surface-to-deep", "p02"])
def test_a_name_of_the_library_is_refused(name: str) -> None:
    assert "the library has a program of this name" in refusal("programs", "new", name, "--from", "P01")


def test_a_place_that_cannot_be_written_is_exit_2(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "programs").write_text("a file", encoding="utf-8")
    assert "cannot be written" in refusal("programs", "new", "mine", "--from", "P01")


# -- found and listed


def test_an_own_program_is_found_by_name(mine: Path) -> None:
    assert call("check", "mine").exit_code == 0


def test_an_own_program_is_found_by_its_title(mine: Path) -> None:
    mine.write_text(mine.read_text(encoding="utf-8").replace('"Mine"', '"For the evening"'), encoding="utf-8")
    assert loader.load("For the evening").path == mine


def test_the_library_comes_before_own_programs_of_its_name(mine: Path) -> None:
    mine.rename(mine.with_name("demo.toml"))
    assert not loader.load("demo").own
    assert loader.names().count("demo") == 1


def test_an_own_id_cannot_hide_one_of_the_library(mine: Path) -> None:
    mine.write_text(mine.read_text(encoding="utf-8").replace("format = 1", 'format = 1\nid = "P02"'), encoding="utf-8")
    assert loader.load("P02").name == "surface-to-deep"


def test_own_programs_are_marked_in_the_list(mine: Path) -> None:
    marked = [line.split()[0] for line in call("programs").stdout.splitlines() if " * " in line]
    assert marked == ["mine"]


def test_own_programs_are_marked_in_json(mine: Path) -> None:
    listed = json.loads(call("programs", "--json").stdout)["programs"]
    assert [one["name"] for one in listed if one["own"]] == ["mine"]


@pytest.mark.parametrize("content", [b"format = 2", b"a = = 3", b"\xff", b""])
def test_an_own_program_that_is_wrong_hides_no_other(mine: Path, content: bytes) -> None:
    mine.write_bytes(content)
    result = call("programs")
    assert result.exit_code == 0
    assert "surface-to-deep" in result.stdout
    assert "mine                * cannot be used; what is wrong with it: stimctl check mine" in result.stdout


def test_an_own_program_that_is_wrong_is_no_use_in_json(mine: Path) -> None:
    mine.write_text("format = 2", encoding="utf-8")
    listed = json.loads(call("programs", "--json").stdout)["programs"]
    wrong = [one for one in listed if one["own"] and not one["usable"]]
    assert [(one["name"], one["path"]) for one in wrong] == [("mine", str(mine))]


def test_others_are_found_beside_an_own_program_that_is_no_toml(mine: Path) -> None:
    mine.write_text("a = = 3", encoding="utf-8")
    assert "did you mean 'surface-to-deep'" in refusal("check", "surface-to-dep")


# -- edit


def edit_with(monkeypatch: pytest.MonkeyPatch, *sed: str, variable: str = "EDITOR") -> Result:
    monkeypatch.setenv(variable, " ".join(["sed", "-i", *sed]))
    return call("programs", "edit", "mine")


def test_edit_that_leaves_it_right_prints_the_path(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = edit_with(monkeypatch, "s/rate_hz/rate_hz/")
    assert (result.exit_code, result.stdout) == (0, f"{mine}\n")


def test_edit_that_leaves_it_wrong_says_all_and_ends_with_2(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = edit_with(monkeypatch, "s/minutes/minuets/")
    assert result.exit_code == 2
    assert result.stderr.count("did you mean minutes?") == 3


def test_what_was_edited_stays_when_it_is_wrong(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit_with(monkeypatch, "s/minutes/minuets/")
    assert "minuets" in mine.read_text(encoding="utf-8")


def test_visual_comes_before_editor(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "false")
    edit_with(monkeypatch, "s/Mine/Seen/", variable="VISUAL")
    assert "Seen" in mine.read_text(encoding="utf-8")


def test_edit_without_an_editor_says_what_to_set(mine: Path) -> None:
    assert "set VISUAL or EDITOR, as in: EDITOR=nano" in refusal("programs", "edit", "mine")


def test_an_editor_that_is_not_there_is_named(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor --flag")
    assert "editor 'no-such-editor' cannot be started" in refusal("programs", "edit", "mine")


def test_an_editor_that_cannot_be_read_is_said_so(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed 'unclosed")
    assert "EDITOR" in refusal("programs", "edit", "mine")


def test_an_editor_that_fails_is_said_to_have(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "false")
    assert "false ended with exit code 1" in call("programs", "edit", "mine").stderr


def test_ctrl_c_in_the_editor_is_the_editors(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sh -c 'kill -INT $PPID' -")
    assert call("programs", "edit", "mine").exit_code == 0


@pytest.mark.parametrize("name", ["demo", "P02"])
def test_the_library_is_not_edited(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "rm")
    assert f"copy it first: stimctl programs new NAME --from {name}" in refusal("programs", "edit", name)


def test_edit_of_an_unknown_name_is_answered_with_the_nearest(mine: Path) -> None:
    assert "did you mean 'mine'?" in refusal("programs", "edit", "mime")


def test_a_text_that_an_editor_removed_is_kept(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = mine.read_bytes()
    monkeypatch.setenv("EDITOR", "rm")
    result = call("programs", "edit", "mine")
    assert (result.exit_code, mine.with_name("mine.toml~").read_bytes()) == (2, before)
    assert f"the last text that was right is in {mine}~" in result.stderr


def test_what_was_right_is_kept_through_edits_that_are_wrong(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = mine.read_bytes()
    edit_with(monkeypatch, "s/minutes/minuets/")
    edit_with(monkeypatch, "s/rate_hz/rate/")
    assert mine.with_name("mine.toml~").read_bytes() == before


def test_it_is_edited_until_it_is_right(mine: Path) -> None:
    texts = ["format = 2", mine.read_text(encoding="utf-8")]
    asked: list[StimctlError] = []

    def again(wrong: StimctlError) -> bool:
        asked.append(wrong)
        return True

    assert edited(mine, lambda: mine.write_text(texts.pop(0), encoding="utf-8") and None, again) is None
    assert len(asked) == 1


def test_on_a_terminal_it_is_asked_whether_to_edit_again(mine: Path) -> None:
    environment = {**os.environ, "EDITOR": "sed -i s/minutes/minuets/", "TERM": "dumb"}
    master, slave = pty.openpty()
    command = [PYTHON, "-m", "stimctl", "programs", "edit", "mine"]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment) as process:
        os.close(slave)
        seen = read_until(master, "Edit again? [Y/n]")
        os.write(master, b"n\n")
        assert process.wait(20) == 2
    os.close(master)
    assert seen.count("did you mean minutes?") == 3


def read_until(master: int, words: str) -> str:
    seen, deadline = "", time.monotonic() + 20
    while words not in seen:
        left = deadline - time.monotonic()
        assert left > 0, seen
        if select.select([master], [], [], left)[0]:
            seen += os.read(master, 65536).decode()
    return seen


# -- schema


def test_schema_program_is_json_on_stdout() -> None:
    assert "intensity_pct" in json.dumps(json.loads(call("schema", "program").stdout))


def test_schema_program_writes_a_file(tmp_path: Path) -> None:
    path = tmp_path / "program.schema.json"
    result = call("schema", "program", "-o", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert path.read_text(encoding="utf-8") == call("schema", "program").stdout


def test_a_schema_that_cannot_be_written_is_exit_2(tmp_path: Path) -> None:
    assert "cannot be written" in refusal("schema", "program", "-o", str(tmp_path / "no" / "where.json"))


# -- what is loaded


@pytest.mark.parametrize("arguments", [["programs"], ["programs", "show", "demo"], ["check", "demo"]])
def test_what_is_right_needs_no_tree_sitter(arguments: list[str]) -> None:
    run = f"import sys, stimctl.cli.main as cli; cli.stimctl({arguments}, standalone_mode=False)"
    ask = f"{run}; sys.exit('tree_sitter' in sys.modules)"
    assert subprocess.run([PYTHON, "-c", ask], capture_output=True, timeout=60, check=False).returncode == 0
