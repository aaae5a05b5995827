"""`stimctl tui` whose UI loop can be blocked for good: the key `b` does it. What stops then is not the UI."""

import sys
import time

from stimctl.tui import command
from stimctl.tui.app import StimApp


class _Blocked(StimApp):
    BINDINGS = [("b", "block", "Block")]

    def action_block(self) -> None:
        time.sleep(3600)


command.StimApp = _Blocked  # type: ignore[misc]
command.tui(sys.argv[1:])
