"""STOP key to zero on the skin, through a real pty and a real serial line, with a UI that is busy half of the time.

From six places, so many presses each; Esc apart, because a terminal's other keys begin with it and it is read 100 ms
late. By the simulated unit's clock; its own lateness is said.
"""

import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from processes import served, wait_until
from tui_terminal import CTRL_C, CTRL_P, ESC, F12, SPACE, TuiTerminal, click, started

PRESSES, SEED = 200, 1
BUSY = (str(Path(__file__).parent.parent / "tests" / "support" / "busy_tui.py"),)
PLACES = {
    "session": ("", ""),
    "note bar": ("n", "pleasant"),
    "log": ("l", "Log of this session"),
    "palette": (CTRL_P, "Search for commands"),
    "history": ("\x1b[15~", "Read again"),
    "unit": ("\x1bOS", "family"),
}
KEYS = {"Space": SPACE, "F12": F12, "Ctrl+C": CTRL_C, "click": click(40, 1), "Esc": ESC}


def one(directory: Path, place: str, key: str, dice: random.Random) -> tuple[float, float]:
    """Milliseconds from the key to zero on the skin, and the unit's own worst lateness."""
    with served(directory) as unit:
        terminal = TuiTerminal(directory / "home", "surface-stroke", "--device", str(unit.port), program=BUSY)
        try:
            started(terminal)
            wait_until(unit.flowing)
            opens, shows = PLACES[place]
            if opens:
                since = len(terminal.seen)
                terminal.type(opens)
                terminal.until(shows, since=since)
            time.sleep(dice.uniform(0, 1))
            pressed_ns = time.monotonic_ns()
            terminal.type(KEYS[key])
            wait_until(lambda: not unit.flowing())
            after_ms = (unit.off_ns() - pressed_ns) / 1e6
        finally:
            terminal.close()
    return after_ms, unit.worst_late_ns() / 1e6


def main(presses: int = PRESSES) -> None:
    dice = random.Random(SEED)
    found: dict[str, list[float]] = {}
    late = 0.0
    for number in range(presses):
        place, key = list(PLACES)[number % len(PLACES)], list(KEYS)[number % len(KEYS)]
        with tempfile.TemporaryDirectory() as directory:
            after_ms, late_ms = one(Path(directory), place, key, dice)
        found.setdefault(key, []).append(after_ms)
        late = max(late, late_ms)
    others = sorted(ms for key, values in found.items() if key != "Esc" for ms in values)
    for name, values in (("Space, F12, Ctrl+C, click", others), ("Esc", sorted(found["Esc"]))):
        at_99 = values[min(len(values) - 1, len(values) * 99 // 100)]
        print(f"{name}: {len(values)} presses, p50 {median(values):.1f} ms, p99 {at_99:.1f}, max {values[-1]:.1f}")
    print(f"by key, p50: {', '.join(f'{key} {median(values):.1f} ms' for key, values in found.items())}")
    print(f"the simulated unit was at most {late:.1f} ms late")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PRESSES)
