"""The commands as somebody calls them: what they print where, and with which exit code they end."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from stimctl import __version__
from stimctl.cli.main import stimctl
from stimctl.errors import StimctlError


def call(*arguments: str) -> Result:
    return CliRunner().invoke(stimctl, arguments)


def code_and_words(*arguments: str) -> tuple[int, str]:
    """The exit code and what a person reads, whether it comes from us or from click."""
    result = call(*arguments)
    if isinstance(result.exception, StimctlError):
        return int(result.exception.exit_code), str(result.exception)
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_the_version_has_one_source() -> None:
    assert call("--version").output.strip() == __version__


def test_help_names_every_command() -> None:
    output = call("--help").output
    assert all(name in output for name in ("run", "check", "compare", "programs", "demo", "stop"))


def test_programs_are_listed_by_name() -> None:
    output = call("programs").output
    assert all(name in output for name in ("surface-to-deep", "surface-stroke", "demo"))


def test_programs_as_json_carry_a_version() -> None:
    listed = json.loads(call("programs", "--json").stdout)
    assert listed["version"] == 1
    assert {program["id"] for program in listed["programs"]} >= {"P01", "P02"}


@pytest.mark.parametrize("name", ["surface-to-deep", "P02", "Surface to deep"])
def test_a_program_goes_by_name_id_and_title(name: str) -> None:
    assert "Surface to deep" in call("programs", "show", name).output


def test_a_wrong_name_is_exit_2_with_the_nearest_right_one() -> None:
    code, words = code_and_words("programs", "show", "surface-to-dep")
    assert (code, "surface-to-deep" in words) == (2, True)


def test_check_says_what_a_program_will_do() -> None:
    result = call("check", "surface-to-deep")
    assert result.exit_code == 0
    assert "may run, 25:10" in result.stdout
    assert "14.25 mA" in result.stdout


def test_check_says_whose_thresholds_it_took() -> None:
    assert "simulated person" in call("check", "demo").stderr


def test_check_as_json_is_one_object() -> None:
    found = json.loads(call("check", "demo", "--json").stdout)
    assert (found["version"], found["duration_ms"]) == (1, 40_000)


def test_check_writes_a_timeline(tmp_path: Path) -> None:
    timeline = tmp_path / "timeline.jsonl"
    assert call("check", "demo", "--timeline", str(timeline)).exit_code == 0
    header, first, *_ = timeline.read_text(encoding="utf-8").splitlines()
    assert json.loads(header)["format"] == "stimctl.timeline"
    assert set(json.loads(first)) >= {"start_us", "end_us", "channel", "amplitude_start_ua", "pulse_period_us"}


def test_a_timeline_that_cannot_be_written_is_exit_2(tmp_path: Path) -> None:
    assert code_and_words("check", "demo", "--timeline", str(tmp_path / "no" / "where.jsonl"))[0] == 2


@pytest.mark.parametrize(
    ("flags", "code", "word"),
    [
        (["--sensory-ma", "6"], 2, "--comfort-ma"),
        (["--sensory-ma", "six", "--comfort-ma", "18"], 2, "six"),
        (["--sensory-ma", "nan", "--comfort-ma", "18"], 2, "nan"),
        (["--sensory-ma", "-6", "--comfort-ma", "18"], 2, "-6"),
        (["--sensory-ma", "6000", "--comfort-ma", "18000"], 2, "6000"),
        (["--sensory-ma", "1=6", "--comfort-ma", "18"], 2, "channel 2"),
        (["--sensory-ma", "18", "--comfort-ma", "6"], 5, "below"),
        (["--sensory-ma", "6", "--comfort-ma", "60"], 5, "50 mA"),
        (["--channels", "3"], 2, "1, 2"),
        (["--channels", "zero"], 2, "zero"),
        (["--pad-cm2", "10"], 5, "16 cm²"),
        (["--pad-cm2", "0"], 2, "--pad-cm2"),
        (["--at-hz", "0"], 2, "--at-hz"),
        (["--at-us", "5000", "--sensory-ma", "6", "--comfort-ma", "18"], 5, "µs"),
        (["--profile", "hospital"], 2, "hospital"),
    ],
)
def test_bad_flags_say_what_was_found_and_what_is_allowed(flags: list[str], code: int, word: str) -> None:
    found, words = code_and_words("check", "demo", *flags)
    assert (found, word in words) == (code, True), words


@pytest.mark.parametrize(
    ("device", "word"),
    [
        ("", "device"),
        ("tens@/dev/ttyUSB0", "tens"),
        ("sim://tens", "tens"),
        ("sim://stimlink?speed=2", "speed"),
        ("sim://stimlink?seed=x", "seed"),
        ("socket://127.0.0.1", "is no HOST:PORT"),
        ("rfc2217://[::1]:0", "is no HOST:PORT"),
        ("http://example", "not a device"),
    ],
)
def test_a_bad_device_is_exit_2_before_anything_is_opened(device: str, word: str) -> None:
    code, words = code_and_words("run", "demo", "--device", device)
    assert (code, word in words) == (2, True), words


def test_run_needs_a_device() -> None:
    assert call("run", "demo").exit_code == 2


def test_stop_with_nothing_running_is_exit_0_and_says_so() -> None:
    result = call("stop")
    assert (result.exit_code, result.stdout) == (0, "nothing is running\n")


def test_stop_forgets_what_a_dead_engine_left_behind(home: Path) -> None:
    import socket

    (home / "run").mkdir(parents=True)
    stale = home / "run" / "0badcafe.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.bind(str(stale))
    assert call("stop").exit_code == 0
    assert not stale.exists()


@pytest.mark.parametrize("content", [b"", b"hello", b'{"format": "other"}\n', b"\xff\xfe"])
def test_compare_with_a_file_that_is_none_of_ours_is_exit_2(tmp_path: Path, content: bytes) -> None:
    timeline, other = tmp_path / "timeline.jsonl", tmp_path / "other.jsonl"
    call("check", "demo", "--timeline", str(timeline))
    other.write_bytes(content)
    assert code_and_words("compare", str(timeline), str(other))[0] == 2
    assert code_and_words("compare", str(other), str(timeline))[0] == 2
