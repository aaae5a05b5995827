"""What a unit of each family can do as far as its family says, for looking at a program without opening anything.

stimlink is an open protocol and each unit says for itself what it can do; these are the figures of the reference unit,
which the simulator has too. What a unit really says is asked again when it is there, and the tighter figure holds.
"""

from firmware_protocol.stimlink.events import UA_PER_UNIT
from stimctl.drivers.openemsstim_values import FAMILY as OPENEMSSTIM
from stimctl.drivers.openemsstim_values import capabilities as of_openemsstim
from stimctl.drivers.stimlink_values import RELEASE_MS
from stimctl.model.capabilities import Capabilities

__all__ = ["NOMINAL"]

NOMINAL: dict[str, Capabilities] = {
    "stimlink": Capabilities(
        family="stimlink",
        serial_number="",
        firmware="",
        simulated=True,
        channels=2,
        balanced=True,
        reports_load=True,
        amplitude_ua=100_000,
        amplitude_step_ua=UA_PER_UNIT,
        shortest_phase_us=30,
        phase_duration_us=400,
        charge_per_phase_nc=40_000,
        interphase_us=0,
        shortest_period_us=6_666,
        compliance_v=120,
        queue_depth=16,
        release_ms=RELEASE_MS,
    ),
    OPENEMSSTIM: of_openemsstim("", simulated=True),
}
