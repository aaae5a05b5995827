"""How near to each limit: figures against ones made by hand."""

from dataclasses import dataclass, replace

import pytest
from plans import person

from stimctl.model.limits import CONSUMER
from stimctl.program.approach import Approach, approaches


@dataclass(frozen=True)
class Record:
    t_us: int = 1_000_000
    channel: int = 1
    amplitude_ua: int = 10_000
    phase_duration_us: int = 200
    pulse_period_us: int = 12_500


PEOPLE = {1: person(6, 18), 2: person(6, 18)}
PADS_MM2 = {1: 2_500, 2: 2_500}


def found(*felt: Record, limits=CONSUMER, pads_mm2=PADS_MM2) -> dict[str, Approach]:
    return {one.limit: one for one in approaches(felt, limits, PEOPLE, pads_mm2)}


def permille(*felt: Record, **of: object) -> dict[str, int]:
    return {limit: one.permille for limit, one in found(*felt, **of).items()}


def test_each_share_is_the_one_worked_out_by_hand() -> None:
    # 10 mA, 200 µs, 80 Hz: 2 µC; 10 x sqrt(2 x 200e-6 x 80) = 1.789 mA r.m.s. On 25 cm²: 71.6 µA/cm², rounded up 72;
    # (1.789 mA)² x 500 Ω / 25 cm² = 64.01 µW/cm², rounded up 65.
    assert permille(Record()) == {
        "amplitude": 200,
        "comfortable maximum": 556,
        "phase duration": 667,
        "charge per phase": 134,
        "pulse rate": 667,
        "r.m.s. density": 72,
        "power density": 3,
        "r.m.s. of all channels": 120,
    }


def test_the_order_is_fixed() -> None:
    assert list(permille(Record())) == list(permille(Record(channel=2), Record(amplitude_ua=100)))


@pytest.mark.parametrize(
    ("over", "limit", "share"),
    [
        (Record(amplitude_ua=50_000), "amplitude", 1000),
        (Record(amplitude_ua=50_001), "amplitude", 1001),
        (Record(amplitude_ua=18_000), "comfortable maximum", 1000),
        (Record(amplitude_ua=18_001), "comfortable maximum", 1001),
        (Record(phase_duration_us=300), "phase duration", 1000),
        (Record(phase_duration_us=301), "phase duration", 1004),
        (Record(amplitude_ua=75_001), "charge per phase", 1001),
        (Record(pulse_period_us=8_333), "pulse rate", 1000),
        (Record(pulse_period_us=8_332), "pulse rate", 1001),
    ],
)
def test_a_limit_is_a_thousand_and_anything_over_it_is_more(over: Record, limit: str, share: int) -> None:
    assert permille(over)[limit] == share


def test_a_smaller_pad_is_nearer_to_both_densities() -> None:
    of = permille(Record(), pads_mm2={1: 1_250})
    assert (of["r.m.s. density"], of["power density"]) == (144, 6)


def test_it_says_where_and_when_it_was_nearest() -> None:
    records = Record(), Record(t_us=2_000_000, channel=2, amplitude_ua=12_000), Record(t_us=3_000_000)
    nearest = found(*records)["amplitude"]
    assert (nearest.permille, nearest.channel, nearest.at_us) == (240, 2, 2_000_000)


def test_of_two_equal_approaches_the_first_is_told() -> None:
    assert found(Record(t_us=1), Record(t_us=2))["amplitude"].at_us == 1


# 10 mA at 200 µs and 80 Hz are 1.789 mA r.m.s.; two of them together 2.531 mA, of 15 mA allowed.
ONE, BOTH = 120, 169


def test_channels_that_overlap_count_together() -> None:
    assert permille(Record(), Record(t_us=2_000_000, channel=2))["r.m.s. of all channels"] == BOTH


def test_a_channel_that_has_ended_does_not_count() -> None:
    ended = Record(t_us=2_000_000, amplitude_ua=0)
    assert permille(Record(), ended, Record(t_us=3_000_000, channel=2))["r.m.s. of all channels"] == ONE


def test_a_channel_counts_with_what_it_gives_now() -> None:
    lower = Record(t_us=2_000_000, amplitude_ua=1)
    assert permille(Record(), lower, Record(t_us=3_000_000, channel=2))["r.m.s. of all channels"] == ONE


def test_the_sum_of_channels_is_rounded_up() -> None:
    # 1789 µA each: sqrt(2) x 1789 = 2530.03, over the 2530 that are allowed here
    over = permille(Record(), Record(channel=2), limits=replace(CONSUMER, rms_ua=2_530))
    assert over["r.m.s. of all channels"] == 1001


def test_what_did_not_flow_comes_near_to_nothing() -> None:
    assert found(Record(amplitude_ua=0)) == {}
    assert found() == {}
