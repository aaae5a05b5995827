"""`check`: what it says of a program, and that what it says is what a session delivers."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stimctl.cli.main import stimctl
from stimctl.errors import StimctlError

SMALL = """
format = 1
title = "Small"
class = "twitch"
profiles = ["consumer", "clinical"]
channels = [1, 2]

[[phase]]
name = "still"
depth = "surface"
minutes = 1
intensity_pct = 20
rate_hz = 80
phase_duration_us = 200

[[phase]]
name = "trains"
depth = "deep"
minutes = 1
intensity_pct = 20
rate_hz = 40
phase_duration_us = 200
envelope = { kind = "train", up_s = 2, hold_s = 2, down_s = 2, off_s = 4 }
delay_s = { 2 = 1.0 }

[[phase]]
name = "ease"
depth = "cool-down"
minutes = 0.5
intensity_pct = 15
rate_hz = 80
phase_duration_us = 200
"""
STRAIN = "strain-ease"


def call(*arguments: str, columns: int = 80) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(stimctl, arguments)


def code_and_words(*arguments: str) -> tuple[int, str]:
    """The exit code and what a person reads, whether it comes from us or from click."""
    result = call(*arguments)
    if isinstance(result.exception, StimctlError):
        return int(result.exception.exit_code), str(result.exception)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))


@pytest.fixture
def small(tmp_path: Path) -> str:
    return written(tmp_path / "small.toml", SMALL)


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


# -- in figures


def test_json_has_every_key(small: str) -> None:
    said = json.loads(call("check", small, "--json").stdout)
    assert set(said) == {
        *("version", "program", "sha256", "duration_ms", "segments", "peak_ma", "charge_nc", "phases", "output"),
        "device",
    }
    assert set(said["phases"][0]) == {"name", "depth", "start_ms", "end_ms", "target_ma", "reached_ms"}
    assert set(said["output"][0]) == {
        *("phase", "channel", "peak_ua", "charge_nc", "net_charge_nc", "longest_us", "shortest_period_us", "rms_ua"),
        *("density_ua_cm2", "density_half_ua_cm2", "power_uw_cm2", "duty_permille", "target_ua", "reached_ms"),
    }


def test_figures_of_a_steady_phase_are_those_worked_out_by_hand(small: str) -> None:
    # 20 % of 6..18 mA: 8.4 mA, 1.68 µC. 8.4 x sqrt(2 x 200e-6 x 80) = 1.5027 mA r.m.s.; on 25 cm² 60.1 µA/cm², on half
    # of it 120.2; (1.503 mA)² x 500 Ω / 25 cm² = 45.2 µW/cm². All rounded up. 8.316 mA, near enough, after 8.316 s. A
    # train begins from a piece of silence, so it is on for 59.8 of 60 s.
    assert json.loads(call("check", small, "--json").stdout)["output"][0] == {
        "phase": "still",
        "channel": 1,
        "peak_ua": 8_400,
        "charge_nc": 1_680,
        "net_charge_nc": 0,
        "longest_us": 200,
        "shortest_period_us": 12_500,
        "rms_ua": 1_503,
        "density_ua_cm2": 61,
        "density_half_ua_cm2": 121,
        "power_uw_cm2": 46,
        "duty_permille": 996,
        "target_ua": 8_400,
        "reached_ms": 8_400,
    }


def test_a_train_is_on_for_its_part_of_the_time_and_its_rms_is_that_of_its_top(small: str) -> None:
    train = json.loads(call("check", small, "--json").stdout)["output"][2]
    # 6 of 10 s; 8.4 mA x sqrt(2 x 200e-6 x 40) = 1.0625 mA
    assert (train["phase"], train["duty_permille"], train["rms_ua"]) == ("trains", 600, 1_063)


def test_json_says_what_the_whole_comes_to(small: str) -> None:
    said = json.loads(call("check", small, "--json").stdout)
    assert (said["version"], said["program"], said["duration_ms"]) == (1, "Small", 160_000)
    assert (said["peak_ma"], said["charge_nc"]) == ({"1": 8.4, "2": 8.4}, {"1": 1_680, "2": 1_680})
    assert said["device"] is None


def test_phases_and_their_output_are_reached_at_the_same_time(small: str) -> None:
    said = json.loads(call("check", small, "--json").stdout)
    for phase in said["phases"]:
        reached = [row["reached_ms"] for row in said["output"] if row["phase"] == phase["name"]]
        assert max(reached) == phase["reached_ms"]
        assert phase["start_ms"] <= phase["reached_ms"] <= phase["end_ms"]


def test_a_larger_pad_is_a_lower_density(small: str) -> None:
    row = json.loads(call("check", small, "--json", "--pad-cm2", "50").stdout)["output"][0]
    assert (row["density_ua_cm2"], row["density_half_ua_cm2"], row["power_uw_cm2"]) == (31, 61, 23)


# -- the timeline


@pytest.mark.parametrize(
    "person",
    [
        [],
        ["--sensory-ma", "1=5,2=7", "--comfort-ma", "1=14.5,2=21", "--at-us", "150", "--at-hz", "100"],
        ["--channels", "2", "--profile", "clinical"],
    ],
    ids=["simulated", "per channel", "one channel"],
)
def test_a_simulated_session_delivers_what_check_said(small: str, tmp_path: Path, person: list[str]) -> None:
    timeline, skin = str(tmp_path / "plan.jsonl"), str(tmp_path / "skin.jsonl")
    assert call("check", small, "--timeline", timeline, *person).exit_code == 0
    assert call("simulate", small, "--delivered", skin, *person).exit_code == 0
    compared = call("compare", timeline, skin)
    assert (compared.exit_code, "within the plan" in compared.stdout) == (0, True)


def test_a_timeline_is_written_before_anything_is_said(small: str, tmp_path: Path) -> None:
    result = call("check", small, "--timeline", str(tmp_path / "no" / "where.jsonl"))
    assert isinstance(result.exception, StimctlError)
    assert (int(result.exception.exit_code), result.stdout) == (2, "")
    assert "where.jsonl" in str(result.exception)


def test_a_timeline_is_no_directory(small: str, tmp_path: Path) -> None:
    assert code_and_words("check", small, "--timeline", str(tmp_path))[0] == 2


# -- a unit that is not there


@pytest.mark.parametrize(
    "device", ["stimlink", "sim://stimlink", "/dev/ttyX9", "stimlink@/dev/ttyX9", "sim://stimlink?faults=/no/such/file"]
)
def test_what_a_unit_would_make_of_it_is_said_without_opening_it(small: str, device: str) -> None:
    said = json.loads(call("check", small, "--json", "--device", device).stdout)["device"]
    # 120 V over 8.4 mA
    assert said == {
        "family": "stimlink",
        "amplitude_step_ua": 10,
        "lowered_by_at_most_ua": 8,
        "carries_up_to_ohm": 14_285,
        "release_ms": 500,
    }


def test_nothing_is_written_for_a_unit_that_is_not_opened(small: str, tmp_path: Path) -> None:
    skin = tmp_path / "skin.jsonl"
    assert call("check", small, "--device", f"sim://stimlink?delivered={skin}").exit_code == 0
    assert not skin.exists()


def test_words_for_a_unit_say_that_nothing_was_opened(small: str) -> None:
    output = call("check", small, "--device", "stimlink").stdout
    assert "on a stimlink unit, as its family says (nothing was opened)" in output
    assert "steps of 10 µA, rounded down by up to 8 µA" in output
    assert "through up to 14285 Ω" in output


@pytest.mark.parametrize(("device", "word"), [("tens@/dev/ttyX9", "tens"), ("sim://tens", "tens"), ("", "device")])
def test_a_unit_that_there_is_not_is_exit_2(small: str, device: str, word: str) -> None:
    code, words = code_and_words("check", small, "--device", device)
    assert (code, word in words) == (2, True), words


def test_more_channels_than_a_unit_has_are_exit_5_with_both_numbers(tmp_path: Path) -> None:
    three = written(tmp_path / "three.toml", SMALL.replace("channels = [1, 2]", "channels = [1, 2, 3]"))
    assert call("check", three).exit_code == 0
    code, words = code_and_words("check", three, "--device", "stimlink")
    assert (code, "needs channel 3, the unit has 2" in words) == (5, True), words


# -- refusals


def test_a_clinical_program_is_not_for_consumers() -> None:
    code, words = code_and_words("check", "lumbar-endurance")
    assert (code, "is for the profile clinical, not for consumer" in words) == (5, True), words
    assert call("check", "lumbar-endurance", "--profile", "clinical").exit_code == 0


@pytest.mark.parametrize("pain", ["-1", "11", "3.5", "much"])
def test_pain_out_of_range_is_exit_2(pain: str) -> None:
    code, words = code_and_words("check", STRAIN, "--pain-at-rest", pain)
    assert (code, pain in words) == (2, True), words


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (["--sensory-ma", "6000", "--comfort-ma", "18000"], "write 6"),
        (["--sensory-ma", "1=6000,2=6000", "--comfort-ma", "18"], "write 6"),
        (["--sensory-ma", "6", "--comfort-ma", "18000"], "write 18"),
        (["--sensory-ma", "6", "--comfort-ma", "inf"], "100 mA"),
        (["--sensory-ma", "0", "--comfort-ma", "18"], "100 mA"),
        (["--at-us", "0.2"], "0.2"),
        (["--pad-cm2", "2500"], "500 cm²"),
        (["--pad-cm2", "nan"], "500 cm²"),
        (["--pad-cm2", "-25"], "500 cm²"),
        (["--at-hz", "nan"], "150 Hz"),
        (["--at-hz", "-80"], "150 Hz"),
    ],
)
def test_a_figure_that_cannot_be_meant_is_exit_2(small: str, flags: list[str], word: str) -> None:
    code, words = code_and_words("check", small, *flags)
    assert (code, word in words) == (2, True), words


# -- in words


def test_it_says_when_nobody_answered_what_a_program_asks() -> None:
    asked = call("check", STRAIN)
    assert "no --pain-at-rest given: it is taken as too high" in asked.stderr
    assert "transition again" in asked.stdout


def test_an_answer_brings_the_phase_that_depends_on_it() -> None:
    asked = call("check", STRAIN, "--pain-at-rest", "3")
    assert "--pain-at-rest" not in asked.stderr
    assert "again" not in asked.stdout


def test_channels_that_get_the_same_share_a_plot_and_a_line(small: str) -> None:
    together = call("check", "demo").stdout
    assert together.count("plan on channels 1, 2\n") == 1
    apart = call("check", small).stdout
    assert (apart.count("plan on channel 1\n"), apart.count("plan on channel 2\n")) == (1, 1)


@pytest.mark.parametrize("program", ["burst", "knead", "strain-ease", "lumbar-endurance"])
def test_80_columns_hold_every_line(program: str) -> None:
    output = call("check", program, "--profile", "clinical", "--device", "stimlink").stdout
    assert [line for line in output.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize(("columns", "plot"), [(20, 40), (80, 70), (500, 100)])
def test_a_plot_is_40_to_100_columns_wide(small: str, columns: int, plot: int) -> None:
    axis = next(line for line in call("check", small, columns=columns).stdout.splitlines() if "└" in line)
    assert axis.count("─") == plot


def test_ascii_is_a_plot_of_plain_characters(small: str) -> None:
    output = call("check", small, "--ascii").stdout
    assert not set(output) & set("░▁▂▃▄▅▆▇█│└─")
    assert ":" in output


def test_a_long_name_of_a_phase_is_cut_and_breaks_no_table(tmp_path: Path) -> None:
    long = written(tmp_path / "long.toml", SMALL.replace('"still"', '"' + "very " * 30 + 'still"'))
    lines = call("check", long).stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert sum("very very very ve…" in line for line in lines) == 2
