"""The audit's reader for openEMSstim: lines as the board would read them, and its own idea of what the board does.

Rule 1: four kinds of line. An empty one and `Connection End` cannot raise output. `WV,,` and letter digits is judged.
`w` steps a wiper up: once after a stop, and before any output line. Anything else, and whatever does not end with LF,
is refused.
Rule 2: an output line is for a planned channel, within the limits and the plan's peak, and lets go by itself in time.
Rule 3: its level is cleared for this instant. From off it is 1, and it rises by one a line.
Rule 4: the board drops bytes that it has no room for, and obeys what is left of the line. So it gets output lines
slowly, one at a time, and never more bytes than it can keep.
Rule 5: what it echoes is compared. After a refusal or a difference no output line leaves for the rest of the session.

Amplitudes are thousandths of one of the board's hundred levels in such a session, whatever their names say. It imports
nothing of firmware_protocol or of drivers: two readers that share a codec agree about its mistakes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stimctl.clock import MS, SECOND
from stimctl.model.limits import Limits
from stimctl.model.segment import Segment
from stimctl.safety.clearance import Cleared

__all__ = ["OpenEmsStimAudit"]

_PER_LEVEL = 1_000
_STOP = b"Connection End"
_ASK_POT = b"w"
# No digit 0 to 5: cut anywhere, such a line has no piece that begins with one of the board's test commands.
_OUTPUT = re.compile(rb"WV,,((?:[A-F6-9][A-F6-9])+)\.")
_DIGITS = bytes.maketrans(b"ABCDEF", b"012345")
# As one writes numbers: what else the board takes for the same, or for less, no driver has a reason to send.
_TEXT = re.compile(rb"C([01])I([1-9][0-9]?|100)T([1-9][0-9]{0,4})G")
_ALLOWED = "allowed are 'WV,,' with C, I, T and G in letter digits and '.', 'Connection End', 'w', or nothing, and LF"
# Any longer one is no line that may leave.
_LONGEST = b"WV,,EDDBE9DBDADAFEDDDADAE7."

# Output goes on for up to 263 ms (one channel) or 313 ms (two) longer than this after the host's last byte; the family
# promises 500 and 650 in all. Below 40 ms it gets no shorter: the board is busy with its reply.
_ON_TIME_MS = {1: 220}
_ON_TIME_OF_TWO_MS = 300
_SHORTEST_MS = 40
# The board opens its switches so long after the on-time.
_RELEASE_MS = 50
# The turn that reads the timeline is the turn that sends, so a sample is of now; one of the slot's own beginning may be
# so old. In so long the steepest fall, all levels in 1 s, is one level. Later than now is never right.
_SAMPLE_AGE_NS = 10 * MS
# Each line keeps the board busy for 85 ms with its reply, in which it looks at no on-time; at one in 75 ms it begins
# to lose bytes. Slots are 100 ms apart: one that was 10 ms late may be followed by one in time.
_APART_NS = 90 * MS
# The board's receiver.
_RING = 63
# Nothing is cleared so far ahead that what ended so long before could still count.
_KEPT_NS = 60 * SECOND

_ECHO = b"\tUSB: received command: "
_CONVERTED = b"\tEMS_CMD: Converted HEX command: "
_BANNER = b"SETUP:"
_COMPLAINTS = (b"\tERROR", b"Unknown command")
# No line that is read here is longer.
_LONGEST_REPLY = 256


@dataclass(frozen=True, slots=True)
class _Output:
    """An output line, and what the board makes of it."""

    line: bytes
    text: bytes
    channel: int
    level: int
    on_time_ms: int


@dataclass(slots=True)
class _Span:
    """A cleared segment as far as it still counts: until it is replaced, which may be before it starts, and under what
    it was held to since.
    """

    segment: Segment
    until_ns: int
    ceiling: int

    def top(self, from_ns: int, to_ns: int) -> int:
        """The highest of it between two instants, both included."""
        first_ns, last_ns = max(from_ns, self.segment.start_ns), min(to_ns, self.until_ns)
        if first_ns > last_ns:
            return 0
        return min(self.ceiling, max(self.segment.amplitude_at(first_ns), self.segment.amplitude_at(last_ns)))


@dataclass(slots=True)
class _Channel:
    """One that is planned. `level` is the last that was sent, in force until `off_ns` at the latest; 0 is off."""

    peak: int
    cleared: list[_Span] = field(default_factory=list)
    level: int = 0
    off_ns: int = 0


class OpenEmsStimAudit:
    """Both directions of one board's line, read again."""

    def __init__(self) -> None:
        self._limits: Limits | None = None
        self._channels: dict[int, _Channel] = {}
        self._broken = False
        # stopped, and nothing but that since; and whether the echo of a question is to come
        self._off = self._asks = False
        self._last_output_ns: int | None = None
        # the output line whose reply has not come in full, and all bytes that were not echoed yet
        self._unanswered: _Output | None = None
        self._unread = 0
        # nothing that the board says counts before it was sent something
        self._judging = False
        self._inbound = b""
        self._heard_before = b""
        self._answering = b""

    def agree(self, limits: Limits, peaks_ua: Mapping[int, int]) -> None:
        self._limits = limits
        self._channels = {channel: _Channel(peak) for channel, peak in peaks_ua.items()}
        self._broken = False
        self.forget()

    def expect(self, cleared: Cleared) -> None:
        segment = cleared.segment
        state = self._channels[segment.channel]
        state.cleared = [span for span in state.cleared if span.until_ns > segment.start_ns - _KEPT_NS]
        if cleared.replace:
            for span in state.cleared:
                span.until_ns = min(span.until_ns, segment.start_ns)
        state.cleared.append(_Span(segment, segment.end_ns, segment.top_ua))

    def hold(self, channel: int, ceiling_ua: int) -> None:
        for span in self._channels[channel].cleared:
            span.ceiling = min(span.ceiling, ceiling_ua)

    def forget(self, channel: int | None = None) -> None:
        for number, state in self._channels.items():
            if channel in (None, number):
                state.cleared.clear()
                state.level = 0
        if channel is None:
            # Stop bytes pass this reader by, and a reset may follow them: what comes next answers nothing sent here.
            self._unanswered, self._unread, self._judging = None, 0, False
            self._off = self._asks = False

    def sent(self, data: bytes, now_ns: int) -> str | None:
        *lines, rest = data.split(b"\n")
        if rest:
            why: str | None = f"bytes that end inside a line: {_shown(rest)}; {_ALLOWED}"
        else:
            why = next(filter(None, (self._judged(line, now_ns) for line in lines)), None)
        self._broken = self._broken or why is not None
        return why

    def received(self, data: bytes, now_ns: int) -> str | None:
        *lines, rest = (self._inbound + data).split(b"\n")
        self._inbound = rest[:_LONGEST_REPLY]
        why = next(filter(None, (self._compared(line.removesuffix(b"\r")) for line in lines)), None)
        self._broken = self._broken or why is not None
        return why

    def stop_is_sound(self, stop_bytes: bytes) -> str | None:
        for cut_off in (_LONGEST, _STOP):
            for length in range(len(cut_off) + 1):
                cut = cut_off[:length]
                *lines, rest = (cut + stop_bytes).split(b"\n")
                # what was cut off does no more than it would have whole; the rest may be nothing but stops
                own = lines[1:] if lines[:1] == [cut] else lines
                if rest or own[-1:] != [_STOP] or any(line not in (b"", _STOP) for line in own):
                    return f"after a line cut off at {length} bytes, {stop_bytes!r} does not read as {_STOP.decode()}"
        return None

    def _judged(self, line: bytes, now_ns: int) -> str | None:
        if line == _STOP:
            self._off = True
            for state in self._channels.values():
                state.level = 0
        elif line == _ASK_POT:
            if not self._off:
                return "a wiper is asked for, and the board was not stopped just before; allowed is once after a stop"
            self._off, self._asks = False, True
        elif line:
            self._off = False
            output = _read(line)
            if output is None:
                return f"a line that is none of ours: {_shown(line)}; {_ALLOWED}"
            why = self._refused(output, now_ns)
            if why is not None:
                return why
            state = self._channels[output.channel]
            state.level, state.off_ns = output.level, now_ns + (output.on_time_ms + _RELEASE_MS) * MS
            self._unanswered, self._last_output_ns = output, now_ns
        self._unread += len(line) + 1
        self._judging = True
        return None

    def _refused(self, output: _Output, now_ns: int) -> str | None:
        if self._broken:
            return "an output line, after what went wrong before; allowed are only stops"
        state = self._channels.get(output.channel)
        if state is None or self._limits is None:
            return f"an output line for channel {output.channel}, on which nothing is planned"
        longest_ms = _ON_TIME_MS.get(len(self._channels), _ON_TIME_OF_TWO_MS)
        if not _SHORTEST_MS <= output.on_time_ms <= longest_ms:
            return f"an on-time of {output.on_time_ms} ms, allowed {_SHORTEST_MS} to {longest_ms} ms"
        return _too_high(output, state, self._limits, now_ns) or self._too_fast(output, now_ns)

    def _too_fast(self, output: _Output, now_ns: int) -> str | None:
        if self._last_output_ns is not None and now_ns - self._last_output_ns < _APART_NS:
            apart_ms = (now_ns - self._last_output_ns) / MS
            return f"an output line {apart_ms:.1f} ms after the one before, allowed {_APART_NS // MS} ms"
        if self._unanswered is not None:
            return f"an output line before {_shown(self._unanswered.line)} was answered; allowed is one at a time"
        waiting = self._unread + len(output.line) + 1
        if waiting > _RING:
            return f"{waiting} bytes that the board has not read, allowed {_RING}"
        return None

    def _compared(self, line: bytes) -> str | None:
        """A line of the board's against what it was sent; None as well for what is not compared."""
        before, self._heard_before = self._heard_before, line
        echoes = line.startswith(_ECHO)
        if echoes:
            self._answering = line.removeprefix(_ECHO)
            self._unread = max(0, self._unread - len(self._answering) - 1)
        if not self._judging:
            return None
        sent = self._unanswered
        if echoes and self._answering == _ASK_POT and self._asks:
            self._asks = False
        elif echoes and self._answering not in (b"", _STOP, sent.line if sent else _STOP):
            return f"the board received {_shown(self._answering)}, sent was {_shown(sent.line if sent else b'')}"
        if before == _CONVERTED:
            if sent is None or line != sent.text:
                return f"the board understood {_shown(line)}, sent was {_shown(sent.text if sent else b'')}"
            self._unanswered = None
        if line.startswith(_COMPLAINTS) and self._answering:
            return f"the board answered {_shown(line)} to {_shown(self._answering)}"
        return "the board has restarted" if line == _BANNER else None


def _too_high(output: _Output, state: _Channel, limits: Limits, now_ns: int) -> str | None:
    what, asked = f"level {output.level} on channel {output.channel}", output.level * _PER_LEVEL
    top = max((span.top(now_ns - _SAMPLE_AGE_NS, now_ns) for span in state.cleared), default=0)
    for bound, allowed in (("the limit", limits.amplitude_ua), ("planned", state.peak), ("cleared now", top)):
        if asked > allowed:
            return f"{what}, {bound} is {allowed / _PER_LEVEL:g}"
    last = state.level if now_ns <= state.off_ns else 0
    if output.level > last + 1:
        return f"{what} after {last}, allowed one more"
    return None


def _read(line: bytes) -> _Output | None:
    """As the board decodes it; None for what may not leave at all."""
    digits = _OUTPUT.fullmatch(line)
    if digits is None:
        return None
    text = bytes.fromhex(digits[1].translate(_DIGITS).decode())
    fields = _TEXT.fullmatch(text)
    if fields is None:
        return None
    board_channel, level, on_time_ms = map(int, fields.groups())
    return _Output(line, text, board_channel + 1, level, on_time_ms)


def _shown(data: bytes) -> str:
    return repr(data[:60])
