"""A governor at work: segments put end to end on its channels, and what it says to them."""

from dataclasses import replace

from stimctl.model.limits import CONSUMER
from stimctl.model.segment import Segment
from stimctl.model.telemetry import Reported
from stimctl.model.thresholds import Thresholds
from stimctl.safety.clearance import Cleared, Refused
from stimctl.safety.governor import Governor
from stimctl.safety.rules import Terms

US = 1_000
MS = 1_000_000
SECOND = 1_000 * MS

# Nobody's: so high that only the rule under test says no.
ANYTHING = Thresholds(sensory_ua=10_000, comfort_ua=500_000, at_phase_us=200, at_period_us=12_500)
ROOMY = replace(
    CONSUMER,
    amplitude_ua=60_000,
    charge_per_phase_nc=1_000_000,
    rms_ua=1_000_000,
    rms_density_ua_cm2=1_000_000,
    power_density_uw_cm2=10**9,
)


def terms(**changes: object) -> Terms:
    fields: dict = {
        "limits": ROOMY,
        "thresholds": {1: ANYTHING, 2: ANYTHING},
        "pads_mm2": {1: 2_500, 2: 2_500},
        "reports_load": True,
    }
    return Terms(**(fields | changes))


def segment(**changes: object) -> Segment:
    fields: dict = {
        "channel": 1,
        "start_ns": 1_000 * MS,
        "end_ns": 1_200 * MS,
        "amplitude_start_ua": 0,
        "amplitude_end_ua": 0,
        "phase_duration_us": 200,
        "interphase_us": 100,
        "pulse_period_us": 12_500,
    }
    return Segment(**(fields | changes))


def report(**changes: object) -> Reported:
    fields: dict = {
        "channel": 1,
        "made_ns": changes.get("heard_ns", 0),
        "heard_ns": 0,
        "amplitude_ua": 0,
        "phase_duration_us": 200,
        "pulse_period_us": 12_500,
        "pulses": 0,
        "contact": True,
        "load_ohm": 1_000,
        "queued": 0,
        "battery_percent": None,
    }
    return Reported(**(fields | changes))


class Bench:
    """Channel 1 unless told otherwise. `end_ns` and `end_ua` are where the chain of each channel ends."""

    def __init__(self, **changes: object) -> None:
        self.governor = Governor(terms(**changes))
        self.governor.armed()
        self.end_ns = {1: SECOND, 2: SECOND}
        self.end_ua = {1: 0, 2: 0}
        for channel in (1, 2):
            self.governor.heard(report(channel=channel))

    def felt(self, charge_nc: int, of: str = "high", channel: int = 1) -> "Bench":
        """The person has had a second of it."""
        self.governor.felt(channel, charge_nc, of, SECOND)
        return self

    def next(self, to_ua: int, lasts_ms: float = 200, *, after_ms: float = 0, channel: int = 1, **changes) -> Segment:
        """The next segment of the chain, from where it ends."""
        start_ns = self.end_ns[channel] + round(after_ms * MS)
        fields: dict = {
            "channel": channel,
            "start_ns": start_ns,
            "end_ns": start_ns + round(lasts_ms * MS),
            "amplitude_start_ua": 0 if after_ms else self.end_ua[channel],
            "amplitude_end_ua": to_ua,
        }
        return segment(**(fields | changes))

    def ask(self, one: Segment, *, ahead_ms: float = 100, replace: bool = False) -> Cleared | Refused:
        verdict = self.governor.admit(one, one.start_ns - round(ahead_ms * MS), replace=replace)
        if isinstance(verdict, Cleared):
            self.end_ns[one.channel], self.end_ua[one.channel] = one.end_ns, one.amplitude_end_ua
        return verdict

    def put(self, to_ua: int, lasts_ms: float = 200, **changes) -> Cleared | Refused:
        return self.ask(self.next(to_ua, lasts_ms, **changes))

    def rule(self, to_ua: int, lasts_ms: float = 200, **changes) -> str:
        """The rule that forbids it, or nothing."""
        verdict = self.put(to_ua, lasts_ms, **changes)
        return verdict.rule if isinstance(verdict, Refused) else ""

    def climbed(self, to_ua: int, channel: int = 1, **changes) -> "Bench":
        """At this amplitude, by slopes that are in order: as if all of it had been felt before."""
        phase_us = changes.get("phase_duration_us", 200)
        self.felt(
            to_ua * phase_us // 1000 + 1, "low" if changes.get("pulse_period_us", 0) >= 100_000 else "high", channel
        )
        for part in range(1, 6):
            verdict = self.put(to_ua * part // 5, channel=channel, **changes)
            assert isinstance(verdict, Cleared), verdict
        return self
