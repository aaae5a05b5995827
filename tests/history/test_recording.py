"""What is recorded in a file: a capture or a journal, its entries, where it ends, and what is wrong with any other."""

from itertools import islice
from pathlib import Path

import captures
import journals
import pytest

from stimctl.engine.recorded import Heard, Told
from stimctl.history.recording import Damaged, Recording, Torn, read_recording


def recording(tmp_path: Path, content: bytes) -> Recording | str:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    return read_recording(path)


def entries(tmp_path: Path, content: bytes) -> list:
    found = recording(tmp_path, content)
    assert isinstance(found, Recording), found
    return list(found.entries())


@pytest.mark.parametrize("content", [captures.done(), journals.done()], ids=["capture", "journal"])
def test_a_capture_and_a_journal_give_their_entries(tmp_path: Path, content: bytes) -> None:
    found = recording(tmp_path, content)
    assert isinstance(found, Recording)
    assert (found.id, found.device, found.start_ns) == ("0badcafe", "./unit", 0)
    assert found.captured is (content is captures.done())
    assert found.opened_ns == (captures.OPENED_NS if found.captured else 0)
    first, *_, last = found.entries()
    assert (type(first), type(last)) == (Heard, Told)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"hello\n", "neither a capture nor a journal"),
        (b"hello", "neither a capture nor a journal"),
        (b"\xff\xfe\x00\n", "neither a capture nor a journal"),
        (b'{"format":"stimctl.delivered","version":1}\n', "neither a capture nor a journal"),
        (b"[]\n", "neither a capture nor a journal"),
        (captures.first_line(version=2), "version 2, and this stimctl reads version 1: a newer stimctl"),
        (captures.first_line(version=True), "no stimctl writes that"),
        (captures.first_line(start_monotonic_ns="x"), "when it was begun"),
        (captures.first_line()[:40], "a capture that is cut off in its first line"),
        (captures.first_line(), "nothing was recorded"),
        (captures.first_line() + journals.header()[:30], "nothing was recorded"),
        (captures.first_line() + b"hello\n", "a capture without a session: not a journal"),
        (journals.header()[:30], "cut off in its first line"),
        (journals.header(version=2), "a journal of version 2"),
        (journals.header(at=None), "when its engine began"),
    ],
)
def test_what_is_none_says_why(tmp_path: Path, content: bytes, why: str) -> None:
    found = recording(tmp_path, content)
    assert isinstance(found, str), found
    assert why in found


def test_what_is_not_there_or_not_a_file_says_why(tmp_path: Path) -> None:
    assert read_recording(tmp_path / "none") == "cannot be read: no such file or directory"
    assert read_recording(tmp_path) == "cannot be read: it is a directory"


def test_a_last_line_that_is_cut_off_is_torn_wherever(tmp_path: Path) -> None:
    whole = captures.done()
    cut = whole.index(b"\n", 50_000) + 1
    after = whole.index(b"\n", cut)
    count = whole[:cut].count(b"\n")
    for length in range(cut + 1, after):
        assert entries(tmp_path, whole[:length])[-1] == Torn(count + 1), whole[cut:length]
    # but for its line feed it is there
    assert not isinstance(entries(tmp_path, whole[:after])[-1], Torn | Damaged)


def test_a_line_that_cannot_be_read_ends_the_entries_and_says_which(tmp_path: Path) -> None:
    lines = captures.done().split(b"\n")
    lines[700] = b"\x00" + lines[700]
    found = entries(tmp_path, b"\n".join(lines))
    assert isinstance(found[-1], Damaged)
    assert (found[-1].number, len(found)) == (701, 699)


def test_a_line_that_an_engine_died_in_is_torn_though_its_front_end_goes_on(tmp_path: Path) -> None:
    added = b'{"version":1,"event":"ended","t_ms":0,"seq":0,"exit_code":1,"reason":"the engine died"}\n'
    torn_at = journals.done().index(b"\n", 40_000) + 9
    found = entries(tmp_path, journals.done()[:torn_at] + b"\n" + added)
    assert [type(one) for one in found[-2:]] == [Told, Torn]


def test_a_line_that_is_too_long_is_damage_and_not_memory(tmp_path: Path) -> None:
    found = recording(tmp_path, journals.header() + b"x" * (1 << 24) + b'\n{"at":1}\n')
    assert isinstance(found, Recording)
    (only,) = islice(found.entries(), 9)
    assert (type(only), only.number) == (Damaged, 2)
