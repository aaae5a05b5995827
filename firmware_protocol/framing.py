"""Zero-delimited COBS frames out of a stream of bytes, in bounded memory.

Rule 1: a zero byte ends a frame, whatever stood before it.
Rule 2: what is longer than a frame may be is dropped up to the next zero, and counted as one malformed frame.
"""

from cobs import cobs

__all__ = ["MAX_FRAME_BYTES", "Deframer", "deframed", "framed"]

# With the delimiter. An ATmega328P has 2 KB of RAM and keeps one frame each way.
MAX_FRAME_BYTES = 64


def framed(body: bytes) -> bytes:
    """`body` on the wire, delimiter included."""
    return cobs.encode(body) + b"\0"  # type: ignore[no-any-return]  # cobs ships no types


def deframed(frame: bytes) -> bytes | None:
    """The body of a frame without its delimiter; None when it is not COBS."""
    try:
        return cobs.decode(frame)  # type: ignore[no-any-return]  # cobs ships no types
    except cobs.DecodeError:
        return None


class Deframer:
    """Cuts a stream at its zeros. Keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self._part = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The frames that `data` completes, without delimiters; empty ones are left out.

        A frame that was too long comes back cut to the longest allowed, so that it reads as malformed.
        """
        frames = (self._part + data).split(b"\0")
        self._part = frames.pop()[:MAX_FRAME_BYTES]
        return [frame[:MAX_FRAME_BYTES] for frame in frames if frame]
