"""`stimctl replay` as somebody calls it: the table, the verdict, and the exit codes."""

import json
import re
from pathlib import Path

import captures
import journals
import pytest
from click.testing import CliRunner, Result
from world import World

from stimctl.cli.main import stimctl
from stimctl.engine import messages as say
from stimctl.errors import StimctlError

ROW = re.compile(r"^ *(-?\d+\.\d{6})  (->|<-|--)  (.*)$")


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    path = tmp_path / "demo.capture"
    path.write_bytes(captures.done())
    return path


def call(path: Path, *arguments: str) -> Result:
    return CliRunner().invoke(stimctl, ["replay", str(path), *arguments])


def refusal(path: Path, *arguments: str) -> tuple[int, str]:
    why = call(path, *arguments).exception
    assert isinstance(why, StimctlError)
    return int(why.exit_code), str(why)


def rows(result: Result) -> list[tuple[float, str, str]]:
    found = [ROW.match(line) for line in result.stdout.splitlines()]
    return [(float(row[1]), row[2], row[3]) for row in found if row]


def flipped(path: Path, kind: bytes, number: int) -> int:
    """One bit of one value of a kind, the other way around; the time of it."""
    lines = path.read_bytes().split(b"\n")
    index = [i for i, line in enumerate(lines) if b'"%s":"' % kind in line and line.startswith(b'{"at":')][number]
    before, mark, value = lines[index].partition(b'"%s":"' % kind)
    lines[index] = before + mark + b"%02x" % (int(value[:2], 16) ^ 1) + value[2:]
    path.write_bytes(b"\n".join(lines))
    return int(json.loads(lines[index])["t_us"])


def test_a_capture_of_a_session_is_the_same_byte_by_byte(capture: Path) -> None:
    result = call(capture)
    assert result.exit_code == 0, result.output
    sent = sum(len(bytes.fromhex(taken)) for taken in re.findall(r'"took":"(\w+)"', capture.read_text()))
    assert re.search(rf"^\d+ turns, {sent} bytes to the unit, \d+ tellings run again: the same$", result.stdout, re.M)
    assert result.stderr == ""


def test_the_table_has_every_frame_both_ways_in_the_order_of_time(capture: Path) -> None:
    found = rows(call(capture))
    times = [at_s for at_s, _, _ in found]
    assert times == sorted(times)
    to_unit = [text for _, arrow, text in found if arrow == "->"]
    from_unit = [text for _, arrow, text in found if arrow == "<-"]
    # each frame ends with its only zero; the stop has one before it
    taken = b"".join(map(bytes.fromhex, re.findall(r'"took":"(\w+)"', capture.read_text())))
    came = b"".join(map(bytes.fromhex, re.findall(r'"link":"(\w+)"', capture.read_text())))
    assert (len(to_unit), len(from_unit)) == (taken.count(0) - 1, came.count(0))
    assert to_unit[0] == "Hello version=1"
    assert to_unit[-1] == "Stop"
    assert sum(text.startswith("SegmentFrame") for text in to_unit) == sum(text.startswith("Ack") for text in from_unit)
    assert {"armed", "started", "stop sent: the program is done"} <= {text for _, arrow, text in found if arrow == "--"}


def test_times_are_since_the_capture_was_opened(capture: Path) -> None:
    first = rows(call(capture))[0][0]
    assert first == pytest.approx(-captures.OPENED_NS / 1e9)


def test_a_part_of_the_table_is_shown_and_all_of_it_run_again(capture: Path) -> None:
    whole, part = call(capture), call(capture, "--from", "10", "--to", "11.5")
    assert rows(part) == [row for row in rows(whole) if 10 <= row[0] <= 11.5]
    assert 10 < len(rows(part)) < 100
    assert part.stdout.splitlines()[-1] == whole.stdout.splitlines()[-1]


def test_as_json_it_is_one_object(capture: Path) -> None:
    found = json.loads(call(capture, "--json", "--to", "2").stdout)
    assert (found["version"], found["kind"], found["same"], found["first"]) == (1, "capture", True, None)
    assert (found["session"], found["ended"], found["torn"]) == ("0badcafe", True, False)
    assert found["line"][0] == {"t_us": 1_500, "way": "to unit", "text": "Hello version=1"}
    assert {row["way"] for row in found["line"]} == {"to unit", "from unit", "note"}


def test_a_journal_is_run_again_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(journals.done())
    result = call(path)
    assert (result.exit_code, result.stdout.splitlines()[-1].endswith("run again: the same")) == (0, True)
    assert sum(arrow == "->" for _, arrow, _ in rows(result)) > 300


