"""A serial cable with its real pace: what is written takes as long to arrive as its bits take.

Rule 1: a byte is 10 bits on the line (8N1), each direction on its own.
Rule 2: asked at any instant, it hands over exactly the bytes that have arrived in full by then.
Rule 3: an unplugged cable loses what is on it and whatever is written to it.
"""

from collections import deque
from dataclasses import dataclass

__all__ = ["Cable", "Wire"]

_BITS_PER_BYTE = 10
_NS_PER_S = 1_000_000_000

# What a USB serial adapter buffers (FT232R: 128 to 256 bytes) with the driver's share. What does not fit is lost.
_BUFFER_BYTES = 4096


@dataclass(slots=True)
class _Piece:
    """Bytes one after the other from `start_ns`; `taken` of them have been handed over."""

    start_ns: int
    data: bytes
    end_ns: int
    taken: int = 0


class Wire:
    """One direction. `delimiter` ends a frame: no receiver acts earlier, so those are the instants worth a wake.

    An empty one: the receiver acts on each byte.
    """

    def __init__(self, baud: int, delimiter: bytes) -> None:
        self._baud = baud
        self._delimiter = delimiter
        self._pieces: deque[_Piece] = deque()
        self._free_ns = 0

    def put(self, data: bytes, now_ns: int, delay_ns: int = 0) -> None:
        """Send after what is already on its way; with a delay the line is held up, never reordered."""
        start_ns = max(now_ns + delay_ns, self._free_ns)
        room = _BUFFER_BYTES - self.unarrived(now_ns)
        for part in _frames(data[:room], self._delimiter):
            end_ns = start_ns + self._span_ns(len(part))
            self._pieces.append(_Piece(start_ns, part, end_ns))
            start_ns = end_ns
        self._free_ns = start_ns

    def arrived(self, now_ns: int) -> bytes:
        """What has come in since it was last asked."""
        if not self._pieces:
            return b""
        out = bytearray()
        while self._pieces:
            piece = self._pieces[0]
            there = self._sent_of(piece, now_ns)
            out += piece.data[piece.taken : there]
            piece.taken = there
            if there < len(piece.data):
                break
            self._pieces.popleft()
        return bytes(out)

    def next_wake_ns(self) -> int | None:
        """When the next frame is complete."""
        if not self._pieces:
            return None
        return self._pieces[0].end_ns

    def unarrived(self, now_ns: int) -> int:
        """How many bytes have been put in and are not there yet."""
        return sum(len(piece.data) - self._sent_of(piece, now_ns) for piece in self._pieces)

    def discard(self, now_ns: int) -> None:
        """Drop what has not begun; a byte on the line is finished."""
        kept: deque[_Piece] = deque()
        self._free_ns = now_ns
        for piece in self._pieces:
            begun = self._begun_of(piece, now_ns)
            if begun:
                piece.data = piece.data[:begun]
                piece.end_ns = piece.start_ns + self._span_ns(begun)
                kept.append(piece)
                self._free_ns = piece.end_ns
        self._pieces = kept

    def lose(self) -> None:
        """Whatever is on its way is gone."""
        self._pieces.clear()
        self._free_ns = 0

    def _span_ns(self, count: int) -> int:
        return -(-count * _BITS_PER_BYTE * _NS_PER_S // self._baud)

    def _sent_of(self, piece: _Piece, now_ns: int) -> int:
        if now_ns >= piece.end_ns:
            return len(piece.data)
        gone_ns = now_ns - piece.start_ns
        if gone_ns <= 0:
            return piece.taken
        return min(len(piece.data), gone_ns * self._baud // (_BITS_PER_BYTE * _NS_PER_S))

    def _begun_of(self, piece: _Piece, now_ns: int) -> int:
        gone_ns = now_ns - piece.start_ns
        if gone_ns <= 0:
            return 0
        return min(len(piece.data), -(-gone_ns * self._baud // (_BITS_PER_BYTE * _NS_PER_S)))


class Cable:
    """Both directions."""

    def __init__(self, baud: int, delimiter: bytes, *, device_hears_bytes: bool = False) -> None:
        self.unplugged = False
        self._to_device = Wire(baud, b"" if device_hears_bytes else delimiter)
        self._to_host = Wire(baud, delimiter)

    def host_wrote(self, data: bytes, now_ns: int, delay_ns: int = 0) -> None:
        if not self.unplugged:
            self._to_device.put(data, now_ns, delay_ns)

    def device_wrote(self, data: bytes, now_ns: int, delay_ns: int = 0) -> None:
        if not self.unplugged:
            self._to_host.put(data, now_ns, delay_ns)

    def arrived_at_device(self, now_ns: int) -> bytes:
        return self._to_device.arrived(now_ns)

    def arrived_at_host(self, now_ns: int) -> bytes:
        return self._to_host.arrived(now_ns)

    def in_flight_to_device(self, now_ns: int) -> int:
        """Bytes that the host has written and the device has not got."""
        return self._to_device.unarrived(now_ns)

    def discard_to_device(self, now_ns: int) -> None:
        """What the host's own buffer still holds is dropped."""
        self._to_device.discard(now_ns)

    def device_fell_silent(self, now_ns: int) -> None:
        """Reset in the middle of a line: what it has not begun to send is never sent."""
        self._to_host.discard(now_ns)

    def next_wake_ns(self) -> int | None:
        """When the next frame is complete at either end."""
        ours, theirs = self._to_device.next_wake_ns(), self._to_host.next_wake_ns()
        if ours is None or theirs is None:
            return theirs if ours is None else ours
        return ours if ours < theirs else theirs

    def unplug(self) -> None:
        """Cut it, losing what is on it."""
        self.unplugged = True
        self._to_device.lose()
        self._to_host.lose()

    def plug_in(self) -> None:
        """Whole again, and empty."""
        self.unplugged = False


def _frames(data: bytes, delimiter: bytes) -> list[bytes]:
    """`data` cut after each delimiter; what is left comes last."""
    if not delimiter:
        return [bytes([byte]) for byte in data]
    *whole, rest = data.split(delimiter)
    parts = [part + delimiter for part in whole]
    return [*parts, rest] if rest else parts
