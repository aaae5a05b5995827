"""A whole session on one virtual clock: core, cable, unit and skin, a front end that beats, and hands on the clock."""

import json

from simulator.catalog import make_unit
from simulator.delivered import Ending, Entry, Felt, Header, Witness
from simulator.fault_file import parse_fault_plan
from simulator.skin import ResistiveSkin
from simulator.skin import Skin as SimulatedSkin
from stimctl.clock import MS, SECOND
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine import messages as say
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.virtual import VirtualSession
from stimctl.links.sim import troubles_of
from stimctl.model.plan import Plan
from stimctl.model.thresholds import Thresholds
from stimctl.program.loader import load
from stimctl.safety.audit_stimlink import StimlinkAudit

PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
NAMES = Names(id="0badcafe", journal="journal.jsonl", device="./unit", realtime="virtual")
BEAT_NS = 200 * MS


class Skin:
    """What was felt, kept in memory."""

    def __init__(self) -> None:
        self.felt: list[Felt] = []
        self.header: Header | None = None
        self.ending: Ending | None = None

    def write(self, entry: Entry) -> None:
        match entry:
            case Felt():
                self.felt.append(entry)
            case Header():
                self.header = entry
            case Ending():
                self.ending = entry


class World:
    """See the module. Times given are ns of the virtual clock, which starts with the unit at 0."""

    def __init__(
        self,
        program: str | Plan = "demo",
        *,
        seed: int = 1,
        faults: str = "",
        driver: StimlinkDriver | None = None,
        audit: StimlinkAudit | None = None,
        thresholds: Thresholds = PERSON,
        channels: int = 2,
        simulated_skin: SimulatedSkin | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Without a simulated skin it is a resistor of 1 kΩ a channel, so that a test can reckon with the load."""
        self.skin = Skin()
        plan = parse_fault_plan(faults, "world")
        self.unit = make_unit(
            "stimlink",
            seed=seed,
            delivered_sink=self.skin,
            start_ns=0,
            fault_plan=plan.of_unit,
            channels=channels,
            skin=simulated_skin or ResistiveSkin(channels),
            witness=witness,
        )
        self.plan = load(program).plan if isinstance(program, str) else program
        self.thresholds = thresholds
        self.core = EngineCore(driver or StimlinkDriver(), audit or StimlinkAudit(), NAMES, 0)
        self.session = VirtualSession(self.core, self.unit, troubles=troubles_of(plan))
        self.front_alive = True
        self._beat_ns = 0

    @property
    def now_ns(self) -> int:
        return self.session.now_ns

    def run_until(self, until_ns: int) -> "World":
        """The front end beats, time passes, to `until_ns`. An ended session leaves the unit running on its own."""
        while self.now_ns < until_ns:
            if self.core.ended or not self.session.connected:
                self.unit.advance(until_ns)
                self.session.now_ns = until_ns
                break
            if self.front_alive and self.now_ns >= self._beat_ns:
                self._beat_ns = self.now_ns + BEAT_NS
                self.say(say.Beat())
            next_ns = min(until_ns, self._beat_ns) if self.front_alive else until_ns
            self.session.run_until(next_ns)
        return self

    def run_for(self, seconds: float) -> "World":
        return self.run_until(self.now_ns + round(seconds * SECOND))

    def say(self, command: say.Command) -> "World":
        self.session.hear(say.command_line(command))
        return self

    def prepared(self, profile: str = "consumer", pad_mm2: int = 2_500) -> "World":
        """Identified, rehearsed, its clock settled."""
        self.run_for(0.2)
        channels = self.plan.channels
        self.say(
            say.Prepare(
                plan=self.plan,
                thresholds=dict.fromkeys(channels, self.thresholds),
                pads_mm2=dict.fromkeys(channels, pad_mm2),
                profile=profile,
                pads_confirmed=True,
                doctor="Dr. Example",
            )
        )
        return self.run_for(6)

    def armed(self) -> "World":
        return self.prepared().say(say.Arm()).run_for(0.1)

    def started(self) -> "World":
        return self.armed().say(say.Start())

    def lose_host(self) -> "World":
        """The host dies: nothing more is sent, nothing more is read."""
        self.session.connected = False
        return self

    def told(self, event: str) -> list[dict]:
        """What the front end was told, of one kind."""
        lines = [json.loads(line) for line in self.session.told]
        return [line for line in lines if line["event"] == event]

    @property
    def ended(self) -> dict:
        (last,) = self.told("ended")
        return last

    # --- the oracle -----------------------------------------------------------------------------------------------

    def amplitude_ua(self, channel: int, at_ns: int) -> int:
        """What the skin felt at an instant, by the record before it."""
        before = [felt for felt in self.skin.felt if felt.channel == channel and felt.t_us * 1000 <= at_ns]
        return before[-1].amplitude_ua if before else 0

    def off_since_ns(self) -> int:
        """When the last current flowed; the world must have run on long enough to know."""
        last: dict[int, int] = {}
        for felt in self.skin.felt:
            if felt.amplitude_ua:
                last.pop(felt.channel, None)
                last[felt.channel] = -1
            elif last.get(felt.channel, -1) == -1:
                last[felt.channel] = felt.t_us * 1000
        assert -1 not in last.values(), "output is still on"
        return max(last.values(), default=0)

    @property
    def at_zero(self) -> bool:
        """Whether nothing flows now."""
        return all(self.amplitude_ua(channel, self.now_ns) == 0 for channel in self.plan.channels)
