"""Every rule about programs at its very edge, and one step beyond it."""

import tomllib
from copy import deepcopy
from dataclasses import dataclass, field

import pytest

from stimctl.program import loader
from stimctl.program.finding import Finding, Place
from stimctl.program.lint import RULES, lint
from stimctl.program.schema import ProgramFile


def phase(name, depth, minutes, intensity_pct, seconds, rate_hz=80, phase_duration_us=100):
    return {
        "name": name,
        "depth": depth,
        "minutes": minutes,
        "intensity_pct": intensity_pct,
        "ramp": {"shape": "linear", "seconds": seconds},
        "rate_hz": rate_hz,
        "phase_duration_us": phase_duration_us,
    }


def train(up_s, hold_s, down_s, off_s, **more):
    return {"kind": "train", "up_s": up_s, "hold_s": hold_s, "down_s": down_s, "off_s": off_s, **more}


def then(rate_hz=10, top_pct=50):
    return {"rate_hz": rate_hz, "top_pct": top_pct, "seconds": 5}


PLAIN = {
    "format": 1,
    "title": "Mine",
    "class": "twitch",
    "profiles": ["clinical", "consumer"],
    "channels": [1, 2],
    "phase": [
        phase("warm-up", "surface", 3, [20, 40], 60),
        phase("deep", "deep", 5, [40, 60], 60),
        phase("cool-down", "cool-down", 3, [40, 15], "to-end"),
    ],
}
# The third phase has a condition.
ASKING = {
    **PLAIN,
    "phase": [
        PLAIN["phase"][0],
        phase("transition", "transition", 5, [40, 40], 60),
        phase("deep", "deep", 5, [20, 50], 30) | {"only_if": {"pain_at_rest_at_most": 3, "else_repeat": "transition"}},
        PLAIN["phase"][2],
    ],
}
TRAIN = {"phase.1.envelope": train(2, 2, 2, 1)}
CONTRACTION = {"class": "contraction", **TRAIN}
CLINICAL = {"profiles": ["clinical"]}
BURST = {"phase.1.envelope": {"kind": "burst", "on_s": 0.1, "off_s": 0.4}}
REPEATED = ("phase", 2, "only_if", "else_repeat")


def program(edits, of=PLAIN):
    """`of` with other values at dotted places."""
    document = deepcopy(of)
    for place, value in edits.items():
        *path, last = (int(part) if part.isdigit() else part for part in place.split("."))
        inside = document
        for part in path:
            inside = inside[part]
        inside[last] = deepcopy(value)
    return ProgramFile.model_validate(document)


@dataclass(frozen=True, kw_only=True)
class Edge:
    """`start` and `passes` are clean; `start` and `fails` break one rule at one place."""

    rule: str
    passes: dict[str, object]
    fails: dict[str, object]
    place: Place
    start: dict[str, object] = field(default_factory=dict)
    of: dict[str, object] = field(default_factory=lambda: PLAIN)


def at(rule, key, passes, fails, *place, start=None, of=PLAIN):
    """One key at its edge and beyond; the place is the key's unless another is named."""
    own = tuple(int(part) if part.isdigit() else part for part in key.split("."))
    return Edge(rule=rule, passes={key: passes}, fails={key: fails}, place=place or own, start=start or {}, of=of)


