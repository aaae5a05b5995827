"""The output stage: stuck, cut off, and both, by what the record says of it."""

from simulator.delivered import Felt, FeltLevel, Header, MemorySink, PulseShape, Recorder
from simulator.output_stage import OutputStage

SHAPE = PulseShape(200, 100, 10_000)


def stage() -> tuple[OutputStage, MemorySink]:
    sink = MemorySink()
    header = Header(model="x", channels=2, seed=1, start_wall="", start_monotonic_ns=0)
    return OutputStage(Recorder(sink, header), 2), sink


def flowing(at: int = 100_000) -> tuple[OutputStage, MemorySink]:
    output, sink = stage()
    output.train(1, [at - 10_000, at], [4_000, 5_000], SHAPE)
    output.advance(at)
    return output, sink


def last(sink: MemorySink) -> Felt:
    return sink.felt()[-1]


def test_it_gives_what_is_asked() -> None:
    output, sink = flowing()
    output.off(1, 105_000)
    assert [one.amplitude_ua for one in sink.felt()] == [4_000, 5_000, 0]
    assert not output.on


def test_stuck_it_goes_on_at_its_last_pulse_whatever_is_asked() -> None:
    output, sink = flowing()
    output.stick(1)
    output.train(1, [110_000], [9_000], SHAPE)
    output.off(1, 120_000)
    output.advance(1_100_000)
    assert (last(sink).amplitude_ua, last(sink).pulses) == (5_000, 102)
    assert output.flows_unasked(1)
    assert output.stuck_pulse(1) == (5_000, SHAPE)


def test_stuck_at_nothing_it_gives_nothing() -> None:
    output, sink = stage()
    output.stick(1)
    output.train(1, [110_000], [9_000], SHAPE)
    output.advance(1_000_000)
    assert (sink.felt(), output.flows_unasked(1)) == ([], False)


def test_released_it_is_off_and_obeys_again() -> None:
    output, sink = flowing()
    output.stick(1)
    output.release(1, 500_500)
    assert (last(sink).t_us, last(sink).amplitude_ua, last(sink).pulses) == (500_500, 0, 42)
    output.train(1, [600_000], [1_000], SHAPE)
    assert last(sink).amplitude_ua == 1_000


def test_the_other_channel_is_not_stuck() -> None:
    output, sink = flowing()
    output.stick(2)
    output.off(1, 105_000)
    assert last(sink).amplitude_ua == 0


def test_stuck_and_without_an_electrode_nothing_flows_until_it_is_back() -> None:
    output, sink = flowing()
    output.stick(1)
    output.cut(1, "no electrode", 205_000)
    output.advance(900_000)
    assert (last(sink).t_us, last(sink).amplitude_ua, output.flows_unasked(1)) == (205_000, 0, False)
    output.mend(1, "no electrode", 1_000_000)
    output.advance(1_200_000)
    assert (last(sink).amplitude_ua, output.flows_unasked(1)) == (5_000, True)


def levels(sink: MemorySink) -> list[tuple[int, int]]:
    return [(one.t_us, one.level_permille) for one in sink.entries if isinstance(one, FeltLevel)]


def test_a_level_sticks_and_is_off_when_it_is_released() -> None:
    output, sink = stage()
    output.level(1, 1_000, 300)
    output.stick(1)
    output.level(1, 2_000, 0)
    assert levels(sink) == [(1_000, 300)]
    output.release(1, 3_000)
    assert levels(sink) == [(1_000, 300), (3_000, 0)]


def test_a_level_comes_back_with_the_last_reason_for_its_absence() -> None:
    output, sink = stage()
    output.level(1, 1_000, 300)
    output.cut(1, "no electrode", 2_000)
    output.cut(1, "no power", 3_000)
    output.level(1, 4_000, 400)
    output.mend(1, "no electrode", 5_000)
    assert levels(sink) == [(1_000, 300), (2_000, 0)]
    output.mend(1, "no power", 6_000)
    assert levels(sink) == [(1_000, 300), (2_000, 0), (6_000, 400)]
