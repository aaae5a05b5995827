"""A real driver, a unit made by hand, and the audit between them; what the driver sends may be corrupted on its way."""

from collections.abc import Callable
from dataclasses import replace

from hand_made_unit import CEILINGS, HandMadeUnit
from safety_bench import MS, ROOMY, Bench, segment

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import Event
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.safety.audit_stimlink import StimlinkAudit
from stimctl.safety.clearance import Cleared
from stimctl.safety.governor import Governor

LIMITS = replace(ROOMY, amplitude_ua=CEILINGS.amplitude_ua, charge_per_phase_nc=4_000)

Corruption = Callable[[Event], Event]


def untouched(event: Event) -> Event:
    return event


class AuditBench:
    """`refusals` is what the audit said to all that the driver sent; nothing of that reached the unit."""

    def __init__(self, corrupt: Corruption = untouched, *, channels: tuple[int, ...] = (1, 2)) -> None:
        self.driver, self.audit = StimlinkDriver(), StimlinkAudit()
        self.refusals: list[str] = []
        self.unit = HandMadeUnit(self.driver)
        self.unit.inbound = self._received
        self.unit.outbound = self._sent
        self.governor = Bench(limits=LIMITS).governor
        self.audit.agree(LIMITS, dict.fromkeys(channels, CEILINGS.amplitude_ua))
        self._corrupt: Corruption = corrupt
        self._decoder = Decoder()
        self.unit.armed(channels)
        self.governor.felt(1, 2_000, "high", 1_000 * MS)

    def clear(self, one, *, replacing: bool = False) -> Cleared:
        verdict = self.governor.admit(one, self.unit.now_ns, replace=replacing)
        assert isinstance(verdict, Cleared), verdict
        return verdict

    def piece(self, **changes: object):
        """100 ms from now, for 200 ms, a rise to 2 mA, 80 Hz."""
        start_ns = self.unit.now_ns + 100 * MS
        fields: dict = {"start_ns": start_ns, "end_ns": start_ns + 200 * MS, "amplitude_end_ua": 2_000}
        return segment(**(fields | changes))

    def send(self, cleared: Cleared, *, expected: bool = True) -> "AuditBench":
        if expected:
            self.audit.expect(cleared)
        self.driver.send(cleared, self.unit.now_ns)
        self.unit.run_for(0)
        return self

    def play(self, **changes: object) -> "AuditBench":
        return self.send(self.clear(self.piece(**changes)))

    def _received(self, data: bytes, now_ns: int) -> None:
        why = self.audit.received(data, now_ns)
        if why is not None:
            self.refusals.append(why)

    def _sent(self, data: bytes, now_ns: int) -> None:
        out = b"".join(encode(self._corrupt(event)) for event in self._decoder.receive(data))
        why = self.audit.sent(out, now_ns)
        if why is not None:
            self.refusals.append(why)


__all__ = ["LIMITS", "AuditBench", "Governor", "untouched"]
