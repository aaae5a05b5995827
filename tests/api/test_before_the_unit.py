"""What is said before any unit is looked for: about a person, about a session, about a program for a person."""

from dataclasses import replace
from pathlib import Path

import pytest

from stimctl.api import (
    ConfigError,
    OnlyIf,
    Person,
    Phase,
    Program,
    SafetyRefusal,
    Sample,
    Session,
    Started,
    check,
    load_program,
)
from stimctl.api.backlog import MOST_WAITING, Backlog
from stimctl.api.person import pads_mm2, thresholds
from stimctl.engine.messages import Down, Up

PERSON = Person(sensory_ma=6, comfort_ma=18)
DEMO = load_program("demo")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STIMCTL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


# -- a person


def test_there_is_no_person_without_thresholds():
    with pytest.raises(TypeError):
        Person()  # type: ignore[call-arg]


def test_all_that_is_wrong_about_a_person_is_said_at_once():
    with pytest.raises(ConfigError) as error:
        Person(sensory_ma=0, comfort_ma={1: 18, 2: float("nan")}, at_us=200.0, at_hz=0, pad_cm2=True, pain_at_rest=11)  # type: ignore[arg-type]
    assert [part.split()[0] for part in str(error.value).split("; ")] == [
        "sensory_ma",
        "comfort_ma",
        "pad_cm2",
        "at_hz",
        "at_us",
        "pain_at_rest",
    ]


def test_numbers_are_for_every_channel_and_mappings_for_each():
    person = Person(sensory_ma={1: 6, 2: 7}, comfort_ma=18, at_us=100, at_hz=50, pad_cm2={1: 25, 2: 32})
    found = thresholds(person, (1, 2))
    assert [(one.sensory_ua, one.comfort_ua, one.at_phase_us, one.at_period_us) for one in found.values()] == [
        (6_000, 18_000, 100, 20_000),
        (7_000, 18_000, 100, 20_000),
    ]
    assert pads_mm2(person, (1, 2)) == {1: 2_500, 2: 3_200}


# -- a session that has not begun


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"device": "sim://other"}, "family 'other'"),
        ({"channels": [1, 3]}, r"is for channels 1, 2"),
        ({"channels": []}, r"is for channels 1, 2"),
        ({"channels": ""}, "allowed are numbers"),
        ({"channels": "12"}, "allowed are numbers"),
        ({"channels": ["1"]}, "allowed are numbers"),
        ({"channels": [1.0]}, "allowed are numbers"),
        ({"channels": [True]}, "allowed are numbers"),
        ({"profile": "research"}, "consumer and clinical"),
        ({"person": Person(sensory_ma={1: 6}, comfort_ma=18)}, "nothing for channel 2"),
    ],
)
def test_what_no_unit_could_use_is_said_when_a_session_is_made(how, said):
    with pytest.raises(ConfigError, match=said):
        Session(DEMO, **{"device": "sim://stimlink", "person": PERSON} | how)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), 86_400])
def test_how_long_getting_ready_may_take_is_more_than_nothing_and_less_than_a_day(seconds: float):
    with pytest.raises(ConfigError, match=r"ready_within_s=.*more than 0 and under 86400 s"):
        Session(DEMO, device="sim://stimlink", person=PERSON, ready_within_s=seconds)


@pytest.mark.parametrize("seconds", [0.001, 86_399])
def test_getting_ready_may_take_anything_between(seconds: float):
    Session(DEMO, device="sim://stimlink", person=PERSON, ready_within_s=seconds)


def test_making_a_session_touches_nothing(home: Path):
    Session(DEMO, device="sim://stimlink", person=PERSON)
    assert not home.exists()


@pytest.mark.parametrize("use", [next, Session.pause, Session.resume, Session.stop, lambda session: session.down(1)])
def test_outside_its_block_a_session_says_so(use):
    with pytest.raises(RuntimeError, match="inside `with Session"):
        use(Session(DEMO, device="sim://stimlink", person=PERSON))


def test_there_is_no_result_before_there_is_one():
    with pytest.raises(RuntimeError, match="no result yet"):
        _ = Session(DEMO, device="sim://stimlink", person=PERSON).result


