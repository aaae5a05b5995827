"""Compare: what is accepted, and that each planted fault is found. The unit here is a few lines that obey the plan."""

import json
import time
from dataclasses import replace

import pytest
from plans import person

from stimctl.errors import ConfigError
from stimctl.model.limits import CONSUMER
from stimctl.program import loader
from stimctl.program.compare import Comparison, compare
from stimctl.program.compile import compile_plan
from stimctl.program.delivered_file import Delivered, DeliveredRecord, parse_delivered
from stimctl.program.timeline_file import Timeline, TimelineRecord, parse_timeline, timeline_lines

SHIFT_US = 7_654_321


def timeline_of(name: str) -> Timeline:
    plan = loader.load(name).plan
    people = dict.fromkeys(plan.channels, person(6, 18))
    return parse_timeline(timeline_lines(plan, compile_plan(plan, people, CONSUMER), people, CONSUMER), "test")


DEMO = timeline_of("demo")


def delivered(records: list[DeliveredRecord], torn: bool = False) -> Delivered:
    return Delivered(model="test", records=tuple(sorted(records, key=lambda one: one.t_us)), torn=torn, end="closed")


def obey(timeline: Timeline, shift_us: int = SHIFT_US, every: int = 1) -> list[DeliveredRecord]:
    """Every pulse of a unit that does what the plan says, and the zero where each channel ends."""
    out: list[DeliveredRecord] = []
    for channel in sorted({one.channel for one in timeline.records}):
        pulses, last_us, end_us = 0, None, 0
        for one in [one for one in timeline.records if one.channel == channel]:
            if one.start_us > end_us:
                out.append(DeliveredRecord(end_us + shift_us, channel, 0, pulses))
            at_us = one.start_us if last_us is None else max(one.start_us, last_us + one.pulse_period_us)
            while at_us < one.end_us:
                rise_ua = one.amplitude_end_ua - one.amplitude_start_ua
                ua = one.amplitude_start_ua + rise_ua * (at_us - one.start_us) // (one.end_us - one.start_us)
                if ua:
                    pulses += 1
                    if pulses == 1 or pulses % every == 0:
                        out.append(DeliveredRecord(at_us + shift_us, channel, ua, pulses))
                last_us, at_us = at_us, at_us + one.pulse_period_us
            end_us = one.end_us
        out.append(DeliveredRecord(end_us + shift_us, channel, 0, pulses))
    return out


def compared(records: list[DeliveredRecord], timeline: Timeline = DEMO) -> Comparison:
    return compare(timeline, delivered(records))


def test_an_exact_delivery_is_within_at_any_shift():
    found = compared(obey(DEMO))
    assert found.within
    assert found.deviation.by_ua == found.above_plan.by_ua == 0
    assert abs(found.shift_us - SHIFT_US) <= 20_000


def test_the_exact_number_of_pulses_is_planned():
    assert [stretch.planned - stretch.delivered for stretch in compared(obey(DEMO)).pulses] == [0, 0]


def test_records_held_between_slow_pulses_are_not_judged():
    held = [replace(one, t_us=one.t_us + 100_000, pulses=one.pulses) for one in obey(DEMO) if one.amplitude_ua]
    assert compared([*obey(DEMO), *held[-1:]]).judged == len(obey(DEMO))


def test_one_channel_that_is_late_is_found():
    late = [replace(one, t_us=one.t_us + 400_000) if one.channel == 2 else one for one in obey(DEMO)]
    found = compared(late)
    assert not found.within
    assert {stray.channel for stray in found.outside} <= {1, 2}
    assert found.deviation.by_ua > found.deviation.allowed_ua


def test_both_channels_equally_late_is_a_shift_and_not_a_deviation():
    assert compared(obey(DEMO, SHIFT_US + 400_000)).within


def test_a_pulse_above_the_plan_is_found_with_its_time_and_channel():
    records = obey(DEMO)
    index = next(i for i, one in enumerate(records) if one.channel == 2 and one.amplitude_ua == 7_160)
    records[index] = replace(records[index], amplitude_ua=7_160 + 90)
    found = compared(records)
    assert not found.within
    assert (found.above_plan.at_us, found.above_plan.channel) == (records[index].t_us, 2)
    assert found.above_plan.by_ua == pytest.approx(90, abs=20)
    assert found.deviation.within


