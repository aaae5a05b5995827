"""Force and fatigue of one muscle under pulses: a published model of the thigh, scaled; not a prediction of anybody.

The model is that of Ding, Wexler and Binder-Macleod (2003) with the figures for healthy quadriceps as code has them
(pyomeca/cocofest 02bbe7e, ding2003). It was made for the thigh, not for the back: its force compares a session with
another, and is good for nothing else.

Rule 1: each pulse adds to a drive that decays, more when it follows another closely (R0); calcium follows the drive.
Rule 2: both are exact between pulses, `CN(t) = (CN + S t / tau_c) exp(-t / tau_c)`. Force takes steps of 5 ms at most,
with calcium as it is in the middle of the step, too short for it to go below zero.
Rule 3: fatigue moves over minutes, so it is brought up to date at each `look`, with the mean force since the last.
Force in newtons, time in milliseconds, as in the source.
"""

from dataclasses import dataclass
from math import ceil, exp
from typing import NamedTuple

__all__ = ["HEALTHY", "Contraction", "Muscle", "MuscleFigures"]

_US_PER_MS = 1000
# Peaks are then within half a per cent of those with steps of 0.1 ms, from 1 to 150 pulses a second.
_LONGEST_STEP_MS = 5.0
# Less calcium than this gives a thousandth of the force: the muscle is taken to be let go.
_STILL = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class MuscleFigures:
    """The constants of the model, named as in the paper's equations."""

    tau_c_ms: float
    a_n_per_ms: float
    km: float
    tau_1_ms: float
    tau_2_ms: float
    # R0 is this much above Km
    r0_above_km: float
    tau_fatigue_ms: float
    alpha_a_per_ms2: float
    alpha_tau_1_per_n: float
    alpha_km_per_ms_n: float
    # the peak of this model, fresh and wholly recruited, at 100 pulses a second
    full_force_n: float


# Another set in circulation has fatigue ten times smaller: integrated, it shows no fatigue in 6 min at all.
HEALTHY = MuscleFigures(
    tau_c_ms=20.0,
    a_n_per_ms=3.009,
    km=0.103,
    tau_1_ms=50.957,
    tau_2_ms=60.0,
    r0_above_km=1.04,
    tau_fatigue_ms=127_000.0,
    alpha_a_per_ms2=-4.0e-7,
    alpha_tau_1_per_n=2.1e-5,
    alpha_km_per_ms_n=1.9e-8,
    full_force_n=310.0,
)


class Contraction(NamedTuple):
    """What a look sees: the greatest force since the last look, and what fatigue has left of the force it could give,
    1 when fresh."""

    peak_n: float
    strength_left: float


class Muscle:
    """Pulses in, force out. Times are microseconds and never go back."""

    def __init__(self, figures: MuscleFigures = HEALTHY) -> None:
        self._figures = figures
        self._at_us = self._pulse_us = self._look_us = 0
        self._pulsed = False
        self._recruited = self._drive = self._calcium = 0.0
        self._force_n = self._peak_n = self._force_n_ms = 0.0
        self._a_n_per_ms, self._km, self._tau_1_ms = figures.a_n_per_ms, figures.km, figures.tau_1_ms
        # the step that the two after it belong to
        self._step_ms = self._half_decay = self._whole_decay = 0.0

    @property
    def force_n(self) -> float:
        """As it is now."""
        return self._force_n

    def pulse(self, t_us: int, recruited: float) -> None:
        """A pulse that reaches such a share of the muscle, 0 to 1."""
        self.advance(t_us)
        history = 0.0
        if self._pulsed:
            since_ms = (t_us - self._pulse_us) / _US_PER_MS
            history = (self._km + self._figures.r0_above_km - 1) * exp(-since_ms / self._figures.tau_c_ms)
        self._drive += 1 + history
        self._recruited = recruited
        self._pulse_us = t_us
        self._pulsed = True

    def advance(self, now_us: int) -> None:
        """Let time pass."""
        gap_ms = (now_us - self._at_us) / _US_PER_MS
        if gap_ms <= 0:
            return
        self._at_us = now_us
        if self._drive or self._calcium:
            steps = ceil(gap_ms / _LONGEST_STEP_MS)
            gap_ms = self._contract(steps, gap_ms / steps)
        if gap_ms > 0 and self._force_n:
            left_n = self._force_n * exp(-gap_ms / self._tau_1_ms)
            self._force_n_ms += (self._force_n - left_n) * self._tau_1_ms
            self._force_n = left_n

    def look(self, now_us: int) -> Contraction:
        """Let time pass, and say what there was since the last look; ask every few hundred milliseconds."""
        self.advance(now_us)
        since_ms = (now_us - self._look_us) / _US_PER_MS
        if since_ms > 0:
            self._tire(since_ms, self._force_n_ms / since_ms)
        seen = Contraction(self._peak_n, self._strength_left)
        self._look_us = now_us
        self._force_n_ms = 0.0
        self._peak_n = self._force_n
        return seen

    @property
    def _strength_left(self) -> float:
        """The force that it would hold with calcium in plenty, against the same when fresh."""
        fresh, tau_2_ms = self._figures, self._figures.tau_2_ms
        holds_n = self._a_n_per_ms * (self._tau_1_ms + tau_2_ms)
        return min(1.0, holds_n / (fresh.a_n_per_ms * (fresh.tau_1_ms + tau_2_ms)))

    def _contract(self, steps: int, step_ms: float) -> float:
        """Take the steps; what time is left when calcium has gone before."""
        tau_c_ms, tau_2_ms = self._figures.tau_c_ms, self._figures.tau_2_ms
        if step_ms != self._step_ms:
            self._step_ms = step_ms
            self._half_decay = exp(-step_ms / 2 / tau_c_ms)
            self._whole_decay = self._half_decay * self._half_decay
        half_decay, whole_decay, rise = self._half_decay, self._whole_decay, step_ms / tau_c_ms
        km, tau_1_ms = self._km, self._tau_1_ms
        push_n = self._a_n_per_ms * self._recruited * step_ms
        drive, calcium, force_n = self._drive, self._calcium, self._force_n
        sum_n = 0.0
        peak_n = self._peak_n
        done = 0
        while done < steps:
            midway = (calcium + drive * rise / 2) * half_decay
            calcium = (calcium + drive * rise) * whole_decay
            drive *= whole_decay
            bound = midway / (km + midway)
            ease = step_ms / 2 / (tau_1_ms + tau_2_ms * bound)
            before_n = force_n
            force_n = (force_n * (1 - ease) + push_n * bound) / (1 + ease)
            sum_n += before_n + force_n
            if force_n > peak_n:
                peak_n = force_n
            done += 1
            if calcium + drive < _STILL:
                drive = calcium = 0.0
                break
        self._drive, self._calcium, self._force_n, self._peak_n = drive, calcium, force_n, peak_n
        self._force_n_ms += sum_n * step_ms / 2
        return (steps - done) * step_ms

    def _tire(self, since_ms: float, mean_n: float) -> None:
        figures = self._figures
        self._a_n_per_ms += since_ms * (
            figures.alpha_a_per_ms2 * mean_n - (self._a_n_per_ms - figures.a_n_per_ms) / figures.tau_fatigue_ms
        )
        self._a_n_per_ms = max(0.0, self._a_n_per_ms)
        self._tau_1_ms += since_ms * (
            figures.alpha_tau_1_per_n * mean_n - (self._tau_1_ms - figures.tau_1_ms) / figures.tau_fatigue_ms
        )
        self._km += since_ms * (figures.alpha_km_per_ms_n * mean_n - (self._km - figures.km) / figures.tau_fatigue_ms)
