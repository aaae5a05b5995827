"""The book of thresholds: dated, private, whole or left out, and never mixed between simulated and real."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from stimctl.care.finding import Finding
from stimctl.care.settings import Setting
from stimctl.care.threshold_book import Entry, ThresholdBook
from stimctl.errors import ConfigError

HIGH = Setting(phase_duration_us=200, pulse_rate_mhz=80_000)
AT = datetime(2025, 3, 1, 18, 30, tzinfo=timezone(timedelta(hours=1)))
WHOLE = Finding(setting=HIGH, sensory_ua=6_000, motor_ua=10_000, comfort_ua=18_000)


def entry(channel: int = 1, **changes: object) -> Entry:
    made = Entry.of(WHOLE, channel, at=AT, unit="0b58", simulated=False)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ThresholdBook:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return ThresholdBook()


def test_what_was_written_is_read(book: ThresholdBook) -> None:
    assert book.read().entries == ()
    book.add([entry(1), entry(2, motor_ua=None)])
    book.add([entry(1, comfort_ua=20_000)])
    read = book.read()
    assert read.entries == (entry(1), entry(2, motor_ua=None), entry(1, comfort_ua=20_000))
    assert read.notes == ()


def test_it_is_where_data_is_and_nobody_else_reads_it(book: ThresholdBook, tmp_path: Path) -> None:
    book.add([entry()])
    assert book.path == tmp_path / "home" / "data" / "thresholds.jsonl"
    assert stat.S_IMODE(book.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(book.path.parent.stat().st_mode) == 0o700


def test_a_line_says_its_version_and_its_time_in_utc_and_nothing_of_the_person(book: ThresholdBook) -> None:
    book.add([entry()])
    line = json.loads(book.path.read_text(encoding="utf-8"))
    assert line == {
        "version": 1,
        "at": "2025-03-01T17:30:00Z",
        "channel": 1,
        "phase_duration_us": 200,
        "pulse_period_us": 12_500,
        "sensory_ua": 6_000,
        "motor_ua": 10_000,
        "comfort_ua": 18_000,
        "unit": "0b58",
        "simulated": False,
    }
    assert entry().when == AT.astimezone(UTC)
    assert entry().found == WHOLE.found


def test_what_is_not_complete_or_has_no_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="not complete"):
        Entry.of(replace(WHOLE, comfort_ua=None), 1, at=AT, unit="", simulated=True)
    with pytest.raises(ValueError, match="zone"):
        Entry.of(WHOLE, 1, at=AT.replace(tzinfo=None), unit="", simulated=True)


def test_the_last_good_one_is_the_last_in_the_book_whatever_the_clock_said(book: ThresholdBook) -> None:
    book.add([entry(comfort_ua=20_000, at="2031-01-01T00:00:00Z"), entry(2), entry(comfort_ua=15_000)])
    found = book.read().last_good(1, HIGH, simulated=False)
    assert found is not None
    assert found.comfort_ua == 15_000


def test_what_was_found_on_a_simulated_unit_is_never_offered_for_a_real_one_nor_the_other_way_round(
    book: ThresholdBook,
) -> None:
    book.add([entry(1, simulated=True), entry(2, simulated=False)])
    read = book.read()
    assert read.last_good(1, HIGH, simulated=False) is None
    assert read.last_good(2, HIGH, simulated=True) is None
    assert read.last_good(1, HIGH, simulated=True) == entry(1, simulated=True)
    assert read.last_good(2, HIGH, simulated=False) == entry(2)


@pytest.mark.parametrize(
    ("phase_us", "rate_mhz", "serves"),
    [
        (200, 80_000, True),
        (200, 50_000, True),
        (200, 100_000, False),
        (200, 4_000, False),
        (250, 80_000, False),
        (150, 80_000, False),
    ],
)
def test_it_serves_its_own_phase_duration_and_class_at_its_own_rate_and_below(
    phase_us: int, rate_mhz: int, serves: bool
) -> None:
    setting = Setting(phase_duration_us=phase_us, pulse_rate_mhz=rate_mhz)
    assert entry().serves(setting) is serves


def test_a_torn_last_line_is_left_out_with_a_note_and_the_next_one_stands_by_itself(book: ThresholdBook) -> None:
    book.add([entry(1), entry(2)])
    whole = book.path.read_bytes()
    for cut in range(len(whole) // 2 + 1, len(whole) - 1):
        book.path.write_bytes(whole[:cut])
        read = book.read()
        assert (read.entries, len(read.notes)) == ((entry(1),), 1)
        assert "line 2 was cut off" in read.notes[0]
    book.add([entry(3)])
    read = book.read()
    assert (read.entries, len(read.notes)) == ((entry(1), entry(3)), 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"sensory_ua": 0},
        {"sensory_ua": 18_000},
        {"motor_ua": 6_000},
        {"motor_ua": 19_000},
        {"comfort_ua": 100_001},
        {"comfort_ua": "18000"},
        {"comfort_ua": 18_000.5},
        {"channel": 0},
        {"phase_duration_us": 401},
        {"pulse_period_us": 6_665},
        {"pulse_period_us": 1_000_001},
        {"at": "yesterday"},
        {"at": "2025-03-01T17:30:00"},
        {"simulated": None},
        {"version": 0},
        {"version": True},
        {"name": "Ada"},
    ],
)
def test_a_line_that_nobody_can_have_found_is_left_out_with_a_note(
    book: ThresholdBook, changes: dict[str, object]
) -> None:
    book.add([entry()])
    line = {**json.loads(book.path.read_text(encoding="utf-8")), **changes}
    book.path.write_text(json.dumps(line) + "\n", encoding="utf-8")
    read = book.read()
    assert (read.entries, len(read.notes)) == ((), 1)


@pytest.mark.parametrize("line", ["[]", "3", "nonsense", "{}", "[" * 100_000, "\x00\xff"])
def test_a_line_that_is_none_is_left_out(book: ThresholdBook, line: str) -> None:
    book.add([entry()])
    with open(book.path, "ab") as file:
        file.write(line.encode("latin-1") + b"\n")
    book.add([entry(2)])
    read = book.read()
    assert (read.entries, len(read.notes)) == ((entry(1), entry(2)), 1)


def test_a_book_of_a_newer_version_is_refused_and_not_written_to(book: ThresholdBook) -> None:
    book.add([entry()])
    newer = book.path.read_text(encoding="utf-8") + '{"version":2,"what":"ever"}\n'
    book.path.write_text(newer, encoding="utf-8")
    for attempt in (book.read, lambda: book.add([entry(2)])):
        with pytest.raises(ConfigError, match="line 2: version 2, of a newer stimctl; this one reads version 1"):
            attempt()
    assert book.path.read_text(encoding="utf-8") == newer


def test_a_book_that_cannot_be_opened_is_said(book: ThresholdBook) -> None:
    book.path.parent.mkdir(parents=True)
    book.path.mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        book.read()