def test_a_channel_that_is_too_low_is_found():
    low = [replace(one, amplitude_ua=one.amplitude_ua * 95 // 100) if one.channel == 1 else one for one in obey(DEMO)]
    found = compared(low)
    assert not found.within
    assert {stray.channel for stray in found.outside} == {1}


def test_two_missing_pulses_are_forgiven_and_three_are_not():
    def missing(number: int) -> Comparison:
        return compared([replace(one, pulses=max(0, one.pulses - number)) for one in obey(DEMO)])

    assert missing(2).within
    assert [stretch.delivered - stretch.planned for stretch in missing(3).pulses_outside] == [-3, -3]


def test_a_delivery_that_stops_half_way_lacks_pulses():
    found = compared([one for one in obey(DEMO) if one.t_us < SHIFT_US + 20_000_000])
    assert not found.within
    assert len(found.pulses_outside) == 2


def test_a_delivery_of_nothing_is_not_within():
    assert not compared([]).within


def test_current_on_a_channel_that_has_no_plan_is_found():
    assert not compared([*obey(DEMO), DeliveredRecord(SHIFT_US + 9_000_000, 3, 500, 1)]).within


def test_output_after_the_plan_is_over_is_found():
    last = max(one.pulses for one in obey(DEMO))
    found = compared([*obey(DEMO), DeliveredRecord(SHIFT_US + 41_000_000, 1, 400, last + 1)])
    assert {stray.at_us for stray in found.outside} == {SHIFT_US + 41_000_000}
    assert [stray.rule for stray in found.outside] == ["above plan", "deviation"]


def trains() -> Timeline:
    records = [
        TimelineRecord(start_us, start_us + 200_000, 1, first_ua, last_ua, 100, 12_500)
        for train in range(4)
        for start_us, first_ua, last_ua in (
            (train * 1_000_000, 0, 200),
            (train * 1_000_000 + 200_000, 200, 200),
            (train * 1_000_000 + 400_000, 200, 0),
        )
    ]
    return Timeline(program="trains", sha256="0", duration_us=4_000_000, records=tuple(records))


def test_pulses_are_counted_in_each_stretch_of_plan_above_zero():
    found = compared(obey(trains()), trains())
    assert found.within
    assert [stretch.start_us for stretch in found.pulses] == [0, 1_000_000, 2_000_000, 3_000_000]


def test_pulses_moved_from_one_stretch_to_another_are_found():
    fewer = [replace(one, pulses=one.pulses - 5) if one.t_us < SHIFT_US + 1_900_000 else one for one in obey(trains())]
    found = compared([one for one in fewer if one.pulses > 0], trains())
    assert [stretch.start_us for stretch in found.pulses_outside] == [0, 2_000_000]


def test_the_shift_is_the_best_of_the_whole_interval():
    slow = Timeline(
        program="slow",
        sha256="0",
        duration_us=2_000_000,
        records=tuple(
            TimelineRecord(
                at_us, at_us + 200_000, 1, 20 * at_us // 1_000, 20 * (at_us + 200_000) // 1_000, 100, 250_000
            )
            for at_us in range(0, 2_000_000, 200_000)
        ),
    )
    records = [replace(one, t_us=one.t_us + 3_000) for one in obey(slow)]
    assert compared(records, slow).deviation.by_ua <= 1


def test_a_long_program_is_compared_in_a_few_seconds():
    timeline = timeline_of("surface-to-deep")
    records = obey(timeline, every=7)
    began = time.perf_counter()
    assert compare(timeline, delivered(records)).within
    assert len(timeline.records) > 15_000
    assert len(records) > 20_000
    assert time.perf_counter() - began < 5


HEADER = {"format": "stimctl.delivered", "version": 1, "model": "stimlink", "channels": 2}
RECORD = {"t_us": 5, "channel": 1, "amplitude_ua": 10, "phase_duration_us": 100, "pulses": 1}


def lines(*objects: object) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in objects)


def test_a_delivered_file_is_read_to_its_end():
    found = parse_delivered(lines(HEADER, RECORD, {"t_us": 9, "end": "signal", "worst_late_us": 3}), "d")
    assert (found.records, found.torn, found.end) == ((DeliveredRecord(5, 1, 10, 1),), False, "signal")


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_last_line_that_is_torn_is_left_out_and_said(cut):
    found = parse_delivered(lines(HEADER, RECORD) + lines(RECORD)[:-1][:-cut], "d")
    assert (len(found.records), found.torn, found.end) == (1, True, None)


def test_compare_says_that_the_file_was_torn():
    assert compare(DEMO, delivered(obey(DEMO), torn=True)).torn


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "d:1: not a delivered file"),
        (b"\xff\xfe\n", "d:1: not a delivered file"),
        (lines({"format": "stimctl.timeline", "version": 1}), "d:1: not a delivered file"),
        (lines({**HEADER, "version": 2}), "d:1: version is 2, this stimctl reads 1"),
        (lines(HEADER) + b"oops\n" + lines(RECORD), "d:2: found b'oops'"),
        (lines(HEADER, {**RECORD, "pulses": "7"}), "d:2: pulses is '7'"),
        (lines(HEADER, {**RECORD, "amplitude_ua": -1}), "d:2: amplitude_ua is -1"),
        (lines(HEADER, {**RECORD, "amplitude_ua": True}), "d:2: amplitude_ua is True"),
        (lines(HEADER, {"t_us": 1, "channel": 1, "level_permille": 3, "pulses": 1}), "without a calibrated output"),
        (lines(HEADER, {**RECORD, "pulses": 4}, {**RECORD, "t_us": 6}), "go back from 4 to 1"),
        (lines(HEADER, {"t_us": 9, "end": "closed"}, RECORD), "d:3: a record after the end"),
    ],
)
def test_an_unusable_delivered_file_is_refused_with_its_line(content, sentence):
    with pytest.raises(ConfigError) as refused:
        parse_delivered(content, "d")
    assert sentence in str(refused.value)


