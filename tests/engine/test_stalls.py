"""An engine that was held up or slept: stop first, and only a person goes on."""

from engine_bench import COMFORT_NC, LIMITS, fault
from oracle import violations
from world import World

from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.events import Fault, FaultCode
from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.engine.session_state import State


def test_a_turn_that_comes_late_is_a_stall_with_stop_first_and_nothing_else() -> None:
    world = World("surface-stroke").started().run_for(30)
    session, core = world.session, world.core
    core.next_wake_ns()
    late_ns = world.now_ns + 400 * MS
    world.unit.advance(late_ns)
    session.now_ns = late_ns
    core.advance(late_ns)
    out = core.drain(late_ns)
    assert (out.stop_first, core.state) == (True, State.HALTED)
    assert core.drain(late_ns).data == b""
    world.unit.receive(out.data, late_ns)
    world.run_for(1)
    assert world.at_zero


def stalled() -> World:
    world = World("surface-stroke").started().run_for(30)
    world.core.suspended(5 * SECOND, world.now_ns)
    world.session.hear(say.command_line(say.Beat()))
    return world.run_for(1)


def test_after_a_stall_only_a_person_goes_on_and_ground_is_gone() -> None:
    world = stalled()
    assert world.core.state is State.HALTED
    world.say(say.Resume())
    assert world.told("refused")[-1]["rule"] == "clock"
    world.run_for(7).say(say.Resume()).run_for(1.5)
    assert world.core.state is State.RUNNING
    assert 0 < world.amplitude_ua(1, world.now_ns) < 2_000
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_a_fault_of_a_halted_unit_counts_once_its_stop_is_confirmed() -> None:
    world = stalled().run_for(2)
    assert world.core.state is State.HALTED
    world.core.receive(encode(Fault(FaultCode.STUCK_OUTPUT, 1, 0, 99)), world.now_ns)
    world.run_for(1)
    assert "stuck output" in world.ended["reason"]


def test_a_halt_that_the_unit_does_not_confirm_ends_as_a_fault() -> None:
    world = World("surface-stroke", faults=fault("drop", 36.1, direction="to-host")).started().run_until(36_200 * MS)
    world.core.suspended(5 * SECOND, world.now_ns)
    world.say(say.Beat()).run_for(6)
    assert (world.ended["exit_code"], world.ended["zero_confirmed"]) == (3, False)
    assert "does not confirm" in world.ended["reason"]
