"""A plan tried on a simulated unit and body: the same each time, what was felt, and what is said of an end too soon."""

from dataclasses import replace
from pathlib import Path

import pytest
from engine_bench import asked
from phases import steady
from world import PERSON

from stimctl.engine.messages import Fault, Prepare, Refused
from stimctl.engine.trial import Trial, try_out
from stimctl.errors import ConfigError
from stimctl.model.plan import Depth, Plan
from stimctl.model.thresholds import Thresholds

PLAN = Plan(
    title="Small",
    program_class="twitch",
    profiles=("consumer",),
    channels=(1, 2),
    phases=(
        steady(name="rise", lasts_ms=20_000),
        steady(name="ease", depth=Depth.COOL_DOWN, lasts_ms=10_000),
    ),
    sha256="0" * 64,
)


def person(sensory_ua: int, comfort_ua: int) -> Thresholds:
    return replace(PERSON, sensory_ua=sensory_ua, comfort_ua=comfort_ua)


# A session begins after some 5 s, when the unit's clock is known.
MID_RISE_S = 15


def tried(prepare: Prepare | None = None, *, seed: int = 1, body: str = "ordinary", faults: str | None = None) -> Trial:
    return try_out(prepare or asked(PLAN), family="stimlink", seed=seed, body=body, faults=faults)


@pytest.fixture(scope="module")
def done() -> Trial:
    return tried()


@pytest.fixture
def planned(tmp_path: Path):
    """A trial in which something goes wrong."""

    def trial(*faults: str, **how: object) -> Trial:
        path = tmp_path / "faults.toml"
        path.write_text("".join(f"[[fault]]\n{fault}\n" for fault in faults), encoding="utf-8")
        return tried(faults=str(path), **how)  # type: ignore[arg-type]

    return trial


# -- to its end


def test_a_plan_that_may_run_is_done_and_zero_is_confirmed(done: Trial) -> None:
    ended = done.simulated.ended
    assert (ended.exit_code, ended.zero_confirmed) == (0, True)


def test_what_was_delivered_is_what_was_planned(done: Trial) -> None:
    assert done.comparison is not None
    assert done.comparison.within


def test_the_plans_zero_is_where_the_delivery_has_it(done: Trial) -> None:
    assert done.comparison is not None
    assert done.simulated.plan_ns is not None
    assert abs(done.simulated.plan_ns // 1000 - done.comparison.shift_us) < 20_000


def test_every_phase_has_a_line_for_each_channel(done: Trial) -> None:
    assert [(one.name, one.channel) for one in done.phases] == [("rise", 1), ("rise", 2), ("ease", 1), ("ease", 2)]


def test_a_phase_has_the_pulses_and_the_peak_that_were_planned(done: Trial) -> None:
    ease = done.phases[2]
    # 10 s at 80 Hz; 20 % of 6..18 mA, in the unit's steps of 10 µA
    assert abs(ease.pulses - 800) <= 2
    assert ease.peak_ua == 8_400
    assert 0 < ease.felt_s <= 10


def test_nothing_is_missing_from_a_session_without_faults(done: Trial) -> None:
    assert (done.gaps, done.warnings) == ((), ())
    assert not [told for told in done.simulated.tellings if isinstance(told, Fault | Refused)]


def test_no_limit_is_gone_over(done: Trial) -> None:
    shares = {one.limit: one.permille for one in done.approaches}
    # 8.4 of 50 mA, and of the 18 mA that the person bears
    assert (shares["amplitude"], shares["comfortable maximum"]) == (168, 467)
    assert max(shares.values()) <= 1000


# -- the same, and another


def test_the_same_seed_is_the_same_to_the_last_byte(done: Trial) -> None:
    assert tried() == done


@pytest.mark.parametrize("other", [{"seed": 2}, {"body": "sensitive"}])
def test_another_seed_or_body_is_another_session(done: Trial, other: dict) -> None:
    assert tried(**other).phases != done.phases


def test_a_sensitive_body_feels_more_and_gets_the_same(done: Trial) -> None:
    sensitive = tried(body="sensitive")
    assert sensitive.phases[0].peak_ua == done.phases[0].peak_ua
    assert sensitive.phases[0].feel_peak > done.phases[0].feel_peak


def test_a_body_that_there_is_not_is_an_error() -> None:
    with pytest.raises(ValueError, match="nobody"):
        tried(body="nobody")


# -- refused


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"of": person(18_000, 6_000)}, "below the comfortable maximum"),
        ({"of": person(6_000, 6_000)}, "below the comfortable maximum"),
        ({"of": person(0, 18_000)}, "above 0"),
        ({"of": person(-6_000, 18_000)}, "above 0"),
        ({"of": person(6_000, 60_000)}, "50 mA"),
        ({"of": replace(PERSON, at_phase_us=0)}, "0 µs"),
        ({"of": replace(PERSON, at_phase_us=-5)}, "-5 µs"),
        ({"of": replace(PERSON, at_period_us=0)}, "Hz"),
        ({"pads_mm2": {1: 900, 2: 2_500}}, "9 cm²"),
        ({"profile": "clinical"}, "consumer"),
        ({"plan": replace(PLAN, phases=(steady(lasts_ms=31 * 60_000),))}, "session length"),
    ],
)
def test_what_may_not_run_is_refused_in_the_engines_words_and_nothing_flows(changes: dict, word: str) -> None:
    trial = tried(asked(**({"plan": PLAN} | changes)))
    assert (trial.simulated.ended.exit_code, word in trial.simulated.ended.reason) == (5, True)
    assert (trial.simulated.plan_ns, trial.comparison) == (None, None)
    assert (trial.phases, trial.approaches) == ((), ())
    assert not any('"amplitude_ua":' in line.replace(" ", "") for line in trial.delivered)


