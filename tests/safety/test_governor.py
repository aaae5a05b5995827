"""The governor beyond its rules: time, all channels at once, replacing, and what it learns from reports."""

from dataclasses import replace

from safety_bench import MS, ROOMY, SECOND, Bench, report, segment

from stimctl.model.segment import Segment
from stimctl.safety.clearance import Cleared, Refused


def name(verdict: Cleared | Refused) -> str:
    return verdict.rule if isinstance(verdict, Refused) else ""


# --- within reach


def test_a_segment_may_start_right_ahead_and_end_450_ms_from_now() -> None:
    bench = Bench()
    assert name(bench.ask(bench.next(0), ahead_ms=250)) == ""
    assert name(bench.ask(bench.next(0), ahead_ms=0.000001)) == ""


def test_a_segment_that_ends_later_than_450_ms_from_now_is_refused() -> None:
    bench = Bench()
    assert name(bench.ask(bench.next(0), ahead_ms=250.001)) == "ends-within-reach"


def test_a_segment_that_has_begun_is_refused() -> None:
    bench = Bench()
    assert name(bench.ask(bench.next(0), ahead_ms=0)) == "ends-within-reach"


# --- all channels together


def two_channels(rms_ua: int) -> Bench:
    """20 mA, 200 µs, 80 Hz make 3 578 µA r.m.s.; two of them 5 060."""
    return Bench(limits=replace(ROOMY, rms_ua=rms_ua)).felt(9_000).felt(9_000, channel=2)


def test_all_channels_together_may_reach_the_total() -> None:
    bench = two_channels(5_062).climbed(20_000)
    for part in range(1, 6):
        assert name(bench.put(4_000 * part, channel=2)) == ""


def test_all_channels_together_may_not_exceed_the_total() -> None:
    bench = two_channels(5_050).climbed(20_000)
    for part in range(1, 5):
        assert name(bench.put(4_000 * part, channel=2)) == ""
    assert name(bench.put(20_000, channel=2)) == "total-within-limit"


def test_a_rest_cleared_on_another_channel_does_not_hide_what_flows_there_before_it() -> None:
    bench = two_channels(5_050).climbed(20_000)
    bench.put(0, 100)
    bench.put(0)
    for part in range(1, 5):
        assert name(bench.put(4_000 * part, channel=2)) == ""
    assert name(bench.put(20_000, channel=2)) == "total-within-limit"


def test_what_another_channel_did_before_does_not_count() -> None:
    bench = two_channels(5_050).climbed(20_000)
    bench.end_ns[2] = bench.end_ns[1]
    for part in range(1, 6):
        assert name(bench.put(4_000 * part, channel=2)) == ""


def test_a_channel_held_down_leaves_the_others_more() -> None:
    bench = two_channels(5_050).climbed(20_000)
    bench.governor.down(1, 19_000, bench.end_ns[1] - SECOND)
    for part in range(1, 6):
        assert name(bench.put(4_000 * part, channel=2)) == ""


# --- replacing


def falling(bench: Bench) -> Segment:
    """From the middle of the last segment on, down to zero."""
    at_ns = bench.end_ns[1] - 100 * MS
    from_ua = bench.governor.picture(1).amplitude_at(at_ns)
    return segment(start_ns=at_ns, end_ns=at_ns + 200 * MS, amplitude_start_ua=from_ua, amplitude_end_ua=0)


def test_a_replacing_segment_takes_the_place_of_what_was_cleared_from_its_start_on() -> None:
    bench = Bench().climbed(10_000)
    bench.put(10_000)
    one = falling(bench)
    assert bench.ask(one, ahead_ms=50, replace=True) == Cleared(one, replace=True)
    picture = bench.governor.picture(1)
    assert (picture.amplitude_at(one.start_ns - 1), picture.amplitude_at(one.end_ns - 1)) == (10_000, 0)
    assert (picture.end_ns, picture.end_ua) == (one.end_ns, 0)


def test_without_replace_the_same_segment_is_refused() -> None:
    bench = Bench().climbed(10_000)
    bench.put(10_000)
    assert name(bench.ask(falling(bench), ahead_ms=50)) == "starts-from-zero-or-joins"


