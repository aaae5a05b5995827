"""The terminal front end without an engine: a line that only listens, an app under test, and waiting with an end."""

import asyncio
from collections.abc import Awaitable, Callable

from textual.pilot import Pilot
from tui_bench import worked

from stimctl.engine.messages import Command, Telling
from stimctl.tui.app import StimApp
from stimctl.tui.choices import Choices

__all__ = ["SilentLine", "Story", "told", "until"]

_TURN_S = 0.02
# On a machine that is busy with other tests.
_MOST_TURNS = 1_000


class SilentLine:
    """Behaves as an engine that says what a test makes it say through `told`, and counts stops."""

    def __init__(self) -> None:
        self.told: Callable[[Telling], None] = lambda telling: None
        self.sent: list[Command] = []
        self.stops = 0

    def send(self, command: Command) -> None:
        self.sent.append(command)

    def stop(self, cause: str = "person") -> None:
        self.stops += 1

    def beat(self) -> None:
        pass

    def close(self) -> None:
        pass


Story = Callable[[StimApp, "Pilot[int]", SilentLine], Awaitable[None]]


def told(story: Story, choices: Choices, size: tuple[int, int] = (80, 24)) -> SilentLine:
    """Play a story to its end in an app of this size; the line that it spoke to."""
    line = SilentLine()

    def open_line(device: str, told: Callable[[Telling], None], warned: Callable[[str], None]) -> SilentLine:
        line.told = told
        return line

    async def play() -> None:
        app = StimApp(open_line, choices)
        async with app.run_test(size=size) as pilot:
            await story(app, pilot, line)
            # a thread that has something to show needs somebody to show it to
            await worked(pilot)

    asyncio.run(play())
    return line


async def until(pilot: "Pilot[int]", so: Callable[[], bool]) -> None:
    """Let the app turn until it is so; fails when it does not come to that."""
    for _ in range(_MOST_TURNS):
        if so():
            return
        await pilot.pause(_TURN_S)
    raise AssertionError("it did not come to that")
