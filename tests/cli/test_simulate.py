"""`simulate`: the same each time, on every body, and with an exit code that says what came of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from world import PERSON

from stimctl.cli.compare import report
from stimctl.cli.main import stimctl
from stimctl.cli.simulate import exit_code_of
from stimctl.cli.words import MODEL
from stimctl.engine.messages import Gap, Prepare
from stimctl.engine.trial import Trial, try_out
from stimctl.errors import StimctlError
from stimctl.links.sim import BODIES
from stimctl.model.limits import CONSUMER
from stimctl.program.compare import Comparison, StretchPulses, compare
from stimctl.program.compile import compile_plan
from stimctl.program.delivered_file import parse_delivered
from stimctl.program.loader import load
from stimctl.program.timeline_file import parse_timeline, timeline_lines

# A session begins after some 5 s, when the unit's clock is known.
ELECTRODE_OFF = '[[fault]]\nkind = "electrode-off"\nat_s = 15\nchannel = 1\n'
DROPS = '[[fault]]\nkind = "drop"\nat_s = 15\nfor_s = 0.45\ndirection = "to-device"\n'


def call(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(stimctl, arguments)


def code_and_words(*arguments: str) -> tuple[int, str]:
    """The exit code and what a person reads, whether it comes from us or from click."""
    result = call(*arguments)
    if isinstance(result.exception, StimctlError):
        return int(result.exception.exit_code), str(result.exception)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))


def planned(tmp_path: Path, faults: str) -> str:
    path = tmp_path / "faults.toml"
    path.write_text(faults, encoding="utf-8")
    return str(path)


def asking(tmp_path: Path) -> str:
    """A short program whose second phase is for pain of at most 3."""
    phase = 'depth = "surface"\nminutes = {}\nintensity_pct = {}\nrate_hz = 80\nphase_duration_us = 200\n'
    path = tmp_path / "asking.toml"
    path.write_text(
        'format = 1\ntitle = "Asking"\nclass = "twitch"\nprofiles = ["consumer"]\nchannels = [1]\n'
        + '[[phase]]\nname = "first"\n'
        + phase.format(0.5, 15)
        + '[[phase]]\nname = "second"\nonly_if = { pain_at_rest_at_most = 3, else_repeat = "first" }\n'
        + phase.format(0.2, 20)
        + '[[phase]]\nname = "last"\n'
        + phase.format(0.2, 15).replace("surface", "cool-down"),
        encoding="utf-8",
    )
    return str(path)


# -- the same, and another


def test_the_same_seed_is_the_same_byte_for_byte_and_another_is_not() -> None:
    first, again, other = (call("simulate", "demo", "--json", "--seed", seed) for seed in ("7", "7", "8"))
    assert first.stdout_bytes == again.stdout_bytes
    assert json.loads(other.stdout)["phases"] != json.loads(first.stdout)["phases"]


@pytest.mark.parametrize("body", BODIES)
def test_the_demo_is_done_on_every_body(body: str) -> None:
    result = call("simulate", "demo", "--body", body, "--json")
    said = json.loads(result.stdout)
    assert (result.exit_code, said["exit_code"], said["zero_confirmed"], said["within_plan"]) == (0, 0, True, True)
    assert (said["body"], said["gaps"], said["warnings"], said["refused"], said["faults"]) == (body, [], [], [], [])


def test_bodies_differ_in_what_they_feel_and_not_in_what_they_get() -> None:
    ordinary, robust = (
        json.loads(call("simulate", "demo", "--body", body, "--json").stdout) for body in ("ordinary", "robust")
    )
    assert ordinary["peak"] == robust["peak"]
    assert ordinary["phases"][2]["feel_peak"] > robust["phases"][2]["feel_peak"]


@pytest.mark.parametrize("flag", [["--body", "mine"], ["--family", "tens"], ["--seed", "-1"], ["--seed", "x"]])
def test_what_there_is_not_is_exit_2(flag: list[str]) -> None:
    code, words = code_and_words("simulate", "demo", *flag)
    assert (code, flag[1] in words) == (2, True), words


# -- in words


def test_it_says_that_it_is_a_model_and_claims_nothing() -> None:
    result = call("simulate", "demo")
    assert MODEL in result.stderr
    assert all(word in MODEL for word in ("a model", "predict", "nobody"))
    assert "by the model" in result.stdout
    claims = ("will feel", "pain", "relie", "heal", "treat", "therap", "effective", "safe")
    assert [word for word in claims if word in result.output.lower()] == []


def test_json_says_that_it_is_a_model() -> None:
    assert "a model and predict nobody" in json.loads(call("simulate", "demo", "--json").stdout)["model"]


def test_it_says_whose_thresholds_it_took_and_that_nobody_was_asked(tmp_path: Path) -> None:
    result = call("simulate", asking(tmp_path))
    assert "those of the simulated person" in result.stderr
    assert "no --pain-at-rest given: it is taken as too high" in result.stderr
    assert "\nfirst again " in result.stdout


def test_an_answer_that_meets_a_condition_brings_its_phase(tmp_path: Path) -> None:
    result = call("simulate", asking(tmp_path), "--pain-at-rest", "3")
    assert "--pain-at-rest" not in result.stderr
    assert "\nsecond " in result.stdout


def test_80_columns_hold_every_line() -> None:
    assert [line for line in call("simulate", "demo").stdout.splitlines() if len(line) > 80] == []


def test_a_session_that_is_done_has_nothing_to_tell_and_how_near_it_came() -> None:
    output = call("simulate", "demo").stdout
    assert "the program is done\nended after 0:40, zero confirmed by the unit" in output
    assert "no fault, no gap, no warning, nothing refused" in output
    assert "r.m.s. of all channels" in output
    assert output.endswith("within the plan\n")


# -- what goes wrong


def test_an_electrode_off_is_exit_1_and_told(tmp_path: Path) -> None:
    result = call("simulate", "demo", "--faults", planned(tmp_path, ELECTRODE_OFF))
    assert result.exit_code == 1
    assert "\nthe unit tripped: open circuit on channel 1\n" in result.stdout
    assert "zero confirmed by the unit" in result.stdout
    assert "no fault" not in result.stdout


def test_an_electrode_off_in_json(tmp_path: Path) -> None:
    said = json.loads(call("simulate", "demo", "--json", "--faults", planned(tmp_path, ELECTRODE_OFF)).stdout)
    assert (said["exit_code"], said["zero_confirmed"]) == (1, True)
    assert said["faults"] == ["the unit tripped: open circuit on channel 1"]
    assert {phase["name"] for phase in said["phases"]} == {"surface"}


def test_lost_segments_are_listed_as_gaps(tmp_path: Path) -> None:
    said = call("simulate", "demo", "--faults", planned(tmp_path, DROPS))
    assert "gap on channel 1: underrun\ngap on channel 2: underrun\n" in said.stdout
    gaps = json.loads(call("simulate", "demo", "--json", "--faults", planned(tmp_path, DROPS)).stdout)["gaps"]
    assert gaps == [{"channel": 1, "why": "underrun"}, {"channel": 2, "why": "underrun"}]


def test_a_program_that_is_refused_is_exit_5_and_delivers_nothing(tmp_path: Path) -> None:
    skin = tmp_path / "skin.jsonl"
    result = call("simulate", "lumbar-endurance", "--delivered", str(skin))
    assert result.exit_code == 5
    assert "it never began; nothing was delivered" in result.stdout
    assert "refused: Lumbar endurance is for the profile clinical" in result.stdout
    assert "nothing refused" not in result.stdout
    assert [json.loads(line) for line in skin.read_text(encoding="utf-8").splitlines()[1:-1]] == []


def test_a_refusal_in_json_has_no_phases() -> None:
    said = json.loads(call("simulate", "demo", "--json", "--sensory-ma", "18", "--comfort-ma", "6").stdout)
    assert (said["exit_code"], said["phases"], said["approaches"], said["deviation_ua"]) == (5, [], [], None)
    assert "below the comfortable maximum" in said["refused"][0]


# -- files


def test_what_was_delivered_is_a_file_for_compare(tmp_path: Path) -> None:
    skin, timeline = str(tmp_path / "skin.jsonl"), str(tmp_path / "plan.jsonl")
    assert call("simulate", "demo", "--delivered", skin).exit_code == 0
    assert call("check", "demo", "--timeline", timeline).exit_code == 0
    assert call("compare", timeline, skin).exit_code == 0
    assert call("compare", skin, skin).exit_code != 0


def test_delivered_that_cannot_be_written_is_exit_2(tmp_path: Path) -> None:
    assert code_and_words("simulate", "demo", "--delivered", str(tmp_path / "no" / "where.jsonl"))[0] == 2
    assert code_and_words("simulate", "demo", "--delivered", str(tmp_path))[0] == 2


@pytest.mark.parametrize(
    "content", [b"#" * 10_000_000, b"\xff\xfe", b"a = = 3", b"[[fault]]\nkind = 'fire'\nat_s = 1\n"]
)
def test_a_fault_plan_that_is_none_is_exit_2(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "faults.toml"
    path.write_bytes(content)
    code, words = code_and_words("simulate", "demo", "--faults", str(path))
    assert (code, "faults.toml" in words) == (2, True), words


def test_a_fault_plan_that_is_missing_or_a_directory_is_exit_2(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.toml"):
        code, words = code_and_words("simulate", "demo", "--faults", str(path))
        assert (code, str(path) in words.replace("\n", "")) == (2, True), words


# -- outside the plan


@pytest.fixture(scope="module")
def trial() -> Trial:
    plan = load("demo").plan
    thresholds = dict.fromkeys(plan.channels, PERSON)
    asked = Prepare(
        plan=plan,
        thresholds=thresholds,
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=False,
        doctor=None,
    )
    return try_out(asked, family="stimlink", seed=1, body="ordinary")


def compared(trial: Trial, percent: int) -> Comparison:
    """The delivery of this trial held against its plan at a percentage of its amplitudes."""
    plan = load("demo").plan
    thresholds = dict.fromkeys(plan.channels, PERSON)
    compiled = compile_plan(plan, thresholds, CONSUMER)
    timeline = parse_timeline(timeline_lines(plan, compiled, thresholds, CONSUMER), "plan")
    tampered = tuple(
        replace(
            one,
            amplitude_start_ua=one.amplitude_start_ua * percent // 100,
            amplitude_end_ua=one.amplitude_end_ua * percent // 100,
        )
        for one in timeline.records
    )
    record = parse_delivered("".join(f"{line}\n" for line in trial.delivered).encode(), "delivered")
    return compare(replace(timeline, records=tampered), record)


GAP = (Gap(channel=1, why="underrun"),)


@pytest.mark.parametrize(("percent", "code"), [(100, 0), (90, 1), (110, 1)])
def test_a_session_that_was_done_outside_its_plan_is_exit_1(trial: Trial, percent: int, code: int) -> None:
    assert exit_code_of(replace(trial, comparison=compared(trial, percent))) == code


def test_output_below_the_plan_after_a_gap_is_no_fault_of_the_session(trial: Trial) -> None:
    assert exit_code_of(replace(trial, comparison=compared(trial, 110), gaps=GAP)) == 0


def test_more_pulses_than_planned_are_a_fault_whatever_the_gaps(trial: Trial) -> None:
    assert trial.comparison is not None
    more = StretchPulses(channel=1, start_us=0, end_us=1_000_000, planned=80, delivered=90)
    strayed = replace(trial.comparison, pulses=(more,))
    assert exit_code_of(replace(trial, comparison=strayed, gaps=GAP)) == 1


def test_the_sessions_own_exit_code_comes_first(trial: Trial) -> None:
    ended = replace(trial.simulated, ended=replace(trial.simulated.ended, exit_code=3))
    assert exit_code_of(replace(trial, simulated=ended, comparison=compared(trial, 90))) == 3


# -- a comparison in words


def stretches(count: int, delivered: int, channel: int = 1) -> tuple[StretchPulses, ...]:
    return tuple(
        StretchPulses(
            channel=channel, start_us=n * 1_000_000, end_us=n * 1_000_000 + 500_000, planned=40, delivered=delivered
        )
        for n in range(count)
    )


@pytest.mark.parametrize(("delivered", "most"), [(40, 10), (20, 12)])
def test_thousands_of_stretches_are_a_few_lines(trial: Trial, delivered: int, most: int) -> None:
    assert trial.comparison is not None
    many = replace(trial.comparison, pulses=stretches(3_000, delivered) + stretches(3_000, delivered, channel=2))
    assert len(report(many).splitlines()) <= most


def test_stretches_that_are_outside_are_counted_when_they_are_not_shown(trial: Trial) -> None:
    assert trial.comparison is not None
    words = report(replace(trial.comparison, pulses=stretches(7, 20)))
    assert words.count(": 20 of 40 pulses  OUTSIDE") == 5
    assert "and 2 stretches more  OUTSIDE" in words
    assert words.endswith("OUTSIDE the plan: 0 records, 7 stretches of pulses\n")


def test_a_few_stretches_that_are_outside_are_all_shown(trial: Trial) -> None:
    assert trial.comparison is not None
    assert "more" not in report(replace(trial.comparison, pulses=stretches(5, 20)))
