"""What a board delivers in a session is what `check` predicted: level by level, stretch by stretch, in virtual time."""

import pytest
from board_desk import Desk, asked
from level_match import matched

from stimctl.drivers.nominal import NOMINAL
from stimctl.engine import messages as say
from stimctl.engine.preparing import Preparation
from stimctl.model.scale import LEVEL
from stimctl.program.loader import load
from stimctl.program.timeline_file import timeline_lines

# A level that was late by a whole slot, and 100 ms of the board's.
LATE_S = 0.3


@pytest.mark.parametrize("program", ["demo"])
def test_a_whole_session_with_dials_set_between_its_phases(program: str) -> None:
    desk, prepare = Desk(), asked(load(program).plan)
    desk.running(prepare)
    while True:
        told = desk.run_until(lambda telling: isinstance(telling, say.User | say.Ended), 2_000)
        if isinstance(told, say.Ended):
            break
        if told.action == "paused":
            # a person takes a while
            desk.let_run(3)
            desk.ask(say.DialsSet())
            desk.ask(say.Resume())
    assert told.exit_code == 0
    preparation = Preparation(prepare, NOMINAL["openemsstim"])
    while not preparation.step():
        pass
    ready = preparation.ready
    stretches = matched(
        timeline_lines(prepare.plan, ready.compiled, ready.terms.thresholds, ready.terms.limits),
        [event for event in desk.events if event[0] > 11_300_000],
    )
    assert len(stretches) >= 2 * len(ready.dials)
    for stretch in stretches:
        assert stretch.outside_permille <= LEVEL / 1_000, stretch
        assert stretch.above_permille == 0, stretch
        assert stretch.largest_gap_ms < 300, stretch
        assert abs(stretch.on_s - stretch.planned_on_s) < LATE_S, stretch