def test_a_timeline_comes_back_as_it_was_written():
    plan = loader.load("demo").plan
    people = dict.fromkeys(plan.channels, person(6, 18))
    whole = compile_plan(plan, people, CONSUMER)
    assert DEMO.sha256 == plan.sha256
    assert DEMO.duration_us == 40_000_000
    assert [(one.start_us * 1_000, one.end_us * 1_000, one.channel, one.amplitude_end_ua) for one in DEMO.records] == [
        (one.start_ns, one.end_ns, one.channel, one.amplitude_end_ua) for one in whole.segments if not one.is_rest
    ]


T_HEADER = {"format": "stimctl.timeline", "version": 1, "program": "p", "sha256": "0", "duration_us": 1}
T_RECORD = {
    "start_us": 0,
    "end_us": 9,
    "channel": 1,
    "amplitude_start_ua": 0,
    "amplitude_end_ua": 1,
    "phase_duration_us": 100,
    "pulse_period_us": 12_500,
}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "t:1: not JSON"),
        (lines(HEADER), "t:1: format is 'stimctl.delivered'"),
        (lines({**T_HEADER, "version": 9}), "t:1: version is 9"),
        (lines({"format": "stimctl.timeline", "version": 1}), "the header needs program"),
        (lines(T_HEADER, [1]), "t:2: found '[1]', allowed: a JSON object"),
        (lines(T_HEADER) + b"{", "t:2: not JSON"),
        (lines(T_HEADER, {**T_RECORD, "extra": 1}), "t:2: extra missing or unknown"),
        (lines(T_HEADER, {**T_RECORD, "channel": 1.0}), "t:2: channel is 1.0"),
        (lines(T_HEADER, {**T_RECORD, "end_us": 0}), "t:2: needs end_us after start_us"),
        (lines(T_HEADER, T_RECORD, T_RECORD), "t:3: start_us is 0, allowed from 9 on"),
    ],
)
def test_an_unusable_timeline_is_refused_with_its_line(content, sentence):
    with pytest.raises(ConfigError) as refused:
        parse_timeline(content.decode().splitlines(), "t")
    assert sentence in str(refused.value)


def test_timelines_and_deliveries_are_read_from_files(tmp_path):
    (tmp_path / "t.jsonl").write_bytes(lines(T_HEADER, T_RECORD))
    (tmp_path / "d.jsonl").write_bytes(lines(HEADER, RECORD))
    assert len(loader.load_timeline(tmp_path / "t.jsonl").records) == 1
    assert len(loader.load_delivered(tmp_path / "d.jsonl").records) == 1
    with pytest.raises(ConfigError, match="no such file"):
        loader.load_delivered(tmp_path / "none.jsonl")
