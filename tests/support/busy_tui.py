"""`stimctl tui` whose UI loop is blocked for 0.3 s of every half second."""

import inspect
import sys
from pathlib import Path
from threading import Event

from stimctl.tui import command
from stimctl.tui.app import StimApp


class _Busy(StimApp):
    # Textual looks for a relative path beside this file
    CSS_PATH = Path(inspect.getfile(StimApp)).parent / "style.tcss"

    async def on_mount(self) -> None:
        self.set_interval(0.5, lambda: Event().wait(0.3))


command.StimApp = _Busy  # type: ignore[misc]
command.tui(sys.argv[1:])