EDGES = [
    at("rate-within-profile", "phase.1.rate_hz", 120, 120.1),
    at("rate-within-profile", "phase.1.rate_hz.steps", [4, 120], [4, 121], "phase", 1, "rate_hz", "steps", 1,
       start={"phase.1.rate_hz": {"steps": [1, 2]}}),
    at("rate-within-profile", "phase.1.channel", {"2": {"rate_hz": 120}}, {"2": {"rate_hz": 121}},
       "phase", 1, "channel", "2", "rate_hz"),
    at("phase-duration-within-profile", "phase.1.phase_duration_us", 50, 49),
    at("phase-duration-within-profile", "phase.1.phase_duration_us", 300, 301),
    at("phase-duration-within-profile", "phase.1.phase_duration_us.drift", [300, 50], [300, 49],
       "phase", 1, "phase_duration_us", "drift", 1, start={"phase.1.phase_duration_us": {"drift": [100, 100]}}),
    at("program-not-too-long", "phase.1.minutes", 22, 22.01, "phase", 2, "minutes"),
    at("program-not-too-long", "phase.1.minutes", 53 + 5 / 6, 53.84, "phase", 2, "minutes", start=CLINICAL),
    at("no-upward-jump", "phase.1.intensity_pct", [55, 60], [55.1, 60], "phase", 1, "intensity_pct", 0),
    at("no-upward-jump", "phase.1.channel", {"2": {"intensity_pct": [55, 60]}}, {"2": {"intensity_pct": [56, 60]}},
       "phase", 1, "channel", "2", "intensity_pct", 0),
    at("no-upward-jump", "phase.1.ramp", {"shape": "linear", "seconds": 9}, {"shape": "linear", "seconds": 0},
       "phase", 1, "intensity_pct", start={"phase.1.intensity_pct": 90, "phase.1.rate_hz": 8}),
    at("rises-slowly", "phase.1.ramp", {"shape": "linear", "seconds": 2}, {"shape": "linear", "seconds": 1.9},
       "phase", 1, "intensity_pct", 1, start={"phase.1.intensity_pct": [40, 60]}),
    at("no-upward-jump", "phase.1.intensity_pct", [40, 25], [40, 24.9], *REPEATED,
       start={"phase.3.intensity_pct": [35, 15]}, of=ASKING),
    at("no-upward-jump", "phase.1.intensity_pct", [30, 25], [30, 24.9], "phase", 3, "intensity_pct", 0, of=ASKING),
    at("no-upward-jump", "phase.2.intensity_pct", [55, 60], [55.1, 60], "phase", 2, "intensity_pct", 0, of=ASKING),
    at("ends-with-a-cool-down", "phase.2.intensity_pct", [40, 15], [40, 14.9], "phase", 2, "intensity_pct", 1),
    at("ends-with-a-cool-down", "phase.2.intensity_pct", 25, 25.1),
    at("ends-with-a-cool-down", "phase.2.depth", "cool-down", "surface"),
    at("ends-with-a-cool-down", "phase.2.envelope", {"kind": "continuous"}, {"kind": "swell", "period_s": 8},
       "phase", 2, "envelope", "kind"),
    Edge(rule="ends-with-a-cool-down", passes={},
         fails={"phase.2.only_if": {"pain_at_rest_at_most": 3, "else_repeat": "warm-up"}},
         place=("phase", 2, "only_if")),
    at("tetanic-is-clinical", "profiles", ["clinical"], ["consumer", "clinical"],
       start={**CONTRACTION, "class": "tetanic"}),
    at("sensory-has-no-separate-beats", "phase.1.rate_hz", 10.1, 10, start={"class": "sensory"}),
    Edge(rule="sensory-has-no-separate-beats", start={"class": "sensory"}, passes=TRAIN,
         fails={"phase.1.envelope": train(2, 2, 2, 1, then=then())},
         place=("phase", 1, "envelope", "then", "rate_hz")),
    at("blow-is-sensory-only", "class", "sensory", "twitch", "injuries", 1, start={"injuries": ["strain", "blow"]}),
    at("blow-is-sensory-only", "injuries", ["overuse", "strain"], ["overuse", "any"], "injuries", 1),
    at("contraction-on-strained-muscle-is-clinical", "profiles", ["clinical"], ["consumer", "clinical"], "injuries", 0,
       start={**CONTRACTION, "injuries": ["strain"]}),
    at("ramp-leaves-a-hold", "phase.1.ramp.seconds", 240, 240.1),
    at("ramp-leaves-a-hold", "phase.1.ramp.seconds", "to-end", 300),
    at("ramp-leaves-a-hold", "phase.2.minutes", 1.25, 1.24, *REPEATED, of=ASKING),
    at("repeats-nothing-deeper", "phase.2.depth", "transition", "surface", *REPEATED, of=ASKING),
    at("train-ramps-leave-a-hold", "phase.1.envelope.hold_s", 1, 0.9, start=TRAIN),
    at("train-edges-are-slow", "phase.1.envelope.up_s", 1, 0.9, start=TRAIN),
    at("train-edges-are-slow", "phase.1.envelope.down_s", 0.5, 0.4, start={**TRAIN, **CLINICAL}),
    at("train-edges-are-slow", "phase.1.envelope.down_s", 1, 0.9, start={**CONTRACTION, **CLINICAL}),
    Edge(rule="active-rest-is-slow-and-weak", passes={"phase.1.envelope": train(2, 2, 2, 1, then=then())},
         fails={"phase.1.envelope": train(2, 2, 2, 1, then=then(rate_hz=10.1))},
         place=("phase", 1, "envelope", "then", "rate_hz")),
    Edge(rule="active-rest-is-slow-and-weak", passes={"phase.1.envelope": train(2, 2, 2, 1, then=then())},
         fails={"phase.1.envelope": train(2, 2, 2, 1, then=then(top_pct=50.1))},
         place=("phase", 1, "envelope", "then", "top_pct")),
    at("contraction-has-rests", "phase.1.envelope.off_s", 1, 0.9, start=CONTRACTION),
    at("contraction-has-rests", "phase.1.rate_hz", {"drift": [5, 19.9]}, {"drift": [5, 20]},
       "phase", 1, "envelope", "kind", start={"class": "contraction"}),
    at("what-fuses-strongly-is-contraction", "phase.1.intensity_pct", [40, 60], [40, 60.1],
       "phase", 1, "intensity_pct", 1),
    at("what-fuses-strongly-is-contraction", "phase.1.rate_hz", {"drift": [5, 19.9]}, {"drift": [5, 20]},
       "phase", 1, "intensity_pct", 0, start={"phase.1.intensity_pct": [61, 60], "phase.0.intensity_pct": 46}),
    at("what-fuses-strongly-is-contraction", "class", "contraction", "twitch", "phase", 1, "intensity_pct", 1,
       start={**CONTRACTION, "phase.1.intensity_pct": [40, 61]}),
    at("what-fuses-strongly-is-contraction", "phase.1.envelope.off_s", 0.1, 0.09, "phase", 1, "intensity_pct", 1,
       start={**BURST, "phase.1.intensity_pct": [40, 61]}),
    at("contraction-has-rests", "phase.1.depth", "surface", "transition", "phase", 1, "envelope", "kind",
       start={"class": "contraction", "phase.1.intensity_pct": [40, 50]}),
    at("contraction-has-rests", "phase.1.intensity_pct", [40, 50], [40, 50.1], "phase", 1, "envelope", "kind",
       start={"class": "contraction", "phase.1.depth": "surface"}),
    at("contraction-has-rests", "phase.1.envelope.off_s", 1, 0.9,
       start={"class": "contraction", "phase.1.envelope": {"kind": "raised_cosine", "period_s": 4, "off_s": 2}}),
    at("contraction-has-rests", "profiles", ["clinical"], ["consumer"], "phase", 1, "envelope", "off_s",
       start={"class": "contraction", "phase.1.envelope": train(2, 2, 2, 0.1, then=then())}),
    Edge(rule="contraction-has-rests", start={"class": "contraction"}, passes=TRAIN, fails=BURST,
         place=("phase", 1, "envelope", "kind")),
    at("contraction-is-let-go", "phase.1.envelope.hold_s", 26, 26.01, start=CONTRACTION),
    at("contraction-is-let-go", "phase.1.envelope.hold_s", 56, 56.01, start={**CONTRACTION, **CLINICAL}),
    at("contraction-is-let-go", "phase.1.envelope.period_s", 30, 30.01,
       start={"class": "contraction", "phase.1.envelope": {"kind": "raised_cosine", "period_s": 4, "off_s": 1}}),
    Edge(rule="burst-is-not-cut", start=BURST, passes={"phase.1.rate_hz": {"sweep": [60, 80], "period_s": 4}},
         fails={"phase.1.rate_hz": {"steps": [60, 80]}}, place=("phase", 1, "rate_hz")),
    Edge(rule="burst-is-not-cut", start=BURST, passes={"phase.1.phase_duration_us": {"drift": [100, 150]}},
         fails={"phase.1.phase_duration_us": {"alternate": [100, 150], "period_s": 4}},
         place=("phase", 1, "phase_duration_us")),
    at("delay-is-within-a-cycle", "phase.1.delay_s", {"2": 6.9}, {"2": 7}, "phase", 1, "delay_s", "2", start=TRAIN),
    at("delay-is-within-a-cycle", "phase.1.delay_s", {"1": 0}, {"1": 0.01}, "phase", 1, "delay_s", "1"),
    at("delay-is-within-a-cycle", "phase.1.envelope", train(2, 2, 2, 1), {"kind": "continuous"},
       "phase", 1, "delay_s", "1", start={"phase.1.delay_s": {"1": 1}}),
    at("delay-is-within-a-cycle", "phase.1.envelope", train(2, 2, 2, 1), {"kind": "continuous"},
       "phase", 1, "alternate_channels", start={"phase.1.alternate_channels": True}),
    at("delay-is-within-a-cycle", "channels", [1, 3], [1], "phase", 1, "alternate_channels",
       start={**TRAIN, "phase.1.alternate_channels": True}),
    at("delay-is-within-a-cycle", "channels", [1, 3], [1], "phase", 1, "delay_s",
       start={**TRAIN, "phase.1.delay_s": {"1": 1}}),
    at("alternates-or-delays", "phase.1.alternate_channels", False, True, "phase", 1, "delay_s",
       start={**TRAIN, "phase.1.delay_s": {"1": 1}}),
    at("alternating-cycles-are-equal", "phase.1.channel", {"2": {"envelope": train(2, 3, 1, 1)}},
       {"2": {"envelope": train(2, 3, 2, 1)}}, "phase", 1, "alternate_channels",
       start={**TRAIN, "phase.1.alternate_channels": True}),
]  # fmt: skip
EACH = pytest.mark.parametrize("edge", EDGES, ids=[f"{edge.rule} {number}" for number, edge in enumerate(EDGES)])


