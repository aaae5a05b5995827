"""The plan that thresholds are found with, by hand: constant pulses, and as high as the limits let anybody go.

It is run with `Prepare(by_hand=True)`: nothing flows until Up is pressed, and the plan is only the ceiling of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stimctl import units
from stimctl.care.settings import Setting
from stimctl.model.limits import Limits
from stimctl.model.plan import (
    Depth,
    Drive,
    Envelope,
    EnvelopeKind,
    Phase,
    Plan,
    RampShape,
    Variation,
    Varying,
)
from stimctl.model.thresholds import Thresholds

__all__ = ["Calibrating", "calibration_plan", "ceiling_ua"]

# Thresholds of which nothing is believed yet: the plan is at the comfortable maximum from its beginning, which is the
# ceiling; the other end only has to lie below it.
_SENSORY_UA = 1_000
_STEP_UA = 500
_CLOSING_MS = 10_000
_WHOLE_PERMILLE = 1_000


@dataclass(frozen=True, slots=True)
class Calibrating:
    """What to prepare, by channel, and how high Up may lead at the most."""

    plan: Plan
    thresholds: Mapping[int, Thresholds]
    ceiling_ua: int


def calibration_plan(
    setting: Setting, pads_mm2: Mapping[int, int], limits: Limits, *, reports_load: bool = True, minutes: float = 10
) -> Calibrating:
    """A plan for the channels that `pads_mm2` names, for so many minutes by hand, or as many as a session may last.

    `limits` are those of the session (`session_limits`), `reports_load` is the unit's. Only a setting outside of the
    limits, or a pad under the smallest, makes a plan that the engine refuses.
    """
    top_ua = ceiling_ua(setting, pads_mm2, limits, reports_load=reports_load)
    rise_ms = -(-top_ua * 1000 // limits.rise_ua_per_s)
    # the engine begins where the plan has risen to its top, and the top has to be reached in the first half
    lasts_ms = max(2 * rise_ms + 2_000, rise_ms + round(minutes * 60_000))
    drive = Drive(
        intensity_start_permille=_WHOLE_PERMILLE,
        intensity_end_permille=_WHOLE_PERMILLE,
        ramp_shape=RampShape.LINEAR,
        ramp_ms=0,
        ramp_to_end=False,
        rate_mhz=_constant(setting.pulse_rate_mhz),
        phase_duration_us=_constant(setting.phase_duration_us),
        envelope=Envelope(kind=EnvelopeKind.CONTINUOUS),
    )
    channels = tuple(sorted(pads_mm2))
    phase = Phase(
        name="by hand",
        depth=Depth.SURFACE,
        lasts_ms=min(lasts_ms, limits.session_ms - _CLOSING_MS),
        drives=dict.fromkeys(channels, drive),
    )
    found = Thresholds(
        sensory_ua=min(_SENSORY_UA, top_ua // 2),
        comfort_ua=top_ua,
        at_phase_us=setting.phase_duration_us,
        at_period_us=setting.pulse_period_us,
    )
    plan = Plan(
        title=f"Calibration at {setting.phase_duration_us} µs and {setting.pulse_rate_mhz / 1000:g} Hz",
        # single twitches at low rates; neither class claims to hold muscle, and neither has its rests
        program_class="twitch" if setting.rate_class == "low" else "sensory",
        profiles=("consumer", "clinical"),
        channels=channels,
        phases=(phase,),
        sha256="0" * 64,
    )
    return Calibrating(plan, dict.fromkeys(channels, found), top_ua)


def ceiling_ua(setting: Setting, pads_mm2: Mapping[int, int], limits: Limits, *, reports_load: bool = True) -> int:
    """The highest amplitude, in steps of 0.5 mA, that every limit allows all these channels at once; 0 if none does."""
    return next(
        (top for top in range(limits.amplitude_ua // _STEP_UA * _STEP_UA, 0, -_STEP_UA)
         if _fits(top, setting, pads_mm2, limits, reports_load=reports_load)),
        0,
    )  # fmt: skip


def _fits(
    amplitude_ua: int, setting: Setting, pads_mm2: Mapping[int, int], limits: Limits, *, reports_load: bool
) -> bool:
    rms_ua = units.rms_ua(amplitude_ua, setting.phase_duration_us, setting.pulse_period_us)
    # a unit that does not see its load is given half the density (stimctl/safety/rules.py)
    density_ua_cm2 = limits.rms_density_ua_cm2 if reports_load else limits.rms_density_ua_cm2 // 2
    return (
        units.charge_per_phase_nc(amplitude_ua, setting.phase_duration_us) <= limits.charge_per_phase_nc
        and len(pads_mm2) * rms_ua * rms_ua <= limits.rms_ua * limits.rms_ua
        and all(
            -(-rms_ua * 100 // pad_mm2) <= density_ua_cm2
            and units.power_density_uw_cm2(rms_ua, pad_mm2) <= limits.power_density_uw_cm2
            for pad_mm2 in pads_mm2.values()
        )
    )


def _constant(value: int) -> Varying:
    return Varying(variation=Variation.CONSTANT, values=(value,))
