"""What the doctor says of versions, terminal, disk and clocks, of made-up facts; and of sessions on the simulator."""

from dataclasses import replace
from pathlib import Path

import pytest

from stimctl.doctor.clocks import clock, priority, resolution_ns, wakes
from stimctl.doctor.finding import Finding, Status, fine, not_applicable, problem, verdict, warning
from stimctl.doctor.places import free_bytes, private, room, writable
from stimctl.doctor.self_test import judged, self_test
from stimctl.doctor.terminal import encoding, kind, size, tmux
from stimctl.doctor.versions import dependencies, installed, platform, python, required
from stimctl.engine.messages import Prepare
from stimctl.engine.trial import Trial, try_out
from stimctl.model.thresholds import Thresholds
from stimctl.program.loader import load

MB = 1_000_000


def says(finding: Finding, status: Status, *words: str) -> None:
    """It has this status, and says these words somewhere; whoever is warned is told what to do."""
    assert finding.status is status, finding
    said = " ".join([finding.found, finding.advice, *finding.commands])
    assert [word for word in words if word not in said] == [], finding
    assert status in (Status.OK, Status.NOT_APPLICABLE) or finding.advice


# -- versions


def test_this_python_is_well() -> None:
    says(python((3, 11, 7)), Status.OK, "3.11.7")


def test_an_old_python_is_a_problem() -> None:
    says(python((3, 10, 14)), Status.PROBLEM, "3.10.14", "3.11")


def test_linux_is_well() -> None:
    says(platform("linux"), Status.OK, "Linux")


@pytest.mark.parametrize(("name", "said"), [("darwin", "macOS"), ("win32", "Windows"), ("freebsd14", "freebsd14")])
def test_another_system_is_a_warning(name: str, said: str) -> None:
    says(platform(name), Status.WARN, said, "Linux")


def test_what_is_installed_here_is_what_was_asked_for() -> None:
    asked = required()
    assert {"pyserial", "textual"} <= set(installed(asked))
    says(dependencies(asked, installed(asked)), Status.OK, "pyserial 3.5")


def test_a_missing_package_is_a_problem_with_its_name() -> None:
    says(dependencies(["click>=8.2", "cobs>=1"], {"click": "8.5.1", "cobs": None}), Status.PROBLEM, "cobs", "make venv")


def test_a_package_that_is_not_there_is_found_out() -> None:
    assert installed(["no-such-package-of-anybody>=1"]) == {"no-such-package-of-anybody": None}


@pytest.mark.parametrize(
    ("asked", "version", "fits"),
    [
        ("textual<9,>=8.2", "8.2.8", True),
        ("textual<9,>=8.2", "8.2", True),
        ("textual<9,>=8.2", "8.10.0", True),
        ("textual<9,>=8.2", "9.0.0", False),
        ("textual<9,>=8.2", "8.1.9", False),
        ("cobs>=1.2.2", "1.2.2", True),
        ("cobs==1.2", "1.2.0", True),
        ("cobs!=1.2", "1.2.0", False),
        ("cobs<=1.2", "1.3rc1", False),
        ("cobs>1.2", "1.2", False),
        ("cobs", "0.1", True),
    ],
)
def test_a_version_outside_what_was_asked_for_is_a_warning(asked: str, version: str, fits: bool) -> None:
    name = "textual" if asked.startswith("textual") else "cobs"
    says(dependencies([asked], {name: version}), Status.OK if fits else Status.WARN, version)


def test_no_installation_at_all_is_a_problem() -> None:
    says(dependencies([], {}), Status.PROBLEM, "make venv")


# -- terminal


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "all colours"),
        ({"TERM": "tmux-256color"}, "256 colours"),
        ({"TERM": "linux"}, "ansi-dark"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "without colours"),
    ],
)
def test_a_terminal_is_well_and_its_colours_are_said(environment: dict[str, str], said: str) -> None:
    says(kind(environment, is_terminal=True), Status.OK, said)


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}, {"TERM": ""}])
def test_a_terminal_that_cannot_show_the_screen_is_a_warning(environment: dict[str, str]) -> None:
    says(kind(environment, is_terminal=True), Status.WARN, "TERM", "stimctl run")