# what was sent is held against the replay, and what the line took against what was sent
@pytest.mark.parametrize(("kind", "count"), [(b"sent", 2), (b"took", 1)])
def test_a_byte_that_was_changed_is_said_with_its_time(capture: Path, kind: bytes, count: int) -> None:
    t_us = flipped(capture, kind, 200)
    result = call(capture)
    assert result.exit_code == 1
    assert f"{count} difference{'s' * (count > 1)}, the first at {t_us / 1e6:.6f} s" in result.stdout
    found = json.loads(call(capture, "--json").stdout)
    assert (found["same"], found["differences"], found["first"]["t_us"]) == (False, count, t_us)
    assert found["first"]["recorded"] != found["first"]["replayed"]


def test_a_byte_from_the_unit_that_was_changed_is_said_where_it_first_matters(capture: Path) -> None:
    t_us = flipped(capture, b"link", 900)
    found = json.loads(call(capture, "--json").stdout)
    assert not found["same"]
    assert t_us <= found["first"]["t_us"] < t_us + 1_000_000


def test_who_recorded_it_is_said_where_it_differs(capture: Path) -> None:
    known = captures.done().replace(b'"id":"0badcafe","device"', b'"id":"0badcafe","stimctl":"0.0.9","device"')
    capture.write_bytes(known)
    assert "0.0.9" not in call(capture).stdout
    flipped(capture, b"sent", 9)
    assert "recorded by stimctl 0.0.9" in call(capture).stdout


def test_a_capture_that_was_killed_in_the_middle_of_a_line_is_the_same_as_far_as_it_goes(capture: Path) -> None:
    whole = capture.read_bytes()
    for length in range(60_000, 60_200, 7):
        capture.write_bytes(whole[:length])
        result = call(capture)
        assert result.exit_code == 0, result.output
        assert "its writer was killed" in result.stderr or whole[length - 1 : length + 1].count(b"\n") == 1


def test_a_capture_that_ends_early_says_so(capture: Path) -> None:
    capture.write_bytes(b"".join(capture.read_bytes().splitlines(True)[:500]))
    assert call(capture).stderr == "it ends before the session did\n"


def test_a_line_that_cannot_be_read_is_exit_2_with_its_number(capture: Path) -> None:
    lines = capture.read_bytes().split(b"\n")
    for bad, why in ((b'{"at":1', "not a line of JSON"), (b'{"at":1}', "time goes back")):
        capture.write_bytes(b"\n".join([*lines[:999], bad, *lines[1000:]]))
        code, words = refusal(capture)
        assert (code, "line 1000 cannot be read" in words, why in words) == (2, True, True), words
        assert "nothing differs up to there" in words


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"hello\n", "neither a capture nor a journal"),
        (captures.first_line(version=2) + journals.header(), "a newer stimctl"),
        (captures.first_line() + journals.header(), "nothing was recorded"),
        (journals.header(device="tens@/dev/ttyUSB0") + b'{"at":1}\n', "tens"),
    ],
)
def test_what_cannot_be_used_is_exit_2(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    code, words = refusal(path)
    assert (code, word in words) == (2, True), words


def test_what_a_stop_dropped_is_in_the_table(tmp_path: Path) -> None:
    lines = captures.capture_of(World().started().run_for(6).say(say.Stop()).run_for(1)).split(b"\n")
    # the last segment before the stop had only half been taken by the line
    stop = next(i for i, line in enumerate(lines) if b'"stop first":' in line)
    taken = max(i for i, line in enumerate(lines[:stop]) if b'"took":' in line)
    found = json.loads(lines[taken])
    lines[taken] = json.dumps({**found, "took": found["took"][:8]}, separators=(",", ":")).encode()
    at_ns = json.loads(lines[stop])["at"]
    lines.insert(stop + 1, b'{"at":%d,"flushed":4}' % at_ns)
    path = tmp_path / "a.capture"
    path.write_bytes(b"\n".join(lines))
    result = call(path)
    assert result.exit_code == 0, result.output
    notes = [text for _, arrow, text in rows(result) if arrow == "--"]
    dropped = len(found["took"]) // 2 - 4
    assert f"dropped: {dropped} bytes that the line had not taken" in notes
    assert "flushed: at most 4 bytes that the line had taken" in notes
    # the half that had been taken is no frame, and the stop's leading zero ends it
    texts = [text for _, arrow, text in rows(result) if arrow == "->"]
    assert (texts[-2].startswith("no frame"), texts[-1]) == (True, "Stop")


def test_what_a_front_end_told_of_a_dead_engine_is_said(tmp_path: Path) -> None:
    added = b'{"version":1,"event":"ended","t_ms":0,"seq":0,"exit_code":1,"reason":"the engine died"}\n'
    path = tmp_path / "journal.jsonl"
    torn_at = journals.done().index(b"\n", 40_000) + 9
    path.write_bytes(journals.done()[:torn_at] + b"\n" + added)
    result = call(path)
    assert result.exit_code == 0
    assert "its writer was killed" in result.stderr
    assert "told by the front end, without an engine: the engine died" in result.stderr
