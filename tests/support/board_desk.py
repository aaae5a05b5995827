"""A board that is driven in levels, or what is found in its place, a core at its line, and a front end that answers."""

from collections.abc import Callable
from dataclasses import replace

from simulator.catalog import make_unit
from simulator.delivered import MemorySink
from stimctl.clock import MS, SECOND
from stimctl.drivers.registry import FAMILIES
from stimctl.engine import messages as say
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.virtual import VirtualSession, Wire
from stimctl.model.levels import Levels
from stimctl.model.plan import Plan
from stimctl.model.who import Who
from stimctl.program.loader import load

__all__ = ["DEMO", "OF", "Desk", "asked", "named"]

OF = Levels(sensory_level=20, comfort_level=60, at_phase_us=250, at_period_us=12_500)
DEMO = load("demo").plan


def asked(plan: Plan = DEMO, **changes: object) -> say.Prepare:
    whole = say.Prepare(
        plan=plan,
        thresholds={},
        levels=dict.fromkeys(plan.channels, OF),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=True,
        doctor="D",
        dials_set=True,
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


class Desk:
    """The simulated board unless another `wire` is given; it is told what it is told to answer."""

    def __init__(self, wire: Wire | None = None, *, simulated: bool = True) -> None:
        self.events: list[tuple[int, str, int | str]] = []
        self.board = wire or make_unit(
            "openemsstim",
            seed=1,
            delivered_sink=MemorySink(),
            start_ns=0,
            seen=lambda *event: self.events.append(event),
        )
        family = FAMILIES["openemsstim"]
        core = EngineCore(
            family.driver(Who(serial_number="7", simulated=simulated)),
            family.audit(),
            Names(id="1", journal="", device="x", realtime=""),
            0,
        )
        self.session = VirtualSession(core, self.board)
        self.read = 0
        self.told: list[say.Telling] = []

    def ask(self, command: say.Command) -> None:
        self.session.hear(say.command_line(command))

    def run_until(self, there: Callable[[say.Telling], bool], seconds: float = 60) -> say.Telling:
        """On until something is told; AssertionError when it is not."""
        until_ns = self.session.now_ns + int(seconds * SECOND)
        while self.session.now_ns < until_ns:
            if not self.session.core.ended:
                self.ask(say.Beat())
            self.session.run_until(self.session.now_ns + 100 * MS)
            while self.read < len(self.session.told):
                telling = say.read_telling(self.session.told[self.read].encode())
                self.read += 1
                self.told.append(telling)
                if there(telling):
                    return telling
            if self.session.core.ended:
                break
        raise AssertionError(f"not told: {self.told[-8:]}")

    def let_run(self, seconds: float) -> None:
        """A front end that is there, and says nothing."""
        until_ns = self.session.now_ns + int(seconds * SECOND)
        while self.session.now_ns < until_ns and not self.session.core.ended:
            self.ask(say.Beat())
            self.session.run_until(min(until_ns, self.session.now_ns + 100 * MS))

    def running(self, prepare: say.Prepare | None = None) -> None:
        self.run_until(lambda telling: isinstance(telling, say.Unit))
        self.ask(prepare or asked())
        self.run_until(lambda telling: isinstance(telling, say.Session))
        self.ask(say.Arm())
        self.run_until(lambda telling: isinstance(telling, say.Armed))
        self.ask(say.Start())

    @property
    def wipers(self) -> list[tuple[int, int]]:
        return [(at_us, int(value)) for at_us, kind, value in self.events if kind == "wiper1"]

    @property
    def pins_on(self) -> bool:
        states = {kind: value for _, kind, value in self.events if kind.startswith("pin")}
        return any(states.values())


def named(action: str) -> Callable[[say.Telling], bool]:
    return lambda telling: isinstance(telling, say.User) and telling.action == action
