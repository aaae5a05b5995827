"""What holds for the timeline of every plan, judged by a checker that knows nothing of the clip."""

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st
from phases import steady
from plans import people, person, plans
from rising_checker import broken_rules

from stimctl.clock import MS
from stimctl.model.limits import CLINICAL, CONSUMER, Limits
from stimctl.model.plan import Envelope, EnvelopeKind, Phase, Plan, Variation, Varying
from stimctl.model.segment import Segment
from stimctl.model.thresholds import Thresholds
from stimctl.program.asked import highest_ua
from stimctl.program.compile import compile_plan
from stimctl.program.compiled import Compiled

limits_of = st.sampled_from([CONSUMER, CLINICAL])
thorough = settings(max_examples=60, deadline=None)


def wave_over_both_classes(
    lasts_ms: int, slowest_mhz: int, quickest_mhz: int, sweep_ms: int, alternates_ms: int, delay_ms: int
) -> Phase:
    """Its slow pulses come within a tenth of 80 nC for a little less than a second."""
    return steady(
        lasts_ms=lasts_ms,
        intensity_start_permille=0,
        intensity_end_permille=0,
        rate_mhz=Varying(variation=Variation.SWEEP, values=(slowest_mhz, quickest_mhz), period_ms=sweep_ms),
        phase_duration_us=Varying(variation=Variation.ALTERNATE, values=(212, 222), period_ms=alternates_ms),
        envelope=Envelope(kind=EnvelopeKind.RAISED_COSINE, delay_ms=delay_ms, period_ms=3_113, off_ms=85),
    )


def plan_of(phase: Phase) -> Plan:
    return Plan(
        title="Example",
        program_class="twitch",
        profiles=("consumer", "clinical"),
        channels=(1,),
        phases=(phase,),
        sha256="0" * 64,
    )


def compiled(plan: Plan, person: Thresholds, limits: Limits = CONSUMER) -> Compiled:
    return compile_plan(plan, dict.fromkeys(plan.channels, person), limits)


def on(channel: int, whole: Compiled) -> list[Segment]:
    return [segment for segment in whole.segments if segment.channel == channel]


@thorough
@given(plans, people, limits_of)
# a tenth of 80.6 nC rounded down, and 71.02 nC rounded up, once counted as within it
@example(plan_of(wave_over_both_classes(4_000, 2_362, 14_278, 6_202, 2_666, 364)), person(2, 10), CONSUMER)
@example(plan_of(wave_over_both_classes(3_998, 2_278, 13_792, 6_015, 2_665, 363)), person(2, 10), CONSUMER)
def test_every_rise_and_every_joint_obeys_the_rules_of_rising(plan, person, limits):
    for channel in plan.channels:
        assert broken_rules(on(channel, compiled(plan, person, limits)), limits) == []


@thorough
@given(plans, people)
def test_every_channel_runs_from_zero_to_zero_without_a_hole(plan, person):
    whole = compiled(plan, person)
    for channel in plan.channels:
        track = on(channel, whole)
        assert (track[0].start_ns, track[0].amplitude_start_ua) == (0, 0)
        assert (track[-1].end_ns, track[-1].amplitude_end_ua) == (whole.end_ns, 0)
        assert all(one.end_ns == other.start_ns for one, other in pairwise(track))


@thorough
@given(plans, people)
def test_no_piece_is_longer_than_200_ms_and_all_are_whole_microseconds(plan, person):
    for segment in compiled(plan, person).segments:
        assert 0 < segment.end_ns - segment.start_ns <= 200 * MS
        assert segment.start_ns % 1_000 == 0


@thorough
@given(plans, people)
def test_nothing_is_above_what_its_phase_asks_or_what_there_was_when_it_began(plan, person):
    whole = compiled(plan, person)
    track = on(plan.channels[0], whole)
    for mark, phase in zip(whole.marks, plan.phases, strict=True):
        own = [segment for segment in track if mark.start_ns <= segment.start_ns < mark.end_ns]
        assert max(one.top_ua for one in own) <= max(own[0].amplitude_start_ua, highest_ua(phase.drives[1], person))


@thorough
@given(plans, people)
def test_a_step_down_at_a_joint_is_at_most_what_a_small_growth_of_the_phase_duration_takes(plan, person):
    whole = compiled(plan, person)
    for one, other in pairwise(on(plan.channels[0], whole)):
        stepped_ua = one.amplitude_end_ua - other.amplitude_start_ua
        cut_short = other.start_ns == whole.closing_start_ns and not other.amplitude_start_ua
        if stepped_ua and not cut_short:
            grown = other.phase_duration_us / one.phase_duration_us
            assert 1 < grown <= 1.1
            assert stepped_ua <= one.amplitude_end_ua * (1 - 1 / grown) + 1


@thorough
@given(plans, people)
def test_segments_are_sorted_by_start_then_channel(plan, person):
    order = [(segment.start_ns, segment.channel) for segment in compiled(plan, person).segments]
    assert order == sorted(order)
