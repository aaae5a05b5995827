"""A capture as it is written: without names, beside everything else, and never in anybody's way."""

import json
import stat
from pathlib import Path
from threading import Event

import captures
import pytest
from processes import wait_until
from world import World

from stimctl.engine import messages as say
from stimctl.engine.capture import Capture, CapturedJournal, open_capture
from stimctl.engine.masking import Masking
from stimctl.engine.recorded import read_entry
from stimctl.engine.replay import Replay, Verdict
from stimctl.errors import ConfigError, LinkLost
from stimctl.links.capture import CapturedLink
from stimctl.model.as_json import json_line


def masked(*lines: str, instead: dict[str, str] | None = None) -> list[dict]:
    masking = Masking(1_000, instead or {})
    return [json.loads(line) for text in lines for line in masking.masked(f"{text}\n").split("\n") if line]


def heard(text: str, at_ns: int = 5_000) -> str:
    return json_line({"at": at_ns, "front": text})


def replayed(capture: bytes) -> Verdict:
    replay = Replay(World().core, 0)
    for line in capture.splitlines()[2:]:
        replay.take(read_entry(line))
    return replay.verdict()


# -- what it leaves out


def test_a_session_with_names_in_it_is_captured_without_them_and_replays_the_same() -> None:
    capture = captures.done()
    assert (b"Example" in capture, b"Anna" in capture, "größer".encode() in capture) == (False, False, False)
    assert b'"why":"xxxxx xxxxx xxxxxxx"' in capture
    verdict = replayed(capture)
    assert (verdict.differences, verdict.first, verdict.ended) == (0, None, True)


def test_a_doctors_name_is_masked_wherever_the_reads_cut_it() -> None:
    line = '{"version":1,"do":"prepare","doctor":"Dr. \\"Jo\\" Müller","by_hand":false}\n'
    for cut in range(len(line)):
        (found,) = masked(heard(line[:cut] or "\n"), heard(line[cut:]))[-1:]
        assert json.loads(found["front"])["doctor"] == 'xxx "xx" xxxxxx', cut


def test_what_a_torn_message_holds_of_a_name_is_masked() -> None:
    (found,) = masked(heard('{"do":"prepare","doctor":"Dr. Mül\n{"version":1,"do":"stop"}\n'))
    assert found["front"] == '{"do":"prepare","doctor":"xxx xxx\n{"version":1,"do":"stop"}\n'


def test_a_message_that_never_ends_is_masked_whole_and_as_long() -> None:
    (found,) = masked(heard("{" + "Anna " * 250_000))
    assert (len(found["front"]), "Anna" in found["front"]) == (1_250_001, False)


@pytest.mark.parametrize("text", ["", " ", "a\tb", "a\u2028b", "ab\u200bc", "x" * 201, 'he said "no"', "back\\slash"])
def test_a_note_is_refused_or_taken_masked_as_it_was(text: str) -> None:
    line = say.command_line(say.Note(text)).decode()
    (found,) = masked(heard(line))
    asked = say.read_command(found["front"].encode())
    assert isinstance(asked, say.Note)
    assert [letter.isprintable() for letter in asked.text] == [letter.isprintable() for letter in text]
    assert (len(asked.text), asked.text.strip() == "") == (len(text), text.strip() == "")


def test_escapes_of_another_front_end_stay_what_they_are() -> None:
    (found,) = masked(heard('{"version":1,"do":"note","text":"a\\u0007b\\n"}\n'))
    assert say.read_command(found["front"].encode()) == say.Note("x\x07x\n")


def test_what_is_told_of_a_note_is_masked_and_of_everything_else_is_not() -> None:
    note, pain = say.User(action="note", why="Anna, 7"), say.User(action="pain", why="7")
    found = masked(say.telling_line(note, 1, 1), say.telling_line(pain, 1, 2))
    assert [one["why"] for one in found] == ["xxxxx x", "7"]


def test_paths_that_tell_whose_computer_it_is_are_masked_everywhere() -> None:
    told = say.telling_line(say.Fault(why="link lost: /home/anna/unit has gone"), 1, 1)
    found = masked(told, json_line({"at": 2_000, "said": "link lost: /home/anna/unit"}), instead={"/home/anna": "~"})
    assert (found[0]["why"], found[1]["said"]) == ("link lost: ~/unit has gone", "link lost: ~/unit")


def test_a_home_that_is_the_root_is_no_name() -> None:
    assert masked(json_line({"at": 2_000, "said": "a/b"}), instead={"/": "~"})[0]["said"] == "a/b"


def test_every_line_with_a_time_has_the_time_since_opening() -> None:
    assert masked('{"at":5123456,"link":"00"}', '{"at":1000}') == [
        {"at": 5_123_456, "t_us": 5_122, "link": "00"},
        {"at": 1_000, "t_us": 0},
    ]


# -- the file


def opened(path: Path) -> Capture:
    return open_capture(
        path, device="./unit", family="stimlink", stimctl="0", start_wall="", start_ns=0, instead={"./unit": "~/unit"}
    )


