"""A whole session in virtual time, with the front end's duties done for it: prepare, arm, start, beat, to the end.

The same core, driver, audit and governor as live; only the clock and the wire are not real. It needs no process and
waits for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stimctl.clock import SECOND
from stimctl.drivers.registry import FAMILIES
from stimctl.engine import messages as say
from stimctl.engine.conductor import LEAD_NS
from stimctl.engine.core import EngineCore
from stimctl.engine.introductions import Names
from stimctl.engine.virtual import VirtualSession, Wire
from stimctl.model.host_trouble import HostTrouble
from stimctl.model.who import Who

__all__ = ["Simulated", "run_through"]

_BEAT_NS = SECOND // 5
# Longer than any session with its preparation; a session that is paused for good ends here.
_LONGEST_NS = 3 * 3_600 * SECOND
_NOBODY = Who(serial_number="simulated", simulated=True)
_NAMES = Names(id="simulated", journal="", device="virtual", realtime="virtual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """What was told, in order, but for samples without a warning and how the line did.

    `plan_ns` is the plan's zero on the wire's clock, None if it never began; `over_ns` is when the session was over.
    """

    tellings: tuple[say.Telling, ...]
    ended: say.Ended
    plan_ns: int | None
    over_ns: int


def run_through(family: str, wire: Wire, prepare: say.Prepare, troubles: Sequence[HostTrouble] = ()) -> Simulated:
    """Run the session that `prepare` asks for on a unit of this family at the other end of `wire`, from time 0.
    `troubles` befall the computer.

    Refusals and faults are in what is told. A pause that nobody asked for is answered with a stop, as headless.
    """
    kind = FAMILIES[family]
    core = EngineCore(kind.driver(_NOBODY), kind.audit(), _NAMES, 0)
    session = VirtualSession(core, wire, troubles=troubles)
    front = _Front(session, prepare)
    while not core.ended and session.now_ns < _LONGEST_NS:
        front.beat()
        session.run_until(session.now_ns + _BEAT_NS, front.listen)
    front.listen()
    ended = front.ended or say.Ended(
        exit_code=1, reason="the session did not end", zero_confirmed=False, peak={}, journal=""
    )
    return Simulated(tellings=tuple(front.heard), ended=ended, plan_ns=front.plan_ns, over_ns=session.now_ns)


class _Front:
    """Answers what the core tells as a headless front end would."""

    def __init__(self, session: VirtualSession, prepare: say.Prepare) -> None:
        self.heard: list[say.Telling] = []
        self.ended: say.Ended | None = None
        self.plan_ns: int | None = None
        self._session = session
        self._prepare = prepare
        self._read = 0

    def beat(self) -> None:
        self._say(say.Beat())

    def listen(self) -> None:
        """Take in what was told since, and answer it."""
        told = self._session.told
        while self._read < len(told):
            line = told[self._read]
            self._read += 1
            if '"event":"link"' in line or ('"event":"sample"' in line and '"warning":null' in line):
                continue
            telling = say.read_telling(line.encode())
            self.heard.append(telling)
            self._answer(telling)

    def _answer(self, telling: say.Telling) -> None:
        match telling:
            case say.Unit():
                self._say(self._prepare)
            case say.Session():
                self._say(say.Arm())
            case say.Armed():
                self._say(say.Start())
            case say.Started():
                self.plan_ns = self._session.now_ns + LEAD_NS
            case say.User(action="paused"):
                self._say(say.Stop("nobody to resume"))
            case say.Ended():
                self.ended = telling

    def _say(self, command: say.Command) -> None:
        if not self._session.core.ended:
            self._session.hear(say.command_line(command))
