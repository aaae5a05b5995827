"""The demonstration as somebody new sees it: a made-up course, marked as such, and nothing of it is kept."""

import os
import subprocess
from pathlib import Path

from processes import PYTHON
from tui_terminal import TuiTerminal

ROOT = Path(__file__).parents[2]


def test_at_a_terminal_there_is_a_made_up_course_and_nothing_of_it_stays(tmp_path: Path) -> None:
    screen = TuiTerminal(tmp_path, program=("-m", "stimctl", "demo"))
    try:
        screen.until("SIMULATED")
        screen.type("\x1b[17~")
        screen.until("Anna Example")
        screen.type("\x1b[B")
        screen.until("(made up)")
        screen.until("5 of")
        screen.type("\x11")
        assert screen.process.wait(20) == 0
    finally:
        screen.close()
    assert list(tmp_path.rglob("people/*")) == []


def test_where_there_is_no_browser_the_picture_of_the_report_is_skipped_with_its_reason() -> None:
    script = ROOT / "tests" / "support" / "report_shots.py"
    ran = subprocess.run(
        [PYTHON, str(script)], env={**os.environ, "PATH": "/nowhere"}, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout.startswith("skipped: none of chromium")) == (0, True), ran.stderr
