"""A prepared plan with all that watches over it: governor, conductor, and what the unit reports of each channel."""

from stimctl import units
from stimctl.clock import MS, US
from stimctl.drivers.driver import Driver
from stimctl.drivers.facts import Settled
from stimctl.engine import messages as say
from stimctl.engine.conductor import Conductor
from stimctl.engine.preparing import Ready
from stimctl.model.scale import Scale, read
from stimctl.model.telemetry import Reported
from stimctl.program.dials import DialSetting
from stimctl.safety.audit import Audit
from stimctl.safety.governor import Governor
from stimctl.safety.watchdog import REPORT_NS, LoadWatch, StuckWatch

__all__ = ["Playing"]

# A report is of the last pulse before it, and the clocks are a little apart: so much before counts as well.
_REPORT_LAG_NS = 100 * MS


class Playing:
    """One plan on one unit, from `Ready` to its end."""

    def __init__(self, ready: Ready, driver: Driver, audit: Audit) -> None:
        self.ready = ready
        self.governor = Governor(ready.terms)
        barriers_ns = tuple(ready.compiled.marks[setting.phase].start_ns for setting in ready.dials[1:])
        self.conductor = Conductor(
            ready.compiled.segments, self.governor, driver, audit, ready.by_hand_from_ns, barriers_ns
        )
        self.peaks_ua: dict[int, int] = {}
        self._loads = {channel: LoadWatch() for channel in self.conductor.players}
        self._stuck = {channel: StuckWatch() for channel in self.conductor.players}
        self._heard_ns: dict[int, int] = {}
        self._phase = -1
        planned = {channel: ceilings.amplitude_ua for channel, ceilings in ready.ceilings.items()}
        audit.agree(ready.terms.limits, planned)

    def armed(self, now_ns: int) -> None:
        """The unit is armed: from now on every channel is to report."""
        self._heard_ns = dict.fromkeys(self.conductor.players, now_ns)

    def reported(self, reported: Reported, now_ns: int) -> tuple[str | None, str | None]:
        """Take a report in: why it is a fault, and what to warn of."""
        channel = reported.channel
        if now_ns - reported.made_ns < REPORT_NS:
            # what is older tells nothing of now, and is as good as silence
            self._heard_ns[channel] = now_ns
        self.peaks_ua[channel] = max(reported.amplitude_ua, self.peaks_ua.get(channel, 0))
        self.governor.heard(reported)
        picture = self.governor.picture(channel)
        since_ns = reported.made_ns - _REPORT_LAG_NS - reported.pulse_period_us * US
        fault = self._stuck[channel].judge(reported, picture.top_between(since_ns, reported.heard_ns))
        if fault is not None:
            return f"stuck output: {fault}; take the pads off", None
        load = self._loads[channel].judge(reported)
        if load is None:
            return None, None
        self.governor.contact_left(channel, picture.pad_mm2 * load.contact_permille // 1000)
        return load.cut, load.warning

    def sample(
        self, reported: Reported, warning: str | None, link: Settled | None, now_ns: int, *, flowing: bool
    ) -> say.Sample:
        """A report in a front end's words, beside the plan."""
        scale = self.ready.terms.scale
        amount = read(reported.amplitude_ua)
        planned = read(self.conductor.players[reported.channel].planned_ua(now_ns)) if flowing else 0.0
        levels = scale is Scale.LEVEL
        charge_nc = units.charge_per_phase_nc(reported.amplitude_ua, reported.phase_duration_us)
        return say.Sample(
            channel=reported.channel,
            amplitude_ma=None if levels else amount,
            planned_ma=None if levels else planned,
            level=amount if levels else None,
            planned_level=planned if levels else None,
            phase_duration_us=reported.phase_duration_us,
            rate_hz=round(1e6 / reported.pulse_period_us, 2) if reported.pulse_period_us else 0.0,
            charge_nc=None if levels else charge_nc,
            pulses=None if levels else reported.pulses,
            load_ohm=reported.load_ohm,
            contact=reported.contact if self.ready.terms.reports_load else None,
            battery_percent=reported.battery_percent,
            plan_ms=self.conductor.plan_ns(now_ns) // MS if flowing else 0,
            link_rtt_us=link.best_rtt_us if link else 0,
            warning=warning,
        )

    @property
    def dials_wanted(self) -> DialSetting | None:
        """What a person has to set before the plan goes on; None while it need not wait for anybody."""
        waits = self.conductor.waits_at
        return None if waits is None else self.ready.dials[waits + 1]

    def wait_for_dials(self, now_ns: int) -> say.Dials:
        """The plan has come to where dials are set, and waits."""
        self.conductor.halt(now_ns)
        setting = self.dials_wanted
        assert setting is not None
        return say.Dials(setting=setting)

    def silent(self, now_ns: int) -> str | None:
        """Which channel the unit has not reported on for too long, in words."""
        for channel, heard_ns in self._heard_ns.items():
            if now_ns - heard_ns >= REPORT_NS:
                return f"the unit has not reported on channel {channel} for {REPORT_NS // MS} ms"
        return None

    def silent_ns(self) -> int | None:
        """When `silent` may next say so."""
        return min((at + REPORT_NS for at in self._heard_ns.values()), default=None)

    def phase_begun(self, now_ns: int) -> say.PhaseBegan | None:
        """The phase that has begun since this was last asked."""
        at_ns = self.next_phase_ns()
        if at_ns is None or now_ns < at_ns:
            return None
        self._phase += 1
        mark = self.ready.compiled.marks[self._phase]
        return say.PhaseBegan(
            index=mark.index,
            name=mark.name,
            depth=mark.depth.value,
            lasts_ms=(mark.end_ns - mark.start_ns) // MS,
            ramp_ms=max(0, mark.ramp_end_ns - mark.start_ns) // MS,
        )

    def next_phase_ns(self) -> int | None:
        """When the next phase begins, in host time."""
        marks = self.ready.compiled.marks
        if self._phase + 1 >= len(marks):
            return None
        # a session by hand begins inside its phase
        return max(self.conductor.begun_ns, marks[self._phase + 1].start_ns - self.conductor.plan_ns(0))
