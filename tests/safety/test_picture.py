"""The picture of one channel: what is cleared for an instant or a span, and what has run."""

from safety_bench import MS, SECOND, segment

from stimctl.safety.picture import Hold, Picture

EASY = Hold(0, 0, strains=False)


def ramp(start_ms: int = 0, from_ua: int = 0, to_ua: int = 2_000):
    return segment(
        start_ns=start_ms * MS,
        end_ns=(start_ms + 200) * MS,
        amplitude_start_ua=from_ua,
        amplitude_end_ua=to_ua,
    )


def of(*segments, now_ns: int = 0) -> Picture:
    picture = Picture(2_500)
    for one in segments:
        picture.extend(one, EASY, now_ns)
    return picture


def test_an_instant_has_the_amplitude_of_its_segment() -> None:
    picture = of(ramp(), ramp(200, 2_000, 0))
    assert [picture.amplitude_at(ms * MS) for ms in (0, 100, 200, 300)] == [0, 1_000, 2_000, 1_000]


def test_the_end_of_the_chain_has_its_last_amplitude() -> None:
    assert of(ramp()).amplitude_at(200 * MS) == 2_000


def test_beyond_the_chain_there_is_nothing() -> None:
    picture = of(ramp(100))
    assert [picture.amplitude_at(at_ns) for at_ns in (0, 300 * MS + 1)] == [0, 0]


def test_a_span_has_the_highest_and_the_lowest_of_what_it_touches() -> None:
    picture = of(ramp(0, 500, 2_000), ramp(200, 2_000, 1_000))
    assert (picture.top_between(250 * MS, 300 * MS), picture.least_between(250 * MS, 300 * MS)) == (2_000, 1_000)
    assert (picture.top_between(0, 300 * MS), picture.least_between(0, 300 * MS)) == (2_000, 500)


def test_a_span_of_nothing_is_zero() -> None:
    picture = of(ramp(200, 500, 600))
    for span in ((0, 200 * MS), (400 * MS, 500 * MS)):
        assert (picture.top_between(*span), picture.least_between(*span), picture.rms_between(*span)) == (0, 0, 0)


def test_a_ceiling_counts_in_every_answer() -> None:
    picture = of(ramp(0, 500, 2_000))
    picture.held_to(300, 0)
    span = (0, 200 * MS)
    assert (picture.top_between(*span), picture.least_between(*span), picture.end_ua) == (300, 300, 300)
    assert picture.amplitude_at(100 * MS) == 300
    assert picture.rms_between(*span) == 54  # 300 µA x sqrt(2 x 200 / 12 500), rounded up


def test_a_ceiling_does_not_change_what_has_flowed() -> None:
    picture = of(ramp(0, 2_000, 2_000))
    picture.held_to(300, 100 * MS)
    assert (picture.top_between(0, 100 * MS), picture.top_between(100 * MS, 200 * MS)) == (2_000, 300)


def test_what_is_long_over_is_forgotten() -> None:
    picture = of(ramp(0, 500, 600))
    picture.extend(ramp(200, 600, 600), EASY, 2_200 * MS)
    assert picture.top_between(0, 200 * MS) == 600
    picture.extend(ramp(400, 600, 600), EASY, 2_200 * MS + 1)
    assert picture.top_between(0, 200 * MS) == 0


def test_what_ran_is_given_once_with_its_ceiling() -> None:
    first, second = ramp(), ramp(200, 2_000, 0)
    picture = of(first, second)
    picture.held_to(1_500, 0)
    assert picture.ran(399 * MS) == [(first, 1_500)]
    assert picture.ran(400 * MS) == [(second, 1_500)]
    assert picture.ran(SECOND) == []


def test_asking_for_the_past_gives_nothing_again() -> None:
    picture = of(ramp())
    picture.ran(SECOND)
    assert picture.ran(100 * MS) == []
    assert picture.ran(SECOND) == []


def test_a_cut_leaves_the_picture_itself_alone() -> None:
    picture = of(ramp(), ramp(200, 2_000, 2_000))
    cut = picture.cut_at(100 * MS)
    assert (cut.end_ns, cut.end_ua, cut.amplitude_at(150 * MS)) == (100 * MS, 1_000, 0)
    assert (picture.end_ns, picture.end_ua, picture.amplitude_at(150 * MS)) == (400 * MS, 2_000, 1_500)
    cut.extend(ramp(100, 1_000, 0), EASY, 0)
    assert picture.amplitude_at(250 * MS) == 2_000


def test_a_cut_ends_a_rest() -> None:
    picture = of(ramp(0, 0, 0))
    assert (picture.rest_ns, picture.cut_at(100 * MS).rest_ns) == (200 * MS, 0)


def test_a_cut_counts_as_run_only_up_to_the_cut() -> None:
    cut = of(ramp()).cut_at(100 * MS)
    ((one, ceiling_ua),) = cut.ran(SECOND)
    assert (one.end_ns, one.amplitude_end_ua, ceiling_ua) == (100 * MS, 1_000, 2_000)


def test_a_cut_at_a_joint_keeps_the_segment_before_whole() -> None:
    first = ramp()
    assert of(first, ramp(200, 2_000, 0)).cut_at(200 * MS).ran(SECOND) == [(first, 2_000)]


def test_a_gap_leaves_nothing_cleared() -> None:
    picture = of(ramp())
    picture.begin_anew()
    assert (picture.amplitude_at(100 * MS), picture.end_ns, picture.end_ua, picture.ran(SECOND)) == (0, None, 0, [])
