"""From a device URL to an open link."""

from pathlib import Path

from stimctl.links.link import Link
from stimctl.links.url import DeviceUrl, TargetKind

__all__ = ["open_link"]


def open_link(url: DeviceUrl, baud: int, run: Path) -> Link:
    """Open it; DeviceError (exit 3) or ConfigError (exit 2) say why not. `run` is where locks live."""
    if url.kind is TargetKind.SIMULATOR:
        # the simulator is loaded only where it is asked for
        from stimctl.links.sim import SimLink

        return SimLink(url, baud)
    from stimctl.links.serial_port import SerialLink

    return SerialLink(url.target, baud, run)
