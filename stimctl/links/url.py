"""Device URLs: `[FAMILY@]TARGET`, what they may say, and what is wrong with one.

TARGET is a path, `COMn`, `socket://HOST:PORT`, `rfc2217://HOST:PORT`, or `sim://FAMILY[?seed=N&faults=FILE]`.
`FAMILY@` and `sim://` are ours; pyserial never sees them.
"""

from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address
from urllib.parse import parse_qsl

from stimctl.errors import ConfigError

__all__ = ["FAMILIES", "DeviceUrl", "TargetKind", "parse_device_url"]

FAMILIES = ("stimlink", "openemsstim")


class TargetKind(Enum):
    PORT = "port"
    SOCKET = "socket"
    RFC2217 = "rfc2217"
    SIMULATOR = "simulator"


_SCHEMES = {"socket://": TargetKind.SOCKET, "rfc2217://": TargetKind.RFC2217}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUrl:
    """A parsed URL. `target` is a port's name, a network target as it was written, or the family to simulate; `faults`
    and `delivered` are file names.
    """

    text: str
    family: str
    kind: TargetKind
    target: str
    seed: int = 1
    faults: str | None = None
    delivered: str | None = None
    address: tuple[str, int] = ("", 0)

    @property
    def leaves_this_computer(self) -> bool:
        """Whether the unit is at the other end of a network: of what stands between, nobody here can tell."""
        return self.kind in _SCHEMES.values() and not _is_loopback(self.address[0])


def parse_device_url(text: str) -> DeviceUrl:
    """What `text` names; ConfigError says what is wrong with it and what would be right."""
    if text.startswith("sim://"):
        return _simulator(text)
    family, at, target = text.partition("@")
    if not at or "/" in family or not family:
        family, target = "stimlink", text
    _check_family(family, text)
    for scheme, kind in _SCHEMES.items():
        if target.startswith(scheme):
            address = _address(target.removeprefix(scheme), text, scheme)
            return DeviceUrl(text=text, family=family, kind=kind, target=target, address=address)
    if not target or "://" in target:
        raise ConfigError(f"{text}: not a device; name a serial port (/dev/ttyUSB0, COM3) or sim://stimlink")
    return DeviceUrl(text=text, family=family, kind=TargetKind.PORT, target=target)


def _address(text: str, url: str, scheme: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdecimal()) or not 0 < int(port) < 65_536:
        raise ConfigError(f"{url}: {text!r} is no HOST:PORT; as it should be: {scheme}127.0.0.1:5000")
    return host, int(port)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


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
