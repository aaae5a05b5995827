"""The body under the electrodes: a sample a channel and 200 ms, of what really flowed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.body import Body
from simulator.delivered import Header, MemorySink, PulseShape, Recorder
from simulator.electrode_skin import ElectrodeSkin
from simulator.electrodes import Electrodes
from simulator.feeling import BodyThresholds, feel
from simulator.skin import ResistiveSkin

MS = 1000
SECOND = 1_000_000

PERSON = BodyThresholds(sensory_ua=6_000, motor_ua=10_000, comfort_ua=18_000, at_phase_us=200)


def shape(period_us=10 * MS, phase_us=200):
    return PulseShape(phase_us, 0, period_us)


def make(thresholds=PERSON):
    return Body([thresholds, thresholds], ElectrodeSkin([Electrodes(), Electrodes()]))


@pytest.fixture
def body():
    return make()


def hold(body, from_us, to_us, amplitude_ua, *, period_us=10 * MS, phase_us=200, channel=1, every_us=200 * MS):
    """Pulses of one amplitude, told as a recorder tells them."""
    for begin_us in range(from_us, to_us, every_us):
        end_us = min(begin_us + every_us, to_us)
        first_us = from_us + -(-(begin_us - from_us) // period_us) * period_us
        times = range(first_us, end_us, period_us)
        if times:
            body.train(channel, times, [amplitude_ua] * len(times), shape(period_us, phase_us))
        body.advance(end_us)


def test_there_is_a_sample_every_200_ms(body):
    hold(body, 0, SECOND, 12_000)
    assert [sample.t_us for sample in body.samples(1)] == [200 * MS * n for n in range(1, 6)]


def test_a_body_that_nothing_happens_to_is_sampled_too(body):
    body.advance(SECOND)
    assert [(sample.peak_ua, sample.feel, sample.load_ohm) for sample in body.samples(2)] == [(0, 0.0, None)] * 5


def test_a_sample_has_the_strongest_pulse_of_its_window(body):
    body.train(1, [50 * MS, 100 * MS, 150 * MS], [7_000, 9_000, 8_000], shape(50 * MS))
    body.advance(200 * MS)
    assert body.samples(1)[0].peak_ua == 9_000


def test_a_pulse_at_the_end_of_a_window_belongs_to_the_next(body):
    body.train(1, [200 * MS], [9_000], shape())
    body.advance(400 * MS)
    assert [sample.peak_ua for sample in body.samples(1)] == [0, 9_000]


def test_what_is_felt_first_is_by_the_thresholds(body):
    hold(body, 0, 200 * MS, 12_000)
    assert body.samples(1)[0].feel == feel(12_000, PERSON)


def test_the_same_feels_less_after_a_while(body):
    hold(body, 0, 60 * SECOND, 12_000)
    assert body.samples(1)[-1].feel < 0.95 * body.samples(1)[0].feel


def test_what_alternates_is_got_used_to_more_slowly(body):
    steady = make()
    hold(steady, 0, 60 * SECOND, 12_000)
    for at_s in range(60):
        hold(body, at_s * SECOND, (at_s + 1) * SECOND, 12_000, period_us=(10 + at_s % 2) * MS)
    assert body.samples(1)[-1].feel > steady.samples(1)[-1].feel


def test_what_swells_is_got_used_to_more_slowly(body):
    steady = make()
    for at_s in range(60):
        hold(steady, at_s * SECOND, (at_s + 1) * SECOND, 12_000)
        hold(body, at_s * SECOND, (at_s + 1) * SECOND, 10_000 if at_s % 2 == 0 else 12_000)
    assert body.samples(1)[-1].feel > steady.samples(1)[-1].feel


def test_a_pulse_is_felt_at_its_own_duration_when_another_follows_in_the_window(body):
    body.train(1, [10 * MS], [12_000], shape(phase_us=200))
    body.train(1, [20 * MS], [12_000], shape(phase_us=50))
    body.advance(200 * MS)
    assert body.samples(1)[0].feel == feel(12_000, PERSON)


def test_the_load_is_the_skins_at_the_strongest_pulse(body):
    hold(body, 0, 200 * MS, 20_000)
    assert body.samples(1)[0].load_ohm == 690


def test_the_load_of_a_pulse_is_kept_when_the_electrode_comes_off_after_it(body):
    body.train(1, [10 * MS], [20_000], shape())
    body.skin.set_attached(1, False)
    body.off(1, 20 * MS)
    body.advance(200 * MS)
    assert body.samples(1)[0].load_ohm == 690


def test_a_shorter_phase_at_the_same_amplitude_moves_less():
    long, short = make(), make()
    hold(long, 0, SECOND, 15_000)
    hold(short, 0, SECOND, 15_000)
    hold(long, SECOND, 2 * SECOND, 15_000)
    hold(short, SECOND, 2 * SECOND, 15_000, phase_us=100)
    assert short.samples(1)[-1].contraction < 0.5 * long.samples(1)[-1].contraction


def test_contraction_is_never_more_than_the_whole_muscle(body):
    hold(body, 0, SECOND, 100_000, period_us=6_667)
    assert max(sample.contraction for sample in body.samples(1)) == 1


def test_a_unit_that_is_left_running_keeps_two_hours(body):
    body.advance(3 * 3_600 * SECOND)
    assert len(body.samples(1)) == 2 * 3_600 * 5


def test_current_under_the_motor_threshold_hardly_moves_the_muscle(body):
    hold(body, 0, SECOND, 8_000)
    assert max(sample.contraction for sample in body.samples(1)) < 0.01


def test_the_comfortable_maximum_contracts_most_of_the_muscle(body):
    hold(body, 0, SECOND, 18_000)
    assert body.samples(1)[-1].contraction > 0.8


def test_contraction_goes_away_after_output_ends(body):
    hold(body, 0, SECOND, 18_000)
    body.off(1, SECOND)
    body.advance(3 * SECOND)
    assert body.samples(1)[-1].contraction < 0.001


def test_work_tires(body):
    hold(body, 0, 60 * SECOND, 18_000)
    assert body.samples(1)[-1].strength_left < 0.7


def test_a_channel_that_rests_does_not_tire(body):
    hold(body, 0, 10 * SECOND, 18_000)
    assert body.samples(2)[-1].strength_left == 1


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(1, 700 * MS), st.integers(6_666, 150 * MS), st.integers(1, 30_000))
def test_samples_do_not_depend_on_how_often_anybody_asks(every_us, period_us, amplitude_ua):
    often, rarely = make(), make()
    hold(rarely, 0, 2 * SECOND, amplitude_ua, period_us=period_us, every_us=2 * SECOND)
    hold(often, 0, 2 * SECOND, amplitude_ua, period_us=period_us, every_us=max(5 * MS, every_us))
    assert list(often.samples(1)) == list(rarely.samples(1))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(0, 60_000), st.integers(0, 60_000))
def test_a_stronger_session_never_feels_weaker(one, other):
    weak, strong = make(), make()
    hold(weak, 0, SECOND, min(one, other))
    hold(strong, 0, SECOND, max(one, other))
    assert weak.samples(1)[0].feel <= strong.samples(1)[0].feel


def test_a_recorder_lets_its_witness_hear_every_pulse():
    body = make()
    header = Header(model="stimlink", channels=2, seed=1, start_wall="", start_monotonic_ns=0)
    recorder = Recorder(MemorySink(), header, body)
    recorder.train(2, [10 * MS], [9_000], shape())
    recorder.advance(200 * MS)
    assert body.samples(2)[0].peak_ua == 9_000


def test_a_body_may_stand_on_any_skin():
    body = Body([PERSON], ResistiveSkin(1, 500))
    hold(body, 0, 200 * MS, 9_000)
    assert body.samples(1)[0].load_ohm == 500
