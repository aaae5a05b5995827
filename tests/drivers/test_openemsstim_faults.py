"""Sessions on an openEMSstim board with generated faults, in virtual time, judged by what the board delivered.

Rule 1: from the last byte that reaches the board, output is off within the release time of its session.
Rule 2: when a session is over, output is off, and stays so.
But for a board that is dead: bytes that are lost can leave an on-time without a channel, at which its processor goes
nowhere with its outputs as they were. There the host's reset is what ends it, and without a host nothing does. Those
are counted and printed.
Rule 3: from off a channel begins at level 1, and while on it rises by one level. But for a write that the line held
back until its channel had run out: from off the board takes any level. Those are counted and printed, nothing else may.
"""

from collections import deque
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random

import pytest

from simulator.catalog import make_unit
from simulator.delivered import MemorySink
from simulator.faults import FaultPlan, Noise, PlannedFault, Reboot, Unplug
from simulator.unit import Unit
from stimctl.clock import MS, SECOND
from stimctl.drivers.openemsstim_values import on_time_ms, release_ms
from stimctl.drivers.registry import FAMILIES
from stimctl.engine import messages as say
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.virtual import VirtualSession
from stimctl.model.levels import Levels
from stimctl.model.plan import Plan
from stimctl.model.who import Who
from stimctl.program.loader import load

_OF = Levels(sensory_level=20, comfort_level=60, at_phase_us=250, at_period_us=12_500)
_OFF = 255
_LEVEL_1 = 200
# Where a pot that was asked is, with its switches open.
_ASKED = 254
# One level is one or two steps of the potentiometer.
_MOST_STEPS = 2
_LONGEST_NS = 40 * SECOND
_RESET_TAKES_MS = 30
_BANNER_NS = 11_280 * MS
_ANSWERS = (
    b"\tBT: Disconnected\r\n",
    b"\nSETUP:\r\n\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n",
    b"\nSETUP:\r\n",
    b"\tEMS: Intensity Channel 2: 254\r\n",
    b"\tEMS: Intensity Channel 2: 255\r\n",
    b"\tERROR: SINGLE-CHAR Command Unknown\r\n",
    b"C0I5T220G\r\n",
)
_KINDS = ("host dies", "lost", "late", "split", "bytes out", "bytes in", "noise", "reboot", "unplug", "dials")
_SESSIONS = 200


def plan_of(channels: int, *, dials: bool = False) -> Plan:
    """Eight seconds of `demo` on so many channels; with dials, a second setting after four of them."""
    whole = load("demo").plan
    numbers = whole.channels[:channels]
    first, _, deep, _ = whole.phases
    chosen = [replace(first, lasts_ms=8_000)]
    if dials:
        chosen = [replace(first, lasts_ms=4_000), replace(deep, lasts_ms=4_000)]
    phases = tuple(replace(phase, drives={number: phase.drives[number] for number in numbers}) for phase in chosen)
    return replace(whole, channels=numbers, phases=phases)


@dataclass(slots=True)
class LossyWire:
    """A board behind a bad hub: writes are lost, late or split, and bytes vanish, while the window holds."""

    unit: Unit
    dice: Random
    kinds: frozenset[str] = frozenset()
    from_ns: int = 0
    until_ns: int = 0
    last_byte_ns: int = 0
    written: int = 0
    now_ns: int = 0
    dead: bool = False
    _held: deque[tuple[int, bytes]] = field(default_factory=deque)

    def receive(self, data: bytes, now_ns: int) -> None:
        if not data:
            return
        self.written += 1
        pieces = [data]
        wait_ns = 0
        if self.from_ns <= now_ns < self.until_ns:
            if "lost" in self.kinds and self.dice.random() < 0.3:
                return
            if "late" in self.kinds:
                wait_ns = self.dice.randrange(400) * MS
            if "split" in self.kinds and len(data) > 1:
                cut = self.dice.randrange(1, len(data))
                pieces = [data[:cut], data[cut:]]
            if "bytes out" in self.kinds:
                pieces = [bytes(byte for byte in piece if self.dice.random() > 0.03) for piece in pieces]
        at_ns = now_ns
        for number, piece in enumerate(pieces):
            at_ns = max(at_ns + wait_ns + number * self.dice.randrange(60) * MS, self._held[-1][0] if self._held else 0)
            wait_ns = 0
            self._held.append((at_ns, piece))
        self._pass_on(now_ns)

    def _pass_on(self, now_ns: int) -> None:
        while self._held and self._held[0][0] <= now_ns:
            at_ns, data = self._held.popleft()
            self.unit.receive(data, at_ns)
            if not self.unit.unplugged:
                self.last_byte_ns = at_ns + len(data) * 10 * SECOND // 19_200

    def advance(self, now_ns: int) -> None:
        self.now_ns = now_ns
        self._pass_on(now_ns)
        self.unit.advance(now_ns)
        self.dead = self.dead or self.unit._device._waits is None

    def drain(self) -> bytes:
        data = self.unit.drain()
        if "bytes in" in self.kinds and self.from_ns <= self.now_ns < self.until_ns:
            data = bytes(byte for byte in data if self.dice.random() > 0.03)
        if "answers" in self.kinds and data and self.now_ns > _BANNER_NS and self.dice.random() < 0.03:
            data = self._another(data)
        return data

    def _another(self, data: bytes) -> bytes:
        """What came twice, in half, with something else in it, or not at all."""
        at = self.dice.randrange(len(data))
        first, rest = data[:at], data[at:]
        more = self.dice.choice((*_ANSWERS, self.dice.randbytes(self.dice.randrange(1, 20))))
        flipped = bytes([data[at] ^ (1 << self.dice.randrange(8))])
        return self.dice.choice((data + data, first, first + more + rest, first + flipped + rest[1:], b""))

    def next_wake_ns(self) -> int | None:
        wakes = [self.unit.next_wake_ns(), self._held[0][0] if self._held else None]
        return min((at for at in wakes if at is not None), default=None)

    def outstanding(self, now_ns: int) -> int:
        return self.unit.outstanding(now_ns) + sum(len(data) for _, data in self._held)

    def discard_unsent(self, now_ns: int) -> None:
        self.unit.discard_unsent(now_ns)

    def client_opened(self, now_ns: int) -> None:
        self.unit.client_opened(now_ns)

    @property
    def unplugged(self) -> bool:
        return self.unit.unplugged


