"""A few hundred sessions in which things go wrong, and the judge held against worlds that it has to condemn.

`make campaign` runs thousands; a scenario that went wrong once is kept here by its number.
"""

from dataclasses import replace

import pytest
from campaign import play, shrunk
from judge import judge
from scenario import FAMILIES, draw
from telling import Told, tell

from simulator.delivered import Felt, FeltLevel
from simulator.faults import FrontFrozen, StuckOutput, Unplug
from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say

_SESSIONS, _A_TEST = 150, 15


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("first", range(0, _SESSIONS, _A_TEST))
def test_nothing_reaches_the_skin_that_no_skin_should_feel(family: str, first: int) -> None:
    played = [play(family, number) for number in range(first, first + _A_TEST)]
    assert {one.number: one.wrong for one in played if one.wrong} == {}
    assert sum(one.started for one in played) > _A_TEST // 2


def test_a_scenario_is_the_same_every_time_it_is_drawn() -> None:
    assert draw("stimlink", 7) == draw("stimlink", 7)
    assert draw("stimlink", 7) != draw("stimlink", 8)
    assert play("openemsstim", 7) == play("openemsstim", 7)


def test_less_of_a_scenario_leaves_the_rest_as_it_was() -> None:
    whole = next(one for one in (draw("stimlink", n) for n in range(99)) if len(one.faults) == 2 and len(one.acts) > 2)
    less = whole.without(frozenset({"fault 0", "act 1"}))
    assert (less.faults, len(less.acts)) == (whole.faults[1:], len(whole.acts) - 1)
    assert whole.without(frozenset(whole.parts)).plan.phases == whole.plan.phases[:1]


# -- what the judge condemns


def plain(family: str) -> Told:
    """A session in which nothing went wrong, to be made worse."""
    for number in range(400):
        scenario = replace(draw(family, number), faults=(), acts=())
        told = tell(scenario)
        if told.ended is not None and told.ended.exit_code == 0:
            assert judge(told).wrong == []
            return told
    raise AssertionError("no session runs to its end")


def felt(told: Told, **changes: object) -> list[str]:
    """The verdict when one record in the middle is another."""
    entries = told.sink.entries
    at = [n for n, one in enumerate(entries) if isinstance(one, Felt) and one.amplitude_ua and one.channel == 1]
    place = at[len(at) // 2]
    entries[place] = replace(entries[place], **changes)
    return judge(told).wrong


def test_it_condemns_a_jolt() -> None:
    told = plain("stimlink")
    assert any("after" in one for one in felt(told, amplitude_ua=20_000))


def test_it_condemns_more_than_is_comfortable() -> None:
    assert any("over comfort" in one for one in felt(plain("stimlink"), amplitude_ua=49_000))


def test_it_condemns_pulses_that_come_too_close() -> None:
    assert any("pulses since" in one for one in felt(plain("stimlink"), pulses=1_000_000))


@pytest.mark.parametrize("family", FAMILIES)
def test_it_condemns_output_that_goes_on_without_a_byte(family: str) -> None:
    told = plain(family)
    told.byte_ns = [at_ns for at_ns in told.byte_ns if at_ns < told.over_ns - 4 * SECOND]
    assert any("after the last byte" in one for one in judge(told).wrong)


@pytest.mark.parametrize("family", FAMILIES)
def test_it_condemns_output_at_the_end_and_zero_that_was_none(family: str) -> None:
    told = plain(family)
    told.sink.entries[:] = [
        one
        for one in told.sink.entries
        if not (isinstance(one, Felt | FeltLevel) and one.channel == 1 and one.t_us * 1_000 > told.over_ns - 3 * SECOND)
    ]
    wrong = judge(told).wrong
    assert any("on at the end" in one for one in wrong)
    assert any("zero was confirmed" in one for one in wrong)


def test_it_condemns_output_after_a_stop() -> None:
    told = plain("stimlink")
    told.stops_ns = [told.over_ns - 5 * SECOND]
    assert any("after a stop" in one for one in judge(told).wrong)


def test_it_condemns_a_session_that_ends_without_a_word() -> None:
    told = plain("stimlink")
    told.ended = None
    assert judge(told).wrong == ["it ended without a word"]
    told.scenario = replace(told.scenario, faults=(FrontFrozen(at_ns=0),))
    assert judge(told).wrong == []


def test_it_condemns_a_level_that_is_two_more_than_the_one_before() -> None:
    told = plain("openemsstim")
    levels = [n for n, one in enumerate(told.sink.entries) if isinstance(one, FeltLevel) and one.channel == 1]
    place = levels[len(levels) // 2]
    one = told.sink.entries[place]
    assert isinstance(one, FeltLevel)
    told.sink.entries[place] = replace(one, level_permille=one.level_permille + 20)
    assert any("more than a level" in one for one in judge(told).wrong)


def test_it_condemns_stuck_output_that_is_not_locked_out() -> None:
    told = plain("stimlink")
    samples = [at for at, one in told.heard if isinstance(one, say.Sample) and one.channel == 1 and one.amplitude_ma]
    stuck = StuckOutput(at_ns=samples[len(samples) // 3], for_ns=None, channel=1)
    told.scenario = replace(told.scenario, faults=(stuck,))
    told.sink.entries[:] = [
        one
        for one in told.sink.entries
        if not (isinstance(one, Felt) and one.channel == 1 and one.t_us * 1_000 > stuck.at_ns)
    ]
    told.heard = [(at, replace(one, planned_ma=0.0) if isinstance(one, say.Sample) else one) for at, one in told.heard]
    assert any("not locked out" in one for one in judge(told).wrong)


def test_a_cable_that_is_out_is_silence_that_the_judge_measures() -> None:
    scenario = next(one for one in (draw("stimlink", n) for n in range(99)) if one.lasts_ns > 30 * SECOND)
    told = tell(replace(scenario, faults=(Unplug(at_ns=20 * SECOND),), acts=()))
    verdict = judge(told)
    assert (verdict.wrong, verdict.release_ns > 100 * MS) == ([], True)


def test_a_violation_is_shrunk_to_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    import campaign

    number = next(n for n in range(99) if {"fault 0", "fault 1"} < set(draw("stimlink", n).parts))
    whole = play("stimlink", number)

    def guilty(family: str, number: int, *, whole: bool, without: frozenset[str]) -> object:
        return replace(innocent, wrong=() if "fault 1" in without else ("it hurt",))

    innocent = whole
    monkeypatch.setattr(campaign, "play", guilty)
    assert shrunk("stimlink", number) == frozenset(draw("stimlink", number).parts) - {"fault 1"}