# -- cut short


def test_an_electrode_that_comes_off_is_a_fault_and_zero_is_confirmed(planned) -> None:
    trial = planned(f'kind = "electrode-off"\nat_s = {MID_RISE_S}\nchannel = 1')
    ended = trial.simulated.ended
    assert (ended.exit_code, ended.zero_confirmed, "open circuit" in ended.reason) == (1, True, True)
    assert [told.why for told in trial.simulated.tellings if isinstance(told, Fault)] == [ended.reason]


def test_a_phase_that_never_began_has_no_line(planned) -> None:
    trial = planned(f'kind = "electrode-off"\nat_s = {MID_RISE_S}\nchannel = 1')
    assert [one.name for one in trial.phases] == ["rise", "rise"]


@pytest.mark.parametrize(
    "fault",
    [
        'kind = "electrode-off"\nchannel = 2',
        'kind = "reboot"',
        'kind = "unplug"\nfor_s = 0.1',
        'kind = "drop"\nfor_s = 3',
        'kind = "delay"\nfor_s = 3\ndelay_ms = 250',
        'kind = "noise"\nfor_s = 5',
    ],
)
def test_up_to_where_it_was_cut_short_a_session_is_within_its_plan(planned, fault: str) -> None:
    trial = planned(f"{fault}\nat_s = {MID_RISE_S}")
    assert trial.simulated.ended.exit_code != 0
    assert trial.comparison is not None
    assert trial.comparison.within, trial.comparison


def test_lost_segments_are_gaps_on_both_channels(planned) -> None:
    trial = planned(f'kind = "drop"\nat_s = {MID_RISE_S}\nfor_s = 0.45\ndirection = "to-device"')
    assert [gap.channel for gap in trial.gaps] == [1, 2]
    assert trial.simulated.ended.exit_code == 0
    assert trial.comparison is not None
    assert not trial.comparison.within


# -- fault plans that are none


def test_a_missing_fault_plan_a_directory_and_a_large_one_are_said_so(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    large.write_text("# nothing\n" * 1_000_000, encoding="utf-8")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
    for path, word in (
        (tmp_path / "none", "No such file"),
        (tmp_path, "directory"),
        (large, "larger"),
        (binary, "utf"),
    ):
        with pytest.raises(ConfigError, match=word) as wrong:
            tried(faults=str(path))
        assert str(path) in str(wrong.value)
