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
from stimctl.engine.capture import Capture, CapturedJournal, open_capture
from stimctl.engine.control import Control, socket_path
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.journal import Journal
from stimctl.engine.loop import Loop
from stimctl.engine.messages import Ended, telling_line
from stimctl.engine.outbox import Outbox
from stimctl.engine.realtime import ask_for_realtime
from stimctl.errors import ExitCode, StimctlError
from stimctl.links.capture import CapturedLink
from stimctl.links.opening import open_link, who
from stimctl.links.port_lock import lock_session
from stimctl.links.url import parse_device_url
from stimctl.model.as_json import from_json, json_line, plain
from stimctl.places import private_directory

__all__ = ["EngineConfig", "main"]

_IGNORED = ("SIGINT", "SIGHUP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGQUIT")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineConfig:
    """What an engine is started with; `run` is the runtime directory, `journal` a file that does not exist yet, and so
    is `capture`, if there is to be one. `allow_network`: the unit may be another computer's.
    """

    id: str
    device: str
    journal: str
    run: str
    capture: str | None = None
    allow_network: bool = False


def main(arguments: list[str]) -> int:
    """Run one session to its end."""
    config = from_json(EngineConfig, json.loads(arguments[0]))
    for name in _IGNORED:
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    signals = _terminations()
    outbox = Outbox(sys.stdout.fileno())
    with ExitStack() as held:
        try:
            loop, core, control = _session(config, outbox, signals, held)
        except StimctlError as why:
            return _no_session(outbox, config, why.exit_code, str(why))
        except OSError as why:
            return _no_session(outbox, config, ExitCode.FAULT, f"the session cannot begin: {why}")
        # what is raised from here on ends the process without a word, and the front end then stops the unit itself
        loop.run()
        ended = core.outcome
        safe = ended.zero_confirmed or not core.unit_known
        control.answer(said="over", zero_confirmed=safe, title=core.title, device=config.device)
        return ended.exit_code


def _session(config: EngineConfig, outbox: Outbox, signals: int, held: ExitStack) -> tuple[Loop, EngineCore, Control]:
    url = parse_device_url(config.device)
    family = FAMILIES[url.family]
    run = private_directory(Path(config.run))
    run.chmod(0o700)
    private_directory(Path(config.journal).parent)
    realtime = ask_for_realtime()
    capture = _capture(config, url.family, held)
    # the port first: two sessions on one port are told of the port, not of each other
    link = held.enter_context(closing(open_link(url, family.baud, run, allow_network=config.allow_network)))
    session = lock_session(run, json_line({"pid": os.getpid(), "id": config.id, "device": config.device}))
    held.callback(session.release)
    journal = held.enter_context(closing(Journal(Path(config.journal))))
    control = held.enter_context(closing(Control(socket_path(run, config.id))))
    unit, now_ns = who(url), time.monotonic_ns()
    header = {
        "format": "stimctl.journal",
        "version": 1,
        "id": config.id,
        "stimctl": __version__,
        "device": config.device,
        "started": _now(),
        # what the core is given before anything happens
        "who": plain(unit),
        "at": now_ns,
    }
    first_line = json_line(header) + "\n"
    journal.write(first_line)
    names = Names(id=config.id, journal=config.journal, device=config.device, realtime=realtime)
    core = EngineCore(family.driver(unit), family.audit(), names, now_ns)
    front = sys.stdin.fileno()
    if capture is None:
        return Loop(core, link, front, outbox, control, journal, signals), core, control
    capture.put(first_line)
    kept = CapturedJournal(journal, capture, lambda why: core.capture_failed(why, time.monotonic_ns()))
    loop = Loop(core, CapturedLink(link, capture.note), front, outbox, control, kept, signals)
    return loop, core, control


def _capture(config: EngineConfig, family: str, held: ExitStack) -> Capture | None:
    if config.capture is None:
        return None
    capture = open_capture(
        Path(config.capture),
        device=config.device,
        family=family,
        stimctl=__version__,
        start_wall=_now(),
        start_ns=time.monotonic_ns(),
        # where things are kept may say whose they are
        instead={f"{Path(config.journal).parent}{os.sep}": "", os.path.expanduser("~"): "~"},
    )
    return held.enter_context(closing(capture))


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _terminations() -> int:
    """A descriptor that becomes readable when SIGTERM comes."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: None)
    return reader


def _no_session(outbox: Outbox, config: EngineConfig, code: ExitCode, reason: str) -> int:
    journal = config.journal if Path(config.journal).exists() else ""
    ended = Ended(exit_code=int(code), reason=reason, zero_confirmed=False, peak={}, journal=journal)
    outbox.put(telling_line(ended, 0, 1), may_drop=False)
    outbox.flush()
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
