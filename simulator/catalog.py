"""The families that can be simulated, and how a unit of each is put together."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from simulator.cable import Cable
from simulator.delivered import Header, Recorder, Sink, Witness
from simulator.device import Device
from simulator.devices import openemsstim, stimlink
from simulator.devices.stimlink_admission import Hardware
from simulator.electrode_skin import ElectrodeSkin
from simulator.electrodes import Electrodes
from simulator.fault_file import KINDS
from simulator.faults import (
    NO_FAULTS,
    ClockSkew,
    ClockWrap,
    ElectrodeHalfOff,
    ElectrodeOff,
    FaultPlan,
    FaultPlanError,
    HostFault,
    PadDrying,
    PlannedFault,
    StuckOutput,
)
from simulator.output_stage import OutputStage
from simulator.skin import ResistiveSkin, Skin
from simulator.unit import Unit

__all__ = ["FAMILIES", "VIRTUAL_EPOCH", "Family", "make_unit", "nobody_sees"]

# What a record that was made in virtual time says of its start.
VIRTUAL_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a device is built from."""

    channels: int
    skin: Skin
    output: OutputStage
    dice: Random
    seen: openemsstim.Seen
    wraps_at_ns: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """How a device of the family is built, and what its line is like."""

    build: Callable[[Parts], Device]
    baud: int
    delimiter: bytes
    channels: range
    # it acts on each byte as it comes, and not only on whole frames
    hears_bytes: bool = False
    resets_on_open: bool = False
    # it tells the time by a clock of its own
    has_clock: bool = False


def _stimlink(parts: Parts) -> Device:
    hardware = Hardware(channels=parts.channels)
    return stimlink.StimlinkDevice(
        hardware=hardware,
        skin=parts.skin,
        output=parts.output,
        dice=parts.dice,
        wraps_at_ns=parts.wraps_at_ns,
    )


def _openemsstim(parts: Parts) -> Device:
    return openemsstim.OpenEmsStimDevice(seen=parts.seen, felt=parts.output.level)


FAMILIES: dict[str, Family] = {
    stimlink.MODEL: Family(
        build=_stimlink,
        baud=stimlink.BAUD,
        delimiter=stimlink.DELIMITER,
        channels=range(1, 9),
        has_clock=True,
    ),
    openemsstim.MODEL: Family(
        build=_openemsstim,
        baud=openemsstim.BAUD,
        delimiter=openemsstim.DELIMITER,
        channels=range(2, 3),
        hears_bytes=True,
        resets_on_open=True,
    ),
}


def nobody_sees(t_us: int, kind: str, value: int | str) -> None:
    """What happens inside a board is not kept."""


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
    seen: openemsstim.Seen = nobody_sees,
    resets_on_open: bool = True,
) -> Unit:
    """A unit that is switched on at `start_ns` of the caller's monotonic clock; the same seed gives the same unit.

    It drives `skin`; without one, a resistor of `ohms` a channel; without either, electrodes on ordinary skin that stay
    where they are. `witness` hears of every pulse that flows, `seen` of every event inside a board whose family has
    some. `resets_on_open`: a client that opens the line resets it, where the family is wired so.

    ValueError for a family that is not in FAMILIES or a number of channels that it cannot have; FaultPlanError for a
    fault that this unit cannot have: on a channel that it has not got, of a clock that it has not got, of the computer.
    """
    if family not in FAMILIES:
        raise ValueError(f"no simulator for {family!r}, there is: {', '.join(FAMILIES)}")
    kind = FAMILIES[family]
    if channels not in kind.channels:
        raise ValueError(f"{channels} channels for {family}, allowed: {kind.channels[0]} to {kind.channels[-1]}")
    for fault in fault_plan.faults:
        _check(fault, family, channels)
    header = Header(model=family, channels=channels, seed=seed, start_wall=start_wall, start_monotonic_ns=start_ns)
    output = OutputStage(Recorder(delivered_sink, header, witness), channels)
    wraps = [fault.at_ns for fault in fault_plan.faults if isinstance(fault, ClockWrap)]
    if skin is None:
        skin = ElectrodeSkin([Electrodes()] * channels) if ohms is None else ResistiveSkin(channels, ohms)
    dice = Random(f"{seed} device")
    return Unit(
        device=kind.build(
            Parts(
                channels=channels,
                skin=skin,
                output=output,
                dice=dice,
                seen=seen,
                wraps_at_ns=wraps[0] if wraps else None,
            )
        ),
        cable=Cable(kind.baud, kind.delimiter, device_hears_bytes=kind.hears_bytes),
        skin=skin,
        channels=range(1, channels + 1),
        output=output,
        plan=fault_plan,
        dice=Random(f"{seed} faults"),
        start_ns=start_ns,
        resets_on_open=resets_on_open and kind.resets_on_open,
    )


def _check(fault: PlannedFault, family: str, channels: int) -> None:
    """FaultPlanError for a fault that such a unit cannot have."""
    if isinstance(fault, HostFault):
        raise FaultPlanError(f"{_name(fault)} happens to the computer, not to a unit; `stimctl simulate` has it")
    if isinstance(fault, ClockSkew | ClockWrap) and not FAMILIES[family].has_clock:
        raise FaultPlanError(f"{_name(fault)} needs a unit that tells the time, and {family} does not")
    if isinstance(fault, StuckOutput | ElectrodeOff | ElectrodeHalfOff | PadDrying) and fault.channel > channels:
        raise FaultPlanError(f"{_name(fault)} on channel {fault.channel} of a unit with {channels}")


def _name(fault: PlannedFault) -> str:
    return next(name for name, kind in KINDS.items() if kind.make is type(fault))
