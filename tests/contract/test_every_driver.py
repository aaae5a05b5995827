"""What every driver promises, asked of each against its simulator in virtual time, judged by what was delivered.

It has never been run on hardware.
"""

from dataclasses import dataclass, field
from random import Random

import pytest

from simulator.catalog import make_unit
from simulator.delivered import Felt, FeltLevel, MemorySink
from simulator.unit import Unit
from stimctl.clock import MS, SECOND
from stimctl.drivers.driver import Driver
from stimctl.drivers.facts import Fact, Identified, NoAnswer, WrongUnit
from stimctl.drivers.registry import FAMILIES
from stimctl.engine import messages as say
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.virtual import VirtualSession
from stimctl.model.levels import Levels
from stimctl.model.thresholds import Thresholds
from stimctl.model.who import Who
from stimctl.program.loader import load

_WHO = Who(serial_number="7", simulated=True)
_PLAN = load("demo").plan
_LEVELS = Levels(sensory_level=20, comfort_level=60, at_phase_us=250, at_period_us=12_500)
_PERSON = Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
_FOREIGN = {"stimlink": b"\tBT: RESTARTING\r\n\tREADY\r\n" * 20, "openemsstim": b"\x02\xa1\x07\x00\x11WELCOME\x00" * 20}
_MOST_TURNS = 20_000
# Nothing that a driver asks of a unit in finding it takes longer than boot and its deadlines together.
_FOUND_NS = 20 * SECOND


@pytest.fixture(params=sorted(FAMILIES))
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@dataclass(slots=True)
class Rig:
    """A driver alone at its simulated unit."""

    driver: Driver
    unit: Unit
    sink: MemorySink
    now_ns: int = 0
    facts: list[Fact] = field(default_factory=list)
    sent: bytes = b""

    def run_until(self, until_ns: int) -> "Rig":
        turns = 0
        while True:
            wakes = [self.unit.next_wake_ns(), self.driver.next_wake_ns()]
            due_ns = max(self.now_ns, min((at for at in wakes if at is not None), default=until_ns + 1))
            if due_ns > until_ns:
                return self
            turns = turns + 1 if due_ns == self.now_ns else 0
            assert turns < _MOST_TURNS, f"time stands still at {due_ns}"
            self.now_ns = due_ns
            self.unit.advance(due_ns)
            self.facts += self.driver.receive(self.unit.drain(), due_ns)
            self.facts += self.driver.advance(due_ns)
            out = self.driver.drain()
            self.sent += out
            self.unit.receive(out, due_ns)


def rig(family: str) -> Rig:
    sink = MemorySink()
    unit = make_unit(family, seed=1, delivered_sink=sink, start_ns=0, ohms=1_000)
    return Rig(FAMILIES[family].driver(_WHO), unit, sink)


@dataclass(slots=True)
class Running:
    """A session on `demo`, and every write that went to the unit."""

    family: str
    session: VirtualSession
    wire: "Tap"
    sink: MemorySink
    release_ms: int
    stop_bytes: bytes

    def off_after_ns(self, from_ns: int) -> int:
        """On without a host for three seconds; how long after `from_ns` the last output was."""
        self.session.connected = False
        self.session.run_until(self.session.now_ns + 3 * SECOND)
        self.wire.unit.advance(self.session.now_ns)
        last_ns = 0
        for channel in (1, 2):
            felt = [(one.t_us * 1000, _amount(one)) for one in _felt(self.sink, channel)]
            assert not felt or felt[-1][1] == 0, f"channel {channel} is on"
            on = [at for at, amount in felt if amount]
            last_ns = max([last_ns, *(at for at, amount in felt if not amount and on and at >= on[-1])])
        return last_ns - from_ns