def test_where_there_is_no_terminal_there_is_nothing_to_say() -> None:
    says(kind({}, is_terminal=False), Status.NOT_APPLICABLE)
    says(size(None), Status.NOT_APPLICABLE)


@pytest.mark.parametrize(
    ("columns_and_rows", "status", "word"),
    [
        ((80, 24), Status.OK, "80 x 24"),
        ((79, 24), Status.WARN, "plot"),
        ((200, 23), Status.WARN, "plot"),
        ((39, 24), Status.WARN, "cannot be used"),
        ((80, 9), Status.WARN, "cannot be used"),
    ],
)
def test_the_size_is_held_against_what_the_screen_is_made_for(
    columns_and_rows: tuple[int, int], status: Status, word: str
) -> None:
    says(size(columns_and_rows), status, word)


@pytest.mark.parametrize("name", ["utf-8", "UTF8", "utf_8"])
def test_utf_8_is_well_however_it_is_spelt(name: str) -> None:
    says(encoding(name), Status.OK)


@pytest.mark.parametrize("name", ["ANSI_X3.4-1968", "latin-1", "no-such-thing", ""])
def test_another_encoding_is_a_warning(name: str) -> None:
    says(encoding(name), Status.WARN, "--ascii", "C.UTF-8")


def test_outside_tmux_there_is_nothing_to_say() -> None:
    says(tmux({}, 500), Status.NOT_APPLICABLE)


def test_a_tmux_that_lets_escape_through_is_well() -> None:
    says(tmux({"TMUX": "/tmp/tmux-0/default,1,0"}, 10), Status.OK, "10 ms")


@pytest.mark.parametrize("escape_ms", [500, 51, None])
def test_a_tmux_that_holds_escape_back_is_a_warning_for_it_is_a_stop_key(escape_ms: int | None) -> None:
    says(tmux({"TMUX": "/tmp/tmux-0/default,1,0"}, escape_ms), Status.WARN, "STOP", "escape-time 10")


# -- where records go


def test_directories_that_are_there_or_can_be_made_are_well(tmp_path: Path) -> None:
    says(writable({"records": tmp_path, "settings": tmp_path / "to" / "be"}, Path("/run/me")), Status.OK, str(tmp_path))


def test_a_directory_that_can_never_be_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = writable({"records": tmp_path / "file" / "data"}, Path("/run/me"))
    says(found, Status.PROBLEM, "records", "STIMCTL_HOME")


def test_a_directory_that_may_not_be_written_is_a_problem(tmp_path: Path) -> None:
    says(writable({"records": tmp_path}, Path("/run/me"), lambda _: False), Status.PROBLEM, "records")


def test_a_runtime_directory_too_long_for_a_socket_is_a_problem(tmp_path: Path) -> None:
    fits = Path("/" + "x" * 92)
    says(writable({"records": tmp_path}, fits), Status.OK)
    says(writable({"records": tmp_path}, Path(f"{fits}x")), Status.PROBLEM, "1 bytes too long")


