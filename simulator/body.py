"""One simulated person under the electrodes: what pulses that flowed feel like, move and tire. A model, no prediction.

It is a witness: it hears what the recorder hears and changes nothing. Its figures are published for other muscles and
nerves, or proposed (see `simulator/feeling.py` and `simulator/muscle.py`). It shows how a session unfolds and compares
sessions; what a person will feel or bear it does not say.

Rule 1: a sample a channel and 200 ms, also where nothing flows; windows begin with the simulator.
Rule 2: a pulse belongs to the window that its time lies in, so samples do not depend on how often anybody asks.
Rule 3: a window is modulated for 10 s after phase duration or rate, or the greatest amplitude by a tenth, has changed.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.delivered import PulseShape
from simulator.feeling import BodyThresholds, Habituation, feel, recruited
from simulator.muscle import HEALTHY, Muscle
from simulator.skin import Skin

__all__ = ["SAMPLE_US", "Body", "BodySample"]

SAMPLE_US = 200_000
# Two hours a channel: the longest session is 25 min, and a unit may be left running.
_MOST_SAMPLES = 36_000
# Proposed: a few turns of what alternates, breathes or swells.
_MODULATED_FOR_US = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySample:
    """One channel in the 200 ms up to `t_us`, by the model.

    `feel`: of the strongest pulse, 0 where none is felt, 1 at the comfortable maximum, more above. `contraction`: the
    greatest, 1 for the whole muscle fresh at 100 pulses a second. `strength_left`: what fatigue has left, 1 when fresh.
    `load_ohm`: of the strongest pulse; None where none flowed.
    """

    t_us: int
    channel: int
    peak_ua: int
    feel: float
    contraction: float
    strength_left: float
    load_ohm: int | None


class Body:
    """The thresholds of each channel, and the skin that the unit drives."""

    def __init__(self, thresholds: Sequence[BodyThresholds], skin: Skin) -> None:
        self.thresholds = tuple(thresholds)
        self.skin = skin
        self._sides = [_Side(channel, of, skin) for channel, of in enumerate(thresholds, 1)]
        self._due_us = SAMPLE_US

    def train(self, channel: int, times_us: Sequence[int], amplitudes_ua: Sequence[int], shape: PulseShape) -> None:
        """Pulses of one shape, in order, each with the amplitude that flowed; one at zero is none."""
        self._sides[channel - 1].train(times_us, amplitudes_ua, shape)

    def off(self, channel: int, t_us: int) -> None:
        """The channel's output has ended: there is nothing to feel until the next pulse."""

    def advance(self, now_us: int) -> None:
        """Every pulse before now has been taken."""
        if now_us >= self._due_us:
            for side in self._sides:
                side.advance(now_us)
            self._due_us = now_us - now_us % SAMPLE_US + SAMPLE_US

    def samples(self, channel: int) -> Sequence[BodySample]:
        """In order; of a very long run, the last two hours."""
        return self._sides[channel - 1].samples


class _Side:
    """One channel, and the window that is not over yet."""

    def __init__(self, channel: int, thresholds: BodyThresholds, skin: Skin) -> None:
        self.samples: deque[BodySample] = deque(maxlen=_MOST_SAMPLES)
        self._channel = channel
        self._thresholds = thresholds
        self._skin = skin
        self._muscle = Muscle()
        self._habituation = Habituation()
        self._end_us = SAMPLE_US
        self._shape = PulseShape(0, 0, 0)
        # those of the shape's phase duration
        self._here = thresholds
        # the amplitude that was last asked about, and what share of the muscle it reaches here
        self._recruiting: tuple[int, float] = (0, 0.0)
        self._peak_ua = self._last_peak_ua = 0
        self._felt = 0.0
        self._load_ohm: int | None = None
        self._changed_us = -_MODULATED_FOR_US

    def train(self, times_us: Sequence[int], amplitudes_ua: Sequence[int], shape: PulseShape) -> None:
        if shape != self._shape and any(amplitudes_ua):
            self._reshape(times_us[0], shape)
        recruiting_ua, share = self._recruiting
        peak_ua = 0
        for t_us, amplitude_ua in zip(times_us, amplitudes_ua, strict=True):
            if t_us >= self._end_us:
                self._felt_up_to(peak_ua)
                self.advance(t_us)
                peak_ua = 0
            if not amplitude_ua:
                continue
            if amplitude_ua != recruiting_ua:
                recruiting_ua, share = amplitude_ua, recruited(amplitude_ua, self._here)
            self._muscle.pulse(t_us, share)
            if amplitude_ua > peak_ua:
                peak_ua = amplitude_ua
        self._recruiting = recruiting_ua, share
        self._felt_up_to(peak_ua)

    def advance(self, now_us: int) -> None:
        """End the windows that are over."""
        while self._end_us <= now_us:
            self.samples.append(self._sample())
            self._peak_ua, self._felt, self._load_ohm = 0, 0.0, None
            self._end_us += SAMPLE_US

    def _felt_up_to(self, amplitude_ua: int) -> None:
        """Pulses of this shape have flowed in this window, the strongest of them this one."""
        if amplitude_ua > self._peak_ua:
            self._peak_ua = amplitude_ua
            phase_duration_us, now_us = self._shape.phase_duration_us, self._end_us - SAMPLE_US
            self._load_ohm = self._skin.load_ohm(self._channel, phase_duration_us, amplitude_ua, now_us)
        self._felt = max(self._felt, feel(amplitude_ua, self._here))

    def _reshape(self, t_us: int, shape: PulseShape) -> None:
        if self._shape.phase_duration_us:
            self._changed_us = t_us
        if shape.phase_duration_us != self._shape.phase_duration_us:
            self._here = self._thresholds.at(shape.phase_duration_us)
            self._recruiting = 0, 0.0
        self._shape = shape

    def _sample(self) -> BodySample:
        peak_ua, end_us = self._peak_ua, self._end_us
        if peak_ua:
            if self._last_peak_ua and abs(peak_ua - self._last_peak_ua) * 10 >= self._last_peak_ua:
                self._changed_us = end_us
            self._last_peak_ua = peak_ua
        gain = self._habituation.gain
        modulated = end_us - self._changed_us < _MODULATED_FOR_US
        self._habituation.pass_time(SAMPLE_US, felt=self._felt > 0, modulated=modulated)
        contraction = self._muscle.look(end_us)
        return BodySample(
            t_us=end_us,
            channel=self._channel,
            peak_ua=peak_ua,
            feel=self._felt * gain,
            contraction=min(1.0, contraction.peak_n / HEALTHY.full_force_n),
            strength_left=contraction.strength_left,
            load_ohm=self._load_ohm,
        )
