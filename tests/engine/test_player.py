"""One channel of a plan as a person turns it down and up."""

import pytest
from engine_bench import segment

from stimctl.clock import SECOND
from stimctl.engine.player import Player
from stimctl.model.limits import CONSUMER
from stimctl.model.scale import Scale
from stimctl.model.segment import Segment
from stimctl.safety.ground import Ground


def level(start_s: int, amplitude_ua: int) -> Segment:
    """A second of it."""
    return segment(start_s * SECOND, (start_s + 1) * SECOND, amplitude_ua, amplitude_ua)


def playing(*levels_ua: int) -> Player:
    """A second of each, and the plan's zero is that of the clock."""
    player = Player(tuple(level(at_s, ua) for at_s, ua in enumerate(levels_ua)), CONSUMER, Ground())
    player.begin(0, 0)
    return player


def planned_ua(player: Player, at_s: int) -> int:
    return player.planned_ua(at_s * SECOND + SECOND // 2)


@pytest.mark.parametrize("planned", [1_000, 2_000, 4_999])
def test_low_in_the_plan_a_down_takes_off_a_step_of_the_peak_and_no_more(planned: int) -> None:
    """A step off 2 mA leaves three quarters of it; three quarters of a peak of 10 mA would be five steps at once."""
    player = playing(10_000, planned)
    assert player.down(SECOND + 1, planned) == planned - Scale.CURRENT.step
    assert planned_ua(player, 0) == 10_000 - Scale.CURRENT.step


def test_from_half_of_the_peak_on_a_down_leaves_what_the_person_now_has() -> None:
    player = playing(10_000, 5_000)
    assert player.down(SECOND + 1, 5_000) == 4_500
    assert (planned_ua(player, 0), planned_ua(player, 1)) == (9_000, 4_500)


def test_a_down_on_the_way_up_leaves_a_step_less_than_what_flows() -> None:
    player = playing(10_000, 8_000)
    assert player.down(SECOND + 1, 4_000) == 3_500
    assert planned_ua(player, 1) == 3_500


def test_where_nothing_is_cleared_a_down_goes_by_the_plan() -> None:
    player = playing(10_000, 8_000)
    assert player.down(SECOND + 1, 0) == 7_500


def test_a_down_takes_no_more_than_there_is() -> None:
    player = playing(10_000, 300)
    assert player.down(SECOND + 1, 300) == 0
    assert planned_ua(player, 0) == 9_500


def test_a_down_of_the_last_seconds_goes_by_the_highest_in_them() -> None:
    """Between two bursts the plan is at zero."""
    player = playing(0, 8_000, 0)
    assert player.down(2 * SECOND + 1, 8_000, SECOND) == 7_500
    assert planned_ua(player, 1) == 7_500
