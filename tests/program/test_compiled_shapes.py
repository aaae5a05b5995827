"""What envelopes come to as segments: where silence is silence, what is a contraction, and what makes ground."""

from dataclasses import replace

import pytest
from phases import changed, constant, steady
from plans import person

from stimctl.clock import MS
from stimctl.model.limits import CONSUMER
from stimctl.model.plan import ActiveRest, Depth, Envelope, EnvelopeKind, Phase, Plan
from stimctl.model.segment import Segment
from stimctl.model.thresholds import Thresholds
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled
from stimctl.program.pieces import Piece
from stimctl.program.track import Track

LOW = person(6, 18)
WAVE = Envelope(kind=EnvelopeKind.RAISED_COSINE, period_ms=8_000, off_ms=1_000)
BEATS = ActiveRest(rate_mhz=6_000, top_permille=500, lasts_ms=5_000)
TRAIN = Envelope(kind=EnvelopeKind.TRAIN, up_ms=1_500, hold_ms=4_000, down_ms=1_000, off_ms=100, then=BEATS)


def plan(*phases: Phase, program_class: str = "twitch") -> Plan:
    return Plan(
        title="Shaped",
        program_class=program_class,
        profiles=("consumer", "clinical"),
        channels=(1,),
        phases=phases,
        sha256="0" * 64,
    )


def shaped(envelope: Envelope, **changes: object) -> Phase:
    fields: dict = {"name": "shaped", "lasts_ms": 80_000, "intensity_end_permille": 200}
    return steady(envelope=envelope, **(fields | changes))


def compiled(*phases: Phase, program_class: str = "twitch", of: Thresholds = LOW) -> Compiled:
    """The timeline, whether or not its targets are reached in time."""
    whole = compile_plan(plan(*phases, program_class=program_class), {1: of}, CONSUMER)
    assert whole.segments, whole.problems
    return whole


def of_phase(index: int, whole: Compiled) -> list[Segment]:
    mark = whole.marks[index]
    return [one for one in whole.segments if mark.start_ns <= one.start_ns < mark.end_ns]


# --- a wave leaves zero slowly


@pytest.mark.parametrize("envelope", [WAVE, TRAIN], ids=["wave", "train"])
def test_what_a_unit_may_take_for_nothing_is_planned_as_nothing(envelope: Envelope) -> None:
    ends_ua = [one.amplitude_end_ua for one in of_phase(1, compiled(steady(), shaped(envelope)))]
    assert [ua for ua in ends_ua if 0 < ua < 100] == []
    assert max(ends_ua) > 5_000


def test_a_wave_begins_with_a_planned_rest() -> None:
    whole = compiled(steady(), shaped(WAVE))
    begin_ns = whole.marks[1].start_ns
    assert [one.is_rest for one in of_phase(1, whole) if one.start_ns < begin_ns + 400 * MS] == [True, False]


@pytest.mark.parametrize(("sensory_ua", "highest_ua"), [(99, 0), (100, 100)])
def test_a_wave_no_higher_than_that_is_silence(sensory_ua: int, highest_ua: int) -> None:
    wave = shaped(WAVE, intensity_start_permille=0, intensity_end_permille=0)
    whole = compiled(wave, of=person(sensory_ua / 1000, 18))
    assert max(one.top_ua for one in whole.segments) == highest_ua


def test_where_no_shape_asks_for_silence_the_lowest_current_is_planned() -> None:
    low = changed(steady(), intensity_start_permille=0, intensity_end_permille=0)
    assert max(one.top_ua for one in compiled(low, of=person(0.05, 18)).segments) == 50


# --- the slow beats of a train


def train_tops_ua(whole: Compiled, cycle_ms: int) -> list[int]:
    """The highest of each train of the second phase, beats aside."""
    begin_ns = whole.marks[1].start_ns
    tops: dict[int, int] = {}
    for one in of_phase(1, whole):
        if one.pulse_period_us < 100_000:
            number = (one.start_ns - begin_ns) // (cycle_ms * MS)
            tops[number] = max(one.top_ua, tops.get(number, 0))
    return list(tops.values())


