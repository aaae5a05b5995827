"""What the doctor says of serial ports and of who else takes them, in made-up systems: as it should be, and not."""

import json
import os
from pathlib import Path

import pytest

from stimctl.doctor.account import Account
from stimctl.doctor.finding import Finding, Status
from stimctl.doctor.rivals import braille, modem_manager, open_elsewhere
from stimctl.doctor.serial_ports import adapters, latency, permission, seen
from stimctl.doctor.sessions import sessions
from stimctl.links.ports import Port

CH340 = Port(path="/dev/ttyUSB0", description="USB Serial", vendor_id=0x1A86, product_id=0x7523)
FTDI = Port(path="/dev/ttyUSB1", description="FT232R", vendor_id=0x0403, product_id=0x6001, serial_number="A5")
BARE = Port(path="/dev/ttyS0")
OWN_PID = 4242


class Tree:
    """A system made of files, below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def process(self, pid: int, name: str, *arguments: str, state: str = "S") -> None:
        self.write(f"proc/{pid}/comm", f"{name}\n")
        self.write(f"proc/{pid}/cmdline", "".join(f"{one}\0" for one in arguments))
        self.write(f"proc/{pid}/stat", f"{pid} ({name} (x) y) {state} 1 1 1\n")
        (self.root / f"proc/{pid}/fd").mkdir()

    def opened(self, pid: int, path: str) -> None:
        (self.root / f"proc/{pid}/fd/7").symlink_to(path)

    def usb(self, name: str, vendor: str, product: str, port: str = "") -> None:
        self.write(f"sys/bus/usb/devices/{name}/idVendor", f"{vendor}\n")
        self.write(f"sys/bus/usb/devices/{name}/idProduct", f"{product}\n")
        (self.root / f"sys/bus/usb/devices/{name}/{name}:1.0" / port).mkdir(parents=True)

    def noted_by_udev(self, port: str, number: str, *notes: str) -> None:
        self.write(f"sys/class/tty/{port}/dev", f"{number}\n")
        self.write(f"run/udev/data/c{number}", "".join(f"{note}\n" for note in ("I:12345", "E:ID_BUS=usb", *notes)))


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "proc").mkdir()
    return Tree(tmp_path)


def says(finding: Finding, status: Status, *words: str) -> None:
    """It has this status, and says these words somewhere; whoever is warned is told what to do."""
    assert finding.status is status, finding
    said = " ".join([finding.found, finding.advice, *finding.commands])
    assert [word for word in words if word not in said] == [], finding
    assert status in (Status.OK, Status.NOT_APPLICABLE) or finding.advice


def user(*held: str, listed: tuple[str, ...] = (), root: bool = False) -> Account:
    known = frozenset({"dialout", "users"})
    return Account(name="ada", root=root, held=frozenset(held), listed=frozenset({*held, *listed}), known=known)


# -- ports


def test_a_port_on_usb_is_named_with_its_ids() -> None:
    says(seen([CH340, BARE]), Status.OK, "/dev/ttyUSB0 (1a86:7523)", "/dev/ttyS0")


def test_the_computers_own_ports_alone_are_a_warning_with_a_way_on() -> None:
    says(seen([BARE]), Status.WARN, "none on USB", "/dev/ttyS0", "sim://stimlink")


def test_no_port_at_all_is_a_warning_with_a_way_on() -> None:
    says(seen([]), Status.WARN, "none", "sim://stimlink")


def test_ports_that_may_be_opened_are_well() -> None:
    says(permission({"/dev/ttyUSB0": True}, {"/dev/ttyUSB0": "dialout"}, user()), Status.OK, "/dev/ttyUSB0")


def test_a_port_that_may_not_be_opened_is_a_problem_with_the_group_to_join() -> None:
    found = permission({"/dev/ttyUSB0": False}, {"/dev/ttyUSB0": "uucp"}, user("users"))
    says(found, Status.PROBLEM, "/dev/ttyUSB0", 'sudo usermod -aG uucp "$USER"')


def test_a_group_joined_since_the_login_needs_a_new_one() -> None:
    found = permission({"/dev/ttyUSB0": False}, {"/dev/ttyUSB0": "dialout"}, user("users", listed=("dialout",)))
    says(found, Status.PROBLEM, "log out")
    assert found.commands == ()


@pytest.mark.parametrize("owner", ["root", ""])
def test_a_port_that_no_group_may_open_needs_a_rule(owner: str) -> None:
    says(permission({"/dev/ttyUSB0": False}, {"/dev/ttyUSB0": owner}, user()), Status.PROBLEM, "udev rule")


def test_without_a_port_who_is_in_the_group_is_well() -> None:
    says(permission({}, {}, user("dialout")), Status.OK, "dialout")


def test_without_a_port_root_is_well() -> None:
    says(permission({}, {}, user(root=True)), Status.OK, "root")


def test_without_a_port_who_is_not_in_the_group_is_warned_before_it_matters() -> None:
    says(permission({}, {}, user("users")), Status.WARN, "dialout", "usermod")


def test_without_a_port_a_group_from_the_next_login_on_is_said() -> None:
    says(permission({}, {}, user("users", listed=("dialout",))), Status.WARN, "next login")


def test_without_a_port_and_without_such_a_group_there_is_nothing_to_say() -> None:
    nobody = Account(name="ada", root=False, held=frozenset(), listed=frozenset(), known=frozenset())
    says(permission({}, {}, nobody), Status.NOT_APPLICABLE)


# -- adapters and their latency


@pytest.mark.parametrize("port", ["ttyUSB0", "tty/ttyACM0"])
def test_an_adapter_with_its_port_is_well(tree: Tree, port: str) -> None:
    tree.usb("1-2", "1a86", "7523", port)
    says(adapters(tree.root), Status.OK)


def test_an_adapter_that_is_plugged_in_and_has_no_port_is_a_problem(tree: Tree) -> None:
    tree.usb("1-2", "1a86", "7523")
    tree.usb("1-3.1", "0403", "6001", "ttyUSB0")
    says(adapters(tree.root), Status.PROBLEM, "CH340 (1a86:7523)", "brltty", "dmesg")


def test_a_mouse_is_no_adapter(tree: Tree) -> None:
    tree.usb("1-2", "046d", "c077")
    says(adapters(tree.root), Status.NOT_APPLICABLE)


def test_a_latency_of_1_ms_is_well(tree: Tree) -> None:
    tree.write("sys/bus/usb-serial/devices/ttyUSB0/latency_timer", "1\n")
    says(latency(tree.root), Status.OK, "ttyUSB0: 1 ms")


@pytest.mark.parametrize("text", ["16\n", "2\n", "what\n"])
def test_a_longer_latency_is_a_warning_that_says_how_to_set_it(tree: Tree, text: str) -> None:
    tree.write("sys/bus/usb-serial/devices/ttyUSB0/latency_timer", "1\n")
    tree.write("sys/bus/usb-serial/devices/ttyUSB3/latency_timer", text)
    found = latency(tree.root)
    says(found, Status.WARN, "ttyUSB3", 'ATTR{latency_timer}="1"')
    assert found.commands[0] == "echo 1 | sudo tee /sys/bus/usb-serial/devices/ttyUSB3/latency_timer"


def test_without_an_ftdi_chip_there_is_no_latency_to_look_at(tree: Tree) -> None:
    says(latency(tree.root), Status.NOT_APPLICABLE)


# -- who else takes ports


def test_no_modem_manager_is_well(tree: Tree) -> None:
    tree.process(300, "bash")
    says(modem_manager(tree.root, [CH340]), Status.OK, "does not run")


def test_a_running_modem_manager_is_a_warning_with_the_rule_for_this_port(tree: Tree) -> None:
    tree.process(300, "ModemManager", "/usr/sbin/ModemManager")
    found = modem_manager(tree.root, [CH340, FTDI, BARE])
    says(found, Status.WARN, "/dev/ttyUSB0", "/dev/ttyUSB1", 'ATTRS{idProduct}=="7523", ENV{ID_MM_DEVICE_IGNORE}="1"')
    assert "ttyS0" not in found.found


@pytest.mark.parametrize("mark", ["E:ID_MM_DEVICE_IGNORE=1", "E:ID_MM_PORT_IGNORE=1"])
def test_a_modem_manager_that_is_told_off_is_well(tree: Tree, mark: str) -> None:
    tree.process(300, "ModemManager")
    tree.noted_by_udev("ttyUSB0", "188:0", mark)
    says(modem_manager(tree.root, [CH340]), Status.OK, "leave")


def test_a_modem_manager_told_off_one_port_is_a_warning_for_the_other(tree: Tree) -> None:
    tree.process(300, "ModemManager")
    tree.noted_by_udev("ttyUSB0", "188:0", "E:ID_MM_DEVICE_IGNORE=1")
    tree.noted_by_udev("ttyUSB1", "188:1")
    found = modem_manager(tree.root, [CH340, FTDI])
    says(found, Status.WARN, "/dev/ttyUSB1", "6001")
    assert "7523" not in "".join(found.commands)


def test_a_modem_manager_without_a_port_is_a_warning_to_look_again(tree: Tree) -> None:
    tree.process(300, "ModemManager")
    says(modem_manager(tree.root, [BARE]), Status.WARN, "Plug the unit in")


RULE = 'ENV{PRODUCT}=="1a86/7523/*", ENV{BRLTTY_BRAILLE_DRIVER}="bm", GOTO="brltty_usb_run"\n'
PACKAGED = "usr/lib/udev/rules.d/85-brltty.rules"


def test_no_brltty_is_well(tree: Tree) -> None:
    says(braille(tree.root), Status.OK)


def test_a_rule_of_brltty_for_the_ch340_is_a_warning_with_both_ways_out(tree: Tree) -> None:
    tree.write(PACKAGED, f"# Device: 1A86:7523\n{RULE}")
    says(braille(tree.root), Status.WARN, f"/{PACKAGED}", "sudo apt remove brltty", "/etc/udev/rules.d/85-brltty.rules")


def test_the_rule_commented_out_is_well(tree: Tree) -> None:
    tree.write(PACKAGED, f"# {RULE}")
    says(braille(tree.root), Status.OK)


def test_the_way_out_that_keeps_brltty_is_seen_to_work(tree: Tree) -> None:
    tree.write(PACKAGED, RULE)
    tree.write("etc/udev/rules.d/85-brltty.rules", f"# {RULE}")
    says(braille(tree.root), Status.OK)


def test_brltty_that_runs_without_such_a_rule_is_a_warning(tree: Tree) -> None:
    tree.process(77, "brltty")
    says(braille(tree.root), Status.WARN, "runs")


def test_a_port_that_nobody_has_open_is_well(tree: Tree) -> None:
    tree.process(300, "bash")
    says(open_elsewhere(tree.root, [CH340], OWN_PID), Status.OK)


def test_a_port_that_another_program_has_open_is_a_warning_with_its_name(tree: Tree) -> None:
    tree.process(300, "minicom")
    tree.opened(300, "/dev/ttyUSB0")
    says(open_elsewhere(tree.root, [CH340, FTDI], OWN_PID), Status.WARN, "/dev/ttyUSB0 by minicom (process 300)")


def test_what_this_process_has_open_is_not_another_program(tree: Tree) -> None:
    tree.process(OWN_PID, "stimctl")
    tree.opened(OWN_PID, "/dev/ttyUSB0")
    says(open_elsewhere(tree.root, [CH340], OWN_PID), Status.OK)


def test_a_lock_file_whose_writer_is_gone_is_a_warning_with_the_way_to_be_rid_of_it(tree: Tree) -> None:
    tree.write("var/lock/LCK..ttyUSB0", "       999\n")
    says(open_elsewhere(tree.root, [CH340], OWN_PID), Status.WARN, "sudo rm /var/lock/LCK..ttyUSB0")


def test_a_lock_file_whose_writer_lives_is_not_one_left_behind(tree: Tree) -> None:
    tree.process(999, "minicom")
    tree.write("var/lock/LCK..ttyUSB0", "       999\n")
    says(open_elsewhere(tree.root, [CH340], OWN_PID), Status.OK)


def test_without_a_port_nobody_can_have_one_open(tree: Tree) -> None:
    says(open_elsewhere(tree.root, [], OWN_PID), Status.NOT_APPLICABLE)


# -- sessions and their locks


def engine(run: Path) -> tuple[str, ...]:
    """What an engine is started with."""
    return "python", "-m", "stimctl.engine", json.dumps({"id": "0badcafe", "device": "/dev/ttyUSB0", "run": str(run)})


def test_no_session_is_well(tree: Tree) -> None:
    says(sessions(tree.root, tree.root / "run-of-mine"), Status.OK, "none runs")


def test_lock_files_that_nobody_holds_are_well(tree: Tree) -> None:
    lock = tree.write("mine/port-dev-ttyUSB0.lock", "")
    others = [
        f"1: POSIX  ADVISORY  WRITE 700 08:01:{os.stat(lock).st_ino} 0 EOF",
        "2: FLOCK  ADVISORY  WRITE 700 08:01:0 0 EOF",
    ]
    tree.write("proc/locks", "".join(f"{line}\n" for line in others))
    says(sessions(tree.root, tree.root / "mine"), Status.OK, "no lock is held")


def test_a_session_that_runs_is_a_warning_with_the_way_to_stop_it(tree: Tree) -> None:
    tree.process(555, "python3", *engine(tree.root / "mine"))
    says(sessions(tree.root, tree.root / "mine"), Status.WARN, "/dev/ttyUSB0 (process 555)", "stimctl stop")


def test_a_session_with_another_directory_is_in_nobodys_way(tree: Tree) -> None:
    tree.process(555, "python3", *engine(tree.root / "yours"))
    says(sessions(tree.root, tree.root / "mine"), Status.OK, "none runs")


def test_an_engine_that_is_suspended_is_a_problem_and_the_pads_come_first(tree: Tree) -> None:
    tree.process(555, "python3", *engine(tree.root / "yours"), state="T")
    says(sessions(tree.root, tree.root / "mine"), Status.PROBLEM, "Take the pads off", "kill -KILL 555")


def test_an_engine_with_words_that_nobody_knows_is_one_all_the_same(tree: Tree) -> None:
    tree.process(555, "python3", "python", "-m", "stimctl.engine", "{")
    says(sessions(tree.root, tree.root / "mine"), Status.WARN, "a unit (process 555)")


def test_a_lock_that_is_held_while_no_session_runs_is_a_problem(tree: Tree) -> None:
    lock = tree.write("mine/port-dev-ttyUSB0.lock", "")
    inode = os.stat(lock).st_ino
    waiting = f"2: -> FLOCK  ADVISORY  WRITE 701 08:01:{inode} 0 EOF\n"
    tree.write("proc/locks", f"1: FLOCK  ADVISORY  WRITE 700 08:01:{inode} 0 EOF\n{waiting}")
    says(sessions(tree.root, tree.root / "mine"), Status.PROBLEM, "port-dev-ttyUSB0.lock by process 700", "ps -p 700")


def test_a_socket_left_behind_is_a_warning(tree: Tree) -> None:
    tree.write("mine/0badcafe.sock", "")
    says(sessions(tree.root, tree.root / "mine"), Status.WARN, "stimctl stop")
