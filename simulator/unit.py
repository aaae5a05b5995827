"""A whole simulated unit: device, cable, faults and the record of the skin, behind one interface.

Rule 1: everything happens at its own instant and in order, however rarely the unit is asked.
Rule 2: the caller's clock comes in with every call; inside, time is ns since `start_ns`.
Rule 3: within an instant: the device up to now, then what the fault plan turns, then the bytes that arrive.
"""

from random import Random

from simulator.cable import Cable
from simulator.delivered import End
from simulator.device import Device
from simulator.fault_agenda import FaultAgenda
from simulator.faults import (
    BrownOut,
    ClockSkew,
    Direction,
    ElectrodeHalfOff,
    ElectrodeOff,
    FaultPlan,
    Noise,
    PadDrying,
    PlannedFault,
    Reboot,
    StuckOutput,
    UnitFault,
    Unplug,
)
from simulator.output_stage import OutputStage
from simulator.skin import FULL_CONTACT_PERMILLE, Skin

__all__ = ["Unit"]


class Unit:
    """Sans-IO. What a host writes goes in by `receive`, what reaches the host comes out by `drain`."""

    def __init__(
        self,
        *,
        device: Device,
        cable: Cable,
        skin: Skin,
        channels: range,
        output: OutputStage,
        plan: FaultPlan,
        dice: Random,
        start_ns: int,
        resets_on_open: bool = False,
    ) -> None:
        self._resets_on_open = resets_on_open
        self._device = device
        self._cable = cable
        self._skin = skin
        self._channels = channels
        self._lifted: set[ElectrodeOff] = set()
        self._dark_until_ns = 0
        self._output = output
        self._agenda = FaultAgenda(plan, dice)
        self._start_ns = start_ns
        self._to_host = bytearray()
        self._worst_late_ns = 0
        self._at_ns = 0
        self._due_ns: int | None = None
        self._due_known = False
        self._step(0)

    def receive(self, data: bytes, now_ns: int) -> None:
        """The host has written `data`: one write, to which a fault does what it does."""
        self.advance(now_ns)
        true_ns = now_ns - self._start_ns
        if data:
            self._due_known = False
            for piece in self._agenda.carried(data, Direction.TO_DEVICE, true_ns):
                self._cable.host_wrote(piece.data, true_ns, piece.delay_ns)

    def advance(self, now_ns: int) -> None:
        """Everything up to and including now happens."""
        true_ns = now_ns - self._start_ns
        due_ns = self._next_true_ns()
        if true_ns == self._at_ns and (due_ns is None or due_ns > true_ns):
            return
        while due_ns is not None and due_ns < true_ns:
            self._step(due_ns)
            due_ns = self._next_true_ns()
        self._step(true_ns)
        self._at_ns = true_ns
        self._output.advance(true_ns // 1000)

    def drain(self) -> bytes:
        """What has reached the host since."""
        out = bytes(self._to_host)
        self._to_host.clear()
        return out

    def next_wake_ns(self) -> int | None:
        """When the next thing happens that anybody outside could notice."""
        due_ns = self._next_true_ns()
        return None if due_ns is None else due_ns + self._start_ns

    def outstanding(self, now_ns: int) -> int:
        """Bytes that the host has written and the device has not got."""
        return self._cable.in_flight_to_device(now_ns - self._start_ns)

    def discard_unsent(self, now_ns: int) -> None:
        """Drop what the host has written and the line has not begun, as a flush of the kernel's buffer does."""
        self._due_known = False
        self._cable.discard_to_device(now_ns - self._start_ns)

    @property
    def unplugged(self) -> bool:
        """Whether the cable is out, as the plan has it."""
        return self._cable.unplugged

    @property
    def output_on(self) -> bool:
        """Whether anything is felt."""
        return self._output.on

    def befall(self, fault: UnitFault) -> None:
        """One more fault than was planned; what it cannot have is the caller's mistake."""
        self._due_known = False
        self._agenda.add(fault)

    def client_opened(self, now_ns: int) -> None:
        """Somebody has opened the line: DTR falls, and a board that is wired so starts anew."""
        self.advance(now_ns)
        if self._resets_on_open:
            self._due_known = False
            self._reset(now_ns - self._start_ns)

    def late_by(self, late_ns: int) -> None:
        """Whoever keeps real time for this unit was late by so much; the worst goes into the record."""
        self._worst_late_ns = max(self._worst_late_ns, late_ns)

    def close(self, end: End, now_ns: int) -> None:
        """The last records; nothing may be asked of the unit afterwards."""
        self.advance(now_ns)
        self._output.close(end, (now_ns - self._start_ns) // 1000, -(-self._worst_late_ns // 1000))

    def _next_true_ns(self) -> int | None:
        """Asked several times for each thing that happens, so kept until something does."""
        if not self._due_known:
            self._due_ns = self._soonest_ns()
            self._due_known = True
        return self._due_ns

    def _soonest_ns(self) -> int | None:
        soonest_ns = self._device.next_wake_ns()
        for due_ns in (self._cable.next_wake_ns(), self._agenda.next_wake_ns()):
            if due_ns is not None and (soonest_ns is None or due_ns < soonest_ns):
                soonest_ns = due_ns
        return soonest_ns

    def _step(self, true_ns: int) -> None:
        self._due_known = False
        turned = self._agenda.due(true_ns)
        if turned:
            self._device.advance(true_ns)
        for fault, over in turned:
            self._turn(fault, over, true_ns)
        arrived = self._cable.arrived_at_device(true_ns)
        if arrived:
            self._device.receive(arrived, true_ns)
        else:
            self._device.advance(true_ns)
        said = self._device.drain()
        if said:
            for piece in self._agenda.carried(said, Direction.TO_HOST, true_ns):
                self._cable.device_wrote(piece.data, true_ns, piece.delay_ns)
        self._to_host += self._cable.arrived_at_host(true_ns)

    def _turn(self, fault: PlannedFault, over: bool, true_ns: int) -> None:
        now_us = true_ns // 1000
        match fault:
            case Unplug():
                if over:
                    self._cable.plug_in()
                else:
                    self._cable.unplug()
            case Reboot():
                self._reset(true_ns)
            case BrownOut(for_ns=for_ns):
                if not over:
                    self._reset(true_ns, for_ns)
                for channel in self._channels:
                    (self._output.mend if over else self._output.cut)(channel, "no power", now_us)
            case StuckOutput(channel=channel):
                if over:
                    self._output.release(channel, now_us)
                else:
                    self._output.stick(channel)
            case ClockSkew(ppm=ppm):
                self._device.set_skew(0 if over else ppm, true_ns)
            case ElectrodeOff(channel=channel):
                (self._lifted.discard if over else self._lifted.add)(fault)
                attached = all(other.channel != channel for other in self._lifted)
                self._skin.set_attached(channel, attached)
                (self._output.mend if attached else self._output.cut)(channel, "no electrode", now_us)
            case ElectrodeHalfOff(channel=channel, contact_permille=permille):
                self._skin.set_contact(channel, FULL_CONTACT_PERMILLE if over else permille)
            case PadDrying(channel=channel):
                self._skin.set_dryness(channel, 1000 if over else 1000 * (true_ns - fault.at_ns) // fault.for_ns)
            case Noise():
                self._make_noise(fault, true_ns)

    def _reset(self, true_ns: int, dark_ns: int = 0) -> None:
        # a reset does not bring power back
        self._dark_until_ns = max(self._dark_until_ns, true_ns + dark_ns)
        self._device.reboot(true_ns, self._dark_until_ns - true_ns)
        self._cable.device_fell_silent(true_ns)

    def _make_noise(self, noise: Noise, true_ns: int) -> None:
        if noise.direction.covers(Direction.TO_DEVICE):
            self._cable.host_wrote(self._agenda.burst(noise), true_ns)
        if noise.direction.covers(Direction.TO_HOST):
            self._cable.device_wrote(self._agenda.burst(noise), true_ns)