@EACH
def test_what_lies_at_the_very_edge_of_a_rule_passes(edge):
    assert lint(program(edge.start | edge.passes, edge.of)) == []


@EACH
def test_one_step_beyond_is_found_at_its_place(edge):
    found = lint(program(edge.start | edge.fails, edge.of))
    assert [(finding.rule, finding.place) for finding in found] == [(edge.rule, edge.place)]


def test_every_rule_has_its_edges():
    assert {edge.rule for edge in EDGES} == set(RULES)


def test_every_rule_says_why():
    assert [name for name, rule in RULES.items() if not (rule.__doc__ or "").endswith(".")] == []


@pytest.mark.parametrize("name", loader.library_names())
def test_every_program_of_the_library_is_clean(name):
    assert lint(ProgramFile.model_validate(tomllib.loads(loader.find(name).read_text(encoding="utf-8")))) == []


# -- holds across borders


HELD = {
    **CONTRACTION,
    "phase.1.depth": "transition",
    # a cycle of 31 s: 20 s on, when the phase is over
    "phase.1.envelope": train(2, 26, 2, 1),
    "phase.1.minutes": 51 / 60,
    "phase.1.ramp.seconds": 20,
    "phase.2.envelope": train(2, 6, 2, 1),
}
FOUR = {**ASKING, "phase": [{key: of for key, of in one.items() if key != "only_if"} for one in ASKING["phase"]]}


