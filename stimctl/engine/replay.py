"""A record put through the same core again, without a link and without waiting: the same bytes have to leave.

Rule 1: the core is asked for bytes where the loop asked: after time has passed, and wherever the record says that
something left; before each new turn it is asked for its next wake, which its stall watch goes by.
Rule 2: what left and what was told is compared turn by turn and in order, so that one line more or less makes one
difference and not as many as follow it.
Rule 3: of a telling is not compared what only the process around the core knew (where the journal lay, what priority it
got), its running number, which follows from the others, and what the version that recorded it did not tell yet.
"""

import json
from dataclasses import dataclass
from itertools import zip_longest

from stimctl.clock import MS
from stimctl.engine.core import EngineCore
from stimctl.engine.ending import CAUSES
from stimctl.engine.recorded import Entry, Flushed, Heard, Input, Left, Passed, Received, Said, Told, Took, read_entry
from stimctl.model.as_json import BadValue

__all__ = ["Difference", "Replay", "Verdict"]

_NOT_COMPARED = frozenset({"seq", "journal", "realtime"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where record and replay part. What is empty was not there."""

    at_ns: int
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a replay came to. `sent_bytes` and `tellings` are those of the record.

    `ended`: the record goes to the session's last words; `engine_died`: what the front end added for a dead engine.
    """

    turns: int
    sent_bytes: int
    tellings: int
    differences: int
    first: Difference | None
    ended: bool
    engine_died: str | None

    @property
    def same(self) -> bool:
        """Nothing differs as far as the record goes."""
        return not self.differences


class Replay:
    """One record's, with a core made as the engine made it. Feed it entries in their order, then ask for the verdict,
    once.
    """

    def __init__(self, core: EngineCore, start_ns: int) -> None:
        self._core = core
        self._now_ns = start_ns
        # and the core has not been asked since what is to leave
        self._time_has_passed = False
        self._recorded: list[str] = []
        self._replayed: list[str] = []
        # what the record gave the line and the line has not taken, as the loop keeps it
        self._unsent = b""
        self._turns = self._sent_bytes = self._tellings = self._differences = 0
        self._first: Difference | None = None
        self._ended = False
        self._engine_died: str | None = None

    def take(self, entry: Entry) -> None:
        """The next of the record. BadValue for one that no core could have been given: time that goes back."""
        match entry:
            case Told(text=text):
                self._told(text)
            case Left():
                self._left(entry)
            case Took(at_ns=at_ns, data=data):
                self._took(at_ns, data)
            case Flushed():
                pass
            case Heard() | Received() | Said() | Passed():
                self._put_in(entry)

    def verdict(self) -> Verdict:
        """What it came to."""
        if not self._ended:
            # where a record is cut off, what follows within its last turn is not there
            del self._replayed[len(self._recorded) :]
        else:
            self._drain_once()
        self._compare()
        return Verdict(
            turns=self._turns,
            sent_bytes=self._sent_bytes,
            tellings=self._tellings,
            differences=self._differences,
            first=self._first,
            ended=self._ended,
            engine_died=self._engine_died,
        )

    def _put_in(self, entry: Input) -> None:
        if entry.at_ns != self._now_ns:
            self._begin_turn(entry.at_ns)
        else:
            self._drain_once()
        core, now_ns = self._core, self._now_ns
        self._turns += isinstance(entry, Passed)
        match entry:
            case Heard(data=data):
                core.heard(data, now_ns)
            case Received(data=data):
                core.receive(data, now_ns)
            case Said(words=words):
                _say(core, words, now_ns)
            case Passed() if not core.ended:
                # where it is over, no loop turns any more, whatever the record goes on with
                core.advance(now_ns)
        self._time_has_passed = isinstance(entry, Passed)
        self._collect()

    def _left(self, entry: Left) -> None:
        if entry.at_ns != self._now_ns:
            self._begin_turn(entry.at_ns)
        self._recorded.append(_outgoing(entry))
        if entry.how != "refused":
            self._sent_bytes += len(entry.data)
            self._unsent = entry.data if entry.how == "stop first" else self._unsent + entry.data
        self._drain()

    def _told(self, text: str) -> None:
        telling = json.loads(text)
        if telling.get("seq") == 0:
            self._engine_died = str(telling.get("reason", ""))
            return
        self._tellings += 1
        self._ended = self._ended or telling["event"] == "ended"
        self._recorded.append(text)

    def _took(self, at_ns: int, data: bytes) -> None:
        if not self._unsent.startswith(data):
            self._differ(at_ns, f"the line took {data.hex()}", f"waiting were {self._unsent.hex()}")
        self._unsent = self._unsent[len(data) :]

    def _begin_turn(self, at_ns: int) -> None:
        if at_ns < self._now_ns:
            raise BadValue(f"time goes back by {(self._now_ns - at_ns) / MS:g} ms")
        self._drain_once()
        self._compare()
        self._now_ns = at_ns
        self._core.next_wake_ns()

    def _drain_once(self) -> None:
        """What leaves when a turn is over, unless the record has said already that something did."""
        if self._time_has_passed:
            self._drain()

    def _drain(self) -> None:
        self._time_has_passed = False
        self._core.drain(self._now_ns)
        self._collect()

    def _collect(self) -> None:
        self._core.drain_front()
        for line in self._core.drain_journal().split("\n"):
            match read_entry(line.encode(errors="backslashreplace")) if line else None:
                case Left() as left:
                    self._replayed.append(_outgoing(left))
                case Told(text=text):
                    self._replayed.append(text)

    def _compare(self) -> None:
        """The turn that is over."""
        for recorded, replayed in zip_longest(self._recorded, self._replayed, fillvalue=""):
            if not _alike(recorded, replayed):
                self._differ(self._now_ns, recorded, replayed)
        self._recorded, self._replayed = [], []

    def _differ(self, at_ns: int, recorded: str, replayed: str) -> None:
        self._differences += 1
        if self._first is None:
            self._first = Difference(at_ns=at_ns, recorded=recorded, replayed=replayed)


def _say(core: EngineCore, words: str, now_ns: int) -> None:
    """What the process said to the core, from how the core wrote it down."""
    before, _, why = words.partition(": ")
    first, _, rest = words.partition(" ")
    if before == "link lost":
        core.link_lost(why, now_ns)
    elif before == "journal failed":
        core.journal_failed(why, now_ns)
    elif before == "capture failed":
        core.capture_failed(why, now_ns)
    elif first == "suspended" and rest.isdecimal() and rest.isascii():
        core.suspended(int(rest), now_ns)
    elif first == "stop" and rest in CAUSES:
        core.stop(rest, now_ns)
    else:
        raise BadValue(f"nothing that is said to a core: {words[:40]!r}")


def _outgoing(entry: Left) -> str:
    return f"{entry.how} {entry.data.hex()}"


def _alike(recorded: str, replayed: str) -> bool:
    """Whether two lines are the same, but for what is not compared."""
    if recorded == replayed:
        return True
    if not recorded.startswith("{") or not replayed.startswith("{"):
        return False
    was, is_now = json.loads(recorded), json.loads(replayed)
    return all(is_now.get(name) == value for name, value in was.items() if name not in _NOT_COMPARED)
