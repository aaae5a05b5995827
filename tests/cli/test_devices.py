"""`stimctl devices` lists ports without opening any; `identify` opens one, asks, stops it once, and never arms."""

import builtins
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial
from click.testing import CliRunner
from processes import PYTHON, Served, front, served, wait_until

from simulator.script import Script, play
from stimctl.cli.devices import hint_lines, listed_json, table_lines, url_of
from stimctl.cli.identify import Asked, unit_lines, url_for
from stimctl.cli.main import stimctl
from stimctl.drivers.nominal import NOMINAL
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine.ending import TAKE_PADS_OFF
from stimctl.engine.messages import Ended, Unit
from stimctl.errors import ConfigError, ExitCode
from stimctl.links.ports import Port
from stimctl.links.url import parse_device_url

NANO = Port(path="/dev/ttyUSB0", description="USB Serial", vendor_id=0x1A86, product_id=0x7523)
FTDI = Port(
    path="/dev/ttyUSB1",
    description="FT232R USB UART with a very long name that goes on and on",
    vendor_id=0x0403,
    product_id=0x6001,
    serial_number="A50285BI-and-so-on",
    manufacturer="FTDI",
)
TEENSY = Port(path="/dev/ttyACM0", description="USB Serial", vendor_id=0x16C0, product_id=0x0483)
MAC = Port(path="/dev/cu.usbserial-A50285BI", description="FT232R", vendor_id=0x0403, product_id=0x6001)
BARE = Port(path="/dev/ttyS0")
ALL = [NANO, FTDI, TEENSY, BARE]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


# -- the list


