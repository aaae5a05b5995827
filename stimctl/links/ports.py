"""The serial ports of this machine, without opening any."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from serial.tools.list_ports import comports
from serial.tools.list_ports_common import ListPortInfo

__all__ = ["Port", "may_open", "ports"]

# PORT_UNKNOWN: a place for a UART in which there is none. Linux has up to 32; on kernel 6.8 pyserial lists them all.
_NO_UART = "0"
# A cable is pulled once.
_LOOKS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port's path and what the system says of it: texts are empty and ids None where it says nothing."""

    path: str
    description: str = ""
    vendor_id: int | None = None
    product_id: int | None = None
    serial_number: str = ""
    manufacturer: str = ""

    @property
    def usb_id(self) -> str:
        """`1a86:7523`; empty for a port that is not on USB."""
        if self.vendor_id is None or self.product_id is None:
            return ""
        return f"{self.vendor_id:04x}:{self.product_id:04x}"


def ports(listed: Iterable[ListPortInfo] | None = None, sys: Path = Path("/sys")) -> tuple[Port, ...]:
    """Those with a device behind them first by path; a bare UART that nobody could name comes last.

    `listed` are pyserial's, those of this machine unless given; `sys` is where Linux says which of them are none.
    """
    found = [_port(one) for one in (_listed() if listed is None else listed) if _is_there(one.device, sys)]
    # a longer path has a higher number: ttyUSB2 before ttyUSB10
    return tuple(sorted(found, key=lambda port: (not port.description, len(port.path), port.path)))


def _listed() -> list[ListPortInfo]:
    """pyserial's. It reads what belongs to a port piece by piece, and trips where the cable is pulled in between."""
    for _ in range(_LOOKS):
        with suppress(OSError, TypeError, ValueError):
            return list(comports())
    return []


def may_open(path: str) -> bool:
    """Whether the system would let this user read and write it. Nothing is opened."""
    return os.access(path, os.R_OK | os.W_OK)


def _port(one: ListPortInfo) -> Port:
    return Port(
        path=one.device,
        description="" if one.description in (None, "n/a") else one.description,
        vendor_id=one.vid,
        product_id=one.pid,
        serial_number=one.serial_number or "",
        manufacturer=one.manufacturer or "",
    )


def _is_there(device: str, sys: Path) -> bool:
    """Whether there is a UART. Where its kind may not be read, its place tells."""
    entry = sys / "class" / "tty" / os.path.basename(device)
    try:
        return (entry / "type").read_text(encoding="ascii").strip() != _NO_UART
    except (OSError, UnicodeDecodeError):
        return "/platform/serial8250/" not in os.path.realpath(entry / "device") + "/"
