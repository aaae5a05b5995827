"""A unit whose line is lost is looked for until its cable is back: then it is found anew, at zero and not armed.

Rule 1: only the same port is opened (links/found_again.py); what was said yes to of pads and dials is asked again.
Rule 2: a line that is lost while its port stays there is no cable: that unit is left for a person to look for.
Rule 3: whatever a person does about a unit meanwhile ends the search.
"""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stimctl.engine import messages as say
from stimctl.errors import ExitCode
from stimctl.links.found_again import KnownPort, found_again, known
from stimctl.links.ports import may_open, ports
from stimctl.links.url import TargetKind, parse_device_url
from stimctl.tui.picture import SessionPicture

if TYPE_CHECKING:
    from stimctl.tui.app import StimApp

__all__ = ["CableWatch"]

# A program that looks at every new port (ModemManager does) holds it for some seconds.
_MOST_TRIES = 5


@dataclass(slots=True)
class _Search:
    """For the port of a unit that was lost. `picture` is of the session that this is about: where there is another
    one a person has chosen or looked for a unit, and the search is over. `away` once the port was seen to be gone.
    """

    wanted: say.Unit
    port: KnownPort
    picture: SessionPicture
    away: bool = False
    tries: int = 0


class CableWatch:
    """One app's. Ports are listed in a thread: the screen does not wait for it."""

    def __init__(self, app: "StimApp") -> None:
        self._app = app
        self._known: KnownPort | None = None
        self._search: _Search | None = None

    def heard(self, telling: say.Telling) -> None:
        """Something that the engine of this session said; the picture has it already."""
        match telling:
            case say.Unit():
                self._found(telling)
            case say.Ended(exit_code=ExitCode.DEVICE):
                self._lost(self._app.control.picture)

    def look(self) -> None:
        """To be called about once a second."""
        search = self._under_way
        if search is not None and not self._app.control.open:
            self._app.run_worker(self._look(search), group="cable", exclusive=True)

    @property
    def _under_way(self) -> _Search | None:
        search = self._search
        return search if search is not None and search.picture is self._app.control.picture else None

    def _found(self, unit: say.Unit) -> None:
        search, self._search, self._known = self._under_way, None, None
        device = self._app.control.device
        if search is not None and not _same(search.wanted, unit):
            self._app.choices.choose_unit(device)
            was = search.wanted.serial_number
            warning = f"Unit {unit.serial_number} answers where {was} was: choose it (u) to use it."
            self._app.notify(warning, severity="warning", timeout=30)
            self._app.control.close()
        elif parse_device_url(device).kind is TargetKind.PORT:
            self._app.run_worker(self._remember(parse_device_url(device).target), group="cable", exclusive=True)

    async def _remember(self, path: str) -> None:
        self._known = known(path, await asyncio.to_thread(ports))

    def _lost(self, picture: SessionPicture) -> None:
        search = self._under_way
        if picture.unit is not None and self._known is not None:
            self._search = _Search(picture.unit, self._known, picture)
            self.look()
        elif search is not None and search.tries >= _MOST_TRIES:
            self._search = None

    async def _look(self, search: _Search) -> None:
        listed = await asyncio.to_thread(ports)
        if search is not self._under_way:
            return
        path = found_again(search.port, listed)
        if path is None and not search.away:
            search.away = search.picture.cable_out = True
            search.picture.note("cable", "is out; put back, the unit is found again, at zero and not armed")
        elif path is not None and search.away and may_open(path):
            search.tries += 1
            self._app.cable_back(path)
            search.picture = self._app.control.picture


def _same(unit: say.Unit, other: say.Unit) -> bool:
    return (unit.family, unit.serial_number) == (other.family, other.serial_number)
