"""What the audit, and the governor after a stop, make of a session."""

from dataclasses import replace

from world import World

from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.engine import messages as say
from stimctl.safety.audit_stimlink import StimlinkAudit
from stimctl.safety.clearance import Cleared


class Swollen(StimlinkDriver):
    """A driver that makes a tenth more of everything."""

    def send(self, cleared: Cleared, now_ns: int) -> None:
        segment = cleared.segment
        more = replace(segment, amplitude_end_ua=segment.amplitude_end_ua * 11 // 10)
        super().send(Cleared(more, cleared.replace), now_ns)


def test_what_the_audit_refuses_never_leaves_and_is_a_fault() -> None:
    world = World(driver=Swollen()).started().run_for(5)
    assert "audit" in world.ended["reason"]
    assert world.ended["exit_code"] == 1
    assert max((f.amplitude_ua for f in world.skin.felt), default=0) == 0


class Told(StimlinkAudit):
    """An audit that remembers what it was told to hold and to forget."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[tuple[int, int]] = []
        self.forgotten: list[int | None] = []

    def hold(self, channel: int, ceiling_ua: int) -> None:
        self.held.append((channel, ceiling_ua))
        super().hold(channel, ceiling_ua)

    def forget(self, channel: int | None = None) -> None:
        self.forgotten.append(channel)
        super().forget(channel)


def test_the_audit_is_told_of_a_down_and_of_a_stop() -> None:
    audit = Told()
    world = World("surface-stroke", audit=audit).started().run_for(60).say(say.Down(2)).run_for(0.1)
    ((channel, ceiling_ua),) = audit.held
    assert (channel, ceiling_ua < world.amplitude_ua(1, world.now_ns)) == (2, True)
    before = len(audit.forgotten)
    world.say(say.Stop()).run_for(1)
    assert audit.forgotten[before:] == [None]


def test_a_stop_leaves_nothing_cleared() -> None:
    world = World("surface-stroke").started().run_for(60).say(say.Stop())
    picture = world.core._session._ready.playing.governor.picture(1)
    assert (picture.end_ns, picture.amplitude_at(world.now_ns)) == (None, 0)
