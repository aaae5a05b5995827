"""What an openEMSstim board is taken to be able to do. It says nothing of itself: these are its firmware's figures.

An echo takes 85 to 95 ms, so one command fits into 100 ms. Each on-time has to outlast the slot of every channel, and
a late slot: 220 ms for one channel, 300 for two. From the last byte of a dead host output can go on for that and 263 or
313 ms more (echo, lateness of the expiry, channel 2 after channel 1), so it is off within 500 or 650; on the simulated
board the worst of 280 sessions was 269 or 349.
"""

from stimctl.model.capabilities import Capabilities
from stimctl.model.scale import LEVEL, LEVELS, Scale

__all__ = ["BOOT_MS", "FAMILY", "SLOT_MS", "capabilities", "on_time_ms", "release_ms"]

FAMILY = "openemsstim"
SLOT_MS = 100
# 11.3 s after a boot loader's one or two.
BOOT_MS = 12_500
_CHANNELS = 2
_ON_TIME_MS = {1: 220, 2: 300}
_RELEASE_MS = {1: 500, 2: 650}


def on_time_ms(channels: int) -> int:
    """The on-time of every command in a session on so many channels."""
    return _ON_TIME_MS[channels]


def release_ms(channels: int) -> int:
    """How long output may outlive its host in a session on so many channels."""
    return _RELEASE_MS[channels]


def capabilities(serial_number: str, *, simulated: bool) -> Capabilities:
    """The pulses are another unit's: what they may be, and whether they are balanced, is for a person to say."""
    return Capabilities(
        family=FAMILY,
        serial_number=serial_number,
        firmware="openEMSstim",
        simulated=simulated,
        channels=_CHANNELS,
        balanced=True,
        reports_load=False,
        amplitude_ua=LEVELS * LEVEL,
        amplitude_step_ua=LEVEL,
        shortest_phase_us=30,
        phase_duration_us=400,
        charge_per_phase_nc=40_000,
        interphase_us=0,
        shortest_period_us=6_666,
        compliance_v=0,
        queue_depth=1_000,
        release_ms=release_ms(_CHANNELS),
        scale=Scale.LEVEL,
        slot_ms=SLOT_MS,
    )
