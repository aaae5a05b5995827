"""What a unit says that it is and can do."""

from dataclasses import dataclass

__all__ = ["Capabilities"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """A unit, as identified. Bounds are its own; limits are made from them by minimum."""

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
