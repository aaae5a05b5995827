"""The audit at one end of a line: frames made here by offsets, without the codec, and what was cleared for them."""

from binascii import crc_hqx
from dataclasses import replace
from struct import pack

from cobs import cobs
from safety_bench import MS, ROOMY, Bench, segment

from stimctl.model.segment import Segment
from stimctl.safety.audit_stimlink import StimlinkAudit
from stimctl.safety.clearance import Cleared

LIMITS = replace(ROOMY, amplitude_ua=30_000, charge_per_phase_nc=4_000)
PEAK_UA = 20_000
# The unit's clock at the host's zero, near its wrap.
TICKS = 2**32 - 150_000
STOP = bytes.fromhex("00 02 07 03 98 84 00")


def frame(kind: int, fields: bytes = b"") -> bytes:
    body = bytes([kind, 0]) + fields
    return cobs.encode(body + pack("<H", crc_hqx(body, 0xFFFF))) + b"\0"


def tick(at_ns: int) -> int:
    return (TICKS + at_ns // 1000) % 2**32


def arm(channel=1, amplitude=2_000, phase_us=300, charge_nc=4_000, period_us=8_333, slope=2_000, step=2_000) -> bytes:
    return frame(0x03, pack("<IBHHHIHH", 9, channel, amplitude, phase_us, charge_nc, period_us, slope, step))


def segment_frame(of: Segment, *, flags: int = 0, **changes: int) -> bytes:
    fields = {
        "channel": of.channel,
        "start": tick(of.start_ns),
        "end": tick(of.end_ns),
        "first": of.amplitude_start_ua // 10,
        "last": of.amplitude_end_ua // 10,
        "phase": of.phase_duration_us,
        "interphase": of.interphase_us,
        "period": of.pulse_period_us,
    } | changes
    values = {name: value % 2**32 for name, value in fields.items()}
    return frame(
        0x04,
        pack("<IBBIIHHHHI", 9, values["channel"], flags, values["start"], values["end"], values["first"],
             values["last"], values["phase"], values["interphase"], values["period"]),
    )  # fmt: skip


def time_frame(at_ns: int, behind_us: int = 0) -> bytes:
    return frame(0x82, pack("<HII", 1, tick(at_ns), (tick(at_ns) - behind_us) % 2**32))


class Line:
    """An audit that has agreed, and heard the clock; segments from 100 ms to 300 ms, 0 to 2 mA, unless changed."""

    def __init__(self, *, clock: bool = True) -> None:
        self.audit = StimlinkAudit()
        self.audit.agree(LIMITS, {1: PEAK_UA, 2: PEAK_UA})
        self.governor = Bench(limits=LIMITS).felt(2_000).felt(2_000, channel=2).governor
        if clock:
            self.audit.received(time_frame(0), 0)

    def cleared(self, *, replacing: bool = False, now_ns: int = 0, **changes: object) -> Segment:
        """What the governor has cleared, and the audit may expect."""
        fields: dict = {"start_ns": 100 * MS, "end_ns": 300 * MS, "amplitude_end_ua": 2_000}
        one = segment(**(fields | changes))
        verdict = self.governor.admit(one, now_ns, replace=replacing)
        assert isinstance(verdict, Cleared), verdict
        self.audit.expect(verdict)
        return one

    def sent(self, one: Segment, now_ms: float = 0, *, flags: int = 0, **changes: int) -> str | None:
        return self.audit.sent(segment_frame(one, flags=flags, **changes), round(now_ms * MS))

    def chained(self) -> tuple[Segment, Segment]:
        """Two that belong together, the first already gone."""
        one = self.cleared()
        assert self.sent(one) is None
        return one, self.cleared(
            start_ns=one.end_ns, end_ns=one.end_ns + 150 * MS, amplitude_start_ua=2_000, amplitude_end_ua=2_000
        )
