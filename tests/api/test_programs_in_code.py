"""Programs in code are program files by another hand: the same names, the same rules, the same plan."""

import tomllib
from dataclasses import fields, replace

import pytest

from stimctl import api
from stimctl.api import (
    Alternate,
    Burst,
    ConfigError,
    Continuous,
    Drift,
    OnChannel,
    OnlyIf,
    Phase,
    Program,
    RaisedCosine,
    Ramp,
    Steps,
    Sweep,
    Swell,
    Then,
    Train,
)
from stimctl.program import schema
from stimctl.program.resolve import to_plan

MODELS = {
    Alternate: schema.Alternate,
    Burst: schema.Burst,
    Continuous: schema.Continuous,
    Drift: schema.Drift,
    OnChannel: schema.ChannelTable,
    OnlyIf: schema.OnlyIfTable,
    Phase: schema.PhaseTable,
    Program: schema.ProgramFile,
    RaisedCosine: schema.RaisedCosine,
    Ramp: schema.Ramp,
    Steps: schema.Steps,
    Sweep: schema.Sweep,
    Swell: schema.Swell,
    Then: schema.ThenTable,
    Train: schema.Train,
}
# What a file says about itself and a program in code need not: where it came from, and in which format.
OF_A_FILE = {"format", "id", "technique", "evidence", "sources", "injuries"}

PHASE = Phase(name="one", depth="surface", minutes=1, intensity_pct=10, rate_hz=80, phase_duration_us=200)
EVERYTHING = Program(
    title="Everything",
    program_class="twitch",
    channels=[1, 2],
    profiles=["clinical"],
    aim="All that a file can say",
    phases=[
        replace(PHASE, rate_hz=Sweep([80, 110], period_s=12), phase_duration_us=Alternate([150, 200], period_s=1)),
        replace(
            PHASE,
            name="two",
            depth="deep",
            intensity_pct=(10, 20),
            ramp=Ramp("smooth", seconds="to-end"),
            rate_hz=Steps([4, 5, 6]),
            phase_duration_us=Drift([200, 150]),
            envelope=Swell(period_s=8, depth_pct=30),
            delay_s={2: 0.5},
        ),
        replace(
            PHASE,
            name="three",
            envelope=Train(up_s=1, hold_s=2, down_s=1, off_s=4, then=Then(rate_hz=4, seconds=5)),
            alternate_channels=True,
        ),
        replace(
            PHASE,
            name="four",
            envelope=Burst(on_s=0.2, off_s=0.3),
            channel={2: OnChannel(intensity_pct=5, envelope=RaisedCosine(period_s=6))},
            only_if=OnlyIf(pain_at_rest_at_most=3, else_repeat="one"),
        ),
        replace(PHASE, name="five", envelope=Continuous()),
    ],
)
THE_SAME = """
format = 1
title = "Everything"
class = "twitch"
profiles = ["clinical"]
channels = [1, 2]
aim = "All that a file can say"
[[phase]]
name = "one"
depth = "surface"
minutes = 1
intensity_pct = 10
rate_hz = { sweep = [80, 110], period_s = 12 }
phase_duration_us = { alternate = [150, 200], period_s = 1 }
[[phase]]
name = "two"
depth = "deep"
minutes = 1
intensity_pct = [10, 20]
ramp = { shape = "smooth", seconds = "to-end" }
rate_hz = { steps = [4, 5, 6] }
phase_duration_us = { drift = [200, 150] }
envelope = { kind = "swell", period_s = 8, depth_pct = 30 }
delay_s = { 2 = 0.5 }
[[phase]]
name = "three"
depth = "surface"
minutes = 1
intensity_pct = 10
rate_hz = 80
phase_duration_us = 200
envelope = { kind = "train", up_s = 1, hold_s = 2, down_s = 1, off_s = 4, then = { rate_hz = 4, seconds = 5 } }
alternate_channels = true
[[phase]]
name = "four"
depth = "surface"
minutes = 1
intensity_pct = 10
rate_hz = 80
phase_duration_us = 200
envelope = { kind = "burst", on_s = 0.2, off_s = 0.3 }
channel.2 = { intensity_pct = 5, envelope = { kind = "raised_cosine", period_s = 6 } }
only_if = { pain_at_rest_at_most = 3, else_repeat = "one" }
[[phase]]
name = "five"
depth = "surface"
minutes = 1
intensity_pct = 10
rate_hz = 80
phase_duration_us = 200
envelope = { kind = "continuous" }
"""


