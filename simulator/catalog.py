"""The families that can be simulated, and how a unit of each is put together."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from simulator.cable import Cable
from simulator.delivered import Header, Recorder, Sink, Witness
from simulator.device import Device
from simulator.devices import stimlink
from simulator.devices.stimlink_admission import Hardware
from simulator.electrode_skin import ElectrodeSkin
from simulator.electrodes import Electrodes
from simulator.faults import NO_FAULTS, ElectrodeOff, FaultPlan, FaultPlanError
from simulator.skin import ResistiveSkin, Skin
from simulator.unit import Unit

__all__ = ["FAMILIES", "VIRTUAL_EPOCH", "Family", "make_unit"]

# What a record that was made in virtual time says of its start.
VIRTUAL_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How a device of the family is built, and what its line is like."""

    build: Callable[[int, Skin, Recorder, Random], Device]
    baud: int
    delimiter: bytes
    most_channels: int


def _stimlink(channels: int, skin: Skin, recorder: Recorder, dice: Random) -> Device:
    return stimlink.StimlinkDevice(hardware=Hardware(channels=channels), skin=skin, recorder=recorder, dice=dice)


FAMILIES: dict[str, Family] = {
    stimlink.MODEL: Family(build=_stimlink, baud=stimlink.BAUD, delimiter=stimlink.DELIMITER, most_channels=8),
}


def make_unit(
    family: str,
    *,
    seed: int,
    delivered_sink: Sink,
    start_ns: int,
    fault_plan: FaultPlan = NO_FAULTS,
    channels: int = 2,
    ohms: int | None = None,
    skin: Skin | None = None,
    witness: Witness | None = None,
    start_wall: str = VIRTUAL_EPOCH,
) -> Unit:
    """A unit that is switched on at `start_ns` of the caller's monotonic clock; the same seed gives the same unit.

    It drives `skin`; without one, a resistor of `ohms` a channel; without either, electrodes on ordinary skin that stay
    where they are. `witness` hears of every pulse that flows.

    ValueError for a family that is not in FAMILIES or a number of channels that it cannot have; FaultPlanError for a
    fault on a channel that this unit has not got.
    """
    if family not in FAMILIES:
        raise ValueError(f"no simulator for {family!r}, there is: {', '.join(FAMILIES)}")
    kind = FAMILIES[family]
    if not 1 <= channels <= kind.most_channels:
        raise ValueError(f"{channels} channels for {family}, allowed: 1 to {kind.most_channels}")
    for fault in fault_plan.faults:
        if isinstance(fault, ElectrodeOff) and fault.channel > channels:
            raise FaultPlanError(f"electrode-off on channel {fault.channel} of a unit with {channels}")
    header = Header(model=family, channels=channels, seed=seed, start_wall=start_wall, start_monotonic_ns=start_ns)
    recorder = Recorder(delivered_sink, header, witness)
    if skin is None:
        skin = ElectrodeSkin([Electrodes()] * channels) if ohms is None else ResistiveSkin(channels, ohms)
    return Unit(
        device=kind.build(channels, skin, recorder, Random(f"{seed} device")),
        cable=Cable(kind.baud, kind.delimiter),
        skin=skin,
        recorder=recorder,
        plan=fault_plan,
        dice=Random(f"{seed} faults"),
        start_ns=start_ns,
    )
