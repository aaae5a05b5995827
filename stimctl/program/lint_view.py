"""What the rules about programs look at: each channel's drive of each phase, resolved, with its places in the file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from stimctl.model.limits import PROFILES, Limits
from stimctl.model.plan import Drive, EnvelopeKind, Phase, Plan, Variation, Varying
from stimctl.program.finding import Place
from stimctl.program.resolve import to_plan
from stimctl.program.schema import ChannelTable, PhaseTable, ProgramFile

__all__ = ["FUSED_MHZ", "SLOW_MHZ", "Case", "Lane", "in_its_place"]

# Up to 10 Hz beats are felt one by one; fused contraction begins near 20 Hz.
SLOW_MHZ = 10_000
FUSED_MHZ = 20_000


@dataclass(frozen=True, eq=False)
class Lane:
    """What one channel is given in one phase, and where the file says so."""

    index: int
    channel: int
    table: PhaseTable
    drive: Drive

    @property
    def is_fused(self) -> bool:
        """Whether its highest rate fuses the contractions of a muscle."""
        return max(self.drive.rate_mhz.values) >= FUSED_MHZ

    @property
    def is_shaped(self) -> bool:
        """Whether an envelope lies on it."""
        return self.drive.envelope.kind is not EnvelopeKind.CONTINUOUS

    def place(self, key: str, *below: str | int) -> Place:
        """Where the file gives this channel the value of `key`: in the channel's own table, or in its phase."""
        if getattr(self._own, key, None) is not None:
            return ("phase", self.index, "channel", str(self.channel), key, *below)
        return ("phase", self.index, key, *below)

    def intensity_place(self, last: bool) -> Place:
        """Where its first or its last intensity stands."""
        said = self.table.intensity_pct if self._own.intensity_pct is None else self._own.intensity_pct
        return self.place("intensity_pct", *([int(last)] if isinstance(said, list) else []))

    def values(self, key: str) -> Iterator[tuple[Place, int]]:
        """Every rate (`rate_hz`, in mHz) or phase duration (`phase_duration_us`) of it, each with its place."""
        varying: Varying = self.drive.rate_mhz if key == "rate_hz" else self.drive.phase_duration_us
        if varying.variation is Variation.CONSTANT:
            yield self.place(key), varying.values[0]
            return
        for count, value in enumerate(varying.values):
            yield self.place(key, varying.variation.value, count), value

    def rates(self) -> Iterator[tuple[Place, int]]:
        """Every rate of it in mHz, that of an active rest too, each with its place."""
        yield from self.values("rate_hz")
        if self.drive.envelope.then is not None:
            yield self.place("envelope", "then", "rate_hz"), self.drive.envelope.then.rate_mhz

    @property
    def _own(self) -> ChannelTable:
        return self.table.channel.get(str(self.channel), ChannelTable())


@dataclass(frozen=True, eq=False)
class Case:
    """A program before one profile."""

    program: ProgramFile
    profile: str

    @property
    def limits(self) -> Limits:
        return PROFILES[self.profile]

    @property
    def is_clinical(self) -> bool:
        return self.profile == "clinical"

    @cached_property
    def plan(self) -> Plan:
        """The program resolved; of no bytes in particular."""
        return to_plan(self.program, sha256="")

    @cached_property
    def lanes(self) -> tuple[Lane, ...]:
        """All that the file says, phase by phase, channel by channel."""
        return tuple(
            Lane(index, channel, table, self.plan.phases[index].drives[channel])
            for index, table in enumerate(self.program.phases)
            for channel in self.plan.channels
        )

    @property
    def contracting_lanes(self) -> Iterator[Lane]:
        """Those that are meant to hold a muscle at a rate that fuses its contractions."""
        return (lane for lane in self.lanes if self.plan.contracts(self.plan.phases[lane.index]) and lane.is_fused)

    @cached_property
    def runs(self) -> tuple[tuple[Phase, ...], ...]:
        """The phases as they may come: one run for each answer that makes a difference to a condition."""
        answers = sorted({phase.only_if.pain_at_rest_at_most for phase in self.plan.phases if phase.only_if})
        return tuple(_as_answered(self.plan, answer) for answer in (*answers, None))

    def repeats(self, run: tuple[Phase, ...], index: int) -> bool:
        """Whether in this run another phase comes in the place of this one."""
        return run[index].drives is not self.plan.phases[index].drives


def in_its_place(index: int) -> Place:
    """Where a phase says which one comes instead of it."""
    return ("phase", index, "only_if", "else_repeat")


def _as_answered(plan: Plan, pain_at_rest: int | None) -> tuple[Phase, ...]:
    return replace(plan, pain_at_rest=pain_at_rest).to_run()
