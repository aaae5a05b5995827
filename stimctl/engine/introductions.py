"""Who is there and what is about to run: the tellings that introduce a unit and a session."""

from collections.abc import Mapping
from dataclasses import dataclass

from stimctl.clock import MS
from stimctl.drivers.driver import Driver
from stimctl.drivers.facts import NoAnswer, WrongUnit
from stimctl.engine import messages as say
from stimctl.engine.playing import Playing
from stimctl.model.capabilities import Capabilities
from stimctl.model.scale import Scale, read

__all__ = ["Names", "amounts", "nobody_there", "session_telling", "unit_telling"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the session is called in the record."""

    id: str
    journal: str
    device: str
    realtime: str


def unit_telling(unit: Capabilities, driver: Driver, names: Names) -> say.Unit:
    """The unit that answered, with what it takes to stop it without an engine."""
    return say.Unit(
        family=unit.family,
        serial_number=unit.serial_number,
        firmware=unit.firmware,
        simulated=unit.simulated,
        channels=unit.channels,
        release_ms=driver.release_ms,
        stop_bytes=driver.stop_bytes.hex(),
        port=names.device,
        capabilities=unit,
        boots=driver.boot_ms > 0,
    )


def session_telling(playing: Playing, unit: Capabilities, names: Names) -> say.Session:
    """What is about to run."""
    peak = amounts({channel: of.amplitude_ua for channel, of in playing.ready.ceilings.items()})
    return say.Session(
        id=names.id,
        journal=names.journal,
        device=names.device,
        unit=f"{unit.family} {unit.serial_number}",
        simulated=unit.simulated,
        realtime=names.realtime,
        title=playing.ready.title,
        duration_ms=playing.conductor.duration_ns // MS,
        peak_ma={} if unit.scale is Scale.LEVEL else peak,
        scale=unit.scale,
        peak_level=peak if unit.scale is Scale.LEVEL else {},
        dials=playing.ready.dials,
        unchecked=playing.ready.unchecked,
    )


def amounts(of: Mapping[int, int]) -> dict[int, float]:
    """Amplitudes by channel, as people read them: milliamperes, or levels."""
    return {channel: read(amplitude_ua) for channel, amplitude_ua in of.items()}


def nobody_there(fact: NoAnswer | WrongUnit, driver: Driver, names: Names) -> str:
    """Why there is no unit to work with."""
    if isinstance(fact, WrongUnit):
        return f"{names.device}: what answers is no {driver.family} unit to work with: {fact.why}"
    return f"{names.device}: nothing answered within {fact.waited_ms / 1000:g} s; is the unit switched on?"
