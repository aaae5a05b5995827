"""What every simulated device is to the rest of the bench: bytes and time in, bytes out. `now_ns` is true time."""

from typing import Protocol

__all__ = ["Device"]


class Device(Protocol):
    """A firmware and its output stage. Never raises, whatever the bytes are."""

    def receive(self, data: bytes, now_ns: int) -> None:
        """Everything up to now happens, then these bytes act."""

    def advance(self, now_ns: int) -> None:
        """Everything up to and including now happens."""

    def drain(self) -> bytes:
        """What it has handed to its transmitter since."""

    def next_wake_ns(self) -> int | None:
        """When it will next do something of its own that others can see."""

    def reboot(self, now_ns: int, dark_ns: int = 0) -> None:
        """Zero at once, everything forgotten, no power for so long, then as after power-up."""

    def set_skew(self, ppm: int, now_ns: int) -> None:
        """From now until it restarts its clock is so many millionths too fast."""
