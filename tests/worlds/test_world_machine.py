"""A person and a bad day as a state machine: hypothesis presses, breaks and waits; then the skin is judged."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from judge import judge
from scenario import ACTS, FAMILIES, Act, Scenario, draw
from telling import tell

from simulator.faults import (
    Corrupt,
    Delay,
    Direction,
    Drop,
    ElectrodeOff,
    HostStall,
    PlannedFault,
    Reboot,
    Stall,
    Suspend,
    Unplug,
)
from stimctl.clock import MS, SECOND

DIRECTIONS = st.sampled_from(Direction)
SPANS_NS = st.integers(20, 5_000).map(lambda ms: ms * MS)


class World(RuleBasedStateMachine):
    """Its moves write the story; `teardown` tells and judges it."""

    def __init__(self) -> None:
        super().__init__()
        self.scenario: Scenario | None = None
        self.now_ns = 0
        self.faults: list[PlannedFault] = []
        self.acts: list[Act] = []

    @initialize(
        family=st.sampled_from(FAMILIES), number=st.integers(0, 10_000), resumes=st.sampled_from((None, 2 * SECOND))
    )
    def begin(self, family: str, number: int, resumes: int | None) -> None:
        scenario = replace(draw(family, number), resumes_ns=resumes)
        self.scenario = scenario
        self.now_ns = scenario.begins_ns

    @rule(ms=st.integers(10, 8_000))
    def wait(self, ms: int) -> None:
        self.now_ns += ms * MS

    @rule(what=st.sampled_from(ACTS), channel=st.integers(1, 2))
    def press(self, what: str, channel: int) -> None:
        assert self.scenario is not None
        self.acts.append(Act(self.now_ns, what, min(channel, len(self.scenario.plan.channels))))

    @rule(direction=DIRECTIONS, for_ns=SPANS_NS, probability=st.sampled_from((0.1, 0.5, 1.0)))
    def lose_frames(self, direction: Direction, for_ns: int, probability: float) -> None:
        self.faults.append(Drop(at_ns=self.now_ns, for_ns=for_ns, direction=direction, probability=probability))

    @rule(direction=DIRECTIONS, for_ns=SPANS_NS)
    def damage_frames(self, direction: Direction, for_ns: int) -> None:
        self.faults.append(Corrupt(at_ns=self.now_ns, for_ns=for_ns, direction=direction, probability=0.3))

    @rule(direction=DIRECTIONS, for_ns=SPANS_NS, wait_ms=st.integers(1, 900))
    def hold_frames_up(self, direction: Direction, for_ns: int, wait_ms: int) -> None:
        self.faults.append(Delay(at_ns=self.now_ns, for_ns=for_ns, direction=direction, delay_ns=wait_ms * MS))

    @rule(direction=DIRECTIONS, for_ns=SPANS_NS)
    def stall_the_line(self, direction: Direction, for_ns: int) -> None:
        self.faults.append(Stall(at_ns=self.now_ns, for_ns=for_ns, direction=direction))

    @rule(for_ns=st.none() | SPANS_NS)
    def pull_the_cable(self, for_ns: int | None) -> None:
        self.faults.append(Unplug(at_ns=self.now_ns, for_ns=for_ns))

    @rule()
    def reset_the_unit(self) -> None:
        self.faults.append(Reboot(at_ns=self.now_ns))

    @rule(for_ns=SPANS_NS)
    def hold_the_computer_up(self, for_ns: int) -> None:
        self.faults.append(HostStall(at_ns=self.now_ns, for_ns=for_ns))

    @rule(for_ns=SPANS_NS)
    def close_the_lid(self, for_ns: int) -> None:
        self.faults.append(Suspend(at_ns=self.now_ns, for_ns=for_ns))

    @rule(for_ns=SPANS_NS)
    def lift_a_pad(self, for_ns: int) -> None:
        self.faults.append(ElectrodeOff(at_ns=self.now_ns, for_ns=for_ns, channel=1))

    def teardown(self) -> None:
        if self.scenario is not None:
            told = tell(replace(self.scenario, faults=tuple(self.faults), acts=tuple(self.acts)))
            assert judge(told).wrong == []


TestWorld = World.TestCase
TestWorld.settings = settings(max_examples=40, stateful_step_count=12, deadline=None, derandomize=True)
