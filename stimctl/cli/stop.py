"""`stimctl stop`: the stop for whatever runs, from any other terminal of the same user.

Rule 1: an engine answers "stop sent" at once; one that does not within 300 ms is killed, and its front end stops the
unit.
Rule 2: then zero is waited for, up to 3 s; what was not confirmed is said so, and is exit 3.
"""

import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click

from stimctl.errors import ExitCode
from stimctl.model.as_json import json_line
from stimctl.places import run_dir

__all__ = ["stop"]

_ANSWER_S = 0.3
_ZERO_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    session: str
    device: str
    program: str
    zero_confirmed: bool
    note: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
def stop(as_json: bool) -> None:
    """Stop every running session of this user, and say whether zero was confirmed."""
    outcomes = [outcome for path in sorted(run_dir().glob("*.sock")) if (outcome := _stop(path)) is not None]
    if as_json:
        sessions = [
            {
                "session": outcome.session,
                "device": outcome.device,
                "program": outcome.program,
                "zero_confirmed": outcome.zero_confirmed,
                "note": outcome.note,
            }
            for outcome in outcomes
        ]
        sys.stdout.write(json_line({"version": 1, "sessions": sessions}) + "\n")
    elif not outcomes:
        sys.stdout.write("nothing is running\n")
    for outcome in outcomes if not as_json else ():
        zero = "zero confirmed" if outcome.zero_confirmed else "zero NOT confirmed: take the pads off"
        program = f", {outcome.program}" if outcome.program else ""
        sys.stdout.write(f"{outcome.device}{program}: {zero}{outcome.note and f' ({outcome.note})'}\n")
    sys.exit(int(ExitCode.DONE if all(outcome.zero_confirmed for outcome in outcomes) else ExitCode.DEVICE))


def _stop(path: Path) -> _Outcome | None:
    """One session's outcome; None for what a dead engine left behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        try:
            line.settimeout(_ANSWER_S)
            line.connect(os.fspath(path))
            line.sendall(b"stop\n")
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return None
        except OSError:
            return _killed(path)
        answers = _Answers(line)
        if answers.next(_ANSWER_S) is None:
            return _killed(path)
        over = answers.next(_ZERO_S)
    if over is None:
        return _Outcome(session=path.stem, device="", program="", zero_confirmed=False, note="no word of zero in 3 s")
    return _Outcome(
        session=path.stem,
        device=str(over.get("device", "")),
        program=str(over.get("title", "")),
        zero_confirmed=over.get("zero_confirmed") is True,
        note="",
    )


class _Answers:
    """Lines of JSON from the engine."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._part = b""

    def next(self, within_s: float) -> dict[str, object] | None:
        """The next one; None if there is none in time."""
        until = time.monotonic() + within_s
        while b"\n" not in self._part:
            left = until - time.monotonic()
            if left <= 0:
                return None
            self._line.settimeout(left)
            try:
                data = self._line.recv(4096)
            except OSError:
                return None
            if not data:
                return None
            self._part += data
        first, _, self._part = self._part.partition(b"\n")
        answer: dict[str, object] = json.loads(first)
        return answer


def _killed(path: Path) -> _Outcome:
    """The engine does not answer: kill it. Its front end then stops the unit, and the unit lets go by itself."""
    device, note = path.stem, "its engine did not answer, and it is not known which process it is"
    try:
        holder = json.loads((path.parent / "session.lock").read_text())
        if holder["id"] == path.stem:
            os.kill(holder["pid"], signal.SIGKILL)
            device, note = str(holder["device"]), "its engine did not answer and was killed; the unit lets go by itself"
            path.unlink(missing_ok=True)
    except (OSError, ValueError, KeyError, TypeError):
        # nothing there that names a process: say so, and kill nobody
        pass
    return _Outcome(session=path.stem, device=device, program="", zero_confirmed=False, note=note)