def test_a_replacing_segment_starts_no_higher_than_what_it_cuts() -> None:
    bench = Bench().climbed(10_000)
    one = falling(bench)
    assert one.amplitude_start_ua == 9_000
    higher = replace(one, amplitude_start_ua=9_001)
    assert name(bench.ask(higher, ahead_ms=50, replace=True)) == "starts-from-zero-or-joins"


def test_a_replacing_segment_may_not_have_a_longer_phase_than_what_it_cuts() -> None:
    bench = Bench()
    bench.put(200)
    bench.put(200)
    bench.put(0, phase_duration_us=100)
    early = replace(falling(bench), start_ns=bench.end_ns[1] - 300 * MS, end_ns=bench.end_ns[1], phase_duration_us=201)
    early = replace(early, end_ns=early.start_ns + 200 * MS, amplitude_start_ua=200)
    assert name(bench.ask(early, ahead_ms=50, replace=True)) == "joint-onto-ground-only"
    assert name(bench.ask(replace(early, phase_duration_us=200), ahead_ms=50, replace=True)) == ""


def test_replacing_when_nothing_is_there_starts_from_zero() -> None:
    bench = Bench()
    assert name(bench.ask(bench.next(0, amplitude_start_ua=1), replace=True)) == "starts-from-zero-or-joins"
    assert name(bench.ask(bench.next(0), replace=True)) == ""


def test_a_refused_replace_leaves_the_chain_as_it_was() -> None:
    bench = Bench().climbed(10_000)
    one = falling(bench)
    before = bench.governor.picture(1)
    assert name(bench.ask(replace(one, amplitude_start_ua=60_000), ahead_ms=50, replace=True)) != ""
    assert bench.governor.picture(1) is before
    assert name(bench.put(10_000)) == ""


def test_ground_is_the_same_object_through_every_replace() -> None:
    """The clip in front of the governor keeps hold of it."""
    bench = Bench().climbed(10_000)
    ground = bench.governor.ground(1)
    bench.ask(falling(bench), ahead_ms=50, replace=True)
    assert bench.governor.ground(1) is ground


# --- down, gaps, arms, pauses


def test_after_a_down_the_next_segment_starts_at_the_ceiling_at_most() -> None:
    bench = Bench().climbed(10_000)
    bench.governor.down(1, 9_500, bench.end_ns[1] - 100 * MS)
    assert name(bench.put(9_600, amplitude_start_ua=9_501)) == "starts-from-zero-or-joins"
    assert name(bench.put(9_500, amplitude_start_ua=9_500)) == ""


def test_a_ceiling_never_raises() -> None:
    bench = Bench().climbed(10_000)
    bench.governor.down(1, 9_500, bench.end_ns[1] - 100 * MS)
    bench.governor.down(1, 30_000, bench.end_ns[1] - 50 * MS)
    picture = bench.governor.picture(1)
    assert (picture.end_ua, picture.amplitude_at(bench.end_ns[1] - 1)) == (9_500, 9_500)


def test_after_a_down_what_was_felt_before_is_no_ground() -> None:
    bench = Bench().climbed(10_000)
    bench.governor.down(1, 500, bench.end_ns[1])
    assert bench.governor.ground(1).charge_nc("high") == 0


def test_what_ran_before_a_down_is_not_counted_by_a_report_after_it() -> None:
    bench = delivered(Bench(), 10)
    bench.governor.down(1, 9_500, bench.end_ns[1])
    bench.governor.heard(report(heard_ns=bench.end_ns[1] + 100 * MS, amplitude_ua=10_000, pulses=160))
    assert bench.governor.ground(1).charge_nc("high") == 0


def test_after_a_gap_the_channel_starts_from_zero() -> None:
    bench = Bench().climbed(10_000)
    bench.governor.gap(1)
    assert name(bench.put(10_000)) == "starts-from-zero-or-joins"


def test_after_a_gap_ground_stays() -> None:
    bench = Bench().climbed(10_000)
    bench.governor.gap(1)
    assert name(bench.put(2_000, amplitude_start_ua=0)) == ""