@dataclass(slots=True, kw_only=True)
class Story:
    """What was asked for, and what came of it."""

    seed: int
    channels: int
    kinds: tuple[str, ...]
    started: bool
    ended: bool
    release_ns: int
    wrong_rises: list[str]
    excused: bool
    still_on: bool
    dead: bool
    host_died: bool

    @property
    def most_ns(self) -> int:
        """For how long output may go on after the last byte: of a dead board, until it is reset."""
        reset_ms = on_time_ms(self.channels) + 350 + _RESET_TAKES_MS
        return (max(reset_ms, release_ms(self.channels)) if self.dead else release_ms(self.channels)) * MS

    def __str__(self) -> str:
        what = f"seed {self.seed}, {self.channels} channels, {', '.join(self.kinds) or 'no fault'}"
        return (
            f"{what}: off after {self.release_ns / MS:.1f} ms, on at the end: {self.still_on}, {self.wrong_rises[:3]}"
        )


def tell_story(seed: int, kinds: tuple[str, ...] | None = None, channels: int | None = None) -> Story:
    """One session, everything about it from `seed`."""
    dice = Random(seed)
    channels = channels or dice.choice((1, 2))
    kinds = tuple(sorted(dice.sample(_KINDS, dice.choice((1, 1, 2, 3))))) if kinds is None else kinds
    plan = plan_of(channels, dials="dials" in kinds)
    at_ns = dice.randrange(11_500, 20_000) * MS
    faults: list[PlannedFault] = []
    if "noise" in kinds:
        faults.append(Noise(at_ns=at_ns, for_ns=dice.randrange(20, 300) * MS))
    if "reboot" in kinds:
        faults.append(Reboot(at_ns=dice.randrange(12_000, 20_000) * MS, for_ns=0))
    if "unplug" in kinds:
        faults.append(Unplug(at_ns=dice.randrange(12_000, 20_000) * MS))
    events: list[tuple[int, str, int | str]] = []
    sink = MemorySink()
    unit = make_unit(
        "openemsstim",
        seed=seed,
        delivered_sink=sink,
        start_ns=0,
        fault_plan=FaultPlan(tuple(faults)),
        seen=lambda *event: events.append(event),
    )
    window_ns = dice.randrange(200, 4_000) * MS
    wire = LossyWire(unit, dice, frozenset(kinds), at_ns, at_ns + window_ns)
    family = FAMILIES["openemsstim"]
    core = EngineCore(
        family.driver(Who(serial_number="7", simulated=True)),
        family.audit(),
        Names(id="1", journal="", device="virtual", realtime="virtual"),
        0,
    )
    session = VirtualSession(core, wire)
    dies_ns = dice.randrange(12_000_000, 20_000_000) * 1000 if "host dies" in kinds else _LONGEST_NS
    answers = dice.random() < 0.7
    read, started = 0, False
    while not core.ended and session.now_ns < dies_ns:
        session.hear(say.command_line(say.Beat()))
        session.run_until(min(session.now_ns + 100 * MS, dies_ns))
        while read < len(session.told):
            telling = say.read_telling(session.told[read].encode())
            read += 1
            reply: list[say.Command] = []
            match telling:
                case say.Unit():
                    reply = [_asked(plan)]
                case say.Session():
                    reply = [say.Arm()]
                case say.Armed():
                    reply = [say.Start()]
                case say.Started():
                    started = True
                case say.User(action="paused"):
                    reply = [say.DialsSet(), say.Resume()] if answers else [say.Stop("nobody to resume")]
            for command in reply:
                if not core.ended:
                    session.hear(say.command_line(command))
    session.connected = False
    end_ns = session.now_ns + 3 * SECOND
    while (due_ns := wire.next_wake_ns()) is not None and due_ns < end_ns:
        wire.advance(due_ns)
    wire.advance(end_ns)
    off_ns, still_on = _off(sink)
    noisy_ns = max((one.end_ns or 0 for one in faults if isinstance(one, Noise)), default=0)
    last_ns = max(wire.last_byte_ns, noisy_ns if noisy_ns < session.now_ns else 0)
    return Story(
        seed=seed,
        channels=channels,
        kinds=kinds,
        started=started,
        ended=core.ended,
        release_ns=off_ns - last_ns,
        wrong_rises=_wrong_rises(events),
        excused="late" in kinds,
        still_on=still_on,
        dead=wire.dead,
        host_died=dies_ns < _LONGEST_NS,
    )


