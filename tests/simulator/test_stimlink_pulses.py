"""Where pulses fall (SPEC.md 6 and 8)."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stimlink_bench import CEILINGS, MS, Pulse, StimlinkBench, status

from firmware_protocol.stimlink.events import Hello
from simulator.electrode_skin import ElectrodeSkin
from simulator.electrodes import Electrodes, Lift


@pytest.fixture
def bench():
    bench = StimlinkBench()
    bench.arm()
    return bench


def spacing(bench):
    return [later - earlier for earlier, later in pairwise(bench.times())]


def test_a_pulse_takes_the_amplitude_of_its_first_instant_rounded_down(bench):
    bench.segment(10 * MS, 110 * MS, 0, 9)
    bench.run_to(109 * MS)
    line = [9 * n // 10 * 10 for n in range(10)]
    assert bench.pulses() == [Pulse((10 + 10 * n) * MS, ua) for n, ua in enumerate(line) if ua]


def test_the_first_pulse_of_an_arm_falls_at_the_start_of_its_first_segment(bench):
    bench.arm(2)
    bench.segment(33 * MS, 133 * MS, 0, 10, period_us=25_000)
    bench.run_to(132 * MS)
    assert bench.times() == [58 * MS, 83 * MS, 108 * MS]


def test_the_phase_goes_on_across_a_joint(bench):
    bench.segment(10 * MS, 105 * MS, 0, 10)
    bench.segment(105 * MS, 205 * MS, 10)
    bench.run_to(204 * MS)
    assert set(spacing(bench)) == {10 * MS}


def test_a_pulse_at_the_end_of_a_segment_belongs_to_the_next(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 210 * MS, 5)
    bench.run_to(209 * MS)
    assert Pulse(110 * MS, 50) in bench.pulses()


def test_a_new_period_counts_from_the_last_pulse(bench):
    bench.segment(10 * MS, 105 * MS, 0, 10)
    bench.segment(105 * MS, 205 * MS, 10, period_us=40_000)
    bench.run_to(204 * MS)
    assert bench.times()[-2:] == [140 * MS, 180 * MS]


def test_a_pulse_that_is_past_falls_at_the_joint_and_none_is_made_up(bench):
    bench.segment(10 * MS, 200 * MS, 0, 10, period_us=80_000)
    bench.segment(200 * MS, 250 * MS, 10, period_us=10_000)
    bench.run_to(249 * MS)
    assert bench.times() == [90 * MS, 170 * MS, 200 * MS, 210 * MS, 220 * MS, 230 * MS, 240 * MS]


def test_no_pulse_falls_in_a_rest(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.segment(110 * MS, 210 * MS, 0)
    bench.segment(210 * MS, 310 * MS, 0, 10)
    bench.run_to(309 * MS)
    assert not [t for t in bench.times() if 110 * MS <= t < 210 * MS]


def test_the_phase_goes_on_across_a_short_rest(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10, period_us=60_000)
    bench.segment(110 * MS, 120 * MS, 0, period_us=60_000)
    bench.segment(120 * MS, 220 * MS, 0, 10, period_us=60_000)
    bench.run_to(219 * MS)
    assert bench.times() == [70 * MS, 130 * MS, 190 * MS]


def test_a_pulse_at_zero_keeps_the_phase_and_is_not_counted(bench):
    bench.segment(10 * MS, 50 * MS, 0, 0 + 1, period_us=30_000)
    bench.segment(50 * MS, 150 * MS, 1, 10, period_us=30_000)
    bench.run_to(149 * MS)
    assert bench.times() == [70 * MS, 100 * MS, 130 * MS]


def test_a_segment_may_hold_no_pulse(bench):
    bench.segment(10 * MS, 210 * MS, 0, 20, period_us=150_000)
    bench.segment(210 * MS, 260 * MS, 20, period_us=150_000)
    bench.segment(260 * MS, 360 * MS, 20, period_us=150_000)
    bench.run_to(359 * MS)
    assert bench.times() == [160 * MS, 310 * MS]


def test_a_new_arm_has_a_phase_of_its_own(bench):
    bench.segment(10 * MS, 210 * MS, 0, 20, period_us=60_000)
    bench.run_to(135 * MS)
    bench.stop()
    bench.arm()
    bench.segment(140 * MS, 340 * MS, 0, 20, period_us=60_000)
    bench.run_to(339 * MS)
    assert bench.times() == [70 * MS, 130 * MS, 200 * MS, 260 * MS, 320 * MS]


def test_a_new_arm_may_not_pulse_closer_to_the_last_than_the_shortest_period(bench):
    bench.segment(10 * MS, 110 * MS, 0, 10)
    bench.run_to(100 * MS)
    bench.stop()
    bench.arm()
    bench.segment(101 * MS, 201 * MS, 0, 11, period_us=6666)
    bench.run_to(200 * MS)
    assert bench.times()[bench.times().index(100 * MS) + 1] >= 106_666


def test_current_is_held_back_by_compliance():
    bench = StimlinkBench(ohms=120_000 * 100)
    bench.arm()
    bench.segment(10 * MS, 210 * MS, 0, 20)
    bench.run_to(209 * MS)
    assert set(bench.amplitudes()) == {10}


def test_pulses_keep_the_devices_time_and_are_recorded_in_true_time():
    bench = StimlinkBench(skew_ppm=100_000)
    bench.arm()
    bench.segment(10 * MS, 100 * MS, 0, 9)
    bench.run_to(99 * MS)
    assert bench.times()[0] // MS == 28
    assert set(spacing(bench)) <= {9_090, 9_091}


def test_pulses_are_the_same_however_often_the_device_is_asked():
    felt = []
    for every_us in (1_000, 7_919, 400_000):
        bench = StimlinkBench()
        bench.arm()
        bench.segment(10 * MS, 210 * MS, 0, 20, period_us=7_000)
        bench.segment(210 * MS, 300 * MS, 20, 3, period_us=9_000)
        bench.segment(300 * MS, 400 * MS, 3, 0)
        for at_us in range(0, 800_001, every_us):
            bench.device.advance(at_us * 1000)
        felt.append((bench.pulses(), bench.sink.entries))
    assert felt[0] == felt[1] == felt[2]


def test_current_held_back_by_skin_that_changes_is_the_same_however_often_the_device_is_asked():
    felt = []
    for every_us in (1_000, 7_919, 100_000):
        # so much resistance that compliance is all that counts, and contact that goes by the second
        lifting = Electrodes(series_ohm=2_000_000, lift=Lift(from_s=0, over_s=4, to_permille=200))
        bench = StimlinkBench(skin=ElectrodeSkin([lifting, lifting]))
        bench.arm()
        bench.segment(10 * MS, 210 * MS, 0, 20)
        for begin_us in range(210 * MS, 2_500 * MS, 280 * MS):
            bench.segment(begin_us, begin_us + 280 * MS, 20)
            for at_us in range(begin_us - 190 * MS, begin_us + 90 * MS, every_us):
                bench.run_to(at_us)
            bench.run_to(begin_us + 90 * MS)
        felt.append(bench.pulses())
    assert len({pulse.amplitude_ua for pulse in felt[0][30:]}) == 3
    assert felt[0] == felt[1] == felt[2]


def test_the_load_that_is_reported_is_that_of_the_latest_pulse():
    # skin so thin that every 10 µA show
    skin = ElectrodeSkin([Electrodes(halving_ua_per_cm2=1), Electrodes()])
    bench = StimlinkBench(skin=skin)
    bench.say(Hello())
    bench.arm()
    bench.segment(10 * MS, 310 * MS, 0, 30)
    heard = bench.run_to(300 * MS)
    assert status(heard).load_ohm == skin.load_ohm(1, 200, 10 * status(heard).amplitude, 0)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 100 * MS), st.sampled_from([6666, 7_000, 12_500, 33_333, 150_000]), st.booleans()),
        min_size=1,
        max_size=12,
    )
)
def test_pulses_are_never_closer_than_the_shortest_period_nor_outside_a_segment(plan):
    bench = StimlinkBench()
    bench.arm()
    at_us, top = 10 * MS, 0
    for length_us, period_us, is_rest in plan:
        last = 0 if is_rest else 10
        first = 0 if is_rest else min(top, 10)
        bench.segment(at_us, at_us + length_us, first, min(last, first + 1), period_us=period_us)
        at_us, top = at_us + length_us, min(last, first + 1)
        bench.run_to(at_us - 1)
    bench.run_to(at_us + 1_000 * MS)
    assert all(gap >= CEILINGS.shortest_period_us for gap in spacing(bench))
    assert all(10 * MS <= t < at_us for t in bench.times())
