"""One conversation with a board: nothing before its banner, one command in flight, every byte of its echo compared.

Rule 1: before the banner nothing is sent: what is sent while it boots is carried out later.
Rule 2: a command goes out only when the echo of the one before has come in full.
Rule 3: the pot is asked only where a stop was answered and nothing was sent since.
Rule 4: after an echo that did not come only a stop goes out, and when the board has answered that, commands again;
        after a byte that was not to come nothing but stops ever does: whatever the board understood, its on-time ends
        it, and bytes that go on coming would hold an output on.
Sans-IO: time comes in with every call.
"""

from enum import Enum

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.openemsstim.codec import DISCONNECTED, POT_ANSWERS, READY, SETUP, STARTED, echo_of, encode
from firmware_protocol.openemsstim.events import (
    AskPot,
    Disconnected,
    Drive,
    Event,
    Executed,
    PotAt,
    Ready,
    Restarted,
    Silent,
    Stop,
    Unexpected,
)

__all__ = ["Connection", "State"]

_MS = 1_000_000
# A boot takes 11.3 s after the boot loader's one or two.
_BOOT_NS = 15_000 * _MS
# An echo takes 85 to 95 ms, and an expiry before it 100 more.
_ECHO_NS = 250 * _MS
_LONGEST_LINE = 600
_POT_AT = b"\tEMS: Intensity Channel 2: "
_MOST_DIGITS = 3


class State(Enum):
    """Where the conversation is."""

    BOOTING = "booting"
    IDLE = "idle"
    BUSY = "busy"
    STOPPING = "stopping"
    ASKING = "asking"
    LOST = "lost"
    BROKEN = "broken"


class Connection:
    """Made when the line is opened, which resets the board."""

    def __init__(self, now_ns: int) -> None:
        self.state = State.BOOTING
        self._deadline_ns: int | None = now_ns + _BOOT_NS
        self._out = bytearray()
        self._line = bytearray()
        self._seen: list[bytes] = []
        self._flying: Drive | None = None
        self._echo = b""
        self._pot_lines: list[bytes] = []
        # repeated stops are answered one by one: what comes between the first answer and the next command is theirs
        self._after_stop = False

    def send(self, event: Drive | Stop | AskPot, now_ns: int) -> None:
        """LocalProtocolError for what may not be sent now; a stop always may, once the board has booted."""
        allowed = tuple(State)[1:] if isinstance(event, Stop) else (State.IDLE,)
        if self.state not in allowed or (isinstance(event, AskPot) and not self._after_stop):
            raise LocalProtocolError(f"{type(event).__name__} while {self.state.value}")
        if isinstance(event, AskPot):
            self.state, self._pot_lines = State.ASKING, list(POT_ANSWERS)
        elif isinstance(event, Drive):
            self.state, self._flying, self._echo = State.BUSY, event, echo_of(event)
            self._deadline_ns = now_ns + _ECHO_NS
            self._after_stop = False
            self._line.clear()
        elif self.state is not State.BROKEN:
            self.state, self._flying, self._deadline_ns = State.STOPPING, None, None
            self._after_stop = True
        self._out += encode(event)

    def receive(self, data: bytes, now_ns: int) -> list[Event]:
        """Never raises, whatever the bytes are."""
        events: list[Event] = []
        for byte in data:
            heard = self._heard(byte)
            if heard is not None:
                events.append(heard)
        return events

    def advance(self, now_ns: int) -> list[Event]:
        """What has not come by now."""
        if self._deadline_ns is None or now_ns < self._deadline_ns:
            return []
        if self.state is State.BOOTING:
            self._break()
            return [Silent("no banner of an openEMSstim board in 15 s")]
        self.state, self._flying, self._deadline_ns = State.LOST, None, None
        self._line.clear()
        return [Silent("no whole echo in 250 ms")]

    def drain(self) -> bytes:
        """What is to be written, in one piece a line."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def next_wake_ns(self) -> int | None:
        """When `advance` may have something to say."""
        return self._deadline_ns

    def _heard(self, byte: int) -> Event | None:
        if self.state is State.BUSY:
            return self._compare(byte)
        self._line.append(byte)
        if byte != ord("\n"):
            # of what is no line nothing is kept but its end
            del self._line[:-_LONGEST_LINE]
            return None
        line, self._line = bytes(self._line.rstrip(b"\r\n")), bytearray()
        return self._understood(line)

    def _compare(self, byte: int) -> Event | None:
        """A byte of the echo, or not."""
        if byte != self._echo[0]:
            self._break()
            return Unexpected(f"the echo has byte {byte:#04x} where {self._echo[0]:#04x} was to come")
        self._echo = self._echo[1:]
        if self._echo or self._flying is None:
            return None
        executed, self._flying = Executed(self._flying), None
        self.state, self._deadline_ns = State.IDLE, None
        return executed

    def _understood(self, line: bytes) -> Event | None:
        if line == DISCONNECTED:
            if self.state is State.STOPPING:
                self.state = State.IDLE
            return Disconnected()
        if self.state is State.BOOTING:
            return self._of_banner(line)
        if line == SETUP:
            self._break()
            return Restarted()
        if self.state is State.ASKING:
            return self._of_pot(line)
        if self.state is State.IDLE and line and not self._after_stop:
            self._break()
            return Unexpected(f"{line[:60]!r} came, and nothing was asked")
        # the rest of an echo that a stop has overtaken, and the stop's own; or whatever comes after a fault
        return None

    def _of_pot(self, line: bytes) -> Event | None:
        if line in self._pot_lines[:1]:
            del self._pot_lines[0]
            return None
        said = line.removeprefix(_POT_AT)
        if self._pot_lines or said == line or not said.isdigit() or len(said) > _MOST_DIGITS:
            # the rest of what a stop was answered with may still come first
            return None if len(self._pot_lines) == len(POT_ANSWERS) else self._wrong(line)
        self.state = State.IDLE
        return PotAt(int(said))

    def _wrong(self, line: bytes) -> Event:
        self._break()
        return Unexpected(f"{line[:60]!r} came, and where its pot is was asked")

    def _of_banner(self, line: bytes) -> Event | None:
        if line in (SETUP, STARTED):
            self._seen.append(line)
        if line != READY:
            return Restarted() if line == SETUP else None
        if self._seen[-2:] != [SETUP, STARTED]:
            # half a banner: the other half may have been said to somebody else
            return None
        self.state, self._deadline_ns = State.IDLE, None
        return Ready()

    def _break(self) -> None:
        self.state, self._flying, self._deadline_ns = State.BROKEN, None, None
        self._line.clear()