def _asked(plan: Plan) -> say.Prepare:
    return say.Prepare(
        plan=plan,
        thresholds={},
        levels=dict.fromkeys(plan.channels, _OF),
        pads_mm2=dict.fromkeys(plan.channels, 2_500),
        profile="consumer",
        pads_confirmed=True,
        doctor="D",
        dials_set=True,
    )


def _off(sink: MemorySink) -> tuple[int, bool]:
    """When the last channel went off, and whether one never did."""
    off_ns, on = 0, False
    for channel in (1, 2):
        felt = sink.levels(channel)
        on = on or bool(felt and felt[-1].level_permille)
        off_ns = max([off_ns, *(two.t_us * 1000 for one, two in pairwise(felt) if not two.level_permille)])
    return off_ns, on


def _wrong_rises(events: list[tuple[int, str, int | str]]) -> list[str]:
    wrong = []
    for kind in ("wiper1", "wiper3"):
        told = [(at_us, _OFF if value == _ASKED else int(value)) for at_us, what, value in events if what == kind]
        for (_, before), (at_us, after) in pairwise([(0, _OFF), *told]):
            if after < before and (after != _LEVEL_1 if before == _OFF else before - after > _MOST_STEPS):
                wrong.append(f"{kind} {before} to {after} at {at_us} µs")
    return wrong


@pytest.fixture(scope="module")
def stories() -> list[Story]:
    return [tell_story(seed) for seed in range(_SESSIONS)]


def test_output_is_off_within_the_release_time_of_the_last_byte_whatever_goes_wrong(stories: list[Story]) -> None:
    assert sum(story.started for story in stories) > _SESSIONS // 2
    worst = max(stories, key=lambda story: story.release_ns)
    print(f"worst of {len(stories)}: {worst}")
    dead = [str(story) for story in stories if story.dead]
    print(f"{len(dead)} boards dead: {dead}")
    judged = [story for story in stories if not (story.dead and story.host_died)]
    assert len(judged) > _SESSIONS * 9 // 10
    late = [str(story) for story in judged if story.release_ns > story.most_ns]
    assert late == [], f"worst: {worst}"


def test_at_the_end_of_every_session_output_is_off(stories: list[Story]) -> None:
    assert [str(story) for story in stories if story.still_on and not (story.dead and story.host_died)] == []


def test_a_level_rises_by_one_from_level_1_but_for_writes_that_come_after_the_expiry(
    stories: list[Story],
) -> None:
    wrong = [story for story in stories if story.wrong_rises]
    print(f"{len(wrong)} of {len(stories)} with a late write after the expiry: {[str(story) for story in wrong]}")
    assert [str(story) for story in wrong if not story.excused] == []
    # even then it is only from off: the write came after the expiry
    assert [rise for story in wrong for rise in story.wrong_rises if f" {_OFF} to " not in rise] == []


@pytest.mark.parametrize("channels", [1, 2])
def test_a_host_that_dies_at_any_moment_leaves_output_off_within_the_release_time(channels: int) -> None:
    told = [tell_story(seed, ("host dies",), channels) for seed in range(1_000, 1_040)]
    worst = max(told, key=lambda story: story.release_ns)
    print(f"host loss, {channels} channels, worst of {len(told)}: {worst}")
    assert all(story.started and not story.still_on for story in told)
    assert worst.release_ns <= release_ms(channels) * MS, str(worst)


def test_whatever_the_board_seems_to_say_nothing_is_raised_and_output_ends() -> None:
    told = [tell_story(seed, ("answers",)) for seed in range(2_000, 2_150)]
    assert sum(story.started for story in told) > 30
    assert [str(story) for story in told if story.still_on or story.release_ns > story.most_ns] == []
    assert [str(story) for story in told if story.wrong_rises] == []
