"""The report: one file, no script, nothing from a network, whatever people typed; and figures that say what was."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from journals import done, kept

from stimctl.care.course import Pain
from stimctl.care.made_up import made_up
from stimctl.care.next_session import NextSession, next_session
from stimctl.care.people import People
from stimctl.care.records import (
    Approved,
    CalibratedMa,
    CourseOpened,
    Exported,
    FollowedUp,
    Injury,
    Named,
    PadsPlaced,
    Ran,
    Scored,
)
from stimctl.cli.report import report
from stimctl.errors import ConfigError
from stimctl.report.course_rows import HEADING, course_rows, row_words
from stimctl.report.figures import Line, over_days, over_time
from stimctl.report.page import Day, Page, Session, page
from stimctl.report.pain_chart import pain_chart

EVIL = "<script>alert(1)</script>\"'><img src=http://x.example/y onerror=z>"
EMPTY = Page(
    name="Anna",
    made_up=False,
    made_on="04 March 2026",
    version="0",
    approvals=(),
    screening=(),
    course=None,
    pain_figure="",
    dose_figure="",
    sessions=(),
    days=(),
    thresholds=(),
    pads="",
)
ROW = Session(
    on="2026-03-04",
    program="P01",
    unit="stimlink 7",
    minutes="7.5",
    peak="7.00 mA",
    before="5",
    after="4",
    comfort="7",
    skin="fine",
    said="",
    ended="the program is done",
    figure="",
    notes=(),
)


class Tags(HTMLParser):
    """Every tag with its attributes, and whether each is closed."""

    VOID = ("meta", "br", "img", "hr", "input", "link")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def harmless(text: str) -> Tags:
    tags = Tags(text)
    assert tags.open == []
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "a"}
    for tag, attributes in tags.seen:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert not {"src", "href", "data", "action"} & set(attributes), (tag, attributes)
    without_names = re.sub(r'xmlns="http://www\.w3\.org/2000/svg"', "", text)
    assert not re.search(r"url\(|@import|https?://(?!x\.example)", without_names)
    return tags


def test_whatever_people_typed_is_text() -> None:
    evil = replace(ROW, program=EVIL, said=EVIL, skin=EVIL, notes=(EVIL,), ended=EVIL, unit=EVIL)
    days = [Day(on="2026-03-05", pain=4, said=EVIL)]
    text = page(replace(EMPTY, name=EVIL, approvals=(EVIL,), screening=(EVIL,), pads=EVIL, sessions=[evil], days=days))
    harmless(text)
    assert "&lt;script&gt;" in text


def test_with_nothing_known_it_says_so() -> None:
    text = page(EMPTY)
    harmless(text)
    for words in ("No score yet", "No session yet", "Nothing was found and kept", "No doctor"):
        assert words in text


def test_what_is_made_up_says_so_at_the_top() -> None:
    assert "Made up: nobody" in page(replace(EMPTY, made_up=True))
    assert "Made up" not in page(EMPTY)


def test_a_figure_has_its_series_its_names_and_its_days() -> None:
    lines = [Line("before", ((0.0, 5.0), (2.0, 4.0)), "4 3", "open"), Line("after", ((0.0, 5.0), (2.0, 3.0)))]
    svg = over_days(lines, date(2026, 3, 2), date(2026, 3, 4), 10.0, "NRS")
    harmless(svg)
    assert svg.count("<polyline") == 2
    for words in ("before", "after", "02 Mar", "04 Mar", "NRS"):
        assert words in svg


def test_a_figure_of_one_point_and_of_none_is_drawn() -> None:
    harmless(over_days([Line("one", ((0.0, 5.0),))], date(2026, 3, 2), date(2026, 3, 2), 10.0, "NRS"))
    harmless(over_time([Line("none", ())], 0.0, 1.0, "mA"))


def test_a_long_series_is_thinned_and_its_highest_stays() -> None:
    points = tuple((at / 100, 30.0 if at == 12_345 else 1.0) for at in range(20_000))
    svg = over_time([Line("delivered", points)], 200.0, 40.0, "mA")
    assert len(svg) < 20_000
    high = min(float(pair.split(",")[1]) for pair in re.findall(r'points="([^"]*)"', svg)[0].split())
    assert high == pytest.approx(22 + (216 - 66) * (1 - 30 / 40), abs=0.2)


@pytest.fixture
def anna(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    at = "2026-03-04T05:00:00.000Z"
    people = People()
    one = people.new(Named(at=at, name="Anna / B", made_up=True))
    kept(tmp_path / "home" / "data" / "sessions", done())
    people.add(
        one,
        Approved(at=at, by="Dr Example", on="2026-03-04", covers=("17",)),
        CourseOpened(
            at=at, id="c1", injury=Injury.OVERUSE, pain=5, began_on="2026-02-27", opened_on="2026-03-04", per_week=2
        ),
        PadsPlaced(at=at, pad_mm2=2_500, placement="beside the spine"),
        CalibratedMa(
            at=at,
            channel=1,
            sensory_ua=5_000,
            comfort_ua=14_000,
            at_phase_us=200,
            at_period_us=12_500,
            unit="7",
            simulated=True,
        ),
        Ran(
            at="2026-03-04T05:06:00.000Z",
            on="2026-03-04",
            session="0badcafe",
            program="P01",
            minutes=7.5,
            course="c1",
            number=1,
        ),
        Scored(
            at="2026-03-04T06:00:00.000Z",
            session="0badcafe",
            on="2026-03-04",
            before=5,
            after=4,
            course="c1",
            function="ties shoes",
        ),
        FollowedUp(at="2026-03-05T06:00:00.000Z", on="2026-03-05", pain=4, course="c1"),
    )
    return people


def test_a_person_s_report_has_all_that_is_known(anna: People) -> None:
    done_ = CliRunner().invoke(report, ["Anna / B", "--out", "r.html"])
    assert done_.exit_code == 0, done_.exception
    text = Path("r.html").read_text(encoding="utf-8")
    harmless(text)
    for words in (
        *("Made up: nobody", "Dr Example, 2026-03-04, also for questions 17", "ties shoes", "5 to 14 mA", "25 cm²"),
        *("delivered on 2", "planned on 1", "5 to 4", "1 of 6 sessions", "planner&#39;s table"),
    ):
        assert words in text, words
    assert oct(Path("r.html").stat().st_mode)[-3:] == "600"
    assert any(isinstance(one, Exported) for one in anna.called("Anna / B").records), "deleting them deletes it"


def test_a_report_has_a_name_of_its_own_and_overwrites_nothing(anna: People) -> None:
    assert CliRunner().invoke(report, ["Anna / B"]).exit_code == 0
    (made,) = Path().glob("*.html")
    assert made.name.startswith("Anna---B-report-20")
    before = made.read_bytes()
    assert CliRunner().invoke(report, ["Anna / B"]).exit_code == 0, "a second one of the day has a number"
    assert {one.name for one in Path().glob("*.html")} == {made.name, f"{made.stem}-2.html"}
    assert isinstance(CliRunner().invoke(report, ["Anna / B", "--out", made.name]).exception, ConfigError)
    assert made.read_bytes() == before


def test_a_session_whose_journal_is_gone_is_told(anna: People, tmp_path: Path) -> None:
    next((tmp_path / "home" / "data" / "sessions").rglob("*.jsonl")).unlink()
    CliRunner().invoke(report, ["Anna / B", "--out", "r.html"])
    assert "P01" in Path("r.html").read_text(encoding="utf-8")


# -- rows, and the chart of a terminal


def test_a_row_has_what_its_journal_and_its_scores_say(anna: People) -> None:
    (row,) = course_rows(anna.called("Anna / B"))
    assert (row.program, row.number, row.planned_min, row.most) == ("P01", 1, 7.5, "7.15 mA")
    assert row.run_min == pytest.approx(40 / 60)
    assert (row.before, row.after) == (5, 4)
    assert set(row.comfort_ends.values()) == {14.0}
    assert row_words(row) == "04 Mar P01    0.7/7.5   7.15 mA  14    5 to 4    4    -"
    assert len(HEADING) == len(row_words(row)) <= 56, "beside the list of people on a screen of 80 columns"


def test_what_was_measured_and_said_is_in_the_report_on_its_day(anna: People) -> None:
    at = "2026-03-20T12:00:00.000Z"
    said = FollowedUp(at=at, on="2026-03-20", pain=3, fingertip_cm=17, function="gardening goes")
    anna.add(anna.called("Anna / B"), said)
    CliRunner().invoke(report, ["Anna / B", "--out", "r.html"])
    assert "gardening goes; fingertips 17 cm from the floor" in Path("r.html").read_text(encoding="utf-8")


def test_a_chart_has_every_score_on_its_day_and_at_its_height() -> None:
    first = date(2026, 3, 2)
    pains = [Pain(first, 10, "before"), Pain(first, 0, "after"), Pain(first + timedelta(days=13), 5, "day")]
    lines = pain_chart(pains, 60, ascii_only=True)
    assert (lines[0], lines[5][-1], lines[10]) == ("10 |o", "=", " 0 |*")
    assert max(map(len, lines)) <= 60
    assert lines[12].split() == ["02", "Mar", "15", "Mar"]
    assert pain_chart((), 60) == []


def test_a_made_up_person_is_marked_and_has_a_course_that_goes_on(tmp_path: Path) -> None:
    now = datetime(2026, 3, 16, 17, 30, tzinfo=UTC)
    people = People(tmp_path)
    one = made_up(people, now)
    assert one.made_up
    assert people.called(one.id) == one, "all of it is read as it was written"
    found = next_session(one, None, now)
    assert isinstance(found, NextSession)
    assert found.number == 6
