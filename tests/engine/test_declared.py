"""The limits of a session in levels, from what is declared of a unit and known of a person."""

import pytest

from stimctl.drivers.nominal import NOMINAL
from stimctl.engine.declared import level_limits
from stimctl.model.levels import Levels
from stimctl.model.limits import PROFILES

BOARD = NOMINAL["openemsstim"]


def rise(*comfort_levels: int) -> int:
    of = {
        channel: Levels(sensory_level=2, comfort_level=comfort, at_phase_us=200, at_period_us=12_500)
        for channel, comfort in enumerate(comfort_levels, 1)
    }
    return level_limits(PROFILES["consumer"], of, BOARD).rise_ua_per_s


@pytest.mark.parametrize(
    ("comfort_levels", "rise_ua_per_s"),
    [((11,), 1_000), ((61,), 6_000), ((100,), 9_900), ((61, 31), 3_000), ((100, 100), 5_000), ((3,), 200)],
    ids=[
        "10 levels in 10 s",
        "60 in 10 s",
        "the whole range",
        "the slower channel",
        "two share the line",
        "two levels",
    ],
)
def test_from_the_floor_to_comfort_takes_10_s_and_no_quicker_than_the_line_carries(
    comfort_levels: tuple[int, ...], rise_ua_per_s: int
) -> None:
    assert rise(*comfort_levels) == rise_ua_per_s


def test_nothing_returns_faster_than_it_first_rose() -> None:
    of = {1: Levels(sensory_level=2, comfort_level=61, at_phase_us=200, at_period_us=12_500)}
    assert level_limits(PROFILES["consumer"], of, BOARD).returns_per_s == 0
