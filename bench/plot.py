"""What the live plot takes of a processor: an app with it at ten updates a second against one with only a clock."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from bisect import bisect_right

from textual.app import App, ComposeResult
from textual.widgets import Static

from stimctl.clock import MS
from stimctl.model.limits import PROFILES
from stimctl.model.thresholds import Thresholds
from stimctl.program.compile import compile_plan
from stimctl.program.loader import load
from stimctl.tui.plan_plot import PlanPlot
from stimctl.tui.words import clock

PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
COLUMNS, ROWS = 120, 40
FPS = 10
# Samples of a session come five times a second.
SAMPLES_EACH = 2
# Starting takes a second; what is measured comes after.
SETTLES_S, LASTS_S = 1.0, 5.0
# In the middle of the session, with all that came before on the plot.
FROM_MS = 700_000
KINDS = {
    "clock": "an app with a clock",
    "whole": "with the plot of the whole session",
    "zoomed": "with the last minute, moving along",
    "bursts": "with the last minute of a program of bursts",
}


class Measured(App[None]):
    """Says how much processor time it took, in seconds a second, and ends."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self._at_ms = FROM_MS
        self._ticks = 0
        self._plan: dict[int, list[tuple[int, int]]] = {}

    def compose(self) -> ComposeResult:
        yield Static(id="clock")
        if self._kind != "clock":
            yield PlanPlot()

    def on_mount(self) -> None:
        self.set_interval(1 / FPS, self._tick)
        self.set_timer(SETTLES_S, self._settled)
        if self._kind == "clock":
            return
        plot = self.query_one(PlanPlot)
        self._plan, lasts_ms = planned("burst" if self._kind == "bursts" else "surface-to-deep")
        plot.set_plan(self._plan, lasts_ms, 20_000)
        for at_ms in range(0, FROM_MS, 200):
            self._deliver(plot, at_ms)
        if self._kind != "whole":
            plot.zoom()

    def _tick(self) -> None:
        self._at_ms += 1000 // FPS
        self._ticks += 1
        self.query_one("#clock", Static).update(clock(self._at_ms))
        if self._kind != "clock":
            plot = self.query_one(PlanPlot)
            plot.set_now(self._at_ms)
            if self._ticks % SAMPLES_EACH == 0:
                self._deliver(plot, self._at_ms)

    def _deliver(self, plot: PlanPlot, at_ms: int) -> None:
        for channel, points in self._plan.items():
            # never quite as planned, so that there is something to draw
            plot.add_delivered(channel, at_ms, max(0, planned_ua(points, at_ms) - at_ms // 200 % 5 * 200))

    def _settled(self) -> None:
        self._began_s = time.process_time(), time.monotonic()
        self.set_timer(LASTS_S, self._over)

    def _over(self) -> None:
        took_s, passed_s = time.process_time() - self._began_s[0], time.monotonic() - self._began_s[1]
        self.exit(message=f"\nmeasured {took_s / passed_s:.6f}\n")


def planned(program: str) -> tuple[dict[int, list[tuple[int, int]]], int]:
    """The points of a program by channel (ms, µA), and how long it lasts in ms."""
    plan = load(program).plan
    limits = PROFILES["consumer" if "consumer" in plan.profiles else "clinical"]
    compiled = compile_plan(plan, dict.fromkeys(plan.channels, PERSON), limits)
    points: dict[int, list[tuple[int, int]]] = {channel: [] for channel in plan.channels}
    for segment in compiled.segments:
        points[segment.channel] += [
            (segment.start_ns // MS, segment.amplitude_start_ua),
            (segment.end_ns // MS, segment.amplitude_end_ua),
        ]
    return points, compiled.end_ns // MS


def planned_ua(points: list[tuple[int, int]], at_ms: int) -> int:
    return points[min(bisect_right(points, (at_ms, 0)), len(points) - 1)][1]


def on_a_terminal(kind: str) -> tuple[float, float]:
    """Processor time and bytes written, each a second, of an app that has a terminal of its own to draw on."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    code = f"from bench.plot import Measured; Measured({kind!r}).run()"
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen([sys.executable, "-c", code], stdin=there, stdout=there, stderr=there, env=environment)
    os.close(there)
    seen = bytearray()
    while select.select([here], [], [], 60.0)[0]:
        try:
            read = os.read(here, 65_536)
        except OSError:  # how a pty says that its other end is closed
            break
        seen += read
    os.close(here)
    if process.wait(timeout=60):
        sys.exit(seen[-2000:].decode(errors="replace"))
    told = seen.rsplit(b"measured ", 1)[1].split()[0]
    return float(told), len(seen) / (SETTLES_S + LASTS_S)


def main() -> None:
    floor = 0.0
    for kind, what in KINDS.items():
        share, written = on_a_terminal(kind)
        floor = floor or share
        relation = f"{share / floor:.1f}x the clock's"
        print(f"{what:<44} {share:6.1%} of a processor, {relation}, {written / 1000:.0f} kB/s written")
