"""Skin under the electrodes: what current flows when a unit asks for one.

`Skin` is the seam; `ResistiveSkin` the plainest that fits it, `simulator/electrode_skin.py` the one that is nearer to
life. Current is held back by what voltage the unit has (compliance), and none flows through an electrode that has come
off. Times are true microseconds since the simulator's start.
"""

from typing import Protocol

__all__ = ["FULL_CONTACT_PERMILLE", "OPEN_BELOW_PERMILLE", "ResistiveSkin", "Skin"]

FULL_CONTACT_PERMILLE = 1000
# Proposed: what is left of a pad then is an edge that lifts with the next breath.
OPEN_BELOW_PERMILLE = 100

# Between dry (several kΩ) and well-wetted hydrogel pads, 5 cm × 5 cm, at the end of a 200 µs phase.
_ORDINARY_OHM = 1000


class Skin(Protocol):
    """The load of each channel, counted from 1."""

    def most_ua(self, channel: int, phase_duration_us: int, compliance_v: int, now_us: int) -> int:
        """The greatest current that flows to the end of such a phase; 0 with the electrode off."""

    def load_ohm(self, channel: int, phase_duration_us: int, amplitude_ua: int, now_us: int) -> int | None:
        """Voltage over current at the end of such a phase; None where no current can flow."""

    def set_attached(self, channel: int, attached: bool) -> None:
        """Lift the electrode, or put it back as it was."""

    def set_contact(self, channel: int, permille: int) -> None:
        """What share of the electrode touches, 0 to 1000; under 100 none of it conducts."""

    def set_dryness(self, channel: int, permille: int) -> None:
        """How dry its gel is: 0 as it was, 1000 as dry as it gets."""


class ResistiveSkin:
    """A resistor a channel, and electrodes that come off. It knows of no time."""

    def __init__(self, channels: int, ohms: int = _ORDINARY_OHM) -> None:
        self._ohms = [ohms] * channels
        self._contact_permille = [FULL_CONTACT_PERMILLE] * channels
        self._attached = [True] * channels
        self._dryness_permille = [0] * channels

    def set_ohms(self, channel: int, ohms: int) -> None:
        """Dry out or wet."""
        self._ohms[channel - 1] = ohms

    def set_attached(self, channel: int, attached: bool) -> None:
        self._attached[channel - 1] = attached

    def set_contact(self, channel: int, permille: int) -> None:
        self._contact_permille[channel - 1] = permille

    def set_dryness(self, channel: int, permille: int) -> None:
        self._dryness_permille[channel - 1] = permille

    def most_ua(self, channel: int, phase_duration_us: int, compliance_v: int, now_us: int) -> int:
        ohms = self.load_ohm(channel, phase_duration_us, 0, now_us)
        return 0 if ohms is None else compliance_v * 1_000_000 // ohms

    def load_ohm(self, channel: int, phase_duration_us: int, amplitude_ua: int, now_us: int) -> int | None:
        contact_permille = self._contact_permille[channel - 1]
        if not self._attached[channel - 1] or contact_permille < OPEN_BELOW_PERMILLE:
            return None
        dry_ohms = self._ohms[channel - 1] * (1000 + self._dryness_permille[channel - 1]) // 1000
        return dry_ohms * FULL_CONTACT_PERMILLE // contact_permille