def test_records_that_nobody_else_can_read_are_well(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    says(private(tmp_path), Status.OK)
    says(private(tmp_path / "not yet"), Status.OK, "no records yet")


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o755])
def test_records_that_others_may_look_into_are_a_warning(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    says(private(tmp_path), Status.WARN, f"chmod go-rwx {tmp_path}")


@pytest.mark.parametrize(
    ("free", "status"),
    [(80_000 * MB, Status.OK), (500 * MB, Status.OK), (499 * MB, Status.WARN), (14 * MB, Status.PROBLEM)],
)
def test_room_is_held_against_what_a_session_writes(free: int, status: Status) -> None:
    says(room(Path("/somewhere"), free), status, f"{free // MB} MB", "/somewhere")


def test_room_that_nobody_knows_of_is_a_warning() -> None:
    says(room(Path("/somewhere"), None), Status.WARN)


def test_the_room_of_a_directory_to_come_is_that_of_what_is_above_it(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "to" / "be") is not None


# -- clocks


def test_a_fine_clock_is_well() -> None:
    says(clock(1, sees_sleep=True), Status.OK, "1 ns")


def test_a_coarse_clock_is_a_warning() -> None:
    says(clock(15_600_000, sees_sleep=True), Status.WARN, "15600000 ns")


def test_a_clock_that_does_not_see_a_sleep_is_a_warning() -> None:
    says(clock(1, sees_sleep=False), Status.WARN, "sleep")


def test_this_clock_has_a_resolution() -> None:
    assert resolution_ns() >= 1


def test_being_woken_in_time_is_well() -> None:
    says(wakes(300_000), Status.OK, "0.3 ms")


def test_being_woken_late_is_a_warning() -> None:
    says(wakes(120_000_000), Status.WARN, "120.0 ms", "busy")


def test_real_time_priority_is_well() -> None:
    says(priority("collector off, memory locked, SCHED_FIFO 20"), Status.OK, "SCHED_FIFO")


def test_ordinary_priority_is_enough_and_the_way_to_more_is_said() -> None:
    says(priority("collector off, timer slack 1 ns, ordinary priority"), Status.OK, "enough", "rtprio")


def test_an_engine_that_could_not_be_asked_is_a_warning() -> None:
    says(priority(""), Status.WARN)


# -- the self-test


def test_the_simulator_passes_the_self_test() -> None:
    says(self_test(), Status.OK, "within plan", "then zero")


def tried(faults: str | None = None) -> Trial:
    plan = load("demo").plan
    person = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
    prepare = Prepare(
        plan=plan,
        thresholds=dict.fromkeys(plan.channels, person),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=False,
        doctor=None,
    )
    return try_out(prepare, family="stimlink", seed=1, body="ordinary", faults=faults)


@pytest.fixture(scope="module")
def done() -> Trial:
    return tried()


def test_a_session_with_a_fault_is_a_problem(tmp_path: Path) -> None:
    plan = tmp_path / "faults.toml"
    plan.write_text('[[fault]]\nkind = "unplug"\nat_s = 15\n', encoding="utf-8")
    says(judged(tried(str(plan))), Status.PROBLEM, "ended with 3", "Drive no unit")


def test_a_skin_that_is_not_at_zero_in_the_end_is_a_problem(done: Trial) -> None:
    """The record without its last zero: what the unit said does not count."""
    records = [line for line in done.delivered if not ('"channel": 2' in line and '"amplitude_ua": 0,' in line)]
    assert len(records) < len(done.delivered)
    says(judged(replace(done, delivered=tuple(records))), Status.PROBLEM, "channel 2")


def test_a_zero_that_the_unit_did_not_confirm_is_a_problem(done: Trial) -> None:
    ended = replace(done.simulated.ended, zero_confirmed=False)
    says(judged(replace(done, simulated=replace(done.simulated, ended=ended))), Status.PROBLEM, "did not end at zero")


def test_a_session_outside_its_plan_is_a_problem(done: Trial) -> None:
    assert done.comparison is not None
    stray = replace(done.comparison, pulses=(replace(done.comparison.pulses[0], planned=0),))
    says(judged(replace(done, comparison=stray)), Status.PROBLEM, "outside the plan")


def test_a_session_that_was_never_compared_is_a_problem(done: Trial) -> None:
    says(judged(replace(done, comparison=None)), Status.PROBLEM, "outside the plan")


# -- the whole


def test_the_verdict_is_the_worst_of_all() -> None:
    well, nothing = fine("a", "well"), not_applicable("b", "nothing")
    assert verdict([well, nothing]) is Status.OK
    assert verdict([well, warning("c", "may be", "do"), nothing]) is Status.WARN
    assert verdict([problem("d", "is", "do"), warning("c", "may be", "do"), well]) is Status.PROBLEM
