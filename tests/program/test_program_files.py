"""Program files: what is found, and the sentence that each wrong file gets."""

import os
import re
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stimctl.errors import ConfigError, SafetyRefusal
from stimctl.model.plan import EnvelopeKind, Plan, RampShape, Variation
from stimctl.program import loader
from stimctl.program.resolve import to_plan
from stimctl.program.schema import PhaseTable, ProgramFile

GOOD = """
format = 1
title = "Mine"
class = "sensory"
profiles = ["consumer"]
channels = [1]
[[phase]]
name = "only"
depth = "cool-down"
minutes = 1.5
intensity_pct = [45.5, 20]
ramp = { shape = "smooth", seconds = 30 }
rate_hz = 80
phase_duration_us = 100
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "mine.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def refusal(path: str) -> str:
    with pytest.raises(ConfigError) as refused:
        loader.load(path)
    return str(refused.value)


def plan_of(text: str) -> Plan:
    """What the text says, whether it is wise or not."""
    return to_plan(ProgramFile.model_validate(tomllib.loads(text)), "0" * 64)


@pytest.mark.parametrize("name", ["surface-to-deep", "Surface to deep", "SURFACE TO DEEP", "P02", "p02"])
def test_a_program_is_found_by_name_title_or_id(name):
    assert loader.load(name).name == "surface-to-deep"


def test_a_path_that_ends_in_toml_is_read(written):
    assert loader.load(written(GOOD)).plan.title == "Mine"


def test_what_people_type_becomes_integers_in_base_units():
    phase = plan_of(GOOD).phases[0]
    drive = phase.drives[1]
    assert (phase.lasts_ms, drive.intensity_start_permille, drive.intensity_end_permille) == (90_000, 455, 200)
    assert (drive.ramp_shape, drive.ramp_ms, drive.ramp_to_end) == (RampShape.SMOOTH, 30_000, False)
    assert drive.rate_mhz.values == (80_000,)


def test_left_out_are_the_ramp_and_the_envelope():
    plain = plan_of(GOOD.replace('ramp = { shape = "smooth", seconds = 30 }\n', ""))
    drive = plain.phases[0].drives[1]
    assert (drive.ramp_ms, drive.ramp_to_end, drive.envelope.kind) == (0, False, EnvelopeKind.CONTINUOUS)


def test_a_swell_is_40_percent_deep_unless_it_says_otherwise():
    swelling = plan_of(GOOD + 'envelope = { kind = "swell", period_s = 8 }')
    envelope = swelling.phases[0].drives[1].envelope
    assert (envelope.kind, envelope.period_ms, envelope.depth_permille) == (EnvelopeKind.SWELL, 8_000, 400)


@pytest.mark.parametrize(
    ("typed", "variation", "values", "period_ms"),
    [
        ("{ sweep = [80, 110], period_s = 12 }", Variation.SWEEP, (80_000, 110_000), 12_000),
        ("{ drift = [3, 5.5] }", Variation.DRIFT, (3_000, 5_500), 0),
        ("{ steps = [4, 5, 6] }", Variation.STEPS, (4_000, 5_000, 6_000), 0),
        ("{ alternate = [60, 80], period_s = 1 }", Variation.ALTERNATE, (60_000, 80_000), 1_000),
    ],
)
def test_a_value_may_change_in_four_ways(typed, variation, values, period_ms):
    rate = plan_of(GOOD.replace("rate_hz = 80", f"rate_hz = {typed}")).phases[0].drives[1].rate_mhz
    assert (rate.variation, rate.values, rate.period_ms) == (variation, values, period_ms)


def test_the_hash_is_that_of_the_bytes(written):
    one = loader.load(written(GOOD)).plan.sha256
    assert one != loader.load(written(GOOD + "# a note\n")).plan.sha256
    assert len(one) == 64


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("title =", "titel =", "3:1: titel: unknown key, allowed: format, id, title,"),
        ("minutes", "minuets", '10:1: phase 1 "only", minuets: unknown key, allowed: name, depth, minutes,'),
        ("seconds", "second", "ramp.second: unknown key, allowed: shape, seconds"),
        ("minutes", "minuets", "did you mean minutes?"),
        (
            "rate_hz = 80",
            "rate_hz = { sweep = [80, 110], period = 9 }",
            "rate_hz.period: unknown key, allowed: sweep, period_s",
        ),
        ("format = 1", "format = 1\nminutes = 5", "minutes: unknown key"),
        ("format = 1", "format = 1\nminutes = 5", "it belongs in a [[phase]]"),
        ("rate_hz = 80", 'rate_hz = 80\nid = "x"', "it belongs at the top, above the first [[phase]]"),
        ("rate_hz = 80", 'rate_hz = 80\nzzz = "x"', "remove it, or make it a comment"),
        ("rate_hz = 80", 'rate_hz = 80\n"a b" = 1', 'phase 1 "only", "a b": unknown key'),
        ("rate_hz = 80", "rate_hz = 80\ndelay_s = { 9 = 1.0 }", "delay_s.9: unknown key, allowed: a channel, 1 to 8"),
        ('title = "Mine"\n', "", "title: missing, allowed: text of 1 to 200 characters in quotes"),
        ("minutes = 1.5\n", "", '7:1: phase 1 "only", minutes: missing, allowed: above 0, at most 60'),
        ("rate_hz = 80", "rate_hz = { sweep = [80, 110] }", "rate_hz.period_s: missing, allowed: 2 to 600"),
        ("format = 1", "format = 2", "format: found 2, allowed: 1"),
        ("format = 1", 'format = "1"', 'format: found "1", allowed: 1'),
        ('"sensory"', '"strong"', 'class: found "strong", allowed: "sensory", "twitch", "contraction" or "tetanic"'),
        ('"sensory"', '"sensorry"', 'did you mean "sensory"?'),
        ("channels = [1]", "channels = [1, 1]", "channels: found [1, 1], allowed: each only once"),
        ("channels = [1]", "channels = [0]", "channels[1]: found 0, allowed: a whole number, 1 to 8"),
        (
            "channels = [1]",
            "channels = 1",
            "channels: found 1, allowed: 1 or more values in [ ], each a whole number, 1 to 8",
        ),
        ("channels = [1]", "channels = []", "channels: found [], allowed: 1 or more values"),
        ("rate_hz = 80", "rate_hz = 0", "rate_hz: found 0, allowed: 1 to 150"),
        ("rate_hz = 80", "rate_hz = -80", "rate_hz: found -80, allowed: 1 to 150"),
        ("rate_hz = 80", "rate_hz = 1e300", "rate_hz: found 1e+300, allowed: 1 to 150"),
        ("rate_hz = 80", "rate_hz = nan", "rate_hz: found nan, allowed: 1 to 150"),
        ("rate_hz = 80", "rate_hz = -inf", "rate_hz: found -inf, allowed: 1 to 150"),
        ("rate_hz = 80", "rate_hz = true", "rate_hz: found true, allowed: a number, or a table with just one of"),
        ("minutes = 1.5", "minutes = false", "minutes: found false, allowed: above 0, at most 60"),
        ("minutes = 1.5", "minutes = 2026-05-27", "minutes: found 2026-05-27, allowed: above 0, at most 60"),
        ("minutes = 1.5", "minutes = 07:32:00", "minutes: found 07:32:00, allowed: above 0, at most 60"),
        pytest.param(
            "minutes = 1.5",
            "minutes = 1" + "0" * 400,
            "minutes: found a whole number of about 401 digits, allowed: above 0",
            id="huge",
        ),
        pytest.param(
            "minutes = 1.5",
            "minutes = 0x1" + "0" * 9_000,
            "minutes: found a whole number of about",
            id="huge and hexadecimal",
        ),
        (
            "rate_hz = 80",
            "rate_hz = { wander = [2, 4] }",
            "rate_hz: found { wander = [2, 4] }, allowed: a number, or a table with just one of sweep",
        ),
        ("rate_hz = 80", "rate_hz = { steps = [4, 5], drift = [4, 5] }", "a table with just one of"),
        (
            "rate_hz = 80",
            "rate_hz = { drift = [3] }",
            "rate_hz.drift: found [3], allowed: 2 values in [ ], each 1 to 150",
        ),
        ("rate_hz = 80", "rate_hz = { steps = [4, 0] }", "rate_hz.steps[2]: found 0, allowed: 1 to 150"),
        ("rate_hz = 80", "rate_hz = { drift = [4, 151] }", "rate_hz.drift[2]: found 151, allowed: 1 to 150"),
        (
            "rate_hz = 80",
            "rate_hz = { sweep = [80, 90], period_s = 1 }",
            "rate_hz.period_s: found 1, allowed: 2 to 600",
        ),
        (
            "_us = 100",
            "_us = { alternate = [150, 900], period_s = 1 }",
            "phase_duration_us.alternate[2]: found 900, allowed: a whole number, 30 to 400",
        ),
        ("_us = 100", "_us = 100.5", "phase_duration_us: found 100.5, allowed: a whole number, 30 to 400"),
        ("[45.5, 20]", "[20, 145]", "intensity_pct[2]: found 145, allowed: 0 to 100"),
        ("[45.5, 20]", "{ 1 = 20 }", "intensity_pct: found { 1 = 20 }, allowed: a number, or two: [from, to]"),
        ("[45.5, 20]", "[0.2, 0.4]", "intensity_pct: found [0.2, 0.4], allowed: 0 to 100, in percent"),
        ("minutes = 1.5", "minutes = 0.01", "minutes: found 0.01, allowed: a phase lasts at least 3 s"),
        ("seconds = 30", "seconds = 91", "ramp.seconds: found 91, allowed: a ramp is no longer than its phase"),
        ("seconds = 30", 'seconds = "to-the-end"', 'ramp.seconds: found "to-the-end", allowed: 0 to 3600 or "to-end"'),
        ("seconds = 30", "seconds = 60000", "milliseconds? write 60"),
        ("ramp = {", "ramp = 5 # {", "ramp: found 5, allowed: a table with shape and seconds"),
        (
            'depth = "cool-down"',
            'depth = "warm-up"',
            'depth: found "warm-up", allowed: "surface", "transition", "deep" or "cool-down"',
        ),
        (
            "rate_hz = 80",
            'rate_hz = 80\nenvelope = { kind = "swel" }',
            'envelope.kind: found "swel", allowed: a table with kind = "continuous"',
        ),
        (
            "rate_hz = 80",
            'rate_hz = 80\nenvelope = { kind = "swell", period_s = 8, depth_pct = 0 }',
            "envelope.depth_pct: found 0, allowed: above 0, at most 100",
        ),
        ("rate_hz = 80", "rate_hz = 80\nenvelope = 3", "envelope: found 3, allowed: a table with kind"),
        ("[[phase]]", "phase = []\n[other]", "phase: found [], allowed: 1 to 50 tables"),
        ("[[phase]]", "[phase]", "phase: found"),
        ('name = "only"', 'name = ""', 'phase 1 "", name: found "", allowed: text of 1 to 200 characters'),
        ('name = "only"', "name = 3", "phase 1, name: found 3, allowed: text"),
    ],
)
def test_a_wrong_file_is_refused_with_its_sentence(written, old, new, sentence):
    assert old in GOOD
    assert sentence in refusal(written(GOOD.replace(old, new, 1)))


def test_alternating_channels_may_be_said_to_be_off(written):
    assert loader.load(written(GOOD + "alternate_channels = false")).plan.channels == (1,)


def test_everything_that_is_wrong_is_said_at_once(written):
    said = refusal(written(GOOD.replace("minutes", "minuets").replace("rate_hz = 80", "rate_hz = 200")))
    assert "2 things are wrong" in said
    assert "minuets" in said
    assert "rate_hz: found 200" in said


def test_a_key_that_is_misspelt_is_not_missing_as_well(written):
    assert "missing" not in refusal(written(GOOD.replace("minutes", "minuets")))


def test_a_value_that_may_be_of_two_kinds_is_refused_once(written):
    assert "1 thing is wrong" in refusal(written(GOOD.replace("seconds = 30", "seconds = 60000")))


def test_an_unknown_program_is_answered_with_the_nearest():
    assert "did you mean 'surface-to-deep'?" in refusal("surface-to-deeep")


def test_a_name_like_none_is_answered_with_all():
    assert f"allowed: {', '.join(loader.library_names())}, or a path that ends in .toml" in refusal("xyzzy")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    assert "no such file" in refusal(str(tmp_path / "gone.toml"))


def test_a_directory_is_not_a_program(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    assert "is a directory" in refusal(str(tmp_path / "folder.toml"))


def test_what_is_not_utf_8_is_refused_with_the_byte(written):
    assert "not UTF-8 at byte 3, line 1; save it as UTF-8" in refusal(written(b"abc\xff"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a = = 3", "mine.toml:1:5: not TOML: invalid value\n    1 | a = = 3\n      |     ^ text goes in quotes"),
        ("\nminutes = 5 min\n", "mine.toml:2:13: not TOML: expected newline"),
        ("rate = 2,5", "numbers have a dot and no unit"),
        ("minutes: 5", "mine.toml:1:8: not TOML: expected '=' after a key"),
        ('a = "b\nc = 1', 'a " is missing at the end of the text'),
        ("a = [1, 2\n\n", "mine.toml:1:10: not TOML: unclosed array"),
        ("<html>", "a line is key = value"),
        ("a = 1\rb = 2", "not TOML"),
        ("[[phase]]\nminutes = 5\nminutes = 6", "mine.toml:3:1: phase 1, minutes: written twice, allowed: once"),
        ("minutes = 5\nminutes = 6", "first on line 1"),
        ("[a]\n[a]", "mine.toml:2:1: a: written twice"),
        ("[[a]]\n[a]", "not TOML: cannot declare"),
        pytest.param("a = " + "9" * 5_000, "has more than 4300 digits", id="5000 digits"),
    ],
)
def test_what_is_not_toml_is_refused_with_its_place(written, content, sentence):
    assert sentence in refusal(written(content))


@pytest.mark.parametrize("content", ["", "\n \n", "# only a note\n", "\ufeff"])
def test_a_file_that_says_nothing_is_answered_with_how_to_begin(written, content):
    assert "says nothing; begin with a copy: stimctl programs new" in refusal(written(content))


def test_a_byte_order_mark_is_nothing(written):
    assert loader.load(written("\ufeff" + GOOD)).plan.title == "Mine"


def test_line_ends_of_windows_move_no_position(written):
    assert "mine.toml:13:11: " in refusal(written(GOOD.replace("= 80", "= 800").replace("\n", "\r\n")))


def test_a_file_too_large_is_not_read_whole(written):
    assert "larger than 131072 bytes" in refusal(written(b"#" * 200_000))


def test_a_file_nested_without_end_is_refused(written):
    assert "not TOML" in refusal(written("a = " + "[" * 60_000))


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    assert "is not a regular file" in refusal(str(tmp_path / "pipe.toml"))


def test_what_the_system_cannot_open_is_said_in_its_words():
    assert "cannot be read: File name too long" in refusal("a" * 300 + ".toml")


def test_a_path_with_a_zero_byte_is_refused():
    assert "no such file" in refusal("a\0b.toml")


# Everything that TOML has, and what comes near the words and numbers of a program.
ODD = [
    *("0", "-1", "1e300", "nan", "-inf", "true", "0.5", "80", '""', '"linear"', '"to-end"', '"5 min"', "2026-05-27"),
    *("07:32:00", "[]", "{}", "[[]]", "[1, 2]", "[0.2, 0.4]", '["consumer"]', "{ kind = 3 }", '{ kind = "train" }'),
    *('{ kind = "swell", period_s = 1e9 }', "{ sweep = 3 }", "{ sweep = [3, [4]], period_s = 9 }", "{ 2 = 1.0 }"),
    *('{ shape = "smooth" }', "{ 2 = { intensity_pct = 0.5 } }", "{ x = {} }", '"\\u001b[31m"', "0x" + "f" * 9_000),
]


@given(
    key=st.sampled_from(
        sorted({*ProgramFile.model_fields, *PhaseTable.model_fields, "class", "odd", '"a b"', '"[key]"', '"?x"'})
    ),
    value=st.sampled_from(ODD),
    in_phase=st.booleans(),
)
@settings(
    derandomize=True, max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_value_of_any_key_is_taken_or_refused_with_a_place(written, key, value, in_phase):
    lines = [line for line in GOOD.splitlines() if not line.startswith(f"{key} ")]
    lines.insert(len(lines) if in_phase else 1, f"{key} = {value}")
    assert re.search(r"^$|mine\.toml:\d+:\d+: ", refused_with(written("\n".join(lines))))


def refused_with(path: str) -> str:
    """The message about this file; nothing where it is right."""
    try:
        loader.load(path)
    except (ConfigError, SafetyRefusal) as refused:
        return str(refused)
    return ""


def test_a_phase_that_has_a_condition_is_not_repeated_for_another(written):
    one = GOOD.replace('"only"', '"first"').replace('depth = "cool-down"', 'depth = "surface"')
    second = GOOD[GOOD.index("[[phase]]") :].replace('"only"', '"second"').replace('"cool-down"', '"surface"')
    second += 'only_if = { pain_at_rest_at_most = 5, else_repeat = "first" }\n'
    third = second.replace('"second"', '"third"').replace('else_repeat = "first"', 'else_repeat = "second"')
    last = GOOD[GOOD.index("[[phase]]") :]
    assert "has no condition itself" in refusal(written(one + second + third + last))


def test_a_file_that_is_well_formed_and_unsafe_is_refused_with_its_line_and_its_rule(written):
    with pytest.raises(SafetyRefusal) as refused:
        loader.load(written(GOOD.replace("[45.5, 20]", "[45.5, 40]")))
    assert refused.value.exit_code == 5
    assert re.search(r"mine\.toml:11:\d+: .*ends-with-a-cool-down", str(refused.value))


@pytest.mark.parametrize(
    ("intensity", "ramp_s", "right"),
    [("[5, 20]", 0.5, True), ("[0, 20]", 1.9, False), ("[0, 20]", 2, True), ("20", 0.5, True)],
)
def test_a_rise_of_more_than_15_percent_takes_a_second_for_each_tenth(written, intensity, ramp_s, right):
    text = GOOD.replace("[45.5, 20]", intensity).replace("seconds = 30", f"seconds = {ramp_s}")
    if right:
        loader.load(written(text))
        return
    with pytest.raises(SafetyRefusal, match="rises-slowly"):
        loader.load(written(text))
