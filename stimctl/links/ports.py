"""The serial ports of this machine, without opening any."""

from dataclasses import dataclass

from serial.tools.list_ports import comports

__all__ = ["Port", "ports"]


@dataclass(frozen=True, slots=True)
class Port:
    """A port's path and what the system says of it."""

    path: str
    description: str


def ports() -> tuple[Port, ...]:
    """Those with a device behind them first by path; a bare UART that nobody could name comes last."""
    found = [(one.description in ("n/a", ""), one.device, one.description or "") for one in comports()]
    return tuple(Port(path, "" if unnamed else description) for unnamed, path, description in sorted(found))
