"""An openEMSstim board: the firmware as the sequential program that it is, in front of a pot and two pairs of switches.

Rule 1: the program blocks where the firmware does: on a full transmitter, in a delay, and on a line that does not end.
        While it blocks it looks at nothing: bytes wait in the receiver's ring, on-times run over.
Rule 2: an instant is given by the firmware's own waiting, never by when somebody asked.
Rule 3: what the firmware leaves undefined (an on-time or an intensity without a channel) ends the program, with its
        outputs as they were: the worst that was seen.
Measured on the real firmware on an emulated ATmega328P; `tests/vectors/openemsstim` has the traces. Text in the pot's
and the pins' names is that of the traces.
"""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass

from simulator.devices.openemsstim_commands import fields_of, hex_decoded, hex_part, trimmed, wiper_of

__all__ = ["BAUD", "BYTE_NS", "DELIMITER", "MODEL", "OpenEmsStimDevice", "Seen"]

MODEL = "openemsstim"
# UBRR 103 with U2X at 16 MHz: 19200 is nominal.
BAUD = 19_231
DELIMITER = b"\n"
BYTE_NS = 520_000

_MS = 1_000_000
_US = 1_000
_RING = 63
# The transmitter holds 63 in its ring, one in its data register, and one is on the line.
_AHEAD = 65
_TIMER_NS = 1_024_000
# The counter begins when the core has been set up.
_TIMER_FROM_NS = 750 * _US
_LINE_ENDS_MS = 50
_RELEASE_NS = 50_020 * _US
_POT_WRITE_NS = 290 * _US
_POT_READ_NS = 400 * _US
_WRITE_NS = 10 * _US
_READ_NS = 25 * _US
# What a line that has waited in the ring costs on top, after the reply to the one before.
_AGAIN_NS = 480 * _US
_NO_SIGNAL = 255
_POWER_UP = 128
_FOREVER = 2**32
# Memory is short: what a line of so many bytes comes to (measured at some lengths only).
_LONGEST_ECHO, _LOST, _SPEECHLESS = 128, 200, 600
_MOST_DIGITS, _TAIL = 110, 10

_READY_TEXT = b"SETUP DONE (LED 13 WILL BE ON)"
# When the first byte of each begins, in µs from reset: a module that does not answer is asked, and waited for.
_BOOT = (
    (839, b"\nSETUP:"),
    (5_561, b"\tBT: RESETTING"),
    (4_206_322, b"\tBT: RESET DONE"),
    (4_214_642, b"\tBT: INITIALIZING"),
    (5_206_294, b"\t\tSet Baudrate: "),
    (5_406_515, b"\t\tReboot?: "),
    (7_606_791, b"\t\tVersion: "),
    (7_806_968, b"\t\tSet Name: "),
    (8_007_184, b"\t\tSet peripheral mode: "),
    (8_207_476, b"\t\tEnable private services: "),
    (8_407_747, b"\t\tClear private services:"),
    (8_608_172, b"\t\tSet new private service: "),
    (8_808_641, b"\t\tSet new private service value: "),
    (9_008_953, b"\t\tSet Baudrate: "),
    (9_209_144, b"\t\tReboot?: "),
    (11_209_328, b"\tBT: INITIALIZED"),
)
_BOOT_END = (b"\tEMS: INITIALIZING CHANNELS", b"\tEMS: INITIALIZED", b"\tEMS: STARTED", _READY_TEXT)

# What happened: time since the last reset in µs, a kind, and a value, as the traces have them.
Seen = Callable[[int, str, int | str], None]


@dataclass(slots=True)
class _Channel:
    """One channel's switches and what the firmware keeps of it. `ends` is a time of its millisecond counter."""

    number: int
    wiper: str
    first_pin: str
    second_pin: str
    led: str
    active: bool = False
    # the firmware sets both to 1 to begin with: the first look at the clock switches everything off
    ends: int = 1
    on_time_ms: int = 1


@dataclass(frozen=True, slots=True)
class _Until:
    """Where the program waits: until an instant, or for a byte where `byte` says so."""

    at_ns: int | None
    byte: bool = False


_Run = Generator[_Until, None, None]


class _Died(Exception):
    """The processor has gone where nothing is."""