class Tap:
    """A unit whose writes are kept, with their instants."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.writes: list[tuple[int, bytes]] = []

    def receive(self, data: bytes, now_ns: int) -> None:
        if data:
            self.writes.append((now_ns, data))
        self.unit.receive(data, now_ns)

    def advance(self, now_ns: int) -> None:
        self.unit.advance(now_ns)

    def drain(self) -> bytes:
        return self.unit.drain()

    def next_wake_ns(self) -> int | None:
        return self.unit.next_wake_ns()

    def outstanding(self, now_ns: int) -> int:
        return self.unit.outstanding(now_ns)

    def discard_unsent(self, now_ns: int) -> None:
        self.unit.discard_unsent(now_ns)

    def client_opened(self, now_ns: int) -> None:
        self.unit.client_opened(now_ns)

    @property
    def unplugged(self) -> bool:
        return self.unit.unplugged


def running(family: str, after_ns: int) -> Running:
    """A session whose output has been on for `after_ns`."""
    sink = MemorySink()
    tap = Tap(make_unit(family, seed=1, delivered_sink=sink, start_ns=0, ohms=1_000))
    kind = FAMILIES[family]
    driver = kind.driver(_WHO)
    core = EngineCore(driver, kind.audit(), Names(id="1", journal="", device="virtual", realtime="virtual"), 0)
    session = VirtualSession(core, tap)
    read, until_ns = 0, 60 * SECOND
    while session.now_ns < until_ns:
        assert not core.ended, session.told[-3:]
        session.hear(say.command_line(say.Beat()))
        session.run_until(min(session.now_ns + 100 * MS, until_ns))
        while read < len(session.told):
            telling = say.read_telling(session.told[read].encode())
            read += 1
            match telling:
                case say.Unit():
                    session.hear(say.command_line(_asked(family)))
                case say.Session():
                    session.hear(say.command_line(say.Arm()))
                case say.Armed():
                    session.hear(say.command_line(say.Start()))
        if until_ns == 60 * SECOND and tap.unit.output_on:
            until_ns = session.now_ns + after_ns
    assert tap.unit.output_on
    return Running(family, session, tap, sink, driver.release_ms, driver.stop_bytes)


def _asked(family: str) -> say.Prepare:
    in_levels = family == "openemsstim"
    return say.Prepare(
        plan=_PLAN,
        thresholds={} if in_levels else dict.fromkeys(_PLAN.channels, _PERSON),
        levels=dict.fromkeys(_PLAN.channels, _LEVELS) if in_levels else {},
        pads_mm2=dict.fromkeys(_PLAN.channels, 2_500),
        profile="consumer",
        pads_confirmed=True,
        doctor="D",
        dials_set=in_levels,
    )


def _felt(sink: MemorySink, channel: int) -> list[Felt] | list[FeltLevel]:
    return sink.felt(channel) or sink.levels(channel)


def _amount(one: Felt | FeltLevel) -> int:
    return one.amplitude_ua if isinstance(one, Felt) else one.level_permille


def test_identification_leaves_the_unit_at_zero_and_says_once_who_it_is(family: str) -> None:
    at = rig(family)
    at.driver.identify(0)
    at.run_until(_FOUND_NS)
    (found,) = [fact for fact in at.facts if isinstance(fact, Identified)]
    assert found.capabilities.release_ms == at.driver.release_ms
    assert found.capabilities.family == family
    assert not any(_amount(one) for channel in (1, 2) for one in _felt(at.sink, channel))


def test_nothing_is_sent_before_it_is_asked_to_identify(family: str) -> None:
    assert rig(family).run_until(3 * SECOND).sent == b""


def test_the_stop_bytes_are_sound(family: str) -> None:
    kind = FAMILIES[family]
    assert kind.audit().stop_is_sound(kind.driver(_WHO).stop_bytes) is None


def test_stop_bytes_stop_a_running_unit_after_any_half_of_a_frame_and_nothing_queued_flows(family: str) -> None:
    # the longest of the latest writes is one that drives an output
    frame_bytes = max((data for _, data in running(family, 2 * SECOND).wire.writes[-20:]), key=len)
    for cut in range(len(frame_bytes) + 1):
        run = running(family, 2 * SECOND)
        now_ns = run.session.now_ns
        run.wire.unit.receive(frame_bytes[:cut] + run.stop_bytes, now_ns)
        took_ns = run.off_after_ns(now_ns)
        assert took_ns <= run.release_ms * MS, f"cut at {cut}: {took_ns / MS} ms"


@pytest.mark.parametrize("seed", range(6))
def test_output_ends_within_the_release_time_of_the_hosts_last_byte(family: str, seed: int) -> None:
    run = running(family, Random(seed).randrange(100, 5_000) * MS)
    took_ns = run.off_after_ns(run.session.now_ns)
    assert took_ns <= run.release_ms * MS, f"seed {seed}: {took_ns / MS} ms"


@pytest.mark.parametrize("seed", range(20))
def test_unknown_bytes_never_raise_and_time_never_stands_still(family: str, seed: int) -> None:
    at = rig(family)
    at.driver.identify(0)
    dice = Random(seed)
    for _ in range(200):
        at.run_until(at.now_ns + dice.randrange(100) * MS)
        at.facts += at.driver.receive(dice.randbytes(dice.randrange(40)), at.now_ns)
    at.run_until(at.now_ns + 20 * SECOND)


def test_a_wrong_unit_is_told_and_was_sent_nothing_that_could_switch_on(family: str) -> None:
    driver = FAMILIES[family].driver(_WHO)
    driver.identify(0)
    audit = FAMILIES[family].audit()
    facts: list[Fact] = []
    for now_ns in range(0, 30 * SECOND, 50 * MS):
        facts += driver.receive(_FOREIGN[family] if now_ns % SECOND == 0 else b"", now_ns)
        facts += driver.advance(now_ns)
        # nothing has been armed or shown to the audit, so it lets nothing through that could switch on
        assert audit.sent(driver.drain(), now_ns) is None
    assert any(isinstance(fact, WrongUnit | NoAnswer) for fact in facts)
    assert not any(isinstance(fact, Identified) for fact in facts)
