"""The circuit that a pair of electrodes and the skin under them make: a model with proposed figures, not a measurement.

Z = Rs + 2 (Rp || Cp): gel and tissue in series with twice the skin, which is a resistor beside a capacitor.
Rule 1: Rp goes with one over the area that touches, Cp with the area, Rs with one over its square root.
Rule 2: Rp falls with current density; the direction is known (Vargas Luna et al., PLOS ONE 2015;10:e0125609), the
amount is proposed, since the tables of that model could not be read.
Rule 3: Rp falls as the skin gets wet under the gel. A gel that dries out raises it again and takes area from Cp.
The defaults give the size of load that makers work with, about 1 kΩ. No person has been measured; do not read them as
anybody's skin. Physics is in floats: whole numbers come in and go out.
"""

from dataclasses import dataclass
from math import exp, expm1, hypot, pi, sqrt

from simulator.skin import FULL_CONTACT_PERMILLE, OPEN_BELOW_PERMILLE

__all__ = ["Circuit", "Electrodes", "Lift"]

_US_PER_S = 1_000_000
_MM2_PER_CM2 = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """Contact that falls in a straight line, from `from_s` on, within `over_s`, to `to_permille`, and stays there."""

    from_s: int
    over_s: int
    to_permille: int

    def contact_permille(self, now_us: int) -> int:
        gone = min(max(0, now_us - self.from_s * _US_PER_S), self.over_s * _US_PER_S)
        return FULL_CONTACT_PERMILLE - (FULL_CONTACT_PERMILLE - self.to_permille) * gone // (self.over_s * _US_PER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """One pair at one moment. Ohms times microfarads are microseconds."""

    series_ohm: float
    # of one electrode, when hardly any current flows
    parallel_ohm: float
    capacitance_uf: float
    # the current at which the skin's resistance is half of that
    halving_ua: float

    def load_ohm(self, phase_duration_us: int, amplitude_ua: int) -> float:
        """Voltage over current at the end of a phase of constant current that began uncharged."""
        parallel_ohm = self.parallel_ohm / (1 + amplitude_ua / self.halving_ua)
        charged = -expm1(-phase_duration_us / (parallel_ohm * self.capacitance_uf))
        return self.series_ohm + 2 * parallel_ohm * charged

    def impedance_ohm(self, frequency_hz: int) -> float:
        """|Z| for a small sine."""
        susceptance = 2 * pi * frequency_hz * self.capacitance_uf * 1e-6 * self.parallel_ohm
        across = 2 * self.parallel_ohm / (1 + susceptance**2)
        return hypot(self.series_ohm + across, across * susceptance)

    def most_ua(self, phase_duration_us: int, compliance_v: int) -> int:
        """The greatest current that needs no more than `compliance_v` by the end of the phase.

        The voltage grows with the current, however the load falls with it: so halving finds it.
        """
        compliance_uv = compliance_v * 1_000_000
        flows_ua = int(compliance_uv / self.load_ohm(phase_duration_us, 0))
        too_much_ua = int(compliance_uv / self.series_ohm) + 1
        while too_much_ua - flows_ua > 1:
            middle_ua = (flows_ua + too_much_ua) // 2
            if middle_ua * self.load_ohm(phase_duration_us, middle_ua) <= compliance_uv:
                flows_ua = middle_ua
            else:
                too_much_ua = middle_ua
        return flows_ua


@dataclass(frozen=True, slots=True, kw_only=True)
class Electrodes:
    """A pair of equal electrodes on one channel. Every figure is a proposal; the range is what tests may try."""

    # one electrode, 5 cm × 5 cm
    area_mm2: int = 2_500
    # 100 to 500
    series_ohm: int = 200
    # skin resistance times area, 20 000 to 500 000
    parallel_ohm_cm2: int = 100_000
    # skin capacitance over area, 10 to 60
    capacitance_nf_per_cm2: int = 30
    # the current density that halves the resistance, 200 to 2000
    halving_ua_per_cm2: int = 500
    # what wetting leaves of the resistance in the end, and how fast
    wetted_permille: int = 600
    wetting_tau_s: int = 300
    # 300 for sweating skin
    sweat_permille: int = 1_000
    # None: the gel stays wet; else how long until it is dry, 30 to 60 min, and what becomes of skin and gel then
    dry_after_s: int | None = None
    dried_resistance_permille: int = 2_000
    dried_capacitance_permille: int = 600
    lift: Lift | None = None

    def contact_permille(self, now_us: int) -> int:
        """What share touches, as planned."""
        return FULL_CONTACT_PERMILLE if self.lift is None else self.lift.contact_permille(now_us)

    def circuit(self, now_us: int, contact_permille: int, dryness_permille: int = 0) -> Circuit | None:
        """`now_us` after they were put on, with so much of them touching; None where that is too little to conduct.

        The gel is as dry as its time has made it, or as `dryness_permille` says where that is more.
        """
        if contact_permille < OPEN_BELOW_PERMILLE:
            return None
        contact = contact_permille / FULL_CONTACT_PERMILLE
        touching_cm2 = self.area_mm2 * contact / _MM2_PER_CM2
        now_s = now_us / _US_PER_S
        wetted = self.wetted_permille / 1000
        dryness = 0.0 if self.dry_after_s is None else min(1.0, now_s / self.dry_after_s)
        dryness = max(dryness, dryness_permille / 1000)
        resistance = (wetted + (1 - wetted) * exp(-now_s / self.wetting_tau_s)) * self.sweat_permille / 1000
        resistance *= 1 + dryness * (self.dried_resistance_permille / 1000 - 1)
        capacitance = 1 - dryness * (1 - self.dried_capacitance_permille / 1000)
        return Circuit(
            series_ohm=self.series_ohm / sqrt(contact),
            parallel_ohm=self.parallel_ohm_cm2 / touching_cm2 * resistance,
            capacitance_uf=self.capacitance_nf_per_cm2 * touching_cm2 / 1000 * capacitance,
            halving_ua=self.halving_ua_per_cm2 * touching_cm2,
        )
