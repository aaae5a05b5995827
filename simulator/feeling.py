"""What a pulse does to nerves and how it feels: proposed curves between thresholds, not a prediction of anybody.

Rule 1: a threshold found at one phase duration is carried to another by Weiss, I = rheobase x (1 + tau / duration),
with the taus of sensory and motor axons of the median nerve (Mogyoros, Kiernan and Burke, Brain 1996;119:439): not the
back.
Rule 2: how strong it feels grows with the 1.8th power, from 0 at the sensory threshold to 1 at the comfortable maximum.
The exponent is that of the unpleasantness of 50 Hz pulses; Stevens' 3.5 is for shocks of 60 Hz through the fingers.
Rule 3: recruitment is a logistic of charge over threshold charge, proposed, half at one and a half times the threshold.
Rule 4: one gets used to it: feeling falls towards 0.7 of itself in minutes, half as fast when it changes. Proposed;
there are no data.
"""

from dataclasses import dataclass
from math import exp

__all__ = ["BodyThresholds", "Habituation", "feel", "recruited"]

# Rule 1: means of n = 20.
_TAU_SENSORY_US = 665
_TAU_MOTOR_US = 459

# Rule 2: magnitude estimation of 50 Hz pulses at 2 to 10 times threshold gave 1.81, n = 14.
_EXPONENT = 1.8

# Rule 3: nearly none at threshold, nearly all at twice that.
_HALF_RECRUITED_AT = 1.5
_RECRUITMENT_SPREAD = 0.15

# Rule 4.
_USED_TO_IT = 0.7
_HABITUATION_TAU_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyThresholds:
    """Where tingling begins, where the muscle begins to move, and the comfortable maximum; µA at `at_phase_us`.

    ValueError unless 0 < sensory < motor < comfort.
    """

    sensory_ua: int
    motor_ua: int
    comfort_ua: int
    at_phase_us: int

    def __post_init__(self) -> None:
        if not 0 < self.sensory_ua < self.motor_ua < self.comfort_ua:
            raise ValueError(
                f"sensory, motor and comfort are {self.sensory_ua}, {self.motor_ua} and {self.comfort_ua} µA,"
                " allowed: each above the one before, all above 0"
            )

    @classmethod
    def between(cls, *, sensory_ua: int, comfort_ua: int, at_phase_us: int) -> "BodyThresholds":
        """For a person whose motor threshold nobody has asked for: a third of the way up, proposed."""
        motor_ua = sensory_ua + (comfort_ua - sensory_ua) // 3
        return cls(sensory_ua=sensory_ua, motor_ua=motor_ua, comfort_ua=comfort_ua, at_phase_us=at_phase_us)

    def times(self, factor: float) -> "BodyThresholds":
        """All of them, higher or lower by as much."""
        return BodyThresholds(
            sensory_ua=round(self.sensory_ua * factor),
            motor_ua=round(self.motor_ua * factor),
            comfort_ua=round(self.comfort_ua * factor),
            at_phase_us=self.at_phase_us,
        )

    def at(self, phase_duration_us: int) -> "BodyThresholds":
        """The same person's for pulses of another phase duration, by rule 1, but kept in order."""
        sensory_ua = self._carried(self.sensory_ua, _TAU_SENSORY_US, phase_duration_us)
        motor_ua = max(sensory_ua + 1, self._carried(self.motor_ua, _TAU_MOTOR_US, phase_duration_us))
        comfort_ua = max(motor_ua + 1, self._carried(self.comfort_ua, _TAU_MOTOR_US, phase_duration_us))
        return BodyThresholds(
            sensory_ua=sensory_ua, motor_ua=motor_ua, comfort_ua=comfort_ua, at_phase_us=phase_duration_us
        )

    def _carried(self, threshold_ua: int, tau_us: int, phase_duration_us: int) -> int:
        return max(1, round(threshold_ua * (1 + tau_us / phase_duration_us) / (1 + tau_us / self.at_phase_us)))


def feel(amplitude_ua: int, thresholds: BodyThresholds) -> float:
    """0 up to the sensory threshold, 1 at the comfortable maximum, more above. Thresholds are those of the phase."""
    above_ua = amplitude_ua - thresholds.sensory_ua
    if above_ua <= 0:
        return 0.0
    return float((above_ua / (thresholds.comfort_ua - thresholds.sensory_ua)) ** _EXPONENT)


def recruited(amplitude_ua: int, thresholds: BodyThresholds) -> float:
    """The share of the muscle that a pulse moves, 0 to 1; amplitudes compare as charges do at one phase duration."""
    return 1 / (1 + exp((_HALF_RECRUITED_AT - amplitude_ua / thresholds.motor_ua) / _RECRUITMENT_SPREAD))


class Habituation:
    """The gain that getting used to it leaves: 1 at first, 0.7 in the end. It comes back at the same pace."""

    def __init__(self) -> None:
        self.gain = 1.0

    def pass_time(self, span_us: int, *, felt: bool, modulated: bool) -> None:
        """Something or nothing was felt for so long."""
        towards = _USED_TO_IT if felt else 1.0
        tau_s = _HABITUATION_TAU_S * (2 if felt and modulated else 1)
        self.gain += (towards - self.gain) * (1 - exp(-span_us / 1e6 / tau_s))
