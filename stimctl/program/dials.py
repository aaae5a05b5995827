"""What becomes of a plan on a unit whose rate and phase duration are set by hand, on dials of its own.

Rule 1: inside a phase neither changes: the lowest rate and the shortest phase duration of all its channels hold.
Rule 2: a phase with another setting than the one before it begins at zero, once a person has set it.
Rule 3: an active rest, which needs a rate of its own, is silence; a burst, whose edges are quicker than single steps,
is a train.
"""

from dataclasses import dataclass, replace

from stimctl.model.plan import Drive, Envelope, EnvelopeKind, Phase, Plan, Variation, Varying

__all__ = ["DialSetting", "OnDials", "on_dials"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DialSetting:
    """What a person sets before phase `phase` (an index) begins."""

    phase: int
    name: str
    rate_hz: float
    phase_duration_us: int

    def __str__(self) -> str:
        return f"{self.rate_hz:g} Hz and {self.phase_duration_us} µs"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDials:
    """The plan as such a unit can have it, every setting that it needs (the first before it starts), and what was
    made flat, in words.
    """

    plan: Plan
    settings: tuple[DialSetting, ...]
    flattened: tuple[str, ...]


def on_dials(plan: Plan) -> OnDials:
    """Lay `plan` on dials. Its conditions are answered with that: what is left is what will run."""
    phases: list[Phase] = []
    settings: list[DialSetting] = []
    flattened: list[str] = []
    for index, phase in enumerate(plan.to_run()):
        drives = [phase.drives[channel] for channel in plan.channels]
        rate_mhz = min(min(drive.rate_mhz.values) for drive in drives)
        phase_us = min(min(drive.phase_duration_us.values) for drive in drives)
        setting = DialSetting(phase=index, name=phase.name, rate_hz=rate_mhz / 1000, phase_duration_us=phase_us)
        anew = not settings or (settings[-1].rate_hz, settings[-1].phase_duration_us) != (setting.rate_hz, phase_us)
        if anew:
            settings.append(setting)
        flattened += _flattened(phase, drives, setting)
        flat = {channel: _flat(phase.drives[channel], rate_mhz, phase_us) for channel in plan.channels}
        phases.append(replace(phase, drives=flat, only_if=None, from_zero=anew and index > 0))
    return OnDials(plan=replace(plan, phases=tuple(phases)), settings=tuple(settings), flattened=tuple(flattened))


def _flat(drive: Drive, rate_mhz: int, phase_us: int) -> Drive:
    return replace(
        drive,
        rate_mhz=Varying(variation=Variation.CONSTANT, values=(rate_mhz,)),
        phase_duration_us=Varying(variation=Variation.CONSTANT, values=(phase_us,)),
        envelope=_possible(drive.envelope),
    )


def _possible(envelope: Envelope) -> Envelope:
    if envelope.kind is EnvelopeKind.BURST:
        return replace(envelope, kind=EnvelopeKind.TRAIN)
    if envelope.then is None:
        return envelope
    return replace(envelope, then=None, off_ms=envelope.off_ms + envelope.then.lasts_ms)


def _flattened(phase: Phase, drives: list[Drive], setting: DialSetting) -> list[str]:
    told = []
    rates = {value for drive in drives for value in drive.rate_mhz.values}
    durations = {value for drive in drives for value in drive.phase_duration_us.values}
    if len(rates) > 1:
        asked = f"{min(rates) / 1000:g} to {max(rates) / 1000:g} Hz"
        told.append(f"{phase.name}: {asked} stay {setting.rate_hz:g} Hz, as the dial does")
    if len(durations) > 1:
        asked = f"{min(durations)} to {max(durations)} µs"
        told.append(f"{phase.name}: {asked} stay {setting.phase_duration_us} µs, as the dial does")
    if any(drive.envelope.then is not None for drive in drives):
        told.append(f"{phase.name}: its active rest is silence, as it would need a rate of its own")
    if any(drive.envelope.kind is EnvelopeKind.BURST for drive in drives):
        told.append(f"{phase.name}: its bursts have no edges, as the level goes up in single steps")
    return told