def holding(edits):
    return program(HELD | edits, FOUR)


def test_two_phases_may_hold_as_long_as_one():
    assert lint(holding({})) == []


def test_a_hold_goes_on_across_a_border_without_a_rest():
    found = lint(holding({"phase.2.envelope": train(2, 6.1, 2, 1)}))
    assert [(one.rule, one.place) for one in found] == [("contraction-is-let-go", ("phase", 2, "envelope", "hold_s"))]
    assert found[0].found == "a contraction of 30.1 s without 1 s off"


def test_a_repeated_phase_holds_on_where_it_takes_the_place_of_another():
    edits = {key: value for key, value in HELD.items() if not key.startswith("phase.2.")}
    found = lint(program({**edits, "phase.2.rate_hz": 5}, ASKING))
    assert [(one.rule, one.place, one.found) for one in found] == [
        ("contraction-is-let-go", REPEATED, "a contraction of 50 s without 1 s off")
    ]


@pytest.mark.parametrize(
    "rest",
    [
        {"phase.2.delay_s": {"1": 1, "2": 1}},
        {"phase.1.minutes": 62 / 60},
        {"phase.1.envelope": train(2, 26, 2, 2), "phase.1.minutes": 31 / 60},
    ],
    ids=["after a delay", "after whole cycles", "after a second of the last one"],
)
def test_a_second_off_at_a_border_lets_go(rest):
    assert lint(holding({"phase.2.envelope": train(2, 26, 2, 1), **rest})) == []


