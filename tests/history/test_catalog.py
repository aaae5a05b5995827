"""The index of past sessions: made from journals, kept in step with them, thrown away without loss."""

import json
import os
import sqlite3
from pathlib import Path

import pytest
from journals import ID, done, header, journal_of, kept, refused
from world import World

from stimctl.errors import ConfigError
from stimctl.history.catalog import Catalog, Found
from stimctl.history.exporting import COLUMNS, csv_lines, dictionary_lines, json_lines

PERSON = "0123456789abcdef"


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "data" / "sessions"


def named(day: str, number: int) -> str:
    return f"{day}/{number:06d}-{number:08x}.jsonl"


def of_somebody() -> bytes:
    """A refused session of somebody who is known by a random id."""
    nobody = rb"\"person\":\"\",\"course\":\"\""
    assert nobody in refused()
    return refused().replace(nobody, nobody.replace(rb"\"\"", rb"\"%s\"" % PERSON.encode(), 1))


def test_a_row_is_what_the_journal_says(sessions: Path) -> None:
    kept(sessions, done())
    (row,) = Catalog(sessions).sessions()
    assert (row.id, row.begun, row.fate, row.exit_code) == (ID, "2026-03-04T05:06:07Z", "ended", 0)
    assert (row.scale, row.peak, row.zero_confirmed) == ("current", 7.15, True)
    assert (row.person, row.course, row.why) == ("", "", "")


def test_whose_it_was_is_a_random_id_and_can_be_asked_for(sessions: Path) -> None:
    kept(sessions, done())
    kept(sessions, of_somebody(), named("2026-03-05", 2))
    (row,) = Catalog(sessions).sessions(person=PERSON)
    assert row.person == PERSON
    assert len(Catalog(sessions).sessions()) == 2


def test_newest_first_and_by_days(sessions: Path) -> None:
    for day in range(1, 6):
        started = header(started=f"2026-03-0{day}T12:00:00Z", id=f"{day}")
        kept(sessions, started, named(f"2026-03-0{day}", day))
    catalog = Catalog(sessions)
    assert [row.id for row in catalog.sessions()] == ["5", "4", "3", "2", "1"]
    found = catalog.sessions(since="2026-03-02T00:00:00Z", until="2026-03-04T00:00:00Z")
    assert [row.id for row in found] == ["3", "2"]
    assert [row.id for row in catalog.sessions(most=2)] == ["5", "4"]


def test_a_new_journal_and_one_that_is_gone_are_noticed(sessions: Path) -> None:
    path = kept(sessions, done())
    catalog = Catalog(sessions)
    assert len(catalog.sessions()) == 1
    kept(sessions, refused(), named("2026-03-04", 7))
    assert len(catalog.sessions()) == 2
    path.unlink()
    assert [row.exit_code for row in catalog.sessions()] == [5]
    for left in path.parent.iterdir():
        left.unlink()
    path.parent.rmdir()
    assert catalog.sessions() == []


