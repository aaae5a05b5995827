"""The front end's hold on an engine: starts it, talks to it, and stops the unit itself when the engine dies.

Rule 1: closing, in whatever way, ends the session: the end of the pipe is a stop.
Rule 2: an engine that dies, or that says nothing for 2 s while armed, is gone: it is killed, the unit's stop bytes are
written to the port from here, and the answer is waited for.
Rule 3: `send`, `stop`, `beat` and `hang_up` may be called from any thread; `tellings` and `close` from one, which need
not be the same. A front end that hears in a thread beats from its own loop (`tellings(…, beat=False)`): else the engine
would not notice that nobody looks at the screen any more.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from io import RawIOBase
from pathlib import Path
from select import select
from types import TracebackType
from typing import Self

from stimctl.clock import MS, SECOND
from stimctl.engine.command_pipe import CommandPipe
from stimctl.engine.messages import Armed, Beat, Command, Ended, Sample, Stop, Telling, Unit, command_line, read_telling
from stimctl.engine.stop_by_hand import stop_by_hand
from stimctl.errors import ConfigError, ExitCode
from stimctl.model.as_json import json_line
from stimctl.places import data_dir, journal_path, private_directory, run_dir

__all__ = ["EngineClient"]

_BEAT_NS = 200 * MS
_SILENT_NS = 2 * SECOND
_READ_BYTES = 65536
_CLOSE_S = 5.0


class EngineClient:
    """One engine, one session. `with EngineClient(url, warn) as engine:` leaves zero behind on every path."""

    def __init__(
        self,
        device: str,
        warn: Callable[[str], None],
        *,
        capture: Path | None = None,
        allow_network: bool = False,
    ) -> None:
        """`warn` is told at once what to do about a unit whose engine died and that does not confirm its stop.

        `capture`: a file that does not exist yet, to record the session in for others (stimctl/engine/capture.py).
        `allow_network`: the unit may be at the other end of a network.
        """
        self.device = device
        self._capture = capture
        self._allow_network = allow_network
        self._warn = warn
        self.id = secrets.token_hex(4)
        self.journal = journal_path(datetime.now(), self.id)
        self.ended: Ended | None = None
        self._part = b""
        self._lines: list[bytes] = []
        self._unit: Unit | None = None
        self._watched = False
        self._beat_ns = 0
        self._heard_ns = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: CommandPipe | None = None

    def __enter__(self) -> Self:
        config: dict[str, str | bool] = {
            "id": self.id,
            "device": self.device,
            "journal": str(self.journal),
            "run": str(run_dir()),
            "allow_network": self._allow_network,
        }
        if self._capture is not None:
            config["capture"] = str(self._capture.absolute())
        try:
            log = private_directory(data_dir()) / "engine.log"
        except OSError as why:
            raise ConfigError(f"{data_dir()} cannot be used to keep sessions in: {why.strerror}") from None
        with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as engine_log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "stimctl.engine", json_line(config)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=engine_log,
                start_new_session=True,
                bufsize=0,
            )
        assert isinstance(self._process.stdin, RawIOBase)
        assert self._process.stdout is not None
        self._pipe = CommandPipe(self._process.stdin)
        os.set_blocking(self._process.stdout.fileno(), False)
        self._heard_ns = time.monotonic_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The engine's process."""
        assert self._process is not None
        return self._process.pid

    def fileno(self) -> int:
        """What to wait on for tellings."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def send(self, command: Command) -> None:
        """Ask for something. What the engine thinks of it comes as a telling.

        An engine that is gone gives no error here: `tellings` finds the end of its output and stops the unit.
        """
        assert self._pipe is not None
        self._pipe.put(command_line(command))

    def stop(self, cause: str = "person") -> None:
        """Zero, now, and ahead of any other thread's words.

        From here on an engine that says nothing is gone, whatever it was doing.
        """
        assert self._pipe is not None
        self._watch()
        self._pipe.put_first(command_line(Stop(cause)))

    def beat(self) -> None:
        """The front end's own loop turns; to be called a few times a second, more often costs nothing."""
        now_ns = time.monotonic_ns()
        if now_ns - self._beat_ns >= _BEAT_NS // 2:
            self._beat_ns = now_ns
            self.send(Beat())

    def hang_up(self) -> None:
        """Nothing more will be asked, and the engine hears so, which is a stop. `tellings` has its last words."""
        assert self._pipe is not None
        self._watch()
        self._pipe.hang_up()

    def tellings(
        self, until_ns: int, also: Sequence[int] = (), *, beat: bool = True
    ) -> Iterator[tuple[Telling, bytes]]:
        """What the engine says until a monotonic time, each with its line; beats for the caller meanwhile, if told to.

        Ends early when the session is over, or when a descriptor of `also` becomes readable.
        """
        while self.ended is None:
            while self._lines:
                line = self._lines.pop(0)
                telling = read_telling(line)
                self._notice(telling)
                yield telling, line
                if self.ended is not None:
                    return
            now_ns = time.monotonic_ns()
            if now_ns >= until_ns:
                return
            if beat and now_ns - self._beat_ns >= _BEAT_NS:
                self.beat()
            turn_ns = (self._beat_ns if beat else now_ns) + _BEAT_NS
            wait_ns = max(0, min(until_ns, turn_ns) - now_ns)
            ready, _, _ = select([self.fileno(), *also], [], [], wait_ns / SECOND)
            if self.fileno() in ready:
                self._read()
            elif self._watched and time.monotonic_ns() - self._heard_ns > _SILENT_NS:
                self._gone("the engine does not answer")
            if not self._lines and any(descriptor in ready for descriptor in also):
                return

    def close(self) -> None:
        """End the session if it runs, and wait for the engine. Idempotent."""
        process = self._process
        if process is None or self._pipe is None:
            return
        self._pipe.hang_up()
        deadline_ns = time.monotonic_ns() + int(_CLOSE_S * SECOND)
        for _ in self.tellings(deadline_ns):
            continue
        if self.ended is None:
            self._gone("the engine does not end")
        try:
            process.wait(_CLOSE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._pipe.close()
        if process.stdout is not None:
            process.stdout.close()
        self._process = None

    def _watch(self) -> None:
        """From now on silence counts."""
        if not self._watched:
            self._heard_ns = time.monotonic_ns()
        self._watched = True

    def _read(self) -> None:
        try:
            data = os.read(self.fileno(), _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._gone("the engine died")
            return
        self._heard_ns = time.monotonic_ns()
        *lines, self._part = (self._part + data).split(b"\n")
        self._lines += lines

    def _notice(self, telling: Telling) -> None:
        match telling:
            case Unit():
                self._unit = telling
            case Armed():
                self._watched = True
            case Ended():
                self.ended = telling
                self._watched = False
            case Sample():
                pass

    def _gone(self, why: str) -> None:
        """The engine is no more: stop the unit from here, and say so as the engine would have."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._watched = False
        confirmed = self._unit is None or stop_by_hand(self._unit, self._warn)
        advice = "" if confirmed else "; zero is not confirmed: switch the unit off and take the pads off"
        ended = {
            "version": 1,
            "event": "ended",
            "t_ms": 0,
            "seq": 0,
            "exit_code": int(ExitCode.FAULT if confirmed else ExitCode.DEVICE),
            "reason": f"{why}; the unit was stopped from here{advice}" if self._unit else f"{why}: see {self._log}",
            "zero_confirmed": confirmed and self._unit is not None,
            "peak": {},
            "journal": str(self.journal) if self.journal.exists() else "",
        }
        line = json_line(ended)
        self._append_to_journal(line)
        self._lines.append(line.encode())

    @property
    def _log(self) -> Path:
        return data_dir() / "engine.log"

    def _append_to_journal(self, line: str) -> None:
        """The engine's record ends where it died; what happened then belongs to it."""
        try:
            with open(self.journal, "r+b") as journal:
                content = journal.seek(0, os.SEEK_END)
                journal.seek(max(0, content - 1))
                torn = content and journal.read(1) != b"\n"
                journal.write((("\n" if torn else "") + line + "\n").encode())
        except OSError:
            # no journal, or no room in it: what happened is in the telling, and on the front end's screen
            return