def test_less_than_a_second_off_at_a_border_does_not():
    rest = {"phase.1.envelope": train(2, 26, 2, 2), "phase.1.minutes": 30.9 / 60}
    assert [finding.place for finding in lint(holding(rest))] == [("phase", 2, "envelope", "hold_s")]


def test_a_rest_that_is_too_short_does_not_let_go_but_is_no_hold_either():
    rest = {"phase.1.envelope": train(2, 16, 2, 2), "phase.1.minutes": 20.9 / 60, "phase.1.ramp.seconds": 16}
    assert lint(holding(rest)) == []


SHORT = {
    "phase.0.depth": "transition",
    "phase.0.envelope": train(2, 26, 2, 1),
    "phase.0.minutes": 10 / 60,
    "phase.0.ramp.seconds": 8,
    "phase.1.minutes": 10 / 60,
    "phase.1.ramp.seconds": 8,
}


@pytest.mark.parametrize(("hold_s", "found"), [(6, []), (6.01, [("phase", 2, "envelope", "hold_s")])])
def test_holds_of_short_phases_add_up(hold_s, found):
    adding_up = holding({**SHORT, "phase.2.envelope": train(2, hold_s, 2, 1)})
    assert [finding.place for finding in lint(adding_up)] == found


def test_a_whole_cycle_in_a_short_phase_lets_go_of_what_was_held_before():
    letting_go = {"phase.1.envelope": train(2, 6, 2, 1), "phase.1.minutes": 11 / 60}
    assert lint(holding({**SHORT, **letting_go, "phase.2.envelope": train(2, 26, 2, 1)})) == []


# -- what is found, and how it is said


def test_everything_is_found_at_once_in_the_order_of_the_file():
    wrong = program(
        {
            "injuries": ["blow"],
            "phase.0.rate_hz": 130,
            "phase.0.minutes": 26,
            "phase.1.channel": {"2": {"phase_duration_us": 301, "rate_hz": 121}},
            "phase.1.phase_duration_us": 302,
            "phase.2.rate_hz": 8,
            "phase.2.intensity_pct": [80, 40],
        }
    )
    assert [finding.place for finding in lint(wrong)] == [
        ("injuries", 0),
        ("phase", 0, "rate_hz"),
        ("phase", 1, "minutes"),
        ("phase", 1, "phase_duration_us"),
        ("phase", 1, "channel", "2", "rate_hz"),
        ("phase", 1, "channel", "2", "phase_duration_us"),
        ("phase", 2, "intensity_pct", 0),
        ("phase", 2, "intensity_pct", 1),
    ]


def test_a_place_that_two_profiles_complain_of_is_said_once_for_the_strictest():
    quick = program({"phase.1.envelope": train(0.4, 2, 2, 1)})
    assert lint(quick) == [
        Finding(
            place=("phase", 1, "envelope", "up_s"),
            found="an edge of 0.4 s",
            allowed="at least 1 s (consumer)",
            rule="train-edges-are-slow",
        )
    ]


def test_a_profile_narrows_to_one_whether_the_program_names_it_or_not():
    clinical = program({"phase.1.rate_hz": 150, **CLINICAL})
    assert lint(clinical) == lint(clinical, "clinical") == []
    assert [finding.allowed for finding in lint(clinical, "consumer")] == ["1 to 120 Hz (consumer)"]


def test_a_quick_active_rest_is_none_in_any_profile():
    quick = program(
        {**CLINICAL, "class": "contraction", "phase.1.envelope": train(2, 2, 2, 0.1, then=then(rate_hz=11))}
    )
    assert [finding.rule for finding in lint(quick)] == ["active-rest-is-slow-and-weak", "contraction-has-rests"]


def test_an_unknown_profile_is_an_error():
    with pytest.raises(KeyError):
        lint(program({}), "toddler")


def test_what_both_channels_are_given_by_their_phase_is_said_once():
    assert len(lint(program({"phase.1.rate_hz": 121}))) == 1
