"""A pause that lasts dulls memory, and in the end is over."""

import pytest
from world import World

from stimctl.engine import messages as say


def test_a_pause_that_nobody_ends_ends_itself() -> None:
    world = World().started().run_for(5).say(say.Pause()).run_for(700)
    assert world.ended["exit_code"] == 1
    assert "nobody" in world.ended["reason"]


@pytest.mark.parametrize(("pause_s", "back_to"), [(20, (0.9, 1.1)), (65, (0.4, 0.75))])
def test_a_pause_of_over_a_minute_halves_what_may_be_returned_to_at_once(pause_s: int, back_to: tuple) -> None:
    world = World("surface-stroke").started().run_for(60)
    before_ua = world.amplitude_ua(1, world.now_ns)
    world.say(say.Pause()).run_for(pause_s).say(say.Resume()).run_for(1.3)
    least, most = back_to
    assert least * before_ua < world.amplitude_ua(1, world.now_ns) < most * before_ua
