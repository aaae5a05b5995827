"""Presses of Down and Up, and a person's word that dials are set: what they do to what plays, and what is told."""

from stimctl.engine import messages as say
from stimctl.engine.playing import Playing
from stimctl.engine.session_state import ARMED_STATES, WAITING, Cause, State

__all__ = ["STEPS", "dials_set", "press"]

# What a person asks of a session as a whole, as what moves it.
STEPS: dict[type[say.Command], Cause] = {
    say.Arm: Cause.ARM,
    say.Start: Cause.START,
    say.Pause: Cause.PAUSE,
    say.Resume: Cause.RESUME,
}


def press(command: say.Down | say.Up, playing: Playing | None, state: State, now_ns: int) -> say.User | say.Refused:
    """Do what was pressed, or say why not; a refusal changes nothing."""
    channel, action = command.channel, "down" if isinstance(command, say.Down) else "up"
    if playing is None or channel not in playing.conductor.players or state not in ARMED_STATES:
        return say.Refused(rule="state", why=f"{action} on channel {channel} means nothing while {state.value}")
    if action == "down":
        playing.conductor.down(channel, now_ns)
        return say.User(action=action, channel=channel)
    if playing.ready.by_hand and state is not State.RUNNING:
        return say.Refused(rule="state", why=f"by hand, nothing is stepped up while the session is {state.value}")
    why = playing.conductor.up(channel, now_ns)
    if why is not None:
        return say.Refused(rule=action, why=why)
    return say.User(action=action, channel=channel)


def dials_set(playing: Playing | None, state: State) -> say.User | say.Refused:
    """Take a person's word for what nothing measures; the plan may go on."""
    setting = playing.dials_wanted if playing is not None and state in WAITING else None
    if playing is None or setting is None:
        return say.Refused(rule="dials", why="no dials are waited for now")
    playing.conductor.lift()
    return say.User(action="dials set", why=f"to {setting}, by hand")
