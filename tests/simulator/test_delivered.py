"""The record of what the skin felt."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.delivered import Ending, Header, MemorySink, PulseShape, Recorder
from simulator.record_file import RecordFile

MS = 1000
HEADER = Header(model="stimlink", channels=2, seed=7, start_wall="2030-01-01T00:00:00Z", start_monotonic_ns=5)


def shape(period_us):
    return PulseShape(200, 0, period_us)


@pytest.fixture
def sink():
    return MemorySink()


@pytest.fixture
def recorder(sink):
    return Recorder(sink, HEADER)


def hold(recorder, from_us, to_us, period_us, amplitude_ua):
    times = range(from_us, to_us, period_us)
    recorder.train(1, times, [amplitude_ua] * len(times), shape(period_us))


def lines(sink, channel=1):
    return [(felt.t_us / MS, felt.amplitude_ua, felt.pulses) for felt in sink.felt(channel)]


def test_the_first_line_says_what_is_recorded(recorder, sink):
    assert json.loads(sink.entries[0].line()) == {
        "format": "stimctl.delivered",
        "version": 1,
        "model": "stimlink",
        "channels": 2,
        "seed": 7,
        "start_wall": "2030-01-01T00:00:00Z",
        "start_monotonic_ns": 5,
    }


def test_a_record_has_the_agreed_keys(recorder, sink):
    hold(recorder, 5 * MS, 6 * MS, 10 * MS, 500)
    assert json.loads(sink.felt()[0].line()) == {
        "t_us": 5000,
        "channel": 1,
        "amplitude_ua": 500,
        "phase_duration_us": 200,
        "interphase_us": 0,
        "pulse_period_us": 10_000,
        "pulses": 1,
    }


def test_the_first_pulse_above_zero_is_recorded(recorder, sink):
    recorder.train(1, [0, 10 * MS, 20 * MS], [0, 0, 10], shape(10 * MS))
    assert lines(sink) == [(20, 10, 1)]


@pytest.mark.parametrize(("next_ua", "recorded"), [(1009, False), (1010, True), (991, False), (990, True)])
def test_a_change_of_one_percent_is_recorded(recorder, sink, next_ua, recorded):
    recorder.train(1, [0, 20 * MS], [1000, next_ua], shape(20 * MS))
    assert (len(sink.felt()) == 2) is recorded


@pytest.mark.parametrize(("next_ua", "recorded"), [(20_099, False), (20_100, True)])
def test_a_change_of_100_ua_is_recorded_where_that_is_less(recorder, sink, next_ua, recorded):
    recorder.train(1, [0, 20 * MS], [20_000, next_ua], shape(20 * MS))
    assert (len(sink.felt()) == 2) is recorded


def test_a_change_of_rate_is_recorded(recorder, sink):
    hold(recorder, 0, 1, 20 * MS, 1000)
    hold(recorder, 20 * MS, 21 * MS, 30 * MS, 1000)
    assert lines(sink) == [(0, 1000, 1), (20, 1000, 2)]


def test_small_changes_add_up_against_the_last_record(recorder, sink):
    recorder.train(1, [n * 20 * MS for n in range(4)], [1000, 1004, 1008, 1012], shape(20 * MS))
    assert lines(sink) == [(0, 1000, 1), (60, 1012, 4)]


def test_changes_come_at_most_every_10_ms(recorder, sink):
    times = range(0, 60 * MS, 7 * MS)
    recorder.train(1, times, [1000 + n * 100 for n in range(len(times))], shape(7 * MS))
    assert [t_ms for t_ms, _, _ in lines(sink)] == [0, 14, 28, 42, 56]


def test_a_steady_output_is_recorded_every_100_ms_at_a_pulse(recorder, sink):
    hold(recorder, 0, 400 * MS, 12_500, 1000)
    assert lines(sink) == [(0, 1000, 1), (100, 1000, 9), (200, 1000, 17), (300, 1000, 25)]


def test_a_period_that_does_not_divide_100_ms_is_recorded_a_little_earlier(recorder, sink):
    hold(recorder, 0, 300 * MS, 30 * MS, 1000)
    assert [t_ms for t_ms, _, _ in lines(sink)] == [0, 90, 180, 270]


def test_slow_pulses_are_each_recorded_and_held_between(recorder, sink):
    hold(recorder, 0, 500 * MS, 250 * MS, 1000)
    recorder.advance(450 * MS)
    assert lines(sink) == [(0, 1000, 1), (100, 1000, 1), (200, 1000, 1), (250, 1000, 2), (350, 1000, 2), (450, 1000, 2)]


def test_a_pulse_that_no_record_shows_is_recorded_at_its_own_time_when_one_is_due(recorder, sink):
    hold(recorder, 0, 50 * MS, 20 * MS, 1000)
    recorder.advance(100 * MS)
    assert lines(sink) == [(0, 1000, 1), (40, 1000, 3)]


def test_the_end_of_output_is_a_zero_at_once(recorder, sink):
    hold(recorder, 0, 1, 10 * MS, 1000)
    recorder.off(1, 3 * MS)
    assert lines(sink) == [(0, 1000, 1), (3, 0, 1)]


def test_what_was_due_before_the_end_of_output_comes_first(recorder, sink):
    hold(recorder, 0, 1, 500 * MS, 1000)
    recorder.off(1, 200 * MS)
    assert lines(sink) == [(0, 1000, 1), (100, 1000, 1), (200, 0, 1)]


def test_the_end_of_output_is_recorded_once(recorder, sink):
    hold(recorder, 0, 1, 10 * MS, 1000)
    recorder.off(1, 3 * MS)
    recorder.off(1, 9 * MS)
    recorder.advance(900 * MS)
    assert len(sink.felt()) == 2


def test_the_pulses_before_a_zero_are_recorded_at_their_own_time(recorder, sink):
    hold(recorder, 0, 50 * MS, 20 * MS, 1000)
    recorder.off(1, 55 * MS)
    assert lines(sink) == [(0, 1000, 1), (40, 1000, 3), (55, 0, 3)]


def test_a_pulse_at_zero_ends_output(recorder, sink):
    recorder.train(1, [0, 10 * MS, 20 * MS], [10, 0, 10], shape(10 * MS))
    assert lines(sink) == [(0, 10, 1), (10, 0, 1), (20, 10, 2)]


def test_channels_have_records_of_their_own(recorder, sink):
    hold(recorder, 0, 1, 10 * MS, 1000)
    assert lines(sink, 2) == []


def test_the_last_line_follows_a_zero_for_what_is_still_on(recorder, sink):
    hold(recorder, 0, 1, 10 * MS, 1000)
    recorder.close("signal", 5 * MS, 42)
    assert lines(sink)[-1] == (5, 0, 1)
    assert sink.entries[-1] == Ending(t_us=5 * MS, end="signal", worst_late_us=42)


def test_a_record_file_is_readable_line_by_line_while_it_is_written(tmp_path):
    path = tmp_path / "delivered.jsonl"
    with RecordFile(path) as file:
        recorder = Recorder(file, HEADER)
        hold(recorder, 0, 1, 10 * MS, 1000)
        assert [json.loads(line) for line in path.read_text().splitlines()][1]["pulses"] == 1


_TRAINS = st.lists(
    st.tuples(st.sampled_from([6666, 7000, 12_500, 33_333, 99_000, 100_000, 101_000, 333_333]),
              st.integers(0, 400 * MS),
              st.integers(0, 3000), st.integers(0, 3000), st.booleans()),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(derandomize=True, max_examples=200, deadline=None)
@given(_TRAINS)
def test_the_rules_hold_for_any_trains(trains):
    sink = MemorySink()
    recorder = Recorder(sink, HEADER)
    fallen = []
    at_us = last_us = 0
    for period_us, length_us, first_ua, last_ua, ends in trains:
        at_us = max(at_us, last_us + period_us)
        times = range(at_us, at_us + length_us, period_us)
        amplitudes = [first_ua + (last_ua - first_ua) * n // max(1, len(times)) for n in range(len(times))]
        recorder.train(1, times, amplitudes, shape(period_us))
        fallen += [t for t, a in zip(times, amplitudes, strict=True) if a]
        last_us = times[-1] if times else last_us
        at_us += length_us
        recorder.advance(at_us - 1)
        if ends:
            recorder.off(1, at_us)
    recorder.close("closed", at_us, 0)
    felt = sink.felt()
    assert felt == sorted(felt, key=lambda record: record.t_us)
    assert (felt[-1].amplitude_ua, felt[-1].pulses) == (0, len(fallen)) if fallen else not felt
    for one, other in pairwise(felt):
        grown = other.pulses > one.pulses
        if other.amplitude_ua and grown:
            assert other.t_us == fallen[other.pulses - 1]
        if one.amplitude_ua:
            assert other.t_us - one.t_us <= 100 * MS
        else:
            assert grown
        assert other.pulses - one.pulses <= (other.t_us - one.t_us) // 6666 + 1


class Listener:
    """Keeps what a witness hears."""

    def __init__(self):
        self.heard = []

    def train(self, channel, times_us, amplitudes_ua, shape):
        self.heard.append(("train", channel, list(times_us), list(amplitudes_ua), shape))

    def off(self, channel, t_us):
        self.heard.append(("off", channel, t_us))

    def advance(self, now_us):
        self.heard.append(("advance", now_us))


def test_a_witness_hears_what_the_recorder_hears(sink):
    listener = Listener()
    recorder = Recorder(sink, HEADER, listener)
    recorder.train(1, [0, 10 * MS], [500, 510], shape(10 * MS))
    recorder.advance(15 * MS)
    recorder.off(1, 16 * MS)
    assert listener.heard == [
        ("train", 1, [0, 10 * MS], [500, 510], shape(10 * MS)),
        ("advance", 15 * MS),
        ("off", 1, 16 * MS),
    ]


def test_a_witness_hears_the_end_of_every_channel_when_the_record_is_closed(sink):
    listener = Listener()
    Recorder(sink, HEADER, listener).close("closed", 5 * MS, 0)
    assert listener.heard == [("advance", 5 * MS), ("off", 1, 5 * MS), ("off", 2, 5 * MS)]
