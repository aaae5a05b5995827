"""`python -m stimctl.engine CONFIG`: one session on one unit, talking JSON lines over stdin and stdout.

CONFIG is a JSON object (`EngineConfig`). The process has a session of its own and ignores the terminal; SIGTERM and the
end of stdin are stops. Its exit code is that of the session.
"""

import json
import os
import signal
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from stimctl import __version__
from stimctl.drivers.registry import FAMILIES
from stimctl.engine.control import Control, socket_path
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.journal import Journal
from stimctl.engine.loop import Loop
from stimctl.engine.messages import Ended, telling_line
from stimctl.engine.outbox import Outbox
from stimctl.engine.realtime import ask_for_realtime
from stimctl.errors import ExitCode, StimctlError
from stimctl.links.opening import open_link
from stimctl.links.port_lock import lock_session
from stimctl.links.url import parse_device_url
from stimctl.model.as_json import from_json, json_line
from stimctl.places import private_directory

__all__ = ["EngineConfig", "main"]

_IGNORED = ("SIGINT", "SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGQUIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """What an engine is started with; `run` is the runtime directory, `journal` a file that does not exist yet."""

    id: str
    device: str
    journal: str
    run: str


def main(arguments: list[str]) -> int:
    """Run one session to its end."""
    config = from_json(EngineConfig, json.loads(arguments[0]))
    for name in _IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    signals = _terminations()
    outbox = Outbox(sys.stdout.fileno())
    try:
        return _session(config, outbox, signals)
    except StimctlError as why:
        _say_ended(outbox, config, int(why.exit_code), str(why))
        return int(why.exit_code)
    except OSError as why:
        _say_ended(outbox, config, int(ExitCode.FAULT), f"the session cannot begin: {why}")
        return int(ExitCode.FAULT)


def _session(config: EngineConfig, outbox: Outbox, signals: int) -> int:
    url = parse_device_url(config.device)
    family = FAMILIES[url.family]
    run = private_directory(Path(config.run))
    private_directory(Path(config.journal).parent)
    with ExitStack() as held:
        realtime = ask_for_realtime()
        # the port first: two sessions on one port are told of the port, not of each other
        link = held.enter_context(closing(open_link(url, family.baud, run)))
        session = lock_session(run, json_line({"pid": os.getpid(), "id": config.id, "device": config.device}))
        held.callback(session.release)
        journal = held.enter_context(closing(Journal(Path(config.journal))))
        control = held.enter_context(closing(Control(socket_path(run, config.id))))
        now_ns = time.monotonic_ns()
        header = {
            "format": "stimctl.journal",
            "version": 1,
            "id": config.id,
            "stimctl": __version__,
            "device": config.device,
            "started": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "at": now_ns,
        }
        journal.write(json_line(header) + "\n")
        names = Names(id=config.id, journal=config.journal, device=config.device, realtime=realtime)
        core = EngineCore(family.driver(), family.audit(), names, now_ns)
        Loop(core, link, sys.stdin.fileno(), outbox, control, journal, signals).run()
        ended = core.outcome
        control.answer(said="over", zero_confirmed=ended.zero_confirmed, title=core.title, device=config.device)
        return ended.exit_code


def _terminations() -> int:
    """A descriptor that becomes readable when SIGTERM comes."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    return reader


def _say_ended(outbox: Outbox, config: EngineConfig, code: int, reason: str) -> None:
    journal = config.journal if Path(config.journal).exists() else ""
    ended = Ended(exit_code=code, reason=reason, zero_confirmed=False, peak={}, journal=journal)
    outbox.put(telling_line(ended, 0, 1), may_drop=False)
    outbox.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
