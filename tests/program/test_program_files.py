"""Program files: what is found, and the sentence that each wrong file gets."""

import json

import pytest

from stimctl.errors import ConfigError
from stimctl.model.plan import EnvelopeKind, RampShape, Variation
from stimctl.program import loader
from stimctl.program.schema import ProgramFile

GOOD = """
format = 1
title = "Mine"
class = "sensory"
profiles = ["consumer"]
channels = [1]
[[phase]]
name = "only"
depth = "surface"
minutes = 1.5
intensity_pct = [20, 45.5]
ramp = { shape = "smooth", seconds = 30 }
rate_hz = 80
phase_duration_us = 100
"""


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


@pytest.mark.parametrize("name", ["surface-to-deep", "Surface to deep", "SURFACE TO DEEP", "P02", "p02"])
def test_a_program_is_found_by_name_title_or_id(name):
    assert loader.load(name).name == "surface-to-deep"


def test_a_path_that_ends_in_toml_is_read(written):
    assert loader.load(written(GOOD)).plan.title == "Mine"


def test_what_people_type_becomes_integers_in_base_units(written):
    phase = loader.load(written(GOOD)).plan.phases[0]
    assert (phase.lasts_ms, phase.intensity_start_permille, phase.intensity_end_permille) == (90_000, 200, 455)
    assert (phase.ramp_shape, phase.ramp_ms, phase.ramp_to_end) == (RampShape.SMOOTH, 30_000, False)
    assert phase.rate_mhz.values == (80_000,)


def test_left_out_are_the_ramp_and_the_envelope(written):
    phase = loader.load(written(GOOD.replace('ramp = { shape = "smooth", seconds = 30 }\n', ""))).plan.phases[0]
    assert (phase.ramp_ms, phase.ramp_to_end, phase.envelope.kind) == (0, False, EnvelopeKind.CONTINUOUS)


def test_a_swell_is_40_percent_deep_unless_it_says_otherwise(written):
    phase = loader.load(written(GOOD + 'envelope = { kind = "swell", period_s = 8 }')).plan.phases[0]
    assert (phase.envelope.kind, phase.envelope.period_ms, phase.envelope.depth_permille) == (
        EnvelopeKind.SWELL,
        8_000,
        400,
    )


@pytest.mark.parametrize(
    ("typed", "variation", "values", "period_ms"),
    [
        ("{ sweep = [80, 110], period_s = 12 }", Variation.SWEEP, (80_000, 110_000), 12_000),
        ("{ drift = [3, 5.5] }", Variation.DRIFT, (3_000, 5_500), 0),
        ("{ steps = [4, 5, 6] }", Variation.STEPS, (4_000, 5_000, 6_000), 0),
        ("{ alternate = [60, 80], period_s = 1 }", Variation.ALTERNATE, (60_000, 80_000), 1_000),
    ],
)
def test_a_value_may_change_in_four_ways(written, typed, variation, values, period_ms):
    rate = loader.load(written(GOOD.replace("rate_hz = 80", f"rate_hz = {typed}"))).plan.phases[0].rate_mhz
    assert (rate.variation, rate.values, rate.period_ms) == (variation, values, period_ms)


