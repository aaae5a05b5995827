"""The report of the made-up course as a picture and on paper, by a browser without a window. Run as a program.

The journals are real ones of the virtual world, of the programs as the course doses them. Where there is no Chromium it
says so and makes nothing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from journals import header
from world import World

from stimctl.care.made_up import made_up
from stimctl.care.people import People
from stimctl.care.records import Ran
from stimctl.model.thresholds import Thresholds
from stimctl.places import data_dir
from stimctl.program.dosing import dosed
from stimctl.program.loader import load
from stimctl.report.of_person import write_report

HERE = Path(__file__).parent.parent.parent / "docs" / "screens"
NOW = datetime(2026, 3, 16, 17, 30, tzinfo=UTC)
RANGE = Thresholds(sensory_ua=6_000, comfort_ua=16_500, at_phase_us=200, at_period_us=12_500)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
WIDE, HIGH = 900, 2_300


def main(arguments: list[str]) -> int:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        print(f"skipped: none of {', '.join(BROWSERS)} is installed; nothing else makes a picture of a page")
        return 0
    with tempfile.TemporaryDirectory() as directory:
        os.environ |= {"STIMCTL_HOME": directory, "TZ": "UTC"}
        time.tzset()
        page = a_report(Path(directory))
        paper = Path(arguments[0]) if arguments else Path(directory)
        HERE.mkdir(exist_ok=True)
        shot = HERE / "report.png"
        made = [
            by(browser, page, f"--screenshot={shot}", "--hide-scrollbars", f"--window-size={WIDE},{HIGH}"),
            by(browser, page, f"--print-to-pdf={paper / 'report.pdf'}", "--no-pdf-header-footer"),
        ]
        for path in (shot, paper / "report.pdf"):
            print(f"{path.name}: {path.stat().st_size if path.exists() else 0} bytes")
        return max(made)


def a_report(directory: Path) -> Path:
    """Its file."""
    people = People()
    anna = made_up(people, NOW)
    for ran in anna.records:
        if isinstance(ran, Ran):
            began = datetime.fromisoformat(ran.at) - timedelta(seconds=8)
            path = data_dir() / "sessions" / ran.on / f"{began:%H%M%S}-{ran.session}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(a_journal(ran, began))
    return write_report(people, anna, NOW, directory / "report.html")


def a_journal(ran: Ran, began: datetime) -> bytes:
    """Of this session as the course doses it, run to its end."""
    plan = dosed(load(ran.program).plan, minutes=ran.minutes)
    world = World(plan, thresholds=RANGE).started().run_for(ran.minutes * 60 + 30)
    started = began.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return header(id=ran.session, started=started) + "".join(world.session.journal).encode()


def by(browser: str, page: Path, *what: str) -> int:
    # a browser's own sandbox is not to be had for root
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [browser, "--headless", "--disable-gpu", *root, *what, page.as_uri()]
    return subprocess.run(command, stderr=subprocess.DEVNULL, timeout=120, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
