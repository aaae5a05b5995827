"""Which port is that of a unit whose cable was pulled: by serial number, never by guessing between two."""

from pathlib import Path

import pytest

from stimctl.links.found_again import KnownPort, found_again, known
from stimctl.links.ports import Port


def port(path: str, serial_number: str = "", vendor_id: int | None = 0x1A86, product_id: int | None = 0x7523) -> Port:
    return Port(path=path, vendor_id=vendor_id, product_id=product_id, serial_number=serial_number)


WITH = KnownPort(path="/dev/ttyUSB0", port=port("/dev/ttyUSB0", "A1"))
WITHOUT = KnownPort(path="/dev/ttyUSB0", port=port("/dev/ttyUSB0"))


@pytest.mark.parametrize(
    ("was", "listed", "found"),
    [
        (WITH, [port("/dev/ttyUSB0", "A1")], "/dev/ttyUSB0"),
        (WITH, [port("/dev/ttyUSB0", "B2"), port("/dev/ttyUSB1", "A1")], "/dev/ttyUSB1"),
        (WITH, [port("/dev/ttyUSB0", "B2")], None),
        (WITH, [port("/dev/ttyUSB0")], None),
        (WITH, [port("/dev/ttyUSB0", "A1", product_id=0x6001)], None),
        (WITH, [port("/dev/ttyUSB0", "A1"), port("/dev/ttyUSB1", "A1")], None),
        (WITH, [], None),
        (WITHOUT, [port("/dev/ttyUSB0")], "/dev/ttyUSB0"),
        (WITHOUT, [port("/dev/ttyUSB1")], None),
        (WITHOUT, [port("/dev/ttyUSB0", "A1")], None),
        (WITHOUT, [port("/dev/ttyUSB0", product_id=0x6001)], None),
    ],
    ids=[
        "the same",
        "under another name",
        "another serial number",
        "one without",
        "another chip",
        "two that say the same",
        "none",
        "no number, same path",
        "no number, another path",
        "a number where none was",
        "no number, another chip",
    ],
)
def test_it_is_the_same_port_or_none(was: KnownPort, listed: list[Port], found: str | None) -> None:
    assert found_again(was, listed) == found


def test_a_port_is_known_by_what_a_link_to_it_points_at(tmp_path: Path) -> None:
    device, by_id = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.touch()
    by_id.symlink_to(device)
    listed = [port(str(device), "A1")]
    was = known(str(by_id), listed)
    assert was.port == listed[0]
    assert found_again(was, listed) == str(by_id)
    by_id.unlink()
    assert found_again(was, listed) == str(device)


def test_what_the_system_does_not_list_is_known_by_its_path(tmp_path: Path) -> None:
    pty = tmp_path / "unit"
    pty.touch()
    was = known(str(pty), [port("/dev/ttyUSB0", "A1")])
    assert was == KnownPort(path=str(pty), port=None)
    assert found_again(was, []) == str(pty)
    pty.unlink()
    assert found_again(was, []) is None
