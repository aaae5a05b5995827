"""The output stage between a firmware and the skin: it gives what is asked, unless it is stuck or cut off.

Rule 1: stuck, a channel goes on with its last pulse, or its last level, whatever is asked; with none, if it gave none.
Rule 2: a channel that is cut off (no electrode, no supply) gives nothing, and a level comes back with the last cut.
Times are true microseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.delivered import End, PulseShape, Recorder

__all__ = ["OutputStage"]


@dataclass(slots=True)
class _Output:
    """One channel: the last pulse above zero that was asked for while it is on, the level, and what is wrong."""

    pulse: tuple[int, int, PulseShape] | None = None
    permille: int = 0
    stuck: bool = False
    cuts: set[str] = field(default_factory=set)


class OutputStage:
    """In front of a recorder, with the calls of one."""

    def __init__(self, recorder: Recorder, channels: int) -> None:
        self._recorder = recorder
        self._outputs = [_Output() for _ in range(channels)]

    # -- what the firmware does

    def train(self, channel: int, times_us: Sequence[int], amplitudes_ua: Sequence[int], shape: PulseShape) -> None:
        """Pulses, as `Recorder.train` has them."""
        output = self._outputs[channel - 1]
        if output.stuck:
            return
        last_ua = amplitudes_ua[-1]
        output.pulse = (times_us[-1], last_ua, shape) if last_ua else None
        self._recorder.train(channel, times_us, amplitudes_ua, shape)

    def off(self, channel: int, t_us: int) -> None:
        """The firmware ends the channel's output."""
        output = self._outputs[channel - 1]
        if not output.stuck:
            output.pulse = None
            self._recorder.off(channel, t_us)

    def level(self, channel: int, t_us: int, permille: int) -> None:
        """The firmware sets a level."""
        output = self._outputs[channel - 1]
        if not output.stuck:
            output.permille = permille
            self._show_level(channel, t_us)

    def flows_unasked(self, channel: int) -> bool:
        """Whether current flows by itself: what a unit measures across its own output."""
        output = self._outputs[channel - 1]
        return output.stuck and output.pulse is not None and not output.cuts

    def stuck_pulse(self, channel: int) -> tuple[int, PulseShape] | None:
        """Amplitude in µA and shape of what flows by itself; None where nothing does."""
        output = self._outputs[channel - 1]
        if not self.flows_unasked(channel) or output.pulse is None:
            return None
        return output.pulse[1:]

    # -- what happens to it

    def stick(self, channel: int) -> None:
        """From now on it gives what it gives."""
        self._outputs[channel - 1].stuck = True

    def release(self, channel: int, t_us: int) -> None:
        """It obeys again, and is off until it is asked for something."""
        output = self._outputs[channel - 1]
        if output.stuck:
            self._go_on(channel, t_us)
            output.stuck, output.pulse, output.permille = False, None, 0
            self._recorder.off(channel, t_us)
            self._recorder.level(channel, t_us, 0)

    def cut(self, channel: int, why: str, t_us: int) -> None:
        """No current can flow, for this reason too."""
        self._go_on(channel, t_us)
        self._outputs[channel - 1].cuts.add(why)
        self._recorder.off(channel, t_us)
        self._show_level(channel, t_us)

    def mend(self, channel: int, why: str, t_us: int) -> None:
        """This reason is gone."""
        self._go_on(channel, t_us)
        self._outputs[channel - 1].cuts.discard(why)
        self._show_level(channel, t_us)

    # -- time and the record

    def advance(self, now_us: int) -> None:
        """Write what is due by now; every pulse up to now has been asked for."""
        for number, output in enumerate(self._outputs, 1):
            if output.stuck:
                self._go_on(number, now_us)
        self._recorder.advance(now_us)

    @property
    def on(self) -> bool:
        """Whether anything is felt."""
        return self._recorder.on

    def close(self, end: End, now_us: int, worst_late_us: int) -> None:
        """The last records."""
        self.advance(now_us)
        self._recorder.close(end, now_us, worst_late_us)

    def _go_on(self, channel: int, now_us: int) -> None:
        """Pulses that nobody asked for, up to now; what is cut off keeps its beat."""
        output = self._outputs[channel - 1]
        if not output.stuck or output.pulse is None:
            return
        last_us, amplitude_ua, shape = output.pulse
        times_us = range(last_us + shape.pulse_period_us, now_us + 1, shape.pulse_period_us)
        if times_us:
            output.pulse = times_us[-1], amplitude_ua, shape
            if not output.cuts:
                self._recorder.train(channel, times_us, [amplitude_ua] * len(times_us), shape)

    def _show_level(self, channel: int, t_us: int) -> None:
        output = self._outputs[channel - 1]
        self._recorder.level(channel, t_us, 0 if output.cuts else output.permille)
