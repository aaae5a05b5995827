"""Every kind of fault, on a whole unit: what it does to a line, a unit and a skin, for both families."""

from itertools import pairwise

import pytest

from firmware_protocol.stimlink.codec import Decoder, encode
from firmware_protocol.stimlink.events import AskClock, Fault, Hello, Stop, Stopped, Time, Welcome
from simulator.catalog import make_unit
from simulator.delivered import MemorySink
from simulator.fault_file import parse_fault_plan
from simulator.faults import FaultPlanError
from simulator.skin import ResistiveSkin
from simulator.unit import Unit

MS = 1_000_000
S = 1_000_000_000


class Host:
    """The other end of a unit's line: what it wrote when, what it heard when."""

    def __init__(self, plan: str, family: str = "stimlink", seed: int = 1) -> None:
        self.sink = MemorySink()
        self.skin = ResistiveSkin(2, 1_000)
        faults = parse_fault_plan(plan, "plan.toml")
        self.unit: Unit = make_unit(
            family, seed=seed, delivered_sink=self.sink, start_ns=0, fault_plan=faults, skin=self.skin
        )
        self.now_ns = 0
        self.heard = b""
        self.at: list[tuple[int, bytes]] = []

    def until(self, seconds: float) -> "Host":
        until_ns = round(seconds * S)
        while self.now_ns < until_ns:
            due_ns = self.unit.next_wake_ns()
            self.now_ns = until_ns if due_ns is None else max(self.now_ns, min(due_ns, until_ns))
            self.unit.advance(self.now_ns)
            data = self.unit.drain()
            if data:
                self.heard += data
                self.at.append((self.now_ns, data))
        return self

    def say(self, data: bytes) -> "Host":
        self.unit.receive(data, self.now_ns)
        return self

    def events(self, kind: type) -> list:
        return [event for event in Decoder().receive(self.heard) if isinstance(event, kind)]


def plan(kind: str, at_s: float, **keys: object) -> str:
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    return "\n".join(["[[fault]]", f"kind = {kind!r}", f"at_s = {at_s}", *lines, ""])


def clocks(host: Host, count: int = 50) -> Host:
    """Asks for the time, 50 times a second."""
    for token in range(count):
        host.say(encode(AskClock(token))).until(host.now_ns / S + 0.02)
    return host


def test_what_is_duplicated_arrives_twice() -> None:
    host = clocks(Host(plan("duplicate", 0.5, direction="to-device")).until(1), 3)
    assert [time.token for time in host.events(Time)] == [0, 0, 1, 1, 2, 2]


def test_what_is_corrupted_is_another_frame_or_none() -> None:
    host = clocks(Host(plan("corrupt", 0.5, direction="to-host")).until(1))
    assert host.events(Time) == []
    assert len(host.heard) > 500


def test_corruption_by_chance_leaves_some_alone() -> None:
    heard = len(clocks(Host(plan("corrupt", 0.5, direction="to-host", probability=0.5)).until(1)).events(Time))
    assert 10 < heard < 40


def test_bytes_are_lost_one_by_one() -> None:
    host = clocks(Host(plan("drop-bytes", 0.5, direction="to-host", probability=0.05)).until(1))
    whole = clocks(Host("").until(1))
    assert 0.8 < len(host.heard) / len(whole.heard) < 0.99
    assert 10 < len(host.events(Time)) < 45


def test_what_is_split_arrives_in_two_pieces_and_whole() -> None:
    host = Host(plan("split", 0.5, gap_ms=30, direction="to-host")).until(1)
    before = len(host.at)
    clocks(host, 1).until(2)
    assert [time.token for time in host.events(Time)] == [0]
    pieces = host.at[before:]
    assert len(pieces) == 2
    assert pieces[1][0] - pieces[0][0] >= 29 * MS


def test_what_trickles_arrives_byte_by_byte() -> None:
    host = Host(plan("trickle", 0.5, gap_ms=5, direction="to-host")).until(1)
    before = len(host.at)
    clocks(host, 1).until(2)
    assert [time.token for time in host.events(Time)] == [0]
    assert host.at[-1][0] - host.at[before][0] >= 5 * MS * (len(encode(Time(0, 0, 0))) - 2)


def test_a_stalled_line_lets_everything_through_in_order_afterwards() -> None:
    host = Host(plan("stall", 1, for_s=0.5, direction="to-device")).until(1.1)
    clocks(host, 3)
    assert host.events(Time) == []
    host.until(1.6)
    assert [time.token for time in host.events(Time)] == [0, 1, 2]
    assert clocks(host, 1).events(Time)[-1].token == 0


