"""A scenario told: the session in virtual time, and all that there is to judge it by.

The core, driver, audit and governor are those of a live session; the unit, its cable, its skin and the computer are
simulated. Nothing here judges.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from phases import constant
from scenario import Act, Scenario

from simulator.catalog import make_unit
from simulator.delivered import MemorySink
from simulator.faults import FaultPlan
from simulator.skin import ResistiveSkin
from stimctl.clock import MS, SECOND
from stimctl.drivers.registry import FAMILIES
from stimctl.engine import messages as say
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.virtual import VirtualSession
from stimctl.links.sim import troubles_of
from stimctl.model.levels import Levels
from stimctl.model.who import Who

__all__ = ["Told", "constant", "tell"]

_BEAT_NS = 200 * MS
_GRACE_NS = 25 * SECOND
_AFTERWARDS_NS = 4 * SECOND
_PATIENCE_NS = 60 * SECOND


@dataclass(slots=True, kw_only=True)
class Told:
    """What came of a scenario. `byte_ns`: when bytes reached the unit; `stops_ns`: when it was asked to stop."""

    scenario: Scenario
    sink: MemorySink
    byte_ns: list[int]
    heard: list[tuple[int, say.Telling]]
    stops_ns: list[int] = field(default_factory=list)
    started: bool = False
    ended: say.Ended | None = None
    over_ns: int = 0
    host_died_ns: int | None = None
    dead_board_ns: int | None = None
    until_ns: int = 0


def tell(scenario: Scenario) -> Told:
    """Run it to its end and some seconds beyond. What is raised on the way is passed on."""
    return _Teller(scenario).run()


class _Teller:
    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        sink = MemorySink()
        faults = FaultPlan(scenario.faults)
        self.unit = make_unit(
            scenario.family,
            seed=scenario.number,
            delivered_sink=sink,
            start_ns=0,
            fault_plan=faults.of_unit,
            skin=ResistiveSkin(2),
        )
        family = FAMILIES[scenario.family]
        self.core = EngineCore(
            family.driver(Who(serial_number="7", simulated=True)),
            family.audit(),
            Names(id="1", journal="", device="virtual", realtime="virtual"),
            0,
        )
        self.session = VirtualSession(self.core, self.unit, troubles=troubles_of(faults))
        self.told = Told(scenario=scenario, sink=sink, byte_ns=[], heard=[])
        self._listen_to_the_line()
        self._read = 0
        self._acts = list(scenario.acts)

    def run(self) -> Told:
        scenario, session, told = self.scenario, self.session, self.told
        gives_up_ns = scenario.begins_ns + scenario.lasts_ns + _GRACE_NS
        while not self.core.ended and session.connected:
            self._say(say.Beat())
            if session.now_ns >= gives_up_ns:
                if session.now_ns > gives_up_ns + _PATIENCE_NS:
                    break
                self._stop("person")
            next_ns = min([session.now_ns + _BEAT_NS, *(act.at_ns for act in self._acts[:1])])
            session.run_until(max(next_ns, session.now_ns), self._answer)
            while self._acts and self._acts[0].at_ns <= session.now_ns:
                self._do(self._acts.pop(0))
            self._answer()
        told.over_ns = session.now_ns
        told.until_ns = session.now_ns + _AFTERWARDS_NS
        session.connected = False
        while (due_ns := self.unit.next_wake_ns()) is not None and due_ns < told.until_ns:
            self._advance(due_ns)
        self._advance(told.until_ns)
        return told

    def _do(self, act: Act) -> None:
        commands: dict[str, Callable[[], say.Command]] = {
            "pause": say.Pause,
            "resume": say.Resume,
            "up": lambda: say.Up(act.channel),
            "down": lambda: say.Down(act.channel),
        }
        match act.what:
            case "stop":
                self._stop("person")
            case "host dies":
                self.told.host_died_ns = self.session.now_ns
                self.session.connected = False
            case "hang up":
                self.told.stops_ns.append(self.session.now_ns)
                if not self.core.ended:
                    self.session.hear(b"")
            case what:
                self._say(commands[what]())

    def _answer(self) -> None:
        lines = self.session.told
        while self._read < len(lines):
            line = lines[self._read]
            self._read += 1
            if '"event":"link"' in line:
                continue
            telling = say.read_telling(line.encode())
            self.told.heard.append((self.session.now_ns, telling))
            match telling:
                case say.Unit():
                    self._say(self._prepare())
                case say.Session():
                    self._say(say.Arm())
                case say.Armed():
                    self._say(say.Start())
                case say.Started():
                    self.told.started = True
                case say.Dials():
                    # set at once; that the person goes on comes after
                    self._say(say.DialsSet())
                    self._later("resume", SECOND)
                case say.User(action="paused") if self.scenario.resumes_ns is not None:
                    self._later("resume", self.scenario.resumes_ns)
                case say.Ended():
                    self.told.ended = telling

    def _later(self, what: str, wait_ns: int) -> None:
        self._acts = sorted([*self._acts, Act(self.session.now_ns + wait_ns, what)], key=lambda act: act.at_ns)

    def _stop(self, cause: str) -> None:
        self.told.stops_ns.append(self.session.now_ns)
        self._say(say.Stop(cause))

    def _say(self, command: say.Command) -> None:
        if not self.core.ended and self.session.connected:
            self.session.hear(say.command_line(command))

    def _prepare(self) -> say.Prepare:
        scenario = self.scenario
        channels = scenario.plan.channels
        of = scenario.of
        levels = isinstance(of, Levels)
        return say.Prepare(
            plan=scenario.plan,
            thresholds={} if levels else dict.fromkeys(channels, of),  # type: ignore[arg-type]
            levels=dict.fromkeys(channels, of) if levels else {},  # type: ignore[arg-type]
            pads_mm2=dict.fromkeys(channels, 2_500),
            profile=scenario.profile,
            pads_confirmed=True,
            doctor="D",
            dials_set=levels,
        )

    def _listen_to_the_line(self) -> None:
        """Note when bytes reach the device, and when it has gone nowhere: the one look inside a unit."""
        device = self.unit._device
        receive, advance = device.receive, device.advance

        def heard(data: bytes, now_ns: int) -> None:
            self.told.byte_ns.append(now_ns)
            receive(data, now_ns)
            look(now_ns)

        def passed(now_ns: int) -> None:
            advance(now_ns)
            look(now_ns)

        def look(now_ns: int) -> None:
            if self.told.dead_board_ns is None and getattr(device, "_waits", device) is None:
                self.told.dead_board_ns = now_ns

        device.receive, device.advance = heard, passed  # type: ignore[method-assign]

    def _advance(self, now_ns: int) -> None:
        self.unit.advance(now_ns)
