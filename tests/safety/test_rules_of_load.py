"""Without a load nothing rises far."""

from safety_bench import Bench, report


def test_without_a_load_nothing_rises_above_ten_milliamperes() -> None:
    bench = Bench().climbed(9_900).felt(9_000)
    bench.governor.heard(report(contact=False))
    assert bench.rule(10_000) == ""
    assert bench.rule(10_001) == "rises-only-into-load"


def test_a_reading_of_no_ohms_is_no_load() -> None:
    bench = Bench().climbed(20_000).felt(9_000)
    bench.governor.heard(report(load_ohm=None))
    assert bench.rule(20_001) == "rises-only-into-load"


def test_before_the_first_report_there_is_no_load() -> None:
    bench = Bench().climbed(20_000)
    bench.governor.armed()
    bench.felt(9_000)
    assert all(bench.rule(ua, amplitude_start_ua=ua - 5_000) == "" for ua in (5_000, 10_000))
    assert bench.rule(11_000) == "rises-only-into-load"


def test_without_a_load_output_may_stay_and_fall() -> None:
    bench = Bench().climbed(20_000)
    bench.governor.heard(report(contact=False))
    assert bench.rule(20_000) == ""
    assert bench.rule(15_000) == ""


def test_a_unit_that_reports_no_load_is_not_asked_for_one() -> None:
    bench = Bench(reports_load=False)
    bench.governor.heard(report(contact=False))
    bench.climbed(20_000)