def test_it_is_a_file_of_its_owners_with_a_header(tmp_path: Path) -> None:
    capture = opened(tmp_path / "a.capture")
    capture.put('{"at":5}\n')
    capture.note('{"at":5,"took":"00"}')
    capture.put('{"at":5,"sent":"00"}\n')
    capture.note('{"at":6,"flushed":1}')
    capture.close()
    assert stat.S_IMODE((tmp_path / "a.capture").stat().st_mode) == 0o600
    header, *lines = map(json.loads, (tmp_path / "a.capture").read_text().splitlines())
    assert (header["format"], header["version"], header["device"]) == ("stimctl.capture", 1, "~/unit")
    # what the link did comes behind the record of its turn
    assert [list(line)[2:] for line in lines] == [[], ["sent"], ["took"], ["flushed"]]


def test_one_that_nothing_came_into_goes_again(tmp_path: Path) -> None:
    opened(tmp_path / "a.capture").close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.capture"
    path.write_text("precious")
    with pytest.raises(ConfigError, match=r"exists, .* name another file"):
        opened(path)
    assert path.read_text() == "precious"


@pytest.mark.parametrize(("name", "why"), [("", "directory"), ("no/where", "No such file")])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        opened(Path(f"{tmp_path}/{name}"))


class Disk:
    """A file that keeps what it gets, until it fails or for as long as it is stuck."""

    def __init__(self, fails_after: int = 10_000_000) -> None:
        self.text = ""
        self.fails_after = fails_after
        self.going = Event()
        self.going.set()
        self.closed = False

    def write(self, text: str) -> str | None:
        self.going.wait()
        if len(self.text) + len(text) > self.fails_after:
            return "no space is left on the disk"
        self.text += text
        return None

    def close(self) -> None:
        self.closed = True


def test_a_capture_that_fails_is_said_once_and_the_journal_goes_on() -> None:
    disk, journal = Disk(fails_after=100), Disk()
    capture, said = Capture(disk, Path("full.capture"), Masking(0, {})), []
    kept = CapturedJournal(journal, capture, said.append)
    for number in range(20):
        assert kept.write(f'{{"at":{number}}}\n') is None
    wait_until(lambda: capture.failed is not None)
    for number in range(20, 40):
        assert kept.write(f'{{"at":{number}}}\n') is None
    assert said == ["full.capture cannot be written any more: no space is left on the disk"]
    assert journal.text.count("\n") == 40
    assert disk.text.count("\n") < 10
    capture.close()
    assert disk.closed


def test_a_disk_that_is_stuck_holds_nobody_up() -> None:
    disk, journal, said = Disk(), Disk(), []
    disk.going.clear()
    capture = Capture(disk, Path("slow.capture"), Masking(0, {}), last_writes_s=0.05)
    kept = CapturedJournal(journal, capture, said.append)
    line = '{"at":1,"sent":"' + "00" * 500 + '"}\n'
    for _ in range(1_200):
        assert kept.write(line) is None
    assert said == ["slow.capture cannot be written any more: the disk is too slow"]
    assert journal.text.count("\n") == 1_200
    capture.close()
    assert (disk.text, disk.closed) == ("", False)
    disk.going.set()
    wait_until(lambda: disk.closed)
    # the one that it was stuck in, and nothing with a hole before it
    assert (disk.text.count("\n"), capture.failed is None) == (1, False)


def test_a_session_goes_on_without_its_capture_and_says_so() -> None:
    world = World().started().run_for(5)
    world.core.capture_failed("full.capture cannot be written any more: no space", world.now_ns)
    world.run_for(40)
    (refused,) = world.told("refused")
    assert (refused["rule"], "the session goes on without it" in refused["why"]) == ("capture", True)
    assert world.ended["exit_code"] == 0


# -- the link


class Port:
    """A link that takes four bytes at a time and says how many are under way, or that it is gone."""

    name = "port"

    def __init__(self) -> None:
        self.under_way = 0
        self.discarded = 0
        self.gone = False

    def fileno(self) -> int:
        return 7

    def read(self) -> bytes:
        return b"heard"

    def write(self, data: bytes, now_ns: int) -> int:
        taken = min(4 - self.under_way, len(data))
        self.under_way += taken
        return taken

    def discard_unsent(self, now_ns: int) -> None:
        self.discarded += 1
        self.under_way = min(1, self.under_way)

    def outstanding(self, now_ns: int) -> int:
        if self.gone:
            raise LinkLost("gone")
        return self.under_way

    def room_ns(self, now_ns: int) -> int:
        return now_ns + 9

    def close(self) -> None:
        self.under_way = -1


def test_a_link_notes_what_it_took_and_what_it_threw_away() -> None:
    notes: list[str] = []
    link = CapturedLink(Port(), notes.append)
    assert (link.write(b"\x01\x02\x03\x04\x05\x06", 5), link.write(b"\x05\x06", 6)) == (4, 0)
    link.discard_unsent(7)
    link.discard_unsent(8)
    assert notes == ['{"at":5,"took":"01020304"}', '{"at":7,"flushed":3}']
    assert (link.name, link.fileno(), link.read(), link.room_ns(1), link.outstanding(1)) == ("port", 7, b"heard", 10, 1)


def test_a_stop_discards_even_where_nobody_can_count() -> None:
    port = Port()
    port.gone = True
    CapturedLink(port, lambda line: None).discard_unsent(5)
    assert port.discarded == 1


def test_the_names_that_a_capture_must_not_hold_are_in_the_journal() -> None:
    # or the tests above would show nothing
    journal = "".join(World().prepared().say(say.Note("Anna")).session.journal)
    assert ("Example" in journal, "Anna" in journal) == (True, True)
