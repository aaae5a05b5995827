"""The cable of a session on the screen is pulled and put back, with real processes at real ptys."""

import time
from pathlib import Path

from processes import served, wait_until
from tui_terminal import TuiTerminal, started, started_again

from stimctl.clock import SECOND


def test_a_unit_whose_cable_was_pulled_is_found_again_and_waits_at_zero(tmp_path: Path) -> None:
    with served(tmp_path) as unit:
        terminal = TuiTerminal(tmp_path / "home", "surface-stroke", "--device", str(unit.port))
        try:
            started(terminal)
            wait_until(unit.flowing)
            unit.close()
            terminal.until("The cable is out")
            assert "NOT AT ZERO" in terminal.seen
            with served(tmp_path) as again:
                since = terminal.until("The cable is back")
                terminal.until("OFF", since=since)
                back_ns = time.monotonic_ns()
                # armed and started it would flow after a second; it waits for a person
                wait_until(lambda: time.monotonic_ns() - back_ns > 3 * SECOND)
                assert not any(record.get("amplitude_ua") for record in again.records())
                terminal.type("\r")
                terminal.until("a arms the unit", since=since)
                started_again(terminal)
                wait_until(again.flowing)
        finally:
            terminal.close()
