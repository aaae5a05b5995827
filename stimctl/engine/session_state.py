"""The state of a session, as a table.

Rule 1: every move is in MOVES; nothing else decides what may follow what.
Rule 2: STOP and FAULT lead to zero from every state in which current could flow; the first cause wins.
Rule 3: a fault latches: from TRIPPED the only way is LOCKED_OUT, and only a new session leaves that.

    OPENING    looking for the unit                   HALTED     at zero by a stop, disarmed; the person may resume
    READY      unit known, at zero                    REARMING   resuming from HALTED: a new arm is being asked for
    ARMING     arm asked for                          STOPPING   stop sent, zero not yet confirmed
    ARMED      armed, at zero                         TRIPPED    the same, after a fault
    RUNNING    the plan runs                          ENDED      over
    PAUSING    ramping down                           LOCKED_OUT over, by a fault
    PAUSED     at zero, armed; the person may resume
"""

from enum import Enum

__all__ = ["ARMED_STATES", "FLOWING", "MOVES", "OVER", "WAITING", "Cause", "State"]


class State(Enum):
    OPENING = "opening"
    READY = "ready"
    ARMING = "arming"
    ARMED = "armed"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    HALTED = "halted"
    REARMING = "rearming"
    STOPPING = "stopping"
    TRIPPED = "tripped"
    ENDED = "ended"
    LOCKED_OUT = "locked out"


class Cause(Enum):
    """What moves a session on."""

    IDENTIFIED = "identified"
    ARM = "arm"
    ARMED = "armed"
    START = "start"
    PAUSE = "pause"
    AT_ZERO = "at zero"
    RESUME = "resume"
    STALL = "stall"
    STOP = "stop"
    FAULT = "fault"
    RELEASED = "released"


_ANYWHERE = {Cause.STOP: State.STOPPING, Cause.FAULT: State.TRIPPED}

MOVES: dict[State, dict[Cause, State]] = {
    State.OPENING: {Cause.IDENTIFIED: State.READY, **_ANYWHERE},
    State.READY: {Cause.ARM: State.ARMING, **_ANYWHERE},
    State.ARMING: {Cause.ARMED: State.ARMED, Cause.STALL: State.HALTED, **_ANYWHERE},
    State.ARMED: {Cause.START: State.RUNNING, Cause.STALL: State.HALTED, **_ANYWHERE},
    State.RUNNING: {Cause.PAUSE: State.PAUSING, Cause.STALL: State.HALTED, **_ANYWHERE},
    State.PAUSING: {Cause.AT_ZERO: State.PAUSED, Cause.STALL: State.HALTED, **_ANYWHERE},
    State.PAUSED: {Cause.RESUME: State.RUNNING, Cause.STALL: State.HALTED, **_ANYWHERE},
    State.HALTED: {Cause.RESUME: State.REARMING, Cause.STALL: State.HALTED, **_ANYWHERE},
    State.REARMING: {Cause.ARMED: State.RUNNING, Cause.STALL: State.HALTED, **_ANYWHERE},
    State.STOPPING: {Cause.STOP: State.STOPPING, Cause.FAULT: State.STOPPING, Cause.RELEASED: State.ENDED},
    State.TRIPPED: {Cause.STOP: State.TRIPPED, Cause.FAULT: State.TRIPPED, Cause.RELEASED: State.LOCKED_OUT},
    State.ENDED: {Cause.STOP: State.ENDED, Cause.FAULT: State.ENDED},
    State.LOCKED_OUT: {Cause.STOP: State.LOCKED_OUT, Cause.FAULT: State.LOCKED_OUT},
}

# Tuples, because `in` finds a member of an Enum in one by identity, without hashing it.
OVER = (State.ENDED, State.LOCKED_OUT)
# The unit is armed, as far as we know; output may be above zero; somebody is to resume.
ARMED_STATES = (State.RUNNING, State.PAUSING, State.ARMED, State.PAUSED)
FLOWING = (State.RUNNING, State.PAUSING)
WAITING = (State.PAUSED, State.HALTED)
