"""The message about a file: its form, its order, and lines that are hard to draw a caret under."""

from stimctl.program.finding import Finding
from stimctl.program.report import report

TEXT = """format = 1
[[phase]]
name = "work"
intensity_pct = 180
rate_hz = 80
"""
DOCUMENT = {"format": 1, "phase": [{"name": "work", "intensity_pct": 180, "rate_hz": 80}]}
TOO_MUCH = Finding(place=("phase", 0, "intensity_pct"), found="found 180", allowed="0 to 100")


def drawn(text: str, key: str, length_of: Finding | None = None) -> list[str]:
    """The line and its caret."""
    return report("f.toml", text, {}, [length_of or Finding(place=(key,), found="bad")]).splitlines()[2:]


def test_a_finding_says_file_line_column_key_found_and_allowed_above_a_caret():
    assert report("mine.toml", TEXT, DOCUMENT, [TOO_MUCH]) == (
        "mine.toml: 1 thing is wrong\n"
        'mine.toml:4:17: phase 1 "work", intensity_pct: found 180, allowed: 0 to 100\n'
        "    4 | intensity_pct = 180\n"
        "      |                 ^^^"
    )


def test_advice_stands_behind_the_caret():
    finding = Finding(place=("phase", 0, "rate_hz"), found="found 80", advice="kHz?")
    assert report("f.toml", TEXT, DOCUMENT, [finding]).endswith("      |           ^^ kHz?")


def test_a_rule_is_named():
    finding = Finding(place=("phase", 0, "rate_hz"), found="80 Hz for 20 min", allowed="10 min", rule="fatigue")
    assert "rate_hz: 80 Hz for 20 min, allowed: 10 min (fatigue)" in report("f.toml", TEXT, DOCUMENT, [finding])


def test_the_caret_stands_under_the_key_where_the_key_is_wrong():
    finding = Finding(place=("phase", 0, "rate_hz"), found="unknown key", at_key=True)
    assert report("f.toml", TEXT, DOCUMENT, [finding]).endswith("      | ^^^^^^^")


def test_findings_come_in_the_order_of_the_file():
    later = Finding(place=("phase", 0, "rate_hz"), found="later")
    said = report("f.toml", TEXT, DOCUMENT, [later, TOO_MUCH])
    assert said.index("found 180") < said.index("later")
    assert said.startswith("f.toml: 2 things are wrong")


def test_a_finding_about_the_whole_file_points_to_its_first_line():
    assert "f.toml:1:1: the file: names" in report("f.toml", TEXT, DOCUMENT, [Finding(place=(), found="names")])


def test_a_place_that_the_file_has_not_is_said_at_its_table():
    said = report("f.toml", TEXT, DOCUMENT, [Finding(place=("phase", 0, "ramp", "seconds"), found="missing")])
    assert 'f.toml:2:1: phase 1 "work", ramp.seconds: missing' in said


def test_the_caret_keeps_tabs():
    assert drawn("\ta\t=\t5", "a") == ["    1 | \ta\t=\t5", "      | \t \t \t^"]


def test_the_caret_counts_wide_characters_twice_and_combining_ones_not():
    assert drawn('x = { "日é\u0301" = 1, b = 2 }', "", Finding(place=("x", "b"), found="bad"))[1].index("^") == 8 + 21


def test_of_a_long_line_only_what_is_around_the_caret_is_shown():
    line, carets = drawn(
        f"a = {{ {', '.join(f'k{n} = {n}' for n in range(500))}, b = 77777 }}",
        "",
        Finding(place=("a", "b"), found="bad"),
    )
    assert len(line) < 120
    assert line[carets.index("^") :].startswith("77777")


def test_what_a_terminal_would_obey_is_not_shown_as_it_is():
    assert "\x9b" not in report("f.toml", 'a = "\x9b31m"', {}, [Finding(place=("a",), found="bad")])


def test_a_name_is_quoted_so_that_no_terminal_obeys_it():
    said = report("f.toml", TEXT, {"phase": [{"name": "\x1b[31m"}]}, [TOO_MUCH])
    assert 'phase 1 "\\u001b[31m"' in said
