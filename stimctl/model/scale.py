"""What the numbers of a session's amplitudes are. One session has one unit, and so one scale, from end to end.

A unit with a calibrated output is driven in microamperes. One without (openEMSstim attenuates whatever current another
unit gives) is driven in levels: 0 is off, 1 the least that can be switched on, 100 all that the other unit gives; in
between they are steps of a potentiometer and nobody's milliamperes. Nothing converts one scale into the other.

Fields and arguments whose names end in `_ua` hold microamperes, or in a session in levels, thousandths of a level.
"""

from enum import Enum

__all__ = ["LEVEL", "LEVELS", "Scale", "read"]

# One level, in thousandths.
LEVEL = 1_000
LEVELS = 100


class Scale(Enum):
    CURRENT = "current"
    LEVEL = "level"

    @property
    def step(self) -> int:
        """One press of Up or Down: half a milliampere, or a level."""
        return 500 if self is Scale.CURRENT else LEVEL

    def said(self, amplitude: int) -> str:
        """An amplitude with its unit."""
        return f"{amplitude / 1000:.2f} mA" if self is Scale.CURRENT else f"level {amplitude / 1000:.3g}"


def read(amplitude: int) -> float:
    """An amplitude as people read it: milliamperes, or levels."""
    return round(amplitude / 1000, 3)