class OpenEmsStimDevice:
    """Sans-IO. `seen` hears of every event; `felt` of a channel, an instant in µs and its level in thousandths."""

    def __init__(
        self,
        *,
        seen: Seen = lambda t_us, kind, value: None,
        felt: Callable[[int, int, int], None] = lambda channel, t_us, permille: None,
        pot_absent: bool = False,
    ) -> None:
        self._seen, self._felt, self._pot_absent = seen, felt, pot_absent
        self._wipers = {"wiper1": _POWER_UP, "wiper3": _POWER_UP}
        self._out = bytearray()
        # what is felt of each channel, as told last
        self._told = {1: 0, 2: 0}
        self._power_up(0)

    # -- the outside

    def receive(self, data: bytes, now_ns: int) -> None:
        """Never raises, whatever the bytes are; what does not fit into the ring is lost."""
        self.advance(now_ns)
        if now_ns < self._reset_ns:
            # no power
            return
        for byte in data:
            if len(self._ring) < _RING:
                self._ring.append(byte)
            if self._waits is not None and self._waits.byte:
                self._go_on(now_ns)

    def advance(self, now_ns: int) -> None:
        """Everything up to and including now happens."""
        while self._waits is not None and self._waits.at_ns is not None and self._waits.at_ns <= now_ns:
            self._go_on(self._waits.at_ns)
        self._tell_sent(now_ns)

    def drain(self) -> bytes:
        """What it has begun to send since; its line paces it."""
        out = bytes(self._out)
        self._out.clear()
        return out

    def next_wake_ns(self) -> int | None:
        """When its program next goes on by itself."""
        return None if self._waits is None else self._waits.at_ns

    def reboot(self, now_ns: int, dark_ns: int = 0) -> None:
        """DTR falls: the switches open at once, the pot keeps its position, and the program begins anew.

        Without power for a while, the pot wakes up in the middle.
        """
        self.advance(now_ns)
        self._now_ns = now_ns
        for channel in self._channels:
            self._switch(channel, now_ns, on=False)
        self._out.clear()
        if dark_ns:
            self._wipers = dict.fromkeys(self._wipers, _POWER_UP)
        self._power_up(now_ns + dark_ns)
        self._saw("reset", 1)

    def set_skew(self, ppm: int, now_ns: int) -> None:
        """It tells nobody the time; `make_unit` refuses such a plan."""

    # -- the processor

    def _power_up(self, now_ns: int) -> None:
        self._reset_ns = self._now_ns = self._sent_ns = now_ns
        self._ring: deque[int] = deque()
        self._sending: deque[tuple[int, bytes]] = deque()
        self._channels = (
            _Channel(1, "wiper1", "pin5", "pin4", "ledA2"),
            _Channel(2, "wiper3", "pin6", "pin7", "ledA3"),
        )
        self._program = self._firmware()
        self._waits: _Until | None = None
        self._go_on(now_ns)

    def _go_on(self, now_ns: int) -> None:
        self._now_ns = now_ns
        self._tell_sent(now_ns)
        try:
            self._waits = next(self._program)
        except _Died:
            self._waits = None

    def _firmware(self) -> _Run:
        yield from self._boot()
        again = False
        while True:
            for channel in self._channels:
                if channel.ends and channel.ends <= self._millis():
                    yield from self._switch_off(channel)
            if self._ring:
                yield from self._work(_AGAIN_NS if again else 0)
                yield from self._obey((yield from self._line()))
                yield _Until(self._sent_ns)
                again = True
            else:
                again = False
                ends = [channel.ends for channel in self._channels if channel.ends]
                yield _Until(self._instant_of(min(ends)) if ends else None, byte=True)

    def _boot(self) -> _Run:
        for at_us, text in _BOOT:
            yield _Until(self._reset_ns + at_us * _US)
            yield from self._say(text)
        for text in _BOOT_END:
            yield from self._say(text)
        self._saw("led13", 1)
        yield from self._work(_US * 10)

    def _line(self) -> Generator[_Until, None, bytes]:
        """Up to LF, or to 50 ms of the millisecond counter without a byte; without what ended it."""
        line = bytearray()
        since = self._millis()
        while True:
            if self._ring:
                byte = self._ring.popleft()
                yield from self._work(_READ_NS)
                if byte == ord("\n"):
                    break
                line.append(byte)
                since = self._millis()
            elif self._millis() - since >= _LINE_ENDS_MS:
                break
            else:
                yield _Until(self._instant_of(since + _LINE_ENDS_MS), byte=True)
        return bytes(line)

    def _obey(self, line: bytes) -> _Run:
        yield from self._work((120 + 12 * len(line) // 10) * _US)
        if len(line) >= _SPEECHLESS:
            for _ in range(4):
                yield from self._say(b"")
            return
        yield from self._say(b"\tUSB: received command: " + line if len(line) <= _LONGEST_ECHO else b"")
        line = trimmed(line) if len(line) < _LOST else b""
        if line.startswith(b"WV"):
            yield from self._obey_hex(hex_part(line))
        elif line == b"Connection End":
            yield from self._say(b"\tBT: Disconnected")
            yield from self._all_off()
        else:
            yield from self._say(b"\tCommand NON HEX:")
            yield from self._say(line)
            yield from self._obey_character(line[:1])

    def _obey_hex(self, digits: bytes) -> _Run:
        yield from self._say(b"\tEMS_CMD: HEX command length: ")
        yield from self._say(str(len(digits)).encode())
        yield from self._say(digits)
        command = hex_decoded(digits)
        if len(digits) > _MOST_DIGITS:
            command = command[-_TAIL:]
        yield from self._say(b"\tEMS_CMD: Converted HEX command: ")
        yield from self._say(command)
        if b"G" in command:
            yield from self._act(command)
        elif command:
            yield from self._say(b"Unknown command: " + command)

    def _act(self, command: bytes) -> _Run:
        fields = fields_of(command)
        channel = self._channels[fields.channel] if fields.channel in (0, 1) else None
        if channel is None:
            if fields.on_time_ms is not None or fields.intensity is not None:
                raise _Died
            yield from self._all_off()
            return
        yield from self._work(max(0, 100 * len(command) - 450) * _US)
        if fields.on_time_ms is not None:
            channel.on_time_ms = fields.on_time_ms
        if fields.intensity is not None:
            yield from self._set_wiper(channel, wiper_of(fields.intensity))
        yield from self._switch_on(channel)
        channel.ends = (self._millis() + channel.on_time_ms) % _FOREVER

    def _obey_character(self, character: bytes) -> _Run:
        match character:
            case b"1" | b"2":
                channel = self._channels[int(character) - 1]
                if channel.active:
                    yield from self._switch_off(channel)
                else:
                    yield from self._switch_on(channel)
                state = "active" if channel.active else "inactive"
                yield from self._say(f"\tEMS: Channel {channel.number} {state}".encode())
            case b"q" | b"a" | b"w" | b"s":
                channel = self._channels[0 if character in (b"q", b"a") else 1]
                yield from self._work(_POT_READ_NS)
                step = 1 if character in (b"a", b"s") else -1
                yield from self._set_wiper(channel, (self._read_wiper(channel) + step) % 256)
                yield from self._work(_POT_READ_NS)
                at = self._read_wiper(channel)
                yield from self._say(f"\tEMS: Intensity Channel {channel.number}: {at}".encode())
            case _:
                yield from self._say(b"\tERROR: SINGLE-CHAR Command Unknown")

    # -- time and the transmitter

    def _work(self, ns: int) -> _Run:
        yield _Until(self._now_ns + ns)

    def _millis(self) -> int:
        """The firmware's counter: a timer overflows each 1.024 ms, and what it misses is made up for."""
        overflows = max(0, self._now_ns - self._reset_ns - _TIMER_FROM_NS) // _TIMER_NS
        return overflows + 3 * overflows // 125

    def _instant_of(self, millis: int) -> int:
        """When the counter first has this value or more."""
        overflows = 125 * millis // 128
        while overflows + 3 * overflows // 125 < millis:
            overflows += 1
        return self._reset_ns + _TIMER_FROM_NS + overflows * _TIMER_NS

    def _say(self, text: bytes) -> _Run:
        """A line, CR LF after it; the program goes on when its last byte has found room in the transmitter."""
        data = text + b"\r\n"
        begin_ns = max(self._now_ns, self._sent_ns)
        self._out += data
        for run in data.split(b"\n")[:-1]:
            self._sent_ns = max(begin_ns, self._sent_ns) + (len(run) + 1) * BYTE_NS
            self._sending.append((self._sent_ns, run + b"\n"))
        yield _Until(max(self._now_ns + len(data) * _WRITE_NS, self._sent_ns - _AHEAD * BYTE_NS))

    def _tell_sent(self, now_ns: int) -> None:
        """Lines whose last byte has left by now."""
        while self._sending and self._sending[0][0] <= now_ns:
            at_ns, line = self._sending.popleft()
            self._seen((at_ns - self._reset_ns) // _US, "uart_tx", line.hex())

    # -- the pot and the switches

    def _set_wiper(self, channel: _Channel, position: int) -> _Run:
        yield from self._work(_POT_WRITE_NS)
        if not self._pot_absent:
            self._wipers[channel.wiper] = position
            self._saw(channel.wiper, position)
            self._tell_level(channel)

    def _read_wiper(self, channel: _Channel) -> int:
        return _NO_SIGNAL if self._pot_absent else self._wipers[channel.wiper]

    def _switch_on(self, channel: _Channel) -> _Run:
        yield from self._work(19 * _US)
        self._switch(channel, self._now_ns, on=True)

    def _switch_off(self, channel: _Channel) -> _Run:
        yield from self._set_wiper(channel, _NO_SIGNAL)
        yield from self._work(_RELEASE_NS)
        self._switch(channel, self._now_ns, on=False)
        channel.ends = 0

    def _all_off(self) -> _Run:
        for channel in self._channels:
            yield from self._switch_off(channel)

    def _switch(self, channel: _Channel, now_ns: int, *, on: bool) -> None:
        if channel.active is on:
            return
        channel.active = on
        in_order = (channel.first_pin, channel.second_pin, channel.led)
        for number, name in enumerate(in_order if on else reversed(in_order)):
            self._seen((now_ns - self._reset_ns) // _US + 4 * number, name, int(on))
        self._tell_level(channel)

    def _tell_level(self, channel: _Channel) -> None:
        wiper = self._wipers[channel.wiper]
        permille = round(1000 * (_NO_SIGNAL - wiper) / _NO_SIGNAL) if channel.active else 0
        if permille != self._told[channel.number]:
            self._told[channel.number] = permille
            self._felt(channel.number, self._now_ns // _US, permille)

    def _saw(self, kind: str, value: int) -> None:
        self._seen((self._now_ns - self._reset_ns) // _US, kind, value)
