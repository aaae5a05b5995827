"""What is not recorded does not run."""

from world import World

from stimctl.clock import MS, SECOND
from stimctl.engine import messages as say


def test_a_journal_that_cannot_be_written_ramps_down_within_five_seconds_and_ends() -> None:
    world = World("surface-stroke").started().run_for(30)
    full_ns = world.now_ns
    world.core.journal_failed("no space left on device", full_ns)
    world.run_for(6)
    assert world.off_since_ns() - full_ns < 5 * SECOND
    assert "journal" in world.ended["reason"]
    fall = [f.amplitude_ua for f in world.skin.felt if f.channel == 1 and f.t_us * 1000 > full_ns + 70 * MS]
    assert len(fall) > 20


def test_a_journal_that_cannot_be_written_arms_nothing() -> None:
    world = World().prepared()
    world.core.journal_failed("no space left on device", world.now_ns)
    world.say(say.Arm()).run_for(3)
    assert world.told("armed") == []
    assert "journal" in world.ended["reason"]