def test_the_hash_is_that_of_the_bytes(written):
    one = loader.load(written(GOOD)).plan.sha256
    assert one != loader.load(written(GOOD + "# a note\n")).plan.sha256
    assert len(one) == 64


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("minutes", "minuets", "phase 1 \"only\", minuets: unknown key; did you mean 'minutes'?"),
        ("seconds", "second", "phase 1 \"only\", ramp.second: unknown key; did you mean 'seconds'?"),
        ("title =", "titel =", "titel: unknown key; did you mean 'title'?"),
        ('title = "Mine"\n', "", "title: missing; write it"),
        ("format = 1", "format = 2", "format: found 2; allowed: 1"),
        ('"sensory"', '"strong"', "class: found 'strong'; allowed: 'sensory', 'twitch', 'contraction' or 'tetanic'"),
        ("channels = [1]", "channels = [1, 1]", "channels: found [1, 1]; allowed: each only once"),
        ("channels = [1]", "channels = [0]", "channels[1]: found 0; allowed: greater than or equal to 1"),
        ("rate_hz = 80", "rate_hz = 0", "rate_hz: found 0; allowed: greater than or equal to 1"),
        ("rate_hz = 80", "rate_hz = nan", "rate_hz: found nan; allowed: a finite number"),
        ("rate_hz = 80", "rate_hz = true", "rate_hz: found True; allowed: a number, or a table with"),
        ("rate_hz = 80", "rate_hz = { wander = [2, 4] }", "allowed: a number, or a table with just one of sweep"),
        ("rate_hz = 80", "rate_hz = { steps = [4, 5], drift = [4, 5] }", "a table with just one of"),
        ("rate_hz = 80", "rate_hz = { sweep = [80, 110] }", "rate_hz.period_s: missing"),
        ("rate_hz = 80", "rate_hz = { sweep = [80, 110], period = 9 }", "rate_hz.period: unknown key; did you mean"),
        ("rate_hz = 80", "rate_hz = { drift = [3] }", "rate_hz.drift: found [3]"),
        (
            "rate_hz = 80",
            "rate_hz = { steps = [4, 0] }",
            "rate_hz.steps[2]: found 0; allowed: greater than or equal to 1",
        ),
        (
            "rate_hz = 80",
            "rate_hz = { drift = [4, 151] }",
            "rate_hz.drift[2]: found 151; allowed: less than or equal to",
        ),
        ("rate_hz = 80", "rate_hz = { sweep = [80, 500], period_s = 9 }", "rate_hz.sweep[2]: found 500"),
        ("rate_hz = 80", "rate_hz = { sweep = [80, 90], period_s = 1 }", "rate_hz.period_s: found 1; allowed: greater"),
        ("_us = 100", "_us = { alternate = [150, 900], period_s = 1 }", "phase_duration_us.alternate[2]: found 900"),
        ("_us = 100", "_us = { drift = [100, 150.5] }", "phase_duration_us.drift[2]: found 150.5"),
        ("_us = 100", "_us = 100.5", "phase_duration_us: found 100.5; allowed: a valid integer"),
        ("[20, 45.5]", "[20, 145]", "intensity_pct[2]: found 145; allowed: less than or equal to 100"),
        ("[20, 45.5]", "{ 1 = 20 }", "intensity_pct: found {'1': 20}; allowed: a number, or two"),
        ("minutes = 1.5", "minutes = 0.01", "a phase lasts at least 3 s"),
        ("seconds = 30", "seconds = 91", "a ramp is no longer than its phase"),
        ("seconds = 30", 'seconds = "to-the-end"', "ramp.seconds"),
        ('depth = "surface"', 'depth = "warm-up"', "depth: found 'warm-up'; allowed: 'surface'"),
        (
            "rate_hz = 80",
            'rate_hz = 80\nenvelope = { kind = "train" }',
            "envelope: found {'kind': 'train'}, which is not",
        ),
        ("rate_hz = 80", 'rate_hz = 80\nenvelope = { kind = "burst" }', "not supported yet; leave it out"),
        ("rate_hz = 80", 'rate_hz = 80\nenvelope = { kind = "raised_cosine" }', "not supported yet"),
        ("rate_hz = 80", 'rate_hz = 80\nenvelope = { kind = "wave" }', 'a table with kind = "continuous" or "swell"'),
        (
            "rate_hz = 80",
            "rate_hz = 80\nalternate_channels = true",
            "alternate_channels: found True, which is not supported yet",
        ),
        (
            "rate_hz = 80",
            "rate_hz = 80\ndelay_s = { 2 = 1.0 }",
            "delay_s: found {'2': 1.0}, which is not supported yet",
        ),
        ("[[phase]]", "phase = []\n[other]", "phase: found []"),
        ("[[phase]]", "[phase]", "phase: found"),
    ],
)
def test_a_wrong_file_is_refused_with_its_sentence(written, old, new, sentence):
    assert old in GOOD
    assert sentence in refusal(written(GOOD.replace(old, new, 1)))


def test_alternating_channels_may_be_said_to_be_off(written):
    assert loader.load(written(GOOD + "alternate_channels = false")).plan.channels == (1,)


def test_the_schema_that_editors_read_is_that_of_the_models():
    path = loader.load("demo").path.parent / "program.schema.json"
    assert json.loads(path.read_text()) == ProgramFile.model_json_schema()


def test_everything_that_is_wrong_is_said_at_once(written):
    said = refusal(written(GOOD.replace("minutes", "minuets").replace("rate_hz = 80", "rate_hz = 200")))
    assert "3 things are wrong" in said
    assert "minuets" in said
    assert "rate_hz: found 200" in said


def test_an_unknown_program_is_answered_with_the_nearest():
    assert "did you mean 'surface-to-deep'?" in refusal("surface-to-deeep")


def test_a_name_like_none_is_answered_with_all():
    assert "allowed: demo, surface-stroke, surface-to-deep, or a path that ends in .toml" in refusal("xyzzy")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    assert "no such file" in refusal(str(tmp_path / "gone.toml"))


def test_a_directory_is_not_a_program(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    assert "is a directory" in refusal(str(tmp_path / "folder.toml"))


def test_what_is_not_utf_8_is_refused_with_the_byte(written):
    assert "not UTF-8 at byte 3" in refusal(written(b"abc\xff"))


def test_what_is_not_toml_is_refused_with_the_line(written):
    assert "not TOML" in (said := refusal(written(GOOD + "minutes = = 3")))
    assert "line 16" in said or "line 15" in said


def test_a_file_too_large_is_not_read_whole(written):
    assert "larger than 131072 bytes" in refusal(written(b"#" * 200_000))


def test_a_file_nested_without_end_is_refused(written):
    assert "not TOML" in refusal(written("a = " + "[" * 60_000))


def test_a_path_with_a_zero_byte_is_refused():
    assert "no such file" in refusal("a\0b.toml")