@pytest.mark.parametrize("own", MODELS, ids=[own.__name__ for own in MODELS])
def test_a_table_has_the_keys_of_the_file_and_no_other(own):
    model = MODELS[own]
    in_a_file = {"program_class": "class", "phases": "phase"}
    keys = {in_a_file.get(one.name, one.name) for one in fields(own) if one.init}
    if hasattr(own, "kind"):
        keys.add("kind")
    allowed = {field.alias or name for name, field in model.model_fields.items()}
    assert keys == (allowed - OF_A_FILE if own is Program else allowed)


def test_every_table_of_the_api_is_compared_here():
    assert {one.__name__ for one in MODELS} <= set(api.__all__)


def test_the_plan_is_that_of_a_file_that_says_the_same():
    of_the_file = to_plan(schema.ProgramFile.model_validate(tomllib.loads(THE_SAME)), "")
    assert replace(EVERYTHING.plan, sha256="") == replace(of_the_file, sha256="")


def test_two_programs_that_say_the_same_have_the_same_hash_and_others_have_not():
    def hash_of(**said):
        return Program(**{"title": "A", "program_class": "sensory", "phases": [PHASE]} | said).plan.sha256

    assert len(hash_of()) == 64
    assert hash_of() == hash_of(channels=(1,)) == hash_of(phases=(PHASE,))
    assert (
        len({hash_of(), hash_of(title="B"), hash_of(channels=[1, 2]), hash_of(phases=[replace(PHASE, minutes=2)])}) == 4
    )


def test_current_flows_on_one_channel_unless_more_are_named():
    assert Program(title="A", program_class="sensory", phases=[PHASE]).plan.channels == (1,)


def test_all_that_is_wrong_is_one_error_with_the_place_of_each():
    wrong = replace(PHASE, name="two", rate_hz=800, phase_duration_us=Sweep([10, 200], period_s=12), minutes=90)
    with pytest.raises(ConfigError) as error:
        Program(title="A", program_class="massage", phases=[PHASE, wrong], channels=[9])  # type: ignore[arg-type]
    lines = str(error.value).split("\n")
    assert lines[0] == "program 'A': 5 things are wrong"
    assert sorted(line.strip().split(":")[0] for line in lines[1:]) == [
        "channels[1]",
        'phase 2 "two", minutes',
        'phase 2 "two", phase_duration_us.sweep[1]',
        'phase 2 "two", rate_hz',
        "program_class",
    ]
    assert "1 to 150" in str(error.value)


@pytest.mark.parametrize(
    "changed",
    [
        {"intensity_pct": float("nan")},
        {"intensity_pct": 0.5},
        {"intensity_pct": [1, 2, 3]},
        {"minutes": True},
        {"phase_duration_us": 100.5},
        {"rate_hz": {80}},
        {"ramp": Ramp("smooth", seconds=61)},
        {"envelope": Train(up_s=1, hold_s=0, down_s=1, off_s=0)},
        {"delay_s": {2: 1.0}},
        {"only_if": OnlyIf(pain_at_rest_at_most=3, else_repeat="later")},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_a_file_may_not_say_code_may_not_say(changed):
    with pytest.raises(ConfigError, match="1 thing is wrong"):
        Program(title="A", program_class="sensory", phases=[replace(PHASE, **changed)])


def test_a_program_without_phases_is_told_in_the_words_of_the_code():
    with pytest.raises(ConfigError, match="\n  phases: "):
        Program(title="A", program_class="sensory", phases=[])
