"""The state of a stimlink, as a table.

Rule 1: every change of state is in MOVES; an event that is not in a state's row leaves the state as it is.
Rule 2: what may not be *sent* in a state is in FORBIDDEN; Stop is in no row of it.
Rule 3: the table does not know which end of the wire is asking. Both ends hold one.

Theory of operation: a link is UNKNOWN until a Welcome. Arm asks (ARMING), Armed grants (ARMED); segments flow only
then. Stop leaves every state at once (STOPPING), and only Stopped, with its new nonce, ends that. A Fault leaves the
device TRIPPED until it is stopped.
"""

from enum import Enum

from firmware_protocol.stimlink.events import (
    Arm,
    Armed,
    Event,
    Fault,
    KeepAlive,
    Limit,
    Nack,
    SegmentFrame,
    Stop,
    Stopped,
    Welcome,
)

__all__ = ["FORBIDDEN", "MOVES", "State", "after"]


class State(Enum):
    UNKNOWN = "unknown"
    IDLE = "idle"
    ARMING = "arming"
    ARMED = "armed"
    STOPPING = "stopping"
    TRIPPED = "tripped"


MOVES: dict[State, dict[type, State]] = {
    State.UNKNOWN: {Welcome: State.IDLE},
    State.IDLE: {Arm: State.ARMING, Stop: State.STOPPING, Fault: State.TRIPPED},
    State.ARMING: {Armed: State.ARMED, Nack: State.IDLE, Stop: State.STOPPING, Fault: State.TRIPPED},
    State.ARMED: {Stop: State.STOPPING, Fault: State.TRIPPED},
    State.STOPPING: {Stopped: State.IDLE},
    State.TRIPPED: {Stop: State.STOPPING},
}

FORBIDDEN: dict[State, frozenset[type]] = {
    State.UNKNOWN: frozenset({Arm, SegmentFrame, Limit, KeepAlive}),
    State.IDLE: frozenset({SegmentFrame, Limit, KeepAlive}),
    State.ARMING: frozenset({SegmentFrame, Limit, KeepAlive}),
    State.ARMED: frozenset(),
    State.STOPPING: frozenset({Arm, SegmentFrame, Limit, KeepAlive}),
    State.TRIPPED: frozenset({Arm, SegmentFrame, Limit, KeepAlive}),
}


def after(state: State, event: Event) -> State:
    """The state once `event` has crossed the wire, in either direction."""
    return MOVES[state].get(type(event), state)
