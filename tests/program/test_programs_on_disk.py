"""A person's own programs on disk: whole or not at all, and nothing that somebody wrote is lost."""

from pathlib import Path

import pytest

from stimctl.errors import ConfigError
from stimctl.program import loader, own_programs


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def mine() -> Path:
    return own_programs.copy("demo", "mine")


def texts_in(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in directory.iterdir() if path.suffix != ".json"}


def test_a_copy_is_found_by_its_name(mine: Path) -> None:
    assert (loader.load("mine").path, loader.load("mine").own) == (mine, True)


@pytest.mark.parametrize("name", ["Mine", "", "a b", "../escape", "-", "x" * 61])
def test_a_name_of_other_letters_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="allowed: a-z"):
        own_programs.copy("demo", name)


def test_a_name_of_the_library_is_refused() -> None:
    with pytest.raises(ConfigError, match="the library has a program of this name"):
        own_programs.copy("demo", "surface-to-deep")


def test_a_copy_overwrites_nothing(mine: Path) -> None:
    before = texts_in(mine.parent)
    with pytest.raises(ConfigError, match="is there already and stays as it is"):
        own_programs.copy("tap", "mine")
    assert texts_in(mine.parent) == before


def test_a_name_that_may_be_taken_is_not_refused() -> None:
    assert own_programs.refused_name("my-own") == ""


def test_a_save_is_read_again_as_it_was_written(mine: Path) -> None:
    text = mine.read_text(encoding="utf-8").replace("\n", "\r\n") + "# µ\r\n"
    own_programs.save(mine, text)
    assert mine.read_bytes() == text.encode()


def test_a_save_leaves_nothing_else_behind(mine: Path) -> None:
    own_programs.save(mine, "format = 2")
    assert set(texts_in(mine.parent)) == {"mine.toml", "mine.toml~"}


def test_what_was_right_is_kept_through_saves_that_are_wrong(mine: Path) -> None:
    right = mine.read_text(encoding="utf-8")
    own_programs.save(mine, "format = 2")
    own_programs.save(mine, "format = 3")
    assert texts_in(mine.parent) == {"mine.toml": "format = 3", "mine.toml~": right}


def test_a_save_keeps_who_may_read_it(mine: Path) -> None:
    mine.chmod(0o640)
    own_programs.save(mine, "format = 2")
    assert mine.stat().st_mode & 0o777 == 0o640


def test_a_save_through_a_link_leaves_the_link(mine: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.toml"
    mine.rename(elsewhere)
    mine.symlink_to(elsewhere)
    own_programs.save(mine, "format = 2")
    assert (mine.is_symlink(), elsewhere.read_text(encoding="utf-8")) == (True, "format = 2")


def test_a_text_whose_file_is_gone_is_saved_all_the_same(mine: Path) -> None:
    mine.unlink()
    own_programs.save(mine, "format = 2")
    assert mine.read_text(encoding="utf-8") == "format = 2"


def test_a_save_that_fails_changes_nothing(mine: Path) -> None:
    own_programs.keep_what_was_right(mine)
    before = texts_in(mine.parent)
    with pytest.raises(ConfigError, match="half of a character"):
        own_programs.save(mine, "title = '\ud800'")
    assert texts_in(mine.parent) == before


def test_without_a_place_to_write_it_is_said_so(mine: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        own_programs.save(mine.parent / "no" / "where.toml", "format = 1")


def test_a_draft_is_no_program(mine: Path) -> None:
    own_programs.keep_draft(mine, "half a tho")
    assert loader.own_names() == ("mine",)
    assert loader.load("mine").plan.title == "Mine"


def test_a_draft_is_there_until_it_is_dropped(mine: Path) -> None:
    own_programs.keep_draft(mine, "half a tho")
    assert own_programs.draft(mine) == "half a tho"
    own_programs.drop_draft(mine)
    assert own_programs.draft(mine) is None
    own_programs.drop_draft(mine)
