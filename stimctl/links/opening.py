"""From a device URL to an open link."""

from pathlib import Path

from stimctl.links.found_again import known
from stimctl.links.link import Link
from stimctl.links.ports import ports
from stimctl.links.url import DeviceUrl, TargetKind
from stimctl.model.who import Who

__all__ = ["open_link", "who"]


def open_link(url: DeviceUrl, baud: int, run: Path) -> Link:
    """Open it; DeviceError (exit 3) or ConfigError (exit 2) say why not. `run` is where locks live."""
    if url.kind is TargetKind.SIMULATOR:
        # the simulator is loaded only where it is asked for
        from stimctl.links.sim import SimLink

        return SimLink(url, baud)
    from stimctl.links.serial_port import SerialLink

    return SerialLink(url.target, baud, run)


def who(url: DeviceUrl) -> Who:
    """What is known of the unit at the other end before it has said anything: its port's serial number, or its name."""
    simulated = url.kind is TargetKind.SIMULATOR
    port = None if simulated else known(url.target, ports()).port
    found = port.serial_number if port is not None else ""
    return Who(serial_number=found or url.target, simulated=simulated)
