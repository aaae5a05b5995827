"""People on disk: what was acknowledged is there, two writers lose nothing, damage is told, newer files are left."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stimctl.care.people import People
from stimctl.care.person_file import PersonFile, stamp
from stimctl.care.records import (
    Answered,
    CalibratedLevels,
    CalibratedMa,
    FollowedUp,
    LimitsSet,
    Named,
    Ran,
    Record,
    Scored,
    Skin,
)
from stimctl.errors import ConfigError
from stimctl.model.as_json import BadValue

AT = "2026-03-04T12:00:00.000Z"
WRITERS = Path(__file__).parents[1] / "support" / "killed_writers.py"
KILLS = 200


def both(file: PersonFile) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    content = file.read()
    return content.records, (*content.torn, *content.damaged)


def followed(pain: int) -> FollowedUp:
    return FollowedUp(at=AT, on="2026-03-04", pain=pain)


@pytest.fixture
def file(tmp_path: Path) -> PersonFile:
    found = PersonFile(tmp_path / "people" / "c0ffee.jsonl")
    found.add([Named(at=AT, name="Anna")], create=True)
    return found


def test_what_is_written_is_read_again_whatever_its_kind(file: PersonFile) -> None:
    new = [
        Answered(at=AT, answers={"1": "no"}),
        Scored(at=AT, session="s1", on="2026-03-04", before=5, after=4, skin=Skin.RED_FADING, course="c1"),
        Ran(at=AT, on="2026-03-04", session="s1", program="P01", minutes=7.5, course="c1", number=1),
        followed(3),
    ]
    file.add(new)
    read, notes = both(file)
    assert (read[1:], notes) == (tuple(new), ())


def test_only_its_owner_may_read_it(file: PersonFile) -> None:
    assert oct(file.path.stat().st_mode)[-3:] == "600"
    assert oct(file.path.parent.stat().st_mode)[-3:] == "700"


def test_a_last_line_that_was_cut_off_is_told_and_the_next_one_is_whole(file: PersonFile) -> None:
    with file.path.open("ab") as open_file:
        open_file.write(b'{"version":1,"record":"FollowedUp","at":"20')
    read, notes = both(file)
    assert len(read) == 1
    assert "was cut off" in notes[0]
    file.add([followed(3)])
    content = file.read()
    assert content.records[-1] == followed(3)
    assert (len(content.torn), content.damaged) == (1, ()), "it was never acknowledged: no damage, for good"


def test_a_last_line_that_lacks_nothing_but_its_end_stays_what_it_says(file: PersonFile) -> None:
    file.add([followed(3)])
    file.path.write_bytes(file.path.read_bytes().removesuffix(b"\n"))
    assert file.read().records[-1] == followed(3)
    file.add([followed(4)])
    assert file.read().records[-2:] == (followed(3), followed(4))


def test_nothing_is_written_that_could_not_be_read_again(file: PersonFile) -> None:
    before = file.path.read_bytes()
    with pytest.raises(BadValue, match="minutes"):
        # whole minutes are no minutes: a number of another kind is refused by whoever reads
        file.add([Ran(at=AT, on="2026-03-04", session="s1", program="P01", minutes=15)])
    assert file.path.read_bytes() == before


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b"[]",
        b'{"version":1,"record":"Nonsense"}',
        b'{"record":"FollowedUp"}',
        b'{"version":1,"record":"FollowedUp","at":"x","on":"y","pain":"three","course":"","fingertip_cm":null,"function":""}',
        b'{"version":1,"record":"FollowedUp","at":"2026-03-04T12:00:00.000Z","on":"yesterday","pain":3}',
        b'{"version":1,"record":"FollowedUp","at":"2026-03-04T12:00:00","on":"2026-03-04","pain":3}',
        b'{"version":1,"record":"FollowedUp","at":"noon","on":"2026-03-04","pain":3}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_a_damaged_line_is_left_out_and_told(file: PersonFile, line: bytes) -> None:
    with file.path.open("ab") as open_file:
        open_file.write(line + b"\n")
    file.add([followed(3)])
    read, notes = both(file)
    assert len(read) == 2
    assert "line 2 cannot be read" in notes[0]


def test_a_newer_file_is_not_read_and_not_written_to(file: PersonFile) -> None:
    with file.path.open("ab") as open_file:
        open_file.write(b'{"version":2,"record":"Telepathy"}\n')
    before = file.path.read_bytes()
    for act in (file.read, lambda: file.add([followed(3)])):
        with pytest.raises(ConfigError, match="newer stimctl"):
            act()
    assert file.path.read_bytes() == before


def test_somebody_who_is_not_there_is_not_made_by_writing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        PersonFile(tmp_path / "nobody.jsonl").add([followed(3)])
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_said_and_what_was_there_stays(
    file: PersonFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.path.read_bytes()
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, text: real(descriptor, text[:20]))
    with pytest.raises(ConfigError, match="free some disk space"):
        file.add([followed(3)])
    assert file.path.read_bytes() == before


def test_two_that_write_at_once_lose_nothing(file: PersonFile) -> None:
    def write() -> None:
        for _ in range(50):
            file.add([followed(3), followed(4)])

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read, notes = both(file)
    assert (len(read), notes) == (1 + 4 * 50 * 2, ())
    # two that were written together stay together
    assert [one.pain for one in read[1:]] == [3, 4] * 200  # type: ignore[union-attr]


def test_killed_at_200_random_moments_every_acknowledged_record_is_there_and_the_rest_absent_or_whole(
    file: PersonFile,
) -> None:
    done = subprocess.run(
        [sys.executable, str(WRITERS), str(file.path), str(KILLS), "1"], capture_output=True, text=True, check=True
    )
    told = [json.loads(line)["acknowledged"] for line in done.stdout.splitlines()]
    assert len(told) == KILLS
    assert told[-1] > KILLS, "it hardly wrote anything"
    read, notes = both(file)
    numbers = [int(one.function) for one in read[1:]]  # type: ignore[union-attr]
    assert set(range(1, told[-1] + 1)) - set(numbers) <= _skipped(told)
    assert numbers == sorted(numbers)
    assert all("was cut off" in note or "cannot be read" in note for note in notes)


def _skipped(told: list[int]) -> set[int]:
    """The number after the last acknowledged one of each writer is the next one's guess of what may be there."""
    return {one + 1 for one in told}