def test_a_session_that_runs_is_read_again_until_it_has_ended(sessions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = done()
    path = kept(sessions, whole[: len(whole) // 2])
    monkeypatch.setattr("stimctl.history.catalog.running_id", lambda: ID)
    catalog = Catalog(sessions)
    assert [row.fate for row in catalog.sessions()] == ["running"]
    # an end that is added to a file changes nothing of its directory
    path.write_bytes(whole)
    monkeypatch.setattr("stimctl.history.catalog.running_id", lambda: None)
    assert [row.fate for row in catalog.sessions()] == ["ended"]


def test_days_that_have_not_changed_are_not_read(sessions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day in range(1, 6):
        kept(sessions, header(), named(f"2026-03-0{day}", day))
    catalog = Catalog(sessions)
    catalog.refresh()
    read: list[Path] = []
    monkeypatch.setattr("stimctl.history.catalog.summary_of", lambda path, running: read.append(path))
    catalog.refresh()
    assert read == []


def five_days(sessions: Path) -> Catalog:
    for day in range(1, 6):
        kept(sessions, header(started=f"2026-03-0{day}T12:00:00Z", id=f"{day}"), named(f"2026-03-0{day}", day))
    catalog = Catalog(sessions)
    catalog.refresh()
    return catalog


def test_for_a_few_rows_only_the_newest_days_are_looked_at(sessions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = five_days(sessions)
    real, looked = os.scandir, list[str]()
    monkeypatch.setattr(os, "scandir", lambda path: looked.append(Path(path).name) or real(path))
    kept(sessions, header(started="2026-03-05T13:00:00Z", id="6"), named("2026-03-05", 6))
    assert [row.id for row in catalog.sessions(most=2)] == ["6", "5"]
    assert [name for name in looked if name.startswith("2026")] == ["2026-03-05"]


@pytest.mark.parametrize("what", ["gone", "another", "with its day", "an older day comes", "one day for another"])
def test_what_changes_in_old_days_is_noticed_where_it_would_be_shown(sessions: Path, what: str) -> None:
    catalog = five_days(sessions)
    old = sessions / named("2026-03-02", 2)
    if what == "another":
        kept(sessions, header(started="2026-03-02T12:00:00Z", id="two"), named("2026-03-02", 2))
    elif what != "an older day comes":
        old.unlink()
        if what != "gone":
            old.parent.rmdir()
    if what in ("an older day comes", "one day for another"):
        kept(sessions, header(started="2026-02-01T12:00:00Z", id="0"), named("2026-02-01", 9))
    wanted = {
        "gone": ["5", "4", "3", "1"],
        "with its day": ["5", "4", "3", "1"],
        "another": ["5", "4", "3", "two", "1"],
        "an older day comes": ["5", "4", "3", "2", "1", "0"],
        "one day for another": ["5", "4", "3", "1", "0"],
    }
    assert [row.id for row in catalog.sessions(most=10)] == wanted[what]


def test_a_session_that_runs_since_an_older_day_is_read_again(sessions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = done()
    path = kept(sessions, whole[: len(whole) // 2])
    for day in ("2026-03-05", "2026-03-06", "2026-03-07"):
        kept(sessions, header(started=f"{day}T12:00:00Z", id=day), named(day, 1))
    monkeypatch.setattr("stimctl.history.catalog.running_id", lambda: ID)
    catalog = Catalog(sessions)
    assert [row.fate for row in catalog.sessions(most=9)][-1] == "running"
    # nothing of its file changes when it is killed
    monkeypatch.setattr("stimctl.history.catalog.running_id", lambda: None)
    assert [row.fate for row in catalog.sessions(most=9)][-1] == "killed"
    path.write_bytes(whole)
    assert [row.fate for row in catalog.sessions(most=9)][-1] == "ended"


def test_what_cannot_be_read_is_a_row_that_says_why(sessions: Path) -> None:
    kept(sessions, b"nonsense\n", named("2026-03-04", 9))
    (row,) = Catalog(sessions).sessions()
    assert (row.fate, "not a journal" in row.why) == ("unreadable", True)


def test_it_can_be_thrown_away_at_any_time(sessions: Path) -> None:
    kept(sessions, done())
    kept(sessions, refused(), named("2026-03-05", 2))
    catalog = Catalog(sessions)
    before = catalog.sessions()
    (sessions.parent / "history.sqlite").unlink()
    assert catalog.sessions() == before
    assert catalog.rebuild() == 2
    assert catalog.sessions() == before


def test_a_damaged_index_is_told_and_made_anew(sessions: Path) -> None:
    kept(sessions, done())
    index = sessions.parent / "history.sqlite"
    catalog = Catalog(sessions)
    catalog.refresh()
    index.write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(ConfigError, match="stimctl history rebuild"):
        catalog.sessions()
    assert catalog.rebuild() == 1


def test_an_index_of_a_newer_version_is_refused_and_stays_as_it_is(sessions: Path) -> None:
    kept(sessions, done())
    catalog = Catalog(sessions)
    catalog.refresh()
    with sqlite3.connect(sessions.parent / "history.sqlite") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(ConfigError, match="newer stimctl"):
        catalog.sessions()
    with sqlite3.connect(sessions.parent / "history.sqlite") as database:
        assert database.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
    database.close()


def test_it_is_in_wal_and_only_its_owner_may_read_it(sessions: Path) -> None:
    Catalog(sessions).refresh()
    index = sessions.parent / "history.sqlite"
    assert oct(index.stat().st_mode)[-3:] == "600"
    with sqlite3.connect(index) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql+pymysql://a:secret@127.0.0.1/b", "driver of that database is not installed"),
        ("nonsense", "look at STIMCTL_HISTORY_URL"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_and_no_password_is(
    sessions: Path, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("STIMCTL_HISTORY_URL", url)
    with pytest.raises(ConfigError, match=words) as told:
        Catalog(sessions).sessions()
    assert "secret" not in str(told.value)


def test_two_that_read_at_once_agree(sessions: Path) -> None:
    kept(sessions, done())
    one, two = Catalog(sessions), Catalog(sessions)
    with one._open() as connection:
        one._refresh(connection)
    assert two.sessions() == one.sessions()


def test_where_nothing_has_ever_run_there_is_nothing(sessions: Path) -> None:
    assert Catalog(sessions).sessions() == []
    assert Catalog(sessions).rebuild() == 0


# -- tables for other programs


def test_every_column_is_in_the_dictionary_and_every_field_in_a_column(sessions: Path) -> None:
    assert set(COLUMNS) == set(Found.__slots__) - {"path"}
    assert len(list(dictionary_lines())) == 1 + len(COLUMNS)


def test_csv_and_json_say_the_same(sessions: Path) -> None:
    kept(sessions, done())
    found = Catalog(sessions).sessions()
    heading, line = csv_lines(found)
    (said,) = map(json.loads, json_lines(found))
    assert heading.split(",") == list(said) == list(COLUMNS)
    assert line.split(",")[0] == said["id"] == ID
    assert "path" not in said, "where things are kept may say whose they are"


def test_a_text_that_a_spreadsheet_would_run_is_quoted(sessions: Path) -> None:
    (row,) = [Found(**dict.fromkeys(Found.__slots__, "=1+1"))]  # type: ignore[arg-type]
    assert "'=1+1" in list(csv_lines([row]))[1]
    assert ",=1+1" not in list(csv_lines([row]))[1]


def test_a_journal_of_the_virtual_world_is_one(sessions: Path) -> None:
    kept(sessions, journal_of(World().started().run_for(3)), named("2026-03-06", 6))
    (row,) = Catalog(sessions).sessions()
    assert row.title
    assert os.path.exists(row.path)
