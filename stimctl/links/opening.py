"""From a device URL to an open link."""

from pathlib import Path

from stimctl.errors import ConfigError
from stimctl.links.found_again import known
from stimctl.links.link import Link
from stimctl.links.ports import ports
from stimctl.links.url import DeviceUrl, TargetKind
from stimctl.model.who import Who

__all__ = ["OVER_A_NETWORK", "open_link", "who"]

OVER_A_NETWORK = (
    "The unit is at the other end of a network: when that fails, only the unit itself ends its output. "
    "Keep its own switch within reach."
)


def open_link(url: DeviceUrl, baud: int, run: Path | None, *, allow_network: bool = False) -> Link:
    """Open it; DeviceError (exit 3) or ConfigError (exit 2) say why not. `run` is where locks live; None: take none."""
    if url.leaves_this_computer and not allow_network:
        raise ConfigError(
            f"{url.text}: {url.address[0]} is another computer. When the network fails, only the unit itself ends its "
            "output; --allow-network says that this is understood"
        )
    match url.kind:
        # each is loaded only where it is asked for
        case TargetKind.SIMULATOR:
            from stimctl.links.sim import SimLink

            return SimLink(url, baud)
        case TargetKind.SOCKET:
            from stimctl.links.tcp import TcpLink

            return TcpLink(url.target, url.address, baud, run)
        case TargetKind.RFC2217:
            from stimctl.links.rfc2217 import Rfc2217Link

            return Rfc2217Link(url.target, url.address, baud, run)
        case TargetKind.PORT:
            from stimctl.links.serial_port import SerialLink

            return SerialLink(url.target, baud, run)


def who(url: DeviceUrl) -> Who:
    """What is known of the unit at the other end before it has said anything: its port's serial number, or its name."""
    simulated = url.kind is TargetKind.SIMULATOR
    port = known(url.target, ports()).port if url.kind is TargetKind.PORT else None
    found = port.serial_number if port is not None else ""
    return Who(serial_number=found or url.target, simulated=simulated)
