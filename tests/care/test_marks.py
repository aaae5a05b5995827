"""Marks and their order."""

import pytest

from stimctl.care.finding import Calibration, Finding, Mark, OutOfOrder, together
from stimctl.care.settings import Setting
from stimctl.model.thresholds import Found, Thresholds

HIGH = Setting(phase_duration_us=200, pulse_rate_mhz=80_000)
LOW = Setting(phase_duration_us=300, pulse_rate_mhz=4_000)


def marked(*marks: tuple[Mark, int], setting: Setting = HIGH) -> Finding:
    finding = Finding(setting=setting)
    for mark, delivered_ua in marks:
        after = finding.marked(mark, delivered_ua)
        assert isinstance(after, Finding), after
        finding = after
    return finding


def refused(finding: Finding, mark: Mark, delivered_ua: int) -> str:
    after = finding.marked(mark, delivered_ua)
    assert isinstance(after, OutOfOrder)
    return after.why


SENSORY, MOTOR, COMFORT = (Mark.SENSORY, 6_000), (Mark.MOTOR, 10_000), (Mark.COMFORT, 18_000)


def test_three_marks_in_order_are_complete() -> None:
    finding = marked(SENSORY, MOTOR, COMFORT)
    assert (finding.sensory_ua, finding.motor_ua, finding.comfort_ua, finding.complete) == (6_000, 10_000, 18_000, True)


def test_motor_may_be_left_out() -> None:
    assert marked(SENSORY, COMFORT).complete
    assert not marked(SENSORY, MOTOR).complete


def test_sensory_comes_first() -> None:
    assert "sensory threshold comes first" in refused(Finding(setting=HIGH), Mark.COMFORT, 5_000)


def test_nothing_can_be_marked_while_nothing_flows() -> None:
    assert "nothing flows" in refused(Finding(setting=HIGH), Mark.SENSORY, 0)


@pytest.mark.parametrize(
    ("before", "mark", "at_ua", "words"),
    [
        ((SENSORY,), Mark.MOTOR, 6_000, "motor threshold has to lie above the sensory threshold, 6 mA; now 6 mA flow"),
        ((SENSORY, MOTOR), Mark.COMFORT, 10_000, "has to lie above the motor threshold, 10 mA"),
        ((SENSORY,), Mark.COMFORT, 5_500, "has to lie above the sensory threshold, 6 mA; now 5.5 mA flow"),
        ((SENSORY, COMFORT), Mark.MOTOR, 18_000, "has to lie below the comfortable maximum, 18 mA"),
        ((SENSORY, MOTOR), Mark.SENSORY, 10_000, "sensory threshold has to lie below the motor threshold, 10 mA"),
    ],
)
def test_what_breaks_the_order_is_refused_with_a_sentence(
    before: tuple[tuple[Mark, int], ...], mark: Mark, at_ua: int, words: str
) -> None:
    assert words in refused(marked(*before), mark, at_ua)


def test_any_mark_may_be_made_again_while_the_order_holds() -> None:
    finding = marked(SENSORY, MOTOR, COMFORT, (Mark.COMFORT, 15_000), (Mark.SENSORY, 7_000), (Mark.MOTOR, 9_500))
    assert list(finding.marks.values()) == [7_000, 9_500, 15_000]


def test_what_is_found_belongs_to_its_setting() -> None:
    found = marked(SENSORY, COMFORT, setting=LOW).found
    assert (found.at_phase_us, found.at_period_us, found.rate_class) == (300, 250_000, "low")
    with pytest.raises(ValueError, match="not complete"):
        _ = marked(SENSORY).found


def test_channels_are_marked_each_by_itself_and_may_begin_anew() -> None:
    calibration = Calibration.of(HIGH, (1, 2))
    for channel, (mark, at_ua) in ((1, SENSORY), (2, SENSORY), (1, COMFORT), (2, COMFORT)):
        assert not calibration.complete
        after = calibration.marked(channel, mark, at_ua)
        assert isinstance(after, Calibration)
        calibration = after
    assert calibration.complete
    assert isinstance(calibration.marked(1, Mark.COMFORT, 1_000), OutOfOrder)
    anew = calibration.forgotten(1)
    assert (anew.findings[1].marks, anew.findings[2].complete) == ({}, True)


def test_two_classes_go_together_and_two_of_one_class_do_not() -> None:
    high, low = marked(SENSORY, COMFORT).found, marked(SENSORY, COMFORT, setting=LOW).found
    both = together(high, low)
    assert (both.rate_class, both.other) == ("high", low)
    # what has something beside itself leaves that behind
    assert together(high, together(low)).other == low
    assert type(together(high, together(low)).other) is Found
    assert together(high) == Thresholds(sensory_ua=6_000, comfort_ua=18_000, at_phase_us=200, at_period_us=12_500)
    with pytest.raises(ValueError, match="one of each class"):
        together(high, high)