def test_a_gap_on_one_channel_leaves_the_others_alone() -> None:
    bench = Bench().climbed(10_000).climbed(10_000, channel=2)
    bench.governor.gap(2)
    assert name(bench.put(10_000)) == ""


def test_an_arm_leaves_no_ground_no_chain_and_no_contact() -> None:
    bench = Bench().climbed(10_000)
    bench.governor.armed()
    picture = bench.governor.picture(1)
    assert (picture.ground.charge_nc("high"), picture.end_ns, picture.contact) == (0, None, None)


def test_a_pause_of_a_minute_leaves_ground_as_it_is() -> None:
    bench = Bench().felt(1_000)
    bench.governor.paused_for(60 * SECOND)
    assert bench.governor.ground(1).charge_nc("high") == 1_000


def test_a_longer_pause_halves_ground_on_every_channel() -> None:
    bench = Bench().felt(1_000).felt(600, channel=2)
    bench.governor.paused_for(60 * SECOND + 1)
    assert [bench.governor.ground(channel).charge_nc("high") for channel in (1, 2)] == [500, 300]


# --- what reports prove


def delivered(bench: Bench, pieces: int, amplitude_ua: int = 10_000, **changes: int) -> Bench:
    """So many segments of 200 ms at an amplitude, as if it had been reached before; nothing reported of them."""
    bench.end_ua[1] = 0
    bench.governor.felt(1, amplitude_ua, "high", SECOND)
    bench.put(amplitude_ua, **changes)
    for _ in range(4):
        if bench.end_ua[1] < amplitude_ua:
            bench.put(min(amplitude_ua, bench.end_ua[1] + amplitude_ua), **changes)
    bench.governor.ground(1).reset()
    bench.governor.picture(1).ran(bench.end_ns[1])
    for _ in range(pieces):
        assert name(bench.put(amplitude_ua, **changes)) == ""
    return bench


def heard(bench: Bench, amplitude_ua: int, pulses: int, **changes: object) -> int:
    """Ground once this was reported, long enough after the end of all that was cleared."""
    fields: dict = {"heard_ns": bench.end_ns[1] + 60 * MS, "amplitude_ua": amplitude_ua, "pulses": pulses}
    bench.governor.heard(report(**(fields | changes)))
    return bench.governor.ground(1).charge_nc("high")


def test_what_ran_for_a_second_is_ground_once_a_report_proves_it() -> None:
    bench = delivered(Bench(), 5)
    assert bench.governor.ground(1).charge_nc("high") == 0
    assert heard(bench, 10_000, 80) == 2_000


def test_less_than_a_second_is_no_ground() -> None:
    assert heard(delivered(Bench(), 4), 10_000, 64) == 0


def test_nothing_counts_twice() -> None:
    bench = delivered(Bench(), 3)
    heard(bench, 10_000, 48)
    assert heard(bench, 10_000, 50) == 0


def test_what_ends_while_the_report_is_on_its_way_counts_with_the_next() -> None:
    bench = delivered(Bench(), 5)
    assert heard(bench, 10_000, 80, heard_ns=bench.end_ns[1] + 49 * MS) == 0
    assert heard(bench, 10_000, 81) == 2_000


def test_without_new_pulses_nothing_was_delivered() -> None:
    assert heard(delivered(Bench(), 5), 10_000, 0) == 0


def test_where_less_is_reported_than_was_cleared_the_report_counts() -> None:
    assert heard(delivered(Bench(), 5), 5_000, 80) == 1_000


def test_a_rounding_of_the_unit_is_not_less() -> None:
    assert heard(delivered(Bench(), 5), 9_900, 80) == 2_000


def test_a_replaced_end_is_not_counted_as_delivered() -> None:
    bench = delivered(Bench(), 5)
    cut = falling(bench)
    bench.ask(replace(cut, amplitude_start_ua=0), ahead_ms=50, replace=True)
    assert heard(bench, 10_000, 72) == 0


def test_a_report_sets_contact() -> None:
    bench = Bench()
    for contact, load_ohm, seen in ((True, 900, True), (False, 900, False), (True, None, False)):
        bench.governor.heard(report(contact=contact, load_ohm=load_ohm))
        assert bench.governor.picture(1).contact is seen