def test_an_active_rest_does_not_raise_the_trains_after_it() -> None:
    """At 8 Hz more was felt than at 80. The beats may know of it; a train that reached for it would lose its shape."""
    strong = {"intensity_start_permille": 900, "intensity_end_permille": 900}
    before = changed(steady(lasts_ms=120_000), rate_mhz=constant(8_000), **strong)
    beating = replace(TRAIN, hold_ms=300)
    silent = replace(beating, off_ms=beating.off_ms + BEATS.lasts_ms, then=None)
    with_beats, without = (
        train_tops_ua(compiled(before, shaped(envelope, **strong)), beating.cycle_ms) for envelope in (beating, silent)
    )
    assert with_beats == without
    assert without[0] < max(without)


def test_an_active_rest_is_not_marked_as_a_contraction() -> None:
    whole = compiled(steady(), shaped(TRAIN, depth=Depth.DEEP), program_class="contraction")
    slow_and_marked = {(one.pulse_period_us >= 100_000, one.contraction) for one in of_phase(1, whole)}
    assert slow_and_marked == {(True, False), (False, True)}


# --- what is a contraction


@pytest.mark.parametrize("program_class", ["sensory", "twitch", "contraction", "tetanic"])
@pytest.mark.parametrize("depth", Depth)
@pytest.mark.parametrize("permille", [500, 501])
def test_what_is_strong_or_below_the_surface_contracts_in_a_class_that_does(
    program_class: str, depth: Depth, permille: int
) -> None:
    weak = steady(depth=Depth.COOL_DOWN)
    phase = steady(depth=depth, intensity_end_permille=permille)
    whole = plan(weak, phase, weak, program_class=program_class)
    contracts = program_class in ("contraction", "tetanic") and (
        permille > 500 or depth in (Depth.TRANSITION, Depth.DEEP)
    )
    assert whole.contracts(phase) is contracts


@pytest.mark.parametrize("end", ["intensity_start_permille", "intensity_end_permille"])
@pytest.mark.parametrize("channel", [1, 2])
def test_one_strong_end_on_one_channel_is_enough(end: str, channel: int) -> None:
    phase = changed(steady(), channel=channel, **{end: 501})
    assert plan(phase, program_class="tetanic").contracts(phase)
    assert not plan(phase, program_class="tetanic").contracts(steady())


@pytest.mark.parametrize("program_class", ["twitch", "contraction"])
def test_the_segments_of_a_phase_that_contracts_are_marked_and_no_others(program_class: str) -> None:
    phases = (
        steady(name="surface"),
        steady(name="strong", intensity_end_permille=501),
        steady(name="deep", depth=Depth.DEEP),
        steady(name="down", depth=Depth.COOL_DOWN, intensity_start_permille=100, intensity_end_permille=100),
    )
    whole = compiled(*phases, program_class=program_class)
    marked = [{one.contraction for one in of_phase(index, whole)} for index in range(len(phases))]
    contracting = program_class == "contraction"
    assert marked == [{False}, {contracting}, {contracting}, {False}]
    assert {one.contraction for one in whole.segments if one.start_ns >= whole.closing_start_ns} == {False}


# --- what makes ground


def laid(*periods_us: int) -> Track:
    """0.4 mA for 200 ms of each, and then long enough of nothing for it to count."""
    track = Track(1, CONSUMER, 100, 10_000)
    at_ns = 0
    for period_us, ua in [*((period_us, 400) for period_us in periods_us), *[(periods_us[-1], 0)] * 15]:
        track.add(Piece(at_ns, at_ns + 200 * MS, 200, period_us, 200, period_us, False, False), ua, ua)
        at_ns += 200 * MS
    return track


def test_slow_pulses_that_need_not_have_fallen_are_planned_as_no_ground() -> None:
    track = laid(*[1_000_000, 20_000] * 20)
    assert (track.ground_ua(200, 1_000_000), track.ground_ua(200, 20_000) > 0) == (0, True)


def test_slow_pulses_in_one_go_are_planned_as_ground() -> None:
    assert laid(*[1_000_000] * 20).ground_ua(200, 1_000_000) > 0
