"""What a person sees while a program runs: one line that stays on a terminal, a plain line every 10 s elsewhere."""

import sys
from shutil import get_terminal_size

from stimctl.cli.talk import talk
from stimctl.cli.words import PAUSED_KEYS, RUN_KEYS, STOP_KEYS, amount, clock, found
from stimctl.engine import messages as say

__all__ = ["Progress"]

_EVERY_MS = 10_000


class Progress:
    """Feed it tellings; it talks on stderr."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._session: say.Session | None = None
        self._phase: say.PhaseBegan | None = None
        self._phase_at_ms = 0
        self._now: dict[int, say.Sample] = {}
        self._plan_ms = 0
        self._said_ms = -_EVERY_MS
        self._paused = False
        self._line = ""

    def show(self, telling: say.Telling) -> None:
        """Say what is worth saying of this."""
        match telling:
            case say.Waiting():
                self._boots(telling)
            case say.Unit():
                settles = "" if telling.boots else "; its clock settles in about 5 s"
                self._say(f"found: {found(telling)}{settles}{STOP_KEYS if self._terminal else ''}")
            case say.Session():
                self._session = telling
            case say.Armed():
                self._say("armed")
            case say.Started():
                self._say(f"running{f'; {RUN_KEYS}' if self._terminal else ''}")
            case say.PhaseBegan():
                self._phase, self._phase_at_ms = telling, self._plan_ms
                self._said_ms = -_EVERY_MS
            case say.Sample():
                self._sample(telling)
            case say.User():
                self._paused = telling.action in ("pausing", "paused") or (self._paused and telling.action != "resumed")
                keys = f"; {PAUSED_KEYS}" if telling.action == "paused" and self._terminal else ""
                why = f": {telling.why}" if telling.why else ""
                channel = f" on channel {telling.channel}" if telling.channel else ""
                self._say(f"{telling.action}{channel}{why}{keys}")
            case say.Refused():
                self._say(f"refused ({telling.rule}): {telling.why}")
            case say.Gap():
                self._say(f"gap on channel {telling.channel}: {telling.why}; it comes back from zero")
            case say.Fault():
                self._say(f"fault: {telling.why}")
            case say.Stopped():
                self._say("stop sent")
            case say.Zero():
                self._say(telling.advice or f"zero confirmed after {telling.after_ms} ms")
            case say.Ended():
                self._clear()

    def _sample(self, sample: say.Sample) -> None:
        self._now[sample.channel] = sample
        # in a pause the plan is nowhere
        self._plan_ms = max(self._plan_ms, sample.plan_ms)
        if sample.warning is not None:
            self._say(sample.warning)
        if self._session is None or self._phase is None:
            return
        if self._terminal:
            self._clear()
            self._line = self._state()[: get_terminal_size().columns - 1]
            talk(self._line)
        elif sample.plan_ms - self._said_ms >= _EVERY_MS:
            self._said_ms = sample.plan_ms
            self._say(self._state())

    def _boots(self, waiting: say.Waiting) -> None:
        """A line that stays on a terminal, and one in all elsewhere."""
        waited_s, expected_s = waiting.waited_ms / 1000, waiting.expected_ms / 1000
        if self._terminal:
            self._clear()
            self._line = f"the unit boots: {waited_s:.0f} of about {expected_s:.0f} s"
            talk(self._line)
        elif not waiting.waited_ms:
            self._say(f"the unit boots, which takes about {expected_s:.0f} s")

    def _state(self) -> str:
        assert self._session is not None
        assert self._phase is not None
        flowing = "  ".join(f"ch{n} {amount(s)}" for n, s in sorted(self._now.items()))
        if self._paused:
            return f"pause · {flowing}"
        in_phase_ms = self._plan_ms - self._phase_at_ms
        ramp_ms = self._phase.ramp_ms - in_phase_ms
        ramp = f", ramp {clock(ramp_ms)} left" if ramp_ms > 0 else ""
        return (
            f"{self._phase.name} ({self._phase.depth}) {clock(self._phase.lasts_ms - in_phase_ms)} left{ramp} · "
            f"{flowing} · {clock(self._session.duration_ms - self._plan_ms)} in all"
        )

    def _say(self, text: str) -> None:
        self._clear()
        talk(f"{text}\n")

    def _clear(self) -> None:
        if self._line:
            talk("\r\x1b[K")
            self._line = ""
