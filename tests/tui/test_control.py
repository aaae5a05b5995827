"""The control: what is sent when, the gate that opens before anything flows, and sessions that do not mix."""

from tui_bench import ANOTHER, ENDED, LOST, SESSION, UNIT, ZERO, Line, Lines, sample

from stimctl.engine import messages as say
from stimctl.engine.ending import TAKE_PADS_OFF
from stimctl.program.loader import load
from stimctl.tui.choices import SIMULATED_PERSON, Choices
from stimctl.tui.control import Control
from stimctl.tui.standing import Standing
from stimctl.tui.stop_gate import StopGate

DEVICE = "sim://stimlink"
OTHER = "sim://stimlink?seed=2"


class Desk:
    """A control with lines that do nothing by themselves, and what it is asked to prepare."""

    def __init__(self) -> None:
        self.lines = Lines()
        self.gate = StopGate(lambda: 0)
        self.heard: list[tuple[int, say.Telling]] = []
        self.warned: list[str] = []
        self.control = Control(self.lines.open, self.gate, lambda *said: self.heard.append(said), self.warned.append)
        self.choices = Choices()
        self.choices.take(load("demo"))

    def arm(self) -> None:
        self.control.arm(DEVICE, lambda unit: self.choices.prepare(simulated=unit.simulated))

    def tell(self, *tellings: say.Telling) -> None:
        """By the newest line, as its thread would."""
        for telling in tellings:
            self.lines[-1].told(telling)
        self.deliver()

    def deliver(self) -> None:
        while self.heard:
            self.control.heard(*self.heard.pop(0))

    def running(self) -> None:
        self.arm()
        self.tell(UNIT, SESSION, say.Armed())
        self.control.start()
        self.tell(say.Started(40_000))

    @property
    def sent(self) -> list[type]:
        return [type(command) for command in self.lines[-1].commands]


def test_arming_prepares_and_arms_and_never_starts() -> None:
    desk = Desk()
    desk.arm()
    desk.tell(UNIT, SESSION, say.Armed())
    assert desk.sent == [say.Prepare, say.Arm]
    assert desk.control.picture.standing is Standing.ARMED


def test_a_unit_that_was_found_before_is_asked_without_finding_it_again() -> None:
    desk = Desk()
    desk.control.connect(DEVICE)
    desk.tell(UNIT)
    desk.arm()
    assert len(desk.lines) == 1
    assert desk.sent == [say.Prepare]


def test_finding_a_unit_arms_nothing() -> None:
    desk = Desk()
    desk.control.connect(DEVICE)
    desk.tell(UNIT, SESSION)
    assert desk.sent == []


def test_what_must_not_be_asked_is_said_and_nothing_is_sent() -> None:
    desk = Desk()
    desk.control.arm(DEVICE, lambda unit: "the checks are missing")
    desk.tell(UNIT)
    assert desk.sent == []
    assert [line.text for line in desk.control.picture.log if line.kind == "no"] == ["the checks are missing"]


def test_a_start_before_the_unit_is_armed_is_none() -> None:
    desk = Desk()
    desk.arm()
    desk.tell(UNIT, SESSION)
    assert not desk.control.start()
    assert say.Start not in desk.sent
    assert not desk.gate.may_flow


def test_the_gate_is_open_before_a_start_is_sent() -> None:
    desk = Desk()
    desk.arm()
    desk.tell(UNIT, SESSION, say.Armed())
    seen: list[bool] = []
    line = desk.lines[-1]
    line.send = lambda command: seen.append(desk.gate.may_flow)  # type: ignore[method-assign]
    desk.control.start()
    assert seen == [True]


def test_a_resume_opens_the_gate_and_is_one_only_from_a_pause() -> None:
    desk = Desk()
    desk.running()
    assert not desk.control.resume()
    desk.tell(say.User(action="pausing"), say.User(action="paused"))
    assert not desk.gate.may_flow
    assert desk.control.resume()
    assert desk.gate.may_flow
    assert desk.sent[-1] is say.Resume


def test_the_gate_closes_when_zero_is_confirmed_and_not_before() -> None:
    desk = Desk()
    desk.running()
    desk.control.stop("Space")
    desk.tell(say.Stopped(cause="person"))
    assert desk.gate.may_flow
    desk.tell(ZERO)
    assert not desk.gate.may_flow


