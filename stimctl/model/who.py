"""Who a unit is, as far as that is known before it has said anything."""

from dataclasses import dataclass

__all__ = ["Who"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """What is known from outside of a unit that says nothing of itself: the serial number of its port, or the port's
    name, and whether the simulator stands at the other end.
    """

    serial_number: str = ""
    simulated: bool = False
