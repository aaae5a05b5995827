"""The app without an engine: a line that keeps what is asked of it, and tellings that a test puts in its mouth."""

from collections.abc import Callable
from dataclasses import dataclass, field

from test_picture import SESSION, UNIT, sample
from textual.pilot import Pilot

from stimctl.engine import messages as say
from stimctl.program.loader import load
from stimctl.tui.app import StimApp
from stimctl.tui.choices import Choices

__all__ = ["Line", "Lines", "made", "running", "screen_text", "tell"]


@dataclass
class Line:
    """An engine that does nothing by itself."""

    device: str
    told: Callable[[say.Telling], None]
    warned: Callable[[str], None]
    commands: list[say.Command] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    beats: int = 0
    closed: bool = False

    def send(self, command: say.Command) -> None:
        self.commands.append(command)

    def stop(self, cause: str = "person") -> None:
        self.stops.append(cause)

    def beat(self) -> None:
        self.beats += 1

    def close(self) -> None:
        self.closed = True


class Lines(list[Line]):
    """Every line that was opened; the last one is the session's."""

    def open(self, device: str, told: Callable[[say.Telling], None], warned: Callable[[str], None]) -> Line:
        self.append(Line(device, told, warned))
        return self[-1]


def made(program: str = "demo", device: str = "sim://stimlink", **more: bool) -> tuple[StimApp, Lines]:
    """An app with nothing running."""
    choices = Choices(device=device)
    choices.take(load(program))
    lines = Lines()
    return StimApp(lines.open, choices, **more), lines


async def tell(pilot: Pilot[int], line: Line, *tellings: say.Telling) -> None:
    for telling in tellings:
        line.told(telling)
    await pilot.pause()


async def running(pilot: Pilot[int], lines: Lines) -> Line:
    """On to a session that runs, by the keys that a person would press."""
    await pilot.app.workers.wait_for_complete()
    await tell(pilot, lines[-1], UNIT)
    await pilot.press("a")
    await tell(pilot, lines[-1], SESSION, say.Armed())
    await pilot.press("s")
    phase = say.PhaseBegan(index=0, name="surface", depth="surface", lasts_ms=12_000, ramp_ms=10_000)
    both = [sample(2_000, 3.0, channel=channel, pulses=100) for channel in (1, 2)]
    await tell(pilot, lines[-1], say.Started(40_000), phase, *both)
    return lines[-1]


def screen_text(app: StimApp) -> str:
    """What is on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)