@pytest.fixture
def nothing_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a serial port, or anything below /dev, fails the test."""

    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError(f"something was opened: {arguments}")

    def guarded(real):
        def opened(file, *arguments, **options):
            if not isinstance(file, int) and os.fspath(file).startswith("/dev/"):
                refuse(file)
            return real(file, *arguments, **options)

        return opened

    monkeypatch.setattr(serial, "Serial", refuse)
    monkeypatch.setattr(serial, "serial_for_url", refuse)
    monkeypatch.setattr(os, "open", guarded(os.open))
    monkeypatch.setattr(builtins, "open", guarded(builtins.open))


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_listing_opens_nothing(nothing_opens: None, flags: tuple[str, ...]) -> None:
    assert CliRunner().invoke(stimctl, ["devices", *flags]).exit_code == 0


def test_made_up_ports_are_told_without_opening_any(nothing_opens: None) -> None:
    assert table_lines(ALL)
    assert hint_lines(ALL, [])
    assert [listed_json(port) for port in ALL]


def test_the_guard_against_opening_would_notice(nothing_opens: None) -> None:
    with pytest.raises(AssertionError, match="something was opened"):
        os.open("/dev/null", os.O_RDONLY)
    with pytest.raises(AssertionError, match="something was opened"):
        serial.Serial("/dev/ttyUSB0")


@pytest.mark.parametrize("found", [ALL, [MAC], [BARE], [NANO], [FTDI, MAC]])
def test_the_table_is_within_80_columns(found: list[Port]) -> None:
    assert max(map(len, table_lines(found))) <= 80


def test_what_is_said_below_the_table_is_within_80_columns() -> None:
    assert max(map(len, hint_lines([*ALL, MAC], [NANO.path, MAC.path]))) <= 80


def test_a_row_has_path_ids_serial_number_guess_and_name() -> None:
    header, nano, ftdi, teensy, bare = table_lines(ALL)
    assert header.split() == ["port", "USB", "id", "serial", "perhaps", "called"]
    assert nano.split() == ["/dev/ttyUSB0", "1a86:7523", "-", "openemsstim?", "USB", "Serial"]
    assert ftdi.startswith("/dev/ttyUSB1  0403:6001  A50285BI-...  openemsstim?  FT232R")
    assert "stimjim?" in teensy
    assert bare.split() == ["/dev/ttyS0", "-", "-", "-", "-"]


def test_a_guess_is_said_to_be_one_with_its_reason_and_how_to_make_sure() -> None:
    said = "\n".join(hint_lines(ALL, []))
    assert "guess by the USB chip alone" in said
    assert "nothing was opened" in said
    assert "stimctl devices identify openemsstim@/dev/ttyUSB0\n      openemsstim (possible): a CH340" in said
    assert "stimctl devices identify /dev/ttyUSB0\n      stimlink (possible)" in said


def test_a_family_that_is_not_driven_is_said_to_be_so() -> None:
    said = "\n".join(hint_lines([TEENSY], []))
    assert "/dev/ttyACM0 may be of a family that stimctl does not drive\n      stimjim (unverified)" in said
    assert "identify stimjim" not in said


def test_where_nothing_is_guessed_the_port_can_be_asked_all_the_same() -> None:
    said = "\n".join(hint_lines([BARE], []))
    assert "stimctl devices identify /dev/ttyS0" in said
    assert "--device /dev/ttyS0" in said


def test_a_port_that_may_not_be_opened_leads_to_the_doctor() -> None:
    assert "/dev/ttyUSB0 may not be opened by you; see stimctl doctor" in hint_lines([NANO], [NANO.path])


@pytest.mark.parametrize("family", ["stimlink", "openemsstim"])
def test_what_is_to_be_typed_is_a_device_url_of_that_family(family: str) -> None:
    url = parse_device_url(url_of(NANO, family))
    assert (url.family, url.target) == (family, "/dev/ttyUSB0")


def test_control_characters_in_a_name_do_not_reach_the_terminal() -> None:
    sly = Port(path="/dev/ttyUSB0", description="a\x1b[2Jb", serial_number="\x07", vendor_id=1, product_id=2)
    assert "\x1b" not in "".join([*table_lines([sly]), json.dumps(listed_json(sly), ensure_ascii=False)])


def test_as_json_a_guess_has_its_worth_and_its_url() -> None:
    told = listed_json(NANO)
    assert (told["usb_id"], told["device"], told["serial_number"]) == ("1a86:7523", "/dev/ttyUSB0", None)
    first = told["guesses"][0]  # type: ignore[index]
    assert (first["family"], first["sure"], first["driven"]) == ("openemsstim", "possible", True)
    assert first["device"] == "openemsstim@/dev/ttyUSB0"
    assert listed_json(TEENSY)["guesses"][0]["device"] is None  # type: ignore[index]


def test_as_json_the_list_carries_a_version() -> None:
    found = json.loads(CliRunner().invoke(stimctl, ["devices", "--json"]).stdout)
    assert found["version"] == 1
    assert isinstance(found["ports"], list)


def test_without_a_port_it_says_what_to_do_next() -> None:
    """In a process whose pyserial finds none."""
    ask = (
        "import serial.tools.list_ports as listing; listing.comports = lambda: []\n"
        "from stimctl.cli.main import stimctl; stimctl(['devices'])"
    )
    done = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "no serial port found\n")
    assert all(words in done.stderr for words in ("stimctl doctor", "sim://stimlink"))


# -- which unit is asked


@pytest.mark.parametrize(
    ("device", "family", "url"),
    [
        ("/dev/ttyUSB0", None, "/dev/ttyUSB0"),
        ("/dev/ttyUSB0", "stimlink", "/dev/ttyUSB0"),
        ("/dev/ttyUSB0", "openemsstim", "openemsstim@/dev/ttyUSB0"),
        ("openemsstim@/dev/ttyUSB0", "openemsstim", "openemsstim@/dev/ttyUSB0"),
        ("sim://stimlink", "stimlink", "sim://stimlink"),
    ],
)
def test_a_family_may_be_named_apart(device: str, family: str | None, url: str) -> None:
    assert url_for(device, family) == url


@pytest.mark.parametrize("device", ["stimlink@/dev/ttyUSB0", "sim://stimlink?seed=2"])
def test_two_families_at_once_are_refused(device: str) -> None:
    with pytest.raises(ConfigError, match="leave one of them out"):
        url_for(device, "openemsstim")


# -- asking it


def told(family: str) -> Unit:
    """A unit of this family, as an engine would tell of it."""
    can = NOMINAL[family]
    return Unit(
        family=can.family,
        serial_number=can.serial_number,
        firmware=can.firmware,
        simulated=False,
        channels=can.channels,
        release_ms=can.release_ms,
        stop_bytes="",
        port="/dev/ttyUSB0",
        capabilities=can,
    )


def identified(home: Path, *arguments: str, **how: object) -> subprocess.CompletedProcess[str]:
    """`stimctl devices identify` to its end, in a process of its own."""
    environment = {**os.environ, "STIMCTL_HOME": str(home)}
    command = [PYTHON, "-m", "stimctl", "devices", "identify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=False)


@pytest.fixture
def unit(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as unit:
        yield unit


def test_a_simulated_unit_says_what_it_is(home: Path) -> None:
    done = identified(home, "sim://stimlink?seed=7")
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("family               stimlink", "firmware             0.1", "500 ms after the last", "up to 100 mA"):
        assert words in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_unit_at_a_port_says_what_it_is_and_nothing_flows(unit: Served, home: Path) -> None:
    done = identified(home, str(unit.port), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["version"], told["exit_code"], told["zero_confirmed"]) == (0, 1, 0, True)
    assert (told["unit"]["family"], told["unit"]["channels"], told["unit"]["release_ms"]) == ("stimlink", 2, 500)
    assert told["unit"]["capabilities"]["amplitude_ua"] == 100_000
    assert "stop_bytes" not in told["unit"]
    assert [record for record in unit.records()[1:] if record.get("amplitude_ua")] == []


def test_a_unit_is_stopped_and_never_armed(unit: Served, home: Path) -> None:
    assert identified(home, str(unit.port)).returncode == 0
    (path,) = (home / "data" / "sessions").rglob("*.jsonl")
    events = [json.loads(line).get("event") for line in path.read_text(encoding="utf-8").splitlines()]
    assert [event for event in events if event in ("armed", "started", "session")] == []
    assert [event for event in events if event in ("unit", "stopped", "zero", "ended")] == [
        "unit",
        "stopped",
        "zero",
        "ended",
    ]


def test_the_port_is_free_again_at_once(unit: Served, home: Path) -> None:
    assert [identified(home, str(unit.port)).returncode for _ in range(2)] == [0, 0]


def test_a_port_that_is_not_there_is_exit_3_and_says_where_to_look(home: Path, tmp_path: Path) -> None:
    done = identified(home, str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (3, "")
    assert all(words in done.stderr for words in ("there is no", "stimctl devices", "stimctl doctor"))


def test_a_silent_unit_is_exit_3_and_so_it_is_as_json(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, faults='[[fault]]\nkind = "drop"\nat_s = 0\n') as silent:
        done = identified(home, str(silent.port), "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], told["unit"]) == (3, 3, None)
    assert "nothing answered" in told["reason"]
    assert "no answer yet, 2 s" in done.stderr
    assert "--family openemsstim" in done.stderr


def test_a_unit_that_does_not_say_that_it_is_simulated_is_a_real_one(home: Path, tmp_path: Path) -> None:
    with served(tmp_path, simulated=False) as unit:
        done = identified(home, str(unit.port))
    assert (done.returncode, "a real unit" in done.stdout) == (0, True)


@pytest.mark.parametrize(
    ("code", "confirmed", "found", "reason"),
    [
        (ExitCode.STOPPED, True, True, (0, "identified")),
        (ExitCode.DEVICE, False, True, (3, TAKE_PADS_OFF)),
        (ExitCode.DEVICE, True, True, (3, "why")),
        (ExitCode.INTERRUPT, True, True, (130, "why")),
        (ExitCode.STOPPED, False, False, (4, "why")),
        (ExitCode.REFUSED, False, False, (5, "why")),
    ],
)
def test_only_a_unit_that_said_what_it_is_and_confirmed_its_zero_is_identified(
    code: ExitCode, confirmed: bool, found: bool, reason: tuple[int, str]
) -> None:
    ended = Ended(exit_code=int(code), reason="why", zero_confirmed=confirmed, peak={}, journal="")
    asked = Asked(device="/dev/ttyUSB0", unit=told("stimlink") if found else None, link=None, ended=ended)
    assert (asked.exit_code, asked.reason) == reason


def test_a_url_that_means_nothing_is_exit_2_before_anything_is_opened(home: Path) -> None:
    done = identified(home, "tens@/dev/ttyUSB0")
    assert (done.returncode, "tens" in done.stderr) == (2, True)
    assert not (home / "data").exists()


def test_while_a_session_runs_the_port_is_busy_and_another_is_refused(unit: Served, home: Path) -> None:
    with front(home, "--device", str(unit.port), program="surface-stroke") as running:
        running.until("started")
        wait_until(unit.flowing)
        same, other = identified(home, str(unit.port)), identified(home, "sim://stimlink")
        # a machine that stalls may have paused it; whoever touched its line would have ended it
        events = {line.get("event") for line in running.journal()}
        assert unit.flowing() or "user" in events
        assert not events & {"fault", "stopped", "ended"}
    assert (same.returncode, "in use by another stimctl session" in same.stderr) == (3, True)
    assert "--family" not in same.stderr
    assert (other.returncode, "one person gets one at a time" in other.stderr) == (5, True)


def test_ctrl_c_while_a_board_boots_is_130_and_it_was_told_that_it_boots(home: Path, tmp_path: Path) -> None:
    port = tmp_path / "board"
    with _board(port):
        environment = {**os.environ, "STIMCTL_HOME": str(home)}
        command = [PYTHON, "-m", "stimctl", "devices", "identify", f"openemsstim@{port}"]
        asking = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        assert asking.stderr is not None
        first = asking.stderr.readline()
        asking.send_signal(signal.SIGINT)
        said, talk = asking.communicate(timeout=20)
    assert "boots: " in first
    assert " of about 12" in first
    assert (asking.returncode, said, "stopped by Ctrl-C" in talk) == (130, "", True)


@pytest.mark.parametrize("from_us", [100_000, 11_000_000, 12_000_000])
def test_a_board_that_is_asked_in_the_wrong_language_switches_nothing_on(from_us: int) -> None:
    """An openEMSstim board takes single characters for commands; what a stimlink unit is asked by has none of them.

    While it boots, at its end, and after it; what comes too early is kept and carried out.
    """
    driver, writes = StimlinkDriver(), []
    driver.identify(0)
    for at_us in range(0, 3_500_000, 10_000):
        driver.advance(at_us * 1_000)
        data = driver.drain()
        if data:
            writes.append((from_us + at_us, data))
    assert len(writes) > 20
    played = play(Script("asked", tuple(writes), from_us + 15_000_000, pot_absent=False))
    assert {kind for _, kind, _ in played} == {"uart_tx", "led13", "wiper1", "wiper3"}
    assert {value for _, kind, value in played if kind.startswith("wiper")} == {255}


@contextmanager
def _board(port: Path) -> Iterator[None]:
    """A simulated openEMSstim board at a pty; opening it makes it boot."""
    command = [PYTHON, "-m", "simulator", "openemsstim", "--pty", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("ready openemsstim")
        yield
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def test_what_a_unit_in_levels_can_do_is_not_said_in_milliamperes() -> None:
    said = "\n".join(unit_lines(told("openemsstim"), None))
    assert "levels 1 to 100" in said
    assert " mA" not in said
