"""The driver of openEMSstim boards: at each slot the level that the cleared timeline has now, one command in flight.

Rule 1: a slot is 100 ms, for all channels together; what must not run out goes first, then what falls, then the rest.
Rule 2: all off is a stop; one channel of two is switched off by the floor with the shortest on-time.
Rule 3: what may have run out is a gap: its channel begins at the floor. An echo that does not come is a gap of all
channels, and a stop: what the board has understood nobody knows.
Rule 4: an echo that is another one is a fault, after which nothing but stops is sent.
Rule 5: off is what the board says, and 100 ms: it says so before channel 2 is. Or its banner: it was reset.
Rule 6: before it is identified or armed it is stopped, and then asked where its pot is: a board whose pot does not
answer closes its switches all the same, on as much of the signal as it likes (docs/decisions/0026).
"""

from collections.abc import Mapping
from enum import Enum

from firmware_protocol.openemsstim.codec import encode
from firmware_protocol.openemsstim.connection import Connection, State
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
from stimctl.clock import MS
from stimctl.drivers.driver import ChannelCeilings, LineCounts, StopRepeats
from stimctl.drivers.facts import (
    Accepted,
    Armed,
    ArmRefused,
    Fact,
    GapSeen,
    Heard,
    Identified,
    NoAnswer,
    Settled,
    UnitFault,
    WrongUnit,
    ZeroConfirmed,
)
from stimctl.drivers.finding_words import NO_BANNER, NO_POSITION, NO_POT, NO_STOP, RESTARTED, SPOKE_OTHERWISE
from stimctl.drivers.openemsstim_channel import Channel
from stimctl.drivers.openemsstim_values import BOOT_MS, FAMILY, SLOT_MS, capabilities, on_time_ms, release_ms
from stimctl.model.who import Who
from stimctl.safety.clearance import Cleared

__all__ = ["OpenEmsStimDriver"]

_MOST_CHANNELS = 2
_FLOOR = 1
_SHORTEST_MS = 40
_SLOT_NS = SLOT_MS * MS
# The board looks at its input 67 ms after its banner, and writes to its channels for 101 ms after it has said so.
_AFTER_BANNER_NS = 100 * MS
_SURELY_OFF_NS = 100 * MS
# Its answer takes up to 180 ms where it is still printing.
_STOP_ANSWER_NS = 400 * MS
_ASK_EVERY_NS = 400 * MS
# Where the pot is when nothing is on; what the board says as well where no pot answers.
_NO_SIGNAL = 255
_RESTARTED = "the board has restarted"


class _Purpose(Enum):
    """What a stop of the driver's own is for, or the question after it where the pot is."""

    FIND = "find"
    FIND_POT = "find, its pot"
    ARM = "arm"
    ARM_POT = "arm, its pot"
    ZERO = "zero"
    RECOVER = "recover"


# What follows on the stop that is answered.
_ASKS_POT = {_Purpose.FIND: _Purpose.FIND_POT, _Purpose.ARM: _Purpose.ARM_POT}


