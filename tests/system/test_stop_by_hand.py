"""The stop of a unit whose engine is gone, on a real pty."""

import os
import pty
import tty
from pathlib import Path

from processes import served

from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine.messages import Unit
from stimctl.engine.stop_by_hand import stop_by_hand


def unit_at(port: str) -> Unit:
    return Unit(
        family="stimlink",
        serial_number="1",
        firmware="0.1",
        simulated=True,
        channels=2,
        release_ms=500,
        stop_bytes=StimlinkDriver.stop_bytes.hex(),
        port=port,
    )


def test_a_unit_that_answers_is_confirmed_without_a_warning(tmp_path: Path) -> None:
    warned: list[str] = []
    with served(tmp_path) as unit:
        assert stop_by_hand(unit_at(str(unit.port)), warned.append)
    assert warned == []


def test_a_unit_that_does_not_answer_is_warned_of_once_and_stopped_again_and_again() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    warned: list[str] = []
    assert not stop_by_hand(unit_at(os.ttyname(slave)), warned.append)
    assert ["pads off" in words for words in warned] == [True]
    assert os.read(master, 4096).count(StimlinkDriver.stop_bytes) > 8
    os.close(slave)
    os.close(master)


def test_a_port_that_is_gone_is_warned_of(tmp_path: Path) -> None:
    warned: list[str] = []
    assert not stop_by_hand(unit_at(str(tmp_path / "nothing")), warned.append)
    assert ["pads off" in words for words in warned] == [True]
