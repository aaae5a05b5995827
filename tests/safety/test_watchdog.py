"""What nobody says: a quiet front end, a changed load, output that nobody cleared."""

from random import Random

import pytest
from safety_bench import MS, SECOND, report

from stimctl.safety.watchdog import Load, LoadWatch, Silence, StuckWatch, front_silence


@pytest.mark.parametrize(
    ("quiet_ns", "calls_for"),
    [
        (SECOND - 1, Silence.NONE),
        (SECOND, Silence.PAUSE),
        (3 * SECOND - 1, Silence.PAUSE),
        (3 * SECOND, Silence.STOP),
    ],
)
def test_a_second_of_a_quiet_front_end_is_a_pause_and_three_are_a_stop(quiet_ns: int, calls_for: Silence) -> None:
    assert front_silence(quiet_ns) is calls_for


def judged(*loads_ohm: int | None, phase_us: int = 200):
    """What the last of these readings means."""
    watch = LoadWatch()
    for load_ohm in loads_ohm:
        load = watch.judge(report(amplitude_ua=5_000, load_ohm=load_ohm, phase_duration_us=phase_us))
    return load


def test_without_a_reading_nothing_is_said_of_the_pads() -> None:
    assert judged(None) is None


def test_a_reading_without_current_is_none() -> None:
    assert LoadWatch().judge(report(amplitude_ua=0, load_ohm=1_000)) is None


def test_the_first_reading_is_what_others_are_held_against() -> None:
    load = judged(1_000)
    assert (load.contact_permille, load.warning, load.cut) == (1_000, None, None)


def test_a_load_up_to_1_3_times_the_first_is_ordinary() -> None:
    assert judged(1_000, 1_299).warning is None


def test_a_load_1_3_times_the_first_is_a_warning() -> None:
    load = judged(1_000, 1_300)
    assert load.warning == "load of channel 1 rose from 1000 to 1300 Ω: check the pads"
    assert load.cut is None


def test_a_load_1_6_times_the_first_cuts() -> None:
    assert judged(1_000, 1_599).cut is None
    assert judged(1_000, 1_600).cut == "load of channel 1 rose from 1000 to 1600 Ω: a pad is coming off"


def test_the_contact_that_is_left_falls_with_the_square_of_the_rise() -> None:
    assert judged(1_000, 1_500).contact_permille == 444


def test_a_load_that_falls_leaves_the_whole_pad() -> None:
    assert judged(1_000, 500).contact_permille == 1_000
    assert judged(10_000, 1).contact_permille == 1_000


def at_durations(*readings: tuple[int, int]) -> Load:
    """The last of several reports, each a phase duration and a load."""
    watch = LoadWatch()
    for phase_us, load_ohm in readings:
        load = watch.judge(report(amplitude_ua=5_000, load_ohm=load_ohm, phase_duration_us=phase_us))
    assert load is not None
    return load


def test_a_longer_phase_may_have_a_load_that_is_as_much_higher() -> None:
    assert at_durations((100, 1_000), (200, 2_000)).warning is None


def test_a_pad_that_lifts_while_the_phase_duration_changes_is_seen() -> None:
    assert at_durations((200, 1_000), (225, 1_900)).cut is not None
    assert at_durations((200, 1_000), (100, 1_600)).cut is not None


def test_a_slow_lift_in_a_drift_is_seen() -> None:
    """A whole pad's load grows by less than the duration; this one's three times as much."""
    readings = [(200 + step // 20, 1_000 + step) for step in range(1_000)]
    assert at_durations(*readings).cut is not None


def test_noise_does_not_wear_the_baseline_down() -> None:
    dice = Random(5)
    readings = [(200, round(dice.gauss(1_000, 50))) for _ in range(8_000)]
    assert at_durations(*readings, (200, 1_250)).cut is None


def test_a_load_is_held_against_the_least_that_it_was() -> None:
    """Skin wets: what was ordinary at first is a lifted pad later."""
    assert judged(1_000, *range(1_000, 900, -5), *[900] * 20, 1_440).cut is not None
    assert judged(1_000, 1_440).cut is None


def test_one_reading_that_is_far_too_low_makes_no_alarm_of_the_next() -> None:
    assert judged(1_000, 10, 1_000).warning is None


def test_readings_at_another_duration_do_not_hold_a_baseline_up() -> None:
    """Skin wets at 100 µs as at 300, where a whole pad has more: the highest of three is of three alike."""
    wetting = [reading for load_ohm in range(1_000, 900, -5) for reading in ((100, load_ohm), (300, 1_500))]
    dry = [(100, 900), (300, 1_500)] * 20
    assert at_durations(*wetting, *dry, (100, 1_439)).cut is None
    assert at_durations(*wetting, *dry, (100, 1_440)).cut is not None


def of_amplitudes(*readings: tuple[int, int]) -> Load:
    """The last of several reports, each an amplitude and a load."""
    watch = LoadWatch()
    for amplitude_ua, load_ohm in readings:
        load = watch.judge(report(amplitude_ua=amplitude_ua, load_ohm=load_ohm, phase_duration_us=200))
    assert load is not None
    return load


def test_at_twice_the_amplitude_the_load_has_a_least_of_its_own() -> None:
    """Resistance falls as current grows: at 1 mA the ordinary load would be a lifted pad's at 40."""
    lower = [(40_000, 600)] * 30
    assert of_amplitudes((1_000, 900), *lower, (1_000, 900)).warning is None
    assert of_amplitudes((1_000, 900), *lower, (40_000, 960)).cut is not None


def test_readings_at_another_amplitude_do_not_hold_a_baseline_up() -> None:
    wetting = [reading for load_ohm in range(600, 500, -5) for reading in ((40_000, load_ohm), (1_000, 900))]
    wet = [(40_000, 500), (1_000, 900)] * 20
    assert of_amplitudes(*wetting, *wet, (40_000, 799)).cut is None
    assert of_amplitudes(*wetting, *wet, (40_000, 800)).cut is not None


def test_an_amplitude_that_is_new_is_held_against_the_next_lower_one() -> None:
    assert of_amplitudes((5_000, 600), (12_000, 960)).cut is not None


def stuck(*reports: tuple[int, int], allowed_ua: int = 1_000) -> list[bool]:
    """Whether each report, of a time in ms and an amplitude, is one too many."""
    watch = StuckWatch()
    return [watch.judge(report(heard_ns=ms * MS, amplitude_ua=ua), allowed_ua) is not None for ms, ua in reports]


def test_more_than_was_cleared_for_300_ms_is_stuck() -> None:
    assert stuck((0, 1_101), (299, 1_101), (300, 1_101)) == [False, False, True]


def test_a_rounding_above_what_was_cleared_is_not_stuck() -> None:
    assert stuck((0, 1_100), (600, 1_100)) == [False, False]


def test_one_report_in_order_begins_the_count_anew() -> None:
    assert stuck((0, 1_101), (200, 1_000), (300, 1_101), (599, 1_101)) == [False] * 4


def test_stuck_output_is_told_with_what_was_cleared() -> None:
    watch = StuckWatch()
    watch.judge(report(amplitude_ua=5_000), 0)
    told = watch.judge(report(amplitude_ua=5_000, heard_ns=SECOND), 0)
    assert told == "channel 1 reports 5000 µA where 0 µA were cleared"
