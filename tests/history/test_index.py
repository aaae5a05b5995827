"""The list of past sessions: what a row says, what is said of files that are none, and that neither takes long."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from journals import BEGUN, ID, done, header, journal_of, kept, paused, refused, telling, without
from world import World

from stimctl.engine import messages as say
from stimctl.history import index
from stimctl.history.index import find_sessions, sessions, summary_of
from stimctl.history.summary import KILLED, Fate, Summary, Unreadable


def summary(tmp_path: Path, content: bytes) -> Summary:
    found = summary_of(kept(tmp_path, content))
    assert isinstance(found, Summary), found
    return found


def why(tmp_path: Path, content: bytes) -> str:
    found = summary_of(kept(tmp_path, content))
    assert isinstance(found, Unreadable), found
    return found.why


def ended(reason: str = "stopped by a person", peak: dict[int, float] | None = None) -> bytes:
    return telling(say.Ended(exit_code=4, reason=reason, zero_confirmed=True, peak=peak or {}, journal=""))


# --- a row


def test_a_session_that_ran_to_its_end_says_what_ran_and_how_it_ended(tmp_path: Path) -> None:
    found = summary(tmp_path, done())
    assert (found.id, found.title, found.simulated, found.unit[:9]) == (ID, "Demo", True, "stimlink ")
    assert (found.duration_ms, found.planned_ms) == (40_000, 40_000)
    assert (found.fate, found.exit_code, found.reason) == (Fate.ENDED, 0, "the program is done")
    assert (found.ended, found.zero_confirmed) == (True, True)
    assert found.peak == {1: 7.15, 2: 7.15}


def test_it_began_when_its_first_line_says_in_local_time(tmp_path: Path) -> None:
    begun = summary(tmp_path, done()).begun
    assert begun == datetime.fromisoformat(BEGUN)
    assert begun.utcoffset() == begun.astimezone().utcoffset()


def test_without_a_time_in_it_the_name_says_when_it_began(tmp_path: Path) -> None:
    assert summary(tmp_path, header(started=None)).begun == datetime(2026, 3, 4, 5, 6, 7).astimezone()


def test_without_any_time_it_is_when_the_file_was_last_changed(tmp_path: Path) -> None:
    path = kept(tmp_path, header(started="yesterday"), "mine.jsonl")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    found = summary_of(path)
    assert isinstance(found, Summary)
    assert found.begun == datetime.fromtimestamp(1_000_000_000, UTC)


def test_a_pause_is_not_counted_in_what_ran(tmp_path: Path) -> None:
    found = summary(tmp_path, paused())
    assert (found.exit_code, found.reason) == (4, "stopped by a person")
    assert 14_000 < found.duration_ms < 17_500


def test_a_session_that_was_refused_has_no_time_and_says_why(tmp_path: Path) -> None:
    found = summary(tmp_path, refused())
    assert (found.exit_code, found.duration_ms) == (5, 0)
    assert "cm²" in found.reason
    assert found.title == "Demo"


def test_a_title_of_any_letters_is_found_where_it_was_asked_for(tmp_path: Path) -> None:
    title = 'deep "er" \\ µ \\" }'
    plan = replace(World().plan, title=title)
    asked = World(plan).prepared(pad_mm2=100)
    assert summary(tmp_path, journal_of(asked)).title == title


def test_a_journal_without_last_words_was_killed(tmp_path: Path) -> None:
    found = summary(tmp_path, done()[: len(done()) // 2])
    assert (found.fate, found.ended, found.reason, found.exit_code) == (Fate.KILLED, False, KILLED, None)
    assert found.title == "Demo"
    assert 10_000 < found.duration_ms < 30_000


def test_an_engine_that_died_ends_with_the_words_of_its_front_end(tmp_path: Path) -> None:
    cut = done()[: len(done()) // 2].rpartition(b"\n")[0][:-5]
    found = summary(tmp_path, cut + b"\n" + ended("the engine died; the unit was stopped from here"))
    assert (found.fate, found.reason) == (Fate.ENDED, "the engine died; the unit was stopped from here")
    assert found.duration_ms > 10_000


def test_a_long_journal_is_known_by_its_ends(tmp_path: Path) -> None:
    # a pause in which nothing flows, longer than what is read at first
    lines = done().splitlines(True)
    waiting = b'{"at":1,"link":"00112233445566778899"}\n' * 50_000
    found = summary(tmp_path, b"".join([*lines[:-30], waiting, *lines[-30:]]))
    assert (found.title, found.duration_ms, found.exit_code, found.whole) == ("Demo", 40_000, 0, False)


def test_a_person_who_takes_long_to_begin_is_waited_for(tmp_path: Path) -> None:
    lines = done().splitlines(True)
    waiting = b'{"at":1,"link":"00112233445566778899"}\n' * 50_000
    found = summary(tmp_path, b"".join([lines[0], waiting, *lines[1:-30], waiting, waiting, *lines[-30:]]))
    assert (found.title, found.planned_ms, found.whole) == ("Demo", 40_000, False)


def test_what_a_killed_session_reached_is_found_behind_a_long_pause(tmp_path: Path) -> None:
    lines = done().splitlines(True)
    waiting = b'{"at":1,"link":"00112233445566778899"}\n' * 50_000
    found = summary(tmp_path, b"".join([*lines[: len(lines) // 2], waiting]))
    assert found.duration_ms > 10_000


def test_notes_and_pains_are_in_the_order_in_which_they_were_said(tmp_path: Path) -> None:
    said = [
        say.User(action="pain", why="5"),
        say.User(action="note", why="stings at a pad"),
        say.User(action="note", why="better"),
        say.User(action="pain", why="3"),
        say.User(action="pain", why="awful"),
        say.User(action="pain", why="11"),
    ]
    found = summary(tmp_path, header() + b"".join(map(telling, said)) + ended())
    assert (found.pains, found.notes) == ((5, 3), ("stings at a pad", "better"))


def test_text_of_others_moves_no_cursor(tmp_path: Path) -> None:
    found = summary(tmp_path, header() + ended("over\x1b[2J\r\n\u202eand out\ud800"))
    assert found.reason == "over [2J   and out "


# --- what runs now


def test_a_session_whose_engine_is_alive_was_not_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    journals = tmp_path / "data" / "sessions"
    kept(journals, header())
    kept(journals, header(id="feedbeef"), "2026-03-03/050607-feedbeef.jsonl")
    kept(tmp_path, f'{{"pid":{os.getpid()},"id":"{ID}"}}'.encode(), "run/session.lock")
    assert [one.fate for one in sessions() if isinstance(one, Summary)] == [Fate.RUNNING, Fate.KILLED]


@pytest.mark.parametrize(
    "lock", ["", "{", '{"pid":4194305,"id":"0badcafe"}', '{"pid":-1,"id":"0badcafe"}', '{"pid":1e9}']
)
def test_what_a_dead_engine_left_in_its_lock_is_not_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    kept(tmp_path / "data" / "sessions", header())
    kept(tmp_path, lock.encode(), "run/session.lock")
    assert [one.fate for one in sessions() if isinstance(one, Summary)] == [Fate.KILLED]


# --- files that are none


def test_an_empty_file_says_that_it_is_empty(tmp_path: Path) -> None:
    assert why(tmp_path, b"").startswith("empty")


def test_a_first_line_that_is_cut_off_says_so(tmp_path: Path) -> None:
    assert "cut off" in why(tmp_path, header()[:40])
    assert "cut off" in why(tmp_path, header()[:4])


@pytest.mark.parametrize("content", [b"hello\n", b"\x00\xff" * 50_000, b"[1]\n", b'{"format":"stimctl.delivered"}\n'])
def test_a_foreign_file_is_not_a_journal(tmp_path: Path, content: bytes) -> None:
    assert "not a journal" in why(tmp_path, content)


def test_a_newer_journal_is_refused_with_a_sentence(tmp_path: Path) -> None:
    sentence = why(tmp_path, header(version=2))
    assert "version 2" in sentence
    assert "reads version 1" in sentence
    assert "newer stimctl" in sentence


@pytest.mark.parametrize("version", [0, "1", None, True, [1]])
def test_a_version_that_never_was_is_refused_too(tmp_path: Path, version: object) -> None:
    assert "no stimctl writes that" in why(tmp_path, header(version=version))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_says_so(tmp_path: Path) -> None:
    path = kept(tmp_path, done())
    path.chmod(0)
    found = summary_of(path)
    assert isinstance(found, Unreadable)
    assert "permission" in found.why


def test_what_cannot_be_opened_says_what_the_system_says(tmp_path: Path) -> None:
    (tmp_path / "2026-03-04").mkdir()
    loop = tmp_path / "2026-03-04" / "050607-loop.jsonl"
    loop.symlink_to(loop)
    (found,) = sessions(tmp_path)
    assert isinstance(found, Unreadable)
    assert found.why.startswith("cannot be read: ")
    assert found.begun == datetime(2026, 3, 4, 5, 6, 7).astimezone()


def test_a_pipe_and_a_directory_are_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "2026-03-04" / "a.jsonl").mkdir(parents=True)
    os.mkfifo(tmp_path / "2026-03-04" / "b.jsonl")
    whys = [one.why for one in sessions(tmp_path) if isinstance(one, Unreadable)]
    assert whys == ["cannot be read: it is not a regular file", "cannot be read: it is a directory"]


# --- the list


def test_the_newest_comes_first_and_only_so_many_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["2026-03-04/235959-a", "2026-03-05/000001-b", "2026-03-05/100000-c", "2026-12-01/000000-d"]
    for name in names:
        kept(tmp_path, header(started=None), f"{name}.jsonl")
    newest = sessions(tmp_path, most=3)
    assert [one.path.stem[-1] for one in newest] == ["d", "c", "b"]


def test_what_is_no_journal_by_its_name_is_not_told_of(tmp_path: Path) -> None:
    kept(tmp_path, b"", "2026-03-04/notes.txt")
    kept(tmp_path, b"", "readme")
    kept(tmp_path, b"", "old/deeper/000000-a.jsonl")
    assert sessions(tmp_path) == []


def test_where_nothing_was_ever_kept_there_is_nothing(tmp_path: Path) -> None:
    assert sessions(tmp_path / "nowhere") == []


def test_a_session_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    path = kept(tmp_path, header())
    kept(tmp_path, header(id="feedbeef"), "2026-03-04/050608-feedbeef.jsonl")
    assert find_sessions("0bad", tmp_path) == [path]
    assert find_sessions("*", tmp_path) == []
    assert len(find_sessions("", tmp_path)) == 2


def test_of_a_long_journal_little_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = done().splitlines(True)
    busy = without(b"".join(lines[len(lines) // 4 : -40]), "phase") * 40
    path = kept(tmp_path, b"".join([*lines[:-40], busy, *lines[-40:]]))
    read = 0

    class Counting:
        def __init__(self) -> None:
            self.file = path.open("rb")

        def __enter__(self) -> "Counting":
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def read(self, size: int) -> bytes:
            nonlocal read
            data = self.file.read(size)
            read += len(data)
            return data

        def __getattr__(self, name: str) -> object:
            return getattr(self.file, name)

    monkeypatch.setattr(index, "open_regular", lambda _: Counting())
    assert isinstance(summary_of(path), Summary)
    assert path.stat().st_size > 5_000_000
    assert read < 150_000