def test_the_last_words_of_an_engine_before_do_not_count_for_the_one_that_runs() -> None:
    desk = Desk()
    desk.control.connect(DEVICE)
    desk.tell(UNIT)
    desk.control.connect(OTHER)
    desk.control.arm(OTHER, lambda unit: desk.choices.prepare(simulated=True))
    desk.tell(UNIT, SESSION, say.Armed())
    desk.control.start()
    desk.tell(say.Started(40_000), sample(2_000, 3.0))
    old = desk.lines[0]
    old.told(ZERO)
    old.told(ENDED)
    desk.deliver()
    assert desk.gate.may_flow
    assert not desk.control.picture.over


def test_another_unit_ends_the_session_on_the_first() -> None:
    desk = Desk()
    desk.control.connect(DEVICE)
    desk.control.connect(OTHER)
    assert desk.lines[0].closed
    assert desk.gate.line is desk.lines[1]


def test_after_an_end_the_next_arming_is_a_new_engine() -> None:
    desk = Desk()
    desk.running()
    desk.tell(ZERO, ENDED)
    desk.arm()
    assert len(desk.lines) == 2
    assert desk.control.picture.standing is Standing.LOOKING


def test_what_is_asked_of_a_unit_is_what_was_chosen_when_it_was_armed() -> None:
    desk = Desk()
    chosen = desk.choices.as_they_are()
    desk.control.arm(DEVICE, lambda unit: chosen.prepare(simulated=True))
    desk.choices.take(load("tap"))
    desk.choices.thresholds[1] = SIMULATED_PERSON
    desk.choices.checked.add(0)
    desk.tell(UNIT)
    (asked,) = desk.lines[-1].commands
    assert isinstance(asked, say.Prepare)
    assert asked.plan.title == "Demo"
    assert (chosen.thresholds, chosen.checked) == ({}, set())


def test_a_session_is_armed_once() -> None:
    desk = Desk()
    desk.arm()
    desk.tell(UNIT, SESSION, SESSION)
    assert desk.sent.count(say.Arm) == 1


def test_the_picture_knows_of_a_start_before_the_engine_tells_of_it() -> None:
    desk = Desk()
    desk.arm()
    desk.tell(UNIT, SESSION, say.Armed())
    desk.control.start()
    assert desk.control.picture.may_flow


def test_what_is_over_is_asked_for_nothing_more() -> None:
    desk = Desk()
    desk.running()
    desk.tell(ENDED)
    before = list(desk.lines[-1].commands)
    desk.control.send(say.Down(1))
    assert desk.lines[-1].commands == before


def test_a_line_that_is_closed_is_at_the_gate_no_more() -> None:
    desk = Desk()
    desk.running()
    desk.control.close()
    assert desk.lines[-1].closed
    assert (desk.gate.line, desk.gate.may_flow) == (None, False)


def test_the_last_words_of_a_session_that_was_closed_are_not_lost_when_its_zero_is_in_doubt() -> None:
    desk = Desk()
    desk.running()
    desk.control.connect(OTHER)
    desk.lines[0].told(LOST)
    desk.deliver()
    assert desk.warned == [TAKE_PADS_OFF]
    assert (desk.gate.may_flow, desk.control.picture.standing) == (True, Standing.NOT_ZERO)


def test_a_unit_in_doubt_is_reached_again_by_a_new_engine_and_the_gate_stays_open_until_it_answers() -> None:
    desk = Desk()
    desk.running()
    desk.tell(LOST)
    desk.control.reach_again()
    assert len(desk.lines) == 2
    assert (desk.gate.may_flow, desk.control.picture.standing) == (True, Standing.NOT_ZERO)
    desk.tell(UNIT)
    assert (desk.gate.may_flow, desk.control.picture.standing) == (False, Standing.READY)


def test_a_system_that_starts_no_engine_is_no_unit_and_says_so() -> None:
    desk = Desk()

    def no_room(*_: object) -> Line:
        raise OSError(11, "no room for another process")

    control = Control(no_room, desk.gate, lambda *said: None, desk.warned.append)
    control.connect(DEVICE)
    assert control.picture.standing is Standing.NO_UNIT
    assert "no room" in control.picture.advice


