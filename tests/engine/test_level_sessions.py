"""Sessions on a board that is driven in levels, in virtual time, judged by what the simulated board delivered."""

from dataclasses import replace
from itertools import pairwise

import pytest
from board_desk import DEMO, OF, Desk, asked, named

from stimctl.clock import SECOND
from stimctl.engine import messages as say


def test_before_the_banner_nothing_is_sent_and_the_wait_is_told() -> None:
    desk = Desk()
    desk.run_until(lambda telling: isinstance(telling, say.Unit))
    waits = [one.waited_ms for one in desk.told if isinstance(one, say.Waiting)]
    assert waits == list(range(0, waits[-1] + 1, 500))
    assert not any(kind.startswith("pin") and value for _, kind, value in desk.events)
    assert any('"sent"' not in line for line in desk.session.journal)


def test_between_phases_that_need_another_setting_it_is_at_zero_until_a_person_has_said_that_it_is_set() -> None:
    desk = Desk()
    desk.running()
    wanted = desk.run_until(lambda telling: isinstance(telling, say.Dials))
    assert isinstance(wanted, say.Dials)
    assert (wanted.setting.name, wanted.setting.rate_hz, wanted.setting.phase_duration_us) == ("deep", 5.0, 250)
    desk.run_until(named("paused"))
    desk.session.run_until(desk.session.now_ns + SECOND)
    assert not desk.pins_on
    desk.ask(say.Resume())
    refused = desk.run_until(lambda telling: isinstance(telling, say.Refused))
    assert isinstance(refused, say.Refused)
    assert refused.rule == "dials"
    assert not desk.pins_on
    desk.ask(say.DialsSet())
    said = desk.run_until(named("dials set"))
    assert isinstance(said, say.User)
    assert "5 Hz and 250 µs" in (said.why or "")
    desk.ask(say.Resume())
    began = desk.run_until(lambda telling: isinstance(telling, say.PhaseBegan))
    assert isinstance(began, say.PhaseBegan)
    assert began.name == "deep"
    ended = desk.run_until(lambda telling: isinstance(telling, say.Ended))
    assert isinstance(ended, say.Ended)
    assert (ended.exit_code, desk.pins_on) == (0, False)


def test_that_dials_are_set_says_nothing_while_nobody_waits_for_them() -> None:
    desk = Desk()
    desk.running()
    desk.ask(say.DialsSet())
    refused = desk.run_until(lambda telling: isinstance(telling, say.Refused))
    assert isinstance(refused, say.Refused)
    assert refused.rule == "dials"


def test_levels_go_up_one_by_one_from_the_floor_and_no_quicker_than_a_tenth_of_the_range_a_second() -> None:
    desk = Desk()
    desk.running()
    desk.run_until(lambda telling: isinstance(telling, say.Dials))
    on = [value for _, value in desk.wipers if value != 255]
    assert on[0] == 200  # level 1
    rises = [before - after for before, after in pairwise(on) if after < before]
    assert rises
    assert max(rises) <= 2  # a level is one or two steps of the potentiometer


def test_a_person_stops_and_zero_is_what_the_board_says_and_100_ms() -> None:
    desk = Desk()
    desk.running()
    desk.session.run_until(desk.session.now_ns)
    desk.run_until(lambda telling: isinstance(telling, say.Sample) and telling.level == 5)
    desk.ask(say.Stop())
    zero = desk.run_until(lambda telling: isinstance(telling, say.Zero))
    assert isinstance(zero, say.Zero)
    assert zero.confirmed
    assert not desk.pins_on
    ended = desk.run_until(lambda telling: isinstance(telling, say.Ended))
    assert isinstance(ended, say.Ended)
    assert ended.exit_code == 4


def test_a_sample_of_levels_has_no_milliamperes_and_nothing_that_was_not_read() -> None:
    desk = Desk()
    desk.running()
    sample = desk.run_until(lambda telling: isinstance(telling, say.Sample) and telling.level == 3)
    assert isinstance(sample, say.Sample)
    unknown = (sample.amplitude_ma, sample.planned_ma, sample.charge_nc, sample.pulses, sample.contact, sample.load_ohm)
    assert unknown == (None,) * 6
    assert sample.amount == 3


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"levels": {}}, "thresholds"),
        ({"levels": dict.fromkeys(DEMO.channels, replace(OF, comfort_level=20))}, "thresholds"),
        ({"levels": dict.fromkeys(DEMO.channels, replace(OF, comfort_level=101))}, "thresholds"),
        # demo needs 250 µs
        ({"levels": dict.fromkeys(DEMO.channels, replace(OF, at_phase_us=200))}, "declared"),
        # the consumer profile has 50 mA, and 15 µC
        ({"rated_ua": 51_000}, "declared"),
        ({"pads_mm2": dict.fromkeys(DEMO.channels, 1_600), "rated_ua": 49_000}, "declared"),
    ],
)
def test_what_may_not_be_is_refused_before_anything_is_armed(changes: dict[str, object], rule: str) -> None:
    desk = Desk()
    desk.run_until(lambda telling: isinstance(telling, say.Unit))
    desk.ask(asked(**changes))
    refused = desk.run_until(lambda telling: isinstance(telling, say.Refused))
    assert isinstance(refused, say.Refused)
    assert refused.rule == rule
    ended = desk.run_until(lambda telling: isinstance(telling, say.Ended))
    assert isinstance(ended, say.Ended)
    assert ended.exit_code == 5


@pytest.mark.parametrize("missing", ["pads_confirmed", "doctor", "dials_set"])
def test_a_board_on_a_port_is_real_and_needs_a_persons_word(missing: str) -> None:
    desk = Desk(simulated=False)
    desk.run_until(lambda telling: isinstance(telling, say.Unit))
    desk.ask(asked(**{missing: None if missing == "doctor" else False}))
    refused = desk.run_until(lambda telling: isinstance(telling, say.Refused))
    assert isinstance(refused, say.Refused)
    assert refused.rule == "confirmation"
