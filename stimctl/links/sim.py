"""The one seam to the simulator: a unit behind `sim://`, and a unit on a body in virtual time.

This is the only file of stimctl that imports the simulator. `sim://` is a unit in a thread of this process, at the
other end of a pair of sockets.
"""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic_ns

from simulator.bodies import BODIES, make_body
from simulator.catalog import make_unit
from simulator.delivered import Felt, MemorySink, NoSink, Sink
from simulator.fault_file import parse_fault_plan
from simulator.faults import (
    NO_FAULTS,
    FaultPlan,
    FaultPlanError,
    FrontFrozen,
    FullDisk,
    HostFault,
    HostStall,
    SlowDisk,
    Suspend,
)
from simulator.feeling import BodyThresholds
from simulator.record_file import RecordFile
from simulator.serve.loop import serve
from simulator.serve.stream import StreamPort
from stimctl.errors import ConfigError
from stimctl.links.socket_end import SocketEnd
from stimctl.links.url import DeviceUrl
from stimctl.model.host_trouble import HostTrouble, Trouble
from stimctl.model.thresholds import Thresholds

__all__ = ["BODIES", "Felt", "SimLink", "VirtualUnit", "troubles_of"]

# What a simulated unit has, behind `sim://` too.
_CHANNELS = 2
# A fault takes some 60 bytes; this is a thousand of them.
_LARGEST_PLAN_BYTES = 64 * 1024


class SimLink(SocketEnd):
    """A simulated unit, running until the link is closed."""

    def __init__(self, url: DeviceUrl, baud: int) -> None:
        plan = _fault_plan(url.faults)
        self._opened = ExitStack()
        sink: Sink = self._opened.enter_context(RecordFile(Path(url.delivered))) if url.delivered else NoSink()
        with _plan_complaints(url.faults):
            self._unit = make_unit(
                url.target,
                seed=url.seed,
                fault_plan=plan,
                delivered_sink=sink,
                start_ns=monotonic_ns(),
                start_wall=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            )
        ours, theirs = socket.socketpair()
        super().__init__(url.text, ours, baud)
        self._interrupt_read, self._interrupt_write = os.pipe()
        self._closing = False
        self._port = StreamPort(theirs)
        self._thread = Thread(target=self._serve, args=(self._port,), name="simulated unit", daemon=True)
        self._thread.start()

    def reset(self, now_ns: int) -> None:
        """As if another client had opened it."""
        self._port.clients += 1

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        os.write(self._interrupt_write, b"\0")
        self._thread.join()
        self._end.close()
        os.close(self._interrupt_read)
        os.close(self._interrupt_write)

    def _serve(self, port: StreamPort) -> None:
        serve(self._unit, port, should_end=lambda: self._closing, interrupt_fd=self._interrupt_read)
        self._unit.close("closed", monotonic_ns())
        self._opened.close()


class VirtualUnit:
    """A simulated unit on a simulated body, on a virtual clock that begins at 0.

    `thresholds` are those of the person; the body's own lie around them, as its name and the seed have it. ValueError
    for a body that is not in BODIES; ConfigError for a fault plan that cannot be followed.
    """

    def __init__(
        self,
        family: str,
        *,
        seed: int,
        body: str,
        thresholds: Mapping[int, Thresholds],
        pad_mm2: int,
        faults: str | None,
    ) -> None:
        channels = _CHANNELS
        self.body = make_body(
            body,
            seed=seed,
            channels=channels,
            thresholds=_of_a_body(thresholds),
            pad_mm2=pad_mm2,
        )
        plan = _fault_plan(faults)
        self.troubles = troubles_of(plan)
        self._sink = MemorySink()
        with _plan_complaints(faults):
            self.wire = make_unit(
                family,
                seed=seed,
                fault_plan=plan.of_unit,
                delivered_sink=self._sink,
                start_ns=0,
                channels=channels,
                skin=self.body.skin,
                witness=self.body,
            )

    def delivered_lines(self) -> Iterator[str]:
        """The lines of its delivered file so far."""
        return (entry.line() for entry in self._sink.entries)

    def felt(self, channel: int) -> list[Felt]:
        """What the skin under one channel got, in order."""
        return self._sink.felt(channel)

    def close(self, now_ns: int) -> None:
        """The unit is switched off; the record has its end."""
        self.wire.close("closed", now_ns)


def troubles_of(plan: FaultPlan) -> tuple[HostTrouble, ...]:
    """What of a fault plan befalls the computer."""
    return tuple(_trouble(fault) for fault in plan.of_host)


def _trouble(fault: HostFault) -> HostTrouble:
    delay_ns = fault.delay_ns if isinstance(fault, SlowDisk) else 0
    return HostTrouble(kind=_TROUBLES[type(fault)], at_ns=fault.at_ns, end_ns=fault.end_ns, delay_ns=delay_ns)


_TROUBLES = {
    HostStall: Trouble.STALL,
    Suspend: Trouble.SUSPEND,
    SlowDisk: Trouble.SLOW_DISK,
    FullDisk: Trouble.FULL_DISK,
    FrontFrozen: Trouble.FRONT_FROZEN,
}


def _of_a_body(thresholds: Mapping[int, Thresholds]) -> dict[int, BodyThresholds]:
    """Without those that nobody can have: the engine refuses them in its own words, and no current flows."""
    found: dict[int, BodyThresholds] = {}
    for channel, of in thresholds.items():
        with suppress(ValueError):
            found[channel] = BodyThresholds.between(
                sensory_ua=of.sensory_ua, comfort_ua=of.comfort_ua, at_phase_us=of.at_phase_us
            )
    return found


def _fault_plan(path: str | None) -> FaultPlan:
    if path is None:
        return NO_FAULTS
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST_PLAN_BYTES + 1)
        if len(content) > _LARGEST_PLAN_BYTES:
            raise ConfigError(f"{path}: larger than {_LARGEST_PLAN_BYTES} bytes; is it a fault plan?")
        return parse_fault_plan(content.decode("utf-8"), path)
    except OSError as why:
        raise ConfigError(f"{path}: {why.strerror}") from None
    except UnicodeDecodeError as why:
        raise ConfigError(f"{path}: not text: {why}") from None
    except FaultPlanError as why:
        # it begins with the path
        raise ConfigError(str(why)) from None


@contextmanager
def _plan_complaints(path: str | None) -> Iterator[None]:
    """What a unit cannot do of a plan is a mistake in the plan."""
    try:
        yield
    except FaultPlanError as why:
        raise ConfigError(f"{path}: {why}") from None
