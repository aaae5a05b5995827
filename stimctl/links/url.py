"""Device URLs: `[FAMILY@]TARGET`, what they may say, and what is wrong with one.

TARGET is a path, `COMn`, `socket://HOST:PORT`, `rfc2217://HOST:PORT`, or `sim://FAMILY[?seed=N&faults=FILE]`.
`FAMILY@` and `sim://` are ours; pyserial never sees them.
"""

from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl

from stimctl.errors import ConfigError

__all__ = ["FAMILIES", "DeviceUrl", "TargetKind", "parse_device_url"]

FAMILIES = ("stimlink", "openemsstim")


class TargetKind(Enum):
    PORT = "port"
    SIMULATOR = "simulator"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUrl:
    """A parsed URL. `target` is a port's name, or the family to simulate; `faults` and `delivered` are file names."""

    text: str
    family: str
    kind: TargetKind
    target: str
    seed: int = 1
    faults: str | None = None
    delivered: str | None = None


def parse_device_url(text: str) -> DeviceUrl:
    """What `text` names; ConfigError says what is wrong with it and what would be right."""
    if text.startswith("sim://"):
        return _simulator(text)
    family, at, target = text.partition("@")
    if not at or "/" in family or not family:
        family, target = "stimlink", text
    _check_family(family, text)
    for scheme in ("socket://", "rfc2217://"):
        if target.startswith(scheme):
            raise ConfigError(f"{text}: {scheme} is not supported yet; name a serial port, or sim://stimlink")
    if not target or "://" in target:
        raise ConfigError(f"{text}: not a device; name a serial port (/dev/ttyUSB0, COM3) or sim://stimlink")
    return DeviceUrl(text=text, family=family, kind=TargetKind.PORT, target=target)


def _simulator(text: str) -> DeviceUrl:
    family, _, query = text.removeprefix("sim://").partition("?")
    _check_family(family, text)
    seed, faults, delivered = 1, None, None
    for key, value in parse_qsl(query, keep_blank_values=True):
        match key:
            case "seed" if value.isdecimal():
                seed = int(value)
            case "seed":
                raise ConfigError(f"{text}: seed={value!r}, allowed are whole numbers from 0")
            case "faults":
                faults = value
            case "delivered":
                delivered = value
            case _:
                raise ConfigError(f"{text}: unknown {key!r}, allowed are seed, faults and delivered")
    return DeviceUrl(
        text=text,
        family=family,
        kind=TargetKind.SIMULATOR,
        target=family,
        seed=seed,
        faults=faults,
        delivered=delivered,
    )


def _check_family(family: str, text: str) -> None:
    if family not in FAMILIES:
        raise ConfigError(f"{text}: family {family!r} is not supported, there is: {', '.join(FAMILIES)}")
