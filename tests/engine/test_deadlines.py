"""What has to happen in time, each deadline by itself."""

import pytest

from stimctl.clock import MS, SECOND
from stimctl.drivers.driver import StopRepeats
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine.ending import CAUSES, Ending
from stimctl.engine.record import Record
from stimctl.engine.session_state import MOVES, Cause, State
from stimctl.engine.stopping import Stopping
from stimctl.engine.vigil import Vigil


@pytest.mark.parametrize(
    ("state", "late_ms", "stall"),
    [
        (State.RUNNING, 150, False),
        (State.RUNNING, 151, True),
        (State.PAUSING, 151, True),
        (State.ARMED, 1_000, False),
        (State.ARMED, 1_001, True),
        (State.PAUSED, 1_001, True),
        (State.READY, 9_000, False),
        (State.HALTED, 9_000, False),
    ],
)
def test_a_turn_is_a_stall_by_how_late_it_comes_and_what_may_flow(state: State, late_ms: int, stall: bool) -> None:
    vigil = Vigil(0)
    vigil.will_wake(SECOND)
    assert (vigil.stall(state, SECOND + late_ms * MS) is not None) is stall


def test_a_wake_is_judged_once() -> None:
    vigil = Vigil(0)
    vigil.will_wake(SECOND)
    assert vigil.stall(State.RUNNING, 2 * SECOND) is not None
    assert vigil.stall(State.RUNNING, 3 * SECOND) is None


def test_stop_bytes_are_repeated_after_20_ms_doubling_to_200() -> None:
    stopping = Stopping(StimlinkDriver.stop_repeats, 500, 0)
    sent = [ms for ms in range(0, 1_000) if stopping.due(ms * MS)]
    assert sent == [0, 20, 60, 140, 300, 500, 700, 900]


def test_what_is_not_confirmed_is_said_once_at_release_plus_200() -> None:
    stopping = Stopping(StopRepeats((20,)), 500, 0)
    assert [ms for ms in range(0, 3_000) if stopping.overdue(ms * MS)] == [700]


def test_repeats_end_two_seconds_after_that() -> None:
    stopping = Stopping(StopRepeats((20,)), 500, 0)
    assert [stopping.hopeless(ms * MS) for ms in (2_699, 2_700)] == [False, True]


def test_stop_bytes_may_be_bounded_and_then_the_line_is_reset_once_after_a_silence() -> None:
    stopping = Stopping(StopRepeats((250,), most=3, reset_after_ms=650, hope_ms=4_000), 650, 0)
    done = [(stopping.due(ms * MS), stopping.reset_due(ms * MS)) for ms in range(0, 5_000)]
    assert [ms for ms, (sent, _) in enumerate(done) if sent] == [0, 250, 500]
    assert [ms for ms, (_, reset) in enumerate(done) if reset] == [1_150]
    assert [stopping.hopeless(ms * MS) for ms in (4_849, 4_850)] == [False, True]


def test_a_stop_that_is_confirmed_resets_nothing() -> None:
    stopping = Stopping(StopRepeats((250,), most=1, reset_after_ms=100), 650, 0)
    assert stopping.due(0)
    stopping.confirm(50 * MS)
    assert not stopping.reset_due(200 * MS)


def test_an_answer_that_does_not_measure_the_output_off_confirms_nothing() -> None:
    ending = Ending(StimlinkDriver(), Record(0))
    ending.begin_stop(0)
    assert not ending.zero(False, MS)
    assert not ending.confirmed
    assert ending.zero(True, 2 * MS)
    assert ending.confirmed


@pytest.mark.parametrize(("confirmed", "unit_known", "code"), [(True, True, 4), (False, True, 3), (False, False, 4)])
def test_zero_that_was_not_confirmed_is_exit_3_where_there_was_a_unit(
    confirmed: bool, unit_known: bool, code: int
) -> None:
    ending = Ending(StimlinkDriver(), Record(0))
    ending.why = CAUSES["person"]
    ending.begin_stop(0)
    ending.zero(confirmed, MS)
    ending.end(unit_known, {}, "", 2 * MS)
    assert ending.ended is not None
    assert ending.ended.exit_code == code


@pytest.mark.parametrize("state", State)
def test_stop_and_fault_lead_somewhere_from_every_state(state: State) -> None:
    assert {Cause.STOP, Cause.FAULT} <= MOVES[state].keys()


@pytest.mark.parametrize("state", State)
def test_nothing_flows_again_after_a_fault(state: State) -> None:
    reached, new = set(), {MOVES[state][Cause.FAULT]}
    while new:
        reached |= new
        new = {to for at in new for to in MOVES[at].values()} - reached
    if state is not State.STOPPING:
        assert reached <= {State.STOPPING, State.TRIPPED, State.ENDED, State.LOCKED_OUT}
    assert State.RUNNING not in reached


def test_the_table_is_total() -> None:
    assert set(MOVES) == set(State)
