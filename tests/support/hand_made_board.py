"""An openEMSstim board made by hand: it answers each line after a while, as a test asks it to, and delivers nothing."""

from dataclasses import dataclass, field

from firmware_protocol.openemsstim.codec import echo_of, encode
from firmware_protocol.openemsstim.events import AskPot, Drive, Stop
from stimctl.clock import MS
from stimctl.drivers.driver import ChannelCeilings
from stimctl.drivers.facts import Armed, Fact, Identified
from stimctl.drivers.openemsstim import OpenEmsStimDriver
from stimctl.model.segment import Segment
from stimctl.model.who import Who
from stimctl.safety.clearance import Cleared

__all__ = ["BANNER", "CEILINGS", "ECHO_MS", "OFF", "POT", "STOP_MS", "Board", "armed", "booted", "flow", "identified"]

BANNER = b"\nSETUP:\r\n\tEMS: STARTED\r\nSETUP DONE (LED 13 WILL BE ON)\r\n"
CEILINGS = ChannelCeilings(
    amplitude_ua=60_000, phase_duration_us=250, charge_nc=0, shortest_period_us=12_500, slope_ua_per_s=6_000, step_ua=0
)
OFF = (encode(Stop()), encode(Stop(resync=True)))
POT = encode(AskPot())
ECHO_MS, STOP_MS = 90, 45


def pot_at(position: int) -> bytes:
    return b"\tUSB: received command: w\r\n\tCommand NON HEX:\r\nw\r\n\tEMS: Intensity Channel 2: %d\r\n" % position


@dataclass
class Board:
    """Answers each line after a while, as asked here; `sent` is when what left."""

    driver: OpenEmsStimDriver = field(default_factory=lambda: OpenEmsStimDriver(Who(serial_number="7", simulated=True)))
    now_ms: int = 0
    sent: list[tuple[int, bytes]] = field(default_factory=list)
    facts: list[tuple[int, Fact]] = field(default_factory=list)
    silent: bool = False
    pot: int = 254
    late_ms: int = 0
    _coming: list[tuple[int, bytes]] = field(default_factory=list)

    def run(self, ms: int) -> "Board":
        for _ in range(ms):
            self.now_ms += 1
            now_ns = self.now_ms * MS
            due = [data for at_ms, data in self._coming if at_ms <= self.now_ms]
            self._coming = [one for one in self._coming if one[0] > self.now_ms]
            for data in due:
                self._hear(data)
            self.facts += [(self.now_ms, fact) for fact in self.driver.advance(now_ns)]
            out = self.driver.drain()
            for line in out.splitlines(keepends=True):
                if line != b"\n":
                    self.sent.append((self.now_ms, line))
                    self._answer(line)
        return self

    def says(self, data: bytes) -> "Board":
        self._hear(data)
        return self

    def _hear(self, data: bytes) -> None:
        self.facts += [(self.now_ms, fact) for fact in self.driver.receive(data, self.now_ms * MS)]

    def _answer(self, line: bytes) -> None:
        if self.silent:
            return
        command = next((one for one in _DRIVES if encode(one) == line), None)
        if command is not None:
            self._coming.append((self.now_ms + ECHO_MS + self.late_ms, echo_of(command)))
        elif line in OFF:
            self._coming.append((self.now_ms + STOP_MS + self.late_ms, echo_of(Stop())))
        elif line == POT:
            self._coming.append((self.now_ms + STOP_MS + self.late_ms, pot_at(self.pot)))

    def told(self, kind: type) -> list[Fact]:
        return [fact for _, fact in self.facts if isinstance(fact, kind)]

    def drives(self) -> list[tuple[int, Drive]]:
        return [(at, one) for at, line in self.sent for one in _DRIVES if encode(one) == line]


_DRIVES = [
    Drive(channel=channel, intensity=level, on_time_ms=ms)
    for channel in (1, 2)
    for level in range(1, 61)
    for ms in (40, 220, 300)
]


def booted() -> Board:
    board = Board()
    board.driver.identify(0)
    return board.run(50).says(BANNER)


def identified() -> Board:
    board = booted().run(400)
    assert board.told(Identified)
    return board


def armed(*channels: int) -> Board:
    board = identified()
    board.driver.arm(dict.fromkeys(channels, CEILINGS), board.now_ms * MS)
    board.run(300)
    assert board.told(Armed)
    board.sent.clear()
    return board


def flow(board: Board, levels: dict[int, int], lasts_ms: int = 20_000) -> None:
    """From now on these levels, by channel; they rise as quickly as the driver lets them."""
    start_ns = board.now_ms * MS
    for channel, level in levels.items():
        segment = Segment(
            channel=channel,
            start_ns=start_ns,
            end_ns=start_ns + lasts_ms * MS,
            amplitude_start_ua=level * 1_000,
            amplitude_end_ua=level * 1_000,
            phase_duration_us=200,
            interphase_us=0,
            pulse_period_us=12_500,
        )
        board.driver.send(Cleared(segment, True), start_ns)
