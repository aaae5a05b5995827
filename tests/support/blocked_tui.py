"""`stimctl tui` whose UI loop can be blocked for good: the key `b` does it. What stops then is not the UI."""

import inspect
import sys
from pathlib import Path
from threading import Event

from stimctl.tui import command
from stimctl.tui.app import StimApp


class _Blocked(StimApp):
    # Textual looks for a relative path beside this file
    CSS_PATH = Path(inspect.getfile(StimApp)).parent / "style.tcss"
    BINDINGS = [("b", "block", "Block")]

    def action_block(self) -> None:
        Event().wait(3600)


command.StimApp = _Blocked  # type: ignore[misc]
command.tui(sys.argv[1:])
