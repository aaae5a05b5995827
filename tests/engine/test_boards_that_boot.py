"""A board that boots while a session waits: reset by us, it may go on when it has booted; by itself, it is a fault."""

from board_desk import Desk, asked

from simulator.faults import Direction, Drop, Reboot
from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say
from stimctl.engine.session_state import State


def running() -> Desk:
    desk = Desk()
    desk.run_until(lambda telling: isinstance(telling, say.Unit))
    desk.ask(asked())
    desk.run_until(lambda telling: isinstance(telling, say.Session))
    desk.ask(say.Arm())
    desk.run_until(lambda telling: isinstance(telling, say.Armed))
    desk.ask(say.Start())
    desk.run_until(lambda telling: isinstance(telling, say.Sample) and bool(telling.level))
    return desk


def halted() -> Desk:
    """Asleep; its stop is not answered, so its line is reset, and the board says that it begins anew."""
    desk = running()
    now_ns = desk.session.now_ns
    desk.board.befall(Drop(at_ns=now_ns, for_ns=1_100 * MS, direction=Direction.TO_HOST))
    desk.session.core.suspended(5 * SECOND, now_ns)
    zero = desk.run_until(lambda telling: isinstance(telling, say.Zero) and telling.confirmed)
    assert isinstance(zero, say.Zero)
    assert zero.after_ms > 1_000
    return desk


def test_who_resumes_while_it_boots_is_told_to_wait_and_nothing_breaks() -> None:
    desk = halted()
    desk.ask(say.Resume())
    refused = desk.run_until(lambda telling: isinstance(telling, say.Refused))
    assert isinstance(refused, say.Refused)
    assert (refused.rule, desk.session.core.state) == ("clock", State.HALTED)


def test_when_it_has_booted_the_session_goes_on_from_the_floor() -> None:
    desk = halted()
    desk.session.run_until(desk.session.now_ns + SECOND)
    for _ in range(80):
        desk.ask(say.Beat())
        desk.session.run_until(desk.session.now_ns + 200 * MS)
    desk.ask(say.Resume())
    desk.run_until(lambda telling: isinstance(telling, say.User) and telling.action == "resumed")
    sample = desk.run_until(lambda telling: isinstance(telling, say.Sample) and bool(telling.level))
    assert isinstance(sample, say.Sample)
    assert sample.level == 1


def test_a_board_that_restarts_by_itself_while_a_session_waits_is_a_fault() -> None:
    desk = running()
    desk.session.core.suspended(5 * SECOND, desk.session.now_ns)
    desk.run_until(lambda telling: isinstance(telling, say.Zero) and telling.confirmed)
    desk.board.befall(Reboot(at_ns=desk.session.now_ns + SECOND))
    ended = desk.run_until(lambda telling: isinstance(telling, say.Ended))
    assert isinstance(ended, say.Ended)
    assert (ended.exit_code, ended.reason, ended.zero_confirmed) == (1, "the board has restarted", True)
