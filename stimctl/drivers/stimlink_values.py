"""Between the model's units and stimlink's: what a unit is to latch, and what it says that it can do."""

from firmware_protocol.stimlink.events import UA_PER_UNIT, Ceilings, Welcome
from stimctl.drivers.driver import ChannelCeilings
from stimctl.model.capabilities import Capabilities

__all__ = ["RELEASE_MS", "capabilities_of", "latched"]

# Nothing is sent that ends later than 450 ms after it; the unit refuses what ends later than 500.
RELEASE_MS = 500


def latched(of: ChannelCeilings) -> Ceilings:
    """What a channel is to latch, rounded down."""
    return Ceilings(
        amplitude=of.amplitude_ua // UA_PER_UNIT,
        phase_duration_us=of.phase_duration_us,
        charge_nc=of.charge_nc,
        shortest_period_us=of.shortest_period_us,
        slope=of.slope_ua_per_s // UA_PER_UNIT,
        step=of.step_ua // UA_PER_UNIT,
    )


def capabilities_of(welcome: Welcome) -> Capabilities:
    """What a WELCOME says, in the model's words."""
    return Capabilities(
        family="stimlink",
        serial_number=f"{welcome.serial_number:016x}",
        firmware=f"{welcome.firmware >> 8}.{welcome.firmware & 0xFF}",
        simulated=welcome.simulated,
        channels=welcome.channels,
        balanced=welcome.balanced,
        reports_load=welcome.reports_load,
        amplitude_ua=welcome.amplitude * UA_PER_UNIT,
        amplitude_step_ua=UA_PER_UNIT,
        shortest_phase_us=welcome.shortest_phase_us,
        phase_duration_us=welcome.phase_duration_us,
        charge_per_phase_nc=welcome.charge_nc,
        interphase_us=welcome.interphase_min_us,
        shortest_period_us=welcome.shortest_period_us,
        compliance_v=welcome.compliance_v,
        queue_depth=welcome.queue_depth,
        release_ms=RELEASE_MS,
    )
