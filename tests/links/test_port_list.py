"""The list of ports, of made-up ones: order, ids, and which of Linux's many are none; and what their ids suggest."""

from pathlib import Path

import pytest
from serial.tools.list_ports_common import ListPortInfo

from stimctl.links.ports import Port, may_open, ports
from stimctl.links.usb_guess import Sure, guesses


def listed(device: str, description: str | None = "n/a", vendor: int | None = None, product: int | None = None):
    one = ListPortInfo(device, skip_link_detection=True)
    one.description, one.vid, one.pid = description, vendor, product
    return one


def kind_of(sys: Path, name: str, kind: str) -> None:
    entry = sys / "class" / "tty" / name
    entry.mkdir(parents=True)
    (entry / "type").write_text(f"{kind}\n")


@pytest.mark.parametrize("trips", [1, 9])
def test_a_cable_that_is_pulled_while_ports_are_listed_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trips: int
) -> None:
    looks = []

    def comports() -> list[ListPortInfo]:
        looks.append(1)
        if len(looks) <= trips:
            # as pyserial does where an id is gone between two reads
            int(None, 16)  # type: ignore[call-overload]
        return [listed("/dev/ttyUSB0", "FT232R USB UART")]

    monkeypatch.setattr("stimctl.links.ports.comports", comports)
    assert len(ports(sys=tmp_path)) == (1 if trips == 1 else 0)


def test_a_port_has_its_ids_and_its_texts(tmp_path: Path) -> None:
    one = listed("/dev/ttyUSB0", "FT232R USB UART", 0x0403, 0x6001)
    one.serial_number, one.manufacturer = "A50285BI", "FTDI"
    (port,) = ports([one], tmp_path)
    assert port == Port(
        path="/dev/ttyUSB0",
        description="FT232R USB UART",
        vendor_id=0x0403,
        product_id=0x6001,
        serial_number="A50285BI",
        manufacturer="FTDI",
    )
    assert port.usb_id == "0403:6001"


@pytest.mark.parametrize("description", ["n/a", None])
def test_what_the_system_does_not_say_is_empty(tmp_path: Path, description: str | None) -> None:
    (port,) = ports([listed("/dev/ttyS0", description)], tmp_path)
    assert (port.description, port.serial_number, port.manufacturer, port.usb_id) == ("", "", "", "")


def test_ports_with_a_device_come_first_and_numbers_are_numbers(tmp_path: Path) -> None:
    found = [
        listed("/dev/ttyS0"),
        listed("/dev/ttyUSB10", "a"),
        listed("/dev/ttyUSB9", "z"),
        listed("/dev/ttyACM0", "b"),
    ]
    paths = [port.path for port in ports(found, tmp_path)]
    assert paths == ["/dev/ttyACM0", "/dev/ttyUSB9", "/dev/ttyUSB10", "/dev/ttyS0"]


def test_a_place_for_a_uart_without_one_is_no_port(tmp_path: Path) -> None:
    kind_of(tmp_path, "ttyS0", "4")
    kind_of(tmp_path, "ttyS1", "0")
    assert [port.path for port in ports([listed("/dev/ttyS0"), listed("/dev/ttyS1")], tmp_path)] == ["/dev/ttyS0"]


def test_where_the_kind_may_not_be_read_the_place_tells(tmp_path: Path) -> None:
    for name, place in (("ttyS0", "pnp0/00:00/00:00:0/00:00:0.0"), ("ttyS1", "platform/serial8250/serial8250:0.1")):
        (tmp_path / "devices" / place).mkdir(parents=True)
        (tmp_path / "class" / "tty" / name).mkdir(parents=True)
        (tmp_path / "class" / "tty" / name / "device").symlink_to(tmp_path / "devices" / place)
    assert [port.path for port in ports([listed("/dev/ttyS0"), listed("/dev/ttyS1")], tmp_path)] == ["/dev/ttyS0"]


def test_whether_a_port_may_be_opened_is_asked_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("")
    assert may_open(str(tmp_path / "port"))
    assert not may_open(str(tmp_path / "none"))


# -- guesses


@pytest.mark.parametrize("ids", [(0x0403, 0x6001), (0x1A86, 0x7523)])
def test_the_chip_of_an_arduino_nano_may_be_either_family_and_is_never_more_than_possible(ids: tuple[int, int]) -> None:
    found = [guess for guess in guesses(*ids) if guess.sure is Sure.POSSIBLE]
    assert [guess.family for guess in found] == ["openemsstim", "stimlink"]


@pytest.mark.parametrize(
    ("ids", "family"),
    [
        ((0x0403, 0x6010), "rehastim2"),
        ((0x2341, 0x003E), "pulsepal"),
        ((0x16C0, 0x0483), "stimjim"),
        ((0x0483, 0x5740), "sciencemode4"),
    ],
)
def test_what_only_papers_say_is_unverified(ids: tuple[int, int], family: str) -> None:
    (guess,) = guesses(*ids)
    assert (guess.family, guess.sure) == (family, Sure.UNVERIFIED)


@pytest.mark.parametrize("ids", [(None, None), (0x046D, 0xC077), (0x1A86, 0x55D4)])
def test_other_ids_suggest_nothing(ids: tuple[int | None, int | None]) -> None:
    assert guesses(*ids) == ()
