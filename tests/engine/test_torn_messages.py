"""Messages that are too deep or too long are dropped, and the session goes on."""

from world import World

from stimctl.engine import messages as say
from stimctl.engine.session_state import State


def test_json_that_is_nested_too_deeply_is_refused_and_the_session_goes_on() -> None:
    world = World().started().run_for(5)
    world.session.hear(b'{"version":1,"do":' + b"[" * 100_000 + b"\n")
    world.run_for(1)
    assert world.told("refused")[-1]["rule"] == "message"
    assert world.core.state is State.RUNNING


def test_a_message_without_an_end_is_dropped_at_a_megabyte() -> None:
    world = World().started().run_for(2)
    world.session.hear(b"x" * ((1 << 20) + 1))
    world.say(say.Pause()).run_for(2)
    assert world.told("refused")[-1]["rule"] == "message"
    assert world.core.state is State.PAUSED
