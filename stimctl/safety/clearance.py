"""A verdict on a segment: cleared to flow, or refused and why.

Only governor.py makes a `Cleared`, and drivers take nothing else (tests/architecture holds both).
"""

from dataclasses import dataclass

from stimctl.model.segment import Segment

__all__ = ["Cleared", "Refused"]


@dataclass(frozen=True, slots=True)
class Cleared:
    """A segment that every rule lets pass. `replace`: it takes the place of what is queued from its start on."""

    segment: Segment
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A segment that a rule forbids: the rule's name, and a sentence with asked and allowed in one unit."""

    rule: str
    sentence: str
    segment: Segment
