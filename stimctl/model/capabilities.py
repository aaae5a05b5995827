"""What a unit says that it is and can do."""

from dataclasses import dataclass

from stimctl.model.scale import Scale

__all__ = ["Capabilities"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """A unit, as identified. Bounds are its own; limits are made from them by minimum.

    A unit that is driven in levels has its rate and phase duration set by hand, on dials of its own. `slot_ms`: one
    command to one channel can leave so often, and raises it by one level; 0 where output follows ramps by itself.
    """

    family: str
    serial_number: str
    firmware: str
    simulated: bool
    channels: int
    balanced: bool
    reports_load: bool
    amplitude_ua: int
    amplitude_step_ua: int
    shortest_phase_us: int
    phase_duration_us: int
    charge_per_phase_nc: int
    interphase_us: int
    shortest_period_us: int
    compliance_v: int
    queue_depth: int
    release_ms: int
    scale: Scale = Scale.CURRENT
    slot_ms: int = 0
