"""Skin under the electrodes: what current flows when a unit asks for one.

`Skin` is the seam; `ResistiveSkin` the plainest that fits it. Current is held back by what voltage the unit has
(compliance), and none flows through an electrode that has come off.
"""

from typing import Protocol

__all__ = ["ResistiveSkin", "Skin"]

# Between dry (several kΩ) and well-wetted hydrogel pads, 5 cm × 5 cm, at the end of a 200 µs phase.
_ORDINARY_OHM = 1000


class Skin(Protocol):
    """The load of each channel, counted from 1."""

    def most_ua(self, channel: int, phase_duration_us: int, compliance_v: int) -> int:
        """The greatest current that flows to the end of such a phase; 0 with the electrode off."""

    def load_ohm(self, channel: int, phase_duration_us: int) -> int | None:
        """Voltage over current at the end of such a phase; None where no current can flow."""

    def set_attached(self, channel: int, attached: bool) -> None:
        """Lift the electrode, or put it back."""


class ResistiveSkin:
    """A resistor a channel, and electrodes that come off."""

    def __init__(self, channels: int, ohms: int = _ORDINARY_OHM) -> None:
        self._ohms = [ohms] * channels
        self._attached = [True] * channels

    def set_ohms(self, channel: int, ohms: int) -> None:
        """Dry out or wet."""
        self._ohms[channel - 1] = ohms

    def set_attached(self, channel: int, attached: bool) -> None:
        self._attached[channel - 1] = attached

    def most_ua(self, channel: int, phase_duration_us: int, compliance_v: int) -> int:
        return compliance_v * 1_000_000 // self._ohms[channel - 1] if self._attached[channel - 1] else 0

    def load_ohm(self, channel: int, phase_duration_us: int) -> int | None:
        return self._ohms[channel - 1] if self._attached[channel - 1] else None