@pytest.mark.parametrize("family", ["stimlink", "openemsstim"])
def test_a_unit_without_power_says_nothing_hears_nothing_and_begins_anew(family: str) -> None:
    host = Host(plan("brown-out", 14, for_s=3.0), family).until(14.2)
    heard = len(host.heard)
    host.say(encode(Hello())).say(b"Connection End\n").until(17)
    assert len(host.heard) == heard
    host.until(30)
    if family == "stimlink":
        assert len({welcome.boot for welcome in host.events(Welcome)}) == 2
    else:
        assert host.heard.count(b"SETUP DONE") == 2


def test_a_reset_does_not_bring_power_back() -> None:
    host = Host(plan("brown-out", 14, for_s=3.0), "openemsstim").until(15)
    host.unit.client_opened(host.now_ns)
    host.until(27)
    assert host.heard.count(b"SETUP DONE") == 1
    assert host.until(30).heard.count(b"SETUP DONE") == 2


def armed_board() -> bytes:
    return b"WV,," + b"C0I50T9000G".hex().upper().encode() + b".\n"


def level(host: Host) -> int:
    return host.sink.levels(1)[-1].level_permille if host.sink.levels(1) else 0


@pytest.mark.parametrize(("kind", "comes_back"), [("brown-out", False), ("electrode-off", True)])
def test_a_board_without_power_or_electrode_gives_nothing(kind: str, comes_back: bool) -> None:
    host = Host(plan(kind, 14, for_s=1.0), "openemsstim").until(13).say(armed_board()).until(13.9)
    before = level(host)
    assert before > 400
    assert level(host.until(14.1)) == 0
    assert level(host.until(15.2)) == (before if comes_back else 0)


def test_a_boards_stuck_output_outlasts_its_stop() -> None:
    host = Host(plan("stuck-output", 14, for_s=5.0), "openemsstim").until(13).say(armed_board()).until(14.1)
    assert level(host.say(b"Connection End\n").until(18.9)) > 400
    assert b"BT: Disconnected" in host.heard
    assert level(host.until(19.1)) == 0


def test_a_skewed_clock_runs_too_fast_until_it_is_over() -> None:
    host = Host(plan("clock-skew", 10, for_s=10.0, ppm=1_000)).until(10)
    ticks = [clocks(host.until(at_s), 1).events(Time)[-1].received for at_s in (10, 20, 30)]
    first, second = ((b - a) % 2**32 for a, b in pairwise(ticks))
    assert abs(first - 10_010_000) <= 2
    assert abs(second - 10_000_000) <= 25


def test_a_clock_wraps_when_it_is_planned_to() -> None:
    host = Host(plan("clock-wrap", 5)).until(4.99)
    late = clocks(host, 1).events(Time)[-1].received
    early = clocks(host.until(5.5), 1).events(Time)[-1].received
    assert (late > 2**32 - 20_000, 400_000 < early < 600_000) == (True, True)


def test_half_an_electrode_carries_half_and_a_dry_pad_less() -> None:
    host = Host(plan("electrode-half-off", 1, contact_percent=50) + plan("pad-drying", 5, for_s=10.0, channel=2))
    whole = host.skin.most_ua(1, 200, 60, 0)
    host.until(2)
    assert host.skin.most_ua(1, 200, 60, 0) == whole // 2
    assert host.skin.most_ua(2, 200, 60, 0) == whole
    host.until(10.5)
    assert host.skin.load_ohm(2, 200, 0, 0) == 1_500
    host.until(20)
    assert host.skin.load_ohm(2, 200, 0, 0) == 2_000


@pytest.mark.parametrize(
    ("text", "family", "complaint"),
    [
        (plan("host-stall", 1, for_s=1.0), "stimlink", "host-stall happens to the computer, not to a unit"),
        (plan("clock-skew", 1, ppm=10), "openemsstim", "clock-skew needs a unit that tells the time"),
        (plan("clock-wrap", 1), "openemsstim", "clock-wrap needs a unit that tells the time"),
        (plan("stuck-output", 1, channel=3), "stimlink", "stuck-output on channel 3 of a unit with 2"),
        (plan("electrode-half-off", 1, channel=3), "stimlink", "electrode-half-off on channel 3 of a unit with 2"),
        (plan("pad-drying", 1, for_s=1.0, channel=8), "stimlink", "pad-drying on channel 8 of a unit with 2"),
    ],
)
def test_what_a_unit_cannot_have_is_refused(text: str, family: str, complaint: str) -> None:
    with pytest.raises(FaultPlanError, match=complaint):
        Host(text, family)


def test_a_unit_at_rest_with_its_output_stuck_at_nothing_is_at_rest() -> None:
    host = Host(plan("stuck-output", 1)).say(encode(Hello())).until(3)
    host.say(encode(Stop())).until(4)
    assert host.events(Fault) == []
    assert host.events(Stopped)[-1].output_off