# -- people


def test_people_are_found_by_name_in_any_case_and_by_id(tmp_path: Path) -> None:
    people = People(tmp_path)
    anna = people.new(Named(at=AT, name="Anna"))
    assert people.called("anna") == people.called(anna.id) == anna
    with pytest.raises(ConfigError, match="there are: Anna"):
        people.called("Otto")


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x1b[2J", "a\nb"])
def test_a_name_that_cannot_be_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="1 to 60"):
        People(tmp_path).new(Named(at=AT, name=name))


def test_a_name_that_is_taken_is_said(tmp_path: Path) -> None:
    people = People(tmp_path)
    people.new(Named(at=AT, name="Anna"))
    with pytest.raises(ConfigError, match="there already"):
        people.new(Named(at=AT, name="ANNA"))


def test_the_file_is_called_by_a_random_id_and_nobodys_name(tmp_path: Path) -> None:
    anna = People(tmp_path).new(Named(at=AT, name="Anna"))
    (path,) = tmp_path.iterdir()
    assert path.stem == anna.id
    assert "anna" not in path.name.casefold()


def test_nobody_is_kept_out_by_a_file_of_somebody_else_that_cannot_be_read(tmp_path: Path) -> None:
    people = People(tmp_path)
    people.new(Named(at=AT, name="Anna"))
    (tmp_path / "other.jsonl").write_text('{"version":2,"record":"Telepathy"}\n')
    assert people.called("Anna").name == "Anna"
    with pytest.raises(ConfigError, match="newer stimctl"):
        people.called("Otto")


def test_who_is_deleted_is_gone(tmp_path: Path) -> None:
    people = People(tmp_path)
    people.delete(people.new(Named(at=AT, name="Anna")))
    assert list(tmp_path.iterdir()) == []


def found(channel: int, period_us: int, comfort_ua: int, **more: object) -> CalibratedMa:
    fields: dict = {"at": AT, "channel": channel, "sensory_ua": 5_000, "comfort_ua": comfort_ua, "at_phase_us": 200}
    return CalibratedMa(**(fields | {"at_period_us": period_us, "unit": "7", "simulated": True} | more))


def test_thresholds_are_the_last_of_each_rate_class_on_the_same_kind_of_unit(tmp_path: Path) -> None:
    people = People(tmp_path)
    anna = people.new(Named(at=AT, name="Anna"))
    anna = people.add(anna, found(1, 12_500, 17_000), found(1, 200_000, 12_000), found(1, 12_500, 18_000))
    anna = people.add(anna, found(2, 12_500, 9_000, simulated=False))
    mine = anna.thresholds((1, 2), simulated=True)
    assert list(mine) == [1]
    assert (mine[1].comfort_ua, mine[1].other.comfort_ua) == (18_000, 12_000)  # type: ignore[union-attr]
    assert anna.thresholds((1, 2), simulated=False)[2].comfort_ua == 9_000


def test_what_a_person_never_goes_over_caps_what_was_found(tmp_path: Path) -> None:
    people = People(tmp_path)
    anna = people.add(people.new(Named(at=AT, name="Anna")), found(1, 12_500, 17_000))
    anna = people.add(anna, LimitsSet(at=AT, most_ua=10_000, most_minutes=None))
    assert anna.capped(anna.thresholds((1,), simulated=True)[1]).comfort_ua == 10_000
    anna = people.add(anna, LimitsSet(at=AT, most_ua=None, most_minutes=None))
    assert anna.capped(anna.thresholds((1,), simulated=True)[1]).comfort_ua == 17_000


def test_levels_are_kept_apart(tmp_path: Path) -> None:
    people = People(tmp_path)
    levels = CalibratedLevels(
        at=AT,
        channel=1,
        sensory_level=20,
        comfort_level=60,
        at_phase_us=250,
        at_period_us=12_500,
        rated_ua=50_000,
        unit="7",
        simulated=True,
    )
    anna = people.add(people.new(Named(at=AT, name="Anna")), levels)
    assert anna.levels((1, 2), simulated=True)[1].comfort_level == 60
    assert anna.levels((1,), simulated=False) == {}
    assert anna.thresholds((1,), simulated=True) == {}


def test_stamps_sort_as_they_are() -> None:
    begun = datetime(2026, 3, 4, 12, tzinfo=UTC)
    stamps = [stamp(begun + timedelta(milliseconds=ms)) for ms in (0, 1, 10, 999, 1_000, 60_000)]
    assert stamps == sorted(stamps)
    assert stamps[0] == AT
