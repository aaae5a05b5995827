"""The clip, one joint at a time, and under asks that nobody sane would make."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rising_checker import broken_rules

from stimctl import units
from stimctl.clock import MS, SECOND
from stimctl.model.limits import CLINICAL, CONSUMER
from stimctl.model.segment import Segment, rate_class
from stimctl.program.clip import Clip
from stimctl.safety.ground import Ground


def ask(
    start_ua: int, end_ua: int, *, us: int = 100, period_us: int = 12_500, start_ns: int = 0, ms: int = 200
) -> Segment:
    return Segment(
        channel=1,
        start_ns=start_ns,
        end_ns=start_ns + ms * MS,
        amplitude_start_ua=start_ua,
        amplitude_end_ua=end_ua,
        phase_duration_us=us,
        interphase_us=0,
        pulse_period_us=period_us,
    )


def felt(charge_nc: int, of: str = "high") -> Ground:
    ground = Ground()
    ground.felt(charge_nc, of, SECOND)
    return ground


def clip_at(end_ua: int, ground: Ground) -> Clip:
    """A clip whose last segment ended at `end_ua` and 100 µs, climbed to as slowly as it takes."""
    clip = Clip(CONSUMER, ground)
    while clip.end_ua < end_ua:
        clip.fit(ask(clip.end_ua, end_ua), None, None)
    return clip


def ends(segment: Segment) -> tuple[int, int]:
    return segment.amplitude_start_ua, segment.amplitude_end_ua


def test_the_first_segment_starts_at_zero_whatever_is_asked() -> None:
    assert ends(Clip(CONSUMER, Ground()).fit(ask(5_000, 5_000), None, None)) == (0, 200)


def test_new_ground_is_climbed_at_1_ma_per_second_and_at_2_for_a_clinician() -> None:
    assert ends(Clip(CONSUMER, Ground()).fit(ask(0, 5_000), None, None)) == (0, 200)
    assert ends(Clip(CLINICAL, Ground()).fit(ask(0, 5_000), None, None)) == (0, 400)


def test_ground_is_regained_in_one_second() -> None:
    assert ends(Clip(CONSUMER, felt(1_000)).fit(ask(0, 20_000), None, None)) == (0, 2_000)


def test_a_quick_return_ends_at_ground_and_is_never_mixed_with_a_slow_rise() -> None:
    assert ends(clip_at(9_500, felt(1_000)).fit(ask(9_500, 20_000), None, None)) == (9_500, 10_000)
    assert ends(clip_at(9_900, felt(1_000)).fit(ask(9_900, 20_000), None, None)) == (9_900, 10_100)


def test_a_segment_that_needs_nothing_comes_back_as_it_was() -> None:
    wanted = ask(0, 100)
    assert Clip(CONSUMER, Ground()).fit(wanted, None, None) is wanted


def test_falling_is_free() -> None:
    assert ends(clip_at(9_000, Ground()).fit(ask(9_000, 0), None, None)) == (9_000, 0)


def test_after_a_gap_it_starts_from_zero() -> None:
    clip = clip_at(9_000, felt(1_000))
    clip.to_zero()
    assert ends(clip.fit(ask(9_000, 9_000), None, None)) == (0, 2_000)


def test_after_a_ceiling_it_goes_on_from_there_and_never_from_above():
    clip = clip_at(9_000, Ground())
    clip.held_to(8_500)
    assert clip.fit(ask(9_000, 9_000), None, None).amplitude_start_ua == 8_500
    clip.held_to(20_000)
    assert clip.end_ua == 8_700


def test_a_longer_phase_at_the_joint_carries_no_more_than_ground() -> None:
    clip = clip_at(9_000, felt(1_000))
    assert clip.fit(ask(9_000, 9_000, us=200), None, None).amplitude_start_ua == 5_000


def test_a_longer_phase_at_the_joint_may_keep_the_charge_before_it() -> None:
    clip = clip_at(9_000, felt(100))
    assert clip.fit(ask(9_000, 9_000, us=200), None, None).amplitude_start_ua == 4_500


def test_a_joint_to_a_much_longer_phase_is_prepared_before_it() -> None:
    clip = clip_at(9_000, felt(1_000))
    assert ends(clip.fit(ask(9_000, 9_000), 200, 12_500)) == (9_000, 5_000)
    assert clip.fit(ask(9_000, 9_000, us=200), None, None).amplitude_start_ua == 5_000


def test_a_joint_into_the_low_rate_class_is_prepared_with_half_the_ground() -> None:
    clip = clip_at(9_000, felt(1_000))
    assert ends(clip.fit(ask(9_000, 9_000), 200, 250_000)) == (9_000, 2_500)


def test_a_growth_of_one_microsecond_does_not_fall_back_to_ground() -> None:
    clip = clip_at(9_000, felt(100))
    assert ends(clip.fit(ask(9_000, 9_000), 101, 12_500)) == (9_000, 9_000)
    assert clip.fit(ask(9_000, 9_000, us=101), None, None).amplitude_start_ua == 9_000 * 100 // 101


def test_rounding_never_puts_the_charge_over_ground() -> None:
    for us in range(50, 301):
        assert units.charge_per_phase_nc(Clip(CONSUMER, felt(1_001)).ground_ua(us, 12_500), us) <= 1_001


asks = st.tuples(
    st.integers(0, 30_000),
    st.integers(0, 30_000),
    st.integers(50, 300),
    st.sampled_from([8_333, 12_500, 100_000, 250_000]),
    st.integers(1, 200),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(asks, min_size=1, max_size=120), st.sampled_from([CONSUMER, CLINICAL]))
def test_whatever_is_asked_what_comes_out_obeys_the_rules_of_rising(wild, limits) -> None:
    ground = Ground()
    clip = Clip(limits, ground)
    out: list[Segment] = []
    counted, start_ns = 0, 0
    for index, (start_ua, end_ua, us, period_us, ms) in enumerate(wild):
        while counted < len(out) and out[counted].end_ns + 2 * SECOND <= start_ns:
            one = out[counted]
            charge_nc = units.charge_per_phase_nc(min(ends(one)), one.phase_duration_us)
            ground.felt(charge_nc, rate_class(one.pulse_period_us), one.end_ns - one.start_ns)
            counted += 1
        following = wild[index + 1] if index + 1 < len(wild) else None
        wanted = ask(start_ua, end_ua, us=us, period_us=period_us, start_ns=start_ns, ms=ms)
        out.append(clip.fit(wanted, following and following[2], following and following[3]))
        assert out[-1].amplitude_start_ua <= start_ua
        assert out[-1].amplitude_end_ua <= end_ua
        start_ns = wanted.end_ns
    assert broken_rules(out, limits) == []


# --- edges of bursts


def resting(ground_nc: int = 2_000, *, burst_ua: int = 10_000, rest_ms: int = 100) -> Clip:
    """After a burst that rose by slopes, in a planned rest."""
    clip = Clip(CONSUMER, felt(ground_nc))
    at_ns = 0
    for from_ua, to_ua, ms in ((0, burst_ua, 1_000), (burst_ua, 0, 21), *((0, 0, 100),) * (rest_ms // 100)):
        clip.fit(ask(from_ua, to_ua, us=200, start_ns=at_ns, ms=ms), None, None)
        at_ns += ms * MS
    return clip


def edge(clip: Clip, to_ua: int, *, rest_ms: int = 100, ms: int = 21, from_ua: int = 0, late_ms: int = 0) -> Segment:
    start_ns = (1_021 + rest_ms + late_ms) * MS
    return clip.fit(replace(ask(from_ua, to_ua, us=200, start_ns=start_ns, ms=ms), step=True), None, None)


def test_an_edge_comes_back_to_ground_at_once() -> None:
    back = edge(resting(), 12_000)
    assert (back.step, ends(back)) == (True, (0, 10_000))


def test_an_edge_rises_no_higher_than_the_burst_before_it_and_the_return_slope_since() -> None:
    back = edge(resting(burst_ua=1_000), 12_000)
    # 1 mA, and 10 mA/s for 100 + 21 ms
    assert (back.step, ends(back)) == (True, (0, 2_210))


@pytest.mark.parametrize(
    ("clip", "how"),
    [
        (resting(), {"ms": 19}),
        (resting(), {"late_ms": 1}),
        (resting(rest_ms=1_100), {"rest_ms": 1_100}),
        (resting(burst_ua=90), {}),
        (Clip(CONSUMER, felt(2_000)), {}),
    ],
    ids=["shorter than 20 ms", "after silence nobody planned", "after a long rest", "after hardly a burst", "at first"],
)
def test_anything_else_rises_by_ordinary_slopes(clip: Clip, how: dict[str, int]) -> None:
    back = edge(clip, 12_000, **how)
    assert not back.step
    assert back.amplitude_end_ua <= 10_000 * 21 // 1_000


def test_after_a_gap_an_edge_is_a_slope() -> None:
    clip = resting()
    clip.to_zero()
    assert not edge(clip, 12_000).step


def test_a_ceiling_holds_the_next_edge_down_too() -> None:
    clip = resting(burst_ua=10_000)
    clip.held_to(3_000)
    assert edge(clip, 12_000).amplitude_end_ua == 3_000 + 1_210
