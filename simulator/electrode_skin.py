"""Skin as a circuit under each pair of electrodes: a model with proposed figures, not a measurement of anybody.

Rule 1: the electrodes were put on when the simulator started; wetting and drying count from there.
Rule 2: within a second, and while contact stays, a channel is one circuit. A unit asks for every train of pulses, so
what it has been told is kept for as long.
"""

from collections.abc import Sequence

from simulator.electrodes import Circuit, Electrodes
from simulator.skin import FULL_CONTACT_PERMILLE

__all__ = ["ElectrodeSkin"]

_SECOND_US = 1_000_000


class ElectrodeSkin:
    """A `Skin` with one pair of electrodes a channel."""

    def __init__(self, pairs: Sequence[Electrodes]) -> None:
        self._pairs = [_Pair(electrodes) for electrodes in pairs]

    def set_attached(self, channel: int, attached: bool) -> None:
        self._pairs[channel - 1].set_attached(attached)

    def set_contact(self, channel: int, permille: int) -> None:
        self._pairs[channel - 1].set_contact(permille)

    def set_dryness(self, channel: int, permille: int) -> None:
        self._pairs[channel - 1].set_dryness(permille)

    def most_ua(self, channel: int, phase_duration_us: int, compliance_v: int, now_us: int) -> int:
        pair = self._pairs[channel - 1]
        if not pair.from_us <= now_us < pair.until_us:
            pair.renew(now_us)
        most_ua = pair.most_ua.get((phase_duration_us, compliance_v))
        if most_ua is None:
            most_ua = 0 if pair.circuit is None else pair.circuit.most_ua(phase_duration_us, compliance_v)
            pair.most_ua[phase_duration_us, compliance_v] = most_ua
        return most_ua

    def load_ohm(self, channel: int, phase_duration_us: int, amplitude_ua: int, now_us: int) -> int | None:
        pair = self._pairs[channel - 1]
        if not pair.from_us <= now_us < pair.until_us:
            pair.renew(now_us)
        return None if pair.circuit is None else round(pair.circuit.load_ohm(phase_duration_us, amplitude_ua))


class _Pair:
    """One pair, and its circuit from `from_us` until `until_us`."""

    def __init__(self, electrodes: Electrodes) -> None:
        self.circuit: Circuit | None = None
        self.from_us = self.until_us = 0
        # by phase duration and compliance
        self.most_ua: dict[tuple[int, int], int] = {}
        self._electrodes = electrodes
        self._attached = True
        self._contact_permille = FULL_CONTACT_PERMILLE
        self._dryness_permille = 0

    def set_attached(self, attached: bool) -> None:
        self._attached = attached
        self.until_us = self.from_us

    def set_contact(self, permille: int) -> None:
        self._contact_permille = permille
        self.until_us = self.from_us

    def set_dryness(self, permille: int) -> None:
        self._dryness_permille = permille
        self.until_us = self.from_us

    def renew(self, now_us: int) -> None:
        self.from_us = now_us - now_us % _SECOND_US
        self.until_us = self.from_us + _SECOND_US
        contact_permille = min(self._contact_permille, self._electrodes.contact_permille(self.from_us))
        circuit = self._electrodes.circuit(self.from_us, contact_permille, self._dryness_permille)
        self.circuit = circuit if self._attached else None
        self.most_ua.clear()
