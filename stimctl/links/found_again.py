"""The port of a unit whose cable was pulled: which of those that are there now is the same one.

Rule 1: a port with a USB serial number is known by that and its ids, whatever the system calls it now; two that say
        the same are neither.
Rule 2: one without is known by its path, and by its ids if it has any.
Rule 3: nothing is opened for it.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from stimctl.links.ports import Port

__all__ = ["KnownPort", "found_again", "known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPort:
    """A port as it was while its unit was there. `path` is as a person gave it; `port` is None where the system lists
    no such port, as it does no pseudo-terminal.
    """

    path: str
    port: Port | None


def known(path: str, listed: Iterable[Port]) -> KnownPort:
    """What there is to know it by."""
    real = os.path.realpath(path)
    return KnownPort(path=path, port=next((one for one in listed if os.path.realpath(one.path) == real), None))


def found_again(was: KnownPort, listed: Iterable[Port]) -> str | None:
    """The path of the same port now; None while it is not there, or while more than one may be it."""
    if was.port is None:
        return was.path if os.path.exists(was.path) else None
    same = [one.path for one in listed if _same(one, was.port)]
    if len(same) != 1:
        return None
    # the name that a person gave it, where that means it again
    return was.path if os.path.realpath(was.path) == os.path.realpath(same[0]) else same[0]


def _same(one: Port, was: Port) -> bool:
    alike = (one.vendor_id, one.product_id, one.serial_number) == (was.vendor_id, was.product_id, was.serial_number)
    return alike and (bool(was.serial_number) or one.path == was.path)