def test_a_session_is_entered_once_and_a_channel_is_one_of_its_own(home: Path):
    session = Session(DEMO, device=f"sim://stimlink?faults={home}/none.toml", person=PERSON)
    with pytest.raises(ConfigError), session:
        pytest.fail("a unit whose fault plan is missing was found")
    assert session.result.exit_code == 2
    with pytest.raises(RuntimeError, match="make another"):
        session.__enter__()


class Inside(Session):
    """A session as it is inside its block, and an engine that only listens."""

    def __init__(self, **how):
        super().__init__(DEMO, device="sim://stimlink", person=PERSON, **how)
        self.asked = []

    def _inside(self):
        return self

    def send(self, command):
        self.asked.append(command)


@pytest.mark.parametrize("press", [Session.down, Session.up])
@pytest.mark.parametrize("channel", [True, "1", 1.0, 0, 3, None])
def test_a_press_is_for_a_channel_that_the_session_drives(press, channel):
    session = Inside()
    with pytest.raises(ConfigError, match="this session drives 1, 2"):
        press(session, channel)
    assert session.asked == []


def test_a_press_is_for_no_channel_that_was_left_out():
    with pytest.raises(ConfigError, match="channel 1: this session drives 2"):
        Inside(channels=[2]).down(1)


def test_a_press_asks_for_its_channel():
    session = Inside()
    session.down(1)
    session.up(2)
    assert session.asked == [Down(1), Up(2)]


# -- a program for a person, without a unit


def test_check_gives_the_timeline_that_would_be_delivered():
    timeline = check(DEMO, PERSON, channels=[2])
    assert timeline.duration_us == 40_000_000
    assert {record.channel for record in timeline.records} == {2}


DOWN = Phase(name="down", depth="cool-down", minutes=1, intensity_pct=15, rate_hz=80, phase_duration_us=200)


def test_a_program_that_ends_high_is_refused_as_its_file_would_be():
    one = Phase(name="one", depth="surface", minutes=1, intensity_pct=10, rate_hz=80, phase_duration_us=200)
    program = Program(title="Up", program_class="sensory", phases=[one])
    with pytest.raises(SafetyRefusal, match=r"phases\[0\]|phase 1 .*cool-down"):
        check(program, Person(sensory_ma=6, comfort_ma=18))


def test_check_refuses_what_may_not_run_and_names_the_rule():
    much = Phase(name="one", depth="surface", minutes=0.5, intensity_pct=60, rate_hz=120, phase_duration_us=300)
    program = Program(title="Too much", program_class="sensory", phases=[much, DOWN])
    with pytest.raises(SafetyRefusal, match="Too much may not run"):
        check(program, Person(sensory_ma=10, comfort_ma=50))


def test_an_answer_to_a_condition_decides_what_comes():
    one = Phase(name="one", depth="surface", minutes=1, intensity_pct=10, rate_hz=80, phase_duration_us=200)
    two = replace(one, name="two", intensity_pct=25, only_if=OnlyIf(pain_at_rest_at_most=3, else_repeat="one"))
    program = Program(title="A", program_class="sensory", phases=[one, two, DOWN])

    def highest_ua(pain: int | None) -> int:
        person = Person(sensory_ma=6, comfort_ma=18, pain_at_rest=pain)
        return max(record.amplitude_end_ua for record in check(program, person).records)

    assert highest_ua(3) > highest_ua(4) == highest_ua(None)


# -- what waits for a slow script


def sample(plan_ms: int) -> Sample:
    return Sample(
        channel=1,
        amplitude_ma=1.0,
        planned_ma=1.0,
        phase_duration_us=200,
        rate_hz=80.0,
        charge_nc=200,
        pulses=plan_ms,
        load_ohm=None,
        contact=True,
        battery_percent=None,
        plan_ms=plan_ms,
        link_rtt_us=0,
        warning=None,
    )


def test_a_slow_script_loses_the_oldest_samples():
    backlog = Backlog()
    for plan_ms in range(MOST_WAITING + 3):
        backlog.add(sample(plan_ms))
    assert backlog.take() == sample(3)


def test_a_slow_script_never_loses_anything_else():
    backlog = Backlog()
    for _ in range(2 * MOST_WAITING):
        backlog.add(Started(1))
    backlog.add(sample(0))
    assert [backlog.take() for _ in range(2 * MOST_WAITING)] == [Started(1)] * 2 * MOST_WAITING
    assert not backlog
