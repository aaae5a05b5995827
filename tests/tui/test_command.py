"""Opening the screen as a command: whatever becomes of it, what runs is closed and waited for."""

import pytest
from tui_bench import Lines

from stimctl.errors import ConfigError
from stimctl.tui import command
from stimctl.tui.app import StimApp
from stimctl.tui.choices import SIMULATED_UNIT


def test_a_screen_that_breaks_closes_what_runs_on_its_way_out(monkeypatch, tmp_path):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    lines = Lines()

    class Breaks(StimApp):
        def run(self, *arguments: object, **more: object) -> int:
            self.control.connect(SIMULATED_UNIT)
            raise RuntimeError("broken")

    monkeypatch.setattr(command, "StimApp", Breaks)
    monkeypatch.setattr(command, "EngineLine", lambda *of, allow_network: lines.open(*of))
    with pytest.raises(RuntimeError, match="broken"):
        command.open_tui("demo")
    assert [line.closed for line in lines] == [True]


@pytest.mark.parametrize("device", ["tcp://127.0.0.1:4000", "sim://foo", "nonsense://x"])
def test_a_device_that_cannot_be_meant_is_said_before_the_screen_opens(device, monkeypatch, tmp_path):
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path))
    monkeypatch.setattr(command, "StimApp", None)
    with pytest.raises(ConfigError):
        command.open_tui("demo", device)
