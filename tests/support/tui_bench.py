"""The app without an engine: a line that keeps what is asked of it, and tellings that a test puts in its mouth."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from stimctl.drivers.nominal import NOMINAL
from stimctl.engine import messages as say
from stimctl.model.scale import Scale
from stimctl.program.dials import DialSetting
from stimctl.program.loader import load
from stimctl.tui.app import StimApp
from stimctl.tui.choices import Choices

__all__ = [
    "ANOTHER",
    "ENDED",
    "IN_LEVELS",
    "LOST",
    "SESSION",
    "SETTING",
    "UNIT",
    "ZERO",
    "Line",
    "Lines",
    "drawn",
    "level_sample",
    "made",
    "running",
    "sample",
    "screen_text",
    "tell",
    "waits_for_dials",
    "worked",
]


_MOST_TURNS = 1_000
UNIT = say.Unit(
    family="stimlink",
    serial_number="0042",
    firmware="1.0",
    simulated=True,
    channels=2,
    release_ms=500,
    stop_bytes="00",
    port="sim://stimlink",
)
ANOTHER = replace(UNIT, serial_number="another")
# One that is driven in levels, and what its dials are to be set to in the middle of a session.
IN_LEVELS = replace(
    UNIT,
    family="openemsstim",
    serial_number="board",
    firmware="openEMSstim",
    port="sim://openemsstim",
    capabilities=NOMINAL["openemsstim"],
    boots=True,
)
SETTING = DialSetting(phase=1, name="transition", rate_hz=10.0, phase_duration_us=150)
SESSION = say.Session(
    id="0badcafe",
    journal="journal.jsonl",
    device="sim://stimlink",
    unit="0042",
    simulated=True,
    realtime="none",
    title="Surface to deep",
    duration_ms=60_000,
    peak_ma={1: 12.0},
)
ZERO = say.Zero(confirmed=True, after_ms=9, advice=None)
# A session that was stopped, and one whose unit did not confirm zero.
ENDED = say.Ended(exit_code=4, reason="stopped", zero_confirmed=True, peak={}, journal="")
LOST = say.Ended(exit_code=3, reason="link lost", zero_confirmed=False, peak={}, journal="")


def sample(plan_ms: int = 0, ma: float = 0.0, **more: object) -> say.Sample:
    values: dict[str, object] = {
        "channel": 1,
        "amplitude_ma": ma,
        "planned_ma": ma,
        "phase_duration_us": 200,
        "rate_hz": 80.0,
        "charge_nc": round(ma * 200),
        "pulses": 0,
        "load_ohm": 1_000,
        "contact": True,
        "battery_percent": 84,
        "plan_ms": plan_ms,
        "link_rtt_us": 4_000,
        "warning": None,
    }
    return say.Sample(**{**values, **more})  # type: ignore[arg-type]


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


def made(program: str = "demo", device: str = "sim://stimlink", **more: object) -> tuple[StimApp, Lines]:
    """An app with nothing running."""
    choices = Choices(device=device)
    choices.take(load(program))
    lines = Lines()
    return StimApp(lines.open, choices, **more), lines  # type: ignore[arg-type]


async def tell(pilot: Pilot[int], line: Line, *tellings: say.Telling) -> None:
    for telling in tellings:
        line.told(telling)
    await pilot.pause()


async def worked(pilot: Pilot[int]) -> None:
    """Until no thread of the app works any more. One whose work is not wanted any more leaves its place to another."""
    for _ in range(_MOST_TURNS):
        try:
            await pilot.app.workers.wait_for_complete()
        except WorkerCancelled:
            await pilot.pause()
        else:
            return
    raise AssertionError("threads that are replaced for ever")


async def drawn(pilot: Pilot[int]) -> None:
    """Samples are drawn ten times a second, on a busy machine later: now, then."""
    assert isinstance(pilot.app, StimApp)
    pilot.app._show()
    await pilot.pause()


async def running(pilot: Pilot[int], lines: Lines, unit: say.Unit = UNIT) -> Line:
    """On to a session that runs, by the keys that a person would press."""
    await worked(pilot)
    await tell(pilot, lines[-1], unit)
    await worked(pilot)
    await pilot.press("a")
    await tell(pilot, lines[-1], SESSION, say.Armed())
    await pilot.press("s")
    phase = say.PhaseBegan(index=0, name="surface", depth="surface", lasts_ms=12_000, ramp_ms=10_000)
    if unit.capabilities is not None and unit.capabilities.scale is Scale.LEVEL:
        both = [level_sample(2_000, 36.0, channel=channel) for channel in (1, 2)]
    else:
        both = [sample(2_000, 3.0, channel=channel, pulses=100) for channel in (1, 2)]
    await tell(pilot, lines[-1], say.Started(40_000), phase, *both)
    return lines[-1]


def screen_text(app: StimApp) -> str:
    """What is on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


def level_sample(plan_ms: int = 0, level: float = 0.0, **more: object) -> say.Sample:
    """What a unit that is driven in levels reports."""
    unread: dict[str, object] = dict.fromkeys(
        ("amplitude_ma", "planned_ma", "charge_nc", "pulses", "load_ohm", "contact", "battery_percent")
    )
    return sample(plan_ms, 0.0, **{**unread, "level": level, "planned_level": level, **more})


async def waits_for_dials(pilot: Pilot[int], line: Line) -> None:
    """A session that has come to where dials are set, at zero."""
    pausing = say.User(action="pausing", why=f"the unit's dials are to be set to {SETTING}")
    await tell(pilot, line, say.Dials(setting=SETTING), pausing, say.User(action="paused"))
