"""Commands to lines, and lines to the echo that a board which understood them gives. Pure.

Rule 1: hex digits 0 to 5 are written as A to F, which the board reads alike: such a line has no `1` and no `2` in it,
        and so no piece of it, cut anywhere, is one of the characters that switch an output on without limit.
Rule 2: no line begins with a character that is one wrong bit away from those that switch an output on.
Rule 3: C, I, T and G go together, always: an on-time or an intensity without a channel makes the board jump anywhere.
"""

from firmware_protocol.openemsstim.events import AskPot, Drive, Stop

__all__ = ["DISCONNECTED", "POT_ANSWERS", "READY", "SETUP", "STARTED", "STOP_LINE", "command_text", "echo_of", "encode"]

STOP_LINE = b"Connection End\n"
SETUP = b"SETUP:"
STARTED = b"\tEMS: STARTED"
READY = b"SETUP DONE (LED 13 WILL BE ON)"
DISCONNECTED = b"\tBT: Disconnected"
# `q` asks channel 1 in the same way, and is one bit from `1`, which switches on without limit; `w` is from neither.
_ASK_POT = b"w"
# What comes before the position, line by line.
POT_ANSWERS = (b"\tUSB: received command: " + _ASK_POT, b"\tCommand NON HEX:", _ASK_POT)

_LETTERS = bytes.maketrans(b"012345", b"ABCDEF")


def command_text(command: Drive) -> bytes:
    """As the board reads it after decoding."""
    return f"C{command.channel - 1}I{command.intensity}T{command.on_time_ms}G".encode()


def encode(event: Drive | Stop | AskPot) -> bytes:
    """One line, to be written in one piece; a stop may have an empty one before it."""
    if isinstance(event, AskPot):
        return _ASK_POT + b"\n"
    if isinstance(event, Stop):
        return b"\n" + STOP_LINE if event.resync else STOP_LINE
    return b"WV,," + _in_letters(event) + b".\n"


def echo_of(event: Drive | Stop) -> bytes:
    """All that the board answers, to the byte; of a stop, to its own line."""
    line = (STOP_LINE if isinstance(event, Stop) else encode(event))[:-1]
    heard = b"\tUSB: received command: " + line
    if isinstance(event, Stop):
        return _lines(heard, DISCONNECTED)
    digits = _in_letters(event)
    return _lines(
        heard,
        b"\tEMS_CMD: HEX command length: ",
        str(len(digits)).encode(),
        digits,
        b"\tEMS_CMD: Converted HEX command: ",
        command_text(event),
    )


def _in_letters(command: Drive) -> bytes:
    return command_text(command).hex().encode().translate(_LETTERS)


def _lines(*lines: bytes) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)
