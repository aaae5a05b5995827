"""The picture of a session: what tellings make of it, and that it errs towards yes where current is concerned."""

from dataclasses import replace

from tui_bench import ANOTHER, ENDED, LOST, SESSION, UNIT, ZERO, sample

from stimctl.engine import messages as say
from stimctl.tui.picture import SessionPicture
from stimctl.tui.standing import Standing


def after(*tellings: say.Telling) -> SessionPicture:
    picture = SessionPicture()
    for telling in tellings:
        picture.heard(telling)
    return picture


RUNNING = (UNIT, SESSION, say.Armed(), say.Started(60_000))


def test_until_a_session_starts_nothing_may_flow() -> None:
    picture = after(UNIT, SESSION, say.Armed())
    assert (picture.standing, picture.may_flow) == (Standing.ARMED, False)


def test_from_the_moment_that_a_start_is_asked_for_output_may_flow() -> None:
    picture = after(UNIT, SESSION, say.Armed())
    picture.asked_to_flow()
    assert picture.may_flow


def test_it_may_flow_until_the_unit_confirmed_zero_or_the_session_is_over() -> None:
    running = after(*RUNNING, sample(5_000, 3.0), say.Stopped(cause="person"))
    assert (running.standing, running.may_flow) == (Standing.STOPPING, True)
    running.heard(ZERO)
    assert not running.may_flow


def test_zero_that_is_not_confirmed_is_shown_as_what_it_is_and_may_flow() -> None:
    picture = after(*RUNNING, say.Stopped(cause="person"), say.Zero(confirmed=False, after_ms=700, advice="pads off"))
    assert (picture.standing, picture.may_flow, picture.advice) == (Standing.NOT_ZERO, True, "pads off")


def test_a_pause_is_zero_once_it_is_told_and_a_resume_may_flow_again() -> None:
    picture = after(*RUNNING, say.User(action="pausing", why="a person asked for it"))
    assert (picture.standing, picture.may_flow) == (Standing.PAUSING, True)
    picture.heard(say.User(action="paused"))
    assert (picture.standing, picture.may_flow) == (Standing.PAUSED, False)
    picture.heard(say.User(action="resumed"))
    assert picture.may_flow


def test_after_a_stall_it_may_flow_until_the_unit_has_confirmed_zero() -> None:
    picture = after(*RUNNING, sample(5_000, 3.0), say.Stopped(cause="stall"), say.User(action="paused", why="late"))
    assert (picture.standing, picture.may_flow) == (Standing.PAUSED, True)
    assert picture.channels[1].last is not None
    assert picture.channels[1].last.amplitude_ma == 3.0
    picture.heard(ZERO)
    assert (picture.standing, picture.may_flow) == (Standing.PAUSED, False)
    picture.heard(say.Armed())
    picture.heard(say.User(action="resumed"))
    assert picture.may_flow


def test_a_ramp_is_told_with_what_is_left_of_it_and_then_it_is_a_hold() -> None:
    phase = say.PhaseBegan(index=0, name="surface", depth="surface", lasts_ms=30_000, ramp_ms=8_000)
    picture = after(*RUNNING, phase, sample(3_000, 2.0))
    assert (picture.standing, picture.ramp_left_ms) == (Standing.RAMPING, 5_000)
    picture.heard(sample(9_000, 6.0))
    assert (picture.standing, picture.ramp_left_ms) == (Standing.HOLD, 0)


def test_a_session_that_is_complete_is_done_and_one_that_was_stopped_is_stopped() -> None:
    assert after(*RUNNING, ZERO, replace(ENDED, exit_code=0)).standing is Standing.DONE
    assert after(*RUNNING, ZERO, ENDED).standing is Standing.STOPPED


def test_a_fault_stays_a_fault_to_the_end() -> None:
    ended = replace(ENDED, exit_code=1, reason="stuck output")
    picture = after(*RUNNING, say.Fault(why="stuck output"), say.Stopped(cause="fault"), ZERO, ended)
    assert (picture.standing, picture.advice) == (Standing.FAULT, "stuck output")


def test_an_end_without_confirmed_zero_is_not_at_zero() -> None:
    assert after(*RUNNING, LOST).standing is Standing.NOT_ZERO


def test_a_warning_about_a_pad_is_logged_once_as_long_as_it_stays() -> None:
    picture = after(*RUNNING, *[sample(1_000 + at, 3.0, warning="the load has risen") for at in range(5)])
    assert [line.kind for line in picture.log].count("pads") == 1


def test_the_log_gives_every_line_once() -> None:
    picture = after(*RUNNING)
    first = list(picture.new_lines(0))
    seen = picture.logged
    picture.heard(say.Gap(channel=1, why="two frames were lost"))
    assert [line.kind for line in picture.new_lines(seen)] == ["gap"]
    assert len(first) == seen


def test_a_unit_that_reports_more_than_zero_may_flow_whatever_was_told() -> None:
    picture = after(*RUNNING, say.User(action="pausing"), say.User(action="paused"), sample(2_000, 5.0))
    assert picture.may_flow
    picture.heard(sample(2_200, 0.0))
    assert not picture.may_flow


def lost() -> SessionPicture:
    """A session that ended with its unit in doubt."""
    not_zero = say.Zero(confirmed=False, after_ms=700, advice="pads off")
    return after(*RUNNING, say.Fault(why="link lost"), not_zero, LOST)


def test_a_unit_that_was_left_in_doubt_stays_so_in_the_next_session_until_one_has_answered_a_stop() -> None:
    picture = SessionPicture.after(lost())
    assert (picture.standing, picture.may_flow, picture.advice) == (Standing.NOT_ZERO, True, "pads off")
    picture.heard(UNIT)
    assert (picture.standing, picture.may_flow) == (Standing.READY, False)


def test_a_unit_in_doubt_that_is_not_found_is_still_in_doubt() -> None:
    picture = SessionPicture.after(lost())
    picture.heard(LOST)
    assert (picture.standing, picture.may_flow) == (Standing.NOT_ZERO, True)
    assert SessionPicture.after(picture).in_doubt


def test_after_a_session_that_ended_at_zero_nothing_is_in_doubt() -> None:
    picture = SessionPicture.after(after(*RUNNING, say.Stopped(cause="person"), ZERO, ENDED))
    assert (picture.standing, picture.may_flow) == (Standing.LOOKING, False)


def test_another_unit_that_answers_settles_nothing() -> None:
    picture = SessionPicture.after(lost())
    picture.heard(ANOTHER)
    assert (picture.standing, picture.may_flow) == (Standing.NOT_ZERO, True)
    picture.heard(ENDED)
    assert picture.in_doubt


def test_after_an_engine_died_and_the_unit_was_stopped_by_hand_nothing_is_reported_to_flow() -> None:
    died = replace(ENDED, exit_code=1, reason="the engine died; the unit was stopped from here")
    picture = after(*RUNNING, sample(5_000, 3.0), died)
    assert (picture.standing, picture.may_flow) == (Standing.STOPPED, False)


def test_what_was_advised_for_a_unit_in_doubt_is_not_said_once_it_has_answered() -> None:
    picture = SessionPicture.after(lost())
    picture.heard(UNIT)
    assert picture.advice == ""