def test_who_says_that_the_unit_in_doubt_is_off_settles_it() -> None:
    desk = Desk()
    desk.running()
    desk.tell(LOST)
    desk.control.settle()
    desk.control.connect(OTHER)
    assert (desk.gate.may_flow, desk.control.picture.standing) == (False, Standing.LOOKING)


def test_to_settle_a_doubt_ends_what_runs_and_the_next_session_is_a_new_one() -> None:
    desk = in_doubt_while_another_answers()
    desk.control.settle()
    assert desk.lines[1].closed
    assert (desk.gate.line, desk.gate.may_flow) == (None, False)
    assert desk.control.picture.standing is Standing.NO_UNIT
    desk.control.connect(DEVICE)
    assert len(desk.lines) == 3
    desk.tell(ANOTHER)
    assert desk.control.picture.standing is Standing.READY


def in_doubt_while_another_answers() -> Desk:
    desk = Desk()
    desk.running()
    desk.tell(LOST)
    desk.control.reach_again()
    desk.tell(ANOTHER)
    return desk


def test_what_is_left_by_settling_is_in_doubt_only_for_what_it_did_itself() -> None:
    desk = in_doubt_while_another_answers()
    desk.control.settle()
    desk.control.connect(DEVICE)
    desk.lines[1].told(ENDED)
    desk.deliver()
    assert not desk.gate.may_flow


def test_a_unit_that_is_left_by_settling_another_is_in_doubt_where_it_does_not_confirm() -> None:
    desk = in_doubt_while_another_answers()
    desk.control.settle()
    desk.control.connect(DEVICE)
    desk.lines[1].told(LOST)
    desk.deliver()
    assert desk.control.picture.doubted == {"another"}


def test_what_a_unit_that_is_off_told_last_is_no_news() -> None:
    desk = Desk()
    desk.control.connect(DEVICE)
    desk.tell(UNIT, say.Zero(confirmed=False, after_ms=700, advice="pads off"))
    desk.control.settle()
    desk.control.connect(OTHER)
    desk.lines[0].told(LOST)
    desk.deliver()
    assert not desk.gate.may_flow


def refusals(desk: Desk) -> list[str]:
    return [line.text for line in desk.control.picture.log if line.kind == "no"]


def test_another_unit_that_answers_for_one_in_doubt_is_not_armed() -> None:
    desk = Desk()
    desk.running()
    desk.tell(LOST)
    desk.arm()
    desk.tell(ANOTHER)
    assert desk.sent == []
    assert refusals(desk) == [desk.control.picture.advice] == ["not armed: unit 0042 has not confirmed zero"]
    assert desk.control.picture.standing is Standing.NOT_ZERO


def test_nor_is_one_that_had_answered_before() -> None:
    desk = in_doubt_while_another_answers()
    desk.arm()
    assert desk.sent == []
    assert refusals(desk) == ["not armed: unit 0042 has not confirmed zero"]


def test_a_doubt_that_is_told_while_a_unit_is_asked_keeps_it_from_being_armed() -> None:
    desk = Desk()
    desk.control.connect(DEVICE)
    desk.tell(UNIT)
    desk.control.arm(OTHER, lambda unit: desk.choices.prepare(simulated=True))
    desk.tell(ANOTHER)
    desk.lines[0].told(LOST)
    desk.tell(SESSION)
    assert desk.sent == [say.Prepare]
    assert refusals(desk) == ["not armed: unit 0042 has not confirmed zero"]
    assert desk.control.picture.standing is Standing.NOT_ZERO


def test_the_last_words_of_every_session_that_was_left_count_once() -> None:
    desk = Desk()
    desk.control.connect(DEVICE)
    desk.tell(UNIT)
    desk.control.connect(OTHER)
    desk.tell(ANOTHER)
    desk.control.connect("sim://stimlink?seed=3")
    for line in (*desk.lines[:2], *desk.lines[:2]):
        line.told(LOST)
    desk.deliver()
    assert desk.control.picture.doubted == {"0042", "another"}
    assert desk.warned == [TAKE_PADS_OFF] * 2


def test_a_doubt_that_the_next_session_has_is_not_told_by_the_one_before_as_well() -> None:
    desk = Desk()
    desk.running()
    desk.tell(LOST)
    desk.control.reach_again()
    desk.control.connect(OTHER)
    desk.tell(UNIT)
    desk.lines[1].told(LOST)
    desk.deliver()
    assert (desk.gate.may_flow, desk.warned) == (False, [])
