"""Whatever goes wrong ends at zero: a first set of faults, judged by what the skin felt and when it ended."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import violations
from phases import changed
from test_session import COMFORT_NC, LIMITS
from world import World

from firmware_protocol.stimlink.codec import encode
from firmware_protocol.stimlink.events import Fault, FaultCode
from stimctl.clock import MS, SECOND
from stimctl.drivers.stimlink import StimlinkDriver
from stimctl.drivers.stimlink_values import RELEASE_MS
from stimctl.engine import messages as say
from stimctl.engine.session_state import State
from stimctl.model.plan import Variation, Varying
from stimctl.model.telemetry import Reported
from stimctl.program.loader import load
from stimctl.safety.audit_stimlink import StimlinkAudit
from stimctl.safety.clearance import Cleared

SEEDS = st.integers(min_value=0, max_value=10_000)
MOMENTS_S = st.floats(min_value=0.0, max_value=40.0)


def fault(kind: str, at_s: float, **keys: object) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    return "\n".join([f'[[fault]]\nkind = "{kind}"\nat_s = {at_s}', *lines, ""])


@settings(max_examples=15, deadline=None, derandomize=True)
@given(SEEDS, MOMENTS_S)
def test_when_the_host_dies_the_unit_lets_go_within_release_ms(seed: int, at_s: float) -> None:
    world = World(seed=seed).started().run_for(at_s)
    died_ns = world.now_ns
    world.lose_host().run_for(5)
    assert world.off_since_ns() - died_ns <= RELEASE_MS * MS
    assert world.at_zero


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS, MOMENTS_S)
def test_when_the_cable_is_pulled_the_unit_lets_go_and_it_is_said(seed: int, at_s: float) -> None:
    world = World(seed=seed, faults=fault("unplug", 7 + at_s)).started().run_for(at_s + 8)
    assert world.off_since_ns() <= round((7 + at_s) * SECOND) + RELEASE_MS * MS
    if world.told("fault"):
        assert world.ended["exit_code"] == 3
        assert not world.ended["zero_confirmed"]


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS, MOMENTS_S)
def test_a_unit_that_restarts_stays_at_zero(seed: int, at_s: float) -> None:
    at_ns = round((8 + at_s) * SECOND)
    world = World(seed=seed, faults=fault("reboot", 8 + at_s)).started().run_for(at_s + 6)
    assert not any(f.amplitude_ua for f in world.skin.felt if f.t_us * 1000 > at_ns)
    if world.told("fault"):
        assert world.ended["exit_code"] == 1


@settings(max_examples=12, deadline=None, derandomize=True)
@given(SEEDS, st.floats(min_value=0.02, max_value=0.6), st.sampled_from(["to-device", "to-host", "both"]))
def test_lost_frames_never_break_a_rule_and_the_end_is_zero(seed: int, probability: float, direction: str) -> None:
    lossy = fault("drop", 8.0, for_s=25.0, probability=probability, direction=direction)
    world = World(seed=seed, faults=lossy).started().run_for(70)
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    assert world.at_zero or world.core.state is State.RUNNING
    if world.core.state is State.PAUSED:
        world.say(say.Resume()).run_for(60)
        assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    assert world.at_zero


@settings(max_examples=12, deadline=None, derandomize=True)
@given(SEEDS, st.integers(min_value=20, max_value=900), st.sampled_from(["to-device", "to-host", "both"]))
def test_late_frames_never_break_a_rule_and_the_end_is_zero(seed: int, delay_ms: int, direction: str) -> None:
    late = fault("delay", 9.0, for_s=2.0, delay_ms=delay_ms, direction=direction)
    world = World(seed=seed, faults=late).started().run_for(20)
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    world.say(say.Stop()).run_for(6)
    assert world.at_zero


@settings(max_examples=10, deadline=None, derandomize=True)
@given(SEEDS)
def test_noise_on_the_line_never_raises_anything(seed: int) -> None:
    noisy = fault("noise", 9.0, for_s=6.0, direction="both")
    world = World(seed=seed, faults=noisy).started().run_for(20)
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []
    world.say(say.Stop()).run_for(6)
    assert world.at_zero


def test_an_electrode_that_comes_off_is_a_fault() -> None:
    world = World(faults=fault("electrode-off", 12.0, channel=1)).started().run_for(10)
    assert "open circuit" in world.ended["reason"]
    assert world.ended["exit_code"] == 1
    assert world.off_since_ns() <= 12 * SECOND + 300 * MS


def test_one_burst_of_loss_is_a_gap_and_output_comes_back_from_zero() -> None:
    world = World("surface-stroke", faults=fault("drop", 40.0, for_s=0.45, direction="to-device")).started()
    world.run_until(39 * SECOND)
    before_ua = world.amplitude_ua(1, world.now_ns)
    world.run_until(43 * SECOND)
    assert [gap["channel"] for gap in world.told("gap")] == [1, 2]
    assert world.core.state is State.RUNNING
    low = [f.amplitude_ua for f in world.skin.felt if f.channel == 1 and 40_000_000 < f.t_us < 41_500_000]
    assert min(low) == 0
    assert world.amplitude_ua(1, world.now_ns) > before_ua
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_two_gaps_within_ten_seconds_are_a_pause() -> None:
    twice = fault("drop", 40.0, for_s=0.45, direction="to-device") + fault(
        "drop", 44.0, for_s=0.45, direction="to-device"
    )
    world = World("surface-stroke", faults=twice).started()
    world.run_until(50 * SECOND)
    assert world.core.state is State.PAUSED
    assert "gaps" in world.told("user")[-1]["why"]


def test_a_unit_that_stops_reporting_is_a_lost_link() -> None:
    world = World("surface-stroke", faults=fault("drop", 40.0, direction="to-host")).started()
    world.run_until(50 * SECOND)
    assert world.ended["exit_code"] == 3
    assert not world.ended["zero_confirmed"]
    assert world.off_since_ns() <= 41_300 * MS


def test_zero_that_is_not_confirmed_is_said_at_release_plus_200_and_repeats_end() -> None:
    world = World("surface-stroke", faults=fault("drop", 40.0, direction="to-host")).started()
    world.run_until(60 * SECOND)
    stopped, zero = world.told("stopped")[0], world.told("zero")[0]
    assert (zero["confirmed"], zero["after_ms"]) == (False, RELEASE_MS + 200)
    assert "pads off" in zero["advice"]
    repeats = [line for line in "".join(world.session.journal).splitlines() if '"stop first"' in line]
    assert 5 < len(repeats) < 25
    assert world.told("ended")[0]["t_ms"] - stopped["t_ms"] < 4_000


def test_nothing_on_the_line_is_exit_3_with_the_next_step() -> None:
    world = World(faults=fault("unplug", 0.0, for_s=0.001) + fault("drop", 0.0)).run_for(5)
    assert world.ended["exit_code"] == 3


def test_a_silent_unit_is_exit_3_with_the_next_step() -> None:
    world = World(faults=fault("drop", 0.0)).run_for(5)
    assert world.ended["exit_code"] == 3
    assert "switched on" in world.ended["reason"]


def test_a_turn_that_comes_late_is_a_stall_with_stop_first_and_nothing_else() -> None:
    world = World("surface-stroke").started().run_for(30)
    session, core = world.session, world.core
    core.next_wake_ns()
    late_ns = world.now_ns + 400 * MS
    world.unit.advance(late_ns)
    session.now_ns = late_ns
    core.advance(late_ns)
    out = core.drain(late_ns)
    assert (out.stop_first, core.state) == (True, State.HALTED)
    assert core.drain(late_ns).data == b""
    world.unit.receive(out.data, late_ns)
    world.run_for(1)
    assert world.at_zero


def stalled() -> World:
    world = World("surface-stroke").started().run_for(30)
    world.core.suspended(5 * SECOND, world.now_ns)
    world.session.hear(say.command_line(say.Beat()))
    return world.run_for(1)


def test_after_a_stall_only_a_person_goes_on_and_ground_is_gone() -> None:
    world = stalled()
    assert world.core.state is State.HALTED
    world.say(say.Resume())
    assert world.told("refused")[-1]["rule"] == "clock"
    world.run_for(7).say(say.Resume()).run_for(1.5)
    assert world.core.state is State.RUNNING
    assert 0 < world.amplitude_ua(1, world.now_ns) < 2_000
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_a_pause_that_nobody_ends_ends_itself() -> None:
    world = World().started().run_for(5).say(say.Pause()).run_for(700)
    assert world.ended["exit_code"] == 1
    assert "nobody" in world.ended["reason"]


def test_a_journal_that_cannot_be_written_ramps_down_within_five_seconds_and_ends() -> None:
    world = World("surface-stroke").started().run_for(30)
    full_ns = world.now_ns
    world.core.journal_failed("no space left on device", full_ns)
    world.run_for(6)
    assert world.off_since_ns() - full_ns < 5 * SECOND
    assert "journal" in world.ended["reason"]
    fall = [f.amplitude_ua for f in world.skin.felt if f.channel == 1 and f.t_us * 1000 > full_ns + 70 * MS]
    assert len(fall) > 20


def test_a_journal_that_cannot_be_written_arms_nothing() -> None:
    world = World().prepared()
    world.core.journal_failed("no space left on device", world.now_ns)
    world.say(say.Arm()).run_for(3)
    assert world.told("armed") == []
    assert "journal" in world.ended["reason"]


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


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"sensory_ua": 0}, "sensory"),
        ({"sensory_ua": 18_000}, "sensory"),
        ({"comfort_ua": 60_000}, "comfortable"),
        ({"at_phase_us": 900}, "µs"),
        ({"at_period_us": 100}, "Hz"),
    ],
)
def test_thresholds_that_cannot_be_right_are_exit_5(change: dict, word: str) -> None:
    from world import PERSON

    world = World(thresholds=replace(PERSON, **change)).prepared()
    assert world.ended["exit_code"] == 5
    assert word in world.ended["reason"]


def test_a_pad_that_is_too_small_is_exit_5() -> None:
    world = World().prepared(pad_mm2=1_000)
    assert world.ended["exit_code"] == 5
    assert "cm²" in world.ended["reason"]


def test_a_program_for_more_channels_than_the_unit_has_is_exit_5() -> None:
    world = World(channels=1).prepared()
    assert (world.ended["exit_code"], world.ended["zero_confirmed"]) == (5, True)


def test_reports_that_come_late_do_not_look_like_stuck_output() -> None:
    late = fault("delay", 30.0, for_s=3.0, delay_ms=600, direction="to-host")
    world = World("surface-stroke", faults=late).started()
    world.run_until(30_700 * MS).say(say.Pause()).run_for(4)
    assert world.told("fault") == []
    assert world.core.state is State.PAUSED


def test_reports_that_are_over_a_second_old_are_silence() -> None:
    late = fault("delay", 30.0, delay_ms=1_500, direction="to-host")
    world = World("surface-stroke", faults=late).started()
    world.run_until(36 * SECOND)
    assert "not reported" in world.ended["reason"]
    assert world.at_zero


@pytest.mark.parametrize("delay_ms", [150, 200, 260, 320, 380])
def test_a_late_burst_is_nacked_more_than_once_and_still_no_fault(delay_ms: int) -> None:
    late = fault("delay", 40.0, for_s=0.5, delay_ms=delay_ms, direction="to-device")
    world = World("surface-stroke", faults=late).started()
    world.run_until(50 * SECOND)
    assert world.told("fault") == []
    assert violations(world.skin.felt, LIMITS, COMFORT_NC) == []


def test_a_fault_of_a_halted_unit_counts_once_its_stop_is_confirmed() -> None:
    world = stalled().run_for(2)
    assert world.core.state is State.HALTED
    world.core.receive(encode(Fault(FaultCode.STUCK_OUTPUT, 1, 0, 99)), world.now_ns)
    world.run_for(1)
    assert "stuck output" in world.ended["reason"]


def test_json_that_is_nested_too_deeply_is_refused_and_the_session_goes_on() -> None:
    world = World().started().run_for(5)
    world.session.hear(b'{"version":1,"do":' + b"[" * 100_000 + b"\n")
    world.run_for(1)
    assert world.told("refused")[-1]["rule"] == "message"
    assert world.core.state is State.RUNNING


@pytest.mark.parametrize("at_ms", range(0, 14, 2))
def test_a_stop_while_the_unit_is_being_found_is_an_end_and_no_crash(at_ms: int) -> None:
    world = World().run_until(at_ms * MS)
    world.core.stop("terminated", world.now_ns)
    world.run_for(2)
    assert world.core.outcome.exit_code in (3, 143)


@pytest.mark.parametrize(
    "change",
    [
        {"phases": ()},
        {"channels": ()},
        {"program_class": "massage"},
        {"profiles": ("clinical",)},
    ],
)
def test_a_plan_that_no_schema_would_let_through_is_exit_5(change: dict) -> None:
    world = World(replace(load("demo").plan, **change)).prepared()
    assert world.ended["exit_code"] == 5


@pytest.mark.parametrize(
    "change",
    [
        {"intensity_end_permille": 1_200},
        {"intensity_start_permille": -5},
        {"lasts_ms": 0},
        {"lasts_ms": -1_000},
        {"rate_mhz": Varying(variation=Variation.CONSTANT, values=(0,))},
        {"rate_mhz": Varying(variation=Variation.CONSTANT, values=())},
        {"phase_duration_us": Varying(variation=Variation.CONSTANT, values=(0,))},
        {"phase_duration_us": Varying(variation=Variation.CONSTANT, values=(10**40,))},
    ],
)
def test_a_phase_that_no_schema_would_let_through_is_exit_5(change: dict) -> None:
    plan = load("demo").plan
    first, *others = plan.phases
    world = World(replace(plan, phases=(changed(first, **change), *others))).prepared()
    assert world.ended["exit_code"] == 5


def test_a_pad_of_a_size_that_no_pad_has_is_exit_5() -> None:
    world = World().prepared(pad_mm2=10**40)
    assert world.ended["exit_code"] == 5


def test_after_a_pause_for_gaps_the_count_begins_anew() -> None:
    twice = fault("drop", 40.0, for_s=0.45, direction="to-device") + fault(
        "drop", 44.0, for_s=0.45, direction="to-device"
    )
    world = World("surface-stroke", faults=twice).started()
    world.run_until(46 * SECOND).say(say.Resume()).run_for(6)
    assert world.core.state is State.RUNNING


@pytest.mark.parametrize(("pause_s", "back_to"), [(20, (0.9, 1.1)), (65, (0.4, 0.75))])
def test_a_pause_of_over_a_minute_halves_what_may_be_returned_to_at_once(pause_s: int, back_to: tuple) -> None:
    world = World("surface-stroke").started().run_for(60)
    before_ua = world.amplitude_ua(1, world.now_ns)
    world.say(say.Pause()).run_for(pause_s).say(say.Resume()).run_for(1.3)
    least, most = back_to
    assert least * before_ua < world.amplitude_ua(1, world.now_ns) < most * before_ua


def test_a_halt_that_the_unit_does_not_confirm_ends_as_a_fault() -> None:
    world = World("surface-stroke", faults=fault("drop", 36.1, direction="to-host")).started().run_until(36_200 * MS)
    world.core.suspended(5 * SECOND, world.now_ns)
    world.say(say.Beat()).run_for(6)
    assert (world.ended["exit_code"], world.ended["zero_confirmed"]) == (3, False)
    assert "does not confirm" in world.ended["reason"]


def test_a_message_without_an_end_is_dropped_at_a_megabyte() -> None:
    world = World().started().run_for(2)
    world.session.hear(b"x" * ((1 << 20) + 1))
    world.say(say.Pause()).run_for(2)
    assert world.told("refused")[-1]["rule"] == "message"
    assert world.core.state is State.PAUSED


@pytest.mark.parametrize(("load_ohm", "word"), [(1_250, None), (1_350, "check the pads"), (1_650, "coming off")])
def test_a_load_that_rises_takes_contact_away_and_then_warns_and_cuts(load_ohm: int, word: str | None) -> None:
    world = World("surface-stroke").started().run_for(60)
    playing = world.core._session._ready.playing
    at_ns = world.now_ns
    reported = Reported(
        channel=1,
        made_ns=at_ns,
        heard_ns=at_ns,
        amplitude_ua=world.amplitude_ua(1, at_ns),
        phase_duration_us=100,
        pulse_period_us=12_500,
        pulses=10_000,
        contact=True,
        load_ohm=load_ohm,
        queued=2,
        battery_percent=None,
    )
    cut, warning = playing.reported(reported, at_ns)
    assert playing.governor.picture(1).contact_mm2 < 2_500 * 0.7
    assert word is None or word in (cut or warning)
    assert (cut is not None) is (load_ohm > 1_600)


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


def test_an_old_report_does_not_count_as_a_sign_of_life() -> None:
    world = World("surface-stroke").started().run_for(10)
    playing, at_ns = world.core._session._ready.playing, world.now_ns
    playing.armed(at_ns)
    for channel in (1, 2):
        playing.reported(
            Reported(
                channel=channel,
                made_ns=at_ns - 600 * MS,
                heard_ns=at_ns + 500 * MS,
                amplitude_ua=0,
                phase_duration_us=0,
                pulse_period_us=0,
                pulses=0,
                contact=True,
                load_ohm=None,
                queued=0,
                battery_percent=None,
            ),
            at_ns + 500 * MS,
        )
    assert playing.silent(at_ns + SECOND) is not None