class OpenEmsStimDriver:
    """One board."""

    family = FAMILY
    stop_bytes = encode(Stop(resync=True))
    look_ahead_ns = 250 * MS
    boot_ms = BOOT_MS

    def __init__(self, who: Who) -> None:
        self._who = who
        self._connection = Connection(0)
        self._has_booted = False
        self._booted_ns: int | None = None
        self._identified = False
        self._settle = False
        self._stopping = False
        self._channels: dict[int, Channel] = {}
        self._armed = False
        self._purpose: _Purpose | None = None
        self._answer_by_ns: int | None = None
        self._off_ns: int | None = None
        self._slot_ns = 0
        self._spoke_ns = 0
        self._sent_ns = 0
        self._rtt_us: int | None = None
        self._heard_bytes = 0
        self._counts = [0, 0, 0, 0]
        self._on_time_ms = on_time_ms(_MOST_CHANNELS)
        self.release_ms = release_ms(_MOST_CHANNELS)

    @property
    def stop_repeats(self) -> StopRepeats:
        """Three, then silence until the longest on-time is over, then a reset; a boot loader takes two seconds."""
        return StopRepeats((250,), most=3, reset_after_ms=self._on_time_ms + 350, hope_ms=4_000)

    @property
    def line(self) -> LineCounts:
        frames_in, frames_out, lost, damaged = self._counts
        return LineCounts(
            rtt_us=self._rtt_us,
            frames_in=frames_in,
            frames_out=frames_out,
            lost=lost,
            damaged=damaged,
            retries=0,
            battery_percent=None,
        )

    def identify(self, now_ns: int) -> None:
        self._connection, self._has_booted = Connection(now_ns), False

    def arm(self, ceilings: Mapping[int, ChannelCeilings], now_ns: int) -> None:
        """The board has nothing to arm. That it answers a stop is what there is to know."""
        self._stopping = False
        self._on_time_ms = on_time_ms(len(ceilings))
        self.release_ms = release_ms(len(ceilings))
        self._channels = {number: Channel(number, self._on_time_ms) for number in sorted(ceilings)}
        self._stop(_Purpose.ARM, now_ns)

    def send(self, cleared: Cleared, now_ns: int) -> None:
        self._channels[cleared.segment.channel].clear(cleared)

    def hold(self, channel: int, ceiling_ua: int, now_ns: int) -> None:
        self._channels[channel].hold(ceiling_ua)

    def keep_alive(self, now_ns: int) -> None:
        """Nothing: while nothing flows the board is asked to stop several times a second anyway."""

    def stopped(self, now_ns: int) -> None:
        self._stopping = True
        self._armed = False
        self._purpose = self._answer_by_ns = self._off_ns = None
        self._channels.clear()
        if self._connection.state is not State.BOOTING:
            self._connection.send(Stop(resync=True), now_ns)
            self._connection.drain()

    def line_reset(self, now_ns: int) -> None:
        self._connection, self._has_booted = Connection(now_ns), False

    def resync(self, now_ns: int) -> None:
        """It has no clock."""
        self._settle = True

    def receive(self, data: bytes, now_ns: int) -> list[Fact]:
        self._heard_bytes += len(data)
        facts: list[Fact] = []
        for event in self._connection.receive(data, now_ns):
            facts += self._facts(event, now_ns)
        return facts

    def advance(self, now_ns: int) -> list[Fact]:
        facts: list[Fact] = []
        for event in self._connection.advance(now_ns):
            facts += self._facts(event, now_ns)
        if self._settles:
            self._settle = False
            facts.append(Settled(best_rtt_us=self._rtt_us or 0, rate_ppm=0))
        if self._booted_ns is not None and now_ns >= self._booted_ns:
            self._booted_ns = None
            self._stop(_Purpose.FIND, now_ns)
        if self._off_ns is not None and now_ns >= self._off_ns:
            self._off_ns = None
            facts += self._all_off(now_ns)
        if self._answer_by_ns is not None and now_ns >= self._answer_by_ns:
            facts += self._unanswered(now_ns)
        if self._armed and now_ns >= self._slot_ns and self._connection.state is State.IDLE and not self._waits:
            facts += self._slot(now_ns)
        return facts

    def drain(self) -> bytes:
        return self._connection.drain()

    def next_wake_ns(self) -> int | None:
        wakes = [self._connection.next_wake_ns(), self._booted_ns, self._off_ns, self._answer_by_ns]
        if self._settles:
            wakes.append(0)
        if self._armed and self._connection.state is State.IDLE and not self._waits:
            wakes.append(self._slot_ns)
        return min((at for at in wakes if at is not None), default=None)

    @property
    def _settles(self) -> bool:
        """A board that was reset and boots is at zero, and cannot be armed before it has booted."""
        return self._settle and self._connection.state is not State.BOOTING and self._booted_ns is None

    @property
    def _waits(self) -> bool:
        """For the answer to a stop of its own."""
        return self._purpose is not None

    # --- a slot ---------------------------------------------------------------------------------------------------

    def _slot(self, now_ns: int) -> list[Fact]:
        """Choose what goes out now, if anything."""
        facts = [fact for channel in self._channels.values() for fact in self._run_out(channel, now_ns)]
        channels = list(self._channels.values())
        if all(channel.wanted(now_ns) == 0 for channel in channels):
            if any(channel.level for channel in channels) or now_ns - self._spoke_ns >= _ASK_EVERY_NS:
                self._stop(_Purpose.ZERO, now_ns)
            else:
                self._slot_ns = now_ns + _SLOT_NS // 4
            return facts
        choices = [channel for channel in channels if channel.wanted(now_ns) or (channel.level and not channel.ending)]
        if choices:
            self._drive(min(choices, key=lambda channel: channel.urgency(now_ns)), now_ns)
        else:
            self._slot_ns = now_ns + _SLOT_NS // 4
        return facts

    def _drive(self, channel: Channel, now_ns: int) -> None:
        level = channel.wanted(now_ns)
        lasts_ms = self._on_time_ms if level else _SHORTEST_MS
        channel.told(level, lasts_ms, now_ns)
        self._send(Drive(channel=channel.number, intensity=level or _FLOOR, on_time_ms=lasts_ms), now_ns)
        self._slot_ns = now_ns + _SLOT_NS

    def _run_out(self, channel: Channel, now_ns: int) -> list[Fact]:
        """A channel that should be on and may not be is a gap; one that was to end is off after a while."""
        if channel.level == 0 or channel.surely_on(now_ns):
            return []
        if channel.ending:
            if channel.surely_off(now_ns):
                channel.off()
            return []
        channel.lost()
        return [GapSeen(channel.number, "its on-time may have run out")]

    def _stop(self, purpose: _Purpose, now_ns: int) -> None:
        self._purpose, self._answer_by_ns = purpose, now_ns + _STOP_ANSWER_NS
        self._send(Stop(resync=purpose in (_Purpose.FIND, _Purpose.RECOVER)), now_ns)

    def _send(self, event: Drive | Stop | AskPot, now_ns: int) -> None:
        self._sent_ns = self._spoke_ns = now_ns
        self._counts[1] += 1
        self._connection.send(event, now_ns)

    # --- what the board says --------------------------------------------------------------------------------------

    def _facts(self, event: Event, now_ns: int) -> list[Fact]:
        match event:
            case Ready():
                self._has_booted, self._booted_ns = True, now_ns + _AFTER_BANNER_NS
                return []
            case Executed(command=command):
                return self._executed(command, now_ns)
            case Disconnected():
                self._answered(now_ns)
                if self._purpose in _ASKS_POT.values():
                    # once more of the stop before
                    return []
                if self._off_ns is None and (self._stopping or self._purpose is not None):
                    self._off_ns = now_ns + _SURELY_OFF_NS
                self._answer_by_ns = None
                return []
            case PotAt(position=position):
                return self._pot(position, now_ns)
            case Restarted():
                return self._restarted()
            case Silent(why=why):
                return self._silent(why, now_ns)
            case Unexpected(why=why):
                self._counts[3] += 1
                if self._stopping:
                    return []
                if not self._identified:
                    return self._not_one(SPOKE_OTHERWISE.format(why))
                return [UnitFault(f"the board's answer is not the one to come: {why}")]
            case _:
                return []

    def _executed(self, command: Drive, now_ns: int) -> list[Fact]:
        self._answered(now_ns)
        channel = self._channels.get(command.channel)
        if channel is None or not self._armed:
            return []
        channel.done(command.on_time_ms, now_ns)
        return self._reports(now_ns)

    def _answered(self, now_ns: int) -> None:
        self._counts[0] += 1
        self._spoke_ns = now_ns
        self._rtt_us = (now_ns - self._sent_ns) // 1000

    def _restarted(self) -> list[Fact]:
        if self._stopping:
            # by itself, unless it is our own reset that ends the stop
            zero = ZeroConfirmed(output_off=True)
            return [zero] if self._connection.state is State.BOOTING else [zero, UnitFault(_RESTARTED)]
        if not self._has_booted:
            return []
        return [UnitFault(_RESTARTED)] if self._identified else self._not_one(RESTARTED)

    def _not_one(self, why: str) -> list[Fact]:
        """Nothing is sent to it any more."""
        self._purpose = self._booted_ns = self._off_ns = self._answer_by_ns = None
        return [WrongUnit(why)]

    def _pot(self, position: int, now_ns: int) -> list[Fact]:
        """What was asked once it was off: a pot that answers went one step up."""
        self._answered(now_ns)
        purpose, self._purpose, self._answer_by_ns = self._purpose, None, None
        if purpose is _Purpose.FIND_POT:
            if position == _NO_SIGNAL:
                return self._not_one(NO_POT)
            self._identified = self._settle = True
            return [
                ZeroConfirmed(output_off=True),
                Identified(capabilities(self._who.serial_number, simulated=self._who.simulated)),
            ]
        if purpose is _Purpose.ARM_POT:
            if position == _NO_SIGNAL:
                return [ArmRefused(NO_POT)]
            self._armed = True
            return [Armed(), *self._reports(now_ns)]
        return []

    def _silent(self, why: str, now_ns: int) -> list[Fact]:
        if not self._identified:
            if self._stopping:
                return []
            if self._heard_bytes:
                return [WrongUnit(NO_BANNER.format(self._heard_bytes))]
            return [NoAnswer(15_000)]
        self._counts[2] += 1
        if not self._armed:
            return []
        for channel in self._channels.values():
            channel.lost()
        self._stop(_Purpose.RECOVER, now_ns)
        return [GapSeen(number, why) for number in self._channels]

    def _unanswered(self, now_ns: int) -> list[Fact]:
        purpose, self._purpose, self._answer_by_ns = self._purpose, None, None
        self._counts[2] += 1
        if purpose in (_Purpose.FIND, _Purpose.FIND_POT):
            return self._not_one(NO_STOP if purpose is _Purpose.FIND else NO_POSITION)
        if purpose in (_Purpose.ARM, _Purpose.ARM_POT):
            return [ArmRefused("the board does not answer a stop" if purpose is _Purpose.ARM else NO_POSITION)]
        if purpose is _Purpose.ZERO:
            for channel in self._channels.values():
                channel.lost()
            self._stop(_Purpose.RECOVER, now_ns)
            return [GapSeen(number, "no answer in time") for number in self._channels]
        return [UnitFault("the board does not answer a stop")]

    def _all_off(self, now_ns: int) -> list[Fact]:
        if self._stopping:
            return [ZeroConfirmed(output_off=True)]
        for channel in self._channels.values():
            channel.off()
        self._slot_ns = max(self._slot_ns, now_ns)
        if self._purpose in _ASKS_POT and self._connection.state is not State.IDLE:
            return self._unanswered(now_ns)
        if self._purpose in _ASKS_POT:
            self._purpose, self._answer_by_ns = _ASKS_POT[self._purpose], now_ns + _STOP_ANSWER_NS
            self._send(AskPot(), now_ns)
            return []
        self._purpose = None
        return self._reports(now_ns)

    def _reports(self, now_ns: int) -> list[Fact]:
        """What every channel has, as far as an answer tells: it was carried out."""
        facts: list[Fact] = []
        for channel in self._channels.values():
            segment = channel.segment_at(now_ns)
            if segment is not None:
                facts.append(Accepted(channel.number, segment.end_ns))
            facts.append(Heard(channel.reported(now_ns, segment or channel.last)))
        return facts
