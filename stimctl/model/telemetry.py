"""What a unit reports, stamped with the host's clock: when it was made, and when it was heard."""

from dataclasses import dataclass

__all__ = ["Reported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """One channel as the unit sees it. `load_ohm` is None where there is no reading; `amplitude_ua` is the peak of the
    last pulse that flowed, 0 when nothing flows. `made_ns` is when, by the unit's own stamp.
    """

    channel: int
    made_ns: int
    heard_ns: int
    amplitude_ua: int
    phase_duration_us: int
    pulse_period_us: int
    pulses: int
    contact: bool
    load_ohm: int | None
    queued: int
    battery_percent: int | None
