"""A computer that stands still, sleeps, cannot write, or whose front end hangs, by what the skin felt of it."""

import pytest
from engine_bench import COMFORT_NC, LIMITS, fault
from oracle import violations
from world import World

from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.engine.session_state import State

AT_S = 40.0


def troubled(kind: str, **keys: object) -> World:
    return World("surface-stroke", faults=fault(kind, AT_S, **keys)).started().run_until(round(AT_S * SECOND) - 1)


def test_a_short_stall_is_bridged_by_what_the_unit_holds() -> None:
    world = troubled("host-stall", for_s=0.14).run_for(5)
    assert (world.core.state, world.told("gap")) == (State.RUNNING, [])


@pytest.mark.parametrize(("kind", "for_s"), [("host-stall", 0.4), ("host-stall", 3.0), ("suspend", 3.0)])
def test_a_computer_that_was_away_stops_first_and_waits_for_a_person(kind: str, for_s: float) -> None:
    world = troubled(kind, for_s=for_s).run_for(for_s + 1)
    assert world.core.state is State.HALTED
    assert world.off_since_ns() <= round((AT_S + 0.5) * SECOND)
    world.run_for(7).say(say.Resume()).run_for(10)
    assert world.core.state is State.RUNNING
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_a_computer_that_sleeps_for_good_leaves_the_unit_at_zero() -> None:
    world = troubled("suspend", for_s=3_600.0).run_for(60)
    assert world.off_since_ns() <= round((AT_S + 0.5) * SECOND)


def test_a_disk_that_takes_50_ms_a_write_only_makes_it_late() -> None:
    world = troubled("slow-disk", delay_ms=50, for_s=20.0).run_for(30)
    assert world.told("fault") == []
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    assert world.core.state in (State.RUNNING, State.PAUSED, State.HALTED)


def test_a_full_disk_ramps_down_within_five_seconds() -> None:
    world = troubled("full-disk").run_for(10)
    assert world.off_since_ns() - round(AT_S * SECOND) < 5 * SECOND
    assert "journal" in world.ended["reason"]


def test_a_front_end_that_hangs_is_a_pause_and_what_it_said_is_heard_afterwards() -> None:
    world = troubled("front-frozen", for_s=2.0).run_for(1.9)
    assert world.core.state in (State.PAUSING, State.PAUSED)
    world.say(say.Resume()).run_for(0.1)
    before = len(world.told("user"))
    world.run_for(0.4)
    assert len(world.told("user")) > before
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_a_front_end_that_hangs_for_good_is_a_stop() -> None:
    world = troubled("front-frozen").run_for(5)
    assert world.core.ended
    assert world.off_since_ns() <= round((AT_S + 3.6) * SECOND)
    assert world.now_ns - round(AT_S * SECOND) >= 5 * SECOND - 2 * MS
